"""How the tree follows steps: the row in a steady band, and what they unfolded is folded again behind them."""

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QTreeView

from explorer.features.layers.model import LayerModel
from explorer.features.layers.row_painter import HEIGHT
from explorer.features.layers.rows import Row

_BAND = (0.25, 0.4)  # of the height of the view: where the row stands that is stepped to


class Following:
    """Brings the current row of a tree in sight.

    Modules on the way to it are opened, and closed again when it has left them, as soon as that moves nothing; one that
    the person opens or closes themselves is theirs from then on. A row follows the one before by itself, until it would
    leave the band: then the tree moves below it, a row at a time.

    Args:
        tree: The view, which scrolls by rows.
        layers: Its rows.
    """

    def __init__(self, tree: QTreeView, layers: LayerModel) -> None:
        self._tree, self._layers = tree, layers
        self._opened: list[Row] = []
        self._is_own = False
        tree.expanded.connect(self._on_turned)
        tree.collapsed.connect(self._on_turned)

    def forget(self) -> None:
        """Leave open whatever is open: the rows are others, or the person arranged them."""
        self._opened.clear()

    def place(self) -> int | None:
        """Return the upper edge of the current row, in pixels; None if it is out of sight."""
        rect = self._tree.visualRect(self._tree.currentIndex())
        sight = self._tree.viewport().rect()
        return rect.top() if rect.isValid() and rect.top() >= 0 and rect.bottom() <= sight.bottom() else None

    def reveal(self, before: int | None, is_step: bool) -> None:
        """Have the current row in sight, its modules open.

        Args:
            before: Where the row before stood, see `place`.
            is_step: True if it is the next one, or the one before.
        """
        current = self._tree.currentIndex()
        self._is_own = True
        around = self._around(current)
        for row in reversed(around):
            if not self._tree.isExpanded(self._layers.index_of(row)):
                self._tree.expand(self._layers.index_of(row))
                self._opened.append(row)
        there = self._tree.visualRect(current)
        in_sight = (
            there.isValid() and there.top() >= 0 and there.bottom() <= self._tree.viewport().rect().bottom()
        )
        if before is not None and is_step:
            place = _near(before, self._banded(there.top()), there.top())
        else:
            place = there.top() if in_sight else self._banded(there.top())
        for row in [it for it in reversed(self._opened) if it not in around]:
            if not is_step or self._can_fold(row, current, place):
                self._tree.collapse(self._layers.index_of(row))
                self._opened.remove(row)
        self._stand(current, place)
        self._is_own = False

    def _can_fold(self, row: Row, current: QModelIndex, place: int) -> bool:
        """Tell whether the tree can be scrolled so far that the current row does not leap when a module is closed."""
        bar, index = self._tree.verticalScrollBar(), self._layers.index_of(row)
        value = bar.value() + round((self._tree.visualRect(current).top() - place) / HEIGHT)
        rows = self._shown(row)
        if self._tree.visualRect(index).top() < self._tree.visualRect(current).top():
            return value >= rows
        return value <= bar.maximum() - rows

    def _shown(self, row: Row) -> int:
        """Return how many rows stand open in a module."""
        if not self._tree.isExpanded(self._layers.index_of(row)):
            return 0
        return sum(1 + self._shown(child) for child in row.children)

    def _banded(self, place: int) -> int:
        low, high = (int(part * self._tree.viewport().height()) for part in _BAND)
        return min(max(place, low), high)

    def _stand(self, current: QModelIndex, place: int) -> None:
        """Have a row stand at a place, as far as there is something to scroll."""
        away = self._tree.visualRect(current).top() - place
        bar = self._tree.verticalScrollBar()
        bar.setValue(bar.value() + round(away / HEIGHT))

    def _around(self, current: QModelIndex) -> list[Row]:
        """Return the modules that a row lies in, the innermost first."""
        around, above = [], current.parent()
        while above.isValid():
            around.append(self._layers.row(above))
            above = above.parent()
        return around

    def _on_turned(self, index: QModelIndex) -> None:
        row = self._layers.row(index)
        if not self._is_own and row in self._opened:
            self._opened.remove(row)


def _near(before: int, wanted: int, natural: int) -> int:
    """Return a place on the way to where a row is wanted: the tree moves by a row at most, against what is natural."""
    low, high = min(before - HEIGHT, natural), max(before + HEIGHT, natural)
    return min(max(wanted, low), high)
