"""What is not what was asked for lies under a veil that says what is coming."""

from dataclasses import replace

import pytest
from desk_fakes import image, scene, without_forward
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from explorer.engine.messages import LoadModel
from explorer.window import theme
from explorer.window.scene import EngineState, Scene, Seat
from explorer.window.veil import Veil, coming

LOADING = scene().with_seat(wanted=LoadModel("torchvision:vgg19"))


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (scene(), ""),
        (LOADING, "Loading vgg19…"),
        (without_forward(), "Recording photo.png…"),
        (without_forward(images=(image(failed="no image"),)), ""),
        (without_forward(images=(image(held="the engine ended on it"),)), ""),
        (without_forward(engine=EngineState.OFF), ""),
        (scene(images=(image(), image("b", "b.png")), image="b"), "Recording b.png…"),
        (Scene(seats=(Seat(wanted=LoadModel("a")),)), ""),
        (replace(without_forward(), seats=(Seat(),)), ""),
    ],
)
def test_it_says_what_comes_in_the_place_of_what_is_shown(shown: Scene, words: str) -> None:
    assert coming(shown) == words


def test_it_covers_all_while_something_else_is_coming_and_goes_with_it(qtbot: QtBot) -> None:
    covered = QWidget()
    qtbot.addWidget(covered)
    covered.resize(300, 200)
    covered.show()
    veil = Veil(covered)
    veil.follow(LOADING, True)
    qtbot.waitUntil(veil.isVisible)
    covered.resize(500, 400)
    assert veil.size() == covered.size()
    veil.follow(scene(), True)
    assert not veil.isVisible()


def test_what_comes_at_once_needs_none(qtbot: QtBot) -> None:
    covered = QWidget()
    qtbot.addWidget(covered)
    covered.show()
    veil = Veil(covered)
    veil.follow(LOADING, True)
    veil.follow(scene(), True)
    qtbot.wait(450)
    assert not veil.isVisible()


def test_where_nothing_was_it_is_there_at_once_with_the_skeleton_of_what_comes(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.setStyleSheet("background: #ff0000")
    parts = (QWidget(page), QWidget(page), QWidget(page), QWidget(page))
    places = ((0, 40, 200, 560), (200, 0, 500, 42), (200, 80, 500, 520), (700, 0, 200, 600))
    for part, place in zip(parts, places, strict=True):
        part.setGeometry(*place)
    page.show()
    veil = Veil(page, parts)
    veil.follow(without_forward(), False)
    qtbot.wait(20)
    assert veil.isVisible()
    picture = page.grab().toImage()
    tokens = theme.current()
    grounds = [picture.pixelColor(x, y).name() for x, y in ((100, 42), (450, 2), (450, 82), (800, 2))]
    assert grounds == [tokens.surface, tokens.window, tokens.window, tokens.surface]
    assert picture.pixelColor(790, 100).name() == tokens.raised  # where the picture will be
    tabs = [picture.pixelColor(x, y).name() for x, y in ((100, 20), (450, 60))]
    assert tabs == ["#ff0000", "#ff0000"]
    veil.spares = (True, True)
    picture = page.grab().toImage()
    assert {picture.pixelColor(x, 300).name() for x in (100, 800)} == {"#ff0000"}  # what they say can be read
    assert picture.pixelColor(450, 82).name() == tokens.window


def test_it_stays_until_what_came_is_shown_as_well(qtbot: QtBot) -> None:
    covered = QWidget()
    qtbot.addWidget(covered)
    covered.show()
    veil = Veil(covered)
    veil.follow(LOADING, True)
    qtbot.waitUntil(veil.isVisible)
    veil.follow(scene(), False)
    assert veil.isVisible() and veil.text == "Loading vgg19…"
    veil.follow(scene(), True)
    assert not veil.isVisible() and veil.text == ""


@pytest.mark.parametrize(("before", "seen"), [(scene(), True), (without_forward(), False)])
def test_what_lies_below_shines_through_only_if_it_says_something(
    qtbot: QtBot, before: Scene, seen: bool
) -> None:
    covered = QLabel()
    covered.setStyleSheet("background: #ff0000")
    qtbot.addWidget(covered)
    covered.resize(300, 200)
    covered.show()
    veil = Veil(covered)
    veil.follow(replace(before, images=()), True)
    for shown in (LOADING, without_forward()):  # as dense while it records as it was while it loaded
        veil.follow(shown, False)
        qtbot.waitUntil(veil.isVisible)
        colour = covered.grab().toImage().pixelColor(5, 5)
        assert (colour.red() > colour.green() + 30) is seen
