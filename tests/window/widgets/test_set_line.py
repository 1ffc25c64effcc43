"""Lines that are set once: the same picture as Qt's own text, elided to its cell, at either side."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter
from pytestqt.qtbot import QtBot

from explorer.window.widgets.set_line import setter

CELL = QRect(3, 2, 90, 26)
SHORT, LONG = "conv1", "a_layer_with_a_long_name.conv2d"
MIDDLE, END = Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideRight
LEFT, RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight


@pytest.fixture
def font(qtbot: QtBot) -> QFont:
    font = QFont()
    font.setPixelSize(13)
    return font


def inked(image: QImage) -> QRect:
    """The smallest rectangle of all that was painted."""
    white = QColor("white").rgb()
    places = [
        (x, y) for x in range(image.width()) for y in range(image.height()) if image.pixel(x, y) != white
    ]
    xs, ys = zip(*places, strict=True)
    return QRect(min(xs), min(ys), max(xs) - min(xs) + 1, max(ys) - min(ys) + 1)


def blank() -> QImage:
    image = QImage(160, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    return image


@pytest.mark.parametrize("side", [LEFT, RIGHT])
@pytest.mark.parametrize(("text", "mode"), [(SHORT, END), (LONG, END), (LONG, MIDDLE)])
def test_a_line_stands_where_qts_own_text_would(
    font: QFont, text: str, mode: Qt.TextElideMode, side: Qt.AlignmentFlag
) -> None:
    image, expected = blank(), blank()
    painter = QPainter(image)
    width = setter(font).paint(painter, CELL, text, mode, side)
    painter.end()
    painter = QPainter(expected)
    painter.setFont(font)
    elided = QFontMetrics(font).elidedText(text, mode, CELL.width())
    painter.drawText(CELL, side | Qt.AlignmentFlag.AlignVCenter, elided)
    painter.end()
    assert width == QFontMetrics(font).horizontalAdvance(elided) <= CELL.width()
    here, there = inked(image), inked(expected)
    # letters stand on whole pixels here, on parts of one there
    for end in ("left", "top", "right", "bottom"):
        assert abs(getattr(here, end)() - getattr(there, end)()) <= 1


def test_a_line_is_set_anew_for_another_width_and_another_font(font: QFont) -> None:
    image = blank()
    painter = QPainter(image)
    bold = QFont(font)
    bold.setBold(True)
    narrow = CELL.adjusted(0, 0, -40, 0)
    wide = setter(font).paint(painter, CELL, LONG)
    assert setter(font).paint(painter, narrow, LONG) <= narrow.width() < wide
    assert setter(bold).paint(painter, CELL, SHORT) > setter(font).paint(painter, CELL, SHORT)
    assert painter.font().bold() is False
    painter.end()


def test_a_text_that_looks_like_markup_is_painted_as_it_is(font: QFont) -> None:
    image = blank()
    painter = QPainter(image)
    text = "<b>x</b>"
    assert setter(font).paint(painter, CELL, text) == setter(font).width(text)
    painter.end()
    assert inked(image).width() > setter(font).width("x") * 3
