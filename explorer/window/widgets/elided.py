"""Lines of text that give way where there is little room, and tell the whole in their tooltip."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from explorer.window import format as fmt

FACTS = 4 * " "
"""What stands between two facts of a line: room, as in the line at the foot of the window, and no mark.

A sentence has commas. What is no sentence and no row of facts, such as a title and a size, has a colon between them.
"""

_LEAST = 40  # pixels


class ElidedLabel(QLabel):
    """A line that gives way in its middle, where it matters least; it never pushes away what is beside it."""

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.say(text)

    def say(self, text: str, tip: str = "") -> None:
        """Show a text; `tip` joins it in the tooltip."""
        self.setText(text)
        self.setToolTip(fmt.tip("\n".join(part for part in (*text.split(FACTS), tip) if part)))

    def minimumSizeHint(self) -> QSize:
        """Return a small width: it can always be elided."""
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), _LEAST), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint as much of both ends as there is room for."""
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(
            self._fitting(room.width()), Qt.TextElideMode.ElideMiddle, room.width()
        )
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, self.alignment() | Qt.TextFlag.TextSingleLine, text)

    def _fitting(self, width: int) -> str:  # noqa: ARG002
        """Return what of the text is to be painted into so many pixels."""
        return self.text()


class FactsLabel(ElidedLabel):
    """A line of facts, `31 ms    10 runs    cpu`, the last of which are left out whole where there is no room."""

    between = FACTS

    def _fitting(self, width: int) -> str:
        return fitting(self.text(), self.between, self.fontMetrics(), width)


def fitting(text: str, between: str, metrics: QFontMetrics, width: int) -> str:
    """Return as many whole facts of a text, from the first on, as have room in `width` pixels; at least one."""
    facts = text.split(between)
    while len(facts) > 1 and metrics.horizontalAdvance(between.join(facts)) > width:
        facts.pop()
    return between.join(facts)


class ClausesLabel(FactsLabel):
    """A sentence of clauses, `1 layer differs; all values agree`, the last of which are left out whole."""

    between = "; "


class WordsLabel(FactsLabel):
    """A few words, the last of which are left out whole where there is no room."""

    between = " "
