"""Two fingers on the drawing: on a touch pad they come as a native gesture, on a touch screen as points."""

import pytest
from drawings import many
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.window.widgets.graph.view import GraphView


@pytest.fixture
def view(qtbot: QtBot) -> GraphView:
    made = GraphView()
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    made.set_drawing(many(60, columns=6))
    return made


def test_a_pinch_on_a_pad_zooms_at_the_mouse(view: GraphView) -> None:
    at = QPointF(200, 150)
    before, place = view.camera, view.camera.place(200, 150)
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(), 2, at, at, QPointF(view.mapToGlobal(at)), 0.25, QPointF(),
    )  # fmt: skip
    QApplication.sendEvent(view, event)
    assert view.camera.scale == pytest.approx(1.25 * before.scale)
    assert view.camera.place(200, 150) == pytest.approx(place)


def test_a_pinch_on_a_screen_zooms_between_the_fingers_and_drags_nothing(view: GraphView) -> None:
    pad = QTest.createTouchDevice()
    before, place = view.camera, view.camera.place(300, 200)
    left, right = QPoint(280, 200), QPoint(320, 200)
    QTest.touchEvent(view, pad).press(0, left, view).press(1, right, view).commit()
    for _ in range(5):
        left, right = left - QPoint(10, 0), right + QPoint(10, 0)
        QTest.touchEvent(view, pad).move(0, left, view).move(1, right, view).commit()
    QTest.touchEvent(view, pad).release(0, left, view).release(1, right, view).commit()
    assert view.camera.scale > 2 * before.scale
    assert view.camera.place(300, 200) == pytest.approx(place, abs=2)
