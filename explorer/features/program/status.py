"""What is going on, in the foot of the window: one line, how far it is, and a way to stop it."""

from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QToolButton, QWidget

from explorer.engine.command import Urgency
from explorer.window import icons
from explorer.window.desk import Desk
from explorer.window.requests import Wanted
from explorer.window.scene import EngineState, Scene
from explorer.window.spec import Wish
from explorer.window.theme import SPACING
from explorer.window.widgets.elided import ElidedLabel

_PROGRESS_AFTER_MS = 300  # work that is sooner done shows no bar, so that nothing blinks
_PROGRESS_OF_IDLE_AFTER_MS = 4000  # nobody waits for what begins when all is calm
_MESSAGE_WIDTH, _BAR_WIDTH = 34 * SPACING, 16 * SPACING


class StatusLine(QWidget):
    """Bar, button and message in places of fixed width, so that nothing beside them moves."""

    def __init__(self) -> None:
        super().__init__()
        self.message = ElidedLabel()
        self.message.setObjectName("statusMessage")
        self.message.setAccessibleName("Status")
        self.message.setFixedWidth(_MESSAGE_WIDTH)
        self.message.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.bar = QProgressBar(textVisible=False)
        self.bar.setFixedSize(_BAR_WIDTH, SPACING)
        self.bar.setAccessibleName("Progress")
        self.bar.setToolTip("How far it is")
        self.cancel = QToolButton(autoRaise=True)
        self.cancel.setAccessibleName("Cancel")
        self.cancel.setToolTip("Stop what the engine works on (Esc)")
        self.cancel.setIconSize(QSize(2 * SPACING, 2 * SPACING))
        self._long = QWidget()
        inner = QHBoxLayout(self._long)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(SPACING // 2)
        inner.addWidget(self.bar)
        inner.addWidget(self.cancel)
        keep_room = QSizePolicy(self._long.sizePolicy())
        keep_room.setRetainSizeWhenHidden(True)
        self._long.setSizePolicy(keep_room)
        self._long.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING)
        row.addWidget(self._long)
        row.addWidget(self.message)
        self._delay = QTimer(self, singleShot=True)
        self._delay.timeout.connect(self._long.show)
        self._dress()

    @property
    def shows_progress(self) -> bool:
        """Whether bar and button are there."""
        return not self._long.isHidden()

    def set_progress(self, done: int, total: int, awaited: bool = True) -> None:
        """Show how far the work is.

        Args:
            done, total: How far; a `total` of 0 means that nobody knows.
            awaited: Whether somebody waits for it: else it has to last longer before there is a bar.
        """
        # QProgressBar counts in 32 bits; files are larger.
        self.bar.setRange(0, 1000 if total else 0)
        self.bar.setValue(min(1000, done * 1000 // total) if total else 0)
        if self._long.isHidden() and not self._delay.isActive():
            self._delay.start(_PROGRESS_AFTER_MS if awaited else _PROGRESS_OF_IDLE_AFTER_MS)
        elif self._delay.isActive() and awaited and self._delay.interval() != _PROGRESS_AFTER_MS:
            self._delay.start(_PROGRESS_AFTER_MS)

    def hide_progress(self) -> None:
        """Nothing long is going on."""
        self._delay.stop()
        self._long.hide()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_delay"):
            self._dress()

    def _dress(self) -> None:
        self.cancel.setIcon(icons.icon("cancel"))


class StatusPane:
    """Says what the engine works on as the desk tells it; between two tasks, how the engine is."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.widget = StatusLine()
        self.widget.cancel.clicked.connect(lambda: desk.cancel())
        desk.worked.connect(self._tell)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish nothing: all it says the desk knows."""
        return None

    def show(self, scene: Scene, answer: Any) -> None:
        """Say how things are."""
        self._tell()

    def _tell(self) -> None:
        working = self._desk.working
        if not working:
            self.widget.hide_progress()
            self.widget.message.say(rest_text(self._desk.scene))
            return
        first = working[0]
        others = [activity(it) for it in working[1:]]
        self.widget.message.say(activity(first), "\n".join(others))
        far = (first.progress.done, first.progress.total) if first.progress else (0, 0)
        self.widget.set_progress(*far, awaited=first.urgency is not Urgency.IDLE)


def activity(wanted: Wanted) -> str:
    """Return what is being done, for a person; a word of progress that says less than the command is left out."""
    whole, now = wanted.command.activity, wanted.text
    return f"{(whole if now in whole else now).rstrip('…')}…"


def rest_text(scene: Scene) -> str:
    """Return what there is to say while nothing is being done."""
    match scene.engine:
        case EngineState.STARTING:
            return "starting the engine…"
        case EngineState.OFF:
            return "the engine is off"
    return "ready" if scene.model is not None else "no model"
