from dataclasses import replace

import numpy as np
import pytest
import torch
from attention_networks import ByHand, Windows
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel
from samples import move_mouse, value_view
from torch import nn

import explorer
from explorer.features.maps.axes import ATTENTION, axes_of, is_attention
from explorer.features.maps.view import FeatureMapView
from explorer.records.trace import Node, ReceptiveField, TensorInfo
from explorer.records.values import Layout
from explorer.window import format as fmt
from explorer.window.widgets.bars import VectorView
from explorer.window.widgets.histogram import HistogramView
from explorer.window.widgets.value_text import scale_tip, scale_wordings


@pytest.fixture
def view(qtbot):
    widget = FeatureMapView()
    qtbot.addWidget(widget)
    widget.resize(900, 600)
    widget.show()
    return widget


def _maps(channels: int = 12, height: int = 6, width: int = 8) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(channels, height, width)).astype(np.float32)


def _texts(view: FeatureMapView) -> str:
    QApplication.processEvents()  # numbers come with their histogram
    return "\n".join(label.text() for label in view.findChildren(QLabel) if label.isVisibleTo(view))


def _spot(view: FeatureMapView, channel: int, y: int, x: int):
    top, left, _, _ = view.mosaic.tile_of(channel)
    box = (top + y, left + x, top + y + 1, left + x + 1)
    return view.mosaic.rect_of(box).center().toPoint()


def test_attention_is_read_by_head_query_and_key(view):
    view.set_axes(ATTENTION)
    view.set_value(value_view(_maps(12, 9, 9)))
    view.select_unit((5, 7))
    assert view.readout.startswith("head 0, query 5, key 7 = ")
    assert "12 heads" in _texts(view) and "rows: the token that looks" in _texts(view)
    scale, whole = (it for it in view.findChildren(QCheckBox) if it.isVisibleTo(view))
    assert whole.text() == "All heads" and "between heads" in scale.toolTip()
    scale.setChecked(False)
    view.set_axes(None)
    assert whole.text() == "All channels" and not scale.isChecked(), "words alone change"
    view.set_value(value_view(_maps()))
    assert "12 channels" in _texts(view)


def test_scores_and_weights_of_an_attention_are_read_so_and_no_other_softmax():
    picture = torch.randn(1, 3, 12, 20)
    trace = explorer.record(ByHand("einsum").eval(), picture).trace
    read = [node.op for node in trace.nodes if is_attention(node, trace)]
    assert read == ["einsum", "mul", "softmax"]
    other = explorer.record(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Softmax(-1)), picture).trace
    assert not any(is_attention(node, other) for node in other.nodes) and not is_attention(None, other)


def test_in_windows_a_map_is_named_by_window_and_head(view):
    trace = explorer.record(Windows(2).eval(), torch.randn(1, 3, 32, 48)).trace
    node = next(node for node in trace.nodes if node.op == "softmax")
    assert node.shape == (6, 2, 16, 16)
    value = value_view(_maps(12, 16, 16))
    view.set_axes(axes_of(node, value, reads_words=False, trace=trace))
    view.set_value(value)
    view.select_channel(7)
    view.select_unit((5, 9))
    assert view.readout.startswith("window 3, head 1, query 5, key 9 = ")
    assert "12 maps" in _texts(view)


def along_a_word(shape: tuple[int, ...], positions: int) -> Node:
    field = ReceptiveField("exact", (2,), (1.0,), (0.0,), (positions,))
    info = TensorInfo(shape, "float32", 0)
    return Node(3, "conv1d", "width2", "width2", 0, (), (info,), (), 0, 0, field)


@pytest.mark.parametrize(
    ("shape", "positions", "note", "reading"),
    [
        ((24, 13), 13, "rows: channels, columns: positions in the word", "channel 5, position 7 = "),
        ((14, 16), 14, "rows: positions in the word, columns: channels", "position 5, channel 7 = "),
        (
            (13, 13),
            13,
            "rows and columns, without spatial meaning",
            "row 5, column 7 = ",
        ),  # either may be meant
    ],
)
def test_along_a_word_rows_and_columns_are_named(view, shape, positions, note, reading):
    value = value_view(_maps(1, *shape), Layout.MATRIX)
    view.set_axes(axes_of(along_a_word((1, *shape), positions), value, reads_words=True))
    view.set_value(value)
    assert note in _texts(view)
    move_mouse(view.mosaic, _spot(view, 0, 5, 7))
    assert view.readout.startswith(reading)


def test_how_many_channels_and_positions_there_are_stands_over_them(view):
    value = value_view(_maps(1, 24, 13), Layout.MATRIX)
    view.set_axes(axes_of(along_a_word((1, 24, 13), 13), value, reads_words=True))
    view.set_value(value)
    assert "24 channels, 13 positions" in _texts(view)


def test_the_channel_that_is_shown_is_framed_in_a_matrix_of_channels(view):
    value = value_view(_maps(1, 24, 13), Layout.MATRIX)
    view.set_axes(axes_of(along_a_word((1, 24, 13), 13), value, reads_words=True))
    view.set_value(value)
    view.mark(9)
    assert [box.rect for box in view.mosaic._boxes] == [(9, 0, 10, 13)]
    view.mark(9, 4)
    assert [box.rect for box in view.mosaic._boxes] == [(9, 0, 10, 13), (9, 4, 10, 5)]
    view.mark(24)  # another operation's
    assert not view.mosaic._boxes


def test_in_a_narrow_pane_words_go_whole(view, qtbot):
    view.set_value(value_view(_maps(1024)))
    view.resize(320, 500)
    qtbot.waitUntil(lambda: view.parts.form.width() < 90)
    assert view.parts.form.said == ("", ""), "a number without what it counts says nothing"


def test_the_hint_is_a_control_and_a_reading_is_none(view):
    view.set_value(value_view(_maps()))
    assert view.parts.reading.right in view.controls and view.parts.shared_scale in view.controls
    view.select_unit((1, 2))
    assert view.parts.reading.right not in view.controls


def test_contract_name(view):
    assert view.objectName() == "featureMapView"


def test_the_readout_is_the_true_value_under_the_mouse(view):
    values = _maps()
    view.set_value(value_view(values))
    for channel, y, x in ((0, 0, 0), (7, 5, 3), (11, 2, 7)):
        move_mouse(view.mosaic, _spot(view, channel, y, x))
        head, _, said = view.readout.partition(" = ")
        assert head == f"channel {channel}, row {y}, column {x}"
        assert float(said.replace("−", "-")) == pytest.approx(values[channel, y, x], rel=5e-3)


def test_the_readout_follows_the_value_that_comes_under_a_resting_mouse(view):
    view.set_value(value_view(np.zeros((4, 3, 3))))
    move_mouse(view.mosaic, _spot(view, 3, 1, 1))
    view.set_value(value_view(np.full((4, 3, 3), 2.5)))
    assert view.readout == "channel 3, row 1, column 1 = 2.5"
    view.set_value(value_view(np.full((1, 1, 2), 1.5)))
    assert "=" not in view.readout


def test_a_click_tells_the_unit_and_shows_the_channel_large(view):
    view.set_value(value_view(_maps()))
    view.channel_selected.connect(view.select_channel)  # as the pane does by way of the scene
    facts: list[tuple[int, ...]] = []
    view.channel_selected.connect(lambda *args: facts.append(args))
    view.unit_selected.connect(lambda *args: facts.append(args))
    QTest.mouseClick(view.mosaic, Qt.MouseButton.LeftButton, pos=_spot(view, 9, 4, 2))
    assert facts == [(9,), (4, 2)]
    assert view.channel == 9
    assert "channel 9" in _texts(view)


def test_the_large_channel_reads_and_chooses_the_same_units(view, qtbot):
    values = _maps()
    view.set_value(value_view(values))
    view.select_channel(5)
    view.unit_selected.connect(lambda y, x: view.select_unit((y, x)))  # as the pane does by way of the scene
    spot = view.large.rect_of((3, 6, 4, 7)).center().toPoint()
    move_mouse(view.large, spot)
    assert view.readout.startswith("channel 5, row 3, column 6 = ")
    with qtbot.waitSignal(view.unit_selected, timeout=1000) as clicked:
        QTest.mouseClick(view.large, Qt.MouseButton.LeftButton, pos=spot)
    assert clicked.args == [3, 6]
    with qtbot.waitSignal(view.unit_selected, timeout=1000) as moved:
        QTest.keyClick(view.large, Qt.Key.Key_Right)
    assert moved.args == [3, 7]
    with qtbot.waitSignal(view.unit_selected, timeout=1000) as stopped:
        QTest.keyClick(view.large, Qt.Key.Key_Right)
    assert stopped.args == [3, 7]  # the last column


def test_a_unit_selected_from_outside_is_read_and_announced_by_nobody(view, qtbot):
    values = _maps()
    view.set_value(value_view(values))
    with qtbot.assertNotEmitted(view.unit_selected), qtbot.assertNotEmitted(view.channel_selected):
        view.select_channel(2)
        view.select_unit((1, 4))
    assert view.readout.startswith("channel 2, row 1, column 4 = ")
    view.select_unit(None)
    assert "=" not in view.readout


def test_what_the_keys_choose_is_read_although_the_mouse_lies_elsewhere(view):
    view.set_value(value_view(_maps()))
    view.select_unit((1, 4))
    move_mouse(view.mosaic, _spot(view, 9, 4, 2))
    assert view.readout.startswith("channel 9, ")
    view.select_channel(2)
    assert view.readout.startswith("channel 2, row 1, column 4 = ")
    move_mouse(view.mosaic, _spot(view, 9, 5, 2))
    view.select_unit((2, 4))
    assert view.readout.startswith("channel 2, row 2, column 4 = ")


def test_a_selected_unit_stays_with_its_operation_only(view):
    value = value_view(_maps())
    view.set_value(value)
    view.select_unit((1, 4))
    view.set_value(value)  # the same operation, say on another scale
    assert "row 1, column 4 = " in view.readout
    view.set_value(replace(value, node=value.node + 1))
    assert "=" not in view.readout


def test_statistics_dead_channels_and_missing_values_are_told(view):
    values = _maps()
    values[:3] = 0
    values[3] = 0.25
    values[5, 0, 0] = np.nan
    values[5, 0, 1] = np.inf
    view.set_value(value_view(values))
    texts = _texts(view)
    assert "channels all zero 3 of 12" in texts, "one that is constant but for a value is none"
    assert "each value is exactly 0; a constant channel" in view._parts.numbers.toolTip()
    assert "zeros 25 %" in texts
    assert "2 of 576 values are NaN or infinite" in texts
    move_mouse(view.mosaic, _spot(view, 5, 0, 0))
    assert view.readout.endswith("= NaN")
    view.set_value(value_view(_maps()))
    assert "NaN" not in _texts(view)


@pytest.mark.parametrize(
    "values",
    [
        np.full((3, 4, 4), np.nan),
        np.full((3, 4, 4), np.inf),
        np.full((3, 4, 4), 7.0),
        np.zeros((1, 1, 1)),
        np.ones((2, 3, 3), bool),
        np.full((2, 2, 2), 6e4, np.float16),
        np.array([[[1e30, -1e30]]]),
        np.full(5, np.nan),
        np.full(5, -np.inf),
        np.zeros(1),
        np.full(9, 3.0),
    ],
    ids=str,
)
def test_odd_values_can_be_shown(view, values):
    layout = Layout.VECTOR if values.ndim == 1 else Layout.MAPS
    view.set_value(value_view(values, layout))
    view.select_unit((0, 0))
    assert not view.grab().isNull()


def test_a_vector_is_read_bar_by_bar(view, qtbot):
    values = np.random.default_rng(2).normal(size=1000).astype(np.float32)
    values[7] = np.nan
    view.set_value(value_view(values, Layout.VECTOR))
    bars = view.findChild(VectorView)
    assert bars.isVisible()
    assert not view.mosaic.isVisible()
    view.grab()
    bars.setFocus()
    for _ in range(8):
        QTest.keyClick(bars.area, Qt.Key.Key_Right)
    assert view.readout == "index 7 = NaN"
    QTest.keyClick(bars.area, Qt.Key.Key_Right)
    assert view.readout == f"index 8 = {values[8]:.3g}".replace("-", "−")


def test_a_very_long_vector_shows_the_extreme_of_each_stretch(view):
    values = np.zeros(25_088, np.float32)
    values[3] = -9.5
    view.set_value(value_view(values, Layout.VECTOR))
    bars = view.findChild(VectorView)
    QTest.keyClick(bars.area, Qt.Key.Key_Right)
    assert view.readout.startswith("index 3 = −9.5    largest magnitude of 0 to ")


def test_tokens_say_what_they_are(view):
    view.set_value(value_view(_maps(8, 14, 14), Layout.TOKENS, extra_tokens=1))
    assert "tokens laid back on the 14×14 patch grid; class token not shown" in _texts(view)
    view.set_value(value_view(_maps()))
    assert "patch grid" not in _texts(view)


def test_a_matrix_is_one_picture(view):
    view.set_value(value_view(_maps(1, 20, 30), Layout.MATRIX))
    assert not view.large.isVisible()
    move_mouse(view.mosaic, _spot(view, 0, 19, 29))
    assert view.readout.startswith("row 19, column 29 = ")


def test_marked_units_shine_on_the_channel(view):
    view.set_value(value_view(_maps()))
    plain = view.large.grab().toImage()
    mask = np.zeros((6, 8), bool)
    mask[2:4, 2:5] = True
    view.set_marked_units(mask)
    assert view.large.grab().toImage() != plain
    view.set_marked_units(np.ones((99, 99), bool))  # of another grid: it says nothing about this one
    assert view.large.grab().toImage() == plain
    view.set_marked_units(None)
    assert view.large.grab().toImage() == plain


def test_empty_states_say_what_to_do(view):
    assert "Open an image" in _texts(view)
    view.set_value(value_view(_maps()))
    assert "Open an image" not in _texts(view)
    view.set_message("Choose an operation")
    view.set_value(None)
    assert "Choose an operation" in _texts(view)
    view.set_value(value_view(np.zeros((0, 4, 4))))
    assert "is empty: its shape is 1×0×4×4" in _texts(view)
    view.select_channel(2)
    view.select_unit((1, 1))
    view.set_value(None)
    assert "Choose an operation" in _texts(view)


def test_the_scale_can_be_changed(view, qtbot):
    view.set_value(value_view(_maps()))
    box = view.findChild(QCheckBox)
    with qtbot.waitSignal(view.scale_changed, timeout=1000) as changed:
        box.click()
    assert changed.args == [False]


def test_being_busy_shows_only_if_it_lasts(view, qtbot):
    view.set_busy(True)
    assert not view.is_busy_shown
    qtbot.waitUntil(lambda: view.is_busy_shown, timeout=3000)
    view.set_busy(False)
    assert not view.is_busy_shown


def test_a_histogram_tells_range_and_count_and_cuts_what_dwarfs_the_rest(view):
    values = np.zeros((1, 10, 100))
    values[0, 0, :50] = np.linspace(0.1, 1, 50)
    view.set_value(value_view(values))
    plot = view.findChild(HistogramView)
    QApplication.processEvents()
    assert "highest bar cut: 950" in _texts(view)
    QTest.keyClick(plot.area, Qt.Key.Key_Right)
    assert view.readout.endswith("950 values, 95 %")


def test_a_long_message_does_not_make_the_window_higher(qtbot):
    empty = FeatureMapView()
    qtbot.addWidget(empty)
    before = empty.minimumSizeHint().height()
    empty.set_message("This operation has far too many values to be drawn here. " * 20)
    assert empty.minimumSizeHint().height() == before < 410


def test_whose_scale_it_is_stays_said_when_there_is_little_room():
    for shared, whose in ((True, "3"), (False, "scale of channel 0")):
        value = value_view(_maps())
        levels = value.mosaic.levels.copy()
        levels[:] = levels[0]
        levels[1] += not shared
        value = replace(value, mosaic=replace(value.mosaic, levels=levels, clipped=3))
        *said, last = scale_wordings(value, "channel 0")
        assert last == ("…", "") and all(right.startswith(whose) for _, right in said)


def test_the_ends_of_the_scale_are_open_where_values_lie_beyond(view):
    values = _maps()
    value = value_view(values)
    levels = np.broadcast_to([values.min() / 2, values.max() * 2], (12, 2))
    view.set_value(replace(value, mosaic=replace(value.mosaic, levels=levels, clipped=3)))
    low, high = view.parts.scale_bar.ends
    assert low == f"< {fmt.number(values.min() / 2)}" and not high.startswith(">")
    view.set_value(value)
    assert not any(end[0] in "<>" for end in view.parts.scale_bar.ends)


def test_a_scale_that_is_kept_while_changes_are_tried_says_so(view):
    value = value_view(_maps())
    kept = replace(value, mosaic=replace(value.mosaic, kept=True))
    assert scale_wordings(kept, "channel 0")[0][1] == "scale as before"
    assert "unchanged input" in scale_tip(kept)


def test_the_share_of_zeros_of_all_values_is_told_once(view):
    view.set_value(value_view(np.zeros((1, 4, 4), np.float32)))
    view.parts.whole.setChecked(True)
    assert _texts(view).count("zeros 100 %") == 1


def test_numbers_and_histogram_change_together(view, monkeypatch):
    first, second = value_view(_maps(4)), value_view(np.abs(_maps(4)) + 10)
    view.set_value(first, 1)
    QApplication.processEvents()
    bars = []
    monkeypatch.setattr(view.parts.histogram, "set_bars", lambda edges, *_: bars.append(edges[0]))
    lines = (view.parts.distribution, view.parts.range, view.parts.numbers)
    before = [line.whole for line in lines]
    view.set_value(second, 2)
    assert [line.whole for line in lines] == before and not bars, "both are the old ones"
    QApplication.processEvents()
    assert bars == [second.values[2].min()]
    assert view.parts.distribution.whole[0] == "values of channel 2"
    assert view.parts.range.whole != before[1] and view.parts.numbers.whole != before[2]
