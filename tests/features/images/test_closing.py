"""Inputs that are closed, and come back in order."""

from desk_fakes import TOY, image, scene
from window_fakes import forward

from explorer.features.images import closing
from explorer.features.images.choice import ClosedInputs
from explorer.records.images import ImageSource
from explorer.window.scene import Scene, SceneImage


def with_images(shown: str, *names: str, **facts: object) -> Scene:
    """A scene with images `a`, `b` …, one of them shown and recorded."""
    images = tuple(image(name, f"{name}.png", **(facts if name in ("x",) else {})) for name in names)
    return scene(images=images, image=shown).with_seat(forward=forward(shown))


def names(scene: Scene) -> list[str]:
    return [it.source.name for it in scene.images]


def shown(scene: Scene) -> str | None:
    return scene.selected.source.name if scene.selected else None


def test_the_one_after_takes_the_place_of_the_one_that_was_shown() -> None:
    after = closing.without(with_images("b", "a", "b", "c"), ("b",))
    assert names(after) == ["a.png", "c.png"] and after.image == "c"
    assert closing.without(with_images("c", "a", "b", "c"), ("c",)).image == "b"


def test_another_than_the_shown_one_changes_nothing_else() -> None:
    before = with_images("b", "a", "b", "c")
    after = closing.without(before, ("a",))
    assert after.image == "b" and after.forward is before.forward and after.node == before.node


def test_no_forward_stays_on_what_is_closed() -> None:
    after = closing.without(with_images("b", "a", "b"), ("b",))
    assert after.forward is None and after.node is None


def test_the_last_one_leaves_the_window_empty() -> None:
    after = closing.without(with_images("a", "a"), ("a",))
    assert after.images == () and after.image is None and after.forward is None


def test_what_could_not_be_opened_or_is_not_read_does_not_take_the_place() -> None:
    word = SceneImage("w", ImageSource("“cat”", text="cat"))
    broken = image("x", "x.png", opened=None, failed="cut short")
    before = scene(images=(image("a", "a.png"), image("b", "b.png"), broken, word), image="b")
    assert closing.without(before, ("b",)).image == "a"
    assert closing.without(before, ("a", "b")).image is None


def test_closing_and_falling_back_choose_the_same_neighbour() -> None:
    held = image("a", "a.png", held="the engine ended on it")
    before = scene(images=(image("b", "b.png"), held, image("c", "c.png")), image="b")
    assert before.neighbour("b") == closing.without(before, ("b",)).image == "c"


def test_what_is_held_is_shown_where_nothing_else_is_left() -> None:
    held = image("a", "a.png", held="the engine ended on it")
    before = scene(images=(image("b", "b.png"), held), image="b")
    assert closing.without(before, ("b",)).image == "a"


def test_what_is_not_open_cannot_be_closed() -> None:
    before = with_images("a", "a")
    assert closing.without(before, ("gone",)) is before


def test_closed_inputs_come_back_in_order_where_they_stood() -> None:
    start = with_images("b", "a", "b", "c", "d")
    closed = closing.without(closing.without(start, ("c",)), ("b",))
    assert names(closed) == ["a.png", "d.png"]
    once = closing.restored(closed)
    assert names(once) == ["a.png", "b.png", "d.png"] and shown(once) == "b.png"
    twice = closing.restored(once)
    assert names(twice) == names(start) and shown(twice) == "b.png"
    assert closing.restored(twice) is twice


def test_all_that_was_closed_at_once_comes_back_at_once() -> None:
    start = with_images("b", "a", "b", "c")
    again = closing.restored(closing.without(start, ("a", "b", "c")))
    assert names(again) == names(start) and shown(again) == "b.png"
    assert all(it.opened is None for it in again.images)  # the engine has let go of them


def test_what_comes_back_is_shown_if_nothing_is() -> None:
    closed = closing.without(with_images("a", "a", "b"), ("b",))
    empty = closing.without(closed, ("a",))
    assert shown(closing.restored(empty)) == "a.png"


def test_not_all_that_was_ever_closed_is_kept() -> None:
    now = scene()
    for number in range(3):
        sources = [ImageSource(f"{number}-{k}", data=b"bytes") for k in range(40)]
        now = now.with_inputs(*sources)
        now = closing.without(now, [it.key for it in now.images])
    kept = now.choice(ClosedInputs).parts
    assert [part[0].source.name for part in kept] == ["2-0"] and len(kept[0]) == 40


def test_the_models_seat_stays() -> None:
    assert closing.without(with_images("a", "a"), ("a",)).seat.loaded == TOY
