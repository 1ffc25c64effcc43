"""What is drawn as a box: an operation, or a group of what lies in it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

Slot: TypeAlias = tuple[int, int, int]
"""What flows inside a part: number of the child that it leaves, of the child that it enters, id of who made it.

-1 in place of a child stands for the border of the part.
"""
BORDER = -1


@dataclass(eq=False)
class Part:
    """Something that is drawn as a box.

    Attributes:
        key, kind: As of a `Box`; the whole network has the key "".
        path: Of the module that was called; empty if it stands for none.
        call: How many calls of that module came before; None if it was not called itself.
        nodes: Ids of the operations inside, rising.
        level: How many groups lie around it; of a run and what is in it, as many as if there were no run.
        children: What lies in it, in the order it ran.
        fused: Id of the operation that computes all that is in it in one go; None if there is none.
    """

    key: str
    kind: str
    path: str = ""
    call: int | None = 0
    nodes: list[int] = field(default_factory=list)
    level: int = 0
    children: list["Part"] = field(default_factory=list)
    fused: int | None = None
    parent: "Part | None" = field(default=None, repr=False)
    place: int = 0
    flows: dict[Slot, None] = field(default_factory=dict, repr=False)

    @property
    def times(self) -> int:
        """How many equal groups it stands for."""
        return len(self.children) if self.kind == "run" else 1

    @cached_property
    def inner(self) -> frozenset[str]:
        """Keys of all that can be open inside."""
        own = (child for child in self.children if child.children)
        return frozenset(key for child in own for key in (child.key, *child.inner))

    @property
    def line(self) -> list["Part"]:
        """The parts around it and itself, the outermost first."""
        line = [self]
        while line[-1].parent is not None:
            line.append(line[-1].parent)
        return line[::-1]

    def walk(self) -> Iterator["Part"]:
        """Yield every part inside, those around before those within."""
        for child in self.children:
            yield child
            yield from child.walk()

    def adopt(self, children: Iterable["Part"]) -> None:
        """Take these as the children."""
        self.children = list(children)
        for place, child in enumerate(self.children):
            child.parent, child.place = self, place
