"""The answer: the most probable classes, and whether the weights know anything."""

from dataclasses import replace
from typing import Any

from explorer.features.answer.readings import next_reading, offers
from explorer.window.findings import answer_of, finding_choice, has_boxes, has_colours
from explorer.window.scene import Scene
from explorer.window.spec import ActionSpec, Feature, PaneSpec, Place, Verb


def _can_read(scene: Scene) -> bool:
    return answer_of(scene) is not None


def _choose_names(desk: Any) -> None:
    from explorer.features.answer.choosing import choose_names

    choose_names(desk)


def _raise_threshold(desk: Any) -> None:
    _choose(desk, threshold=0.05)


def _lower_threshold(desk: Any) -> None:
    _choose(desk, threshold=-0.05)


def _more_colour(desk: Any) -> None:
    _choose(desk, opacity=0.1)


def _less_colour(desk: Any) -> None:
    _choose(desk, opacity=-0.1)


def _choose(desk: Any, **steps: float) -> None:
    choice: Any = finding_choice(desk.scene)
    desk.choose(replace(choice, **{name: _within(getattr(choice, name) + by) for name, by in steps.items()}))


def _within(share: float) -> float:
    return round(min(max(share, 0.0), 1.0), 2)


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
                   next_reading, ("Ctrl+Shift+A",), menu="Model", enabled=_can_read, offers=offers, needs="an answer",
                   words="softmax sigmoid logits probability confidence prediction"),
        ActionSpec("classNames", "Class names from a file…", "Take the names of the classes from a file",
                   _choose_names, ("Ctrl+Shift+N",), menu="Model", enabled=lambda scene: scene.model is not None,
                   needs="a network", words="labels"),
        ActionSpec("raiseThreshold", "Fewer boxes", "Raise the score from which boxes are shown by 5 %",
                   _raise_threshold, ("Ctrl+Shift+Up",), menu="View/Input", enabled=has_boxes, needs="boxes", part=6,
                   words="detection threshold score"),
        ActionSpec("lowerThreshold", "More boxes", "Lower the score from which boxes are shown by 5 %",
                   _lower_threshold, ("Ctrl+Shift+Down",), menu="View/Input", enabled=has_boxes, needs="boxes", part=6,
                   words="detection threshold score"),
        ActionSpec("moreColour", "Stronger colours over the picture", "Make masks and flows less transparent",
                   _more_colour, ("Ctrl+Shift+Right",), menu="View/Input", enabled=has_colours,
                   needs="masks or a flow", part=6, words="opacity segmentation mask"),
        ActionSpec("lessColour", "Weaker colours over the picture", "Make masks and flows more transparent",
                   _less_colour, ("Ctrl+Shift+Left",), menu="View/Input", enabled=has_colours,
                   needs="masks or a flow", part=6, words="opacity segmentation mask"),
    ),
    verbs=(Verb("classify", "name what is in images", "explorer.features.answer.terminal"),),
)  # fmt: skip
