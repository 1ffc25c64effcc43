"""The glossary: terms and what they mean."""

import json

import pytest

from explorer.paths import resources
from explorer.window.glossary import explain, explain_all

TERMS = json.loads((resources() / "glossary.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("term", TERMS)
def test_every_term_is_explained_in_a_sentence_or_two(term: str) -> None:
    assert explain(term.upper()) == TERMS[term]
    assert TERMS[term].endswith(".") and 1 <= TERMS[term].count(". ") + 1 <= 3


def test_an_unknown_term_is_explained_by_nothing() -> None:
    assert explain("no such term") == ""


def test_the_terms_of_a_sentence_are_explained_in_their_order_the_longest_first() -> None:
    lines = explain_all("3×3 depthwise convolution, stride 2: 8 → 8 channels").splitlines()
    assert [line.partition(":")[0] for line in lines] == ["Depthwise", "Convolution", "Stride"]
    assert explain_all("Receptive field").startswith("Receptive field: ")
    assert explain_all("unstridely") == ""


def test_the_terms_of_the_field_are_there() -> None:
    needed = {
        "stride",
        "padding",
        "dilation",
        "receptive field",
        "MAC",
        "logits",
        "depthwise",
        "batch norm",
        "kernel",
    }
    assert needed <= set(TERMS)
