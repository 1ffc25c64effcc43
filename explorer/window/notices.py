"""Inline notices: one line of information, a warning or an error, in place of a modal box."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from explorer.window import icons, theme
from explorer.window.theme import SPACING

_MOST = 4
_INFO_STAYS_MS = 12_000


class Level(StrEnum):
    """How much a notice matters; also the name of its icon."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class NoticeAction:
    """A button on a notice; the notice closes when it is pressed."""

    label: str
    run: Callable[[], None]


class Notice(QFrame):
    """One line with an icon, maybe an input, maybe a button, and a way to close it.

    Signals:
        closed(): The person closed it, or its button was pressed.
    """

    closed = Signal()

    def __init__(
        self, level: Level, text: str, action: NoticeAction | None = None, field: QWidget | None = None
    ) -> None:
        super().__init__()
        self.level = level
        self.setObjectName("notice")
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Button)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._icon = QLabel()
        self._label = QLabel(text, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._close = QToolButton()
        self._close.setAutoRaise(True)
        self._close.setToolTip("Close this notice")
        self._close.setAccessibleName("Close this notice")
        self._close.clicked.connect(self.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACING + SPACING // 2, SPACING // 2, SPACING // 2, SPACING // 2)
        row.setSpacing(SPACING)
        row.addWidget(self._icon)
        row.addWidget(self._label, 1)
        if field is not None:
            row.addWidget(field)
        if action is not None:
            row.addWidget(self._button(action))
        row.addWidget(self._close)
        self.setAccessibleName(f"{level}: {text}")
        self._dress()

    @property
    def text(self) -> str:
        """What it says."""
        return self._label.text()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_close"):
            self._dress()

    def _button(self, action: NoticeAction) -> QPushButton:
        button = QPushButton(action.label)
        button.setObjectName("noticeAction")
        button.setToolTip(action.label)
        button.clicked.connect(self.closed)
        button.clicked.connect(action.run)
        return button

    def _dress(self) -> None:
        tokens = theme.current()
        colour = {Level.INFO: tokens.accent, Level.WARNING: tokens.warning, Level.ERROR: tokens.error}[
            self.level
        ]
        self._icon.setPixmap(icons.icon(self.level, colour).pixmap(18, 18))
        self._close.setIcon(icons.icon("close", tokens.muted))


class NoticeBar(QWidget):
    """The notices, the latest below; takes no room while there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("noticeBar")
        self._notices: dict[str, Notice] = {}
        self._count = 0
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(1)
        self.hide()

    def texts(self) -> list[str]:
        """Return what the notices say, the oldest first."""
        return [notice.text for notice in self._notices.values()]

    def tell(
        self,
        level: Level,
        text: str,
        action: NoticeAction | None = None,
        field: QWidget | None = None,
        about: str | None = None,
    ) -> Notice:
        """Show a notice; beyond four the oldest goes.

        Args:
            level: How much it matters; information goes by itself after a while, if it asks for nothing.
            text: One line: what, why, the next step.
            action: A button.
            field: An input between the text and the button.
            about: A notice about the same replaces the one before.
        """
        self._count += 1
        key = about or f"notice-{self._count}"
        self.close_about(key)
        while len(self._notices) >= _MOST:
            self.close_about(next(iter(self._notices)))
        notice = Notice(level, text, action, field)
        self._notices[key] = notice
        self._rows.addWidget(notice)
        notice.closed.connect(lambda: self._drop(key, notice))
        if level is Level.INFO and action is None and field is None:
            QTimer.singleShot(_INFO_STAYS_MS, notice, notice.closed.emit)
        self.show()
        return notice

    def close_about(self, key: str) -> None:
        """Close the notice about `key`, if there is one."""
        if (notice := self._notices.get(key)) is not None:
            self._drop(key, notice)

    def _drop(self, key: str, notice: Notice) -> None:
        if self._notices.get(key) is notice:
            del self._notices[key]
        self._rows.removeWidget(notice)
        notice.hide()
        notice.deleteLater()
        self.setVisible(bool(self._notices))
