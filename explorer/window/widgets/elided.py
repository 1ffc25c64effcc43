"""Lines of text that give way where there is little room, and tell the whole in their tooltip."""

from collections.abc import Iterable, Iterator, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from explorer.window import format as fmt

FACTS = 4 * " "
"""What stands between two facts of a line: room, as in the line at the foot of the window, and no mark.

A sentence has commas. What is no sentence and no row of facts, such as a title and a size, has a colon between them.
"""

SIGN = "…"
"""What stands for all that there is no room for: it is in the tooltip."""

MORE = f" {SIGN}"
"""What stands behind the last fact that there is room for: there are more, in the tooltip."""

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
        text, metrics = self.said_in(room.width()), self.fontMetrics()
        if (
            metrics.horizontalAdvance(text) > room.width()
        ):  # whole pixels, where eliding counts parts of one too
            text = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room.width())
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, self.alignment() | Qt.TextFlag.TextSingleLine, text)

    def said_in(self, width: int) -> str:  # noqa: ARG002
        """Return what of the text is to be painted into so many pixels."""
        return self.text()


class FactsLabel(ElidedLabel):
    """A line of facts, `31 ms    10 runs    cpu`: in other words where they have no room, then without some of them.

    A fact is left out whole, the last ones first, `31 ms    10 runs …`; too long, it gives way to those after it.
    """

    between, more = FACTS, MORE
    _shorter: tuple[str, ...] = ()

    def say(self, text: str, tip: str = "", *shorter: str) -> None:
        """Show a text, or the first of `shorter`, the same in fewer and fewer words, that has room."""
        if shorter != self._shorter:
            self._shorter = shorter
            self.update()
        super().say(text, tip)

    def said_in(self, width: int) -> str:
        """Return the most telling words that have room, with a sign where facts are left out."""
        said = fitting((self.text(), *self._shorter), self.fontMetrics(), width)
        return self._most_of(said.split(self.between), width)

    def _most_of(self, facts: Sequence[str], width: int) -> str:
        """Return as many of some facts as there is room for, the first of them always, and a sign if some are not."""
        metrics, kept = self.fontMetrics(), list(facts[:1])

        def fits(said: str) -> bool:
            return metrics.horizontalAdvance(said) <= width

        if fits(whole := self.between.join(facts)):
            return whole
        for fact in facts[1:]:
            if fits(f"{self.between.join((*kept, fact))}{self.more}"):
                kept.append(fact)
        said = self.between.join(kept)
        return f"{said}{self.more}" if len(facts) > 1 and fits(f"{said}{self.more}") else said


def shorter(text: str, between: str = FACTS, more: str = MORE) -> Iterator[str]:
    """Yield a line of facts, then the same with fewer and fewer of the last ones and a sign, at last the first."""
    facts = text.split(between)
    yield text
    for count in range(len(facts) - 1, 0, -1):
        yield between.join(facts[:count]) + more
    if len(facts) > 1 and more:
        yield facts[0]


def fitting(wordings: Iterable[str], metrics: QFontMetrics, width: int) -> str:
    """Return the first of several wordings that has room in `width` pixels, else the last."""
    said = ""
    for said in wordings:
        if metrics.horizontalAdvance(said) <= width:
            break
    return said


def names_of(name: str) -> tuple[str, ...]:
    """Return an operation's name, whole and with fewer of the modules around its own: `…self_attention.softmax`."""
    parts = name.split(".")
    return name, *(f"{SIGN}{'.'.join(parts[count:])}" for count in range(1, len(parts) - 1))


class ClausesLabel(FactsLabel):
    """A sentence of clauses, `1 layer differs; all values agree`, the last of which are left out whole."""

    between = "; "


class WordsLabel(ElidedLabel):
    """A few words, the last of which are left out whole where there is no room: the first ones say enough."""

    def said_in(self, width: int) -> str:
        """Return the first words, as many as have room."""
        return fitting(shorter(self.text(), " ", ""), self.fontMetrics(), width)
