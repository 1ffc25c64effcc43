"""The scene: what is shown next, and what goes together."""

from dataclasses import replace

from compare_scenes import OTHER, beside
from desk_fakes import TOY, image, scene

from explorer.window.scene import Question, Scene

HERE = scene(
    images=(
        image("b"),
        image("a", held="the engine ended on it"),
        image("broken", opened=None, failed="cut short"),
        image("c"),
    ),
    image="b",
)


def test_the_neighbour_is_the_nearest_that_can_be_recorded() -> None:
    assert HERE.neighbour("b") == "c" and HERE.neighbour("c") == "b"
    assert HERE.neighbour("a") == "c" and HERE.neighbour("a", -1) == "b"
    assert HERE.neighbour("b", -1) is None and HERE.neighbour("b", gone=("c",)) is None
    assert HERE.neighbour(None) is None and Scene().neighbour("b") is None


def test_to_go_to_an_operation_is_to_have_seen_it() -> None:
    there = HERE.at_node(3)
    assert (there.node, there.layer) == (3, "body.conv")


def test_what_is_not_to_run_is_not_run_in_the_other_seat_either() -> None:
    ended = "the engine ended on it"
    now = beside(held=(Question(OTHER, "image-a", None), ended)).with_image("image-b", held=ended)
    swapped = now.swapped()
    assert [it.held for it in swapped.images] == [ended, "", ""], "the first holds what the second held"
    assert swapped.seats[1].held is None, "that was of another image"
    shown = replace(now, image="image-b").swapped()
    assert shown.seats[1].held == (Question(replace(TOY, seat=1), "image-b", None), ended)
    other_size = beside(held=(Question(OTHER, "image-a", (4, 4)), ended)).swapped()
    assert not other_size.images[0].held, "it was of a size that nobody asks for"
