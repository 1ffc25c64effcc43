"""The word, letter by letter, and the table of n-grams below it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from explorer.features.words.view import Letters, WordView
from explorer.records.models import TextInput
from explorer.records.ngrams import NGram
from explorer.window import theme

READ = "‹tectonic›"
NGRAMS = (
    NGram(3, "width2", 0, 3, "ct", 0.5),
    NGram(3, "width2", 1, 1, "te", -1.0),
    NGram(6, "width3", 10, 7, "ic›", 2.0),
    NGram(6, "width3", 2, 1, "tec", 1.5),
)


@pytest.fixture
def view(qtbot: QtBot) -> WordView:
    view = WordView()
    qtbot.addWidget(view)
    view.resize(300, 400)
    view.show()
    view.set_word(READ)
    view.set_ngrams(NGRAMS)
    return view


def texts(view: WordView) -> list[str]:
    model = view.table.rows.model()
    return [model.index(row, 2).data() for row in range(model.rowCount())]


def test_enter_hands_on_the_word_and_nothing_else(qtbot: QtBot, view: WordView) -> None:
    line = view.findChild(QLineEdit, "wordInput")
    heard: list[str] = []
    view.word_entered.connect(heard.append)
    qtbot.keyClicks(line, "  ")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.keyClicks(line, "Word ")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert heard == ["Word"]


def test_the_strongest_ngram_comes_first_and_filters_sort_as_numbers(view: WordView) -> None:
    assert texts(view) == ["ic›", "tec", "ct", "te"]
    view.table.rows.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert texts(view) == ["ct", "te", "tec", "ic›"]


def test_a_row_is_marked_in_the_word(qtbot: QtBot, view: WordView) -> None:
    with qtbot.waitSignal(view.ngram_selected) as caught:
        view.table.rows.selectRow(1)
    assert caught.args == [NGRAMS[3]]
    assert view.letters.marked == "tec" and "filter 2 of width3" in view.caption
    assert "tec" in view.letters.accessibleName()


def test_marking_from_outside_chooses_the_row_without_telling(qtbot: QtBot, view: WordView) -> None:
    with qtbot.assertNotEmitted(view.ngram_selected):
        view.mark(NGRAMS[0])
    assert view.letters.marked == "ct"
    assert view.table.rows.currentIndex().siblingAtColumn(2).data() == "ct"


def test_one_layer_only(view: WordView) -> None:
    view.table.layers.setCurrentText("width2")
    view.table.layers.activated.emit(view.table.layers.currentIndex())
    assert texts(view) == ["ct", "te"]
    view.set_ngrams(NGRAMS)
    assert texts(view) == ["ct", "te"]
    view.mark(NGRAMS[2])  # of the other layer
    assert "ic›" in texts(view) and view.letters.marked == "ic›"


def test_rows_are_copied(qtbot: QtBot, view: WordView) -> None:
    view.table.rows.selectRow(0)
    view.table.rows.actions()[0].trigger()
    assert QGuiApplication.clipboard().text() == "Layer\tFilter\tN-gram\tOutput\nwidth3\t10\tic›\t2.0"


def test_another_word_has_nothing_marked(view: WordView) -> None:
    view.mark(NGRAMS[0])
    view.set_word("‹a›·")
    assert view.letters.marked == "" and view.letters.characters == "‹a›·" and texts(view) == []


@pytest.mark.parametrize("width", [60, 200, 900])
@pytest.mark.parametrize("count", [1, 14, 66])
def test_every_letter_has_a_cell_of_its_own_inside(qtbot: QtBot, width: int, count: int) -> None:
    letters = Letters()
    qtbot.addWidget(letters)
    letters.resize(width, 10)
    letters.show()
    letters.set_characters("x" * count)
    cells = [letters.cell(place) for place in range(count)]
    assert all(letters.rect().contains(cell) for cell in cells)
    assert not any(a.intersects(b) for k, a in enumerate(cells) for b in cells[:k])
    assert len({(cell.width(), cell.height()) for cell in cells}) == 1


def test_the_caption_shows_text_never_markup(view: WordView) -> None:
    view.set_ngrams((NGram(3, "width2", 0, 0, "<b>", 0.5),))
    view.mark(view.table.rows.model().sourceModel().rows[0])
    (caption,) = (label for label in view.findChildren(QLabel) if label.text() == view.caption)
    assert "“<b>”" in caption.text() and caption.textFormat() == Qt.TextFormat.PlainText


@pytest.mark.parametrize(
    ("width", "layer", "text", "shown"),
    [
        (205, "width3", "arc", 3),
        (240, "width3", "arc", 3),
        (300, "width3", "arc", 4),
        (340, "width7", "archite", 4),
    ],
)
def test_what_is_in_sight_is_whole_in_a_narrow_dock(
    view: WordView, width: int, layer: str, text: str, shown: int
) -> None:
    theme.apply(QApplication.instance(), "light")
    view.resize(width, 400)
    view.set_ngrams(tuple(NGram(3, layer, 199, 0, text, -0.1234) for _ in range(40)))
    QApplication.processEvents()
    rows, header = view.table.rows, view.table.rows.horizontalHeader()
    columns = [it for it in range(4) if not rows.isColumnHidden(it)]

    assert len(columns) == shown and header.length() <= rows.viewport().width()
    for column in columns:
        cell, heading = (
            rows.model().index(0, column),
            rows.model().headerData(column, Qt.Orientation.Horizontal),
        )
        assert rows.sizeHintForIndex(cell).width() <= rows.columnWidth(column), cell.data()
        assert rows.fontMetrics().horizontalAdvance(heading) + 9 <= rows.columnWidth(column), heading


def test_letters_that_the_network_does_not_know_are_not_shown_as_read(view: WordView) -> None:
    view.set_word(TextInput("abc", shortest=4, usual=8).characters("Aéc"))
    assert "a□c" in view.letters.characters
    assert any("does not know" in label.text() for label in view.findChildren(QLabel))


def test_a_number_is_never_cut(view: WordView) -> None:
    view.resize(340, 400)
    view.set_ngrams((NGram(3, "width3", 1, 0, "arc", -1.234e-05),))
    rows = view.table.rows
    assert rows.columnWidth(3) >= rows.fontMetrics().horizontalAdvance("−1.234e−05") + 8


@pytest.mark.parametrize(("width", "rows"), [(320, 1), (277, 1), (264, 1), (182, 1), (181, 2)])
def test_a_word_lies_in_one_row_where_it_can(qtbot: QtBot, width: int, rows: int) -> None:
    letters = Letters()
    qtbot.addWidget(letters)
    letters.resize(width, 10)
    letters.show()
    letters.set_characters("‹architecture›")
    cells = [letters.cell(place) for place in range(14)]
    assert len({cell.y() for cell in cells}) == rows and letters.height() == 40
    letters.set_characters("W" * 14)
    painted = letters.grab().toImage()
    ink = [any(painted.pixelColor(x, y) != painted.pixelColor(0, 0) for y in range(40)) for x in range(width)]
    edges = [letters.cell(place).right() for place in range(6)]
    assert not any(ink[edge] and ink[edge + 1] and ink[edge - 1] for edge in edges)  # none runs into the next


def test_another_word_moves_nothing_below_it(view: WordView) -> None:
    view.set_word("‹cat›")
    cell, below = view.letters.cell(0).size(), view.table.geometry()
    view.set_word("‹architectures›")
    QApplication.processEvents()
    assert view.letters.cell(0).height() == cell.height() and view.table.geometry() == below


def test_at_least_six_filters_are_in_sight_however_little_room_there_is(view: WordView) -> None:
    view.resize(view.minimumSizeHint())
    rows = view.table.rows
    assert rows.viewport().height() >= 6 * rows.verticalHeader().defaultSectionSize()
