"""The line under an answer: how it was read; a press offers the other ways."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from explorer.features.answer import readings
from explorer.records.answers import Answer, AnswerWay
from explorer.window import answer_ways, theme
from explorer.window.desk import Desk
from explorer.window.focus import give_menu
from explorer.window.format import tip
from explorer.window.theme import SPACING
from explorer.window.widgets.elided import FACTS, fitting, shorter
from explorer.window.widgets.list_rows import draw_arrow


class ReadingButton(QToolButton):
    """Says in a few words how the answer was read and what its classes are called; its tooltip says why.

    Args:
        desk: Where what is chosen goes.
        parent: As in Qt.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._answer: Answer | None = None
        self.setObjectName("answerReadingButton")
        self.setAutoRaise(True)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(3 * SPACING - 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        menu = QMenu(self)
        menu.aboutToShow.connect(self._fill)
        give_menu(self, menu)

    def show_answer(self, answer: Answer | None) -> None:
        """Say how an answer was read; without one its place stays, empty, and the outputs are those of the last."""
        self.setEnabled(answer is not None)
        if answer is None:
            self.setText("")
            self.setToolTip("")
            return
        self._answer = answer
        parts = (answer.tie, answer.given, answer.said, answer.names.removeprefix("names: "))
        text = FACTS.join(part for part in parts if part)
        self.setText(text)
        given = f"The network was given {answer.given}" if answer.given else ""
        lines = [
            _sentence(f"{answer.tie}, none comes first" if answer.tie else ""),
            _sentence(given),
            answer.reason,
            _sentence(answer.names),
            "Press to read it in another way (Ctrl+Shift+A).",
        ]
        self.setToolTip(tip("\n".join(line for line in lines if line)))
        self.setAccessibleName(f"How the answer is read: {text}")

    def minimumSizeHint(self) -> QSize:
        """Let a long text be cut; it pushes nothing away."""
        return QSize(8 * SPACING, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint plain text with an arrow after it; a fact that has no room stands in the tooltip."""
        if not self.isEnabled():
            return
        painter, tokens = QPainter(self), theme.current()
        area = self.rect().adjusted(SPACING // 2, 0, -2 * SPACING, 0)
        said = fitting(shorter(self.text(), more=""), self.fontMetrics(), area.width())
        text = self.fontMetrics().elidedText(said, Qt.TextElideMode.ElideRight, area.width())
        painter.setPen(QColor(tokens.accent if self.underMouse() else tokens.muted))
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        draw_arrow(
            painter, area.left() + self.fontMetrics().horizontalAdvance(text) + SPACING // 2, self.height()
        )

    def _fill(self) -> None:
        menu, way = self.menu(), self._desk.scene.seat.way
        menu.clear()
        for group in menu.findChildren(QActionGroup):
            group.deleteLater()
        for choices in (readings.readings(way), readings.outputs(way, self._answer)):
            group = QActionGroup(menu)  # one of them holds, and is drawn so
            for choice in choices:
                group.addAction(self._add(menu, choice))
            menu.addSeparator()
        menu.addAction(self._desk.action("classNames"))
        for choice in readings.names(way):
            self._add(menu, choice)

    def _add(self, menu: QMenu, choice: readings.Choice) -> QAction:
        action = menu.addAction(choice.text, self._chosen(choice.way))
        action.setCheckable(True)
        action.setChecked(choice.is_chosen)
        return action

    def _chosen(self, way: AnswerWay) -> Callable[[], None]:
        def use() -> None:
            answer_ways.use(self._desk, way)
            self._desk.settle()

        return use


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""
