"""Notices: one line of information, a warning or an error, over the foot, in place of a modal box."""

from typing import cast

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QPalette, QShortcut, QShowEvent, QWindow
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from explorer.window import format as fmt
from explorer.window import icons, theme
from explorer.window.keys import claims, is_typed_into, receiver
from explorer.window.leaving import LEAVES_ESCAPE
from explorer.window.spec import Level, NoticeAction
from explorer.window.theme import SPACING

_MOST = 3
# Pixels of a narrow foot that a notice covers last: there stands what matters most.
_FIRST_FACT = 18 * SPACING
_LEAST_SHARE = 0.5  # of the room beside the status, for a notice: with less it lies over the last facts
_STAYS_MS = {Level.INFO: 6_000, Level.WARNING: 10_000, Level.ERROR: 12_000}
_TICKS = 10  # in which its time is counted: of a while in which the machine stood still only one
ANSWER_KEYS = ("Alt+Return", "Alt+Enter")
"""Press the button of the newest notice that has one; the second is the key of the number pad."""


class Notice(QFrame):
    """One line with an icon, maybe an input, maybe a button, and a way to close it.

    Signals:
        closed(): The person closed it, or its button was pressed.
        others_asked(): The person wants to see the notices that wait behind it, or no longer.
    """

    closed = Signal()
    others_asked = Signal()

    def __init__(
        self,
        level: Level,
        text: str,
        action: NoticeAction | None = None,
        field: QWidget | None = None,
        detail: str = "",
    ) -> None:
        super().__init__()
        self.level = level
        self.action = action
        self.asks = (action is not None and action.waits) or field is not None
        self.came_from: QWidget | None = None  # who had the focus before it
        self.setObjectName("notice")
        self.setProperty(LEAVES_ESCAPE, True)  # which closes it
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Button)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._icon = QLabel()
        self._label = QLabel(text, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._label.setToolTip(fmt.tip(detail))
        self._label.setAccessibleDescription(detail)
        self._older = QToolButton(autoRaise=True)
        self._older.clicked.connect(self.others_asked)
        self._older.hide()
        self._close = QToolButton()
        self._close.setAutoRaise(True)
        self._close.setToolTip("Close this notice (Esc closes the newest)")
        self._close.setAccessibleName("Close this notice")
        self._close.clicked.connect(self.closed)
        self.button = self._button(action) if action is not None else None
        self._field = field
        self._ticks_left = _TICKS
        self._leaves = QTimer(self, interval=_STAYS_MS[level] // _TICKS)
        self._leaves.timeout.connect(self._on_tick)
        self._lay_out(field)
        self.setAccessibleName(f"{level.value}: {text}")
        self._dress()

    def _lay_out(self, field: QWidget | None) -> None:
        """Put all in one row; an input, which takes room, below the text."""
        grid = QGridLayout(self)
        grid.setContentsMargins(SPACING, SPACING // 4, SPACING // 2, SPACING // 4)
        grid.setHorizontalSpacing(SPACING)
        grid.setVerticalSpacing(SPACING // 4)
        grid.setColumnStretch(1, 1)
        parts = [self._icon, self._label, self._older, None if field else self.button, self._close]
        for place, part in enumerate(parts):
            if part is not None:
                grid.addWidget(part, 0, place)
        if field is not None:
            ways = QHBoxLayout()
            ways.addWidget(field)
            if self.button is not None:
                ways.addWidget(self.button)
            ways.addStretch()
            grid.addLayout(ways, 1, 1, 1, 3)

    def set_older(self, count: int, listed: bool) -> None:
        """Say how many notices wait behind it, or let the person fold those that are listed above it."""
        self._older.setText("Fewer" if listed else f"{count} more")
        self._older.setToolTip("Show this one only" if listed else "Show the older notices too")
        self._older.setVisible(count > 0)

    @property
    def natural_width(self) -> int:
        """Width in pixels at which the text stands in one line."""
        line = self.fontMetrics().horizontalAdvance(self.text) - self._label.minimumSizeHint().width()
        return self.minimumSizeHint().width() + max(line, 0) + SPACING

    def showEvent(self, event: QShowEvent) -> None:
        """Count its time from here: one that asks for nothing leaves by itself, when it was seen."""
        super().showEvent(event)
        if not self.asks:
            self._ticks_left = _TICKS
            self._leaves.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Wait: nobody sees it."""
        super().hideEvent(event)
        self._leaves.stop()

    def _on_tick(self) -> None:
        self._ticks_left -= 1
        if self._ticks_left <= 0:
            self.closed.emit()

    @property
    def text(self) -> str:
        """What it says."""
        return self._label.text()

    def take_focus(self) -> None:
        """Take the keyboard for its input, unless the person types elsewhere; no key meant for another is a consent."""
        before = self.window().focusWidget()
        if self._field is not None and not (before is not None and is_typed_into(before)):
            self.came_from = before
            self._field.setFocus(Qt.FocusReason.TabFocusReason)

    def give_focus_back(self) -> None:
        """Let the keyboard be where it was, if it is here."""
        now = self.window().focusWidget()
        if now is not None and self.isAncestorOf(now):
            now.clearFocus()
            if self.came_from is not None and isValid(self.came_from):
                self.came_from.setFocus(Qt.FocusReason.OtherFocusReason)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_close"):
            self._dress()

    def _button(self, action: NoticeAction) -> QPushButton:
        button = QPushButton(action.label)
        button.setObjectName("noticeAction")
        button.setToolTip(fmt.tip(f"{action.label} ({ANSWER_KEYS[0]})"))
        button.clicked.connect(self.closed)
        button.clicked.connect(action.run)
        return button

    def _dress(self) -> None:
        tokens = theme.current()
        colour = {Level.INFO: tokens.accent, Level.WARNING: tokens.warning, Level.ERROR: tokens.error}[
            self.level
        ]
        self._icon.setPixmap(icons.icon(self.level.value, colour).pixmap(18, 18))
        self._close.setIcon(icons.icon("close", tokens.muted))


class NoticeBar(QWidget):
    """The newest notice, over the foot, beside the facts at its left: nothing moves when it comes or goes.

    The foot has room for two lines. It leaves the facts whole where two lines are enough; else the last facts go first,
    whole, for the numbers of the pane above matter more. Only what has no room in the whole foot grows upwards.

    The others wait behind it and are seen when it is closed, or above it when the person asks for them. While there
    are any, Esc closes the newest, unless the control with the focus has a use for it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("noticeBar")
        self.setAutoFillBackground(True)  # it lies over what is written
        self._notices: dict[str, Notice] = {}
        self._count = 0
        self._lists = False
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(1)
        self._foot: QWidget | None = None
        self._facts: QWidget | None = None
        self._spared = 0
        self._listens_at: QWindow | None = None
        for keys in ANSWER_KEYS:
            QShortcut(QKeySequence(keys), self).activated.connect(self.press_newest)
        self.hide()

    def lie_over(self, foot: QWidget, spared: int, facts: QWidget | None = None) -> None:
        """Lie over the foot of the window, which has the same parent.

        Args:
            foot: What it lies over.
            spared: Pixels at the right of the foot that stay free.
            facts: What stands at the left of the foot: it gets less room meanwhile, and shows what is whole in it.
        """
        self._foot, self._spared, self._facts = foot, spared, facts
        foot.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow what it lies over; take Esc before the window's shortcut of the same key does."""
        if watched is self._foot and event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()
        elif watched is self._listens_at and event.type() == QEvent.Type.KeyPress:
            return self._take(cast(QKeyEvent, event))
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        """Listen to the keys of the window."""
        super().showEvent(event)
        self._listens_at = self.window().windowHandle()
        if self._listens_at is not None:
            self._listens_at.installEventFilter(self)

    def hideEvent(self, event: QHideEvent) -> None:
        """Listen no more."""
        super().hideEvent(event)
        if self._listens_at is not None and isValid(self._listens_at):
            self._listens_at.removeEventFilter(self)
        self._listens_at = None

    def _take(self, pressed: QKeyEvent) -> bool:
        """Close the newest at Esc; return True if the key was for that."""
        if pressed.key() != Qt.Key.Key_Escape or pressed.modifiers() or QApplication.activePopupWidget():
            return False
        if claims(receiver(self.window()), Qt.Key.Key_Escape, pressed.modifiers(), ""):
            return False
        return self.close_newest()

    def texts(self) -> list[str]:
        """Return what the notices say, the oldest first."""
        return [notice.text for notice in self._notices.values()]

    def tell(
        self,
        level: Level,
        text: str,
        action: NoticeAction | None = None,
        about: str = "",
        field: QWidget | None = None,
        detail: str = "",
    ) -> Notice:
        """Show a notice before those there are; beyond three the oldest goes that asks for nothing.

        Args:
            level: How much it matters, and how long it stays.
            text: One line: what, why, the next step.
            action: A button.
            about: A notice about the same, or that says the same, replaces the one before, whose button it keeps;
                empty for nothing in particular.
            field: An input between the text and the button.
            detail: What lies behind it, as a tooltip.
        """
        self._count += 1
        key = about or f"notice-{self._count}"
        self.close_about(key)
        for other, old in [(it, notice) for it, notice in self._notices.items() if notice.text == text]:
            action = action or old.action
            self.close_about(other)
        while len(self._notices) >= _MOST:
            idle = (it for it, notice in self._notices.items() if not notice.asks)
            self.close_about(next(idle, next(iter(self._notices))))
        notice = Notice(level, text, action, field, detail)
        self._notices[key] = notice
        self._rows.addWidget(notice)
        notice.closed.connect(lambda: self._drop(key, notice))
        notice.others_asked.connect(self._list_or_fold)
        self._show_newest()
        notice.take_focus()
        return notice

    def press_newest(self) -> None:
        """Press the button of the newest notice that has one."""
        buttons = [notice.button for notice in self._notices.values() if notice.button is not None]
        if buttons:
            buttons[-1].click()

    def close_newest(self) -> bool:
        """Close the newest notice; return False if there is none."""
        if not self._notices:
            return False
        self.close_about(next(reversed(self._notices)))
        return True

    def close_all(self) -> None:
        """Close every notice."""
        for key in list(self._notices):
            self.close_about(key)

    def close_about(self, key: str) -> None:
        """Close the notice about `key`, if there is one."""
        if (notice := self._notices.get(key)) is not None:
            self._drop(key, notice)

    def _drop(self, key: str, notice: Notice) -> None:
        if self._notices.get(key) is notice:
            del self._notices[key]
        self._rows.removeWidget(notice)
        notice.give_focus_back()
        notice.hide()
        notice.deleteLater()
        self._show_newest()

    def _list_or_fold(self) -> None:
        self._lists = not self._lists
        self._show_newest()

    def _show_newest(self) -> None:
        *older, newest = self._notices.values() if self._notices else (None,)
        self._lists = self._lists and bool(older)
        for notice in older:
            notice.set_older(0, listed=False)
            notice.setVisible(self._lists)
        if newest is not None:
            newest.set_older(len(older), self._lists)
            newest.show()  # before its place is measured: what is hidden takes none
        self.setVisible(newest is not None)
        self._place()

    def _place(self) -> None:
        shown = [notice.natural_width for notice in self._notices.values() if not notice.isHidden()]
        if self._foot is None or not shown:
            self._leave_to_facts(None)
            return
        foot = self._foot.geometry()
        room = foot.width() - self._spared
        width, height = self._size(room, max(shown))
        left = foot.right() + 1 - self._spared - width
        self.setGeometry(left, foot.bottom() + 1 - height, width, height)
        self.raise_()
        self._leave_to_facts(None if width == room else left - foot.left())

    def _size(self, room: int, natural: int) -> tuple[int, int]:
        """Return the width and height that hide the least: facts of the foot go before a line of the pane above."""
        assert self._foot is not None, "asked only where it lies over a foot"
        low = self._foot.height()
        for kept in (self._kept_of_facts(room), min(_FIRST_FACT, self._kept_of_facts(room)), 0):
            width = min(natural, max(room - kept, 1))
            self.setFixedWidth(width)
            needed = (
                self._rows.heightForWidth(width)
                if self._rows.hasHeightForWidth()
                else self.sizeHint().height()
            )
            if needed <= low:
                break
        return width, max(needed, low)

    def _kept_of_facts(self, room: int) -> int:
        """Return how many pixels of the room are left to the facts: what all of them need, or the first."""
        if self._facts is None:
            return 0
        margins = self._facts.contentsMargins()
        needed = self._facts.sizeHint().width() - margins.left() - margins.right() + 2 * SPACING
        return max(needed, _FIRST_FACT) if needed <= (1 - _LEAST_SHARE) * room else _FIRST_FACT

    def _leave_to_facts(self, end: int | None) -> None:
        """Let the facts end before `end` of the foot; None gives them their own end."""
        if self._facts is not None:
            covered = 0 if end is None else max(self._facts.geometry().right() + 1 - end, 0)
            self._facts.setContentsMargins(0, 0, covered, 0)
