"""Lines that give way: in their middle, or fact by fact."""

import pytest

from explorer.window.widgets.elided import (
    ClausesLabel,
    ElidedLabel,
    FactsLabel,
    WordsLabel,
    names_of,
    shorter,
)

LONG = "features.denseblock4.denselayer16.conv2"


@pytest.mark.parametrize("kind", [ElidedLabel, FactsLabel])
def test_a_long_text_pushes_nothing_away_and_is_whole_in_the_tooltip(qtbot, kind):
    label = kind(LONG)
    qtbot.addWidget(label)
    assert label.minimumSizeHint().width() <= 40
    assert label.toolTip() == LONG
    label.say("short", "and more")
    assert (label.text(), label.toolTip()) == ("short", "short\nand more")


def test_a_word_goes_whole(qtbot):
    label = WordsLabel("random weights")
    qtbot.addWidget(label)
    assert label.said_in(500) == "random weights" and label.said_in(60) == "random"


def test_markup_in_a_name_is_text(qtbot):
    label = ElidedLabel("<b>.png")
    qtbot.addWidget(label)
    assert "&lt;b&gt;" in label.toolTip()
    assert not label.grab().isNull()


def test_facts_go_whole_the_last_first_and_a_sign_says_that_there_are_more(qtbot):
    label = FactsLabel("31 ms    10 runs    cpu")
    qtbot.addWidget(label)

    def needed(text: str) -> int:
        return label.fontMetrics().horizontalAdvance(text)

    assert label.said_in(needed("31 ms    10 runs    cpu")) == "31 ms    10 runs    cpu"
    assert label.said_in(needed("31 ms    10 runs    cpu") - 1) == "31 ms    10 runs …"
    assert label.said_in(needed("31 ms    10 runs …") - 1) == "31 ms    cpu …", (
        "what has room beside it stands there"
    )
    assert label.said_in(needed("31 ms    cpu …") - 1) == "31 ms …"
    assert label.said_in(needed("31 ms …") - 1) == label.said_in(1) == "31 ms"
    assert label.toolTip() == "31 ms\n10 runs\ncpu"


def test_facts_are_said_in_other_words_before_one_is_left_out(qtbot):
    label = FactsLabel()
    qtbot.addWidget(label)
    label.say("receptive field 3×3 pixels    cpu", "tip", "field 3×3    cpu", "3×3    cpu")
    metrics = label.fontMetrics()
    assert label.said_in(metrics.horizontalAdvance(label.text())) == label.text()
    assert label.said_in(metrics.horizontalAdvance(label.text()) - 1) == "field 3×3    cpu"
    assert label.said_in(metrics.horizontalAdvance("field 3×3    cpu") - 1) == "3×3    cpu"
    assert label.said_in(metrics.horizontalAdvance("3×3    cpu") - 1) == "3×3 …"
    assert label.toolTip() == "receptive field 3×3 pixels\ncpu\ntip"


def test_of_a_long_name_the_modules_around_go_first():
    assert names_of("encoder.block.mlp.0") == ("encoder.block.mlp.0", "…block.mlp.0", "…mlp.0")
    assert names_of("input") == ("input",)


def test_of_a_sentence_the_last_clause_goes_with_a_sign(qtbot):
    label = ClausesLabel("1 layer differs; all values agree")
    qtbot.addWidget(label)
    assert label.said_in(label.fontMetrics().horizontalAdvance(label.text()) - 1) == "1 layer differs …"


def test_wordings_get_shorter_from_the_end():
    assert list(shorter("min 0    max 1    mean 0.5")) == [
        "min 0    max 1    mean 0.5",
        "min 0    max 1 …",
        "min 0 …",
        "min 0",
    ]
    assert list(shorter("min 0")) == ["min 0"]
