from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QToolButton
from pytestqt.qtbot import QtBot
from samples import move_mouse, value_view

from explorer.features.kernels.controls import KernelControls
from explorer.features.kernels.view import KernelView
from explorer.records.kernels import KernelChoice, KernelOrder, KernelPicture
from explorer.records.values import Layout, Mosaic
from explorer.window import theme


@pytest.fixture
def view(qtbot: QtBot) -> KernelView:
    widget = KernelView()
    qtbot.addWidget(widget)
    widget.resize(900, 600)
    widget.show()
    return widget


def kernel_picture(
    values: NDArray, shape: tuple[int, ...], layout: Layout = Layout.MAPS, **facts: object
) -> KernelPicture:
    """Return a picture of weights (F, I, *taps) in the order of their index."""
    base = {"op": "conv2d", "names": ("conv.weight",), "groups": 1, "kernels": shape}
    base |= {"order": np.arange(shape[0]), "norms": np.arange(shape[0]) + 0.5}
    seen = value_view(values, layout=layout, title="conv.weight")
    return KernelPicture(**(vars(seen) | {"shape": shape} | base | facts))


def tiles(filters: int, inputs: int, **facts: object) -> KernelPicture:
    values = np.arange(filters * inputs * 9, dtype=np.float32).reshape(-1, 3, 3)
    return kernel_picture(values, (filters, inputs, 3, 3), **facts)


def colours(filters: int = 4) -> KernelPicture:
    """Return filters of which each is one colour: more red from one to the next."""
    values = np.zeros((filters, 2, 2, 3), np.float32)
    values[..., 0] = np.linspace(-1, 1, filters)[:, None, None]
    pixels = np.zeros((5, 5, 3), np.uint8)
    for tile in range(filters):
        row, column = divmod(tile, 2)
        place = np.s_[3 * row : 3 * row + 2, 3 * column : 3 * column + 2]
        pixels[place] = np.round(128 + 127 * values[tile])
    mosaic = Mosaic(pixels, 2, np.tile([-1.0, 1.0], (filters, 1)), True)
    picture = tiles(filters, 3, can_colour=True)
    return replace(picture, values=values, mosaic=mosaic, kernels=(filters, 3, 2, 2))


def vectors(shown: str = "bn.weight") -> KernelPicture:
    names = ("bn.weight", "bn.bias", "bn.running_mean", "bn.running_var")
    all_ = {name: np.arange(6, dtype=np.float32) + 10 * place for place, name in enumerate(names)}
    picture = kernel_picture(all_[shown], (6,), Layout.VECTOR, kernels=(), order=np.zeros(0, np.intp))
    return replace(picture, title=shown, names=names, vectors=all_, op="batch_norm")


def point_at(view: KernelView, channel: int, y: int, x: int) -> None:
    top, left, _, _ = view.mosaic.tile_of(channel)
    box = (top + y, left + x, top + y + 1, left + x + 1)
    move_mouse(view.mosaic, view.mosaic.rect_of(box).center().toPoint())


def shown_texts(view: KernelView) -> list[str]:
    QApplication.processEvents()  # numbers come with their histogram
    return [label.text() for label in view.findChildren(QLabel) if label.isVisible()]


def control(view: KernelView, kind: type, name: str):
    (found,) = [part for part in view.findChildren(kind) if part.accessibleName() == name]
    return found


# ---- names and true values ----


def test_each_tile_of_a_convolution_is_one_input_of_one_filter(view: KernelView) -> None:
    picture = tiles(6, 4)
    view.set_value(picture)
    point_at(view, 21, 2, 1)
    assert view.readout == f"filter 5, input 1, row 2, column 1 = {int(picture.values[21, 2, 1])}"


def test_names_tell_the_true_index_wherever_a_filter_stands(view: KernelView) -> None:
    view.set_value(tiles(6, 4, order=np.array([3, 5, 0, 1, 2, 4])))
    point_at(view, 6, 0, 0)  # the second filter, its third input
    assert view.readout.startswith("filter 5, input 2, row 0, column 0 = ")
    view.select_channel(6)
    assert "filter 5, input 2" in shown_texts(view)
    assert any(text.endswith("L2 norm of filter 5: 5.5") for text in shown_texts(view))


def test_inputs_of_a_grouped_convolution_are_counted_over_the_groups(view: KernelView) -> None:
    view.set_value(tiles(6, 4, groups=3))
    point_at(view, 21, 0, 0)
    assert view.readout.startswith("filter 5, input 9, ")
    view.set_value(tiles(6, 4, groups=None))
    assert view.name_of(tiles(6, 4, groups=None), 21) == "filter 5, input 1 of its group"


def test_a_depthwise_convolution_has_one_kernel_a_channel(view: KernelView) -> None:
    view.set_value(replace(tiles(24, 1), values=np.ones((24, 3, 3), np.float32)))
    point_at(view, 21, 0, 0)
    assert view.readout == "kernel 21, row 0, column 0 = 1"
    assert any("kernels all zero 0 of 24" in text for text in shown_texts(view))
    assert any("L2 norm of kernel 0" in text for text in shown_texts(view)), (
        "a filter with one input is its kernel"
    )


def test_a_pointwise_convolution_is_one_image_with_a_row_a_filter(view: KernelView) -> None:
    values = np.arange(20, dtype=np.float32).reshape(1, 5, 4)
    order = np.array([4, 3, 2, 1, 0])
    view.set_value(kernel_picture(values, (5, 4, 1, 1), Layout.MATRIX, order=order))
    point_at(view, 0, 1, 2)
    assert view.readout == "filter 3, input 2 = 6    L2 norm of filter 3: 3.5"
    assert "one row a filter, across it the inputs" in shown_texts(view)


def test_a_convolution_over_one_axis_names_filter_input_and_tap(view: KernelView) -> None:
    values = np.arange(40, dtype=np.float32).reshape(2, 4, 5)
    view.set_value(kernel_picture(values, (2, 4, 5), op="conv1d"))
    point_at(view, 1, 3, 2)
    assert view.readout == "filter 1, input 3, tap 2 = 37"


def test_the_slices_of_a_convolution_over_three_axes_are_counted(view: KernelView) -> None:
    picture = kernel_picture(np.ones((12, 2, 2), np.float32), (2, 2, 3, 2, 2), op="conv3d")
    view.set_value(picture)
    assert view.name_of(picture, 10) == "filter 1, input 1, slice 1"


def test_a_long_matrix_stands_in_parts_and_names_its_true_rows_and_columns(view: KernelView) -> None:
    whole = np.arange(24, dtype=np.float32).reshape(12, 2)
    tall = kernel_picture(whole.reshape(2, 6, 2), (12, 2), Layout.MATRIX, op="linear", kernels=())
    view.set_value(tall)
    point_at(view, 1, 2, 1)
    assert view.readout == f"output 8, input 1 = {whole[8, 1]:.0f}"
    assert view.name_of(tall, 1) == "part 2 of 2"
    assert any("cut into 2 parts of 6 rows, one after the other" in text for text in shown_texts(view))
    wide = kernel_picture(
        whole.T.reshape(2, 2, 6).transpose(1, 0, 2).copy(),
        (2, 12, 1, 1),
        Layout.MATRIX,
        order=np.array([1, 0]),
    )
    wide = replace(wide, cut_across=True)
    view.set_value(wide)
    point_at(view, 1, 0, 3)
    assert view.readout.startswith(f"filter 1, input 9 = {whole.T[0, 9]:.0f}")
    assert any("cut into 2 parts of 6 columns" in text for text in shown_texts(view))


def test_a_linear_layer_names_output_and_input(view: KernelView) -> None:
    values = np.arange(6, dtype=np.float32).reshape(1, 2, 3)
    view.set_value(kernel_picture(values, (2, 3), Layout.MATRIX, op="linear", kernels=()))
    point_at(view, 0, 1, 2)
    assert view.readout == "output 1, input 2 = 5"


def test_means_of_blocks_say_so(view: KernelView) -> None:
    values = np.full((1, 4, 3), 0.25, np.float32)
    view.set_value(kernel_picture(values, (26, 20), Layout.MATRIX, op="linear", kernels=(), block=7))
    point_at(view, 0, 3, 2)
    assert view.readout == "mean of rows 21 to 25, columns 14 to 19 = 0.25"
    assert any("each is the mean of 7×7" in text for text in shown_texts(view))


# ---- colour ----


def test_a_colour_tile_tells_red_green_and_blue(view: KernelView) -> None:
    view.set_value(replace(colours(), order=np.array([2, 0, 3, 1])))
    point_at(view, 2, 1, 0)
    assert view.readout == "filter 3, row 1, column 0: R 0.333, G 0, B 0"
    assert any("mid-grey is 0, full colour ±1" in text for text in shown_texts(view))
    assert any("filters all zero" in text for text in shown_texts(view))


def test_where_there_is_little_room_it_is_said_what_grey_and_full_colour_are(view: KernelView) -> None:
    view.set_value(colours())
    note = view.parts.note
    note.resize(note.fontMetrics().horizontalAdvance(note.whole[0]), 20)
    assert note.said == ("mid-grey is 0, full colour ±1 …", "")
    assert "red, green, blue: the three inputs" in note.toolTip()
    form = view.parts.form
    form.resize(form.sizeHint().width() // 2, 20)
    assert form.said == (f"{form.whole[0].split()[0]} …", "") and "×" in form.said[0]


@pytest.mark.parametrize("dark", [False, True])
def test_filters_are_painted_in_their_colours_between_gaps(qapp, view: KernelView, dark: bool) -> None:
    theme.apply(qapp, "dark" if dark else "light")
    view.set_value(colours(3))
    image = view.mosaic.grab().toImage()

    def colour_in(box: tuple[int, int, int, int]) -> tuple[int, int, int]:
        return image.pixelColor(view.mosaic.rect_of(box).center().toPoint()).getRgb()[:3]

    # Away from the frame of the chosen tile and the borders.
    assert colour_in((0, 3, 2, 5)) == (128, 128, 128)
    assert colour_in((3, 0, 5, 2)) == (255, 128, 128)
    ground = QColor(theme.current().window).getRgb()[:3]
    assert colour_in((3, 3, 5, 5)) == ground  # no fourth filter
    assert colour_in((2, 0, 3, 2)) == ground
    theme.apply(qapp, "light")


# ---- norms ----


def test_a_norm_shows_its_vectors_and_reads_all_of_them_at_once(view: KernelView) -> None:
    view.set_value(vectors())
    texts = shown_texts(view)
    assert {"scale (weight)", "shift (bias)", "running mean", "running variance"} <= set(texts)
    assert "6 channels: scale, shift, running mean, running variance" in texts
    assert "values of scale" in texts and any(text.startswith("scale: min 0") for text in texts), (
        "whose they are"
    )
    view._vectors.value_hovered.emit(4)
    assert view.readout == "channel 4    scale 4    shift 14    running mean 24    running variance 34"


def test_a_norm_with_fewer_vectors_hides_the_rest(view: KernelView) -> None:
    view.set_value(vectors())
    both = dict(list(vectors().vectors.items())[:2])
    view.set_value(replace(vectors(), vectors=both, op="layer_norm"))
    assert "running mean" not in shown_texts(view)
    view._vectors.value_hovered.emit(0)
    assert view.readout == "feature 0    scale 0    shift 10"


def test_a_single_vector_is_drawn_alone(view: KernelView) -> None:
    values = np.arange(5, dtype=np.float32)
    view.set_value(kernel_picture(values, (5,), Layout.VECTOR, op="linear", kernels=()))
    view.parts.bars.value_hovered.emit(3)
    assert view.readout == "index 3 = 3"


# ---- controls ----


def test_controls_offer_only_what_makes_sense(view: KernelView) -> None:
    tensors, orders = control(view, QComboBox, "Tensor"), control(view, QComboBox, "Sort by")
    direction, colour = control(view, QToolButton, "Descending"), view.findChild(QCheckBox, "kernelColour")
    every = (tensors, orders, direction, colour)

    def offered() -> list[bool]:
        return [part.isVisible() and part.isEnabled() for part in every]

    assert offered() == [False] * 4
    view.set_value(tiles(6, 4, names=("conv.weight", "conv.bias")))
    assert offered() == [True, True, True, False]
    view.set_value(colours())
    assert offered() == [False, True, True, True]
    view.set_value(vectors("bn.running_mean"))
    assert offered() == [True, False, False, False]
    assert tensors.currentText() == "running_mean"
    height = view._controls.height()
    view.set_value(tiles(6, 4))
    assert view._controls.height() == height, "nothing below moves"
    view.set_value(None)
    assert offered() == [False] * 4
    assert all(part.toolTip() for part in every)


def test_every_wish_is_told_and_survives_another_operation(qtbot: QtBot, view: KernelView) -> None:
    told: list[KernelChoice] = []
    view.choice_changed.connect(told.append)
    view.set_value(replace(colours(), names=("conv.weight", "conv.bias")))
    orders = control(view, QComboBox, "Sort by")
    QTest.keyClick(orders, Qt.Key.Key_Down)  # index, then norm
    qtbot.mouseClick(control(view, QToolButton, "Descending"), Qt.MouseButton.LeftButton)
    view.findChild(QCheckBox, "kernelColour").click()
    view.set_value(vectors())
    QTest.keyClick(control(view, QComboBox, "Tensor"), Qt.Key.Key_End)
    assert told == [
        KernelChoice(order=KernelOrder.NORM),
        KernelChoice(order=KernelOrder.NORM, descending=True),
        KernelChoice(order=KernelOrder.NORM, descending=True, colour=False),
        KernelChoice("running_var", KernelOrder.NORM, True, False),
    ]
    view.set_value(tiles(6, 4))
    assert view.choice == told[-1] and orders.currentText() == "L2 norm"


def test_the_largest_tensor_is_meant_without_its_name_and_twins_by_their_full_one(view: KernelView) -> None:
    told: list[KernelChoice] = []
    view.choice_changed.connect(told.append)
    names = ("in_proj_weight", "q.weight", "k.weight")
    view.set_value(tiles(2, 4, names=names, title="q.weight"))
    tensors = control(view, QComboBox, "Tensor")
    assert [tensors.itemText(row) for row in range(3)] == list(names)
    QTest.keyClick(tensors, Qt.Key.Key_End)
    QTest.keyClick(tensors, Qt.Key.Key_Home)
    assert [choice.parameter for choice in told] == ["k.weight", ""]


def test_the_selected_filter_stays_selected_in_another_order(view: KernelView) -> None:
    view.set_value(tiles(6, 4))
    view.select_channel(8)  # filter 2
    view.set_value(tiles(6, 4, order=np.array([5, 4, 3, 1, 0, 2])))
    assert view.channel == 20 and "filter 2, input 0" in shown_texts(view)


def test_without_a_parameter_it_says_so(view: KernelView) -> None:
    assert view.objectName() == "kernelView"
    view.set_message("This operation reads no parameter.")
    view.set_value(None)
    assert "This operation reads no parameter." in shown_texts(view)


def test_where_it_is_low_the_charts_of_a_norm_have_the_room_of_the_histogram(
    qtbot: QtBot, view: KernelView
) -> None:
    view.set_value(vectors())
    view.resize(500, 400)
    qtbot.waitUntil(lambda: not view.parts.histogram.isVisible())
    view.resize(500, 900)
    qtbot.waitUntil(view.parts.histogram.isVisible)
    view.resize(500, 400)
    view.set_value(tiles(6, 4))
    assert view.parts.histogram.isVisible()


def test_without_a_tensor_there_are_no_controls(view: KernelView) -> None:
    assert not view.findChild(KernelControls).isVisible()
    view.set_value(kernel_picture(np.zeros((2, 4, 5)), (2, 4, 5), op="conv1d"))
    assert view.findChild(KernelControls).isVisible()
    view.set_value(None)
    assert not view.findChild(KernelControls).isVisible()
