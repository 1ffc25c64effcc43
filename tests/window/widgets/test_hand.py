"""The hand on the picture: what mouse, wheel and keys make of the changes that are tried."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.records.edits import Edit, Patch
from explorer.window.live import Live, Tool
from explorer.window.widgets.canvas import ImageCanvas
from explorer.window.widgets.hand import Hand


class Held:
    """A canvas of 400 × 200 points with a picture of 40 × 20 pixels, and what is tried on it."""

    def __init__(self, qtbot: QtBot, live: Live) -> None:
        self.live, self.qtbot, self.changes = live, qtbot, 0
        self.canvas = ImageCanvas()
        qtbot.addWidget(self.canvas)
        self.canvas.resize(400, 200)
        self.canvas.set_picture(np.zeros((20, 40, 3), np.uint8))
        self.canvas.show()
        self.clicked: list[tuple[int, int]] = []
        self.canvas.clicked.connect(lambda y, x: self.clicked.append((y, x)))
        self.hand = Hand(self.canvas, lambda: self.live, self.choose)

    def choose(self, live: Live) -> None:
        self.live = live
        self.changes += 1

    @property
    def middle(self) -> tuple[float, float] | None:
        patch = self.live.edit.patch
        return None if patch is None else (round(patch.y, 6), round(patch.x, 6))

    def drag(self, *places: tuple[int, int]) -> None:
        left, first = Qt.MouseButton.LeftButton, QPoint(*places[0])
        self.qtbot.mousePress(self.canvas, left, pos=first)
        for place in places[1:]:
            self.qtbot.mouseMove(self.canvas, QPoint(*place))
        self.qtbot.mouseRelease(self.canvas, left, pos=QPoint(*places[-1]))

    def wheel(self, notches: int) -> None:
        at = QPointF(200, 100)
        event = QWheelEvent(
            at, self.canvas.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(self.canvas, event)

    def press(self, key: Qt.Key, shift: bool = False) -> None:
        held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        self.qtbot.keyPress(self.canvas, key, held)


@pytest.fixture
def patch(qtbot: QtBot) -> Held:
    return Held(qtbot, Live(True, Edit(patch=Patch(0.5, 0.5, 0.5))))


@pytest.fixture
def brush(qtbot: QtBot) -> Held:
    return Held(qtbot, Live(True, tool=Tool.BRUSH, brush=0.2, colour=(9, 8, 7)))


def test_a_patch_is_dragged_by_where_it_was_taken(patch: Held) -> None:
    patch.drag((220, 110), (320, 110), (300, 60))
    assert patch.middle == (0.25, 0.7), "80 points of 400 to the right, 50 of 200 up"
    assert patch.clicked == [], "no pixel is chosen"


def test_a_click_beside_it_brings_it_there_and_it_never_leaves_the_picture(patch: Held) -> None:
    patch.drag((40, 20))
    assert patch.middle == (0.1, 0.1)
    patch.drag((40, 20), (-300, 900))
    assert patch.middle == (1.0, 0.0)


def test_without_one_a_click_lays_the_one_that_was_there_last(patch: Held) -> None:
    patch.press(Qt.Key.Key_Delete)
    assert patch.middle is None
    patch.drag((100, 100))
    assert patch.middle == (0.5, 0.25) and patch.live.edit.patch.side == 0.5


def test_arrow_keys_move_it_by_pixels(patch: Held) -> None:
    patch.press(Qt.Key.Key_Right)
    patch.press(Qt.Key.Key_Up)
    assert patch.middle == (0.45, 0.525)
    patch.press(Qt.Key.Key_Left, shift=True)
    assert patch.middle == (0.45, 0.275)


def test_the_wheel_and_brackets_set_its_size(patch: Held) -> None:
    patch.wheel(1)
    assert patch.live.edit.patch.side == pytest.approx(0.55)
    patch.press(Qt.Key.Key_BracketLeft)
    assert patch.live.edit.patch.side == pytest.approx(0.5)
    patch.wheel(50)
    assert patch.live.edit.patch.side == 1.0
    patch.wheel(-90)
    assert patch.live.edit.patch.side == 0.01


def test_the_brush_draws_where_it_goes(brush: Held) -> None:
    brush.drag((100, 100), (101, 100), (200, 100), (200, 150))
    (stroke,) = brush.live.edit.strokes
    assert [(round(y, 6), round(x, 6)) for y, x in stroke.points] == [(0.5, 0.25), (0.5, 0.5), (0.75, 0.5)]
    assert (stroke.width, stroke.colour) == (0.2, (9, 8, 7))
    brush.drag((300, 100))
    assert len(brush.live.edit.strokes) == 2
    brush.press(Qt.Key.Key_Backspace)
    assert brush.live.edit.strokes == (stroke,)


def test_the_brush_draws_from_the_keyboard(brush: Held) -> None:
    brush.press(Qt.Key.Key_Right)
    brush.press(Qt.Key.Key_Down)
    (stroke,) = brush.live.edit.strokes
    assert [(round(y, 6), round(x, 6)) for y, x in stroke.points] == [(0.5, 0.55), (0.6, 0.55)]
    brush.press(Qt.Key.Key_Down, shift=True)
    assert len(brush.live.edit.strokes) == 2
    brush.wheel(1)
    assert brush.live.brush == pytest.approx(0.22)


@pytest.mark.parametrize("live", [Live(), Live(True, Edit(blur=1.0), peeks=True)])
def test_while_nothing_is_tried_the_picture_has_its_own_ways(qtbot: QtBot, live: Live) -> None:
    held = Held(qtbot, live)
    held.drag((100, 100))
    held.press(Qt.Key.Key_Right)
    held.wheel(1)
    assert held.clicked == [(10, 10)] and held.live is live and held.canvas.scale > 10


def test_other_keys_and_buttons_have_their_own_ways(patch: Held) -> None:
    before = patch.live
    patch.press(Qt.Key.Key_Plus)
    assert patch.canvas.scale > 10 and patch.live is before
    patch.qtbot.mousePress(patch.canvas, Qt.MouseButton.RightButton, pos=QPoint(40, 20))
    assert patch.live is before


def test_what_moves_faster_than_it_can_be_seen_is_passed_over(patch: Held) -> None:
    patch.drag((220, 110), *((220 + k, 110) for k in range(1, 81)))
    assert patch.middle == (0.5, 0.7) and patch.changes < 40
