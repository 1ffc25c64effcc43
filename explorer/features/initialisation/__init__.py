"""Initialisations compared: what becomes of one input under each kind of random weights."""

from dataclasses import replace

from explorer.features.initialisation.choice import Compared, study
from explorer.window.scene import Scene
from explorer.window.spec import ActionSpec, DeskLike, Feature, PaneSpec, Place


def _compare(desk: DeskLike) -> None:
    """Open the page and have the initialisations of the model's architecture compared."""
    forward = desk.scene.forward
    if forward is not None:
        desk.put(replace(desk.scene.with_choice(Compared(forward.number)), page="labs"))
        asked = study(desk.scene)
        if asked is not None:
            desk.ask_again(asked)


def _can_compare(scene: Scene) -> bool:
    return scene.forward is not None and scene.forward.trace.error is None


FEATURE = Feature(
    panes=(
        PaneSpec(
            "labs",
            "Labs",
            "What random weights do to the activations through depth",
            Place.PAGE,
            "explorer.features.initialisation.pane:InitialisationPane",
            "Ctrl+4",
            "labs",
            words="initialisation initialization xavier glorot he kaiming variance vanishing exploding",
        ),
    ),
    actions=(
        ActionSpec(
            "compareInitialisations",
            "Compare initialisations",
            "Build the network anew with each kind of random weights and compare its activations",
            _compare,
            ("Ctrl+Shift+I",),
            menu="Model/Compare",
            enabled=_can_compare,
            part=2,
            words="initialization weights xavier glorot he kaiming variance vanishing exploding",
        ),
    ),
)
