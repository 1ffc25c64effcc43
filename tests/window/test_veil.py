"""What is not what was asked for lies under a veil that says what is coming."""

from dataclasses import replace

import pytest
from desk_fakes import image, scene, without_forward
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from explorer.engine.messages import LoadModel
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
    veil.follow(LOADING)
    qtbot.waitUntil(veil.isVisible)
    covered.resize(500, 400)
    assert veil.size() == covered.size()
    veil.follow(scene())
    assert not veil.isVisible()


def test_what_comes_at_once_needs_none(qtbot: QtBot) -> None:
    covered = QWidget()
    qtbot.addWidget(covered)
    covered.show()
    veil = Veil(covered)
    veil.follow(LOADING)
    veil.follow(scene())
    qtbot.wait(250)
    assert not veil.isVisible()
