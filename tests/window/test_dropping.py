"""A drop on the window: what it shows while something is dragged, and that nothing is ever moved away."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from explorer.window.frame import MainWindow

ANY = Qt.DropAction.MoveAction | Qt.DropAction.CopyAction | Qt.DropAction.LinkAction
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def mime(tmp_path: Path) -> QMimeData:
    (tmp_path / "cat.png").touch()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "cat.png"))])
    return mime


def entered(window: MainWindow, mime: QMimeData, actions: Qt.DropAction = ANY) -> QDragEnterEvent:
    event = QDragEnterEvent(QPoint(9, 9), actions, mime, LEFT, NONE)
    event.setDropAction(Qt.DropAction.MoveAction)
    QApplication.sendEvent(window, event)
    return event


def test_a_drop_that_offers_to_move_is_taken_as_a_copy(window: MainWindow, mime: QMimeData) -> None:
    taken = []
    window.dropped.connect(lambda mime: taken.append(mime.urls()))
    event = QDropEvent(QPointF(9, 9), ANY, mime, LEFT, NONE)
    event.setDropAction(Qt.DropAction.MoveAction)
    enter = entered(window, mime)
    QApplication.sendEvent(window, event)
    for it in (enter, event):
        assert it.isAccepted() and it.dropAction() == Qt.DropAction.CopyAction
    assert taken == [mime.urls()]


def test_the_promise_is_shown_while_it_is_dragged_and_goes_with_it(
    window: MainWindow, mime: QMimeData
) -> None:
    hint = window._drop_hint
    entered(window, mime)
    assert hint.isVisible() and hint._text == "Drop to classify"
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not hint.isVisible()


def test_nothing_is_taken_of_which_nothing_can_be_made(window: MainWindow) -> None:
    taken, mime = [], QMimeData()
    mime.setText("https://example.org")
    window.dropped.connect(taken.append)
    assert not entered(window, mime).isAccepted() and not window._drop_hint.isVisible()
    event = QDropEvent(QPointF(9, 9), ANY, mime, LEFT, NONE)
    QApplication.sendEvent(window, event)
    assert taken == []


def test_no_line_of_text_takes_a_dropped_file_as_text(window: MainWindow) -> None:
    assert not [line.objectName() for line in window.findChildren(QLineEdit) if line.acceptDrops()]


def test_a_dropped_image_is_opened(qtbot, window: MainWindow, mime: QMimeData) -> None:
    entered(window, mime)
    QApplication.sendEvent(window, QDropEvent(QPointF(9, 9), ANY, mime, LEFT, NONE))
    qtbot.waitUntil(lambda: window.desk.scene.forward is not None)
    assert [it.source.name for it in window.desk.scene.images] == ["cat.png"]
