"""Headings that sort: where the arrow stands, and which way it points."""

import pytest
from PySide6.QtCore import QRect, QSortFilterProxyModel, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from explorer.window import theme
from explorer.window.widgets.headings import ARROW, add_sorting
from explorer.window.widgets.tables import RowModel


class Numbers(RowModel[int]):
    """A column of numbers under a heading at the right."""

    def __init__(self) -> None:
        super().__init__([("Number", "")])
        self.replace([1, 3, 2])

    def data(self, index: object, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        return self.rows[index.row()] if role == Qt.ItemDataRole.DisplayRole else None

    def headerData(
        self, section: int, orientation: object, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return super().headerData(section, orientation, role)


@pytest.fixture
def table(qtbot: QtBot) -> QTableView:
    table = QTableView()
    qtbot.addWidget(table)
    rows = QSortFilterProxyModel(table)
    rows.setSourceModel(Numbers())
    rows.numbers = rows.sourceModel()
    table.setModel(rows)
    add_sorting(table)
    table.show()
    return table


def widths(table: QTableView) -> list[int]:
    """How many pixels of each line of the heading have the colour of the arrow, of lines that have any."""
    header = table.horizontalHeader()
    left = header.sectionViewportPosition(0)
    picture = header.grab(QRect(left, 0, 2 * ARROW, header.height())).toImage()
    picture = picture.convertToFormat(QImage.Format.Format_RGB32)
    ink = QColor(theme.current().accent).rgb()
    lines = [sum(picture.pixel(x, y) == ink for x in range(picture.width())) for y in range(picture.height())]
    return [count for count in lines if count]


def test_the_arrow_points_down_where_the_largest_stands_first(table: QTableView) -> None:
    table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    assert table.model().index(0, 0).data() == 3
    down = widths(table)
    assert down[0] > down[-1]
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    up = widths(table)
    assert up[0] < up[-1]


def test_the_words_stay_where_they_are(table: QTableView) -> None:
    header = table.horizontalHeader()

    def words() -> QImage:
        return header.grab(QRect(2 * ARROW, 0, 400, header.height())).toImage()

    header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    plain = words()
    table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    assert words() == plain
