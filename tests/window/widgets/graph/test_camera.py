"""Which part of a drawing is in sight."""

import pytest

from explorer.window.widgets.graph.camera import (
    MARGIN,
    MOST,
    READABLE,
    Camera,
    centred,
    fitting,
    opening,
    revealing,
)

ROOM = (328.0, 600.0)


def test_zooming_leaves_what_is_under_the_mouse_where_it_is() -> None:
    camera = Camera(0.5, 30, 40)
    nearer = camera.zoomed(1.7, 200, 100)
    assert nearer.scale == pytest.approx(0.85)
    assert nearer.place(200, 100) == pytest.approx(camera.place(200, 100))
    assert camera.zoomed(1e9, 0, 0).scale == MOST


def test_a_drawing_that_can_be_read_whole_begins_whole_in_the_middle() -> None:
    camera = opening((200, 400), ROOM, across=False)
    assert (camera.scale, camera.left, camera.top) == (1.0, 64.0, 100.0)


def test_a_drawing_that_is_too_long_begins_at_its_beginning_large_enough_to_be_read() -> None:
    down = opening((300, 9000), ROOM, across=False)
    assert down.scale == READABLE == 1.0 and down.top == MARGIN  # the smallest letters stay 10 pixels high
    assert opening((900, 9000), ROOM, across=False).scale == READABLE
    assert opening((300, 750), ROOM, across=False, least=0.7) == fitting((300, 750), ROOM)
    across = opening((9000, 100), ROOM, across=True)
    assert (across.scale, across.left) == (1.0, MARGIN)


def test_fit_shows_all_of_it() -> None:
    left, top, right, bottom = fitting((900, 9000), ROOM).to_widget((0, 0, 900, 9000))
    assert left >= 0 and top >= 0 and right <= ROOM[0] and bottom <= ROOM[1]
    assert bottom - top == pytest.approx(600 - 2 * MARGIN)


def test_a_drawing_that_is_too_wide_begins_with_its_main_way_in_the_middle_and_nothing_empty_beside_it() -> (
    None
):
    begins = [opening((900, 9000), ROOM, across=False, spine=x).left for x in (20, 300, 880)]
    assert begins == [0.0, ROOM[0] / 2 - 300, ROOM[0] - 900]
    assert opening((300, 9000), ROOM, across=False, spine=20).left == (ROOM[0] - 300) / 2
    assert opening((9000, 900), ROOM, across=True, spine=400).top == -100


def test_what_is_in_sight_stays_and_what_is_not_comes_no_farther_than_needed() -> None:
    camera, size = Camera(), (300.0, 9000.0)
    assert revealing(camera, (100, 200, 200, 240), size, ROOM) == camera
    moved = revealing(camera, (100, 1000, 200, 1040), size, ROOM)
    left, _, right, bottom = moved.to_widget((100, 1000, 200, 1040))
    assert (left, right) == (100, 200) and bottom == 450
    assert centred(camera, (100, 1000, 200, 1040), ROOM).to_widget((150, 1020, 150, 1020))[:2] == (164, 300)


def test_what_is_revealed_brings_nothing_empty_in_sight() -> None:
    size = (300.0, 9000.0)
    first, last = (100, 90, 200, 130), (100, 8900, 200, 8940)
    assert revealing(Camera(1.0, 0, MARGIN), first, size, ROOM).top == MARGIN
    assert revealing(Camera(1.0, 0, -500), first, size, ROOM).top == MARGIN
    assert revealing(Camera(1.0, 0, -500), last, size, ROOM).top == ROOM[1] - MARGIN - size[1]


def test_some_of_a_drawing_always_stays_in_sight() -> None:
    size = (300.0, 9000.0)
    for dx, dy in ((1e6, 1e6), (-1e6, -1e6)):
        left, top, right, bottom = Camera().moved(dx, dy).kept(size, ROOM).to_widget((0, 0, *size))
        assert left < ROOM[0] and top < ROOM[1] and right > 0 and bottom > 0


def test_a_flight_begins_where_it_is_and_ends_where_it_leads() -> None:
    begin, end = Camera(1.0, 5, 6), Camera(0.1, -70, 80)
    for share, there in ((0.0, begin), (1.0, end)):
        at = begin.towards(end, share, ROOM)
        assert (at.scale, at.left, at.top) == pytest.approx((there.scale, there.left, there.top))
