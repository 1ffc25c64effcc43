"""Steps through the operations of a forward pass, as functions of the desk."""

from dataclasses import replace

from explorer.records.trace import Node, Trace
from explorer.window.scene import Scene
from explorer.window.spec import DeskLike


def last(scene: Scene) -> int:
    """Return the id of the last node, which is what the network returned; −1 without a forward."""
    return len(scene.trace.nodes) - 1 if scene.trace is not None else -1


def position(node: Node, trace: Trace) -> str:
    """Return where a node is among the operations, the input being 0: `12 of 69`; of what is returned, `output`."""
    return f"{node.id} of {trace.computed[-1].id}" if node.op != "output" else "output"


def can_go_back(scene: Scene) -> bool:
    """Tell whether there is an operation before the one that is shown."""
    return bool(scene.failure) or (scene.current is not None and scene.current.id > 0)


def can_go_on(scene: Scene) -> bool:
    """Tell whether there is an operation after the one that is shown."""
    return scene.node is not None and scene.node < last(scene)


def can_play(scene: Scene) -> bool:
    """Tell whether there is anything to step through."""
    return scene.node is not None and last(scene) > 0


def go_to(desk: DeskLike, node: int) -> None:
    """Show an operation; whoever goes there by hand stops what plays."""
    if 0 <= node <= last(desk.scene):
        desk.put(replace(desk.scene.at_node(node), playing=False))


def step(desk: DeskLike, by: int) -> None:
    """Go `by` operations on."""
    if desk.scene.node is not None:
        go_to(desk, desk.scene.node + by)
    elif desk.scene.failure and by < 0:
        go_to(desk, last(desk.scene))


def play(desk: DeskLike) -> None:
    """Begin to step through the operations, from the first again if the last is shown; or stop."""
    if desk.scene.playing:
        desk.set(playing=False)
        return
    if not can_go_on(desk.scene):
        go_to(desk, 0)
    desk.set(playing=True)
