"""Receptive fields: what a unit sees of the input, and which units see a pixel."""

from explorer.features.field.choice import misfit, no_picture
from explorer.window.spec import Feature, PaneSpec, Place, Verb

FEATURE = Feature(
    panes=(
        PaneSpec(
            "field",
            "Field",
            "What one unit sees of the input, and which units see a pixel",
            Place.LENS,
            "explorer.features.field.pane:FieldPane",
            "Alt+3",
            misfit=misfit,
            words="receptive field rf region unit pixel gradient",
        ),
        PaneSpec(
            "input",
            "Input",
            "What the model saw, and the receptive field on it",
            Place.SIDE,
            "explorer.features.field.input_pane:InputPane",
            misfit=no_picture,
        ),
    ),
    verbs=(
        Verb(
            "receptive-field",
            "tell what one unit of a layer sees of the input",
            "explorer.features.field.terminal",
        ),
    ),
)
