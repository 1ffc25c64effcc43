"""Small parts that panes are built of: labels, columns, the sign that something is on its way."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from explorer.window import theme

_BUSY = 3  # pixels, the height of the bar
TOP = _BUSY + theme.SPACING // 2
"""Pixels over the first line of every lens: room for the bar that says that something is on its way."""
_HEAD = 4 * theme.SPACING  # pixels of the head of a page: more than what can be pressed in it takes
_BUSY_DELAY = 200  # milliseconds; shorter work shows no sign of it, so that stepping does not flicker


class BusyBar(QProgressBar):
    """A thin bar that appears if work takes a while; its place stays when it is hidden."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, singleShot=True, interval=_BUSY_DELAY)
        self._timer.timeout.connect(self.show)
        self.setRange(0, 0)
        self.setFixedHeight(_BUSY)
        self.setTextVisible(False)
        self.setAccessibleName("Waiting for the next value")
        keep_place(self)
        self.hide()

    def set_busy(self, busy: bool) -> None:
        """Appear after a moment, or disappear at once."""
        if busy:
            self._timer.start()
        else:
            self._timer.stop()
            self.hide()


def keep_place(widget: QWidget) -> None:
    """Let a widget's place stay while it is hidden, so that nothing moves when it comes."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    widget.setSizePolicy(policy)


def label(role: str = "") -> QLabel:
    """Return a label of one line, dressed as `role` of the theme."""
    made = QLabel()
    made.setProperty("role", role)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    made.setMinimumWidth(1)  # a long text is cut; it does not push the panes beside it away
    return made


def paragraph(role: str = "") -> QLabel:
    """Return a label of several lines, dressed as `role` of the theme; it makes no room for itself."""
    made = label(role)
    made.setWordWrap(True)
    made.setMinimumHeight(1)  # or it would be as high as it is narrow, and the window with it
    return made


def labelled(name: str, control: QWidget) -> QWidget:
    """Return a control under a word that names it."""
    made, above = QWidget(), label("muted")
    above.setText(name)
    above.setBuddy(control)
    made.setSizePolicy(control.sizePolicy())
    column(made, above, control).setSpacing(0)
    return made


def number_box(box: QAbstractSpinBox) -> None:
    """Let the number in a box begin where the text of other boxes does, and be told when it is typed to the end."""
    box.setKeyboardTracking(False)
    box.lineEdit().setTextMargins(theme.SPACING // 2, 0, 0, 0)  # a style sheet's padding does not reach it


def page_title(title: str) -> QLabel:
    """Return the title of a page; it stands at one height, whether controls stand beside it or not."""
    name = label("title")
    name.setText(title)
    name.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    name.setFixedHeight(_HEAD)
    return name


def page_head(title: str, about: QLabel, *actions: QWidget) -> QHBoxLayout:
    """Return the head of a page: its title, what is said about it, and at the right what can be done."""
    row = QHBoxLayout()
    row.setSpacing(theme.SPACING)
    row.addWidget(page_title(title))
    row.addWidget(about, 1)
    for action in actions:
        row.addWidget(action)
    return row


class Beginning(QWidget):
    """What stands in the middle of a page with nothing on it yet: its question, a sentence, a button to begin."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        head = label("heading")
        head.setText(title)
        self.says = paragraph("muted")
        self.button = QPushButton()
        self.button.setDefault(True)
        lines = QVBoxLayout(self)
        lines.setSpacing(2 * theme.SPACING)
        lines.addStretch(1)
        for line in (head, self.says):  # over the whole width: one that is aligned would be one line high
            line.setAlignment(Qt.AlignmentFlag.AlignCenter)
            lines.addWidget(line)
        lines.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        lines.addStretch(1)


def column(widget: QWidget, *parts: QWidget | QBoxLayout) -> QVBoxLayout:
    """Lay parts out under each other in a widget."""
    made = QVBoxLayout(widget)
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(theme.SPACING // 2)
    for part in parts:
        if isinstance(part, QWidget):
            made.addWidget(part)
        else:
            made.addLayout(part)
    return made
