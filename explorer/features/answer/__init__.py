"""The answer: the most probable classes, and whether the weights know anything."""

from explorer.window.spec import Feature, PaneSpec, Place, Verb

FEATURE = Feature(
    panes=(
        PaneSpec(
            "answer",
            "Answer",
            "The classes that the network finds most probable, and whether its weights know anything",
            Place.SIDE,
            "explorer.features.answer.pane:AnswerPane",
        ),
    ),
    verbs=(Verb("classify", "name what is in images", "explorer.features.answer.terminal"),),
)
