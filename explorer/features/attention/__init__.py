"""Attention: where each token of a transformer looks, head by head, on the photo."""

from explorer.window.spec import Feature, Verb

FEATURE = Feature(
    verbs=(
        Verb(
            "attention",
            "tell how the tokens of a layer look at each other",
            "explorer.features.attention.terminal",
        ),
    ),
)
