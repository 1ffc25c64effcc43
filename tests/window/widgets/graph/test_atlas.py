"""What is looked up in a drawing, and where boxes come from when another takes its place."""

import numpy as np
import pytest
from drawings import drawing, failed, many

from explorer.window.widgets.graph.atlas import Atlas, between


def test_the_box_of_an_operation_is_its_own_or_the_closed_group_that_holds_it() -> None:
    closed, open_ = Atlas(drawing()), Atlas(drawing("stem"))
    assert [closed.holding(node).key for node in range(6)] == ["0", "stem", "stem", "body", "body", "5"]
    assert [open_.holding(node).key for node in range(6)] == ["0", "1", "2", "body", "body", "5"]
    assert closed.holding(None) is None and closed.holding(99) is None


def test_the_innermost_box_lies_at_a_place_and_none_beside_them() -> None:
    atlas = Atlas(drawing("stem"))
    left, top, right, bottom = atlas.rect("1")
    assert atlas.at((left + right) / 2, (top + bottom) / 2).key == "1"
    assert atlas.at(2, top).key == "stem"
    assert atlas.at(2, atlas.rect("stem")[3] + 5) is None
    assert atlas.around(atlas.box("1")) is atlas.box("stem") and atlas.around(atlas.box("stem")) is None


@pytest.mark.parametrize(
    ("key", "arrow", "found"),
    [
        ("2", (0, 1), "3"),  # the nearest of the two that read it
        ("4", (0, -1), "3"),
        ("0", (0, -1), None),
        ("5", (0, 1), None),
        ("1", (1, 0), None),
    ],
)
def test_arrows_lead_along_the_edges(key: str, arrow: tuple[int, int], found: str | None) -> None:
    assert Atlas(drawing("stem", "body")).beyond(key, *arrow, across=False) == found


def test_arrows_across_lead_to_the_next_box_beside_and_along_where_the_drawing_lies_across() -> None:
    atlas = Atlas(many(9, columns=3))
    assert [atlas.beyond("4", dx, 0, across=False) for dx in (-1, 1)] == ["3", "5"]
    assert atlas.beyond("5", 1, 0, across=False) is None
    assert atlas.beyond("4", 0, 1, across=False) == "7"
    assert [atlas.beyond("4", 0, dy, across=True) for dy in (-1, 1)] == ["1", "7"]


def test_neighbours_are_those_that_feed_a_box_and_those_that_it_feeds() -> None:
    atlas = Atlas(drawing("stem", "body"))
    assert (atlas.feeding("4"), atlas.fed_by("2")) == (["3", "2"], ["3", "4"])
    assert (atlas.feeding("0"), atlas.fed_by("5")) == ([], [])


def test_only_what_touches_an_area_is_in_sight() -> None:
    atlas = Atlas(many(100))
    assert atlas.boxes_in((0, 810, 100, 900)).tolist() == [10, 11]
    assert atlas.piece_edges[atlas.pieces_in((0, 810, 100, 900))].tolist() == [10]
    assert atlas.boxes_in((5000, 0, 6000, 9000)).size == 0


def test_what_is_new_comes_out_of_what_opened_and_the_others_from_where_they_were() -> None:
    before, after = Atlas(drawing()), Atlas(drawing("stem"))
    begin = between(before, after, before.rect("stem"))
    left, top, right, bottom = before.rect("stem")
    middle = ((left + right) / 2, (top + bottom) / 2)
    assert begin[after.number["1"]].tolist() == [*middle, *middle]
    assert begin[after.number["5"]].tolist() == list(before.rect("5"))
    assert (np.isfinite(begin)).all()


def test_a_failure_is_found_and_an_empty_drawing_holds_nothing() -> None:
    assert Atlas(failed()).failure.key == "failure" and Atlas(drawing()).failure is None
    empty = Atlas(many(0))
    assert empty.at(0, 0) is None and empty.boxes_in((0, 0, 9, 9)).size == 0
