import pytest
from pytestqt.qtbot import QtBot

from explorer.window.widgets.line import Line


@pytest.fixture
def line(qtbot: QtBot) -> Line:
    made = Line()
    qtbot.addWidget(made)
    made.resize(600, 20)
    made.show()
    return made


def test_words_are_dropped_whole_as_it_gets_narrower(line: Line) -> None:
    line.say(("a long name", "a long number"), ("a long name", ""), ("name", ""))
    assert line.said == ("a long name", "a long number") and line.toolTip() == ""
    line.resize(line.sizeHint().width() - 1, 20)
    assert line.said == ("a long name", "") and "a long number" in line.toolTip()
    line.resize(50, 20)
    assert line.said == ("name", "")
    line.resize(600, 20)
    assert line.said == ("a long name", "a long number")


def test_what_does_not_fit_at_all_has_an_ellipsis_and_is_whole_in_the_tooltip(line: Line) -> None:
    line.resize(80, 20)
    line.say(("features.denseblock4.denselayer16.conv2", ""))
    assert (
        "…" in line.said[0] and line.toolTip() == line.whole[0] == "features.denseblock4.denselayer16.conv2"
    )


def test_a_sentence_that_does_not_fit_ends_after_a_whole_word(line: Line) -> None:
    sentence = "click a pixel to see which units see it"
    line.say((sentence, ""))
    for width in (200, 150, 100):
        line.resize(width, 20)
        begun, mark, _ = line.said[0].rpartition(" …")
        assert mark and sentence.startswith(f"{begun} ")
    assert line.toolTip() == sentence


def test_it_takes_no_room_from_what_stands_beside_it(line: Line) -> None:
    line.say(("x" * 500, ""))
    assert line.minimumSizeHint().width() <= 1


def test_the_tooltip_says_more_whatever_there_is_room_for(line) -> None:
    line.explain("min −2.36212")
    line.say(("min −2.36", ""))
    assert line.toolTip() == "min −2.36212"
    line.resize(20, 20)
    assert line.toolTip() == "min −2.36\nmin −2.36212"
