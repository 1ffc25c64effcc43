"""Drawings of the fake network of `window_fakes`, laid out by hand, for the tests of the graph's window."""

from explorer.drawing.messages import Box, DrawGraph, Drawing, Edge

WIDTH, HEIGHT, GAP, TITLE, PAD = 120.0, 40.0, 40.0, 30.0, 16.0
OPERATIONS = {
    0: ("input", "input"),
    1: ("conv", "conv2d"),
    2: ("act", "relu"),
    3: ("conv", "conv2d"),
    4: ("add", "add"),
    5: ("head", "linear"),
}
GROUPS = {"stem": (1, 2), "body": (3, 4)}
READS = ((0, 1), (1, 2), (2, 3), (3, 4), (2, 4), (4, 5))
"""Who made it and who reads it; what passes by the convolution of the body is not in the fake trace."""


def drawn(ask: DrawGraph) -> Drawing:
    """Answer as the engine would."""
    around = [key for key, nodes in GROUPS.items() if ask.showing in nodes]
    if ask.opened is not None:
        return drawing(*ask.opened, *around)
    return drawing(*(GROUPS if ask.depth else around))


def drawing(*opened: str) -> Drawing:
    """Return the fake network from the top down, with these groups open."""
    boxes: list[Box] = []
    top = 0.0
    for key in ("0", "stem", "body", "5"):
        if key in opened:
            inside = [_operation(str(node), key, 0.0) for node in GROUPS[key]]
            height = TITLE + PAD + len(inside) * HEIGHT + (len(inside) - 1) * GAP
            boxes.append(_box(key, "group", key, "", GROUPS[key], "", True, top, height))
            boxes += [
                _operation(it.key, key, top + TITLE + k * (HEIGHT + GAP)) for k, it in enumerate(inside)
            ]
            top += height + GAP
        else:
            is_group = key in GROUPS
            boxes.append(
                _box(key, "group", key, "", GROUPS[key], "", False, top)
                if is_group
                else _operation(key, "", top)
            )
            top += HEIGHT + GAP
    return Drawing(
        tuple(boxes), _edges(boxes), WIDTH + 2 * PAD, top - GAP, frozenset(opened) & frozenset(GROUPS), 0
    )


def failed() -> Drawing:
    """Return a drawing of an input and of an operation that failed on it."""
    broken = Box(
        "failure", "failure", "head failed", "shapes do not fit", "linear", (), "", False, 1, 0, 80, 120, 40
    )
    points = ((60.0, 40.0), (60.0, 80.0))
    edges = (Edge("0", "failure", ((0, 0),), "", False, points),)
    return Drawing((_operation("0", "", 0.0), broken), edges, 120, 120, frozenset(), 0)


def many(count: int, columns: int = 1) -> Drawing:
    """Return a drawing of many operations, each of which reads the one over it."""
    boxes, edges = [], []
    for number in range(count):
        row, column = divmod(number, columns)
        left, top = column * 160.0, row * 80.0
        boxes.append(
            Box(str(number), "operation", f"layer{number}", "3×3 convolution", ("conv2d", "relu")[number % 2],
                (number,), "", False, 1, left, top, WIDTH, HEIGHT)
        )  # fmt: skip
        if row:
            points = ((left + 60, top - HEIGHT), (left + 60, top))
            above = number - columns
            edges.append(Edge(str(above), str(number), ((above, number),), "1×4×8×8", False, points))
    return Drawing(tuple(boxes), tuple(edges), columns * 160.0, (count // columns) * 80.0, frozenset(), 0)


def _operation(key: str, around: str, top: float) -> Box:
    name, op = OPERATIONS[int(key)]
    kind = "input" if op == "input" else "operation"
    return _box(key, kind, name, op, (int(key),), around, False, top)


def _box(
    key: str,
    kind: str,
    name: str,
    op: str,
    nodes: tuple[int, ...],
    around: str,
    is_open: bool,
    top: float,
    height: float = HEIGHT,
) -> Box:
    left, width = (0.0, WIDTH + 2 * PAD) if is_open else (PAD, WIDTH)
    sentence = "Module" if kind == "group" else f"what {op} does"
    return Box(key, kind, name, sentence, op, nodes, around, is_open, 1, left, top, width, height)


def _edges(boxes: list[Box]) -> tuple[Edge, ...]:
    owner = {node: box for box in boxes if not box.is_open for node in box.nodes}
    joined: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for source, target in READS:
        if owner[source] is not owner[target]:
            joined.setdefault((owner[source].key, owner[target].key), []).append((source, target))
    places = {box.key: box for box in boxes}
    found = []
    for (source, target), pairs in joined.items():
        begin, end = places[source], places[target]
        middle = PAD + WIDTH / 2
        first, last = (middle, begin.top + begin.height), (middle, end.top)
        is_skip = (2, 4) in pairs and len(pairs) == 1
        points = (first, (150.0, first[1] + 20), (150.0, last[1] - 20), last) if is_skip else (first, last)
        found.append(Edge(source, target, tuple(pairs), "1×4×8×8", is_skip, points))
    return tuple(found)
