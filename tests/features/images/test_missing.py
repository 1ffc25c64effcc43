"""What stands in the place of the lenses while an input that could not be opened is the one that is picked."""

from desk_fakes import image, scene
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from explorer.features.images import FEATURE
from explorer.features.images.missing import MissingPane
from explorer.window.desk import Desk
from explorer.window.scene import Scene


def broken() -> Scene:
    """The photo with its forward, and an input that could not be opened, which is picked."""
    return scene(
        images=(image(), image("bad", "bad.png", opened=None, failed="bad.png is cut short.")), image="bad"
    )


def fitting(now: Scene) -> list[str]:
    return [spec.id for spec in FEATURE.panes if spec.place.name == "WELCOME" and not spec.misfit(now)]


def test_it_says_why_and_tries_again_when_asked(qtbot: QtBot, desk: Desk) -> None:
    pane = MissingPane(desk)
    qtbot.addWidget(pane.widget)
    desk.put(broken())
    pane.show(desk.scene, None)
    assert pane.title.text() == "bad.png could not be opened" and pane.why.text() == "bad.png is cut short."
    again = next(it for it in pane.widget.findChildren(QPushButton) if it.text() == "Try again")
    again.click()
    assert desk.scene.image == "bad" and desk.scene.selected.failed == ""


def test_it_is_there_for_a_failed_input_only() -> None:
    assert fitting(broken()) == ["missing"]
    assert fitting(scene()) == []
    assert fitting(scene(images=(), image=None).with_seat(forward=None)) == ["welcome"]
