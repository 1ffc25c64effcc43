"""A box with a list, drawn as flat as the rest of the top line."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from explorer.window import theme
from explorer.window.theme import SPACING
from explorer.window.widgets.list_rows import ListBox, draw_arrow

_MOST_ROWS = 16
_AROUND = 5 * SPACING  # pixels beside the text: its margins, the cursor, the arrow


class FlatBox(ListBox):
    """Shows its ground only under the mouse, and a ring with the focus; as wide as its text.

    Args:
        parent: As in Qt.
        letters: How many characters it has room for at most.
        editable: True if a person can type into it.
    """

    def __init__(self, parent: QWidget | None, letters: int, editable: bool = False) -> None:
        super().__init__(parent, editable=editable, insertPolicy=ListBox.InsertPolicy.NoInsert)
        self._most = letters * self.fontMetrics().horizontalAdvance("0") + _AROUND
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFrame(False)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setMaxVisibleItems(_MOST_ROWS)

    def shown_text(self) -> str:
        """Return what the box itself shows."""
        return self.currentText()

    def fit(self) -> None:
        """Be as wide as what is shown, as far as there is room: the arrow follows the text."""
        needed = self.fontMetrics().horizontalAdvance(self.shown_text()) + _AROUND
        self.setFixedWidth(min(needed, self._most))

    def in_slot(self) -> QWidget:
        """Return a widget that holds the box and is as wide for every text: nothing beside it moves."""
        slot = QWidget()
        slot.setFixedWidth(self._most)
        row = QHBoxLayout(slot)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self)
        row.addStretch(1)
        return slot

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, ring, text and arrow."""
        painter, tokens = QStylePainter(self), theme.current()
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_typed, is_hovered = self.isEditable() and self.hasFocus(), self.underMouse() and self.isEnabled()
        if is_typed or is_hovered:
            painter.setPen(QPen(QColor(tokens.accent if is_typed else tokens.hover)))
            painter.setBrush(QColor(tokens.hover if is_hovered and not self.isEditable() else tokens.surface))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), SPACING / 2, SPACING / 2)
        if not self.isEditable():
            painter.setPen(QColor(tokens.text if self.isEnabled() else tokens.muted))
            room = self.rect().adjusted(SPACING, 0, -2 * SPACING, 0)
            text = option.fontMetrics.elidedText(
                self.shown_text(), Qt.TextElideMode.ElideMiddle, room.width()
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
        draw_arrow(painter, self.width() - 2 * SPACING, self.height())
