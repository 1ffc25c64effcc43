"""The operations as a tree, as they ran."""

from explorer.window.spec import Feature, Verb

FEATURE = Feature(
    verbs=(Verb("trace", "record every operation of one forward pass", "explorer.features.layers.terminal"),)
)
