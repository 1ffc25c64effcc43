"""A stream in the window: newest next, nothing queues, the figures are those of what was shown; one can stop it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from desk_fakes import TOY, FakeNotices
from PySide6.QtCore import QObject
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.features.field.input_pane import InputPane
from explorer.features.live.messages import LookLive
from explorer.features.live.pace import Pace
from explorer.features.stream import FEATURE, doing
from explorer.features.stream.pane import StreamPane
from explorer.features.stream.player import Player
from explorer.features.stream.slides import SlideShow
from explorer.features.stream.source import Shot, Source
from explorer.records.images import ImageSource
from explorer.window.desk import Desk
from explorer.window.live import Live
from explorer.window.scene import Scene, Seat
from explorer.window.settings import Settings
from explorer.window.stage import Stage
from explorer.window.stream import CAMERA, Slides, Stream, clock


class FakeSource(Source):
    """Gives pictures when the test says so."""

    def __init__(self, parent: QObject, length: float = 2.0) -> None:
        super().__init__(parent)
        self.name, self.length, self.step = "clip.mp4", length, 0.04 if length else 0.0
        self.did: list[Any] = []

    def play(self) -> None:
        self.did.append("play")

    def pause(self) -> None:
        self.did.append("pause")

    def seek(self, at: float) -> None:
        self.did.append(round(at, 3))

    def close(self) -> None:
        self.did.append("close")
        self.blockSignals(True)

    def give(self, number: int) -> None:
        self.came.emit(Shot(number, number * 0.04, lambda: picture(number)))


def picture(number: int, width: int = 16) -> QImage:
    image = QImage(width, 8, QImage.Format.Format_RGB32)
    image.fill(QColor(number, number, number))
    return image


class Room:
    """A desk with a stream that the test plays by hand."""

    def __init__(self, qtbot: QtBot, link: FakeLink, notices: FakeNotices) -> None:
        self.link, self.notices, self.qtbot = link, notices, qtbot
        self.desk = Desk(link, notices, Settings(), Scene(seats=(Seat(wanted=TOY),)))
        self.sources: list[FakeSource] = []
        self.length, self.refuses = 2.0, ""
        self.input = InputPane(self.desk)
        qtbot.addWidget(self.input.widget)
        self.input.widget.show()
        self.desk.seat(self.input, lambda: True)
        self.followers = [
            Player(self.desk, self._open),
            SlideShow(self.desk),
            Pace(self.desk),
            Stage(self.desk),
        ]
        self.settle()

    def _open(self, wanted: str, parent: QObject) -> Source:
        if self.refuses:
            raise LookupError(self.refuses)
        self.sources.append(FakeSource(parent, self.length))
        return self.sources[-1]

    def settle(self) -> None:
        self.desk.settle()
        self.qtbot.waitUntil(lambda: self.desk.is_idle)

    def open(self, wanted: str = "/films/clip.mp4") -> FakeSource:
        self.desk.choose(replace(self.desk.scene.choice(Stream), wanted=wanted))
        self.settle()
        self.sources[-1].give(0)
        self.settle()
        return self.sources[-1]

    @property
    def stream(self) -> Stream:
        return self.desk.scene.choice(Stream)

    @property
    def asked(self) -> list[int]:
        """The grey of each picture that the engine was asked about."""
        looks = [it for it in self.link.sent if isinstance(it, LookLive)]
        return [int(it.edit.frame.pixels.rows[0, 0]) for it in looks if it.edit.frame is not None]


@pytest.fixture
def room(qtbot: QtBot, link: FakeLink, notices: FakeNotices) -> Iterator[Room]:
    made = Room(qtbot, link, notices)
    yield made
    made.desk.close(0.0)


def test_the_first_picture_is_an_ordinary_image_and_then_it_plays(room: Room) -> None:
    source = room.open()
    (image,) = room.desk.scene.images
    assert image.source.name == "clip.mp4" and image.source.pixels.width == 16
    assert room.stream.key == image.key == room.desk.scene.image and room.stream.length == 2.0
    assert source.did == ["play"] and room.asked == []


def test_the_newest_picture_is_asked_about_and_none_waits_behind_it(room: Room) -> None:
    source = room.open()
    for number in (1, 2, 5, 6):
        source.give(number)
    room.settle()
    assert room.asked[0] == 1 and room.asked[-1] == 6 and len(room.asked) < 4, (
        "what came meanwhile is passed over"
    )
    assert room.stream.at == pytest.approx(0.24)
    source.give(9)
    room.settle()
    assert room.asked[-1] == 9


def test_what_was_shown_and_what_was_not_adds_up(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    source = room.open()
    now = 100.0
    monkeypatch.setattr("explorer.features.stream.player.monotonic", lambda: now)
    for number in (1, 2, 3, 7):  # one every half second: 4 to 6 never came
        now += 0.5
        source.give(number)
        room.settle()
    assert room.stream.dropped == 3 and room.stream.rate == pytest.approx(2.0)


def test_play_stop_step_and_seek(room: Room) -> None:
    source = room.open()
    source.give(1)
    room.settle()
    doing.toggle(room.desk)
    room.settle()
    assert source.did[-1] == "pause" and not room.stream.playing
    doing.step(room.desk, 1)
    room.settle()
    assert source.did[-1] == 0.08
    doing.skip(room.desk, 5)
    room.settle()
    assert source.did[-1] == pytest.approx(1.96), "no further than its last picture"
    doing.toggle(room.desk)
    room.settle()
    assert "play" in source.did[-2:] and 0.0 in source.did[-2:], "at its end it begins anew"


def test_a_frozen_picture_is_an_ordinary_image_under_its_time(room: Room) -> None:
    source = room.open()
    source.give(80)
    room.settle()
    doing.freeze(room.desk)
    room.settle()
    shown = room.desk.scene.selected
    assert shown.source.name == "clip.mp4 at 00:03.2" and int(shown.source.pixels.rows[0, 0]) == 80
    assert room.desk.scene.choice(Live).frame is None and not room.stream.playing
    assert room.desk.scene.forward.key == shown.key, "and it is recorded"


def test_closing_its_image_ends_it(room: Room) -> None:
    source = room.open()
    room.desk.set(images=(), image=None)
    room.settle()
    assert source.did[-1] == "close" and not room.stream.is_open


def test_another_takes_its_place(room: Room) -> None:
    first = room.open()
    second = room.open("/films/other.mp4")
    assert first.did[-1] == "close" and second.did == ["play"] and len(room.desk.scene.images) == 2


def test_a_network_for_videos_gets_evenly_spaced_pictures_of_the_whole(room: Room) -> None:
    source = room.open()
    model = room.desk.scene.model
    room.desk.put(
        room.desk.scene.with_seat(model=replace(model, preprocess=replace(model.preprocess, frames=8)))
    )
    room.settle()
    for _ in range(8):
        source.give(round(source.did[-1] / 0.04))
        room.settle()
    (image,) = room.desk.scene.images
    pictures = [image.source.pixels, *image.source.further]
    assert [int(it.rows[0, 0]) for it in pictures] == [k * 50 // 8 for k in range(8)]
    assert (
        room.stream.key == image.key
        and "8 of the whole video" in room.stream.why_not
        and not room.stream.playing
    )


def test_a_source_that_cannot_be_opened_or_breaks_is_one_line(room: Room) -> None:
    room.refuses = "No camera found: connect one."
    doing.open_camera(room.desk)
    room.settle()
    assert room.notices.texts() == ["No camera found: connect one."] and not room.stream.is_open
    room.refuses = ""
    source = room.open(CAMERA)
    source.failed.emit("clip.mp4 broke.")
    room.settle()
    assert room.notices.texts()[-1] == "clip.mp4 broke." and source.did[-1] == "close"
    assert len(room.desk.scene.images) == 1, "what it gave stays"


def test_huge_pictures_are_made_smaller() -> None:
    made = Shot(0, 0.0, lambda: picture(1, 4000)).pixels()
    assert made is not None and made.width == 1920


def test_the_pane_says_how_fast_it_goes(qtbot: QtBot, room: Room) -> None:
    pane = StreamPane(room.desk)
    qtbot.addWidget(pane.widget)
    pane.widget.resize(600, 100)
    room.open()

    def shown(it: Stream) -> str:
        return said(pane, room.desk.scene.with_choice(it))

    assert shown(replace(room.stream, rate=12.44, dropped=18)) == "12.4 frames/s shown, 18 dropped"
    assert shown(replace(room.stream, playing=False, at=3.2, length=10.0)) == "00:03.2 of 00:10.0"
    assert doing.why_none(Scene()) and clock(83.96) == "01:24.0"


def said(pane: StreamPane, scene: Scene) -> str:
    pane.show(scene, None)
    return pane.line.whole[0]


def test_the_section_and_the_key_are_of_what_plays(room: Room) -> None:
    def told() -> tuple[list[str], str]:
        scene = room.desk.scene
        return [it.title for it in FEATURE.panes if not it.misfit(scene)], doing.playing(scene)

    room.desk.put(room.desk.scene.with_inputs(*(ImageSource(it, data=b"x") for it in "ab")))
    room.settle()
    assert told() == ([], "Play the slides")
    doing.toggle(room.desk)
    room.settle()
    assert told() == (["Slides"], "Stop the slides")
    room.open()
    assert told()[0] == ["Video"]


def test_slides_go_round_and_another_hand_ends_them(qtbot: QtBot, room: Room, monkeypatch: Any) -> None:
    room.desk.put(room.desk.scene.with_inputs(*(ImageSource(it, data=b"x") for it in "ab")))
    room.settle()
    first, second = (it.key for it in room.desk.scene.images)
    show = room.followers[1]
    show._timer.setInterval(20)
    doing.toggle_slides(room.desk)
    qtbot.waitUntil(lambda: room.desk.scene.image == second)
    qtbot.waitUntil(lambda: room.desk.scene.image == first)
    show._timer.setInterval(60_000)
    doing.toggle(room.desk)  # Shift+Space
    room.settle()
    assert not room.desk.scene.choice(Slides).on
    doing.toggle(room.desk)
    room.settle()
    assert room.desk.scene.choice(Slides).on
    room.desk.set(image=next(it for it in (first, second) if it != room.desk.scene.image))
    room.settle()
    assert not room.desk.scene.choice(Slides).on
