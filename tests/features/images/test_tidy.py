"""Which kind of input the model reads, and what is said of the other kind."""

from dataclasses import replace

import pytest
from desk_fakes import FakeNotices, image, scene, with_reader

from explorer.features.images.choice import ClosedInputs
from explorer.features.images.choosing import kind_of
from explorer.features.images.tidy import Tidy
from explorer.records.images import ImageSource
from explorer.window.desk import Desk
from explorer.window.scene import Scene, SceneImage, Seat

WORD = ImageSource("“cat”", text="cat")
PHOTO = ImageSource("b.png", path="/b.png")


@pytest.fixture
def tidy(desk: Desk) -> Tidy:
    return Tidy(desk)


def show(desk: Desk, now: Scene) -> None:
    desk.put(now)
    desk.settle()


def test_an_image_given_to_a_reader_is_kept_and_not_shown(
    tidy: Tidy, desk: Desk, notices: FakeNotices
) -> None:
    show(desk, with_reader(scene(images=(), image=None)).with_inputs(WORD))
    shown = desk.scene.image
    show(desk, desk.scene.with_inputs(PHOTO, PHOTO))
    assert notices.texts() == [
        "reader reads words: type one (Ctrl+E); images wait for a network that reads images."
    ]
    assert len(desk.scene.images) == 3 and desk.scene.image == shown


def test_one_of_the_right_kind_among_several_says_nothing(
    tidy: Tidy, desk: Desk, notices: FakeNotices
) -> None:
    show(desk, scene())
    show(desk, desk.scene.with_inputs(WORD, PHOTO))
    assert notices.texts() == []


def test_a_word_given_to_a_network_for_images(tidy: Tidy, desk: Desk, notices: FakeNotices) -> None:
    show(desk, scene())
    show(desk, desk.scene.with_inputs(WORD))
    assert notices.told[0][1:] == (kind_of(desk.scene), None, "kind")


def test_another_kind_of_model_says_it_where_nothing_fits(
    tidy: Tidy, desk: Desk, notices: FakeNotices
) -> None:
    show(desk, with_reader(scene(images=(), image=None)).with_inputs(WORD))
    seer = scene().seat
    show(desk, replace(desk.scene, seats=(replace(seer, forward=None),)))
    assert notices.texts() == [kind_of(desk.scene)] and "reads images" in kind_of(desk.scene)
    show(desk, with_reader(desk.scene))
    assert notices.texts() == []


def test_before_a_model_is_there_nothing_is_said(tidy: Tidy, desk: Desk, notices: FakeNotices) -> None:
    show(desk, Scene().with_inputs(WORD))
    assert notices.texts() == [] and kind_of(desk.scene) == ""


def test_nothing_but_what_could_not_be_opened_is_let_go(tidy: Tidy, desk: Desk) -> None:
    broken = image("x", "x.png", opened=None, failed="cut short")
    show(desk, scene(images=(broken, image("y", "y.png", opened=None)), image=None))
    assert len(desk.scene.images) == 2  # one is still on its way
    show(desk, scene(images=(broken, broken), image=None))
    assert desk.scene.images == ()


def same(key: str, name: str, digest: str) -> SceneImage:
    it = image(key, name)
    assert it.opened is not None
    return replace(it, opened=replace(it.opened, digest=digest))


def test_what_is_open_already_is_shown_and_not_opened_twice(
    tidy: Tidy, desk: Desk, notices: FakeNotices
) -> None:
    first, other, again = same("a", "a.png", "1"), same("b", "b.png", "2"), same("c", "pasted image", "1")
    show(desk, scene(images=(first, other), image="b"))
    show(desk, replace(desk.scene, images=(first, other, again), image="c"))
    assert [it.key for it in desk.scene.images] == ["a", "b"] and desk.scene.image == "a"
    assert notices.texts() == ["pasted image is the same as a.png, which is open already."]
    assert not desk.scene.choice(ClosedInputs).parts  # nothing to get back
    show(desk, replace(desk.scene, images=(*desk.scene.images, same("d", "d.png", "2")), image="a"))
    assert [it.key for it in desk.scene.images] == ["a", "b"] and desk.scene.image == "a"


def test_of_a_batch_it_is_said_how_many_are_open_already(
    tidy: Tidy, desk: Desk, notices: FakeNotices
) -> None:
    first, other = same("a", "a.png", "1"), same("b", "b.png", "2")
    show(desk, scene(images=(first, other, same("c", "c", "1"), same("d", "d", "2")), image="a"))
    assert notices.texts() == ["2 of these are already open."]


def test_a_file_that_is_opened_again_is_said_to_be_open(tidy: Tidy, desk: Desk, notices: FakeNotices) -> None:
    show(desk, scene(images=(same("a", "a.png", "1"), same("b", "a.png", "1")), image="b"))
    assert notices.texts() == ["a.png is already open."] and desk.scene.image == "a"


def test_what_a_further_network_is_given_stays_open_under_the_other_name(
    tidy: Tidy, desk: Desk, notices: FakeNotices
) -> None:
    first, again = same("a", "a.png", "1"), same("c", "c.png", "1")
    now = scene(images=(first, image("b", "b.png"), again), image="b")
    show(desk, replace(now, seats=(*now.seats, Seat(image="c"))))
    assert desk.scene.seats[1].image == "a" and desk.scene.image == "b"
