"""What stands in a box of the graph."""

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QFontMetricsF
from pytestqt.qtbot import QtBot

from explorer.drawing.labels import gist, size
from explorer.drawing.messages import Box
from explorer.window.widgets.graph.box_painter import BoxPainter


def box(name: str, sentence: str) -> tuple[Box, QRectF]:
    """Return a box as large as its words make it, and where it lies."""
    width, height = size("operation", name, sentence, 1)
    made = Box("3", "operation", name, sentence, "max_pool2d", (3,), "", False, 1, 0, 0, width, height)
    return made, QRectF(0, 0, width, height)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("maxpool", "3×3 max pooling, stride 2: 64 channels, 112×112 → 56×56"),
        ("bn1", "Batch normalisation of 64 channels, 112×112"),
        ("conv1", "7×7 convolution, stride 2: 3 → 64 channels"),
    ],
)
def test_the_map_in_a_box_leaves_its_words_whole(qtbot: QtBot, name: str, sentence: str) -> None:
    painter = BoxPainter(QFont("DejaVu Sans"))
    made, rect = box(name, sentence)
    place = painter._map_place(made, rect)
    words = [(QFontMetricsF(painter.name_font).horizontalAdvance(name), 0.0)]
    words.append((QFontMetricsF(painter.line_font).horizontalAdvance(gist(sentence)), rect.height() / 2))
    assert not place.isEmpty() and rect.contains(place)
    for width, top in words:
        assert not place.intersects(QRectF(12, top, width, rect.height() / 2))


def test_no_number_is_cut_at_its_comma() -> None:
    said = [gist(f"Batch normalisation of {count:,} channels, 7×7") for count in (64, 1152, 1280, 12800)]
    assert said[:3] == [f"Batch normalisation of {count} channels" for count in ("64", "1,152", "1,280")]
    assert (
        gist("Root-mean-square normalisation of 1,234,567 channels, 7×7") == "Root-mean-square normalisation"
    )
    line = QFontMetricsF(BoxPainter(QFont("DejaVu Sans")).line_font)
    assert line.horizontalAdvance(said[1]) <= size("operation", "bn1", said[1], 1)[0] - 20
