"""A forward that stopped is explained in plain words, with a size that works as a button, until one runs through."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import window_fakes
from desk_fakes import KEY, FakeNotices, scene
from window_fakes import FakeLink, forward

from explorer.engine.messages import Classify, Record
from explorer.features.models import sizes
from explorer.features.models.advice import Advice
from explorer.records.answers import Answer
from explorer.records.forward import Forward
from explorer.records.sizes import SizeRange
from explorer.records.trace import TraceError
from explorer.window.desk import Desk

FROM_SIX = SizeRange(6)
RAISED = "RuntimeError: Given input size: (4x1x1). Output size is too small"


def stopped(op: str = "max_pool2d", works: SizeRange | None = FROM_SIX, number: int = 2) -> Forward:
    whole = forward(KEY, number, size=(4, 4))
    error = TraceError("body.pool" if op else "", op, "body.pool", RAISED)
    trace = replace(whole.trace, input_shape=(1, 3, 4, 4), error=error)
    return replace(whole, trace=trace, answer=Answer(whole.key), sizes=works)


@pytest.fixture
def said(desk: Desk, notices: FakeNotices) -> Callable[[Forward | None], list[str]]:
    advice = Advice(desk)

    def of(found: Forward | None) -> list[str]:
        advice.follow(scene().with_seat(forward=found))
        return notices.texts()

    return of


def test_the_operation_is_named_in_plain_words_and_what_was_raised_is_only_a_detail(
    said: Callable[..., list[str]], notices: FakeNotices
) -> None:
    (text,) = said(stopped())
    assert text == (
        "toy does not work on 4×4: the pooling body.pool cannot take what is left of the picture there. "
        "The smallest size that works is 6×6."
    )
    assert notices.details[text] == RAISED


@pytest.mark.parametrize(
    ("op", "words"),
    [
        ("conv2d", "the convolution body.pool cannot take"),
        ("batch_norm", "the normalisation body.pool cannot take"),
        ("add", "body.pool is given parts whose sizes differ"),
        ("linear", "the linear layer body.pool is given another number of values"),
        ("matmul", "body.pool cannot work on what reaches it"),
        ("reshape", "body.pool cannot work on what reaches it"),
        ("assert", "body.pool checks the size and refuses it"),
        ("", "its own code refuses it at its start"),
    ],
)
def test_each_kind_of_operation_has_its_words(said: Callable[..., list[str]], op: str, words: str) -> None:
    (text,) = said(stopped(op))
    assert words in text and "Error" not in text


@pytest.mark.parametrize(
    ("op", "works", "rule"),
    [
        ("", SizeRange(16, 112, 16, 224, True),
         "Squares with sides that are multiples of 16 work (tried up to 112×112, and 224×224)."),
        ("assert", SizeRange(224, 224), "Only 224×224 works."),
    ],
)  # fmt: skip
def test_where_the_code_refuses_a_size_the_rule_is_the_reason_said_once(
    said: Callable[..., list[str]], notices: FakeNotices, op: str, works: SizeRange, rule: str
) -> None:
    (text,) = said(stopped(op, works))
    assert text == f"toy does not work on 4×4. {rule}"
    assert notices.details[text] == RAISED


def test_the_button_stays_while_the_next_size_is_recorded_and_until_one_works(
    said: Callable[..., list[str]], notices: FakeNotices
) -> None:
    first = said(stopped())
    assert said(None) == first
    (again,) = said(stopped(number=3))
    assert [notice[2].label for notice in notices.told] == ["Use 6×6"] and again == first[0]
    assert said(forward(KEY, 4)) == []


def test_what_the_person_closed_is_not_told_again(
    said: Callable[..., list[str]], notices: FakeNotices
) -> None:
    failed = stopped()
    said(failed)
    notices.told.clear()
    assert said(failed) == []


def test_where_no_size_is_known_to_work_it_is_said_what_went_wrong(
    said: Callable[..., list[str]], notices: FakeNotices
) -> None:
    (text,) = said(stopped(works=None))
    assert text == (
        "The forward pass stopped at body.pool: Given input size: (4x1x1). Output size is too small. "
        "The operations up to there can be looked at."
    )
    assert notices.told[0][2] is None


def test_a_wrong_size_is_mended_by_the_button(
    staged: Desk,
    settle: Callable[[], None],
    link: FakeLink,
    notices: FakeNotices,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def at_size(command: Record) -> Forward:
        return (
            stopped(number=command.forward)
            if command.size == (4, 4)
            else forward(KEY, command.forward, size=command.size)
        )

    monkeypatch.setitem(window_fakes.ANSWERS, Record, at_size)
    link.failing[Classify] = f"toy cannot run on this image: {RAISED}"
    sizes.use(staged, (4, 4))
    settle()
    assert len(notices.texts()) == 1 and "RuntimeError" not in notices.texts()[0]
    assert staged.scene.current is not None, "the operations up to there are shown"
    del link.failing[Classify]
    notices.press("Use 6×6")
    settle()
    assert notices.texts() == [] and staged.scene.forward.size == (6, 6)
