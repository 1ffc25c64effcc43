"""What is ranked, for which class, and what stands in the place of what is switched off."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QWidget

from explorer.features.ablation.messages import How, Part, Parts
from explorer.records.answers import Prediction
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.list_rows import ListBox
from explorer.window.widgets.parts import column

_WHAT = {Part.CHANNEL: "Channels", Part.HEAD: "Heads"}
_HOW = {
    How.ZERO: "All of its values become zero",
    How.MEAN: "All of its values become their mean over the places of this input: only the pattern is gone",
    How.NOISE: "Its values become noise of the same mean and spread over its places, seed 0",
}
_WIDEST = 8888  # of the channels of nearly all networks
_ONE_VALUE = "Each channel of this operation is one value, which is its own mean"


class AblationControls(QWidget):
    """Choices in one row; in the next what can be done, and what is off where it has a tick.

    Signals:
        target_chosen(int), part_chosen(object), how_chosen(object): What the person chose.
    """

    target_chosen = Signal(int)
    part_chosen = Signal(object)
    how_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._predictions: tuple[Prediction, ...] = ()
        self._target, self._part, self._how = _box("Class", 10), _box("What is ranked", 7), _box("Set to", 5)
        self._target.setToolTip("The class for which it is ranked what matters")
        self._part.setToolTip("Whether channels or heads of the attention are ranked and switched off")
        self.rank, self.shown, self.whole = QPushButton(f"Rank {Part.CHANNEL}s"), QCheckBox(), QCheckBox()
        self.rank.setMinimumWidth(self.rank.sizeHint().width())  # nothing beside it moves while it says Stop
        self.set_channel(_WIDEST)
        self.shown.setMinimumWidth(self.shown.sizeHint().width())  # nor from channel to channel
        for part, name in _WHAT.items():
            self._part.addItem(name, part)
        for how, tip in _HOW.items():
            self._how.addItem(str(how), how)
            self._how.setItemData(self._how.count() - 1, fmt.tip(tip), Qt.ItemDataRole.ToolTipRole)
        class_, self._words = QLabel("Class"), QLabel("Off means")
        class_.setBuddy(self._target)
        self._words.setBuddy(self._how)
        choices, deeds = QHBoxLayout(), QHBoxLayout()
        for row in (choices, deeds):
            row.setSpacing(theme.SPACING)
        for widget in (class_, self._target, self._part, self._words, self._how):
            choices.addWidget(widget, 1 if widget is self._target else 0)
        for button in (self.rank, self.shown, self.whole):
            deeds.addWidget(button)
        deeds.addStretch(1)
        column(self, choices, deeds)
        self._target.activated.connect(lambda at: self.target_chosen.emit(self._predictions[at].index))
        self._part.activated.connect(lambda at: self.part_chosen.emit(self._part.itemData(at)))
        self._how.activated.connect(lambda at: self.how_chosen.emit(self._how.itemData(at)))

    def set_channel(self, channel: int) -> None:
        """Name the channel that a tick switches off."""
        self.shown.setText(f"Channel {channel} off")

    def set_classes(self, predictions: Sequence[Prediction], target: int | None) -> None:
        """Offer the first classes of the answer."""
        if tuple(predictions) != self._predictions:
            self._predictions = tuple(predictions)
            with QSignalBlocker(self._target):
                self._target.clear()
                self._target.addItems([it.label for it in predictions])
        place = next((k for k, it in enumerate(predictions) if it.index == target), 0)
        self._target.setCurrentIndex(place)
        self._target.setEnabled(bool(predictions))

    def set_parts(self, parts: Parts | None, part: Part, how: How) -> None:
        """Offer what of an operation can be switched off, and how; None while that is not known."""
        has_heads = parts is not None and parts.heads > 0
        self._part.setVisible(has_heads)
        self._part.setCurrentIndex(self._part.findData(part))
        items: QStandardItemModel = self._how.model()  # type: ignore[assignment]
        is_one = parts is not None and part is Part.CHANNEL and parts.size == 1
        for at, kind in enumerate(_HOW):
            items.item(at).setEnabled(kind is How.ZERO or not is_one)
        self._how.setCurrentIndex(self._how.findData(how))
        self._how.setToolTip(fmt.tip(_ONE_VALUE if is_one else _HOW[how]))
        self._how.setEnabled(parts is not None and not parts.reason)


def _box(said: str, length: int) -> ListBox:
    box = ListBox()
    box.setAccessibleName(said)
    box.setSizeAdjustPolicy(ListBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(length)
    box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return box
