from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from samples import MEMORY, measurement, trace

from explorer.features.cost.view import MeasuresView
from explorer.records.trace import Node


@pytest.fixture
def view(qtbot):
    widget = MeasuresView()
    qtbot.addWidget(widget)
    widget.resize(900, 600)
    widget.show()
    return widget


def _cells(view: MeasuresView, column: int) -> list[str]:
    model = view.table.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_it_says_what_to_do_before_there_is_a_trace(view):
    assert view.objectName() == "measuresView"
    assert any("Open an image" in label.text() for label in view.findChildren(QLabel) if label.isVisible())
    assert not view.findChild(QPushButton).isEnabled()
    assert not view.table.isVisible()


def test_the_summary_says_what_is_measured_and_what_is_derived(view):
    view.set_trace(trace(), MEMORY)
    assert "not measured yet" in view.summary[0]
    view.set_measurement(measurement())
    time, memory = view.summary
    assert time == (
        "Forward 31.2 ms (median of 10 runs; p10 30.1 ms, p90 33.9 ms) on cpu, 2 threads, batch 1 · measured"
    )
    assert memory == "Activations 42.0 MB, at once at most 9.63 MB, weights 18.6 MB · derived from the trace"


def test_the_table_shows_costs_and_a_dash_for_what_was_not_measured(view):
    view.set_trace(trace(), MEMORY)
    assert set(_cells(view, 7)) == {"–"}
    view.set_measurement(measurement())
    assert _cells(view, 7)[:2] == ["–", "0.100 ms"]
    assert _cells(view, 3)[1] == "1×16×14×14"
    assert _cells(view, 8)[39] == "5.0 %"  # 3.9 of 78 ms


def test_columns_sort_by_number_not_by_text(view):
    view.set_trace(trace(), MEMORY)
    view.set_measurement(measurement())
    view.table.sortByColumn(7, Qt.SortOrder.DescendingOrder)
    assert _cells(view, 0)[:3] == ["39", "38", "37"]
    view.table.sortByColumn(6, Qt.SortOrder.DescendingOrder)
    most = max(trace().nodes, key=lambda node: node.macs)
    assert _cells(view, 0)[0] == str(most.id)


def test_unknown_multiply_accumulates_are_a_dash_and_sort_below_none(view):
    shown = trace(3)
    costs = (0, None, 1_500)
    view.set_trace(replace(shown, nodes=tuple(map(_with_macs, shown.nodes, costs))), MEMORY)
    assert _cells(view, 6) == ["0", "–", "1.50 k"]
    view.table.sortByColumn(6, Qt.SortOrder.AscendingOrder)
    assert _cells(view, 6) == ["–", "0", "1.50 k"]
    view.select_node(1)
    assert any("– MACs" in label.text() for label in view.findChildren(QLabel))


def _with_macs(node: Node, macs: int | None) -> Node:
    return replace(node, macs=macs)


def test_choosing_in_table_and_plot_tells_the_node_once(view, qtbot):
    view.set_trace(trace(), MEMORY)
    view.set_measurement(measurement())
    view.table.sortByColumn(7, Qt.SortOrder.DescendingOrder)
    told: list[int] = []
    view.node_selected.connect(told.append)
    view.table.selectRow(0)
    assert told == [39]
    QTest.keyClick(view.table, Qt.Key.Key_Down)
    assert told == [39, 38]
    view.grab()
    QTest.keyClick(view.time_plot.area, Qt.Key.Key_Left)  # from the marked operation
    QTest.keyClick(view.time_plot.area, Qt.Key.Key_Return)
    assert told == [39, 38, 37]
    assert view.table.currentIndex().siblingAtColumn(0).data() == "37"


def test_a_click_on_a_bar_chooses_its_operation(view, qtbot):
    view.set_trace(trace(), MEMORY)
    view.set_measurement(measurement())
    view.grab()
    plot = view.time_plot
    spot = plot.position_of(20) - QPoint(0, 3)
    with qtbot.waitSignal(view.node_selected, timeout=1000) as chosen:
        QTest.mouseClick(plot.area.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert chosen.args == [20]


def test_selecting_from_outside_is_told_to_nobody(view, qtbot):
    view.set_trace(trace(), MEMORY)
    with qtbot.assertNotEmitted(view.node_selected):
        view.select_node(12)
    assert view.table.currentIndex().siblingAtColumn(0).data() == "12"
    assert any(label.text().startswith("12 blocks.2.0") for label in view.findChildren(QLabel))


def test_rows_are_copied_as_tab_separated_values(view, qtbot):
    view.set_trace(trace(), MEMORY)
    view.select_node(1)
    with qtbot.waitActive(view):
        view.activateWindow()
    view.table.setFocus()
    QTest.keyClick(view.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    cells = QGuiApplication.clipboard().text().split("\t")
    assert cells[:6] == ["1", "blocks.0.1.bn1", "batch_norm", "1×16×14×14", "0", "12.5 kB"]


def test_the_button_asks_for_a_measurement(view, qtbot):
    view.set_trace(trace(), MEMORY)
    button = view.findChild(QPushButton)
    with qtbot.waitSignal(view.measure_requested, timeout=1000):
        button.click()
    view.set_busy(True)
    assert not button.isEnabled()
    view.set_busy(False)
    assert button.isEnabled()


def test_a_new_trace_takes_the_old_times_away_and_a_foreign_measurement_adds_none(view):
    view.set_trace(trace(), MEMORY)
    view.set_measurement(measurement())
    view.select_node(30)
    view.set_trace(trace(9), MEMORY)
    assert "not measured" in view.summary[0]
    assert view.table.model().rowCount() == 9
    view.set_measurement(measurement(40))
    assert set(_cells(view, 7)) == {"–"}
    view.set_trace(None, None)
    assert view.summary == ("", "")
    assert not np.any(view.grab().isNull())
