"""Rows as text: headings, plain numbers, the order that is shown; and that a table ends on a whole one."""

import pytest
from PySide6.QtCore import QPoint, QPointF, QSortFilterProxyModel, Qt
from PySide6.QtGui import QGuiApplication, QStandardItem, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import QApplication, QListView, QTableView, QTreeView

from explorer.window.widgets.tables import (
    PLAIN_ROLE,
    add_copy,
    add_copy_as,
    breakable,
    csv_of,
    lay_rows,
    markdown_of,
    markdown_too,
    table_of,
)

UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder


def cell(text: str, plain: str | None = None) -> QStandardItem:
    item = QStandardItem(text)
    if plain is not None:
        item.setData(plain, PLAIN_ROLE)
    return item


@pytest.fixture
def view(qtbot) -> QTreeView:
    source = QStandardItemModel(0, 2)
    source.setHorizontalHeaderLabels(["Name", "Bytes"])
    source.setHeaderData(1, Qt.Orientation.Horizontal, "bytes", PLAIN_ROLE)
    stem = cell("stem, first")
    source.appendRow([stem, cell("12.5 kB", "12544")])
    stem.appendRow([cell("conv"), cell("–")])
    source.appendRow([cell("head"), cell("4 B", "4")])
    view = QTreeView()
    qtbot.addWidget(view)
    ordered = QSortFilterProxyModel(view)
    ordered.setSourceModel(source)
    view.setModel(ordered)
    view.setSelectionMode(QTreeView.SelectionMode.ExtendedSelection)
    add_copy(view)
    view.show()
    return view


def test_all_rows_have_headings_plain_numbers_and_their_folded_children(view):
    assert csv_of(view) == 'Name,bytes\n"stem, first",12544\nconv,\nhead,4\n'


def test_rows_come_in_the_order_that_is_shown(view):
    view.model().sort(0, UP)
    assert csv_of(view).splitlines()[1] == "head,4"
    view.model().sort(0, DOWN)
    assert csv_of(view).splitlines()[1] == '"stem, first",12544'


def test_columns_out_of_sight_are_there_too(view):
    view.setColumnHidden(1, True)
    assert csv_of(view).startswith("Name,bytes\n")


def test_the_selected_rows_are_copied_for_a_spreadsheet(view):
    view.setCurrentIndex(view.model().index(1, 0))
    view.actions()[0].trigger()
    assert QGuiApplication.clipboard().text() == "Name\tbytes\nhead\t4"


def test_without_a_selection_the_clipboard_stays(view):
    QGuiApplication.clipboard().setText("before")
    view.actions()[0].trigger()
    assert QGuiApplication.clipboard().text() == "before"


def test_a_list_without_headings_has_none(qtbot):
    model = QStandardItemModel()
    model.appendRow(cell("only"))
    plain = QListView()
    qtbot.addWidget(plain)
    plain.setModel(model)
    assert csv_of(plain) == "only\n"


def test_markdown_has_the_rows_as_they_are_shown_and_no_cell_breaks_it(view):
    view.model().sourceModel().item(1).setText("head | tail")
    lines = markdown_of(view).splitlines()
    assert lines[:2] == ["| Name | Bytes |", "| --- | --- |"]
    assert "| stem, first | 12.5 kB |" in lines and r"| head \| tail | 4 B |" in lines
    view.setColumnHidden(1, True)
    assert markdown_of(view).splitlines()[0] == "| Name |"


def test_the_whole_table_is_copied_as_csv_and_as_markdown(view):
    add_copy_as(view)
    actions = {action.text(): action for action in view.actions()}
    actions["Copy table as CSV"].trigger()
    assert QGuiApplication.clipboard().text().startswith("Name,bytes\n")
    actions["Copy table as Markdown"].trigger()
    assert QGuiApplication.clipboard().text().startswith("| Name | Bytes |")


def test_a_table_can_be_saved_as_markdown_too(view):
    export = markdown_too(table_of(view, "rows"), view)
    assert export.kinds == (".csv", ".md")
    assert export.content(".md").startswith(b"| Name") and export.content(".csv").startswith(b"Name,bytes")


@pytest.mark.parametrize("height", [101, 150, 173])
def test_a_table_ends_on_a_whole_row(qtbot, height):
    model = QStandardItemModel(40, 1)
    table = QTableView()
    qtbot.addWidget(table)
    table.setModel(model)
    lay_rows(table, 20)
    table.resize(200, height)
    table.show()
    QApplication.processEvents()
    view = table.viewport()
    place = view.mapTo(table, QPoint(5, view.height() - 1))
    last = table.indexAt(QPoint(5, view.height() - 1))
    covered = table.childAt(place) is not view
    assert covered == (table.visualRect(last).bottom() >= view.height())
    if covered:
        whole = table.visualRect(table.indexAt(QPoint(5, view.height() - view.height() % 20 - 1)))
        assert table.childAt(view.mapTo(table, whole.bottomLeft() + QPoint(5, 0))) is view


@pytest.mark.parametrize("height", [101, 150, 173])
def test_no_row_is_lost_at_the_end_of_a_table(qtbot, height):
    table = QTableView()
    qtbot.addWidget(table)
    table.setModel(QStandardItemModel(40, 1))
    lay_rows(table, 20)
    table.resize(200, height)
    table.show()
    table.scrollToBottom()
    QApplication.processEvents()
    view = table.viewport()

    def is_seen(place: QPoint) -> bool:
        return table.childAt(view.mapTo(table, place)) is view

    last = table.visualRect(table.model().index(39, 0))
    assert is_seen(last.topLeft() + QPoint(5, 0)) and is_seen(last.bottomLeft() + QPoint(5, 0))
    first = table.visualRect(table.indexAt(QPoint(5, 0)))
    assert first.top() >= 0 or not is_seen(QPoint(5, 0))  # the part of a row is at the head by now
    table.resize(200, height + 3)
    QApplication.processEvents()
    assert is_seen(QPoint(5, view.height() - 1))


def test_the_wheel_turns_where_a_part_of_a_row_is_covered(qtbot):
    table = QTableView()
    qtbot.addWidget(table)
    table.setModel(QStandardItemModel(40, 1))
    lay_rows(table, 20)
    table.resize(200, 173)
    table.show()
    QApplication.processEvents()
    view = table.viewport()
    place = view.mapTo(table, QPoint(5, view.height() - 1))
    covering = table.childAt(place)
    assert covering is not view
    at = QPointF(covering.mapFrom(table, place))
    turned = QWheelEvent(
        at, covering.mapToGlobal(at), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(covering, turned)
    assert table.verticalScrollBar().value() > 0


def test_the_long_name_of_a_layer_may_go_on_in_the_next_line() -> None:
    assert breakable("The values of a.b_c have none. So be it.") == (
        "The values of a.\u200bb_\u200bc have none. So be it."
    )
