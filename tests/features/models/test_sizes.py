"""The size of the input: read in every spelling, and put into the scene only where it changes something."""

import pytest
from desk_fakes import TOY, scene, without_forward
from window_fakes import loaded

from explorer.features.models import sizes
from explorer.window.desk import Desk


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("128", (128, 128)),
        (" 333×500 ", (333, 500)),
        ("333x500", (333, 500)),
        ("1 X 4096", (1, 4096)),
        ("1024*1024", (1024, 1024)),
    ],
)
def test_sizes_are_read_in_every_spelling(text: str, size: tuple[int, int]) -> None:
    assert sizes.parse(text) == size


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no input size"),
        ("big", "no input size"),
        ("-3", "no input size"),
        ("3×4×5", "no input size"),
        ("0", "1 to 4096"),
        ("32×4097", "1 to 4096"),
        ("1025×1024", "too many to record"),
    ],
)
def test_what_is_no_size_is_refused_in_one_line(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as caught:
        sizes.parse(text)
    assert "\n" not in str(caught.value)


def test_another_size_takes_forward_and_answers_with_it(desk: Desk) -> None:
    sizes.use(desk, (32, 48))
    assert desk.scene.seat.size == (32, 48) and desk.scene.forward is None
    assert desk.scene.images[0].answer is None


def test_the_own_size_is_no_size_of_its_own(desk: Desk) -> None:
    before = desk.scene
    sizes.use(desk, (8, 8))  # the toy's own, and in use
    assert desk.scene is before
    sizes.use(desk, (32, 32))
    sizes.use(desk, (8, 8))
    assert desk.scene.seat.size is None


def test_without_a_forward_the_same_size_is_tried_again(desk: Desk) -> None:
    desk.put(without_forward().with_image("image-photo", held="there was not enough memory"))
    sizes.use(desk, (8, 8))
    assert desk.scene.images[0].held == ""


def test_without_a_model_there_is_no_size(desk: Desk) -> None:
    desk.put(scene().with_seat(model=None))
    before = desk.scene
    sizes.use(desk, (32, 32))
    assert desk.scene is before and sizes.own_size(before) is None
    assert sizes.own_size(scene().with_seat(model=loaded(TOY))) == (8, 8)
