"""The predictions: labels, shares, and whether they are knowledge."""

import math
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QApplication

from explorer.features.answer.view import PredictionView
from explorer.records.answers import Answer, Prediction, Reading
from explorer.window import theme
from explorer.window.format import share
from explorer.window.widgets.tables import PLAIN_ROLE

ANSWER = Answer(
    "photo",
    (
        Prediction(282, "tiger cat", 0.392, 3.1),
        Prediction(285, "Egyptian cat", 0.349, 3.0),
        Prediction(1, "tench", 0.0001, -5.0),
    ),
    Reading.SOFTMAX,
    "softmax",
)


@pytest.fixture
def view(qtbot) -> PredictionView:
    widget = PredictionView()
    qtbot.addWidget(widget)
    widget.resize(360, 200)
    widget.show()
    return widget


def texts(view: PredictionView) -> list[tuple[str, ...]]:
    model = view.model()
    return [tuple(model.index(row, column).data() for column in (0, 1)) for row in range(model.rowCount())]


def has_colour(view: PredictionView, colour: str) -> bool:
    picture = view.viewport().grab().toImage()
    wanted = QColor(colour).rgb()
    return any(picture.pixel(x, y) == wanted for x in range(picture.width()) for y in range(picture.height()))


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.3921, "39.2 %"), (1.0, "100.0 %"), (0.0, "0.0 %"), (0.0001, "<0.1 %"), (math.nan, "–")],
)
def test_a_share_reads_as_a_percentage(probability, text):
    assert share(probability) == text


def test_each_class_has_a_row(view):
    view.set_answer(ANSWER, False, "pretrained")
    assert texts(view) == [("tiger cat", "39.2 %"), ("Egyptian cat", "34.9 %"), ("tench", "<0.1 %")]
    assert view.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "tiger cat, 39.2 %"


def test_trained_weights_have_bars_in_the_accent_and_random_ones_do_not(view):
    view.set_answer(ANSWER, False, "pretrained")
    assert has_colour(view, theme.current().accent)
    assert view.caption() == "weights: pretrained"
    view.set_answer(ANSWER, True, "random (seed 0)")
    assert not has_colour(view, theme.current().accent)
    assert view.caption() == "random weights"


@pytest.mark.parametrize("name", ["light", "dark"])
def test_a_chosen_row_reads_like_the_others(view: PredictionView, qapp: QApplication, name: str) -> None:
    theme.apply(qapp, name)
    view.set_answer(ANSWER, False, "pretrained")
    view.selectRow(0)
    cell = view.visualRect(view.model().index(0, 1))
    picture = view.viewport().grab(cell).toImage()
    seen = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
    tokens = theme.current()
    assert {tokens.accent_ground, tokens.text, tokens.accent} <= seen
    assert tokens.accent_text not in seen
    theme.apply(qapp, "light")


def test_a_file_of_weights_is_named(view):
    view.set_answer(ANSWER, False, "mine.safetensors")
    assert view.caption() == "weights: mine.safetensors"
    view.set_answer(ANSWER, False, "random_x.pth")
    assert view.caption() == "weights: random_x.pth"


def test_clear_takes_the_answer_and_the_badge_away(view):
    view.set_answer(ANSWER, True, "random (seed 0)")
    view.clear()
    assert texts(view) == [] and view.caption() == ""


def test_no_classes_and_no_run_look_different(view):
    before = view.grab().toImage()
    view.set_answer(Answer("photo"), False, "pretrained")
    assert view.grab().toImage() != before


def test_selected_rows_are_copied(view):
    view.set_answer(ANSWER, False, "pretrained")
    view.selectAll()
    view.actions()[0].trigger()
    assert (
        QGuiApplication.clipboard().text()
        == "Class\tProbability\ntiger cat\t0.392\nEgyptian cat\t0.349\ntench\t0.0001"
    )


def test_no_dock_is_so_narrow_that_the_warning_is_cut(view):
    view.set_answer(ANSWER, True, "random (seed 0)")
    needed = view.horizontalHeader().fontMetrics().horizontalAdvance(view.caption())
    assert view.minimumWidth() > needed


def test_values_stand_as_they_are_and_have_no_bar(view):
    values = (Prediction(0, "height", None, 178.25), Prediction(1, "weight", None, -3.0))
    view.set_answer(Answer("photo", values, Reading.VALUES, "values as they are"), False, "pretrained")
    assert texts(view) == [("height", "178"), ("weight", "−3")]
    assert not has_colour(view, theme.current().accent)
    view.selectAll()
    view.actions()[0].trigger()
    assert QGuiApplication.clipboard().text().splitlines()[1:] == ["height\t178.25", "weight\t-3.0"]


def test_a_class_tells_how_it_was_read_and_the_networks_own_number(view):
    view.set_answer(ANSWER, False, "pretrained")
    tip = view.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "tiger cat (class 282)\n39.20%, read as softmax\nthe network's number: 3.1"
    other = Answer("photo", (Prediction(0, "healthy", 0.7),), Reading.SIGMOID, "binary: sigmoid")
    view.set_answer(other, False, "pretrained")
    assert "number" not in view.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_a_long_name_takes_room_from_the_bars_and_not_from_itself(view):
    view.resize(288, 200)
    view.set_answer(ANSWER, False, "pretrained")
    assert abs(view.columnWidth(0) - view.viewport().width() // 2) <= 1
    longer = "Greater Swiss Mountain dog"
    more = (Prediction(238, longer, 0.9), *ANSWER.predictions)
    view.set_answer(replace(ANSWER, predictions=more), False, "pretrained")
    assert view.columnWidth(0) > view.fontMetrics().horizontalAdvance(longer)
    assert view.columnWidth(0) + view.columnWidth(1) == view.viewport().width()
    assert view.columnWidth(1) >= view.fontMetrics().horizontalAdvance("100.0 %") + 32


def test_while_the_input_is_changed_each_class_stays_in_its_row_until_it_rests(view: PredictionView) -> None:
    view.set_answer(ANSWER, False, "pretrained")
    was = ANSWER.predictions
    changed = (replace(was[1], probability=0.5), Prediction(7, "cock", 0.2), replace(was[0], probability=0.1))
    view.set_answer(replace(ANSWER, predictions=changed), False, "pretrained", was)
    assert [label for label, _ in texts(view)] == ["tiger cat", "Egyptian cat", "cock"]
    view._rest.timeout.emit()
    assert [label for label, _ in texts(view)] == ["Egyptian cat", "cock", "tiger cat"]


def test_the_answer_before_is_told_apart_where_it_is_not_among_the_best(view: PredictionView) -> None:
    was, *others = (Prediction(at, name, 0.2) for at, name in enumerate(("espresso", "loupe", "saw", "cup")))
    view.set_answer(replace(ANSWER, predictions=(was, *others)), False, "pretrained", (was, *others))
    changed = replace(ANSWER, predictions=(*others, was))
    view.set_answer(changed, False, "pretrained", (was, *others), former=0)
    assert [label for label, _ in texts(view)] == ["cup", "loupe", "saw", "was: espresso"]
    last = view.model().index(3, 0)
    why = "the answer before the change, not among the first 4 now"
    for role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
        assert why in last.data(role) and why not in last.siblingAtRow(2).data(role)
    assert last.data(PLAIN_ROLE) == "espresso"
    view.resize(300, 160)
    picture, top = view.viewport().grab().toImage(), view.rowViewportPosition(3)
    line = QColor(theme.current().line)
    assert all(picture.pixelColor(x, top) == line for x in (0, 150, 299))
    assert picture.pixelColor(150, view.rowViewportPosition(2)) != line
    view.set_answer(changed, False, "pretrained")
    assert texts(view)[3][0] == "espresso"


def test_without_changes_the_most_probable_class_is_first(view: PredictionView) -> None:
    view.set_answer(ANSWER, False, "pretrained")
    view.set_answer(replace(ANSWER, predictions=ANSWER.predictions[::-1]), False, "pretrained")
    assert [label for label, _ in texts(view)] == ["tench", "Egyptian cat", "tiger cat"]
