"""From a trace to what is drawn: operations in calls of modules, nested, and runs of equal ones."""

from collections.abc import Iterator
from dataclasses import dataclass

from explorer.drawing import stretches
from explorer.drawing.part import BORDER, Part
from explorer.records.calls import around
from explorer.records.trace import Node, Trace


@dataclass(frozen=True, eq=False)
class Structure:
    """A trace, ready to be drawn.

    Attributes:
        trace: The trace.
        root: The whole network.
        leaves: The innermost part that each node lies in, by id; last, if the forward failed, the failure.
        edges: Who made it and who reads it, by id, in the order of the trace; the failure counts as the node after the
            last.
    """

    trace: Trace
    root: Part
    leaves: tuple[Part, ...]
    edges: tuple[tuple[int, int], ...]


def build(trace: Trace) -> Structure:
    """Return the structure of a trace.

    A module that is called twice is a group each time, where it happened; one that ran a single operation is a box
    with it. Inputs and outputs lie in no group.
    """
    root = Part("", "group", level=-1)
    leaves = _nest(trace, root)
    stretches.gather(root, trace)
    _fold(root, trace)
    for part in [root, *root.walk()]:
        part.adopt(part.children)
    edges = [(source, node.id) for node in trace.nodes for source in dict.fromkeys(node.inputs)]
    if trace.error:
        edges += [(source, len(trace.nodes)) for source in trace.error.inputs]
    for source, target in edges:
        _let_flow(leaves[source], leaves[target], source)
    return Structure(trace, root, tuple(leaves), tuple(edges))


# ---- nesting ----


def _nest(trace: Trace, root: Part) -> list[Part]:
    """Put every operation into the calls that it ran in; return the box of each."""
    nest = _Nest(root)
    fused = {node.within for node in trace.nodes}
    leaves = [nest.put(node, node.id if node.id in fused else node.within) for node in trace.nodes]
    if trace.error:
        leaves.append(nest.fail(trace))
    for part in [*reversed(list(root.walk())), root]:
        part.children = [_joined(child) for child in part.children]
    return leaves


class _Nest:
    """The groups that the last operation lies in."""

    def __init__(self, root: Part) -> None:
        self._open = [root]
        self._names: list[tuple[str, int | None]] = []
        self._seen: dict[str, int] = {}

    def put(self, node: Node, fused: int | None) -> Part:
        """Put an operation at the end; `fused` is the operation that computes it in one go with others."""
        names = around(node) if node.is_operation else []
        self._enter([*names, ("", fused)] if fused is not None else names)
        kind = "operation" if node.is_operation else node.op
        leaf = Part(f"{kind} {node.name}", kind, node.module, node.call, [node.id], len(self._names))
        self._add(leaf)
        for part in self._open:
            part.nodes.append(node.id)
        return leaf

    def fail(self, trace: Trace) -> Part:
        """Put the failure where the last operation is, as far as it lies in the module that failed."""
        path = trace.error.module if trace.error else ""
        kept = [name for name in self._names if name[0] and f"{path}.".startswith(f"{name[0]}.")]
        self._enter(kept)
        leaf = Part("failure", "failure", path, level=len(self._names))
        self._add(leaf)
        return leaf

    def _enter(self, names: list[tuple[str, int | None]]) -> None:
        """Leave the groups that are not meant, and open those that are."""
        same = 0
        while same < min(len(names), len(self._names)) and names[same] == self._names[same]:
            same += 1
        del self._names[same:], self._open[same + 1 :]
        for path, number in names[same:]:
            group = Part(self._key(path, number), "group", path, number, level=len(self._names))
            if not path:
                group.fused = number
            self._add(group)
            self._names.append((path, number))
            self._open.append(group)

    def _add(self, part: Part) -> None:
        part.parent = self._open[-1]
        self._open[-1].children.append(part)

    def _key(self, path: str, number: int | None) -> str:
        if not path:
            return f"fused {number}"
        called = path if not number else f"{path}:{number}"
        if number is not None:
            return f"group {called}"
        again = self._seen[path] = self._seen.get(path, 0) + 1  # it is left and entered again
        return f"container {path}" if again == 1 else f"container {path} {again}"


def _joined(part: Part) -> Part:
    """Return what is in it in the place of a module that is one operation, or of a container of one module."""
    if part.kind != "group" or len(part.children) != 1:
        return part
    (only,) = part.children
    return only if only.kind == "operation" or (part.call is None and only.kind == "group") else part


# ---- runs ----


def _fold(part: Part, trace: Trace) -> None:
    """Put runs in the place of equal groups that follow and read each other."""
    for child in part.children:
        _fold(child, trace)
    folded: list[Part] = []
    for stretch in _stretches(part.children, trace):
        if len(stretch) == 1:
            folded += stretch
            continue
        run = Part(f"run {stretch[0].key}", "run", part.path, None, level=stretch[0].level)
        run.nodes = [node for each in stretch for node in each.nodes]
        run.adopt(stretch)
        folded.append(run)
    part.children = folded


def _stretches(children: list[Part], trace: Trace) -> Iterator[list[Part]]:
    stretch: list[Part] = []
    last: object = None
    for child in children:
        can_repeat = child.kind in ("group", "stretch") and child.fused is None
        likeness = _likeness(child, trace) if can_repeat else None
        if stretch and likeness is not None and likeness == last and _reads(child, stretch[-1], trace):
            stretch.append(child)
            continue
        if stretch:
            yield stretch
        stretch, last = [child], likeness
    if stretch:
        yield stretch


def _likeness(group: Part, trace: Trace) -> object:
    """Return what two groups have in common if they are equal: class, operations, attributes, shapes, wiring."""
    if not group.nodes:
        return None
    first = group.nodes[0]
    told = []
    for node in map(trace.nodes.__getitem__, group.nodes):
        read = tuple(source - first if source >= first else BORDER for source in node.inputs)
        told.append((node.op, node.attributes, node.outputs, read, node.params, len(node.calls)))
    return trace.types.get(group.path), tuple(told)


def _reads(later: Part, earlier: Part, trace: Trace) -> bool:
    made = set(earlier.nodes)
    return any(source in made for node in later.nodes for source in trace.nodes[node].inputs)


# ---- what flows ----


def _let_flow(source: Part, target: Part, node: int) -> None:
    """Note in every part that a value passes where it goes in it."""
    up, down = source.line, target.line
    shared = 0
    while shared < min(len(up), len(down)) and up[shared] is down[shared]:
        shared += 1
    for part in up[shared:-1]:
        part.flows[up[up.index(part) + 1].place, BORDER, node] = None
    for part in down[shared:-1]:
        part.flows[BORDER, down[down.index(part) + 1].place, node] = None
    common = up[shared - 1]
    common.flows[up[shared].place, down[shared].place, node] = None
