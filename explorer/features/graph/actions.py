"""What a person can do with the drawing, as functions of the desk."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from explorer.features.graph.choice import ALL_LEVELS, GraphChoice, is_in_front, levels
from explorer.window.scene import Scene
from explorer.window.spec import DeskLike, NoticeAction
from explorer.window.widgets.graph.sizes import SIZES

_MOST_DEPTHS = 9


def is_spread(scene: Scene) -> bool:
    """Tell whether the graph takes the room of the lenses as well."""
    return scene.spread and scene.navigator == "graph"


def spread(desk: DeskLike) -> None:
    """Give the graph the room of the lenses, or take it back."""
    scene = desk.scene
    folded = (False, scene.folded[1])
    desk.put(replace(scene, page="explore", navigator="graph", folded=folded, spread=not is_spread(scene)))


def open_levels(desk: DeskLike, depth: int | None) -> None:
    """Open so many levels of modules; None for a page that can be read at a glance."""
    scene = desk.scene
    if scene.trace is not None:
        desk.choose(scene.choice(GraphChoice).at_depth(scene.trace.model, depth))


def open_all(desk: DeskLike) -> None:
    """Open everything."""
    open_levels(desk, ALL_LEVELS)


def open_next(desk: DeskLike) -> None:
    """Open one level more than was chosen last, or begin again after the deepest."""
    scene = desk.scene
    chosen = scene.choice(GraphChoice)
    if scene.trace is not None:
        begun = chosen.depth is not None and chosen.network == scene.trace.model
        depth = (chosen.depth or 0) + 1 if begun else 1
        open_levels(desk, depth if depth <= levels(scene.trace) else 0)


def next_size(desk: DeskLike) -> None:
    """Let the bars tell the next of what they can tell, and after the last nothing."""
    ids = ["", *(size.id for size in SIZES)]
    here = ids.index(desk.scene.choice(GraphChoice).size)
    _choose(desk, size=ids[(here + 1) % len(ids)])


def depths(desk: DeskLike) -> Sequence[NoticeAction]:
    """Return how deep the network can be opened."""
    trace = desk.scene.trace
    most = min(levels(trace), _MOST_DEPTHS) if trace is not None else 0
    offers = [NoticeAction("As it opens by itself", lambda: open_levels(desk, None))]
    for depth in range(1, most + 1):
        text = "1 level" if depth == 1 else f"{depth} levels"
        offers.append(NoticeAction(text, lambda depth=depth: open_levels(desk, depth)))  # type: ignore[misc]
    return offers


def sizes(desk: DeskLike) -> Sequence[NoticeAction]:
    """Return what the bars in the boxes can tell."""
    return [
        NoticeAction("No bars", lambda: _choose(desk, size="")),
        *(NoticeAction(it.title, lambda id=it.id: _choose(desk, size=id)) for it in SIZES),  # type: ignore[misc]
    ]


def turn(desk: DeskLike) -> None:
    """Draw from left to right, or from top to bottom again."""
    _choose(desk, across=not desk.scene.choice(GraphChoice).across)


def is_across(scene: Scene) -> bool:
    """Tell whether the network is drawn from left to right."""
    return scene.choice(GraphChoice).across


def trace_way(way: str) -> Callable[[DeskLike], None]:
    """Return what lights the lineage of the operation that is shown, or puts the light out again."""

    def run(desk: DeskLike) -> None:
        lit = desk.scene.choice(GraphChoice).traced
        _choose(desk, traced="" if lit == way else way)

    return run


def is_traced(way: str) -> Callable[[Scene], bool]:
    """Return what tells whether that lineage is lit."""
    return lambda scene: scene.choice(GraphChoice).traced == way


def can_trace(scene: Scene) -> bool:
    """Tell whether there is an operation in the graph whose lineage can be lit."""
    return is_in_front(scene) and scene.current is not None


def _choose(desk: DeskLike, **changes: object) -> None:
    desk.choose(replace(desk.scene.choice(GraphChoice), **changes))  # type: ignore[arg-type]
