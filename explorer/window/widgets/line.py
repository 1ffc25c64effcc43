"""A line of words that are dropped whole where there is no room: what is cut could be read as something else."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.elided import FACTS

_MARGIN = 2  # pixels above and below


class Line(QWidget):
    """A text at the left and one at the right; of several wordings, the first that fits."""

    def __init__(self, left: str = "muted", right: str = "muted", parent: QWidget | None = None) -> None:
        """Create an empty line; `left` and `right` are the roles of its texts in the theme."""
        super().__init__(parent)
        self._wordings: tuple[tuple[str, str], ...] = (("", ""),)
        self._more = ""  # what the tooltip says besides
        self._left, self._right = _text(self, left), _text(self, right)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def say(self, *wordings: tuple[str, str]) -> None:
        """Say the first of these (left, right) that fits; the last one says it with an ellipsis where none does."""
        if wordings != self._wordings:
            self._wordings = wordings
            self._choose()

    def explain(self, more: str) -> None:
        """Say this too in the tooltip."""
        if more != self._more:
            self._more = more
            self._choose()

    @property
    def said(self) -> tuple[str, str]:
        """What stands there now."""
        return self._left.text(), self._right.text()

    @property
    def right(self) -> QWidget:
        """The text at the right."""
        return self._right

    @property
    def whole(self) -> tuple[str, str]:
        """What would stand there if there were room."""
        return self._wordings[0]

    def sizeHint(self) -> QSize:
        """Return the room for the first wording."""
        return QSize(self._width(*self._wordings[0]), self._height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the wording again."""
        super().resizeEvent(event)
        self._choose()

    def changeEvent(self, event: QEvent) -> None:
        """Choose the wording again in another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "_right"):
            self._choose()

    def _choose(self) -> None:
        fitting = (wording for wording in self._wordings if self._width(*wording) <= self.width())
        left, right = next(fitting, self._wordings[-1])
        room = self.width() - (self._advance(self._left, left) + theme.SPACING if left and right else 0)
        end = self._right if right else self._left
        cut = _cut(end, right or left, max(room, 0))
        self._left.setText(left if right else cut)
        self._right.setText(cut if right else "")
        whole = FACTS.join(filter(None, self._wordings[0]))
        said = "" if self.said == self._wordings[0] else whole.replace(FACTS, "\n")
        self.setToolTip(fmt.tip("\n".join(filter(None, (said, self._more)))))
        self.setAccessibleDescription(whole)
        self._left.setGeometry(0, 0, self._advance(self._left, self._left.text()), self.height())
        width = self._advance(self._right, self._right.text())
        self._right.setGeometry(self.width() - width, 0, width, self.height())

    def _width(self, left: str, right: str) -> int:
        between = 2 * theme.SPACING if left and right else 0
        return self._advance(self._left, left) + between + self._advance(self._right, right)

    def _advance(self, label: QLabel, text: str) -> int:
        label.ensurePolished()
        return label.fontMetrics().horizontalAdvance(text) + 2 if text else 0

    def _height(self) -> int:
        return max(label.fontMetrics().height() for label in (self._left, self._right)) + 2 * _MARGIN


def _cut(label: QLabel, text: str, room: int) -> str:
    """Return as many of the first words of a text as there is room for; of a single one both its ends."""
    metrics, words = label.fontMetrics(), text.split(" ")
    if metrics.horizontalAdvance(text) <= room:
        return text
    for count in range(len(words) - 1, 0, -1):
        begun = f"{' '.join(words[:count])} …"
        if metrics.horizontalAdvance(begun) <= room:
            return begun
    return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room)


def _text(parent: QWidget, role: str) -> QLabel:
    label = QLabel(parent)
    label.setProperty("role", role)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
