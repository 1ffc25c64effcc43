"""The empty window says how to begin."""

import pytest
from desk_fakes import scene, with_reader
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from explorer.features.images.welcome import WelcomePane
from explorer.records.samples import samples
from explorer.window.desk import Desk


@pytest.fixture
def pane(qtbot: QtBot, desk: Desk) -> WelcomePane:
    for id_, text in (("openImages", "Open images…"), ("enterWord", "Type a word…")):
        desk.action(id_).setText(text)
    desk.put(scene(images=(), image=None).with_seat(forward=None))
    pane = WelcomePane(desk)
    qtbot.addWidget(pane.widget)
    pane.widget.show()
    pane.show(desk.scene, None)
    return pane


def texts(pane: WelcomePane, kind: type[QWidget]) -> list[str]:
    return [it.text() for it in pane.widget.findChildren(kind) if it.isVisible()]  # type: ignore[attr-defined]


def test_a_sample_is_one_click_away(pane: WelcomePane, desk: Desk) -> None:
    first = samples()[0]
    button = pane.widget.findChild(QToolButton, f"sample-{first.path.stem}")
    assert first.credit in button.toolTip() and button.accessibleName()
    button.click()
    assert [it.source.path for it in desk.scene.images] == [str(first.path)]


def test_the_samples_get_their_pictures(qtbot: QtBot, pane: WelcomePane) -> None:
    button = pane.widget.findChild(QToolButton, f"sample-{samples()[0].path.stem}")

    def is_painted() -> bool:
        image = button.icon().pixmap(132, 92).toImage()
        return image.pixelColor(66, 46).alpha() == 255

    qtbot.waitUntil(is_painted)


def test_the_button_does_what_the_action_does(qtbot: QtBot, pane: WelcomePane, desk: Desk) -> None:
    (button,) = [it for it in pane.widget.findChildren(QPushButton) if it.isVisible()]
    assert button.text() == "Open images…"
    with qtbot.waitSignal(desk.action("openImages").triggered):
        button.click()


def test_a_network_that_reads_words_is_given_one(qtbot: QtBot, pane: WelcomePane, desk: Desk) -> None:
    pane.show(with_reader(desk.scene), None)
    assert texts(pane, QPushButton) == ["Type a word…"] and texts(pane, QToolButton) == []
    assert not any("image" in text for text in texts(pane, QLabel))
    with qtbot.waitSignal(desk.action("enterWord").triggered):
        next(it for it in pane.widget.findChildren(QPushButton) if it.isVisible()).click()
    pane.show(desk.scene, None)
    assert "Drop an image here" in texts(pane, QLabel) and texts(pane, QPushButton) == ["Open images…"]


def test_in_a_narrow_window_the_samples_stand_in_two_rows_and_none_is_cut(pane: WelcomePane) -> None:
    rows = {}
    for width in (440, 800):
        pane.widget.resize(width, 520)
        QApplication.processEvents()
        buttons = [it for it in pane.widget.findChildren(QToolButton) if it.isVisible()]
        places = [it.mapTo(pane.widget, it.rect().topLeft()) for it in buttons]
        assert len(buttons) == len(samples()) and min(place.x() for place in places) >= 0
        assert max(place.x() + it.width() for place, it in zip(places, buttons, strict=True)) <= width
        rows[width] = len({place.y() for place in places})
    assert rows == {440: 2, 800: 1}
