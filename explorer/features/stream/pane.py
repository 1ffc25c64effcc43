"""The stream at the side: play, go to and fro, freeze; how fast it is followed, or why it is not."""

from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSlider, QToolButton, QWidget

from explorer.features.stream import doing
from explorer.window import format as fmt
from explorer.window.desk import Desk
from explorer.window.live import FOLLOWS
from explorer.window.scene import Scene
from explorer.window.spec import Wish
from explorer.window.stream import Slides, Stream, clock
from explorer.window.theme import SPACING
from explorer.window.widgets.line import Line
from explorer.window.widgets.parts import column

_ICONS = ("streamBack", "playStream", "streamOn")
_WORDS = {"freezeFrame": "Freeze", "closeStream": "Close", "playSlides": "Stop the slides"}
_BUTTON = 28


class StreamPane:
    """Buttons, the place in the video, and a line of figures; nothing of it moves while it plays."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.widget = QWidget()
        self.widget.setObjectName("streamBar")
        self._buttons = {id: self._button(id) for id in (*_ICONS, *_WORDS)}
        self.place = QSlider(Qt.Orientation.Horizontal)
        self.place.setAccessibleName("Place in the video")
        self.place.setToolTip(fmt.tip("Drag to another place in the video (Alt+Page Up and Down: 5 seconds)"))
        self.place.setMinimumWidth(4 * SPACING)
        self.place.setFixedHeight(2 * SPACING)
        self.place.setSingleStep(100)
        self.place.valueChanged.connect(self._on_place)
        self.line, self.note = Line("muted", "muted"), Line("warning")
        row = QHBoxLayout()
        row.setSpacing(SPACING // 2)
        for id, button in self._buttons.items():
            if id == "freezeFrame":
                row.addStretch(1)
            row.addWidget(button)
        column(self.widget, row, self.place, self.line, self.note)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish nothing: what plays stands in the scene."""
        return None

    def show(self, scene: Scene, answer: Any) -> None:
        """Show where it is and how fast it is followed."""
        choice, is_shown = scene.choice(Stream), doing.is_shown(scene)
        for id, button in self._buttons.items():
            is_slides = id == "playSlides"
            fits = choice.length > 0 or id not in ("streamBack", "streamOn")
            button.setVisible(not is_shown and doing.is_sliding(scene) if is_slides else is_shown and fits)
        self.place.setVisible(is_shown and choice.length > 0)
        self.place.setEnabled(doing.can_step(scene))
        with QSignalBlocker(self.place):
            self.place.setRange(0, round(1000 * choice.length))
            self.place.setPageStep(5000)
            if not self.place.isSliderDown():
                self.place.setValue(round(1000 * choice.at))
        self.line.say(*_wordings(scene, choice))
        note = _note(scene, choice) if is_shown else ""
        self.note.setVisible(bool(note))
        self.note.say((note, ""), (note.partition(":")[2].strip() or note, ""))

    def _button(self, id: str) -> QToolButton:
        button, action = QToolButton(), self._desk.action(id)
        if id in _WORDS:
            action.setIconText(_WORDS[id])
        button.setDefaultAction(action)
        style = Qt.ToolButtonStyle
        button.setToolButtonStyle(style.ToolButtonTextOnly if id in _WORDS else style.ToolButtonIconOnly)
        button.setProperty("role", "button")
        if id in _ICONS:
            button.setFixedSize(_BUTTON, _BUTTON)
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _on_place(self, milliseconds: int) -> None:
        doing.seek(self._desk, milliseconds / 1000)
        self._desk.settle()


def _wordings(scene: Scene, choice: Stream) -> tuple[tuple[str, str], ...]:
    """Return what is said under the buttons, the longest first."""
    if not doing.is_shown(scene):
        keys = [it.key for it in scene.images if scene.can_record(it)]
        place = keys.index(scene.image) + 1 if scene.image in keys else 0
        on = scene.choice(Slides).on
        return ((f"slide {place} of {len(keys)}" if on else "", ""),)
    time = f"{clock(choice.at)} of {clock(choice.length)}" if choice.length else clock(choice.at)
    if choice.taken[1]:
        return ((f"taking picture {choice.taken[0]} of {choice.taken[1]}", ""),)
    if not choice.playing:
        state = "" if choice.why_not else "paused"
        return ((time, state), (time, ""))
    rate = f"{choice.rate:.1f} frames/s shown"
    dropped = f"{choice.dropped} dropped"
    return (
        (f"{rate}, {dropped}", time),
        (f"{rate}, {dropped}", clock(choice.at)),
        (f"{rate}, {dropped}", ""),
        (f"{choice.rate:.1f} frames/s, {dropped}", ""),
    )


def _note(scene: Scene, choice: Stream) -> str:
    """Say what does not follow."""
    if choice.why_not:
        return choice.why_not
    return "" if scene.lens in FOLLOWS else "this lens: of the first picture"
