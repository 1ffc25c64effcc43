"""The rows of two networks: what stands where, and what is said of it first."""

from dataclasses import replace
from math import isnan, nan

from compare_fakes import cka, matching, values
from window_fakes import trace

from explorer.features.compare.messages import Agreement, Change, CompareValues, Match, Matching, MeasureCka
from explorer.features.compare.rows import (
    Row,
    Sign,
    candidates,
    change_text,
    only_differences,
    rows,
    summary,
    with_words,
)

TRACES = (trace(), trace("zoo:other"))


def made(tolerance: float = 1e-5) -> tuple[Row, ...]:
    found = values(CompareValues(1, 2))
    return rows(found.matching, TRACES, found.agreements, cka(MeasureCka(1, 2)), tolerance)


def ids(all_rows: tuple[Row, ...]) -> list[tuple[int | None, int | None]]:
    return [(it.a and it.a.id, it.b and it.b.id) for it in all_rows]


def test_rows_stand_as_the_first_ran_and_what_the_second_has_alone_behind_what_it_ran_after() -> None:
    assert ids(made()) == [(1, 1), (2, 2), (3, 3), (None, 4), (4, None), (5, 5)]
    nothing = Matching((), (1, 2), (1,))
    assert ids(rows(nothing, TRACES, (), None, 0.0)) == [(None, 1), (1, None), (2, None)]
    crossed = matching(Match(1, 2, ((1, 5), (5, 1))))
    assert ids(rows(crossed, TRACES, (), None, 0.0))[0] == (1, 5)
    assert [it.place for it in made()] == list(range(6))


def test_the_sign_says_what_matters_most() -> None:
    signs = [Sign.SAME, Sign.CLOSE, Sign.CHANGED, Sign.ONLY_B, Sign.ONLY_A, Sign.PARTS]
    assert [it.sign for it in made()] == signs
    assert [it.sign for it in made(tolerance=0.0)[:2]] == [Sign.SAME, Sign.PARTS]
    unknown = rows(matching(Match(1, 2)), TRACES, (), None, 1e-5)
    assert unknown[0].sign is Sign.UNKNOWN and isnan(unknown[0].cosine)


def test_numbers_shapes_and_changes_of_a_row() -> None:
    row = made()[2]
    assert (row.cosine, row.relative_error, row.cka) == (0.5, 0.25, 1.0)
    assert row.shapes == "4×8×8" and row.changes == "kernel size 3×3 → 5×5"
    node = TRACES[1].nodes[1]
    smaller = replace(node, outputs=(replace(node.outputs[0], shape=(1, 2, 8, 8)),))
    assert Row(0, TRACES[0].nodes[1], smaller, Sign.CHANGED).shapes == "4×8×8 | 2×8×8"
    alone = made()[3]
    assert alone.changes == "" and isnan(alone.cka)


def test_changes_are_told_in_the_words_of_the_details() -> None:
    told = [change_text(Change(it, 32, 64)) for it in ("out_channels", "num_features", "eps", "parameters")]
    assert told == ["output channels 32 → 64", "channels 32 → 64", "epsilon 32 → 64", "parameters 32 → 64"]


def test_only_differences_leaves_out_what_agrees() -> None:
    assert ids(only_differences(made())) == [(3, 3), (None, 4), (4, None), (5, 5)]
    assert len(only_differences(made(tolerance=1.0))) == 3


def test_words_are_found_on_either_side() -> None:
    assert ids(with_words(made(), "body conv")) == [(3, 3)]
    assert ids(with_words(made(), "ADD")) == [(None, 4), (4, None)]
    assert len(with_words(made(), " ")) == 6


def test_the_summary_counts_each_sign() -> None:
    assert summary(made())[:2] == ("≠ 1 beyond the tolerance", "~ 1 changed")
    assert summary(()) == ()


def test_of_what_may_belong_together_the_same_kind_without_a_partner_comes_first() -> None:
    all_rows = made()
    alone = next(it for it in all_rows if it.a is not None and it.a.id == 4)
    assert candidates(alone, all_rows)[0].name == "body.add"
    theirs = next(it for it in all_rows if it.a is None)
    assert candidates(theirs, all_rows)[0].op == "add"
    assert len(candidates(alone, all_rows, most=2)) == 2


def test_an_infinite_error_parts_and_an_unknown_one_too() -> None:
    for agreement in (Agreement(1, 1, relative_error=float("inf")), Agreement(1, 1, relative_error=nan)):
        assert rows(matching(Match(1, 2)), TRACES, (agreement,), None, 1.0)[0].sign is Sign.PARTS
