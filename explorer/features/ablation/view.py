"""What if: what matters for a class at the left, the answer before and after at the right."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QPushButton, QWidget

from explorer.features.ablation.controls import AblationControls
from explorer.features.ablation.ranking_table import RankingTable
from explorer.features.ablation.shift_table import ShiftTable
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.elided import ElidedLabel, FactsLabel
from explorer.window.widgets.halves import Halves
from explorer.window.widgets.line import Line
from explorer.window.widgets.parts import BusyBar, column, label
from explorer.window.widgets.tables import paint_hint

_NONE_OFF = "What is off is listed here."


class OffList(QListWidget):
    """What is off, or that it will stand here."""

    @property
    def hint(self) -> str:
        """What stands here while nothing is off."""
        return "" if self.count() else _NONE_OFF

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the list, or the hint."""
        super().paintEvent(event)
        if self.hint:
            paint_hint(self, self.hint)


class AblationView(QWidget):
    """The ranking, the answer before and after, the list of what is off, a line at the foot that says what is off.

    Signals:
        on_again(int): Place in the list of what is to be switched on again.
    """

    on_again = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ablationView")
        self.setAccessibleName("What if")
        self.busy = BusyBar()
        self.line = Line("warning")
        self.line.setAccessibleName("What is switched off")
        self.controls = AblationControls()
        self.caption = FactsLabel(role="muted")
        self.ranking = RankingTable()
        self.random = label("warning")
        self.random.setText("random weights: it explains nothing")
        self.random.setToolTip(
            "Its weights are random: what changes its answer says nothing about the image."
        )
        self.head = FactsLabel(role="title")
        self.shifts = ShiftTable()
        self.off_head = ElidedLabel(role="title")
        self.head.say("Answer")
        self.undo, self.clear = QPushButton("Undo"), QPushButton("All on")
        self.clear.setToolTip("Switch everything on again (Ctrl+Alt+0)")
        self.list = OffList()
        self.list.setObjectName("offList")
        self.list.setAccessibleName("Switched off")
        self.list.setToolTip("Click one, or press Return, to switch it on again")
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(lambda item: self.on_again.emit(self.list.row(item)))
        self.list.itemActivated.connect(lambda item: self.on_again.emit(self.list.row(item)))
        self.list.setFrameShape(QListWidget.Shape.NoFrame)
        self._arrange()

    def _arrange(self) -> None:
        left, right = QWidget(), QWidget()
        ranked = column(left, self.controls, self.caption, self.ranking)
        ranked.setStretchFactor(self.ranking, 1)
        deeds = QHBoxLayout()
        deeds.setSpacing(theme.SPACING)
        deeds.addWidget(self.off_head, 1)
        deeds.addWidget(self.undo)
        deeds.addWidget(self.clear)
        answered = column(right, self.head, self.random, self.shifts, deeds, self.list)
        answered.setStretchFactor(self.shifts, 3)
        answered.setStretchFactor(self.list, 1)
        self.list.setMinimumHeight(self.fontMetrics().height() + 2 * theme.SPACING)
        halves = Halves(left, right, (3, 2))
        whole = column(self, self.busy, halves, self.line)
        whole.setStretchFactor(halves, 1)

    def set_off(self, told: Sequence[str], undoes: str) -> None:
        """List what is off, and say it in the line above; `undoes`: what taking the last switch back does."""
        self.line.say(*_lines(told))
        self.off_head.say(f"Off: {len(told) or 'none'}", "What is switched off")
        listed = [self.list.item(k).text() for k in range(self.list.count())]
        if listed != list(told):
            self.list.clear()
            self.list.addItems(list(told))
            for place, each in enumerate(told):
                self.list.item(place).setToolTip(fmt.tip(f"{each}\nClick to switch it on again"))
        self.undo.setToolTip(fmt.tip(undoes or "Take the last switch back"))
        self._enable(bool(undoes), bool(told))

    def _enable(self, can_undo: bool, can_clear: bool) -> None:
        """Let be pressed what does something; the keyboard goes from what does nothing now to what is beside it."""
        works = [it for it, can in ((self.undo, can_undo), (self.clear, can_clear)) if can]
        for button in works:
            button.setEnabled(True)
        if any(it.hasFocus() and it not in works for it in (self.undo, self.clear)):
            [*works, self.list][0].setFocus(Qt.FocusReason.OtherFocusReason)
        self.undo.setEnabled(can_undo)
        self.clear.setEnabled(can_clear)


def _lines(told: Sequence[str]) -> list[tuple[str, str]]:
    """Return what is said of what is off, the longest wording first."""
    if not told:
        return [("", "")]
    parts = "1 part" if len(told) == 1 else f"{len(told)} parts"
    elsewhere = "The rest of the window shows the whole network."
    return [
        (f"Off only here: {', '.join(told)}. {elsewhere}", ""),
        (f"Off only here: {', '.join(told)}", ""),
        (f"Off only here: {parts}. {elsewhere}", ""),
        (f"Off only here: {parts}", ""),
    ]
