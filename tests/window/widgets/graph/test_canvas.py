"""The canvas under a hand: wheel, drag, what is painted, the small picture in the corner."""

from dataclasses import replace

import numpy as np
import pytest
from drawings import drawing, many
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.drawing.messages import Drawing, Edge
from explorer.window import theme
from explorer.window.widgets.graph.edge_painter import line_colour, skip_colour
from explorer.window.widgets.graph.marks import Badge, Marks
from explorer.window.widgets.graph.minimap import Minimap
from explorer.window.widgets.graph.view import GraphView


@pytest.fixture
def view(qtbot: QtBot) -> GraphView:
    view = GraphView()
    qtbot.addWidget(view)
    view.resize(400, 500)
    view.show()
    return view


def pixels(image: QImage) -> NDArray[np.int16]:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint8).astype(np.int16)


def apart(one: QColor, other: QColor) -> int:
    return sum(abs(a - b) for a, b in zip(one.getRgb(), other.getRgb(), strict=True))


def wheel(view: GraphView, at: QPointF, notches: int) -> None:
    event = QWheelEvent(
        at, view.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


def test_the_wheel_zooms_at_the_mouse(view: GraphView) -> None:
    view.set_drawing(many(50))
    at = QPointF(120, 300)
    before, scale = view.camera.place(120, 300), view.camera.scale
    wheel(view, at, 3)
    assert view.camera.scale > scale and view.camera.place(120, 300) == pytest.approx(before)


def test_a_drag_moves_the_drawing_and_chooses_nothing(view: GraphView) -> None:
    picked: list[str] = []
    view.picked.connect(picked.append)
    view.set_drawing(many(50))
    begin = view.rect_of("2").center().toPoint()
    top = view.camera.top
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=begin)
    QTest.mouseMove(view, begin + QPoint(0, -60))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=begin + QPoint(0, -60))
    assert view.camera.top == top - 60 and picked == []
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.rect_of("3").center().toPoint())
    assert picked == ["3"]


def test_a_moved_picture_is_the_same_as_one_painted_anew(view: GraphView) -> None:
    view.set_drawing(many(300, columns=3))
    view.grab()
    for dx, dy in ((-7, -40), (13, 5), (0, -333), (-3, 8)):
        view.pan(dx, dy)
        moved = view.grab().toImage()
        camera = view.camera
        view.set_drawing(many(300, columns=3), anchor="0")
        view.pan(camera.left - view.camera.left, camera.top - view.camera.top)
        assert np.abs(pixels(view.grab().toImage()) - pixels(moved)).max() <= 8  # of 255: where it was joined


def test_far_away_boxes_are_blocks_of_their_colour_and_no_words(view: GraphView) -> None:
    view.set_drawing(many(400))
    view.zoom(0.1 / view.camera.scale, 0, 0)
    view.look_at(60, 200)
    assert view.camera.scale == pytest.approx(0.1)
    QTest.qWait(120)  # a movement is over a moment after its last step
    rect = view.rect_of("2")
    image = view.grab().toImage()
    colours = {
        image.pixelColor(x, y).name()
        for x in range(int(rect.left()) + 2, int(rect.right()) - 2)
        for y in range(int(rect.top()) + 1, int(rect.bottom()) - 1)
    }
    assert colours == {theme.kind_colour("conv2d").name()}


def test_a_drawing_of_another_network_begins_anew_and_an_opened_box_stays(view: GraphView) -> None:
    view.set_drawing(drawing())
    view.pan(-30, 17)
    before = view.rect_of("body")
    view.set_drawing(drawing("body"), anchor="body")
    QTest.qWait(300)
    after = view.rect_of("body")
    assert view.atlas.is_home
    assert (after.center().x(), after.top()) == pytest.approx((before.center().x(), before.top()))
    view.set_drawing(many(3))
    assert view.camera.left == pytest.approx((400 - 160) / 2)


def test_boxes_go_to_their_places_step_by_step_while_a_group_opens(qtbot: QtBot, view: GraphView) -> None:
    view.set_drawing(drawing())
    before = view.atlas.rect("5")[1]
    view.set_drawing(drawing("body"), anchor="body")
    tops = [view.atlas.rect("5")[1]]
    view.moved.connect(lambda: tops.append(view.atlas.rect("5")[1]))
    qtbot.waitUntil(lambda: view.atlas.is_home)
    home = view.atlas.rect("5")[1]
    assert tops[0] == before and tops == sorted(tops) and any(before < top < home for top in tops)


def test_ten_thousand_boxes_are_painted_near_and_far_without_painting_what_is_not_seen(
    view: GraphView,
) -> None:
    view.set_drawing(many(10_000, columns=20))
    for scale in (1.0, 0.3, 0.01):
        view.zoom(scale / view.camera.scale, 0, 0)
        assert not view.grab().isNull()
    assert len(view.atlas.boxes_in((0, 0, 400, 500))) < 30


def test_without_a_drawing_there_is_a_message_and_no_key_does_harm(view: GraphView) -> None:
    view.set_message("Open an image.")
    for key in (
        Qt.Key.Key_Down,
        Qt.Key.Key_Home,
        Qt.Key.Key_Plus,
        Qt.Key.Key_0,
        Qt.Key.Key_1,
        Qt.Key.Key_Return,
    ):
        QTest.keyClick(view, key)
    wheel(view, QPointF(5, 5), 1)
    assert view.box_at(5, 5) is None and not view.grab().isNull()


# ---- the small picture ----


def test_the_small_picture_is_there_only_while_something_is_out_of_sight(view: GraphView) -> None:
    small = Minimap(view)
    view.resize(600, 500)
    view.set_drawing(drawing())
    assert small.isHidden()
    view.set_drawing(many(100))
    assert not small.isHidden()
    assert view.rect().contains(small.geometry())


def test_a_click_in_the_small_picture_looks_there(view: GraphView) -> None:
    small = Minimap(view)
    view.set_drawing(many(100))
    view.set_marks(Marks(shown="0"))
    assert not small.grab().isNull()
    QTest.mouseClick(small, Qt.MouseButton.LeftButton, pos=QPoint(small.width() // 2, small.height() // 2))
    _, y = view.camera.place(200, 250)
    assert y == pytest.approx(4000, rel=0.05)
    assert small.frame.center().y() == pytest.approx(small.height() / 2, abs=2)


def test_the_small_picture_is_not_over_a_narrow_drawing(view: GraphView) -> None:
    small = Minimap(view)
    view.set_drawing(many(100))
    assert small.isHidden()


def test_a_group_that_opens_out_of_sight_comes_in_sight_with_what_is_shown_of_it(view: GraphView) -> None:
    view.set_marks(Marks(shown="body"))
    view.set_drawing(drawing())
    view.pan(0, 480 - view.rect_of("body").bottom())
    view.set_marks(Marks(shown="4"))
    view.set_drawing(drawing("body"), anchor="body")
    QTest.qWait(300)
    assert view.rect_of("body").bottom() <= 500 and view.rect_of("4").bottom() <= 500


def test_in_a_wide_area_a_narrow_drawing_begins_no_larger_than_it_is(view: GraphView) -> None:
    view.resize(960, 500)
    view.set_drawing(many(100))
    assert view.camera.scale == 1.0 and view.camera.top > 0


@pytest.mark.parametrize("scale", [1.0, 0.1])
def test_a_strong_badge_is_seen_near_and_far(view: GraphView, scale: float) -> None:
    view.set_drawing(many(20))
    badges = {"0": Badge("+", 1, is_strong=True), "1": Badge("=")}

    def shows() -> bool:
        wanted = badges["0"].colour
        image = view.grab().toImage()
        places = ((x, y) for x in range(image.width()) for y in range(image.height()))
        return any(image.pixelColor(x, y) == wanted for x, y in places)

    view.zoom(scale / view.camera.scale, 0, 0)
    assert not shows()
    view.set_marks(Marks(badges=badges))
    assert shows()


def test_what_is_written_beside_the_lines_is_in_sight_where_the_whole_is(view: GraphView) -> None:
    drawn = many(4)
    edges = tuple(replace(edge, shape="1×1280×112×112 and more of it") for edge in drawn.edges)
    view.set_drawing(replace(drawn, edges=edges))
    end = max(x for edge in edges for x, _ in edge.points)
    width, _ = view.size_of_drawing
    assert width > drawn.width and width > end + 29 * 4
    view.fit()
    assert view.camera.to_widget((0, 0, width, 1))[2] <= view.width()


def test_a_line_through_the_titles_of_groups_says_its_shape_before_them(view: GraphView) -> None:
    first, last = drawing().boxes[0], drawing().boxes[3]
    outer = replace(drawing("stem").boxes[1], left=0, top=60, width=400, height=200)
    inner = replace(outer, key="inner", around="stem", left=10, top=98, width=380, height=150)
    boxes = (first, outer, inner, replace(last, around="inner", top=132))
    line = Edge("0", "5", ((0, 5),), "1×4×8×8", False, ((76, 40), (76, 132)))
    images = []
    for shape in ("", line.shape):
        view.set_drawing(Drawing(boxes, (replace(line, shape=shape),), 400, 300, frozenset(), 0))
        images.append(view.grab().toImage())
    gap = view.rect_of("0").toRect().adjusted(0, 41, 200, 18)
    assert images[0].copy(gap) != images[1].copy(gap)


def test_what_a_skip_connection_has_in_common_with_the_main_way_looks_like_that(view: GraphView) -> None:
    drawn = drawing("stem", "body")
    main, skip = (
        next(it for it in drawn.edges if (it.is_skip, it.source) == (way, "2")) for way in (False, True)
    )
    forked = replace(
        skip, points=(main.points[0], (main.points[0][0], main.points[0][1] + 16), *skip.points[1:])
    )
    view.set_drawing(replace(drawn, edges=(main, forked)))
    (x, y), _ = main.points
    at = view.camera.to_widget((x, y, x, y + 8))
    seen = view.grab().toImage().pixelColor(round(at[2]), round(at[3]))
    assert apart(seen, line_colour()) < apart(seen, skip_colour())
