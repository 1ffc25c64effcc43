"""Which of the open inputs is shown."""

from desk_fakes import image, scene

from explorer.features.images import FEATURE, choosing
from explorer.records.images import ImageSource
from explorer.window.desk import Desk
from explorer.window.scene import Scene, SceneImage
from explorer.window.spec import ActionSpec

ACTIONS: dict[str, ActionSpec] = {spec.id: spec for spec in FEATURE.actions}


def several() -> Scene:
    """`a`, a word, `held`, `broken`, `b`; `a` is shown."""
    images = (
        image("a", "a.png"),
        SceneImage("word", ImageSource("“cat”", text="cat")),
        image("held", "held.png", held="the engine ended on it"),
        image("broken", "broken.png", opened=None, failed="cut short"),
        image("b", "b.png"),
    )
    return scene(images=images, image="a")


def test_steps_go_to_what_can_be_recorded_and_stop_at_both_ends() -> None:
    here = several()
    assert here.neighbour("a", 1) == "b" and here.neighbour("a", -1) is None
    assert here.neighbour("b", 1) is None and here.neighbour("b", -1) == "a"
    assert Scene().neighbour(None, 1) is None


def test_the_keys_step_and_are_off_where_there_is_nowhere_to_go(desk: Desk) -> None:
    forth, back = ACTIONS["nextImage"], ACTIONS["previousImage"]
    desk.put(several())
    assert forth.enabled(desk.scene) and not back.enabled(desk.scene)
    forth.run(desk)
    assert desk.scene.image == "b" and back.enabled(desk.scene) and not forth.enabled(desk.scene)


def test_choosing_what_is_held_or_failed_tries_it_again(desk: Desk) -> None:
    desk.put(several())
    for key in ("held", "broken"):
        choosing.show(desk, key)
        assert desk.scene.image == key and desk.scene.can_record(desk.scene.selected)


def test_actions_are_on_only_where_they_work(desk: Desk) -> None:
    empty = Scene()
    for id in ("closeImage", "closeAllImages", "undoClose", "openRecent", "nextImage"):
        assert not ACTIONS[id].enabled(empty), id
    for id in ("openImages", "openFolder", "pasteImage", "openSample"):
        assert ACTIONS[id].enabled(empty), id
    desk.put(several())
    ACTIONS["closeImage"].run(desk)
    assert desk.scene.image == "b" and len(desk.scene.images) == 4
    ACTIONS["closeAllImages"].run(desk)
    assert desk.scene.images == () and not ACTIONS["closeAllImages"].enabled(desk.scene)
    ACTIONS["undoClose"].run(desk)
    ACTIONS["undoClose"].run(desk)
    assert [it.source.name for it in desk.scene.images][::4] == ["a.png", "b.png"]
    assert not ACTIONS["undoClose"].enabled(desk.scene)


def test_the_strip_has_its_place_however_many_are_open_so_that_the_answer_stays_where_it_is() -> None:
    strip = next(spec for spec in FEATURE.panes if spec.id == "strip")
    assert not any(strip.misfit(it) for it in (scene(images=(), image=None), scene(), several()))
