"""The program itself: cancel, theme, what is folded away, the end."""

from dataclasses import replace

from explorer.window.spec import ActionSpec, DeskLike, Feature


def _fold(desk: DeskLike, edge: int) -> None:
    folded = [it != (place == edge) for place, it in enumerate(desk.scene.folded)]
    desk.put(replace(desk.scene, folded=(folded[0], folded[1])))


def _stop(desk: DeskLike) -> None:
    if desk.scene.playing:
        desk.set(playing=False)
    if desk.scene.busy:
        desk.cancel()


FEATURE = Feature(
    actions=(
        ActionSpec(
            "cancelWork", "Cancel", "Stop what the engine works on, and what plays", _stop, ("Esc",), "cancel",
            "&Model", enabled=lambda scene: scene.busy or scene.playing,
        ),
        ActionSpec(
            "foldNavigators", "Navigators", "Show or fold away the tree at the left", lambda desk: _fold(desk, 0),
            ("Ctrl+Shift+L",), menu="&View", checked=lambda scene: not scene.folded[0],
        ),
        ActionSpec(
            "foldSides", "Sides", "Show or fold away input, answer and card at the right",
            lambda desk: _fold(desk, 1), ("Ctrl+Shift+R",), menu="&View", checked=lambda scene: not scene.folded[1],
        ),
        ActionSpec("quit", "Quit", "Close the window and end the engine", lambda desk: desk.leave(), ("Ctrl+Q",),
                   menu="&File"),
    ),
)  # fmt: skip
