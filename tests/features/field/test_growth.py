"""How receptive fields grow: a bar an operation, true where they are unknown or the whole input."""

from dataclasses import replace

import pytest
from desk_fakes import scene
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.features.field.growth import FieldGrowth
from explorer.features.field.pane import FieldPane
from explorer.records.trace import ReceptiveField
from explorer.window import theme
from explorer.window.desk import Desk
from explorer.window.widgets.line import Line

FIELDS = (
    ReceptiveField("exact", (1, 1)),
    ReceptiveField("exact", (7, 5)),
    ReceptiveField("unknown"),
    ReceptiveField("global"),
    None,
)


@pytest.fixture
def growth(qtbot: QtBot) -> FieldGrowth:
    growth = FieldGrowth()
    qtbot.addWidget(growth)
    growth.resize(500, 200)
    growth.show()
    return growth


def trace_with(*fields):
    trace = scene().trace
    nodes = (replace(node, receptive_field=field) for node, field in zip(trace.nodes, fields, strict=False))
    return replace(trace, nodes=tuple(nodes))


def test_a_bar_is_as_high_as_the_field_the_whole_input_where_it_is_all_and_none_where_it_is_unknown(
    growth: FieldGrowth,
) -> None:
    growth.set_trace(trace_with(*FIELDS), 64)
    assert growth.heights == (1, 7, 0, 64, 0)
    assert (
        growth.caption == "Rows that a value sees, operation by operation    dashed line: the whole input, 64"
    )


def test_a_value_of_a_network_of_words_sees_characters(growth: FieldGrowth) -> None:
    growth.set_trace(trace_with(ReceptiveField("exact", (2,))), None)
    assert growth.caption.startswith("Characters that a value sees")


def test_both_axes_are_named_and_the_upright_one_says_that_it_is_logarithmic(growth: FieldGrowth) -> None:
    growth.set_trace(trace_with(*FIELDS), 64)
    area = growth.plot.area  # rows or characters: the words above it say which
    assert (area._bottom.labelText, area._left.labelText) == ("operation", "seen, log scale")


def test_low_bars_say_above_them_that_they_are_logarithmic_and_keep_two_numbers(growth: FieldGrowth) -> None:
    growth.set_trace(trace_with(*FIELDS), 851)
    growth.fill(200)
    assert "log scale" not in growth.caption
    growth.fill(90)
    assert "log scale" in growth.caption
    axis = growth.plot.area._left
    spacing = axis.tickSpacing(0, 11.05, 40)[0][0]
    heights = [k * spacing for k in range(int(11.05 / spacing) + 1)]
    assert len([text for text in axis.tickStrings(heights, 1, spacing) if text]) >= 2


def test_the_first_bars_can_be_seen_beside_those_of_the_whole_input_and_the_shown_one_bears_the_accent(
    growth: FieldGrowth,
) -> None:
    growth.set_trace(trace_with(ReceptiveField("exact", (3, 3)), ReceptiveField("exact", (1024, 1024))), 512)
    growth.mark(0)
    QApplication.processEvents()
    picture = growth.plot.area.grab().toImage()
    foot = growth.plot.position_of(0)
    column = [picture.pixelColor(foot.x(), y) for y in range(picture.height())]
    accent = [colour for colour in column if colour == QColor(theme.current().accent)]
    assert len(accent) > 0.12 * picture.height()


def test_an_operation_is_said_while_it_is_pointed_at(qtbot: QtBot, growth: FieldGrowth) -> None:
    growth.set_trace(trace_with(*FIELDS), 64)
    growth.mark(1)
    rest = growth.caption
    qtbot.keyClick(growth.plot.area, Qt.Key.Key_Right)
    assert "sees an unknown part" in growth.caption
    QApplication.sendEvent(growth.plot.area, QEvent(QEvent.Type.Leave))
    assert growth.caption == rest
    growth.set_trace(None, None)
    growth.mark(None)
    assert growth.caption == "Rows that a value sees, operation by operation"


def test_a_bar_chosen_shows_its_operation_and_there_are_none_where_there_is_no_room(
    qtbot: QtBot, desk: Desk, link: FakeLink
) -> None:
    pane = FieldPane(desk)
    qtbot.addWidget(pane.widget)
    pane.widget.resize(600, 700)
    pane.widget.show()
    desk.seat(pane, lambda: True)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert pane.widget.growth.isVisible()
    pane.widget.growth.node_selected.emit(3)
    assert desk.scene.node == 3
    pane.widget.resize(960, 600)
    assert pane.widget.growth.plot.isVisible(), (
        "pictures as wide as they could be give up some of their height"
    )
    pane.widget.resize(960, 400)
    assert not pane.widget.growth.plot.isVisible() and "hidden" in pane.widget.growth.caption


def test_a_bar_goes_to_its_operation_in_the_forward_of_another_image_as_well(
    qtbot: QtBot, desk: Desk, link: FakeLink
) -> None:
    pane = FieldPane(desk)
    qtbot.addWidget(pane.widget)
    desk.seat(pane, lambda: True)
    qtbot.waitUntil(lambda: desk.is_idle)
    before = desk.scene.forward
    again = replace(before, trace=replace(before.trace))
    assert again.trace == before.trace and again.trace is not before.trace
    desk.put(desk.scene.with_seat(forward=again))
    desk.settle()
    pane.widget.growth.node_selected.emit(3)
    assert desk.scene.node == 3


def test_bars_without_room_say_that_they_are_hidden(growth: FieldGrowth) -> None:
    growth.set_trace(trace_with(*FIELDS), 64)
    growth.fill(40)
    assert not growth.plot.isVisible() and "hidden" in growth.caption
    growth.mark(1)
    assert "hidden" in growth.caption
    growth.fill(200)
    assert growth.plot.isVisible() and growth.caption.startswith("Rows that a value sees")


def test_in_a_narrow_line_the_dashed_line_is_still_said_to_be_the_input(growth: FieldGrowth) -> None:
    growth.set_trace(trace_with(*FIELDS), 64)
    line = growth.findChild(Line)
    line.resize(line.sizeHint().width() - 1, 20)
    assert line.said[0] == "Rows that a value sees    dashed line: the whole input, 64"
    line.resize(line.fontMetrics().horizontalAdvance(line.said[0]), 20)
    assert line.said[0] == "Rows that a value sees …" and "dashed line" in line.toolTip()
