"""What a drawing must be, derived from the trace and from geometry without what draws it."""

from collections import defaultdict
from dataclasses import replace
from functools import cache
from itertools import combinations, pairwise

import torch
import torchvision
from torch import nn

from explorer.drawing.draft import Draft
from explorer.drawing.messages import Box, Drawing, Point
from explorer.drawing.structure import build
from explorer.forward import trace as traces
from explorer.forward.recorder import record
from explorer.records.trace import Node, TensorInfo, Trace

VALUE = (TensorInfo((1, 8, 8, 8), "float32", 2048),)


def trace_of(model: nn.Module, *inputs: torch.Tensor, name: str = "toy") -> Trace:
    """Record a forward; return its trace."""
    return traces.build(record(model.eval(), inputs), model, name)


@cache
def classifier(name: str) -> Trace:
    """Return the trace of a classifier of torchvision's on a small image."""
    said = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    model = torchvision.models.get_model(name, weights=None, **said)
    return trace_of(model, torch.randn(1, 3, 64, 64), name=name)


def synthetic(*operations: tuple[str, str, tuple[int, ...]], **changes: object) -> Trace:
    """Return a trace of an input and operations: name, path of the module (`a.b:1` its second call), what it reads."""
    nodes = [Node(0, "input", "input", "", 0, (), VALUE, (), 0, 0)]
    for op, place, inputs in operations:
        path, _, call = place.partition(":")
        parts = path.split(".") if path else []
        calls = tuple((".".join(parts[: k + 1]), 0) for k in range(len(parts)))
        calls = (*calls[:-1], (path, int(call or 0))) if calls else ()
        number = len(nodes)
        name = f"{path}.{op}{number}" if path else f"{op}{number}"
        nodes.append(Node(number, op, name, path, int(call or 0), inputs, VALUE, (), 0, 0, calls=calls))
    return replace(Trace("synthetic", (1, 3, 8, 8), None, 0, tuple(nodes), (), {}), **changes)


def everything(trace: Trace, across: bool = False) -> Drawing:
    """Return the drawing in which all is open."""
    structure = build(trace)
    return Draft(structure).draw(structure.root.inner, across)


def check(trace: Trace, drawing: Drawing) -> None:
    """Assert that a drawing shows what ran, no more and no less, and that it can be read."""
    check_nodes(trace, drawing)
    assert drawing_edges(drawing) == expected_edges(trace, drawing)
    assert overlapping(drawing) == []
    assert pierced(drawing) == []
    assert {(it.source, it.target) for it in drawing.edges if it.is_skip} == skips(drawing)


def closed(drawing: Drawing) -> list[Box]:
    return [box for box in drawing.boxes if not box.is_open]


def check_nodes(trace: Trace, drawing: Drawing) -> None:
    """Assert that every node lies in one closed box and in the open groups around it."""
    shown = [node for box in closed(drawing) for node in box.nodes]
    assert sorted(shown) == [node.id for node in trace.nodes]
    boxes = {box.key: box for box in drawing.boxes}
    assert len(boxes) == len(drawing.boxes)
    for box in drawing.boxes:
        assert list(box.nodes) == sorted(box.nodes)
        if box.around:
            assert boxes[box.around].is_open and set(box.nodes) <= set(boxes[box.around].nodes)


def expected_groups(trace: Trace) -> set[tuple[int, ...]]:
    """Return the nodes of each call of a module that ran more than one operation, and of what ran in one go."""
    inside: dict[object, list[int]] = defaultdict(list)
    fused = {node.within for node in trace.nodes}
    for node in trace.nodes:
        for depth in range(len(node.calls)):
            inside[node.calls[: depth + 1]].append(node.id)
        if node.within is not None or node.id in fused:
            inside[node.id if node.within is None else node.within].append(node.id)
    return {tuple(nodes) for nodes in inside.values() if len(nodes) > 1}


def groups(drawing: Drawing) -> set[tuple[int, ...]]:
    """Return the nodes of each group of a drawing, without containers of modules, which nobody called."""
    return {box.nodes for box in drawing.boxes if box.kind == "group" and box.sentence != "not called itself"}


def expected_edges(trace: Trace, drawing: Drawing) -> dict[tuple[str, str], set[tuple[int, int]]]:
    """Return what flows between the closed boxes, from the trace."""
    owner = {node: box.key for box in closed(drawing) for node in box.nodes}
    failed = [box.key for box in closed(drawing) if box.kind == "failure"]
    pairs = [(source, node.id) for node in trace.nodes for source in node.inputs]
    if failed and trace.error:
        owner[len(trace.nodes)] = failed[0]
        pairs += [(source, len(trace.nodes)) for source in trace.error.inputs]
    found: dict[tuple[str, str], set[tuple[int, int]]] = defaultdict(set)
    for source, target in pairs:
        if owner[source] != owner[target]:
            found[owner[source], owner[target]].add((source, target))
    return dict(found)


def drawing_edges(drawing: Drawing) -> dict[tuple[str, str], set[tuple[int, int]]]:
    found = {(edge.source, edge.target): set(edge.pairs) for edge in drawing.edges}
    assert len(found) == len(drawing.edges)
    return found


def overlapping(drawing: Drawing) -> list[tuple[str, str]]:
    """Return boxes that overlap, or that stand out of the group around them or of the drawing."""
    boxes = {box.key: box for box in drawing.boxes}
    level: dict[str, list[Box]] = defaultdict(list)
    for box in drawing.boxes:
        level[box.around].append(box)
    wrong = []
    for around, inside in level.items():
        wrong += [(a.key, b.key) for a, b in combinations(inside, 2) if _meet(a, b)]
        outer = boxes.get(around)
        low, high = (outer.left, outer.top) if outer else (0.0, 0.0), (drawing.width, drawing.height)
        if outer:
            high = outer.left + outer.width, outer.top + outer.height
        for box in inside:
            right, bottom = box.left + box.width, box.top + box.height
            if box.left < low[0] or box.top < low[1] or right > high[0] or bottom > high[1]:
                wrong.append((around, box.key))
    return wrong


def _meet(a: Box, b: Box) -> bool:
    return (
        a.left < b.left + b.width
        and b.left < a.left + a.width
        and a.top < b.top + b.height
        and b.top < a.top + a.height
    )


def pierced(drawing: Drawing) -> list[tuple[str, str, str]]:
    """Return lines that run through a closed box, or through a group in which neither of their ends lies."""
    boxes = {box.key: box for box in drawing.boxes}

    def line(key: str) -> set[str]:
        found = {key}
        while boxes[key].around:
            key = boxes[key].around
            found.add(key)
        return found

    wrong = []
    for edge in drawing.edges:
        own = line(edge.source) | line(edge.target)
        left, right = (f(x for x, _ in edge.points) for f in (min, max))
        top, bottom = (f(y for _, y in edge.points) for f in (min, max))
        for box in drawing.boxes:
            away = (
                left > box.left + box.width
                or right < box.left
                or top > box.top + box.height
                or bottom < box.top
            )
            if (
                not away
                and box.key not in own
                and any(_runs_through(box, *step) for step in pairwise(edge.points))
            ):
                wrong.append((edge.source, edge.target, box.key))
    return wrong


def _runs_through(box: Box, start: Point, end: Point) -> bool:
    """Tell whether a straight piece passes the inside of a box, by cutting it at the box's four sides."""
    first, last = 0.0, 1.0
    for a, b, low, size in zip(start, end, (box.left, box.top), (box.width, box.height), strict=True):
        low, high = low + 1, low + size - 1
        if abs(b - a) < 1e-9:
            if not low < a < high:
                return False
            continue
        cuts = sorted(((low - a) / (b - a), (high - a) / (b - a)))
        first, last = max(first, cuts[0]), min(last, cuts[1])
    return first < last


def skips(drawing: Drawing) -> set[tuple[str, str]]:
    """Return the edges beside which a longer way leads from the one box to the other."""
    after: dict[str, set[str]] = defaultdict(set)
    for edge in drawing.edges:
        after[edge.source].add(edge.target)

    def reached(start: str) -> set[str]:
        found, waiting = set[str](), list(after[start])
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting += after[key]
        return found

    beyond = {key: reached(key) for key in list(after)}
    return {
        (source, target)
        for source in beyond
        for target in after[source]
        if any(target in beyond.get(other, ()) for other in after[source])
    }
