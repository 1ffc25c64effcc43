"""The navigator of the graph: one selection, groups that open, what is lit, found and said."""

from dataclasses import replace

import pytest
from desk_fakes import image, without_forward
from drawings import failed
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QToolTip
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink, trace

from explorer.drawing.messages import DrawGraph
from explorer.engine.envelopes import Failure
from explorer.engine.messages import Measure, ViewValue
from explorer.features.graph.choice import GraphChoice
from explorer.features.graph.pane import GraphPane
from explorer.records.trace import TraceError
from explorer.window import theme
from explorer.window.desk import Desk
from explorer.window.spec import Waiting
from explorer.window.widgets.elided import FACTS
from explorer.window.widgets.graph.camera import READABLE


def click(pane: GraphPane, key: str, twice: bool = False) -> None:
    at = pane.graph.rect_of(key).center().toPoint()
    QTest.mouseClick(pane.graph, Qt.MouseButton.LeftButton, pos=at)
    if twice:
        QTest.mouseDClick(pane.graph, Qt.MouseButton.LeftButton, pos=at)


def press(pane: GraphPane, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(pane.graph, key)


def keys(pane: GraphPane) -> list[str]:
    return [box.key for box in pane.graph.atlas.boxes]


@pytest.fixture
def opened(qtbot: QtBot, desk: Desk, pane: GraphPane) -> GraphPane:
    """The pane with both groups open."""
    desk.choose(GraphChoice("zoo:toy", frozenset({"stem", "body"})))
    qtbot.waitUntil(lambda: "1" in keys(pane) and "3" in keys(pane))
    return pane


# ---- one selection ----


def test_the_box_that_holds_the_operation_is_marked_and_comes_in_sight(desk: Desk, pane: GraphPane) -> None:
    assert keys(pane) == ["0", "stem", "body", "5"] and pane.graph.marks.shown == "stem"
    desk.set(node=5)
    desk.settle()
    assert pane.graph.marks.shown == "5"
    pane.graph.zoom(4.0, 0, 0)
    desk.set(node=0)
    desk.settle()
    desk.set(node=4)
    desk.settle()
    target = pane.graph.camera.to_widget(pane.graph.atlas.rect("body"))
    assert target[1] >= 0 and target[3] <= pane.graph.height()


def test_a_click_shows_the_operation_and_of_a_closed_group_what_it_yields(
    qtbot: QtBot, desk: Desk, pane: GraphPane
) -> None:
    click(pane, "5")
    assert (desk.scene.node, desk.scene.layer) == (5, "head")
    click(pane, "body")
    qtbot.waitUntil(lambda: desk.scene.node == 4)
    desk.set(node=3)
    desk.settle()
    with qtbot.waitSignal(pane.graph.picked):
        click(pane, "body")
    assert desk.scene.node == 3  # it is in there already


def test_a_double_click_only_opens(qtbot: QtBot, desk: Desk, pane: GraphPane) -> None:
    picked: list[str] = []
    pane.graph.picked.connect(picked.append)
    click(pane, "body", twice=True)
    qtbot.waitUntil(lambda: "3" in keys(pane) and pane.graph.atlas.is_home)
    qtbot.wait(QApplication.doubleClickInterval() + 50)
    assert (picked, desk.scene.node, pane.graph.marks.shown) == ([], 1, "stem"), "what was shown is shown"


def test_while_another_forward_is_on_its_way_the_drawing_stays_and_a_click_changes_nothing(
    desk: Desk, pane: GraphPane
) -> None:
    desk.put(replace(without_forward(), node=None))
    assert desk.scene.is_coming
    desk.settle()
    assert keys(pane) == ["0", "stem", "body", "5"]
    click(pane, "5")
    assert desk.scene.node is None


def test_arrows_go_along_the_edges_and_to_both_ends(desk: Desk, opened: GraphPane) -> None:
    press(opened, Qt.Key.Key_Home)
    assert desk.scene.node == 0
    press(opened, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down)
    assert desk.scene.node == 3
    press(opened, Qt.Key.Key_Up)
    assert desk.scene.node == 2
    press(opened, Qt.Key.Key_End)
    assert desk.scene.node == 5


# ---- opening and closing ----


def test_a_double_click_opens_a_group_where_it_is_and_closes_it_again(
    qtbot: QtBot, link: FakeLink, pane: GraphPane
) -> None:
    before = pane.graph.rect_of("body")
    click(pane, "body", twice=True)
    qtbot.waitUntil(lambda: "3" in keys(pane))
    assert link.asked(DrawGraph)[-1] == DrawGraph(1, frozenset({"body"}))
    qtbot.waitUntil(lambda: pane.graph.atlas.is_home)
    after = pane.graph.rect_of("body")
    assert (after.center().x(), after.top()) == pytest.approx((before.center().x(), before.top()))
    top = QPoint(int(after.center().x()), int(after.top()) + 8)
    QTest.mouseDClick(pane.graph, Qt.MouseButton.LeftButton, pos=top)
    qtbot.waitUntil(lambda: "3" not in keys(pane))


def test_a_group_that_opens_under_the_mouse_hides_nothing_of_what_is_in_it(
    qtbot: QtBot, pane: GraphPane
) -> None:
    pane.graph.hovered.emit("body")
    click(pane, "body", twice=True)
    qtbot.waitUntil(lambda: "3" in keys(pane) and pane.graph.atlas.is_home)
    as_it_opened = pane.graph.grab().toImage()
    pane.graph.hovered.emit("")
    assert as_it_opened == pane.graph.grab().toImage()


def test_enter_opens_the_marked_group_and_closes_the_one_around_an_operation(
    qtbot: QtBot, desk: Desk, pane: GraphPane
) -> None:
    assert pane.graph.marks.shown == "stem"
    press(pane, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: pane.graph.marks.shown == "1")
    press(pane, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: pane.graph.marks.shown == "stem")
    press(pane, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: pane.graph.marks.shown == "1")
    press(pane, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: pane.graph.marks.shown == "stem")
    assert desk.scene.node == 1


# ---- looking ----


def test_keys_zoom_fit_and_go_to_the_operation(pane: GraphPane) -> None:
    scale = pane.graph.camera.scale
    press(pane, Qt.Key.Key_Plus)
    assert pane.graph.camera.scale > scale
    press(pane, Qt.Key.Key_Minus, Qt.Key.Key_Minus)
    assert pane.graph.camera.scale < scale
    press(pane, Qt.Key.Key_1)
    assert pane.graph.camera.scale == 1.0
    press(pane, Qt.Key.Key_0)
    left, top, right, bottom = pane.graph.camera.to_widget((0, 0, *pane.graph.size_of_drawing))
    assert left >= 0 and top >= 0 and right <= pane.graph.width() and bottom <= pane.graph.height()


def test_the_mouse_lights_what_feeds_a_box_and_what_it_feeds(opened: GraphPane) -> None:
    opened.graph.hovered.emit("4")
    marks = opened.graph.marks
    assert (marks.hovered, marks.feeding, marks.fed_by) == ("4", {"3", "2"}, {"5"})
    opened.graph.hovered.emit("")
    assert not opened.graph.marks.feeding and not opened.graph.marks.fed_by


def test_the_lineage_of_the_operation_is_lit_and_esc_puts_it_out(
    qtbot: QtBot, desk: Desk, opened: GraphPane
) -> None:
    desk.choose(replace(desk.scene.choice(GraphChoice), traced="from"))
    desk.set(node=2)
    desk.settle()
    marks, edges = opened.graph.marks, opened.graph.atlas.drawing.edges
    assert marks.lit == {"0", "stem", "1", "2"}
    assert {(edges[it].source, edges[it].target) for it in marks.lit_edges} == {("0", "1"), ("1", "2")}
    name = desk.scene.current.person_name
    assert opened.scale.text() == f"Path lit: Esc here ends it{FACTS}from the input to {name}"
    assert opened.scale.isVisible()
    desk.choose(replace(desk.scene.choice(GraphChoice), traced="to", size="macs"))
    desk.settle()
    lit, which, *bars = opened.scale.text().split(FACTS)
    assert (lit, which) == ("Path lit: Esc here ends it", f"from {name} on") and bars[0].startswith("MACs")
    desk.choose(replace(desk.scene.choice(GraphChoice), size=""))
    press(opened, Qt.Key.Key_Escape)
    assert opened.graph.marks.lit is None and opened.scale.isHidden()


def test_bars_tell_the_time_as_soon_as_it_is_measured(
    qtbot: QtBot, desk: Desk, link: FakeLink, pane: GraphPane
) -> None:
    assert not link.asked(Measure) and pane.scale.isHidden()
    desk.choose(replace(desk.scene.choice(GraphChoice), size="time"))
    qtbot.waitUntil(lambda: pane.scale.text() == "Time: a whole bar is 4.00 ms")
    assert pane.graph.marks.bars.by_key["stem"].text == "4.00 ms" and not pane.scale.isHidden()


# ---- searching ----


def test_what_is_typed_is_marked_and_enter_walks_from_hit_to_hit(desk: Desk, pane: GraphPane) -> None:
    pane.find.setText("conv")
    assert pane.find.hits == (1, 3) and pane.graph.marks.hits == {"stem", "body"}
    assert pane.find.count.text() == "1 of 2 hits"
    QTest.keyClick(pane.find, Qt.Key.Key_Return)
    assert (desk.scene.node, pane.find.count.text()) == (3, "2 of 2 hits")
    QTest.keyClick(pane.find, Qt.Key.Key_Return)
    assert desk.scene.node == 1
    QTest.keyClick(pane.find, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert desk.scene.node == 3
    pane.find.setText("no such thing")
    assert (pane.find.count.text(), pane.graph.marks.hits) == ("no hits", frozenset())
    QTest.keyClick(pane.find, Qt.Key.Key_Escape)
    assert pane.find.text() == "" and pane.find.count.text() == ""


def test_a_hit_in_a_closed_group_opens_it_as_enter_goes_there(
    qtbot: QtBot, desk: Desk, pane: GraphPane
) -> None:
    pane.find.setText("conv")
    assert keys(pane) == ["0", "stem", "body", "5"], "typing opens nothing"
    QTest.keyClick(pane.find, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: pane.graph.marks.shown == "3")
    assert "body" in pane.graph.atlas.drawing.opened and "3" in pane.graph.marks.hits
    QTest.keyClick(pane.find, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: pane.graph.marks.shown == "1")
    assert {"stem", "body"} <= pane.graph.atlas.drawing.opened, "what was opened stays"


def test_the_hint_of_the_search_line_is_never_cut(pane: GraphPane) -> None:
    for width, hint in ((300, "Find: name, type, 3×3"), (90, "Find")):
        pane.find.setFixedWidth(width)
        pane.find.resize(width, pane.find.height())
        assert pane.find.placeholderText() == hint


# ---- without a drawing ----


def test_without_a_forward_it_says_what_to_do_and_a_refusal_says_why(desk: Desk, pane: GraphPane) -> None:
    scene = replace(without_forward(), node=None, images=(), image=None)
    assert pane.wants(scene) is None
    pane.show(scene, None)
    assert pane.graph.atlas is None and "Open an image" in pane.graph.message
    pane.show(without_forward(images=(image(failed="it is cut off"),)), None)
    assert pane.graph.atlas is None and pane.graph.message.startswith("photo.png could not be opened")
    pane.show(desk.scene, Failure(0, "There is no room for it; close a group."))
    assert pane.graph.message == "There is no room for it; close a group."
    assert pane.exports() == () and pane.legend.texts == []


def test_another_network_takes_the_drawing_away_while_its_own_is_on_its_way(
    desk: Desk, pane: GraphPane
) -> None:
    pane.show(desk.scene, Waiting("drawing the network"))
    assert pane.graph.atlas is not None
    pane.show(desk.scene, Waiting("drawing the network", is_news=True))
    assert pane.graph.atlas is None and pane.graph.message == "drawing the network"


def test_a_failed_forward_shows_its_broken_box_and_a_click_on_it_shows_the_failure(
    desk: Desk, pane: GraphPane
) -> None:
    error = TraceError("head", "linear", "head", "shapes do not fit")
    broken = replace(trace(), nodes=trace().nodes[:1], error=error)
    forward = replace(desk.scene.forward, trace=broken)
    desk.put(replace(desk.scene.with_seat(forward=forward), node=0))
    pane.show(desk.scene, failed())
    assert pane.graph.marks.shown == "0"
    tip = pane.graph.tip_of(pane.graph.atlas.box("failure"))
    assert "head failed" in tip and "shapes do not fit" in tip
    click(pane, "failure")
    assert desk.scene.node is None and desk.scene.failure
    pane.show(desk.scene, failed())
    assert pane.graph.marks.shown == "failure"


# ---- words and colours ----


def test_between_boxes_the_tip_lies_away_from_the_mouse(opened: GraphPane) -> None:
    graph = opened.graph
    graph.resize(700, 600)
    at = QPoint(5, 5)
    assert graph.box_at(at.x(), at.y()) is None
    QApplication.sendEvent(graph, QHelpEvent(QEvent.Type.ToolTip, at, graph.mapToGlobal(at)))
    (tip,) = (it for it in QApplication.topLevelWidgets() if it.inherits("QTipLabel") and it.isVisible())
    assert "choose an operation" in " ".join(QToolTip.text().split())
    assert tip.geometry().top() > graph.mapToGlobal(graph.rect().center()).y()
    QToolTip.hideText()


def test_a_tooltip_says_what_a_box_does_what_it_reads_and_how_it_opens(opened: GraphPane) -> None:
    tip = opened.graph.tip_of(opened.graph.atlas.box("4"))
    assert "body.add" in tip and "reads conv, act" in tip and "read by head" in tip and "1×4×8×8" in tip
    group = opened.graph.tip_of(opened.graph.atlas.box("stem"))
    assert "2 operations" in group and "Enter closes it" in group
    assert max(map(len, tip.splitlines())) <= 90


def test_the_legend_has_the_kinds_that_are_drawn_and_what_passes_by(
    pane: GraphPane, opened: GraphPane
) -> None:
    assert opened.legend.texts == ["convolution", "activation", "arithmetic", "linear", "skip connection"]
    assert all(text in opened.legend.toolTip() for text in opened.legend.texts)


def test_the_operation_is_said_to_a_screen_reader(desk: Desk, pane: GraphPane) -> None:
    desk.set(node=5)
    desk.settle()
    assert pane.graph.accessibleDescription() == "head: what linear does"


@pytest.mark.parametrize("dark", [False, True])
def test_boxes_have_the_colour_of_their_kind_in_both_themes(qapp, opened: GraphPane, dark: bool) -> None:
    theme.apply(qapp, "dark" if dark else "light")
    opened.graph.hovered.emit("")
    image = opened.graph.grab().toImage()
    for key, op in (("3", "conv2d"), ("2", "relu")):
        rect = opened.graph.rect_of(key)
        assert image.pixelColor(int(rect.left() + 2), int(rect.center().y())) == theme.kind_colour(op), key
    beside = image.pixelColor(2, int(opened.graph.rect_of("2").center().y()))
    assert beside.name() == theme.current().surface


# ---- taken along ----


def test_what_is_in_sight_and_the_whole_can_be_saved(opened: GraphPane) -> None:
    in_sight, whole = opened.exports()
    assert in_sight.content(".svg").startswith(b"<?xml")
    starts = {".svg": b"<svg", ".pdf": b"%PDF", ".png": b"\x89PNG", ".html": b"<!DOCTYPE", ".dot": b"digraph"}
    assert set(whole.kinds) == set(starts)
    for kind, start in starts.items():
        assert whole.content(kind).startswith(start), kind


def test_in_full_size_the_box_of_the_operation_has_its_strongest_map(
    qtbot: QtBot, desk: Desk, link: FakeLink, opened: GraphPane
) -> None:
    assert not link.asked(ViewValue) and opened.graph.marks.thumbnail is None
    desk.set(spread=True)
    qtbot.waitUntil(lambda: opened.graph.marks.thumbnail is not None)
    assert [it.node for it in link.asked(ViewValue)] == [desk.scene.node]
    opened.graph.zoom(2.0 / opened.graph.camera.scale)
    opened.graph.go_near(opened.graph.marks.shown)
    assert not opened.graph.grab().isNull()


def test_the_button_fit_shows_the_whole_and_full_size_begins_with_it_where_it_can_be_read(
    qtbot: QtBot, desk: Desk, pane: GraphPane
) -> None:
    fit = next(it for it in pane.widget.findChildren(QToolButton) if it.text() == "Fit")
    assert "(0)" in fit.toolTip()
    pane.graph.zoom(4.0, 0, 0)
    fit.click()
    left, top, right, bottom = pane.graph.camera.to_widget((0.0, 0.0, *pane.graph.size_of_drawing))
    assert min(left, top) >= 0 and right <= pane.graph.width() and bottom <= pane.graph.height()
    assert pane.graph.least == READABLE
    desk.set(spread=True)
    qtbot.waitUntil(lambda: pane.graph.least < READABLE)


def test_the_first_hit_comes_in_sight_as_it_is_typed(qtbot: QtBot, desk: Desk, pane: GraphPane) -> None:
    pane.graph.zoom(4.0, 0, 0)
    node = desk.scene.node
    pane.find.setText("linear")
    QTest.qWait(300)
    assert pane.graph.rect_of("5").bottom() <= pane.graph.height() and desk.scene.node == node


def test_a_hit_is_gone_near_to_where_it_could_not_be_read(desk: Desk, opened: GraphPane) -> None:
    graph = opened.graph
    for find in (
        lambda: opened.find.setText("linear"),
        lambda: QTest.keyClick(opened.find, Qt.Key.Key_Return),
    ):
        graph.zoom(0.1 / graph.camera.scale)
        find()
        left, top, right, bottom = graph.camera.to_widget(graph.atlas.home_of("5"))
        assert graph.camera.scale == READABLE and min(left, top) >= 0
        assert right <= graph.width() and bottom <= graph.height()
    assert desk.scene.node == 5


def test_far_away_enter_and_a_double_click_go_near_and_near_they_open(
    qtbot: QtBot, link: FakeLink, pane: GraphPane
) -> None:
    asked = len(link.asked(DrawGraph))
    for go in (lambda: press(pane, Qt.Key.Key_Return), lambda: click(pane, "body", twice=True)):
        pane.graph.zoom(0.2 / pane.graph.camera.scale)
        assert "goes near" in pane.graph.tip_of(pane.graph.atlas.box("5"))
        go()
        assert pane.graph.camera.scale == READABLE and len(link.asked(DrawGraph)) == asked
    assert "goes near" not in pane.graph.tip_of(pane.graph.atlas.box("5"))
    press(pane, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(link.asked(DrawGraph)) > asked)
