"""The receptive field of a unit, drawn on the input."""

from explorer.window.spec import Feature, Verb

FEATURE = Feature(
    verbs=(
        Verb(
            "receptive-field",
            "tell what one unit of a layer sees of the input",
            "explorer.features.field.terminal",
        ),
    )
)
