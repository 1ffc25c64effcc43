"""The answer of the model to the image that is shown."""

from explorer.window.spec import Feature, Verb

FEATURE = Feature(verbs=(Verb("classify", "name what is in images", "explorer.features.answer.terminal"),))
