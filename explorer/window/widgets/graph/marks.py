"""What is marked in a drawing beside what it draws."""

from dataclasses import dataclass, field, replace

from PySide6.QtGui import QImage

from explorer.window.widgets.graph.sizes import Bars


@dataclass(frozen=True)
class Marks:
    """What is marked.

    Attributes:
        shown: Key of the box that holds the operation that is shown; empty for none.
        hovered: Key of the box under the mouse.
        feeding, fed_by: Keys of the boxes that it reads, and of those that read it.
        hits: Keys of the boxes that hold what was searched for.
        lit: Keys of the boxes of a lineage, all others are dimmed; None for none.
        lit_edges: Numbers of its edges.
        bars: What the bars in the boxes tell; None for no bars.
        thumbnail: A map of the operation that is shown, for its box; None for none.
    """

    shown: str = ""
    hovered: str = ""
    feeding: frozenset[str] = frozenset()
    fed_by: frozenset[str] = frozenset()
    hits: frozenset[str] = frozenset()
    lit: frozenset[str] | None = None
    lit_edges: frozenset[int] = frozenset()
    bars: Bars | None = field(default=None, compare=False)
    thumbnail: QImage | None = field(default=None, compare=False)

    @property
    def ground(self) -> "Marks":
        """The marks without those that change at each step and at each movement of the mouse."""
        return replace(self, shown="", hovered="", feeding=frozenset(), fed_by=frozenset(), thumbnail=None)
