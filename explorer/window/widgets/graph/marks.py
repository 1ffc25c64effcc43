"""What is marked in a drawing beside what it draws."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from PySide6.QtGui import QColor, QImage

from explorer.window import theme
from explorer.window.widgets.graph.sizes import Bars


@dataclass(frozen=True)
class Badge:
    """A sign at the corner of a box; what it means stands in a legend.

    Attributes:
        sign: One character.
        series: Number of its colour in the theme's series; None for a muted one.
        is_strong: True if the whole box is bordered in its colour.
    """

    sign: str
    series: int | None = None
    is_strong: bool = False

    @property
    def colour(self) -> QColor:
        """Its colour in the theme of now."""
        return QColor(theme.current().muted) if self.series is None else theme.series_colour(self.series)


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
        badges: Signs at the corners of boxes, by their keys; None for none.
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
    badges: Mapping[str, Badge] | None = None
    bars: Bars | None = field(default=None, compare=False)
    thumbnail: QImage | None = field(default=None, compare=False)

    @property
    def ground(self) -> "Marks":
        """The marks without those that change at each step and at each movement of the mouse."""
        return replace(self, shown="", hovered="", feeding=frozenset(), fed_by=frozenset(), thumbnail=None)
