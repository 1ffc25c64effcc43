"""What a drop or a paste holds, and what is promised of it."""

import base64
import gc
import os
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QMimeData, QUrl
from PySide6.QtGui import QColor, QImage

from explorer.imaging import decode_pixels, read
from explorer.window import drops

PNG = b"\x89PNG not really"
ODD_NAMES = (
    "a cat.png",
    "'quoted' \"twice\".png",
    "two\nlines.png",
    "50%20off 100%.png",
    "größe 大きさ.png",
    "#hash?.png",
    os.fsdecode(b"latin \xe9\xff.png"),
)


@pytest.fixture(autouse=True)
def application(qapp: object) -> None:
    """QMimeData with an image needs an application."""


@pytest.fixture(params=ODD_NAMES, ids=ascii)
def odd(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A file with a name that a file system allows."""
    return made(tmp_path, request.param)


def made(folder: Path, *names: str) -> str:
    """Make empty files in a folder; return the path of the last."""
    path = ""
    for name in names:
        path = f"{folder}/{name}"
        with open(path, "wb"):  # noqa: PTH123 - a name may be no text
            pass
    return path


def files(*paths: Path | str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def with_data(format_: str, data: bytes) -> QMimeData:
    mime = QMimeData()
    mime.setData(format_, QByteArray(data))
    return mime


def address(path: str) -> bytes:
    return b"file://" + quoted(os.fsencode(path))


def quoted(path: bytes) -> bytes:
    kept = b"/abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
    return b"".join(bytes([byte]) if byte in kept else b"%%%02X" % byte for byte in path)


def addresses(*urls: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl(url) for url in urls])
    return mime


def picture() -> QImage:
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    image.fill(QColor("#102030"))
    return image


def paths_of(mime: QMimeData) -> list[str | None]:
    return [source.path for source in drops.read(mime, "").sources]


# ---- files ----


def test_files_become_sources_under_their_own_names(tmp_path: Path) -> None:
    cat = made(tmp_path, "a cat.png")
    (source,) = drops.read(files(cat), "dropped image").sources
    assert (source.name, source.path, source.data) == ("a cat.png", cat, None)


def test_a_list_of_addresses_as_a_file_manager_writes_it(tmp_path: Path) -> None:
    two = [made(tmp_path, "one two.jpg"), made(tmp_path, "x.png")]
    written = b"# a remark\r\n" + b"\r\n".join(map(address, two)) + b"\r\n"
    assert paths_of(with_data("text/uri-list", written)) == two


def test_every_name_of_a_file_works_as_an_address(odd: str) -> None:
    assert paths_of(with_data("text/uri-list", address(odd) + b"\r\n")) == [odd]
    assert paths_of(with_data("text/plain", address(odd))) == [odd]


def test_every_name_of_a_file_works_as_plain_text(odd: str) -> None:
    for text in (os.fsencode(odd), os.fsencode(odd) + b"\n"):
        mime = with_data("text/plain", text)
        assert drops.promise(mime) == "Drop to classify"
        assert paths_of(mime) == [odd]


def test_a_name_is_shown_in_one_line_of_text(odd: str) -> None:
    (source,) = drops.sort((odd,)).sources
    assert source.name.isprintable() and source.name.endswith(".png")
    source.name.encode()  # as every label and every file of settings will


def test_an_address_that_a_program_did_not_encode(tmp_path: Path) -> None:
    plain = made(tmp_path, "b%20c.png")
    assert paths_of(with_data("text/uri-list", f"file://{plain}\r\n".encode())) == [plain]
    assert paths_of(with_data("text/plain", f"file://{plain}".encode())) == [plain]


@pytest.mark.parametrize("quote", ["'{}'", '"{}"', "file://localhost{}", "  {}  "])
def test_a_path_as_other_programs_write_it(tmp_path: Path, quote: str) -> None:
    cat = made(tmp_path, "cat.png")
    assert paths_of(with_data("text/plain", quote.format(cat).encode())) == [cat]


def test_several_paths_in_plain_text(tmp_path: Path) -> None:
    two = [made(tmp_path, "a b.png"), made(tmp_path, "c.png")]
    assert paths_of(with_data("text/plain", "\n".join(two).encode())) == two
    assert paths_of(with_data("text/plain", f"'{two[0]}' '{two[1]}'".encode())) == two


def test_the_home_folder_may_be_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    cat = made(tmp_path, "cat.png")
    assert paths_of(with_data("text/plain", b"~/cat.png")) == [cat]


def test_a_file_that_is_gone_is_said_by_its_name(tmp_path: Path) -> None:
    for mime in (files(tmp_path / "gone.png"), with_data("text/plain", f"{tmp_path}/gone.png".encode())):
        dropped = drops.read(mime, "")
        assert dropped.sources == () and drops.promise(mime) == ""
        assert dropped.notices == ("gone.png is not there (any more): check its name and try again.",)


def test_what_is_there_is_opened_and_what_is_gone_is_said(tmp_path: Path) -> None:
    dropped = drops.read(files(made(tmp_path, "a.png"), tmp_path / "gone.png"), "")
    assert len(dropped.sources) == 1 and "gone.png" in dropped.notices[0]


def test_a_file_on_another_computer_is_not_fetched() -> None:
    mime = with_data("text/uri-list", b"file://elsewhere.example/share/cat.png\r\n")
    assert drops.promise(mime) == "" and "nothing is fetched" in drops.read(mime, "").notices[0]


def test_a_name_that_tells_nothing_is_tried(tmp_path: Path) -> None:
    for name in ("picture", "picture.xyz", "photo.jp2"):
        mime = files(made(tmp_path, name))
        assert drops.promise(mime) == "Drop to try this file as an image"
        assert len(drops.read(mime, "").sources) == 1


@pytest.mark.parametrize(
    ("name", "head", "is_video"),
    [
        ("film.mp4", b"", True),
        ("FILM.MKV", b"", True),
        ("film", b"\0\0\0\x18ftypisom", True),
        ("film", b"\x1a\x45\xdf\xa3", True),
        ("film.part", b"RIFF\0\0\0\0AVI LIST", True),
        ("photo", b"\0\0\0\x18ftypheic", False),
        ("photo", b"RIFF\0\0\0\0WEBP", False),
    ],
)
def test_a_video_is_told_by_its_name_or_its_first_bytes(
    tmp_path: Path, name: str, head: bytes, is_video: bool
) -> None:
    (tmp_path / name).write_bytes(head)
    found = drops.sort((str(tmp_path / name),))
    assert (len(found.videos), len(found.sources)) == ((1, 0) if is_video else (0, 1)) and not found.notices


@pytest.mark.parametrize("name", ["notes.doc", "paper.pdf", "all.zip"])
def test_nothing_is_promised_of_what_is_no_image(tmp_path: Path, name: str) -> None:
    mime = files(made(tmp_path, name))
    assert drops.promise(mime) == ""
    assert (
        f"{name} is neither an image nor a network nor weights nor class names"
        in drops.read(mime, "").notices[0]
    )


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert drops.promise(files(tmp_path / "pipe.png")) == ""


def test_networks_and_weights_are_told_from_images(tmp_path: Path) -> None:
    net, weights = made(tmp_path, "net.py"), made(tmp_path, "best.safetensors")
    dropped = drops.read(files(net, weights, made(tmp_path, "a.PNG")), "")
    assert (dropped.networks, dropped.weights) == ((net,), (weights,)) and len(dropped.sources) == 1
    assert dropped.notices == ("One file is loaded at a time: net.py; load the others after it.",)


@pytest.mark.parametrize(
    ("names", "promised"),
    [
        (("a.png",), "Drop to classify"),
        (("a.png", "b.jpg", "c.tiff"), "Drop to open 3 images"),
        (("folder",), "Drop to open the images of this folder"),
        (("folder", "other"), "Drop to open the images of these folders"),
        (("folder", "a.png"), "Drop to open 1 image and the images of this folder"),
        (("net.py",), "Drop to load a network"),
        (("w.pth",), "Drop to load weights"),
        (("w.bin", "net.py"), "Drop to load a network"),
        (("a.png", "net.py"), "Drop to classify and load a network"),
        (("a.txt",), "Drop to take the names of classes"),
        (("a.png", "names.json"), "Drop to classify and take the names of classes"),
    ],
)
def test_what_is_promised(tmp_path: Path, names: tuple[str, ...], promised: str) -> None:
    for name in names:
        if "." in name:
            made(tmp_path, name)
        else:
            (tmp_path / name).mkdir()
    assert drops.promise(files(*(tmp_path / name for name in names))) == promised


def test_no_file_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mime = files(made(tmp_path, "a.png"), made(tmp_path, "net.py"), tmp_path)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a file was opened")

    for name in ("open", "listdir", "scandir"):
        monkeypatch.setattr(os, name, refuse)
    monkeypatch.setattr("builtins.open", refuse)
    assert drops.promise(mime) and drops.read(mime, "").folders == (str(tmp_path),)


# ---- pictures ----


def test_encoded_bytes_are_passed_on_as_they_are() -> None:
    mime = with_data("image/jpeg", b"jpeg bytes")
    mime.setData("image/png", QByteArray(PNG))
    (source,) = drops.read(mime, "pasted image").sources
    assert (source.name, source.path, source.data) == ("pasted image", None, PNG)


def test_a_browsers_picture_is_taken_before_its_address() -> None:
    mime = addresses("https://example.org/pictures/cat.jpg")
    mime.setImageData(picture())
    (source,) = drops.read(mime, "dropped image").sources
    assert source.name == "cat.jpg" and source.pixels is not None
    assert decode_pixels(source.pixels, "it").pixels[0, 0].tolist() == [0x10, 0x20, 0x30]


def test_a_file_is_taken_before_the_icon_that_comes_with_it(tmp_path: Path) -> None:
    cat = made(tmp_path, "x.png")
    mime = files(cat)
    mime.setImageData(picture())
    assert paths_of(mime) == [cat]


def test_a_picture_inside_its_address() -> None:
    address = "data:image/png;base64," + base64.b64encode(PNG).decode()
    for mime in (addresses(address), with_data("text/plain", address.encode())):
        (source,) = drops.read(mime, "dropped image").sources
        assert (source.name, source.address) == ("dropped image", address)
        assert read(source) == PNG
        assert drops.promise(mime) == "Drop to classify"


FORMATS = [
    kind for kind in QImage.Format if kind not in (QImage.Format.Format_Invalid, QImage.Format.NImageFormats)
]


@pytest.mark.parametrize("kind", FORMATS, ids=[kind.name for kind in FORMATS])
def test_pixels_of_any_kind_are_those_that_qt_shows(kind: QImage.Format) -> None:
    image = QImage(5, 3, QImage.Format.Format_ARGB32)  # of RGB its rows end in bytes that are none
    for x in range(5):
        for y in range(3):
            image.setPixelColor(x, y, QColor(40 * x, 60 * y, 200, 255 if x < 3 else 128))
    mime = QMimeData()
    mime.setImageData(image.convertToFormat(kind))
    (source,) = drops.read(mime, "it").sources
    del mime, image
    gc.collect()
    assert source.pixels is not None
    found = decode_pixels(source.pixels, "it").pixels
    image = QImage(5, 3, QImage.Format.Format_ARGB32)
    for x in range(5):
        for y in range(3):
            image.setPixelColor(x, y, QColor(40 * x, 60 * y, 200, 255 if x < 3 else 128))
    shown = image.convertToFormat(kind).convertToFormat(QImage.Format.Format_RGBA8888)
    for x in range(5):
        for y in range(3):
            colour = shown.pixelColor(x, y)
            share = colour.alpha() / 255
            expected = [c * share + 255 * (1 - share) for c in (colour.red(), colour.green(), colour.blue())]
            assert np.abs(found[y, x] - expected).max() <= 1.5


@pytest.mark.parametrize("length", [1_000_000, 4_000_000])
@pytest.mark.parametrize("format_", ["text/uri-list", "text/plain"])
@pytest.mark.parametrize(
    "piece",
    [b"a", b"a'b ", b"/x", b"http://x/", b"file:///", b"data:image/png;base64,", b"/a/b\n", b'~/"', b"%20"],
)
def test_whatever_is_long_does_not_hold_the_window_up(piece: bytes, format_: str, length: int) -> None:
    mime = with_data(format_, piece * (length // len(piece)))
    start = time.thread_time()  # what others compute meanwhile does not count
    drops.promise(mime)
    dropped = drops.read(mime, "it")
    assert time.thread_time() - start < 1  # of half a second for each of the two
    assert all(len(notice) < 500 for notice in dropped.notices)


def test_a_picture_of_100_megapixels_is_not_copied() -> None:
    image = QImage(10_000, 10_000, QImage.Format.Format_RGB32)
    mime = QMimeData()
    mime.setImageData(image)
    (source,) = drops.read(mime, "it").sources
    assert source.pixels is not None and source.pixels.rows.nbytes == 400_000_000
    assert np.shares_memory(source.pixels.rows, np.frombuffer(image.constBits(), np.uint8))


@pytest.mark.parametrize("format_", ["image/png", "image/webp", "image/tiff"])
def test_encoded_pictures_are_accepted(format_: str) -> None:
    assert drops.promise(with_data(format_, PNG)) == "Drop to classify"


def test_a_picture_in_memory_is_accepted() -> None:
    image = QMimeData()
    image.setImageData(picture())
    assert drops.promise(image) == "Drop to classify"


# ---- what is neither ----


@pytest.mark.parametrize("as_text", [True, False])
def test_an_address_without_a_picture_says_what_to_do(as_text: bool) -> None:
    url = "https://example.org/cat.jpg"
    mime = with_data("text/plain", url.encode()) if as_text else addresses(url)
    dropped = drops.read(mime, "")
    (notice,) = dropped.notices
    assert dropped.sources == () and drops.promise(mime) == ""
    assert url in notice and "nothing is fetched" in notice and "save it and drop the file" in notice


def test_text_that_names_no_file_is_handed_on() -> None:
    mime = QMimeData()
    mime.setText("just words\nin lines")
    dropped = drops.read(mime, "pasted image")
    assert drops.promise(mime) == "" and dropped.sources == ()
    assert dropped.text == "just words\nin lines" and "“just words” names no file" in dropped.notices[0]


def test_an_empty_clipboard_says_so() -> None:
    (notice,) = drops.read(QMimeData(), "pasted image").notices
    assert notice == "There is no image and no file on the clipboard; copy one, then paste again."


@pytest.mark.parametrize(
    "name",
    ["w.ckpt", "w.pkl", "best.pth.tar", "model.safetensors.index.json", "w.h5", "w.onnx", "w.npz", "w.PT2"],
)
def test_files_of_weights_go_to_the_engine_which_knows_what_they_are(tmp_path: Path, name: str) -> None:
    path = made(tmp_path, name)
    assert drops.sort((path,)).weights == (path,)


def test_a_folder_with_a_network_is_a_network(tmp_path: Path) -> None:
    assert drops.sort((str(tmp_path),)).folders == (str(tmp_path),)
    made(tmp_path, "config.json")
    assert drops.sort((str(tmp_path),)).folders == (str(tmp_path),)
    made(tmp_path, "model.safetensors")
    assert drops.sort((str(tmp_path),)).networks == (str(tmp_path),)
