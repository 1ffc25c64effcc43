"""Everything a person gives to the window: where it goes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from desk_fakes import FakeNotices
from PySide6.QtCore import QByteArray, QMimeData, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.engine.messages import OpenImage
from explorer.features.images import FEATURE, folders, intake
from explorer.features.images.choice import Recent
from explorer.window import loading
from explorer.window.desk import Desk
from explorer.window.scene import Scene
from explorer.window.spec import Level

ACTIONS = {spec.id: spec for spec in FEATURE.actions}


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What the window would load as networks and weights."""
    loaded: list[tuple[str, str]] = []
    for kind, name in (("network", "load_file"), ("weights", "load_weights")):
        monkeypatch.setattr(
            loading, name, lambda desk, path, kind=kind: loaded.append((kind, Path(path).name))
        )
    return loaded


def made(folder: Path, *names: str) -> list[str]:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).touch()
    return [str(folder / name) for name in names]


def drop(desk: Desk, *paths: Path | str) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    desk.dropped.emit(mime)


def copy(text: str | None = None, **formats: bytes) -> None:
    mime = QMimeData()
    if text is not None:
        mime.setText(text)
    for name, data in formats.items():
        mime.setData(name.replace("_", "/"), QByteArray(data))
    QGuiApplication.clipboard().setMimeData(mime)


def names(scene: Scene) -> list[str]:
    return [it.source.name for it in scene.images]


# ---- dropped ----


def test_dropped_images_are_opened_and_the_first_is_shown(empty: Desk, tmp_path: Path) -> None:
    drop(empty, *made(tmp_path, "a.png", "b.png"))
    assert names(empty.scene) == ["a.png", "b.png"] and empty.scene.image == empty.scene.images[0].key


def test_more_than_can_be_held_are_not_opened_and_that_is_said(
    empty: Desk, notices: FakeNotices, tmp_path: Path
) -> None:
    drop(empty, *made(tmp_path, *(f"{k}.png" for k in range(intake.MOST + 3))))
    assert len(empty.scene.images) == intake.MOST
    assert notices.texts() == ["67 images are many at once: the first 64 of them are opened."]


def test_a_folder_is_looked_through_without_waiting(
    qtbot: QtBot, empty: Desk, link: FakeLink, notices: FakeNotices, tmp_path: Path
) -> None:
    link.manual = {OpenImage}
    made(tmp_path / "photos", "2.png", "10.png", "x.txt")
    drop(empty, tmp_path / "photos")
    assert names(empty.scene) == []
    qtbot.waitUntil(lambda: names(empty.scene) == ["2.png", "10.png"])
    assert notices.texts() == ["photos: opening 2 images; left out: 1 other file."]
    assert empty.scene.choice(Recent).paths[0] == str(tmp_path / "photos")


def test_of_a_folder_it_is_said_how_many_opened_and_the_first_of_them_is_shown(
    qtbot: QtBot, empty: Desk, link: FakeLink, notices: FakeNotices, tmp_path: Path
) -> None:
    drop(empty, *made(tmp_path, "old.png"))
    qtbot.waitUntil(lambda: empty.is_idle and empty.scene.forward is not None)
    link.manual = {OpenImage}
    made(tmp_path / "photos", "1.png", "2.png", "3.png")
    drop(empty, tmp_path / "photos")
    qtbot.waitUntil(lambda: bool(link.waiting(OpenImage)))
    link.manual = set()
    link.fail(OpenImage, "1.png is broken")
    qtbot.waitUntil(lambda: "photos: 2 images opened, 1 could not be." in notices.texts())
    qtbot.waitUntil(lambda: empty.is_idle)
    assert empty.scene.selected is not None and empty.scene.selected.source.name == "2.png"


def test_a_long_search_shows_how_far_it_is_and_can_be_cancelled(
    qtbot: QtBot, empty: Desk, notices: FakeNotices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path / "photos", "1.png")
    monkeypatch.setattr(folders.Listing, "is_done", False)
    monkeypatch.setattr(folders, "_SILENT_LOOKS", 1)
    drop(empty, tmp_path / "photos")
    qtbot.waitUntil(lambda: "Looking for images in photos" in "".join(notices.texts()))
    notices.press("Cancel")
    qtbot.waitUntil(lambda: not empty.findChildren(folders._Search))
    assert notices.texts() == [] and names(empty.scene) == []


def test_an_empty_folder_says_so(qtbot: QtBot, empty: Desk, notices: FakeNotices, tmp_path: Path) -> None:
    made(tmp_path / "papers", "a.pdf")
    drop(empty, tmp_path / "papers")
    qtbot.waitUntil(lambda: bool(notices.told))
    assert notices.told[0][:2] == (
        Level.WARNING,
        "papers holds no images that can be read; left out: 1 other file.",
    )


def test_networks_and_weights_are_handed_on(
    empty: Desk, notices: FakeNotices, tmp_path: Path, loads: list[tuple[str, str]]
) -> None:
    net, best, last = made(tmp_path, "net.py", "best.safetensors", "last.pth")
    drop(empty, net)
    drop(empty, best)
    assert loads == [("network", "net.py"), ("weights", "best.safetensors")] and notices.told == []
    drop(empty, net, last)
    assert loads[2:] == [("network", "net.py")] and "One file is loaded at a time" in notices.texts()[0]


def test_several_refusals_are_one_notice(empty: Desk, notices: FakeNotices, tmp_path: Path) -> None:
    drop(empty, *made(tmp_path, "a.zip", "b.pdf", "c.png"))
    assert names(empty.scene) == ["c.png"]
    assert notices.texts() == [
        "a.zip is neither an image nor a network nor weights nor class names: choose another file. (and 1 more)"
    ]


def test_what_is_opened_comes_in_sight(empty: Desk, tmp_path: Path) -> None:
    for page, after in (("history", "explore"), ("images", "images"), ("explore", "explore")):
        empty.set(page=page)
        drop(empty, *made(tmp_path, "a.png"))
        assert empty.scene.page == after


# ---- pasted ----


def test_a_picture_on_the_clipboard_is_opened(empty: Desk) -> None:
    copy(image_png=b"\x89PNG")
    ACTIONS["pasteImage"].run(empty)
    (image,) = empty.scene.images
    assert (image.source.name, image.source.data) == ("pasted image", b"\x89PNG")


def test_a_path_on_the_clipboard_is_opened(empty: Desk, tmp_path: Path) -> None:
    copy(made(tmp_path, "a cat.png")[0])
    ACTIONS["pasteImage"].run(empty)
    assert names(empty.scene) == ["a cat.png"]


@pytest.mark.parametrize("clear", [copy, lambda: QGuiApplication.clipboard().clear()])
def test_an_empty_clipboard_and_an_address_say_what_to_do(
    empty: Desk, notices: FakeNotices, clear: Callable[[], None]
) -> None:
    clear()
    ACTIONS["pasteImage"].run(empty)
    assert "no image and no file on the clipboard" in notices.texts()[0]
    copy("https://example.org/cat.jpg")
    ACTIONS["pasteImage"].run(empty)
    (said,) = notices.texts()
    assert "nothing is fetched from the network" in said and empty.scene.images == ()


# ---- chosen ----


def test_chosen_files_are_opened_and_the_folder_is_remembered(
    empty: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, asked = made(tmp_path, "a.png", "b.png"), []

    def choose(
        parent: object, title: str, folder: str, kinds: str, options: QFileDialog.Option
    ) -> tuple[list[str], str]:
        assert options == QFileDialog.Option.HideNameFilterDetails, "a hundred endings are no name"
        asked.append((folder, "*.PNG" in kinds))
        return paths, ""

    monkeypatch.setattr(QFileDialog, "getOpenFileNames", choose)
    ACTIONS["openImages"].run(empty)
    ACTIONS["openImages"].run(empty)
    assert names(empty.scene) == ["a.png", "b.png"] * 2
    assert asked == [("", True), (str(tmp_path), True)]


def test_a_chosen_folder_is_opened(
    qtbot: QtBot, empty: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path, "a.png")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    ACTIONS["openFolder"].run(empty)
    qtbot.waitUntil(lambda: names(empty.scene) == ["a.png"])


# ---- opened again ----


def test_a_few_files_are_remembered_once_they_are_open(empty: Desk, settle, tmp_path: Path) -> None:
    a, b = made(tmp_path, "a.png", "b.png")
    drop(empty, a)
    assert empty.scene.choice(Recent).paths == ()
    settle()
    drop(empty, b)
    settle()
    assert empty.scene.choice(Recent).paths == (b, a)
    gone = Path(b)
    gone.unlink()
    assert [offer.label for offer in intake.recent(empty)] == [a]
    ACTIONS["openRecent"].run(empty)
    assert names(empty.scene) == ["a.png", "b.png", "a.png"]


def test_many_files_are_remembered_as_their_folder(empty: Desk, settle, tmp_path: Path) -> None:
    one = made(tmp_path, "one.png")
    drop(empty, *one)
    settle()
    many = made(tmp_path / "many", *(f"{k}.png" for k in range(9)))
    drop(empty, *many)
    settle()
    assert empty.scene.choice(Recent).paths == (str(tmp_path / "many"), *one)
    assert empty.settings.recent_images == [str(tmp_path / "many"), *one]


def test_many_files_of_many_folders_are_not_remembered(empty: Desk, settle, tmp_path: Path) -> None:
    drop(empty, *(made(tmp_path / f"{k}", "x.png")[0] for k in range(5)))
    settle()
    assert len(empty.scene.images) == 5 and empty.scene.choice(Recent).paths == ()


def test_a_file_that_could_not_be_opened_is_not_offered_again(
    empty: Desk, settle, link: FakeLink, tmp_path: Path
) -> None:
    link.failing[OpenImage] = "bad.png is cut short; open another file."
    drop(empty, *made(tmp_path, "bad.png"))
    settle()
    assert empty.scene.choice(Recent).paths == ()


def test_it_is_said_if_nothing_of_what_was_opened_lately_is_there(empty: Desk, notices: FakeNotices) -> None:
    empty.choose(Recent(("/gone/a.png",)))
    ACTIONS["openRecent"].run(empty)
    assert empty.scene.images == () and any("not where it was" in text for text in notices.texts())


def test_a_file_of_class_names_is_taken_for_the_network(
    qtbot: QtBot, empty: Desk, link: FakeLink, tmp_path: Path
) -> None:
    (path,) = made(tmp_path, "names.txt")
    qtbot.waitUntil(lambda: empty.scene.model is not None)
    drop(empty, path)
    qtbot.waitUntil(lambda: empty.scene.seat.way.labels == path)
    assert not link.asked(OpenImage)


def test_what_was_missing_is_said_no_more_when_something_else_was_opened(
    empty: Desk, notices: FakeNotices, tmp_path: Path
) -> None:
    drop(empty, tmp_path / "gone.png")
    assert any("gone.png" in text for text in notices.texts())
    drop(empty, *made(tmp_path, "a.png"))
    assert not any("gone.png" in text for text in notices.texts())
