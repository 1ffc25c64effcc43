"""Networks that read words: the word, and the n-gram that each filter found in it."""

from dataclasses import replace

from explorer.features.words.choice import Typing
from explorer.window.scene import Scene
from explorer.window.spec import ActionSpec, DeskLike, Feature, PaneSpec, Place


def _no_reader(scene: Scene) -> str:
    return "" if scene.seat.reads_words else "This network reads images, not words."


def _enter(desk: DeskLike) -> None:
    """Bring the line for the word in sight and let the person type."""
    scene = desk.scene
    typing = Typing(scene.choice(Typing).times + 1)
    desk.put(replace(scene.with_choice(typing), page="explore", folded=(scene.folded[0], False)))


FEATURE = Feature(
    panes=(
        PaneSpec(
            "word",
            "Word",
            "What the network reads, and the n-gram that each filter answers most to",
            Place.SIDE,
            "explorer.features.words.pane:WordPane",
            stretch=2,
            misfit=_no_reader,
        ),
    ),
    actions=(
        ActionSpec(
            "enterWord",
            "Type a word…",
            "Type a word for a network that reads words",
            _enter,
            ("Ctrl+E",),
            menu="File",
            enabled=lambda scene: scene.seat.reads_words,
            words="text characters language n-gram",
        ),
    ),
    followers=("explorer.features.words.sample:SampleWord",),
)
