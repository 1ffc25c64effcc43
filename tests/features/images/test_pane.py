"""The strip is true to the open inputs."""

from dataclasses import replace

import pytest
from desk_fakes import KEY, FakeNotices, image, scene
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from window_fakes import loaded

from explorer.engine.messages import LoadModel
from explorer.features.images import FEATURE
from explorer.features.images.pane import StripPane
from explorer.records.images import ImageSource
from explorer.window.desk import Desk
from explorer.window.scene import Scene, SceneImage


@pytest.fixture
def pane(qtbot: QtBot, desk: Desk) -> StripPane:
    pane = StripPane(desk)
    qtbot.addWidget(pane.widget)
    desk.seat(pane, lambda: True)
    return pane


def lines(pane: StripPane, role: int = Qt.ItemDataRole.AccessibleTextRole) -> list[str]:
    model = pane.strip.model()
    return [str(model.index(row, 0).data(role)) for row in range(model.rowCount())]


def with_images(*images: SceneImage, shown: str = KEY, **facts: object) -> Scene:
    return scene(images=(image(), *images), image=shown, **facts)


def show(desk: Desk, now: Scene) -> None:
    desk.put(now)
    desk.settle()


def test_it_wishes_nothing(pane: StripPane) -> None:
    assert pane.wants(scene()) is None


def test_every_input_has_its_state(pane: StripPane, desk: Desk) -> None:
    word = SceneImage("w", ImageSource("“cat”", text="cat"))
    new = SceneImage("n", ImageSource("new.png", path="/new.png"))
    broken = image("x", "x.png", opened=None, failed="x.png is cut short.", answer=None)
    held = image("h", "h.png", held="the engine ended on it", answer=None)
    show(desk, with_images(new, broken, held, word))
    assert lines(pane) == [
        "photo.png: tabby 60.0 %", "new.png: opening …", "x.png: failed", "h.png: not recorded", "“cat”: no image",
    ]  # fmt: skip
    tips = lines(pane, Qt.ItemDataRole.ToolTipRole)
    assert "cut short" in tips[2] and "the engine ended on it" in tips[3] and "reads images" in tips[4]


def test_an_input_that_comes_back_stands_where_it_stood(pane: StripPane, desk: Desk) -> None:
    a, b, c = image("a", "a.png"), image("b", "b.png"), image("c", "c.png")
    show(desk, scene(images=(a, c), image="a"))
    show(desk, scene(images=(a, b, c), image="a"))
    assert pane.strip.keys() == ("a", "b", "c")
    show(desk, scene(images=(c,), image="c"))
    assert pane.strip.keys() == ("c",) and pane.strip.currentIndex().row() == 0


def test_no_answer_of_another_model_stands_below(pane: StripPane, desk: Desk) -> None:
    show(desk, with_images(image("b", "b.png")))
    show(desk, desk.scene.with_seat(wanted=LoadModel("zoo:other")))
    assert lines(pane) == ["photo.png: –", "b.png: –"]


def test_random_weights_have_no_answer_but_a_file_of_weights_has(pane: StripPane, desk: Desk) -> None:
    show(desk, scene(pretrained=False))
    assert lines(pane) == ["photo.png: random weights"]
    own = loaded(LoadModel("zoo:toy"), pretrained=False)
    own = type(own)(**{**vars(own), "weights": "mine.safetensors"})
    show(desk, desk.scene.with_seat(model=own))
    assert lines(pane) == ["photo.png: tabby 60.0 %"]


def test_that_no_class_comes_first_is_said_in_the_place_of_one(pane: StripPane, desk: Desk) -> None:
    now = scene()
    answer = now.images[0].answer
    assert answer is not None
    tied = replace(answer, tied=1000, classes=1000)
    show(desk, now.with_image(now.images[0].key, answer=tied))
    assert lines(pane) == ["photo.png: all classes equal"]
    random = scene(pretrained=False)
    show(desk, random.with_image(random.images[0].key, answer=tied))
    assert lines(pane) == ["photo.png: random weights"]


def test_choosing_one_shows_it(pane: StripPane, desk: Desk) -> None:
    show(desk, with_images(image("h", "h.png", held="it was cancelled")))
    pane.strip.image_selected.emit("h")
    assert desk.scene.image == "h" and desk.scene.selected.held == ""


def test_what_the_model_does_not_read_is_not_chosen(
    pane: StripPane, desk: Desk, notices: FakeNotices
) -> None:
    show(desk, with_images(SceneImage("w", ImageSource("“cat”", text="cat"))))
    pane.strip.setCurrentIndex(pane.strip.model().index(1, 0))
    assert desk.scene.image == KEY and pane.strip.currentIndex().row() == 0
    assert notices.texts() == ["toy reads images: drop one here; words wait for a network that reads words."]


def test_a_failed_one_that_was_picked_is_shown_as_such_and_can_be_closed(pane: StripPane, desk: Desk) -> None:
    show(desk, with_images(image("bad", "bad.png", failed="it is cut off")))
    good, bad = desk.scene.images
    pane.strip.image_selected.emit(bad.key)
    assert desk.scene.image == bad.key and desk.scene.selected.failed  # it is not tried unasked
    assert desk.scene.forward is None and desk.scene.current is None and not desk.scene.is_coming
    assert pane.strip.currentIndex().row() == 1
    (close,) = [action for action in FEATURE.actions if action.id == "closeImage"]
    close.run(desk)
    desk.settle()
    assert desk.scene.find(bad.key) is None and desk.scene.image == good.key
    assert desk.scene.forward is not None  # the engine held it all the while
    assert pane.strip.currentIndex().row() == 0


def test_delete_closes(pane: StripPane, desk: Desk) -> None:
    show(desk, with_images(image("b", "b.png")))
    pane.strip.image_closed.emit("b")
    assert [it.key for it in desk.scene.images] == [KEY]
