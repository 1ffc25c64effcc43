"""What can be chosen of how an answer is read."""

import pytest
from finding_fakes import segments

from explorer.features.answer.readings import outputs
from explorer.records.answers import AS_DERIVED, Answer, AnswerWay
from explorer.records.findings import Finding

A, B = AnswerWay(output="a"), AnswerWay(output="b")


@pytest.mark.parametrize(
    ("way", "names", "finding", "ways"),
    [
        (AS_DERIVED, (), None, []),
        (AS_DERIVED, ("a",), None, []),
        (AS_DERIVED, ("a", "b"), None, [AS_DERIVED, A, B]),
        (AS_DERIVED, (), segments(), []),
        (AS_DERIVED, ("a",), segments(), [AS_DERIVED, A]),
        (A, ("a",), None, [AS_DERIVED, A]),
    ],
    ids=["nothing", "one", "two", "a finding", "a finding and a row", "a row in the place of a finding"],
)
def test_an_output_can_be_chosen_where_there_is_another_and_the_choice_be_undone(
    way: AnswerWay, names: tuple[str, ...], finding: Finding | None, ways: list[AnswerWay]
) -> None:
    offered = outputs(way, Answer("k", outputs=names, finding=finding, way=way))
    assert [it.way for it in offered] == ways
    assert [it.way for it in offered if it.is_chosen] == ([way] if ways else [])
