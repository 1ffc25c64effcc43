"""The controls over the maps: by which method, of which class, against which other, at which layer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QCompleter,
    QLineEdit,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)

from explorer.features.reasons.methods import Group, Method
from explorer.window import format as fmt
from explorer.window.widgets.list_rows import ListBox, ListRows, heading
from explorer.window.widgets.parts import column, labelled
from explorer.window.widgets.wrapping import Wrapping

_LEAST_CLASS = 10  # characters


@dataclass(frozen=True)
class Shown:
    """What the controls show.

    Attributes:
        method: The one that is chosen.
        top: Number and label of the first classes of the answer.
        names: Of all classes.
        target, against: Numbers of the classes; None for the first of the answer, and for none.
        layers: Name of an operation, empty for the default, and how it is offered.
        layer: The one that is chosen.
    """

    method: Method
    top: tuple[tuple[int, str], ...] = ()
    names: tuple[str, ...] = ()
    target: int | None = None
    against: int | None = None
    layers: tuple[tuple[str, str], ...] = ()
    layer: str = ""


class ClassBox(ListBox):
    """The first classes of the answer, and any other to be typed.

    Signals:
        class_chosen(object): Number of the class; None for the entry before all classes.
    """

    class_chosen = Signal(object)

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        self._edit = QLineEdit()
        self.setLineEdit(self._edit)
        self.setInsertPolicy(ListBox.InsertPolicy.NoInsert)
        self.setAccessibleName(name)
        self._tip = tip
        self.setToolTip(fmt.tip(tip))
        self.setMinimumContentsLength(_LEAST_CLASS)
        self.setSizeAdjustPolicy(ListBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._names: tuple[str, ...] = ()
        self._entries: tuple[tuple[int | None, str], ...] = ()
        self._number: int | None = None
        self.activated.connect(lambda row: self._choose(self._entries[row][0]))
        self._edit.returnPressed.connect(self._on_typed)
        self._edit.editingFinished.connect(self._show_number)

    def set_classes(
        self, entries: Sequence[tuple[int | None, str]], names: tuple[str, ...], number: int | None
    ) -> None:
        """Offer classes.

        Args:
            entries: Number and text of those in the list.
            names: Of all classes, to be typed.
            number: The one that is chosen.
        """
        with QSignalBlocker(self):
            if tuple(entries) != self._entries:
                self._entries = tuple(entries)
                self.clear()
                self.addItems([text for _, text in entries])
            if names != self._names:
                self._names = names
                completer = QCompleter(list(names), self)
                completer.setFilterMode(Qt.MatchFlag.MatchContains)
                completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
                completer.activated.connect(self._on_completed)
                self.setCompleter(completer)
                if (popup := completer.popup()) is not None:
                    popup.setItemDelegate(ListRows(completer))
            self._number = number
            if not self._edit.hasFocus() or not self._edit.isModified():
                self._show_number()

    def say_unfit(self, why: str) -> None:
        """Be grey, with why no class is to be chosen in the tooltip; empty to be there to choose."""
        self.setEnabled(not why)
        self.setToolTip(fmt.tip(why or self._tip))

    def _show_number(self) -> None:
        with QSignalBlocker(self):
            rows = [row for row, (number, _) in enumerate(self._entries) if number == self._number]
            self.setCurrentIndex(rows[0] if rows else -1)
            known = self._number is not None and self._number < len(self._names)
            if not rows and self._number is not None and known:
                self.setEditText(self._names[self._number])
            self._edit.setCursorPosition(0)
            self._edit.setModified(False)

    def _on_typed(self) -> None:
        text = self._edit.text().strip().lower()
        found = [k for k, name in enumerate(self._names) if name.lower() == text]
        found = found or [k for k, name in enumerate(self._names) if text and text in name.lower()]
        if found:
            self._choose(found[0])
        else:
            self._show_number()

    def _on_completed(self, text: str) -> None:
        self._choose(self._names.index(text))

    def _choose(self, number: int | None) -> None:
        self._number = number
        self._edit.setModified(False)
        self.class_chosen.emit(number)


class ElidedBox(ListBox):
    """A box whose text gives way: first what stands in brackets, then its middle; the whole stands in its list."""

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        """Say what is painted: as much of both ends as there is room for."""
        super().initStyleOption(option)
        field = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, self).width()
        metrics, text = self.fontMetrics(), self.currentText()
        if metrics.horizontalAdvance(text) > room - 4:
            text = text.rpartition(" (")[0] or text
        option.currentText = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room - 4)


class ReasonControls(QWidget):
    """A row of boxes.

    Signals:
        changed(object): A dictionary of the fields of `Reasons` that the person wants otherwise.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.method = _methods()
        self.target = ClassBox(
            "Class that is explained", "Which class is explained. Type to search all of them."
        )
        self.against = ClassBox(
            "Class beside it",
            "Shows a second class beside the first, and their difference. Type to search all of them.",
        )
        self.layer = ElidedBox()
        self.layer.setAccessibleName("Layer on whose grid the map lies")
        self.layer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.layer.setMinimumContentsLength(_LEAST_CLASS)
        self.layer.setSizeAdjustPolicy(ListBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        column(
            self,
            Wrapping(
                [(labelled("Method", self.method), 0), (labelled("Layer", self.layer), 5)],
                [(labelled("Class", self.target), 3), (labelled("Beside it", self.against), 2)],
            ),
        )
        self._layers: tuple[tuple[str, str], ...] = ()
        self.method.activated.connect(
            lambda _: self.changed.emit({"method": Method(self.method.currentData())})
        )
        self.target.class_chosen.connect(lambda number: self.changed.emit({"target": number}))
        self.against.class_chosen.connect(lambda number: self.changed.emit({"against": number}))
        self.layer.activated.connect(lambda at: self.changed.emit({"layer": self._layers[at][0]}))

    def show_choice(self, shown: Shown) -> None:
        """Show what is chosen and what there is to choose; nobody is told."""
        about = shown.method.about
        with QSignalBlocker(self.method):
            self.method.setCurrentIndex(self.method.findData(str(shown.method)))
        self.method.setToolTip(fmt.tip(f"{about.title}\n{about.told}"))
        first: list[tuple[int | None, str]] = [*shown.top]
        target = shown.target if shown.target is not None or not shown.top else shown.top[0][0]
        self.target.set_classes(first, shown.names, target)
        others = [it for it in first if it[0] != target]
        self.against.set_classes([(None, "no other class"), *others], shown.names, shown.against)
        for box in (self.target, self.against):
            box.say_unfit("" if about.of_class else f"{about.title} is the same for every class")
        self.layer.setEnabled(about.at_layer)  # what is hidden would let the row jump
        with QSignalBlocker(self.layer):
            if shown.layers != self._layers:
                self._layers = shown.layers
                self.layer.clear()
                self.layer.addItems([text for _, text in shown.layers])
            names = [name for name, _ in shown.layers]
            self.layer.setCurrentIndex(names.index(shown.layer) if shown.layer in names else 0)
        tip = f"The layer on whose grid the map lies\n{self.layer.currentText()}"
        self.layer.setToolTip(fmt.tip(tip if about.at_layer else f"{about.title} looks at no layer"))


def _methods() -> ListBox:
    """Return a box of all methods under the headings of their groups, each with its words, formula and paper."""
    box = ListBox()
    box.setAccessibleName("Method")
    model = QStandardItemModel(box)
    for group in Group:
        model.appendRow(heading(group.value))
        for method in Method:
            if method.about.group is group:
                item: Any = QStandardItem(method.about.title)
                item.setData(str(method), Qt.ItemDataRole.UserRole)
                item.setToolTip(fmt.tip(f"{method.about.title}\n{method.about.told}"))
                model.appendRow(item)
    box.setModel(model)
    box.setSizeAdjustPolicy(ListBox.SizeAdjustPolicy.AdjustToContents)
    return box
