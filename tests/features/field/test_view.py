import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget
from samples import value_view

from explorer.features.field.view import ReceptiveFieldView
from explorer.records.heat import HeatMap
from explorer.records.values import FieldOfUnit, Layout, UnitsOfPixel
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.input import InputView
from explorer.window.widgets.scale_bar import ScaleBar

FIELD = FieldOfUnit(3, "exact", (43, 43), (8.0, 8.0), (-17.0, -17.0), (2, 5), (0, 23, 42, 66))


@pytest.fixture
def view(qtbot):
    widget = ReceptiveFieldView()
    qtbot.addWidget(widget)
    widget.resize(900, 500)
    widget.show()
    widget.set_picture(np.zeros((100, 100, 3), np.uint8))
    widget.set_value(value_view(np.random.default_rng(0).normal(size=(6, 12, 14))))
    return widget


def test_contract_names(view):
    assert view.objectName() == "receptiveFieldView"
    assert view.findChild(InputView, "inputView") is None  # that name is the window's own input pane


def test_a_field_is_told_in_numbers(view):
    view.set_field(FIELD)
    assert view.line == (
        "The unit at row 2, column 5 sees exactly 42×43 pixels    rows 0 to 41, columns 23 to 65    "
        "18 % of the input    field of the layer 43×43 pixels    stride 8    "
        "the first field begins 17 pixels before the edge"
    )


def test_a_crop_of_the_photo_is_called_one(view, qtbot):
    view.set_field(FieldOfUnit(3, "exact", (3, 3), (1.0, 1.0), (0.0, 0.0), (2, 5), (40, 50, 43, 53)))
    assert view.input.caption == "the part around the field"
    view.set_field(FieldOfUnit(3, "exact", (90, 90), (1.0, 1.0), (0.0, 0.0), (2, 5), (0, 0, 90, 90)))
    assert view.input.caption == "receptive field"


def test_under_a_gradient_a_small_field_is_drawn_large_in_the_colours_of_the_scale_and_its_place_stays_in_sight(
    view,
):
    small = FieldOfUnit(3, "exact", (3, 3), (1.0, 1.0), (0.0, 0.0), (2, 5), (40, 50, 43, 53))
    view.set_field(small)
    canvas, far = view.input.canvas, view.input.canvas.scale
    view.set_close(True)
    whole, field = canvas.rect_of((0, 0, 100, 100)), canvas.rect_of((40, 50, 43, 53))
    assert canvas.scale == 8 * far and field.width() == min(canvas.width(), canvas.height()) / 2
    values = np.zeros((100, 100), np.float32)
    values[40, 50] = 4
    view.set_heat(HeatMap(values, False, "what it uses"), ("half within 2 pixels",))
    assert view.input.caption == "half within 2 pixels    the part around the field"
    image = canvas.grab().toImage()

    def colour(y, x):
        return image.pixelColor(canvas.rect_of((y, x, y + 1, x + 1)).center().toPoint()).rgb()

    table = theme.value_table(False)
    assert (
        colour(41, 51) == table[1] and colour(39, 49) == colour(44, 54) == 0xFF000000
    )  # zero, and beside the field
    assert colour(40, 50) == table[255]
    locator = canvas.locator
    assert locator.told == f"{canvas.scale * 100 / (min(canvas.width(), canvas.height()) - 6):.0f}×"
    assert not locator.plate.intersects(field) and canvas.pixel_at(locator.plate.center()) is None
    view.set_close(False)
    assert canvas.scale == far
    canvas.fit()
    assert canvas.locator is None and whole.width() > canvas.width()


@pytest.mark.parametrize("box", [(0, 0, 2, 2), (98, 98, 100, 100), (0, 97, 3, 100), (97, 0, 100, 3)])
def test_at_a_border_the_small_picture_keeps_clear_of_the_field(view, box):
    view.set_close(True)
    view.set_field(FieldOfUnit(3, "exact", (3, 3), (1.0, 1.0), (0.0, 0.0), (0, 0), box))
    canvas = view.input.canvas
    assert QRectF(canvas.rect()).adjusted(-1, -1, 1, 1).contains(canvas.rect_of(box))
    assert not canvas.locator.plate.intersects(canvas.rect_of(box))


def test_axes_that_differ_are_told_apart(view):
    view.set_field(FieldOfUnit(3, "bound", (5, 9), (1.0, 2.5), (0.0, -1.0), (0, 0), (0, 0, 5, 8)))
    assert (
        view.line
        == "The unit at row 0, column 0 sees at most 5×8 pixels    rows 0 to 4, columns 0 to 7    0.40 % of the input"
        "    field of the layer at most 5×9 pixels    stride 1×2.5    the first field begins at row 0, column −1"
    )


@pytest.mark.parametrize(
    ("size", "box", "sees", "layer"),
    [
        (
            (11, 11),
            (0, 0, 9, 9),
            "sees exactly 9×9 pixels    ",
            "    field of the layer 11×11 pixels    ",
        ),
        (
            (435, 435),
            (0, 0, 100, 100),
            "sees all 100×100 pixels of the input    ",
            "of the input    field of the layer 435×435, more than the input    ",
        ),
        (
            (435, 31),
            (0, 0, 100, 20),
            "sees exactly 100×20 pixels    ",
            "    20 % of the input    field of the layer 435×31 pixels    ",
        ),
        (
            (2, 2),
            (0, 0, 1, 1),
            "sees exactly 1×1 pixel    ",
            "    field of the layer 2×2 pixels    ",
        ),
    ],
)
def test_a_unit_sees_no_more_than_lies_on_the_input(view, size, box, sees, layer):
    view.set_field(FieldOfUnit(3, "exact", size, (4.0, 4.0), (-2.0, -2.0), (0, 0), box))
    assert sees in view.line and layer in view.line


def test_of_a_unit_within_the_input_its_layer_is_not_told_apart(view):
    view.set_field(FieldOfUnit(3, "exact", (3, 3), (1.0, 1.0), (0.0, 0.0), (2, 5), (40, 50, 43, 53)))
    assert "sees exactly 3×3 pixels" in view.line and "layer" not in view.line


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("global", "Every unit sees the whole input"),
        ("unknown", "cannot be derived"),
        ("exact", "sees nothing of the input"),
    ],
)
def test_a_field_without_a_box_is_explained(view, status, told):
    view.set_field(FieldOfUnit(3, status, None, None, None, (1, 1), None))
    assert told in view.line


def test_the_units_of_a_pixel_shine_and_are_counted(view):
    plain = view.map.grab().toImage()
    mask = np.zeros((12, 14), bool)
    mask[3:6, 2:7] = True
    view.set_units(UnitsOfPixel(3, "exact", (40, 50), mask))
    assert view.line == "15 of 168 units see the pixel at row 40, column 50    8.9 %"
    assert view.map.grab().toImage() != plain
    view.set_units(UnitsOfPixel(3, "unknown", (40, 50), None))
    assert "Which units see the pixel at row 40, column 50 cannot be derived" in view.line
    view.set_units(None)
    assert view.map.grab().toImage() == plain


def test_mouse_and_arrow_keys_choose_a_unit(view, qtbot):
    spot = view.map.rect_of((4, 13, 5, 14)).center().toPoint()
    with qtbot.waitSignal(view.unit_selected, timeout=1000) as clicked:
        QTest.mouseClick(view.map, Qt.MouseButton.LeftButton, pos=spot)
    assert clicked.args == [4, 13]
    with qtbot.waitSignal(view.unit_selected, timeout=1000) as moved:
        QTest.keyClick(view.map, Qt.Key.Key_Up)
    assert moved.args == [3, 13]
    with qtbot.waitSignal(view.unit_selected, timeout=1000) as stopped:
        QTest.keyClick(view.map, Qt.Key.Key_Right)
    assert stopped.args == [3, 13]


def test_a_click_on_the_picture_chooses_a_pixel(view, qtbot):
    canvas = view.input.canvas
    with qtbot.waitSignal(view.pixel_selected, timeout=1000) as clicked:
        spot = canvas.rect_of((70, 20, 71, 21)).center().toPoint()
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=spot)
    assert clicked.args == [70, 20]


def test_another_value_takes_field_and_units_away(view):
    view.set_field(FIELD)
    view.set_value(value_view(np.ones((2, 3, 3))))
    assert "exact" not in view.line
    assert view.input.caption == ""


def test_where_there_is_neither_picture_nor_map_one_sentence_says_why(view):
    view.set_value(None)
    assert view.input.isVisible()  # there is a picture
    view.set_picture(None)
    view.set_value(None)
    assert not view.input.isVisible()
    view.set_picture(np.zeros((100, 100, 3), np.uint8))
    view.set_value(value_view(np.ones((2, 3, 3))))
    assert view.input.isVisible()


@pytest.mark.parametrize("value", [None, value_view(np.ones(10), Layout.VECTOR)], ids=["none", "vector"])
def test_without_a_map_nothing_is_chosen(view, qtbot, value):
    view.set_value(value)
    view.select_channel(3)
    assert not view.map.has_picture
    with qtbot.assertNotEmitted(view.unit_selected):
        QTest.keyClick(view.map, Qt.Key.Key_Up)
    view.set_field(FieldOfUnit(3, "global", None, None, None, (4,), None))
    assert "Every unit sees the whole input" in view.line


def test_a_resize_keeps_the_field_in_sight_and_brings_no_former_one_back(view, qtbot):
    small = FieldOfUnit(3, "exact", (3, 3), (1.0, 1.0), (0.0, 0.0), (2, 5), (90, 90, 93, 93))
    view.set_field(small)
    view.resize(700, 420)
    qtbot.wait(20)
    box = view.input.canvas.rect_of((90, 90, 93, 93))
    assert view.input.canvas.rect().contains(box.toAlignedRect())
    view.set_units(UnitsOfPixel(3, "exact", (4, 5), np.zeros((12, 14), bool)))
    view.resize(900, 500)
    qtbot.wait(20)
    whole = view.input.canvas.rect_of((0, 0, 100, 100))
    assert view.input.canvas.rect().contains(whole.toAlignedRect()), (
        "the whole picture, as it was before the resize"
    )


def test_a_resize_while_another_lens_is_in_front_leaves_the_field_in_the_middle(view, qtbot):
    lenses = QStackedWidget()
    qtbot.addWidget(lenses)
    lenses.addWidget(view)
    lenses.addWidget(QWidget())
    lenses.resize(900, 700)
    lenses.show()
    view.set_field(FieldOfUnit(3, "exact", (3, 3), (1.0, 1.0), (0.0, 0.0), (2, 5), (40, 50, 43, 53)))
    view.set_close(True)
    for size in ((500, 320), (900, 700)):
        lenses.setCurrentIndex(1)
        lenses.resize(*size)
        qtbot.wait(20)
        lenses.setCurrentIndex(0)
        qtbot.wait(20)
        canvas = view.input.canvas
        field, middle = canvas.rect_of((40, 50, 43, 53)), QRectF(canvas.rect()).center()
        assert (field.center() - middle).manhattanLength() < 1
        assert field.width() == min(canvas.width(), canvas.height()) / 2
    view.setParent(None)  # each is closed by itself


def test_the_caption_tells_what_of_the_photo_a_person_zoomed_to(view):
    view.set_field(FieldOfUnit(3, "exact", (3, 3), (1.0, 1.0), (0.0, 0.0), (2, 5), (40, 50, 43, 53)))
    assert view.input.caption == "the part around the field"
    QTest.keyClick(view.input.canvas, Qt.Key.Key_0)
    assert view.input.caption == "receptive field"
    view.set_units(UnitsOfPixel(3, "exact", (4, 5), np.zeros((12, 14), bool)))
    QTest.keyClick(view.input.canvas, Qt.Key.Key_Plus)
    assert view.input.caption == ""


def test_the_map_has_a_scale_of_its_colours(view):
    (scale,) = (it for it in view.findChildren(ScaleBar) if not view.gradient.isAncestorOf(it))
    low, high = view.value.mosaic.levels[0]
    assert scale.isVisible()
    assert [end.lstrip("<> ") for end in scale.ends] == [fmt.number(float(low)), fmt.number(float(high))]
    before = scale.ends
    view.set_value(value_view(10 + np.random.default_rng(0).random((6, 12, 14))))
    assert scale.ends != before
    assert scale.mapTo(view, QPoint()).y() > view.map.mapTo(view, QPoint()).y()
    for width in (900, 520):
        view.resize(width, 500)
        QApplication.processEvents()
        assert scale.width() >= scale.minimumSizeHint().width(), width
        assert scale.geometry().right() <= scale.parentWidget().width()
    view.set_value(None)
    assert not scale.isVisible()
