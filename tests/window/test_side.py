"""What stands at the right of the real window: seen at once, and where it was when more comes."""

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QScrollArea, QWidget
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.features import features
from explorer.records.images import ImageSource
from explorer.window.app import assemble
from explorer.window.frame import MainWindow
from explorer.window.start import Start

_CARD = 160  # pixels of its title, its paper and three lines of its idea


def open_photos(qtbot: QtBot, window: MainWindow, *names: str) -> None:
    sources = [ImageSource(f"{name}.png", path=f"/photos/{name}.png") for name in names]
    window.desk.put(window.desk.scene.with_inputs(*sources))
    settle(qtbot, window)


def settle(qtbot: QtBot, window: MainWindow) -> None:
    window.desk.refresh()
    qtbot.waitUntil(lambda: window.desk.is_idle)
    qtbot.wait(20)


def room_below(window: MainWindow, top_of: str = "", end_of: str = "") -> int:
    """Return the pixels between the top or the end of a part of the side and the lower end of what is in sight."""
    part = window.findChild(QWidget, top_of or end_of)
    sight = window.findChild(QScrollArea, "sides").viewport()
    place = part.mapTo(sight, QPoint(0, 0 if top_of else part.height()))
    return sight.height() - place.y()


@pytest.mark.parametrize("size", [(1370, 850), (1440, 900), (1920, 1080)])
def test_answer_and_the_first_lines_of_the_card_are_seen_at_once(
    qtbot: QtBot, window: MainWindow, size: tuple[int, int]
) -> None:
    window.resize(*size)
    open_photos(qtbot, window, "cat", "dog")
    assert room_below(window, top_of="cardPane") >= _CARD


def test_in_the_smallest_window_the_whole_answer_is_seen(qtbot: QtBot, window: MainWindow) -> None:
    window.resize(960, 600)
    open_photos(qtbot, window, "cat", "dog")
    assert room_below(window, end_of="answerPane") >= 0
    assert window.findChild(QWidget, "inputPane").height() > 136


@pytest.mark.parametrize("size", [(1370, 850), (1440, 900)])
def test_changes_are_seen_beside_the_answer_and_the_photo_stays_as_large(
    qtbot: QtBot, window: MainWindow, size: tuple[int, int]
) -> None:
    window.resize(*size)
    open_photos(qtbot, window, "cat", "dog")
    photo = window.findChild(QWidget, "inputView").canvas
    before = photo.height()
    window.findChild(QAction, "tryChanges").trigger()
    settle(qtbot, window)
    assert window.findChild(QWidget, "livePane").isVisible() and photo.height() == before
    assert room_below(window, end_of="livePane") >= 0


def test_nothing_of_the_changes_is_cut_at_the_right_in_the_smallest_window(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.resize(960, 600)
    open_photos(qtbot, window, "cat")
    window.findChild(QAction, "tryChanges").trigger()
    settle(qtbot, window)
    sides = window.findChild(QScrollArea, "sides")
    qtbot.waitUntil(lambda: sides.widget().width() <= sides.viewport().width())  # the layout takes a turn


def test_in_the_smallest_window_the_middle_has_half_of_the_page_and_all_lenses_stand_in_their_row(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.resize(960, 600)
    open_photos(qtbot, window, "cat")
    row = window.explore.lenses.bar
    assert row.width() >= window.explore.width() // 2 - 16
    assert row.tabRect(row.count() - 1).right() <= row.width()


def test_an_empty_window_says_once_what_to_do(qtbot: QtBot, window: MainWindow) -> None:
    settle(qtbot, window)
    view, answer = (window.findChild(QWidget, name) for name in ("layerTree", "predictionView"))
    photo = window.findChild(QWidget, "inputView").canvas
    said = (view.hint, answer.hint, photo._message)
    assert all(said) and not any("image" in it for it in said)


class _Places(QObject):
    """Notes where the strip of inputs stands whenever the window is painted."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window, self.seen = window, list[int]()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        strip = self.window.findChild(QWidget, "imageStrip") if event.type() == QEvent.Type.Paint else None
        if watched is self.window and strip is not None and strip.isVisible():
            self.seen.append(strip.mapTo(self.window, QPoint(0, 0)).y())
        return False


@pytest.mark.parametrize("size", [(1370, 850), (1020, 650)])
def test_from_the_first_picture_on_nothing_at_the_side_moves(
    qtbot: QtBot, link: FakeLink, size: tuple[int, int]
) -> None:
    window = assemble(Start("zoo:toy", ("/photos/cat.png",)), features(), link)
    qtbot.addWidget(window)
    window.resize(*size)
    places = _Places(window)
    window.installEventFilter(places)
    window.show()
    qtbot.waitUntil(lambda: window.desk.is_idle and window.findChild(QWidget, "cardPane").pane is not None)
    qtbot.wait(100)
    window.update()
    qtbot.wait(20)
    assert places.seen and len(set(places.seen)) == 1
