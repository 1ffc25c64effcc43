"""What a channel likes: places in photos at the left, a picture that was made at the right."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSpinBox, QToolButton, QVBoxLayout, QWidget

from explorer.features.likes.choice import Liking
from explorer.features.likes.messages import Aim
from explorer.features.likes.patches import PatchGrid
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.canvas import ImageCanvas
from explorer.window.widgets.elided import FactsLabel
from explorer.window.widgets.halves import Halves
from explorer.window.widgets.list_rows import ListBox
from explorer.window.widgets.parts import BusyBar, column, label, number_box
from explorer.window.widgets.wrapping import Wrapping

_ABOVE_WAY = 3  # parts of the room; one is below the button
_METHOD = (
    "Gradient ascent on a picture that begins as noise: 128 steps, each after it was moved, scaled and turned a little "
    "at random; held as a spectrum, in colours that are not correlated (Olah, Mordvintsev and Schubert, Feature "
    "Visualization, Distill 2017). The network stays as it is. Esc stops it."
)


EARLY = "early layer"
"""The shortest advice, for which there is always room."""
_NONE = "no channel"


class LikesView(QWidget):
    """Two halves, each under a line that says what it is.

    Signals:
        aim_chosen(object), seed_chosen(int): How the next picture is to be made.
    """

    aim_chosen = Signal(object)
    seed_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("likesView")
        self.setAccessibleName("What the channel likes")
        self.busy = BusyBar()
        self.random = label("warning")
        self.random.setText("random weights: nothing here was learned")
        self.channel = _channel_box()
        self.advice = FactsLabel(role="muted")
        self.advice.setMinimumWidth(self.advice.fontMetrics().horizontalAdvance(EARLY))
        self.deeper, self.more = QPushButton("Deeper layer"), QPushButton("Open more images")
        self.more.setToolTip("More images give the channel more to choose from")
        self.head, self.about = label("title"), FactsLabel(role="muted")
        self.grid = PatchGrid()
        self.way = QToolButton()
        self.way.setProperty("role", "button")
        self.made_head, self.made_about = label("title"), FactsLabel(role="muted")
        self.made_head.setText("Picture made to excite the channel")
        self.canvas = ImageCanvas()
        self.canvas.hugs = True
        self.canvas.setAccessibleName("Picture made to excite the channel")
        self.make = QPushButton("Make a picture")
        self.make.setMinimumWidth(self.make.sizeHint().width())  # the longest of its texts
        self.make.setToolTip(fmt.tip(_METHOD))
        self._aim, self._seed = ListBox(), QSpinBox()
        for aim in Aim:
            self._aim.addItem(str(aim), aim)
        self._aim.setAccessibleName("What is excited")
        self._aim.setToolTip(
            fmt.tip(
                "What is excited: the mean of the channel over its whole map, or its unit in the middle alone"
            )
        )
        self._seed.setRange(0, 9999)
        self._seed.setAccessibleName("Seed")
        self._seed.setToolTip("Another seed begins with other noise; the same seed makes the same picture")
        number_box(self._seed)
        for control in (self._aim, self._seed):
            control.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._aim.activated.connect(lambda at: self.aim_chosen.emit(self._aim.itemData(at)))
        self._seed.valueChanged.connect(self.seed_chosen)
        self._arrange()

    def _arrange(self) -> None:
        left, right = QWidget(), QWidget()
        column(left, self.head, self.about, self.grid).setStretchFactor(self.grid, 1)
        under = QVBoxLayout(self.grid)  # below what stands in its middle while it is empty
        under.addStretch(_ABOVE_WAY)
        under.addWidget(self.way, 0, Qt.AlignmentFlag.AlignHCenter)
        under.addStretch(1)
        self.way.hide()
        seed = QLabel("Seed")
        seed.setBuddy(self._seed)
        self.controls = Wrapping(
            ((self.make, 0), (self._aim, 1)), ((seed, 0), (self._seed, 0), (QWidget(), 1))
        )
        made = column(right, self.made_head, self.made_about, self.controls, self.canvas)
        made.setStretchFactor(self.canvas, 1)
        made.addStretch(0)
        halves = Halves(left, right)
        self.make.ensurePolished()
        for box in (self.channel, self._seed):  # of themselves they would be higher than what is beside them
            box.setFixedHeight(self.make.sizeHint().height())
        self._offers = _with_buttons(self.advice, self.deeper, self.more)
        self.top = Wrapping(((self.channel, 0),), ((self.random, 1), (self._offers, 1)))
        whole = column(self, self.busy, self.top, halves)
        whole.setStretchFactor(halves, 1)

    def set_random(self, is_random: bool) -> None:
        """Say that nothing was learned, where so it is, in the place of any advice."""
        self.random.setVisible(is_random)
        self._offers.setVisible(not is_random)

    def set_choice(self, choice: Liking) -> None:
        """Show how the next picture is to be made; nobody is told."""
        for control in (self._aim, self._seed):
            control.blockSignals(True)
        self._aim.setCurrentIndex(self._aim.findData(choice.aim))
        self._seed.setValue(choice.seed)
        for control in (self._aim, self._seed):
            control.blockSignals(False)

    def set_channel(self, channel: int | None, count: int) -> None:
        """Show which of so many channels it is about, None for none; nobody is told."""
        with QSignalBlocker(self.channel):
            self.channel.setSpecialValueText(_NONE if channel is None else "")
            self.channel.setRange(0, max(count - 1, channel or 0))
            self.channel.setValue(channel or 0)
        self.channel.setEnabled(count > 1)

    def offer_way(self, name: str, to: str) -> None:
        """Offer to go to an operation that has channels: its name, and what of that a button says; empty for none."""
        self.way.setVisible(bool(to))
        self.way.setText(f"Go to {to}")
        self.way.setToolTip(fmt.tip(f"Show {name}, the nearest operation whose channels can be looked at"))

    def advise(self, told: Sequence[str], deeper: str, more: bool) -> None:
        """Say why there is little to see here, and offer what shows more.

        Args:
            told: Why, the longest wording first.
            deeper: What is said of the deeper layer that is offered; empty for none.
            more: Whether more images are.
        """
        self.advice.say(told[0], "", *told[1:])
        self.deeper.setVisible(bool(deeper))
        self.deeper.setToolTip(fmt.tip(deeper))
        self.more.setVisible(more)

    def set_can_make(self, can: bool) -> None:
        """Say whether a picture can be made, or is being made, so that it can be stopped."""
        for control in (self.make, self._aim, self._seed):
            control.setEnabled(can)


def _with_buttons(words: QWidget, *buttons: QPushButton) -> QWidget:
    """Return words and buttons at the right in a row that keeps its least room: nothing jumps when those come and go.

    What a button does not take is there for the words.
    """
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.SPACING)
    row.addWidget(words, 1)
    for button in buttons:
        button.ensurePolished()  # or it would be taken for narrower than it is
        row.addWidget(button)
    made.setMinimumSize(row.minimumSize())
    return made


def _channel_box() -> QSpinBox:
    box = QSpinBox()
    box.setPrefix("channel ")
    box.setAccessibleName("Channel")
    number_box(box)
    box.setToolTip("Which channel of the operation; the other lenses show it large as well")
    box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return box
