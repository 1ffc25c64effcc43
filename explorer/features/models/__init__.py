"""The model: chosen, loaded, moved, its weights found."""

from explorer.window.spec import Feature, Verb

FEATURE = Feature(
    verbs=(Verb("models", "list the models that can be loaded", "explorer.features.models.terminal"),)
)
