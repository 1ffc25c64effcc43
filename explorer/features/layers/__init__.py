"""The operations as they ran: as a tree, step by step, and what each of them is."""

from collections.abc import Callable
from dataclasses import replace

from explorer.features.layers import steps
from explorer.features.layers.choice import MenuAsked
from explorer.window.spec import ActionSpec, DeskLike, Feature, PaneSpec, Place, Verb


def _open(menu: str) -> Callable[[DeskLike], None]:
    """Return what brings the tree in sight and opens a menu of it."""

    def run(desk: DeskLike) -> None:
        scene = desk.scene
        asked = MenuAsked(menu, scene.choice(MenuAsked).times + 1)
        folded = (False, scene.folded[1])
        desk.put(replace(scene.with_choice(asked), page="explore", navigator="layers", folded=folded))

    return run


FEATURE = Feature(
    panes=(
        PaneSpec(
            "layers", "Tree", "The operations in the order they ran, in their modules", Place.NAVIGATOR,
            "explorer.features.layers.pane:LayersPane", words="layers list hierarchy blocks",
        ),
        PaneSpec(
            "head", "Operation", "What the operation does", Place.HEAD, "explorer.features.layers.head:HeadPane",
        ),
        PaneSpec(
            "details", "Details", "Every fact about the operation: kernel, shapes, parameters, cost", Place.LENS,
            "explorer.features.layers.details:DetailsPane", "Alt+7",
            words="attributes settings params stride padding dilation groups shape flops macs receptive field",
        ),
        PaneSpec(
            "steps", "Steps", "Step through the operations", Place.BAR,
            "explorer.features.layers.step_bar:StepsPane", stretch=1,
        ),
    ),
    actions=(
        ActionSpec(
            "stepFirst", "First operation", "Go to the first operation", lambda desk: steps.go_to(desk, 0),
            ("Alt+Home",), "first", "Step", enabled=steps.can_go_back,
        ),
        ActionSpec(
            "stepBackward", "Step back", "Go to the operation before", lambda desk: steps.step(desk, -1),
            ("Alt+Left", ","), "back", "Step", enabled=steps.can_go_back,
        ),
        ActionSpec(
            "stepForward", "Step forward", "Go to the next operation", lambda desk: steps.step(desk, 1),
            ("Alt+Right", "."), "forward", "Step", enabled=steps.can_go_on,
        ),
        ActionSpec(
            "stepLast", "Last operation", "Go to the last operation",
            lambda desk: steps.go_to(desk, steps.last(desk.scene)), ("Alt+End",), "last", "Step",
            enabled=steps.can_go_on,
        ),
        ActionSpec(
            "play", lambda scene: "Pause" if scene.playing else "Play", "Step through the operations by itself",
            steps.play, ("Space",), lambda scene: "pause" if scene.playing else "play", "Step",
            enabled=steps.can_play, checked=lambda scene: scene.playing,
            words="animate movie",
        ),
        ActionSpec(
            "chooseColumns", "Columns of the tree…", "Choose which columns the tree shows: parameters, MACs, time",
            _open("columns"), menu="View/Tree and graph",
            words="parameters receptive field",
            part=2,
        ),
        ActionSpec(
            "sortTree", "Sort the tree…", "Sort the operations by a column, or as they ran again", _open("order"),
            menu="View/Tree and graph",
            words="order largest",
            part=2,
        ),
    ),
    verbs=(Verb("trace", "record every operation of one forward pass", "explorer.features.layers.terminal"),),
    followers=("explorer.features.layers.player:Player",),
)  # fmt: skip
