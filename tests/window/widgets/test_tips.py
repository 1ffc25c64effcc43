"""Where the tip of a picture lies."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QRect
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from explorer.window import format as fmt
from explorer.window.widgets.canvas import ImageCanvas

WORDS = "The selected channel: a click or the arrow keys choose a value.\nDelete clears the mark."
LONG = f"{WORDS} {WORDS} <b> & more, for which there are more than eighty characters in one line, as it were."


@pytest.fixture
def canvas(qtbot: QtBot) -> ImageCanvas:
    made = ImageCanvas()
    made.set_picture(np.zeros((100, 100, 3), np.uint8))
    qtbot.addWidget(made)
    made.move(100, 60)
    made.resize(340, 340)
    made.show()
    return made


def shown(canvas: ImageCanvas, text: str, at: QPoint) -> QRect:
    """Return where the tip lies once the mouse rested at a place of the canvas."""
    canvas.setToolTip(fmt.tip(text))
    QApplication.sendEvent(canvas, QHelpEvent(QEvent.Type.ToolTip, at, canvas.mapToGlobal(at)))
    (tip,) = (it for it in QApplication.topLevelWidgets() if it.inherits("QTipLabel") and it.isVisible())
    place = QRect(tip.geometry())
    tip.close()
    return place


def on_screen(widget: QWidget) -> QRect:
    return QRect(widget.mapToGlobal(QPoint()), widget.size())


@pytest.mark.parametrize("text", [WORDS, LONG])
@pytest.mark.parametrize("at", [QPoint(170, 20), QPoint(20, 169), QPoint(300, 330)])
def test_it_lies_on_a_large_picture_away_from_the_mouse(canvas: ImageCanvas, text: str, at: QPoint) -> None:
    canvas.resize(340, 560 if text == LONG else 340)
    tip = shown(canvas, text, at)
    assert on_screen(canvas).contains(tip)
    assert tip.height() < 0.35 * canvas.height() and not tip.contains(canvas.mapToGlobal(at))


def test_its_words_are_all_there_whatever_they_are(canvas: ImageCanvas) -> None:
    canvas.resize(340, 700)
    canvas.setToolTip(fmt.tip(LONG))
    at = QPoint(5, 5)
    QApplication.sendEvent(canvas, QHelpEvent(QEvent.Type.ToolTip, at, canvas.mapToGlobal(at)))
    assert "&lt;b&gt; &amp; more" in QToolTip.text()
    assert (
        " ".join(QToolTip.text().split()).count("the arrow keys choose a value. Delete clears the mark.") == 2
    )
    QToolTip.hideText()


def test_it_lies_below_a_picture_that_it_would_hide(canvas: ImageCanvas) -> None:
    for size in ((340, 120), (64, 400)):
        canvas.resize(*size)
        assert shown(canvas, WORDS, QPoint(5, 5)).top() >= on_screen(canvas).bottom()
