"""Tabs that stand closer where there is little room."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QTabBar, QWidget

from explorer.window.theme import SPACING


class TabRow(QTabBar):
    """Names in a row, never cut; only where they find no room even close together, the row scrolls."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            parent, documentMode=True, drawBase=False, expanding=False, usesScrollButtons=True, movable=False
        )
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setProperty("tight", False)

    @property
    def is_tight(self) -> bool:
        """Whether the names stand close together."""
        return bool(self.property("tight"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Move the names together, or apart again."""
        tight = self._loose() > self.width()
        if tight != self.is_tight:
            self.setProperty("tight", tight)
            self.style().unpolish(self)
            self.style().polish(self)
        super().resizeEvent(event)

    def _loose(self) -> int:
        """Return the width of all names with the usual room between them."""
        words = (self.fontMetrics().horizontalAdvance(self.tabText(k)) for k in range(self.count()))
        return sum(words) + 3 * SPACING * self.count()
