"""What comes back at the next start."""

import os
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.features import features
from explorer.records.images import ImageSource
from explorer.window.app import assemble
from explorer.window.frame import MainWindow
from explorer.window.memory import Memory
from explorer.window.scene import Scene
from explorer.window.settings import Settings
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
