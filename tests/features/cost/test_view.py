import re
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication, QIcon
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolButton
from samples import MEMORY, measurement, trace

from explorer.features.cost.view import MeasuresView
from explorer.records.measures import EngineLoad
from explorer.records.trace import TraceError
from explorer.window import theme
from explorer.window.widgets.kind_legend import Entry


@pytest.fixture
def view(qtbot):
    widget = MeasuresView(QAction("Measure time"))
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
    assert not view.table.isVisible()


def test_the_summary_says_time_work_and_memory(view):
    view.set_trace(trace(), MEMORY)
    assert "not measured yet" in view.summary[0]
    view.set_measurement(measurement())
    time, memory = view.summary
    assert time == "The network takes 31.2 ms    median of 10 runs    cpu, 2 threads"
    assert memory.endswith("activations 42.0 MB, at most 9.63 MB at once    weights 18.6 MB")
    assert "0 parameters" in memory
    tips = [it.toolTip() for it in view.findChildren(QLabel) if it.text() == memory]
    assert "written in place" in tips[0] and "freed after its last use" in tips[0]


def test_a_wide_spread_of_the_runs_is_said(view):
    view.set_trace(trace(), MEMORY)
    found = measurement()
    wide = replace(found.timing.forward, p10=20.0, p90=64.0)
    view.set_measurement(replace(found, timing=replace(found.timing, forward=wide)))
    assert "31.2 ms    most runs 20.0 ms to 64.0 ms    median of 10 runs" in view.summary[0]


def test_the_shares_are_said_to_be_of_the_sum_of_the_operations(view):
    def caption() -> str:
        texts = (label.text() for label in view.charts.findChildren(QLabel))
        return next(text for text in texts if text.startswith("Time of each operation"))

    view.set_trace(trace(), MEMORY)
    assert caption() == "Time of each operation in order"
    view.set_measurement(measurement())
    assert caption().endswith("    measured alone, in all 78.0 ms")
    tips = [label.toolTip() for label in view.charts.findChildren(QLabel) if label.text() == caption()]
    assert "the sum is not the time of the forward" in re.sub(r"\s+", " ", tips[0])


def test_the_table_shows_costs_and_a_dash_for_what_was_not_measured(view):
    view.set_trace(trace(), MEMORY)
    assert set(_cells(view, 7)) == {"–"}
    view.set_measurement(measurement())
    assert _cells(view, 7)[:2] == ["–", "0.100"]
    assert _cells(view, 3)[1] == "16×14×14"
    assert _cells(view, 8)[39] == "5.0 %"  # 3.9 of 78 ms


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ((1, 96, 56, 56), "96×56×56"),
        ((64, 49, 96), "64×49×96"),
        ((3, 1, 12, 197, 64), "3×1×12×197×64"),
        ((1000,), "1,000 values"),
        ((1, 1000), "1,000 values"),
        ((), "one value"),
    ],
)
def test_an_output_loses_its_batch_and_no_other_dimension(view, shape, told):
    known = trace()
    output = replace(known.nodes[1].outputs[0], shape=shape)
    first, changed, *others = known.nodes
    view.set_trace(replace(known, nodes=(first, replace(changed, outputs=(output,)), *others)), MEMORY)
    assert _cells(view, 3)[1] == told
    view.select_node(1)
    (above,) = (it for it in view.findChildren(QLabel) if it.accessibleName() == "Operation under the cursor")
    assert above.text().endswith(f"    {told}")


def test_columns_sort_by_number_not_by_text(view):
    view.set_trace(trace(), MEMORY)
    view.set_measurement(measurement())
    view.table.sortByColumn(7, Qt.SortOrder.DescendingOrder)
    assert _cells(view, 0)[:3] == ["39", "38", "37"]
    view.table.sortByColumn(6, Qt.SortOrder.DescendingOrder)
    most = max(trace().nodes, key=lambda node: node.macs)
    assert _cells(view, 0)[0] == str(most.id)


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
    assert any(label.text().startswith("blocks.2.0") for label in view.findChildren(QLabel))


def test_rows_are_copied_as_tab_separated_values(view, qtbot):
    view.set_trace(trace(), MEMORY)
    view.select_node(1)
    with qtbot.waitActive(view):
        view.activateWindow()
    view.table.setFocus()
    QTest.keyClick(view.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    headings, cells = (line.split("\t") for line in QGuiApplication.clipboard().text().split("\n"))
    assert headings[:6] == ["position", "name", "operation", "output", "params", "bytes"]
    assert cells[:6] == ["1", "blocks.0.1.bn1", "batch_norm", "1x16x14x14", "0", "12544"]


def test_the_button_is_the_action_that_measures(view):
    button = view.findChild(QToolButton)
    action = button.defaultAction()
    assert button.text() == "Measure time"
    action.setEnabled(False)
    assert not button.isEnabled()


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
    assert not view.grab().isNull()


def test_what_matters_most_is_in_sight_and_the_rest_goes_whole(view):
    view.set_trace(trace(), MEMORY)
    view.set_measurement(measurement())
    view.resize(1200, 600)
    table = view.table
    assert table.columns == (
        "Name", "Time, ms", "Share", "MACs, M", "Params", "Size, kB", "Output", "Operation", "#",
    )  # fmt: skip
    for width in (1200, 744, 432, 384):
        view.resize(width, 600)
        assert table.horizontalScrollBar().maximum() == 0
        assert table.columns[:3] == ("Name", "Time, ms", "Share")
        assert table.columnWidth(1) >= 120
        assert _right_edge(table) <= table.viewport().width()


def test_at_the_usual_width_of_the_lens_nothing_is_scrolled_to(view):
    view.set_trace(trace(), MEMORY)
    view.set_measurement(measurement())
    view.resize(640, 600)  # of a window of 1370 pixels
    assert view.table.horizontalScrollBar().maximum() == 0
    assert view.table.columns[-1] == "Output"


def test_small_numbers_never_read_as_nothing(view):
    view.set_trace(trace(), MEMORY)
    view.set_measurement(measurement())
    macs = _cells(view, 6)
    assert "0" in macs and "0.00" not in macs


def test_no_column_is_narrower_than_its_heading_or_its_texts(view):
    view.set_trace(trace(), MEMORY)
    view.set_measurement(measurement())
    view.resize(1200, 600)
    table = view.table
    for column in range(2, 9):
        texts = [*_cells(view, column), table.model().headerData(column, Qt.Orientation.Horizontal)]
        widest = max(table.fontMetrics().horizontalAdvance(text) for text in texts)
        assert table.columnWidth(column) > widest


def test_names_tell_the_kind_by_colour_and_the_whole_in_a_tooltip(view):
    view.set_trace(trace(), MEMORY)
    name = view.table.model().index(1, 1)
    assert name.data(Qt.ItemDataRole.ToolTipRole) == "blocks.0.1.bn1"
    picture = name.data(Qt.ItemDataRole.DecorationRole).pixmap(8, 8, QIcon.Mode.Selected).toImage()
    assert picture.pixelColor(4, 4) == theme.kind_colour("batch_norm"), "in a selected row as well"


def test_the_legend_has_the_shares_of_the_time_by_kind(view):
    view.set_trace(trace(), MEMORY)
    assert view.legend.texts == ["convolution", "norm", "activation"]
    view.set_measurement(measurement())
    # Of 0.1 to 3.9 ms: every third is a batch norm (1, 4, …), a ReLU (2, 5, …), a convolution (3, 6, …).
    assert view.legend.texts == ["convolution 35 % of the time", "activation 33 %", "norm 32 %"]


def test_what_is_known_of_a_failed_forward_is_shown(view):
    failed = replace(trace(9), error=TraceError("blocks.1.3", "conv2d", "blocks.1", "too small"))
    view.set_trace(failed, MEMORY)
    assert view.table.model().rowCount() == 9


def test_another_theme_recolours_the_bars(view):
    view.set_trace(trace(), MEMORY)
    before = view.grab().toImage()
    theme.apply(QApplication.instance(), "dark")
    assert view.grab().toImage() != before


def test_unknown_multiply_accumulates_are_a_dash_and_sort_below_none(view):
    shown = trace(3)
    nodes = tuple(replace(node, macs=macs) for node, macs in zip(shown.nodes, (0, None, 1_500), strict=True))
    view.set_trace(replace(shown, nodes=nodes), MEMORY)
    assert _cells(view, 6) == ["0", "–", "<0.01"]
    view.table.sortByColumn(6, Qt.SortOrder.AscendingOrder)
    assert _cells(view, 6) == ["–", "0", "<0.01"]


def _right_edge(table):
    """Return where the last column ends that begins in sight."""
    header = table.horizontalHeader()
    begins = [header.sectionPosition(it) for it in range(header.count())]
    ends = [begin + header.sectionSize(it) for it, begin in enumerate(begins)]
    return max(end for begin, end in zip(begins, ends, strict=True) if begin < table.viewport().width())


def test_long_names_keep_the_ends_in_which_they_differ(view):
    assert view.table.textElideMode() is Qt.TextElideMode.ElideLeft


def test_in_a_narrow_view_what_is_held_and_the_legend_are_whole(view):
    view.set_trace(trace(), MEMORY)
    view.set_measurement(measurement())
    view.memory.edit()
    view.memory.say(EngineLoad(values_held=168_000_000, values_room=9_660_000_000), seats=2)
    view.resize(384, 540)
    QApplication.processEvents()
    held = next(it for it in view.memory.findChildren(QLabel) if it.text().startswith("values kept"))
    assert held.width() >= held.sizeHint().width()
    kinds = ("convolution", "norm", "activation", "pool", "arithmetic", "linear", "other")
    view.legend.set_entries([Entry(kind, kind, number="10 %") for kind in kinds], "")
    assert [it.removesuffix(" 10 %") for it in view.legend.said] == list(kinds)


@pytest.mark.parametrize(("width", "number"), [(1200, " 10 %"), (640, " 10 %"), (448, " 10 %"), (240, "")])
def test_the_legend_says_the_shares_of_all_kinds_or_of_none(view, width, number):
    kinds = ("convolution", "norm", "activation", "other", "linear", "arithmetic", "pool")
    view.set_trace(trace(), MEMORY)
    view.legend.set_entries([Entry(kind, kind, number="10 %") for kind in kinds], "")
    view.legend.resize(width, 60)
    whole = [f"{kind}{number}" for kind in kinds]
    assert view.legend.said == whole[: len(view.legend.said)] and len(view.legend.said) > 3


def test_nothing_moves_when_the_shares_are_known(view):
    view.set_trace(trace(), MEMORY)
    whole = view.legend.sizeHint().width()
    view.resize(whole + 40, 600)  # in one line without numbers, in two with them
    QApplication.processEvents()
    before = view.legend.height()
    view.set_measurement(measurement())
    QApplication.processEvents()
    assert view.legend.sizeHint().width() > view.legend.width()
    assert view.legend.height() == before


def test_the_time_comes_first_and_the_memory_for_values_last_above_the_charts(view):
    view.set_trace(trace(), MEMORY)
    view.set_measurement(measurement())
    view.memory.edit()
    view.resize(800, 600)
    QApplication.processEvents()

    def top(widget):
        return widget.mapTo(view, widget.rect().topLeft()).y()

    time = next(it for it in view.findChildren(QLabel) if it.text().startswith("The network takes"))
    assert top(time) < top(view.memory) < top(view.charts)
    assert all(
        top(it) < top(view.memory) for it in view.findChildren(QToolButton) if it.text() == "Measure time"
    )
