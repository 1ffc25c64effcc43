"""The real decoder: a video that the test writes, whose pictures each have one grey, is the oracle."""

import zlib
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from avi_writer import avi, grey, greys
from mp4_writer import write_mp4
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from explorer.features.stream.clip import Clip
from explorer.features.stream.opening import open_source
from explorer.features.stream.source import Shot, Source
from explorer.records.images import RawPixels
from explorer.window.stream import CAMERA

COUNT = 50
Opens = Callable[[bytes], Source]


@pytest.fixture
def opens(qtbot: QtBot) -> Iterator[Callable[[Path], Source]]:
    parent, sources = QObject(), []

    def open_(path: Path) -> Source:
        sources.append(open_source(str(path), parent))
        return sources[-1]

    yield open_
    for source in sources:
        source.close()


@pytest.fixture
def opened(opens: Callable[[Path], Source], tmp_path: Path) -> Opens:
    def open_(content: bytes) -> Source:
        path = tmp_path / "clip.avi"
        path.write_bytes(content)
        return opens(path)

    return open_


@pytest.fixture(params=["Motion JPEG in AVI", "MPEG-4 in MP4"])
def video(
    request: pytest.FixtureRequest, qtbot: QtBot, opens: Callable[[Path], Source], tmp_path: Path
) -> Source:
    """A video of greys: of pictures that are each whole, or of what changes from picture to picture."""
    if request.param.endswith("AVI"):
        path = tmp_path / "clip.avi"
        path.write_bytes(avi(greys(COUNT)))
    else:
        path = tmp_path / "clip.mp4"
        write_mp4(qtbot, path, greys(COUNT))
    return opens(path)


def value(pixels: RawPixels) -> int:
    return int(pixels.rows[10, 40])


def test_each_picture_is_found_at_its_time(qtbot: QtBot, video: Source) -> None:
    shots: list[Shot] = []
    video.came.connect(shots.append)
    qtbot.waitUntil(lambda: bool(shots), timeout=20_000)
    assert shots[0].number == 0 and video.length == pytest.approx(2.0) and video.step == pytest.approx(0.04)
    for number in (10, 11, COUNT - 1, 0, 37):
        shots.clear()
        video.seek(number * video.step)
        qtbot.waitUntil(lambda: bool(shots), timeout=20_000)
        assert shots[-1].number == number
        assert abs(value(shots[-1].pixels()) - grey(number, COUNT)) <= 2


def test_a_picture_of_an_mp4_is_what_was_written(
    qtbot: QtBot, opens: Callable[[Path], Source], tmp_path: Path
) -> None:
    y, x = np.mgrid[:48, :64]
    pictures = [np.dstack([4 * x, 5 * y, (4 * x + 8 * k) % 256]).astype(np.uint8) for k in range(12)]
    write_mp4(qtbot, tmp_path / "clip.mp4", pictures)
    source, shots = opens(tmp_path / "clip.mp4"), []
    source.came.connect(shots.append)
    qtbot.waitUntil(lambda: bool(shots), timeout=20_000)
    for number in (3, 8, 11):
        shots.clear()
        source.seek(number * source.step)
        qtbot.waitUntil(lambda: bool(shots), timeout=20_000)
        rows = shots[-1].pixels().rows.reshape(48, -1, 4)[:, :64, :3].astype(int)
        off = [np.abs(rows - it).mean() for it in pictures]
        assert np.argmin(off) == number and off[number] < 4  # of 255: colours are kept at half the size


def test_it_plays_to_its_end(qtbot: QtBot, opened: Opens) -> None:
    source = opened(avi(greys(15)))
    shots: list[Shot] = []
    source.came.connect(shots.append)
    with qtbot.waitSignal(source.ended, timeout=20_000):
        source.play()
    numbers = [it.number for it in shots]
    assert numbers == sorted(numbers) and len(set(numbers)) > 5


def test_a_clip_is_evenly_spaced(qtbot: QtBot, video: Source) -> None:
    with qtbot.waitSignal(video.came, timeout=20_000):
        pass
    taken: list[tuple[RawPixels, ...]] = []
    clip = Clip(video, 8, lambda done, total: None, taken.append)
    video.came.connect(clip.take)
    qtbot.waitUntil(lambda: bool(taken), timeout=30_000)
    expected = [grey(k * COUNT // 8, COUNT) for k in range(8)]
    assert all(abs(value(it) - right) <= 2 for it, right in zip(taken[0], expected, strict=True))


@pytest.mark.parametrize("content", [b"", b"no video", b"\0\0\0\x18ftypisom" + b"x" * 5000])
def test_what_is_no_video_is_one_line(qtbot: QtBot, opened: Opens, content: bytes) -> None:
    source = opened(content)
    with qtbot.waitSignal(source.failed, timeout=20_000) as failed:
        pass
    line = failed.args[0]
    assert (
        line.startswith("clip.avi cannot be read as a video (") and "\n" not in line and "convert it" in line
    )


_AV1 = (
    "eNqNU1FLAkEQnjsVTITCfPBBycAerbsjguhF6MWHAgnqIQJZ3T08vPWOu/Ugn9L3XoR+Q/RUP6If0M/oX9jsneZqGQ03OzO7M9/O"
    "zswBQNUW974TehxABylJZJgoLe4fmwCQtQPGUJ5ySkQuh5r+OntsG1lrewfeJplidYxO8PQxsgqGnt6qTc9KEgpp73IAkMpwz4vQ"
    "cnnUo7BCqU9cWqCB/JakrXqt2w34k/Bq/UgEpI/6nejHd6Z+QWv9iPzPvY3vBGqMihBlmbmhUCJay1jtmVOHoFLldP3tFnIart9j"
    "o96jbrA4iRzKVM8btL0mGVCXSR/tijsDG5VixGNQNc0aTc7KNGC2klR+GLjVRNcKoei4qE9DEVLFZyI7v6EU8tENaKJsbvRYp9Js"
    "JlcSmedjyMNidh7aOC6YfUcE87Lt1hKGUijiki7w9fkgFTFTdV9yGfe6a3u6cjZaHQmoSJwEq+spcQZyZ0iFbNMtZ7GUtK+2BNsY"
    "EN931efVnaTvBy/Ck4AV/D/IojAXJLJPrEMTP8P6Apg9Zso="
)
"""An MP4 of two grey pictures of 64×64 pixels in AV1, by SVT-AV1; packed."""


def test_of_a_video_without_a_decoder_it_is_said_how_it_is_coded(qtbot: QtBot, opened: Opens) -> None:
    source = opened(zlib.decompress(b64decode(_AV1)))
    shots: list[Shot] = []
    told: list[str] = []
    source.came.connect(shots.append)
    source.failed.connect(told.append)
    qtbot.waitUntil(lambda: bool(shots or told), timeout=8000)
    assert not told or "(its pictures, in AV1, could not be decoded): convert it to MP4 with H.264" in told[0]
    assert not shots or abs(value(shots[0].pixels()) - 100) <= 2, "this machine has a decoder"


def test_without_a_camera_it_says_so(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    from PySide6.QtMultimedia import QCameraDevice

    from explorer.features.stream import media

    monkeypatch.setattr(media.QMediaDevices, "defaultVideoInput", staticmethod(QCameraDevice))
    with pytest.raises(LookupError, match="No camera found: connect one"):
        open_source(CAMERA, QObject())
