"""The program itself: what is going on, cancel, search, shortcuts, theme, what is folded away, the end."""

from explorer.features.program.choice import InFront
from explorer.features.program.doing import can_stop, fold, stop, toggle_theme
from explorer.window.scene import EngineState
from explorer.window.spec import ActionSpec, Feature, PaneSpec, Place

FEATURE = Feature(
    panes=(
        PaneSpec(
            "status", "Status", "What is going on", Place.FOOT, "explorer.features.program.status:StatusPane"
        ),
    ),
    actions=(
        ActionSpec(
            "commandSearch", "Search…", "Find any action, operation or model by a few letters",
            lambda desk: desk.choose(InFront("search")), ("Ctrl+Shift+P",), "search", "View", in_bar=True,
            part=7,
        ),
        ActionSpec(
            "cancelWork", "Cancel",
            "Stop what plays or what the engine works on, go back to Explore, or put away what is tried on the input",
            stop, ("Esc",), "cancel", "Model", enabled=can_stop, needs="something that runs or is tried",
            words="stop abort",
            part=3,
        ),
        ActionSpec(
            "startEngine", "Restart the engine", "Start the process that runs the networks again, after it ended",
            lambda desk: desk.start_engine(), ("Ctrl+Shift+E",), menu="Model",
            enabled=lambda scene: scene.engine is EngineState.OFF, needs="an engine that is off",
            words="restart",
            part=3,
        ),
        ActionSpec(
            "foldNavigators", "Panel on the left", "Show or fold away tree and graph", lambda desk: fold(desk, 0),
            ("Ctrl+Shift+L",), menu="View", checked=lambda scene: not scene.folded[0],
            words="hide panel sidebar left",
            part=7,
        ),
        ActionSpec(
            "foldSides", "Panel on the right", "Show or fold away input, answer and card",
            lambda desk: fold(desk, 1), ("Ctrl+Shift+R",), menu="View", checked=lambda scene: not scene.folded[1],
            words="hide panel sidebar right card paper prediction probability confidence",
            part=7,
        ),
        ActionSpec(
            "toggleTheme", "Light or dark", "Change between light and dark", toggle_theme, ("Ctrl+T",), "theme",
            "View", in_bar=True,
            words="theme mode night colours colors appearance settings preferences",
            part=7,
        ),
        ActionSpec(
            "showShortcuts", "Keyboard shortcuts", "Show and search all keyboard shortcuts",
            lambda desk: desk.choose(InFront("shortcuts")), ("F1",), menu="Help",
            words="keys hotkeys bindings help",
        ),
        ActionSpec(
            "about", "About Architecture Explorer", "Show the version and what the program stands on",
            lambda desk: desk.choose(InFront("about")), icon="info", menu="Help", words="licence license credits",
        ),
        ActionSpec("quit", "Quit", "Close the window and end the engine", lambda desk: desk.leave(), ("Ctrl+Q",),
                   menu="File", words="exit end", part=3),
    ),
    followers=("explorer.features.program.front:Front",),
)  # fmt: skip
