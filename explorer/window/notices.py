"""Notices: one line of information, a warning or an error, over the content, in place of a modal box."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from explorer.window import format as fmt
from explorer.window import icons, theme
from explorer.window.spec import Level, NoticeAction
from explorer.window.theme import SPACING

_MOST = 3
_STAYS_MS = {Level.INFO: 6_000, Level.WARNING: 15_000}
_WIDTH = 560


class Notice(QFrame):
    """One line with an icon, maybe an input, maybe a button, and a way to close it.

    Signals:
        closed(): The person closed it, or its button was pressed.
    """

    closed = Signal()

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
        self.asks = action is not None or field is not None
        self.setObjectName("notice")
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Button)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._icon = QLabel()
        self._label = QLabel(text, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._label.setToolTip(fmt.tip(detail))
        self._label.setAccessibleDescription(detail)
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
        self.setAccessibleName(f"{level.value}: {text}")
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
        self._icon.setPixmap(icons.icon(self.level.value, colour).pixmap(18, 18))
        self._close.setIcon(icons.icon("close", tokens.muted))


class NoticeBar(QWidget):
    """The notices, the latest below, over the lower middle of the content: nothing moves when one comes or goes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("noticeBar")
        self._notices: dict[str, Notice] = {}
        self._count = 0
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(SPACING // 2)
        self._content: QWidget | None = None
        self.hide()

    def lie_over(self, content: QWidget) -> None:
        """Lie over the lower middle of a widget that has the same parent."""
        self._content = content
        content.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow what it lies over."""
        if watched is self._content and event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()
        return super().eventFilter(watched, event)

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
        """Show a notice; beyond three the oldest goes that asks for nothing, and such ones leave by themselves.

        Args:
            level: How much it matters; an error stays until it is closed.
            text: One line: what, why, the next step.
            action: A button.
            about: A notice about the same replaces the one before; empty for nothing in particular.
            field: An input between the text and the button.
            detail: What lies behind it, as a tooltip.
        """
        self._count += 1
        key = about or f"notice-{self._count}"
        self.close_about(key)
        while len(self._notices) >= _MOST:
            idle = (it for it, notice in self._notices.items() if not notice.asks)
            self.close_about(next(idle, next(iter(self._notices))))
        notice = Notice(level, text, action, field, detail)
        self._notices[key] = notice
        self._rows.addWidget(notice)
        notice.show()  # before its place is measured: what is hidden takes none
        notice.closed.connect(lambda: self._drop(key, notice))
        if level in _STAYS_MS and not notice.asks:
            QTimer.singleShot(_STAYS_MS[level], notice, notice.closed.emit)
        self.show()
        self._place()
        return notice

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
        notice.hide()
        notice.deleteLater()
        self.setVisible(bool(self._notices))
        self._place()

    def _place(self) -> None:
        if self._content is None or not self._notices:
            return
        area = self._content.geometry()
        width = min(_WIDTH, area.width() - 4 * SPACING)
        self.setFixedWidth(width)
        height = (
            self._rows.heightForWidth(width) if self._rows.hasHeightForWidth() else self.sizeHint().height()
        )
        left = area.left() + (area.width() - width) // 2
        self.setGeometry(left, area.bottom() - height - 2 * SPACING, width, height)
        self.raise_()
