"""What comes back at the next start."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.engine.messages import LoadModel
from explorer.features import features
from explorer.features.compare.doing import has_second
from explorer.records.images import ImageSource
from explorer.records.initialisation import Scheme
from explorer.window import loading
from explorer.window.app import assemble
from explorer.window.frame import MainWindow
from explorer.window.memory import Memory
from explorer.window.scene import Scene
from explorer.window.settings import Settings, content_hash
from explorer.window.start import Start


@pytest.fixture
def photos(tmp_path: Path) -> list[str]:
    paths = [tmp_path / name for name in ("a.png", "50% b.png", "ü\nc.png")]
    for path in paths:
        path.touch()
    return [str(path) for path in paths]


def again(start: Start | None = None) -> Scene:
    return Memory(Settings()).scene(
        start or Start(), {"explore", "labs", "images", "maps", "kernels", "field", "layers"}
    )


def closed_with(qtbot: QtBot, window: MainWindow, *sources: ImageSource, shown: int = 0) -> None:
    """End the program with these inputs open, number `shown` of them shown."""
    scene = window.desk.scene.with_inputs(*sources)
    window.desk.put(scene)
    window.desk.set(image=scene.images[shown].key)
    qtbot.waitUntil(lambda: window.desk.is_idle)
    window.close()


def test_images_and_words_are_open_again_and_the_same_one_is_shown(
    qtbot: QtBot, window: MainWindow, photos: list[str]
) -> None:
    images = [ImageSource(Path(path).name, path=path) for path in photos]
    closed_with(qtbot, window, *images, ImageSource("“cat”", text="cat"), shown=1)
    scene = again()
    assert [it.source.path for it in scene.images] == [*photos, None]
    assert scene.images[-1].source == ImageSource("“cat”", text="cat")
    assert scene.selected is not None and scene.selected.source.path == photos[1]


def test_what_is_named_at_the_start_comes_in_the_place_of_what_was_open(
    qtbot: QtBot, window: MainWindow, photos: list[str]
) -> None:
    closed_with(qtbot, window, ImageSource("a.png", path=photos[0]))
    scene = again(Start(images=(photos[1],)))
    assert [it.source.path for it in scene.images] == [photos[1]]


def test_files_that_are_gone_and_names_that_cannot_be_kept_are_left_out(
    qtbot: QtBot, window: MainWindow, photos: list[str], tmp_path: Path
) -> None:
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.png")
    with open(odd, "wb"):  # noqa: PTH123 - the name is no text
        pass
    sources = [ImageSource("it", path=path) for path in (*photos, odd)]
    closed_with(qtbot, window, *sources, ImageSource("pasted", data=b"bytes"), shown=3)
    Path(photos[0]).unlink()
    assert [it.source.path for it in again().images] == photos[1:]


def test_a_window_opens_with_what_was_open(
    qtbot: QtBot, window: MainWindow, photos: list[str], link: FakeLink
) -> None:
    closed_with(qtbot, window, *(ImageSource("it", path=path) for path in photos))
    other = assemble(Start("zoo:toy"), features(), FakeLink())
    qtbot.addWidget(other)
    other.show()
    qtbot.waitUntil(lambda: other.desk.scene.forward is not None)
    assert len(other.desk.scene.images) == 3


def test_what_did_not_come_back_is_told(tmp_path: Path, photos: list[str]) -> None:
    settings = Settings()
    settings.model = str(tmp_path / "gone.py:net")
    settings.put("scene/images", [*photos, str(tmp_path / "gone.png")])
    memory = Memory(settings)
    scene = memory.scene(Start(), {"explore"})
    assert len(scene.images) == 3 and scene.seat.wanted is not None
    assert scene.seat.wanted.name == "zoo:efficientnet_lite0"
    assert [note.partition(" ")[0] for note in memory.notes] == ["gone.py", "1"]


# ---- the network that is compared ----

SECOND = LoadModel("zoo:other", "random", seed=7, initialisation=Scheme.XAVIER, seat=1)


def compared(qtbot: QtBot, window: MainWindow, photos: list[str], **changes: Any) -> None:
    """End the program while a second network is compared on the second photo."""
    window.desk.put(window.desk.scene.with_inputs(*(ImageSource(Path(it).name, path=it) for it in photos)))
    key = window.desk.scene.images[1].key
    loading.want_beside(window.desk, replace(SECOND, **changes), (8, 16), key)
    qtbot.waitUntil(lambda: window.desk.is_idle and window.desk.scene.seats[1].is_live)
    window.close()


def test_the_network_that_is_compared_comes_back_with_weights_seed_size_and_image(
    qtbot: QtBot, window: MainWindow, photos: list[str]
) -> None:
    compared(qtbot, window, photos)
    scene = again()
    assert len(scene.seats) == 2
    second = scene.seats[1]
    assert second.wanted == SECOND and second.size == (8, 16)
    image = scene.find(second.image)
    assert image is not None and image.source.path == photos[1]


def test_a_network_that_was_closed_or_is_not_meant_does_not_come_back(
    qtbot: QtBot, window: MainWindow, photos: list[str]
) -> None:
    compared(qtbot, window, photos)
    assert len(again(Start(model="zoo:toy")).seats) == 1
    settings = Settings()
    for broken in (["zoo:other"], ["zoo:other", "", "x", "cpu", "none such", "8×", "gone.png"]):
        settings.put("scene/second", broken)
        settings.save()
        seats = again().seats
        assert len(seats) == (1 if len(broken) == 1 else 2)
    assert seats[1].wanted == LoadModel("zoo:other", seat=1) and seats[1].size is None


def test_a_file_of_the_second_runs_only_as_it_was_agreed_to(
    qtbot: QtBot, window: MainWindow, photos: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "net.py"
    file.write_text("class Net: ...\n")
    window.desk.settings.trust(content_hash(file))
    compared(qtbot, window, photos, name=f"{file}:Net")
    wanted = again().seats[1].wanted
    assert wanted is not None and wanted.trusted == content_hash(file)
    file.write_text("class Net: changed = True\n")
    wanted = again().seats[1].wanted
    assert wanted is not None and wanted.trusted is False
    file.unlink()
    memory = Memory(Settings())
    assert len(memory.scene(Start(), {"explore"}).seats) == 1
    assert memory.notes == ["net.py is not there any more; no second network is loaded."]


def test_a_second_that_fails_to_come_back_is_one_line_and_leaves_the_first(
    qtbot: QtBot, window: MainWindow, photos: list[str]
) -> None:
    compared(qtbot, window, photos)
    link = FakeLink()
    link.manual = {LoadModel}
    other = assemble(Start(), features(), link)
    qtbot.addWidget(other)
    other.show()
    for answer in (link.answer, lambda kind: link.fail(kind, "zoo:other has gone.")):
        qtbot.waitUntil(lambda: bool(link.waiting(LoadModel)))
        answer(LoadModel)
    qtbot.waitUntil(lambda: other.desk.is_idle and other.desk.scene.forward is not None)
    assert not has_second(other.desk.scene) and other.desk.scene.seat.is_live
    assert "Network B was not loaded: other has gone." in other.notices.texts()


def test_a_second_that_was_still_on_its_way_back_comes_back_the_next_time(
    qtbot: QtBot, window: MainWindow, photos: list[str]
) -> None:
    compared(qtbot, window, photos)
    link = FakeLink()
    link.manual = {LoadModel}
    early = assemble(Start(), features(), link)
    qtbot.addWidget(early)
    early.show()
    qtbot.waitUntil(lambda: bool(link.waiting(LoadModel)))
    early.close()
    (_, second) = again().seats
    assert second.wanted == SECOND and second.size == (8, 16)


def test_a_second_that_failed_does_not_come_back(qtbot: QtBot, window: MainWindow, photos: list[str]) -> None:
    compared(qtbot, window, photos)
    link = FakeLink()
    link.manual = {LoadModel}
    other = assemble(Start(), features(), link)
    qtbot.addWidget(other)
    other.show()
    for answer in (link.answer, lambda kind: link.fail(kind, "zoo:other has gone.")):
        qtbot.waitUntil(lambda: bool(link.waiting(LoadModel)))
        answer(LoadModel)
    qtbot.waitUntil(lambda: other.desk.is_idle and not has_second(other.desk.scene))
    other.close()
    assert len(again().seats) == 1
