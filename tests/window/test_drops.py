import base64
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QUrl
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from explorer.window import drops

PNG = b"\x89PNG not really"


@pytest.fixture(autouse=True)
def application(qapp: object) -> None:
    """QMimeData with an image needs an application."""


def mime_of_urls(*urls: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl(url) for url in urls])
    return mime


def picture() -> QImage:
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    image.fill(QColor("#102030"))
    return image


def test_files_become_sources_under_their_own_names(tmp_path: Path) -> None:
    cat, folder = tmp_path / "a cat.png", tmp_path / "folder"
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(cat)), QUrl.fromLocalFile(str(folder))])

    dropped = drops.read(mime, "dropped image")

    assert [(source.name, source.path) for source in dropped.sources] == [
        ("a cat.png", str(cat)),
        ("folder", str(folder)),
    ]
    assert dropped.notices == ()


def test_a_uri_list_as_a_file_manager_writes_it() -> None:
    mime = QMimeData()
    mime.setData("text/uri-list", QByteArray(b"file:///photos/one%20two.jpg\r\nfile:///photos/x.png\r\n"))

    assert [source.path for source in drops.read(mime, "").sources] == [
        "/photos/one two.jpg",
        "/photos/x.png",
    ]


def test_encoded_bytes_are_passed_on_as_they_are() -> None:
    mime = QMimeData()
    mime.setData("image/jpeg", QByteArray(b"jpeg bytes"))
    mime.setData("image/png", QByteArray(PNG))

    (source,) = drops.read(mime, "pasted image").sources

    assert (source.name, source.path, source.data) == ("pasted image", None, PNG)


def test_a_browsers_picture_is_taken_before_its_address() -> None:
    mime = mime_of_urls("https://example.org/pictures/cat.jpg")
    mime.setImageData(picture())

    (source,) = drops.read(mime, "dropped image").sources

    assert source.name == "cat.jpg"
    assert source.data is not None
    assert QImage.fromData(source.data).pixelColor(0, 0) == QColor("#102030")


def test_a_file_is_taken_before_the_icon_that_comes_with_it() -> None:
    mime = mime_of_urls("file:///photos/x.png")
    mime.setImageData(picture())

    assert [source.path for source in drops.read(mime, "").sources] == ["/photos/x.png"]


def test_a_picture_inside_its_address() -> None:
    mime = mime_of_urls("data:image/png;base64," + base64.b64encode(PNG).decode())

    (source,) = drops.read(mime, "dropped image").sources

    assert (source.name, source.data) == ("dropped image", PNG)


def test_an_address_without_a_picture_says_what_to_do() -> None:
    dropped = drops.read(mime_of_urls("https://example.org/cat.jpg"), "")

    assert dropped.sources == ()
    (notice,) = dropped.notices
    assert "https://example.org/cat.jpg" in notice
    assert "save it and drop the file" in notice


def test_text_on_the_clipboard_is_no_image() -> None:
    mime = QMimeData()
    mime.setText("just words")

    dropped = drops.read(mime, "pasted image")

    assert not drops.accepts(mime)
    assert dropped.sources == ()
    assert len(dropped.notices) == 1


@pytest.mark.parametrize("format_", ["image/png", "image/webp", "image/tiff"])
def test_encoded_pictures_are_accepted(format_: str) -> None:
    mime = QMimeData()
    mime.setData(format_, QByteArray(PNG))

    assert drops.accepts(mime)


def test_files_and_pictures_are_accepted(qtbot: QtBot) -> None:
    image = QMimeData()
    image.setImageData(picture())

    assert drops.accepts(image)
    assert drops.accepts(mime_of_urls("file:///x.txt"))
