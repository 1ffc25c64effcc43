"""The frame over the whole window while something is dragged across it."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from explorer.window import theme
from explorer.window.theme import SPACING


class DropHint(QWidget):
    """Covers its parent with a tint and a frame in the accent colour; lets all events through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self._text = ""
        self.setObjectName("dropHint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def reveal(self, text: str) -> None:
        """Show it over the whole parent, with what a drop would do."""
        self._text = text
        self.setGeometry(self._covered.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tint, the frame and the text."""
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tint = QColor(tokens.window)
        tint.setAlphaF(0.82)
        painter.fillRect(event.rect(), tint)
        painter.setPen(QPen(QColor(tokens.accent), 3, Qt.PenStyle.DashLine))
        frame = QRectF(self.rect()).adjusted(SPACING, SPACING, -SPACING, -SPACING)
        painter.drawRoundedRect(frame, SPACING, SPACING)
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 1.8)
        painter.setFont(font)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)
