"""The parts of the page: the tolerance, opinions, the heads, tables as text."""

from dataclasses import replace

import pytest
from compare_scenes import beside
from pytestqt.qtbot import QtBot
from window_fakes import predictions

from explorer.features.compare.heads import SeatHead, together
from explorer.features.compare.opinions import Opinion, agreement, ranks
from explorer.features.compare.tolerance import ToleranceBox
from explorer.records.answers import Answer, Prediction


@pytest.fixture
def box(qtbot: QtBot) -> ToleranceBox:
    made = ToleranceBox()
    qtbot.addWidget(made)
    return made


def test_the_arrows_take_the_tolerance_times_ten(box: ToleranceBox) -> None:
    box.setValue(1e-5)
    box.stepBy(1)
    assert box.value() == pytest.approx(1e-4) and box.text() == "0.0001"
    box.stepBy(-2)
    assert box.value() == pytest.approx(1e-6) and box.text() == "1e-6"
    for _ in range(8):
        box.stepBy(-1)
    assert box.value() == 0 and "every bit" in box.text()
    box.stepBy(1)
    assert box.value() == pytest.approx(1e-12)
    for _ in range(20):
        box.stepBy(1)
    assert box.value() == 1.0


@pytest.mark.parametrize(("typed", "value"), [("3e-4", 3e-4), ("0", 0.0), ("0.5", 0.5)])
def test_any_number_may_be_typed(box: ToleranceBox, typed: str, value: float) -> None:
    box.lineEdit().setText(typed)
    box.interpretText()
    assert box.value() == pytest.approx(value)


@pytest.mark.parametrize("typed", ["2", "-1", "much"])
def test_what_is_no_tolerance_is_not_taken(box: ToleranceBox, typed: str) -> None:
    box.setValue(1e-5)
    box.lineEdit().setText(typed)
    box.interpretText()
    assert box.value() == pytest.approx(1e-5)


def opinion(a: Answer | None, b: Answer | None) -> Opinion:
    return Opinion("k", "photo.png", a, b)


def test_two_agree_if_the_first_classes_have_one_name() -> None:
    mine = Answer("k", predictions())
    theirs = Answer("k", (Prediction(7, "tabby", 0.4), Prediction(8, "lynx", 0.1)))
    both = opinion(mine, theirs)
    assert both.agree and both.shared == 1 and both.verdict == "= same"
    assert agreement((both, opinion(mine, None))) == "same first class: 1 of 1"
    assert ranks(both)[1] == (predictions()[1], theirs.predictions[1])


def test_classes_without_names_are_told_by_their_numbers() -> None:
    mine = Answer("k", (Prediction(3, "3", 0.5),))
    assert opinion(mine, Answer("k", (Prediction(3, "cat", 0.9),))).agree
    assert opinion(mine, Answer("k", (Prediction(4, "4", 0.9),))).agree is False


def test_what_is_not_known_is_not_judged() -> None:
    none = opinion(Answer("k", predictions()), None)
    assert none.agree is None and none.shared is None and none.verdict == "–"
    assert agreement((none,)) == "" and ranks(none) == ((predictions()[0], None), (predictions()[1], None))


def test_of_equal_classes_none_comes_first() -> None:
    all_equal = Answer("k", tuple(Prediction(k, f"class {k}", 0.1) for k in range(5)), classes=10, tied=10)
    both = opinion(all_equal, Answer("k", predictions()))
    assert both.firsts[0] is None and both.agree is None and both.shared is None and both.verdict == "–"
    assert both.ties == ("A: all equal",) and agreement((both,)) == ""
    two = replace(all_equal, tied=2)
    assert (two.tie, two.short_tie) == ("2 classes equal", "2 equal") and opinion(
        two, Answer("k", predictions())
    ).shared == 0


def test_a_head_tells_weights_and_input_and_what_is_coming(qtbot: QtBot) -> None:
    head = SeatHead("B", 1)
    qtbot.addWidget(head)
    now = beside()
    head.show_seat(now, now.seats[1])
    assert head.weights.text() == "pretrained" and "a.png    8×8    27 parameters" in head.facts.text()
    coming = now.with_seat(1, wanted=replace(now.seats[1].wanted, name="zoo:third"))
    head.show_seat(coming, coming.seats[1])
    assert head.name.text() == "third" and head.weights.text() == "loading…"
    assert "other stays" in head.facts.text()


def test_what_both_take_is_told_when_both_are_there() -> None:
    assert together(beside()) == "both: 216 B of weights, 18.0 kB held to look at"
    assert together(beside(forward=None)) == ""
