"""The answer: the most probable classes, and whether the weights know anything."""

from typing import Any

from explorer.features.answer.readings import next_reading, offers
from explorer.window.findings import answer_of
from explorer.window.scene import Scene
from explorer.window.spec import ActionSpec, Feature, PaneSpec, Place, Verb


def _can_read(scene: Scene) -> bool:
    return answer_of(scene) is not None


def _choose_names(desk: Any) -> None:
    from explorer.features.answer.choosing import choose_names

    choose_names(desk)


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
    actions=(
        ActionSpec("answerReading", "Read the answer as", "Read the network's numbers in another way",
                   next_reading, ("Ctrl+Shift+A",), menu="&Model", enabled=_can_read, offers=offers, needs="an answer"),
        ActionSpec("classNames", "Class names from a file…", "Take the names of the classes from a file",
                   _choose_names, ("Ctrl+Shift+N",), menu="&Model", enabled=lambda scene: scene.model is not None,
                   needs="a network"),
    ),
    verbs=(Verb("classify", "name what is in images", "explorer.features.answer.terminal"),),
)  # fmt: skip
