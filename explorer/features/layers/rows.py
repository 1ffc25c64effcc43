"""The rows of the tree: calls of modules as groups, operations as leaves, in the order they ran."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from explorer.records import calls
from explorer.records.calls import Around
from explorer.records.describe import words
from explorer.records.trace import Node, Trace, TraceError

_SIGNS = {"add": "+ ", "sub": "− ", "mul": "× ", "div": "÷ ", "matmul": "@ "}


@dataclass(eq=False)
class Row:
    """A row of the tree.

    Attributes:
        name: Its own text in the first column.
        path: Path of the module; empty for an operation that is not all of a module.
        type: Class of the module; empty if there is none, or it was not called itself.
        node: The operation it stands for; of a group, the last one in it.
        nodes: All operations in it, itself included, in order.
        error: Where the forward pass stopped, if this row says so.
        is_called: False for a container of modules that was not called itself.
    """

    name: str
    path: str = ""
    type: str = ""
    node: Node | None = None
    nodes: list[Node] = field(default_factory=list)
    error: TraceError | None = None
    is_called: bool = True
    parent: "Row | None" = None
    position: int = 0
    children: list["Row"] = field(default_factory=list)
    texts: tuple[str, ...] | None = None
    searched: str | None = None

    def add(self, child: "Row") -> "Row":
        """Put a row at the end of this one's."""
        child.parent, child.position = self, len(self.children)
        self.children.append(child)
        return child

    def walk(self) -> Iterator["Row"]:
        """Yield every row below this one, in the order of the tree."""
        for child in self.children:
            yield child
            yield from child.walk()

    @property
    def module(self) -> str:
        """Which module of several operations it stands for, for a person: `layer1.0 (call 2)`; empty for none."""
        if not self.children:
            return ""
        call = self.name.rpartition(" (call ")
        return self.path + "".join(call[1:] if call[1] else ())

    def words(self, trace: Trace) -> str:
        """Return all by which a person may search for it, in lower case."""
        if self.searched is None:
            own = f"{self.name} {self.path} {self.type}".lower()
            alone = self.node is not None and not self.children
            self.searched = f"{own} {words(self.node, trace)}" if alone and self.node else own
        return self.searched


def build(trace: Trace) -> Row:
    """Return the invisible root over the rows of a trace.

    A module that is called twice is a row each time, where it happened. A module that is a single operation is one
    row with it.
    """
    root = Row("")
    open_: list[tuple[Around, Row]] = []  # the groups that the operation before ran in, the outermost first
    for node in sorted(trace.nodes, key=lambda node: node.op != "input"):
        keys = calls.around(node)
        same = next(
            (k for k, (it, key) in enumerate(zip(open_, keys, strict=False)) if it[0] != key), len(keys)
        )
        del open_[same:]
        for key in keys[len(open_) :]:
            around = open_[-1][1] if open_ else root
            open_.append((key, around.add(_group(key, around, trace))))
        (open_[-1][1] if open_ else root).add(Row(_label(node), node=node))
        _count(node, open_, root)
    _join(root)
    if trace.error:
        root.add(Row(f"✕ {trace.error.name or trace.error.op} stopped here", error=trace.error))
    return root


def flat(root: Row) -> list[Row]:
    """Return a row an operation, without groups, each by its whole name."""
    rows = []
    for row in root.walk():
        if row.node is not None and not row.children:
            rows.append(Row(row.node.person_name, row.path, row.type, row.node, [row.node]))
    return rows


def structure(trace: Trace) -> tuple[object, ...]:
    """Return what the rows of two traces have in common if one can take the place of the other."""
    return [(it.op, it.name, it.module, it.calls) for it in trace.nodes], trace.modules, trace.error


def _group(key: Around, around: Row, trace: Trace) -> Row:
    path, call = key
    inside = not around.path or path.startswith(f"{around.path}.")
    name = path[len(around.path) :].lstrip(".") if inside else path
    again = f" (call {call + 1})" if call else ""
    return Row(name + again, path=path, type=trace.types.get(path, ""), is_called=call is not None)


def _count(node: Node, groups: list[tuple[Around, Row]], root: Row) -> None:
    for row in (root, *(row for _, row in groups)):
        row.node = node
        row.nodes.append(node)
    leaf = (groups[-1][1] if groups else root).children[-1]
    leaf.nodes.append(node)


def _label(node: Node) -> str:
    return node.name if not node.is_operation else _SIGNS.get(node.op, "") + node.op


def _join(row: Row) -> None:
    """Make one row of a module and its only operation, and of a container that was not called and its only module."""
    for child in row.children:
        _join(child)
        if len(child.children) != 1:
            continue
        (only,) = child.children
        if not only.path:
            child.children.clear()
        elif not child.is_called:
            child.name, child.path, child.type = f"{child.name}.{only.name}", only.path, only.type
            child.is_called = only.is_called
            child.children = only.children
            for grandchild in child.children:
                grandchild.parent = child
