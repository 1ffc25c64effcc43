"""What can be asked of the drawing of a forward: its operations as boxes, groups of them, and what flows between."""

from dataclasses import dataclass

from explorer.engine.command import Command, Lane, Urgency

Point = tuple[float, float]
OPENING = ("group", "run", "stretch")
"""The kinds of boxes that there is something in."""


@dataclass(frozen=True)
class Box:
    """A box of the drawing.

    Attributes:
        key: What it is, the same in every drawing of the same network: whoever opened it finds it again.
        kind: `input`, `output`, `operation`, `group` (a call of a module), `run` (equal groups one after the other),
            `stretch` (operations in a row, where there are too many for one page), or `failure`.
        name: As a person reads it: the last part of a module's path, or what the operation does.
        sentence: In plain words what it does; of a group the class of its module.
        op: Operation name, for its colour; of a group that is one thing, that thing's; else empty.
        nodes: Ids of the operations that it stands for, rising; of an open group those inside it.
        around: Key of the open group that it lies in; empty for none.
        is_open: True if what is inside is drawn inside it.
        times: How many equal groups a run stands for; 1 for all else.
        left, top, width, height: Where it lies, in device-independent pixels from the drawing's upper left corner.
        joins: True for an operation in which ways meet: it reads what several others made.
    """

    key: str
    kind: str
    name: str
    sentence: str
    op: str
    nodes: tuple[int, ...]
    around: str
    is_open: bool
    times: int
    left: float
    top: float
    width: float
    height: float
    joins: bool = False

    @property
    def can_open(self) -> bool:
        """True if there is anything inside it."""
        return self.kind in OPENING


@dataclass(frozen=True)
class Edge:
    """What flows from one box to another.

    Attributes:
        source, target: Keys of the boxes, neither of them open.
        pairs: Ids of the operations that it joins: who made it, who reads it.
        shape: Shape of what flows, as a person reads it; empty where several shapes do.
        is_skip: True if it passes by what lies between: another way leads from the one to the other.
        points: The line, from the edge of the one box to that of the other, in device-independent pixels.
    """

    source: str
    target: str
    pairs: tuple[tuple[int, int], ...]
    shape: str
    is_skip: bool
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Drawing:
    """A forward drawn.

    Attributes:
        boxes: Open groups before what lies in them.
        edges: Between the boxes that are not open.
        width, height: Of the whole, in device-independent pixels.
        opened: Keys of the open groups and runs, of those that were asked for and are there.
        crossings: How often edges cross.
    """

    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    width: float
    height: float
    opened: frozenset[str]
    crossings: int


@dataclass(frozen=True)
class DrawGraph(Command[Drawing]):
    """Asks for the drawing of a forward.

    Attributes:
        forward: Number of the forward.
        opened: Keys of the groups and runs that are open; None for a page that can be read at a glance.
        depth: With `opened` None: so many levels of modules are open, 0 for none; None lets the drawing choose.
        across: True from left to right, False from top to bottom.
        showing: Id of an operation that is to have its own box: the groups around it are open as well; None for none.
    """

    lane, urgency, doing = Lane.VIEW, Urgency.SELECTED, "drawing the network"

    forward: int
    opened: frozenset[str] | None = None
    depth: int | None = None
    across: bool = False
    showing: int | None = None
