"""Where images come from: files, bytes, addresses and pixels, or what cannot be read, in one line."""

import os
from pathlib import Path

import numpy as np
import pytest

from explorer.imaging import ImageError, decode_pixels, read
from explorer.records.images import ImageSource, RawPixels


def test_a_file_is_read_once_and_given_bytes_are_returned_as_they_are(tmp_path: Path):
    path = tmp_path / "photo.png"
    path.write_bytes(b"abc")
    assert read(ImageSource("photo.png", path=str(path))) == b"abc"
    pasted = b"xyz"
    assert read(ImageSource("pasted image", data=pasted)) is pasted


def _missing(folder: Path) -> Path:
    return folder / "gone.png"


def _folder(folder: Path) -> Path:
    return folder


def _empty(folder: Path) -> Path:
    path = folder / "empty.png"
    path.touch()
    return path


def _huge(folder: Path) -> Path:
    path = folder / "huge.png"
    with path.open("wb") as file:
        file.truncate(256_000_001)  # a hole: takes no space on disk
    return path


def _pipe(folder: Path) -> Path:
    path = folder / "pipe.png"
    os.mkfifo(path)
    return path


def _nul(folder: Path) -> Path:
    return folder / "a\0b.png"


def _long(folder: Path) -> Path:
    return folder / ("x" * 5000)


def _below_a_file(folder: Path) -> Path:
    return _empty(folder) / "photo.png"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_missing, ["not there", "open it again"]),
        (_folder, ["is a folder", "choose an image file"]),
        (_empty, ["empty", "download it again"]),
        (_huge, ["too large", "256 MB", "smaller"]),
        (_pipe, ["pipe", "choose an image file"]),
        (_nul, ["cannot be read", "choose another"]),
        (_long, ["cannot be read", "choose another"]),
        (_below_a_file, ["cannot be read", "choose another"]),
    ],
)
def test_a_file_that_cannot_be_read_gives_one_line(tmp_path: Path, make, words):
    with pytest.raises(ImageError) as raised:
        read(ImageSource("shown name", path=str(make(tmp_path))))
    line = str(raised.value)
    assert line.startswith("shown name ")
    assert "\n" not in line
    for word in words:
        assert word in line


def test_a_file_without_permission_gives_one_line(tmp_path: Path, monkeypatch):
    """The administrator may read everything, so the refusal is played."""
    path = tmp_path / "private.png"
    path.write_bytes(b"abc")

    def refuse(self: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ImageError, match=r"private\.png may not be read by you: change its permissions"):
        read(ImageSource("private.png", path=str(path)))


@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("data:image/png;base64,aGVsbG8=", b"hello"),
        (
            "data:image/png;base64,aGVs%0AbG8%3D",
            b"hello",
        ),  # with a line break, and all that is special escaped
        ("data:image/png;base64,aGVsbG8", b"hello"),  # without its end
        ("data:image/svg+xml,%3Csvg/%3E", b"<svg/>"),
    ],
)
def test_an_address_that_carries_a_picture_is_read(address: str, data: bytes):
    assert read(ImageSource("dropped image", address=address)) == data


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (
            "data:image/png;base64,a",
            "dropped image is damaged: its address is no base64; save the image and open that",
        ),
        ("data:image/png;base64,", "dropped image is empty (0 bytes): save or download it again"),
        ("data:image/png", "dropped image is empty (0 bytes): save or download it again"),
    ],
)
def test_an_address_that_carries_nothing_gives_one_line(address: str, said: str):
    with pytest.raises(ImageError) as raised:
        read(ImageSource("dropped image", address=address))
    assert str(raised.value) == said


def test_pixels_of_too_many_megapixels_are_refused():
    rows = np.broadcast_to(np.uint8(0), (10_001, 40_000))
    with pytest.raises(ImageError, match="10000×10001 pixels, the limit is 100 megapixels"):
        decode_pixels(RawPixels(rows, 10_000, "RGB", "BGRX"), "pasted image")


def test_a_source_of_nothing_is_a_fault_of_the_caller():
    with pytest.raises(ValueError, match="path, data or an address"):
        read(ImageSource("nothing"))
