"""The pane of the tensors that an operation owns."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.features.kernels import text as kernel_text
from explorer.features.kernels.controls import KernelControls
from explorer.features.kernels.vectors import VectorStack
from explorer.records.kernels import KernelChoice, KernelPicture
from explorer.records.values import Layout, ValueView
from explorer.window import format as fmt
from explorer.window.widgets.elided import FACTS
from explorer.window.widgets.value_panel import ValuePanel


class KernelView(ValuePanel):
    """Filters in colour or as tiles in any order, matrices as images, the vectors of a norm as bars.

    Takes `KernelPicture`s.

    Signals:
        choice_changed(object): The `KernelChoice` that the person wants from now on.
    """

    choice_changed = Signal(object)

    noun = "kernel"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("kernelView")
        self.setAccessibleName("Kernels")
        self._controls = KernelControls()
        self._vectors = VectorStack()
        self._parts.add_picture(self._vectors)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(1, self._controls)
        self._controls.choice_changed.connect(self.choice_changed)
        self.channel_selected.connect(self.select_channel)
        self.unit_selected.connect(lambda y, x: self.select_unit((y, x)))
        self.cleared.connect(lambda: self.select_unit(None))
        self._vectors.value_hovered.connect(self._on_pointed)
        self._vectors.value_left.connect(self._on_left)
        self._controls.hide()
        self.set_message("Choose an operation with weights, such as a convolution, to see its kernels.")

    @property
    def choice(self) -> KernelChoice:
        """Which tensor the person wants, and how."""
        return self._controls.choice

    def set_choice(self, choice: KernelChoice) -> None:
        """Show what the person chose; nobody is told."""
        self._controls.set_choice(choice)

    def select_filter(self, filter_: int) -> None:
        """Show a filter large: the first of its tiles; nothing happens where there is no such filter."""
        picture = self._value
        if isinstance(picture, KernelPicture) and picture.mosaic is not None and filter_ in picture.order:
            self.select_channel(picture.place_of(filter_))

    def set_value(self, value: ValueView | None, channel: int | None = None) -> None:
        """Show a `KernelPicture`; None shows the message. A selected filter stays so in another order."""
        assert value is None or isinstance(value, KernelPicture)
        before = self._value
        if value is not None and isinstance(before, KernelPicture) and _same_filters(before, value):
            tile = min(self.channel, before.values.shape[0] - 1)
            self._channel = value.place_of(before.filter_at((tile, 0, 0)))
        self._parts.mosaic.group = 1 if value is None else value.tiles_per_filter
        self._controls.set_picture(value)
        self._controls.setVisible(value is not None)  # without a tensor there is nothing to choose
        super().set_value(value, channel)

    # ---- what is said about a value ----

    def name_of(self, value: ValueView, channel: int) -> str:
        """Return filter and input channel of a tile, each by its true index."""
        return kernel_text.tile_name(_picture(value), channel)

    def form_of(self, value: ValueView) -> str:
        """Return the tensor's shape, its name, and how many values there are; of a norm which vectors it has."""
        if len(_picture(value).vectors) > 1:
            return kernel_text.form_of_norm(_picture(value))
        return f"{fmt.shape(value.shape)} {value.title.rpartition('.')[2]}{FACTS}{value.statistics.count:,} values"

    def note_on(self, value: ValueView) -> str:
        """Return how the picture is to be read."""
        return kernel_text.picture_note(_picture(value))

    def numbers_of(self, value: ValueView) -> str:
        """Return the statistics, counting what the tiles are; of a norm those of the vector that is chosen."""
        self.noun = kernel_text.tile_noun(_picture(value))
        numbers = super().numbers_of(value)
        return f"{self._chosen_vector(value)}: {numbers}" if self._chosen_vector(value) else numbers

    def all_of(self, value: ValueView) -> str:
        """Return what all values are called; of a norm which vector they are."""
        vector = self._chosen_vector(value)
        return f"values of {vector}" if vector else super().all_of(value)

    def remark_on(self, value: ValueView, channel: int) -> str:
        """Return the norm of a tile's filter; where there are no filters, the share of zeros."""
        picture = _picture(value)
        if not picture.kernels or picture.layout is Layout.MATRIX:
            return super().remark_on(value, channel)
        return kernel_text.filter_text(picture, picture.filter_at((channel, 0, 0)))

    def reading_at(self, value: ValueView, place: tuple[int, ...]) -> str:
        """Return the true index of filter and input, and the true value; of a norm all its vectors' values."""
        picture = _picture(value)
        if len(place) == 3:
            text = kernel_text.reading(picture, place)
            if picture.kernels and picture.layout == Layout.MATRIX:
                return f"{text}{FACTS}{kernel_text.filter_text(picture, picture.filter_at(place))}"
            return text
        if len(picture.vectors) > 1:
            return kernel_text.reading_of_norm(picture, place[0])
        return super().reading_at(value, place)

    def show_vector(self, value: ValueView) -> None:
        """Draw the vectors of a norm under each other; any other one alone."""
        picture = _picture(value)
        if len(picture.vectors) > 1:
            self._vectors.set_vectors(picture.vectors, picture.title)
            self._parts.show_picture(self._vectors)
        else:
            super().show_vector(value)

    def _chosen_vector(self, value: ValueView) -> str:
        """Return which of the vectors of a norm is chosen; empty for any other tensor."""
        picture = _picture(value)
        return kernel_text.part_of_norm(picture.title) if len(picture.vectors) > 1 else ""


def _picture(value: ValueView) -> KernelPicture:
    assert isinstance(value, KernelPicture)
    return value


def _same_filters(before: KernelPicture, value: KernelPicture) -> bool:
    same = (before.node, before.title, before.kernels) == (value.node, value.title, value.kernels)
    return same and bool(value.kernels)
