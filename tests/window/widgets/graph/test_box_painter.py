"""What stands in a box of the graph."""

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter
from pytestqt.qtbot import QtBot

from explorer.drawing import letters
from explorer.drawing.labels import gist, size
from explorer.drawing.messages import Box, Drawing
from explorer.window import theme
from explorer.window.widgets.graph.atlas import Atlas
from explorer.window.widgets.graph.box_painter import BoxPainter
from explorer.window.widgets.graph.camera import Camera
from explorer.window.widgets.graph.marks import Marks


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


@pytest.mark.parametrize("name", ["denseblock1", "Conv2d_1a_3x3", "Mixed_5b", "conv1"])
def test_what_opens_has_room_for_its_sign_and_its_whole_name(qtbot: QtBot, name: str) -> None:
    strong = QFontMetricsF(BoxPainter(QFont("DejaVu Sans")).strong_font)
    assert strong.horizontalAdvance(f"▸ {name}") <= size("group", name, "DenseBlock", 1)[0] - 20


@pytest.mark.parametrize(
    ("op", "joins", "is_told"), [("mul", True, True), ("mul", False, False), ("max", True, False)]
)
def test_a_sum_of_several_has_the_border_of_its_kind(
    qtbot: QtBot, op: str, joins: bool, is_told: bool
) -> None:
    made = Box("3", "operation", op, "", op, (3,), "", False, 1, 10, 10, 100, 40, joins)
    image = QImage(120, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    with QPainter(image) as painter:
        atlas = Atlas(Drawing((made,), (), 120, 60, frozenset(), 0))
        BoxPainter(QFont("DejaVu Sans")).paint(painter, atlas, [0], Camera(), Marks())
    edge, kind = image.pixelColor(60, 10), theme.kind_colour("mul")
    assert (edge.getRgb() == kind.getRgb()) is is_told


@pytest.mark.parametrize(("kind", "can_open"), [("operation", False), ("group", True)])
def test_a_closed_group_has_no_colour_of_a_kind(qtbot: QtBot, kind: str, can_open: bool) -> None:
    made = Box("3", kind, "body", "Sequential", "", (3, 4), "body", can_open, 1, 10, 10, 100, 40)
    image = QImage(120, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    with QPainter(image) as painter:
        atlas = Atlas(Drawing((made,), (), 120, 60, frozenset(), 0))
        BoxPainter(QFont("DejaVu Sans")).paint(painter, atlas, [0], Camera(), Marks())
    side = {image.pixelColor(x, 30).name() for x in range(9, 16)}
    assert (theme.kind_colour("").name() in side) is not can_open


def test_a_box_of_several_values_does_not_say_which_is_looked_at() -> None:
    assert gist("Cut into 3 parts, the first: 12×197×64") == "Cut into 3 parts"


def test_no_number_is_cut_at_its_comma() -> None:
    counts = (64, 1280, 1_234_567)
    said = [gist(f"Batch normalisation of {count:,} channels, 7×7") for count in counts]
    assert said == [
        "Batch norm of 64 channels, 7×7",
        *(f"Batch norm of {it:,} channels" for it in counts[1:]),
    ]
    assert gist("Root-mean-square normalisation of 1,234,567 channels, 7×7") == "Root-mean-square norm"


def test_words_are_short_where_there_is_no_room_for_long_ones() -> None:
    assert gist("3×3 convolution, stride 2: 3 → 64 channels") == "3×3 convolution, stride 2"
    said = gist("3×3 depthwise convolution, stride 2: 144 → 144 channels")
    assert said == "3×3 depthwise conv, stride 2"
    line = QFontMetricsF(BoxPainter(QFont("DejaVu Sans")).line_font)
    assert line.horizontalAdvance(said) <= size("operation", "bn1", said, 1)[0] - 20


@pytest.mark.parametrize(
    "text",
    [
        "Batch normalisation of 64 channels",
        "3×3 depthwise convolution, stride 2",
        "illilli, f.t.j, illilli",
        "ReLU on 64 channels, 112×112",
    ],
)
def test_a_box_is_as_wide_as_its_words_and_hardly_wider(qtbot: QtBot, text: str) -> None:
    line = QFont("DejaVu Sans")
    line.setPixelSize(10)
    drawn = QFontMetricsF(line).horizontalAdvance(text)
    assert drawn - 2 <= letters.width(text, letters.SMALL) <= 1.12 * drawn
    narrow = letters.cut(text, 50, letters.SMALL)
    assert narrow.endswith("…") and letters.width(narrow, letters.SMALL) <= 50


def test_what_a_box_says_has_room_in_a_narrow_window(qtbot: QtBot) -> None:
    for sentence in (
        "3×3 depthwise convolution, stride 2: 96 channels",
        "Layer normalisation over 768 features",
    ):
        assert size("operation", "block", sentence, 1)[0] <= 214, "pixels of the graph at 960×600"
