from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel
from samples import move_mouse, value_view

from explorer.ui.views.kernels import KernelView


@pytest.fixture
def view(qtbot):
    widget = KernelView()
    qtbot.addWidget(widget)
    widget.resize(900, 600)
    widget.show()
    return widget


def _point_at(view: KernelView, channel: int, y: int, x: int) -> None:
    top, left, _, _ = view.mosaic.tile_of(channel)
    box = (top + y, left + x, top + y + 1, left + x + 1)
    move_mouse(view.mosaic, view.mosaic.rect_of(box).center().toPoint())


def test_each_tile_of_a_convolution_is_one_input_of_one_filter(view):
    values = np.arange(6 * 4 * 9, dtype=np.float32).reshape(24, 3, 3)
    view.set_value(replace(value_view(values, title="conv.weight"), shape=(6, 4, 3, 3)))
    _point_at(view, 21, 2, 1)
    assert view.readout == f"filter 5, input 1 · (2, 1) = {int(values[21, 2, 1])}"


def test_a_depthwise_convolution_has_one_kernel_a_channel(view):
    values = np.ones((24, 3, 3), np.float32)
    view.set_value(replace(value_view(values, title="conv_dw.weight"), shape=(24, 1, 3, 3)))
    _point_at(view, 21, 0, 0)
    assert view.readout == "kernel 21 · (0, 0) = 1"
    assert any("dead kernels 0 of 24" in label.text() for label in view.findChildren(QLabel))


def test_without_a_parameter_it_says_so(view):
    assert view.objectName() == "kernelView"
    view.set_message("This operation reads no parameter.")
    view.set_value(None)
    shown = [label.text() for label in view.findChildren(QLabel) if label.isVisible()]
    assert shown == ["This operation reads no parameter."]
