"""The scene: what is shown next, and what goes together."""

from desk_fakes import image, scene

from explorer.window.scene import Scene

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
