"""The row of controls over the kernels: which tensor, in which order, in colour or not."""

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShortcut
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from explorer.records.kernels import KernelChoice, KernelOrder, KernelPicture
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.list_rows import ListBox

_ROOM_FOR_WORDS = 520  # pixels
_ORDERS = {
    KernelOrder.INDEX: "index",
    KernelOrder.NORM: "L2 norm",
    KernelOrder.MEAN: "mean",
    KernelOrder.STD: "standard deviation",
    KernelOrder.REACH: "largest magnitude",
}


class KernelControls(QWidget):
    """Holds what the person chose, also while an operation is shown for which it makes no difference.

    Signals:
        choice_changed(object): The `KernelChoice` that the person wants from now on.
    """

    choice_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choice = KernelChoice()
        self._names: tuple[str, ...] = ()
        self._tensors = ListBox()
        self._orders = ListBox()
        self._descending = QToolButton()
        self._colour = QCheckBox("Colour")
        self._words: list[QLabel] = []
        self._choosing = self._sorting = False
        self._describe()
        self._arrange()
        self._tensors.activated.connect(self._on_tensor_chosen)
        self._orders.activated.connect(self._on_order_chosen)
        self._descending.toggled.connect(self._on_direction_toggled)
        self._colour.toggled.connect(lambda on: self._choose(replace(self._choice, colour=on)))
        self.set_picture(None)

    @property
    def choice(self) -> KernelChoice:
        """What the person chose."""
        return self._choice

    def set_choice(self, choice: KernelChoice) -> None:
        """Show what the person chose; nobody is told."""
        self._choice = choice
        for part in (self._orders, self._descending, self._colour):
            part.blockSignals(True)
        self._orders.setCurrentIndex(tuple(_ORDERS).index(choice.order))
        self._descending.setChecked(choice.descending)
        self._colour.setChecked(choice.colour)
        for part in (self._orders, self._descending, self._colour):
            part.blockSignals(False)
        self._show_direction(choice.descending)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Drop the words beside the boxes where there is no room for them."""
        super().resizeEvent(event)
        self._show_what_applies()

    def _show_what_applies(self) -> None:
        """Hide what makes no difference for the picture, and the words beside the boxes where there is no room."""
        self._tensors.setVisible(self._choosing)
        for part in (self._orders, self._descending):
            part.setVisible(self._sorting)
        roomy = self.width() >= _ROOM_FOR_WORDS or not (self._choosing and self._sorting)
        for name, applies in zip(self._words, (self._choosing, self._sorting), strict=True):
            name.setVisible(applies and roomy)

    def set_picture(self, picture: KernelPicture | None) -> None:
        """Offer what makes sense for the picture shown; None for none."""
        names = picture.names if picture is not None else ()
        if names != self._names:
            self._names = names
            with QSignalBlocker(self._tensors):
                self._tensors.clear()
                self._tensors.addItems(_short(names))
        if picture is not None:
            self._tensors.setCurrentIndex(names.index(picture.title))
        sortable = picture is not None and picture.order.size > 1
        self._choosing, self._sorting = len(names) > 1, sortable
        self._colour.setVisible(picture is not None and picture.can_colour)
        self._show_what_applies()

    # ---- facts from the parts ----

    def _on_tensor_chosen(self, row: int) -> None:
        name = self._names[row]
        last = name.rpartition(".")[2]
        # The last part of a name means the same tensor in the next layer; the first is the largest anyway.
        alone = sum(other.rpartition(".")[2] == last for other in self._names) == 1
        wish = "" if row == 0 else last if alone else name
        self._choose(replace(self._choice, parameter=wish))

    def _on_order_chosen(self, row: int) -> None:
        self._choose(replace(self._choice, order=tuple(_ORDERS)[row]))

    def _on_direction_toggled(self, descending: bool) -> None:
        self._show_direction(descending)
        self._choose(replace(self._choice, descending=descending))

    def _choose(self, choice: KernelChoice) -> None:
        if choice != self._choice:
            self._choice = choice
            self.choice_changed.emit(choice)

    # ---- building ----

    def _show_direction(self, descending: bool) -> None:
        self._descending.setText("↓" if descending else "↑")
        self._descending.setToolTip(
            fmt.tip(
                "Largest first; press for smallest first (Alt+D)"
                if descending
                else "Smallest first; press for largest first (Alt+D)"
            )
        )

    def _describe(self) -> None:
        self._tensors.setAccessibleName("Tensor")
        self._tensors.setToolTip("Which of the operation's tensors is shown (Alt+N)")
        self._orders.addItems(list(_ORDERS.values()))
        self._orders.setAccessibleName("Sort by")
        self._orders.setToolTip("What the filters are ordered by; names always tell the true index (Alt+O)")
        self._descending.setCheckable(True)
        self._descending.setAccessibleName("Descending")
        self._descending.setAutoRaise(True)
        self._show_direction(False)
        self._descending.setShortcut("Alt+D")
        self._colour.setShortcut("Alt+C")
        self._colour.setObjectName("kernelColour")
        self._colour.setAccessibleName("Colour")
        self._colour.setChecked(self._choice.colour)
        self._colour.setToolTip(
            fmt.tip("On: a filter over three inputs is one colour image. Off: one tile an input (Alt+C)")
        )
        self._colour.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for box, length in ((self._tensors, 8), (self._orders, 10)):
            box.setSizeAdjustPolicy(ListBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(length)
            box.setFocusPolicy(
                Qt.FocusPolicy.TabFocus
            )  # a click leaves the keys where they were: Space plays

    def _arrange(self) -> None:
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, theme.SPACING // 2)
        row.setSpacing(theme.SPACING)
        for text, key, box in (("Tensor", "Alt+N", self._tensors), ("Sort by", "Alt+O", self._orders)):
            name = QLabel(text)
            QShortcut(key, self, box.setFocus)
            self._words.append(name)
            row.addWidget(name)
            row.addWidget(box)
        row.addWidget(self._descending)
        row.addWidget(self._colour)
        row.addStretch(1)
        row.addStrut(self._orders.sizeHint().height())  # as high without any: nothing below moves at a step


def _short(names: tuple[str, ...]) -> list[str]:
    """Return the names without the module's path, if that is the same for all."""
    paths = {name.rpartition(".")[0] for name in names}
    return [name.rpartition(".")[2] for name in names] if len(paths) == 1 else list(names)
