"""Text from strangers in one line of a message."""

import pytest

from explorer.records.text import listed, one_line, printable, shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("conv.weight", "conv.weight"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("right\u202eleft", "right\\u202eleft"),
        ("no text \udcff", "no text \\udcff"),
        ("schön 卷积", "schön 卷积"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(text: str, expected: str) -> None:
    assert printable(text) == shown(text) == expected


def test_long_text_is_cut_in_the_middle() -> None:
    assert shown("a" * 50 + "b" * 50, 21) == "a" * 10 + "…" + "b" * 10
    assert len(shown("\0" * 1_000_000, 60)) <= 60
    assert shown("a" * 60) == "a" * 60


def test_a_list_of_names_is_short_and_says_that_there_are_more() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed(list("abcdefg")) == "a, b, c, d, e, …"
    assert len(listed(["x" * 1000] * 9, 90)) <= 100


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\n words", "two words"),
        ("\x1b[31mred\x07\u202e", "[31mred"),
        ("", ""),
        ("exactly ten", "exactly t…"),
        ("ten of it.", "ten of it."),
        ("x" * 10_000_000, "x" * 9 + "…"),
    ],
)
def test_the_words_of_a_text_are_one_line_that_can_be_seen_and_no_longer_than_asked(
    text: str, shown: str
) -> None:
    assert one_line(text, 10) == shown
