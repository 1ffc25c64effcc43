"""Both networks drawn beside each other: the signs of their boxes, and that both sides go in step."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from compare_scenes import beside
from panes import seated
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink, forward

from explorer.drawing.messages import DrawGraph
from explorer.features.compare import FEATURE, badges
from explorer.features.compare.choice import Comparing, Drawn
from explorer.features.compare.graphs_view import GraphsView
from explorer.features.compare.pane import ComparePane
from explorer.features.compare.rows import Row, Sign
from explorer.window import theme
from explorer.window.desk import Desk
from explorer.window.scene import Scene
from explorer.window.widgets.elided import FACTS

NAMES = ("zoo:toy", "zoo:other")
CLOSED = (frozenset[str](), frozenset[str]())
Show = Callable[..., GraphsView]


@pytest.fixture
def pane(qtbot: QtBot, desk: Desk) -> ComparePane:
    return seated(qtbot, desk, ComparePane(desk), (1200, 800))


@pytest.fixture
def show(qtbot: QtBot, pane: ComparePane, desk: Desk) -> Show:
    def go(opened: tuple[Any, Any] = CLOSED, node: int = 1) -> GraphsView:
        desk.put(drawn(replace(beside(), node=node), opened))
        qtbot.waitUntil(lambda: desk.is_idle and pane.widget.layers.graphs.are_drawn)
        return pane.widget.layers.graphs

    return go


def drawn(scene: Scene, opened: tuple[Any, Any]) -> Scene:
    return scene.with_choice(Comparing(graphs=True)).with_choice(Drawn(NAMES, opened))


def signs(graphs: GraphsView, side: int) -> dict[str, str]:
    return {key: badge.sign for key, badge in (graphs.graphs[side].marks.badges or {}).items()}


def shown(graphs: GraphsView) -> tuple[str, str]:
    one, two = (it.marks.shown for it in graphs.graphs)
    return one, two


def click(qtbot: QtBot, graphs: GraphsView, side: int, key: str) -> None:
    graph = graphs.graphs[side]
    graph.reveal(key)
    at = graph.rect_of(key).center().toPoint()
    qtbot.mouseClick(graph, Qt.MouseButton.LeftButton, pos=QPoint(at))


def test_only_the_presentation_in_front_wishes_drawings(pane: ComparePane) -> None:
    table, graphs = beside(), drawn(beside(), CLOSED)
    assert not any(isinstance(it, DrawGraph) for it in pane.wants(table).beside)
    wished = [it for it in pane.wants(graphs).beside if isinstance(it, DrawGraph)]
    assert wished == [DrawGraph(1, frozenset()), DrawGraph(2, frozenset())]


def test_the_switch_shows_graphs_in_the_place_of_the_table(
    qtbot: QtBot, pane: ComparePane, show: Show, desk: Desk
) -> None:
    graphs, layers = show(), pane.widget.layers
    assert graphs.isVisible() and not layers.table.isVisible() and not layers.filter.isVisible()
    assert "1 of 4 pairs of layers" in layers.said.text() and layers.said.isVisible(), (
        "one sentence for both ways"
    )
    layers.ways.setCurrentIndex(0)
    qtbot.waitUntil(lambda: layers.table.isVisible())
    assert not desk.scene.choice(Comparing).graphs and layers.filter.isVisible()
    assert "~ 1 changed" in layers.said.toolTip()


def test_the_switch_has_a_key_that_brings_the_page_first(show: Show, desk: Desk) -> None:
    show()
    turn = next(it for it in FEATURE.actions if it.id == "compareGraphs").run
    for page, graphs in (("compare", True), ("compare", False), ("compare", True)):
        turn(desk)
        assert (desk.scene.page, desk.scene.choice(Comparing).graphs) == (page, graphs)


def test_a_box_bears_the_weightiest_sign_of_its_operations(show: Show) -> None:
    # The stem is the same but for rounding; of the body one is changed and one stands alone; the head parts.
    graphs = show()
    for side in (0, 1):
        assert signs(graphs, side) == {"stem": "≈", "body": "~", "5": "≠"}
    graphs = show((frozenset({"stem", "body"}),) * 2)
    assert signs(graphs, 0) == {"1": "=", "2": "≈", "3": "~", "4": "−", "5": "≠"}
    assert signs(graphs, 1) == {"1": "=", "2": "≈", "3": "~", "4": "+", "5": "≠"}


def test_several_agree_only_if_that_is_known_of_each() -> None:
    alike = Row(0, None, None, Sign.SAME)
    not_yet = replace(alike, sign=Sign.UNKNOWN)
    assert badges.sign_of([alike, not_yet]) is Sign.UNKNOWN
    assert badges.sign_of([replace(alike, sign=Sign.CLOSE), not_yet]) is Sign.UNKNOWN
    assert badges.sign_of([replace(alike, sign=Sign.PARTS), not_yet]) is Sign.PARTS
    assert badges.sign_of([alike, alike]) is Sign.SAME


def test_one_legend_tells_what_the_signs_mean(show: Show) -> None:
    texts = show().legend.texts
    counted = ["changed", "only in A", "only in B", "beyond the tolerance", "within the tolerance"]
    assert texts[:6] == [f"1 {it}" for it in (*counted, "the same to the bit")]


def test_what_is_said_of_a_box_counts_what_is_in_it(show: Show) -> None:
    graphs = show()
    atlas = graphs.graphs[0].atlas
    assert atlas is not None
    assert "~ 1 changed" in graphs.graphs[0].tip_of(atlas.box("body"))
    assert "kernel size 3×3 → 5×5" in show((frozenset({"body"}),) * 2).graphs[0].tip_of(
        graphs.graphs[0].atlas.box("3")
    )


@pytest.mark.parametrize("side", [0, 1])
def test_a_click_on_one_side_selects_on_the_other(qtbot: QtBot, show: Show, desk: Desk, side: int) -> None:
    graphs = show()
    assert shown(graphs) == ("stem", "stem")
    click(qtbot, graphs, side, "5")
    qtbot.waitUntil(lambda: shown(graphs) == ("5", "5"))
    assert desk.scene.node == 5
    assert all(it.rect().contains(it.rect_of("5").center().toPoint()) for it in graphs.graphs)


def test_a_click_on_a_group_takes_its_last_operation_that_has_a_partner(
    qtbot: QtBot, show: Show, desk: Desk
) -> None:
    graphs = show()
    click(qtbot, graphs, 0, "body")
    qtbot.waitUntil(lambda: shown(graphs) == ("body", "body"))
    assert desk.scene.node == 3


def test_an_operation_of_one_side_is_taken_out_of_the_closed_group_of_the_other(
    qtbot: QtBot, show: Show, desk: Desk
) -> None:
    graphs = show((frozenset({"body"}), frozenset()))
    click(qtbot, graphs, 0, "3")
    qtbot.waitUntil(lambda: desk.is_idle and shown(graphs) == ("3", "3"))
    halves = graphs.halves
    assert [it.drawing.opened for it in halves if it is not None] == [frozenset({"body"})] * 2


def test_what_stands_alone_is_selected_on_its_side_only(qtbot: QtBot, show: Show, desk: Desk) -> None:
    graphs = show((frozenset({"body"}),) * 2)
    click(qtbot, graphs, 1, "4")
    qtbot.waitUntil(lambda: shown(graphs) == ("", "4"))
    click(qtbot, graphs, 0, "4")
    qtbot.waitUntil(lambda: shown(graphs) == ("4", ""))


def test_where_there_is_nothing_to_compare_the_graphs_have_the_room(
    qtbot: QtBot, pane: ComparePane, show: Show, desk: Desk
) -> None:
    graphs, layers = show((frozenset({"body"}),) * 2), pane.widget.layers
    before = layers.split.sizes()
    click(qtbot, graphs, 0, "4")
    qtbot.waitUntil(lambda: layers.maps.height() < 30 and graphs.height() > before[0])
    assert (
        layers.maps.line.text() == "Only in A: no layer of B is its partner." and layers.maps.line.isVisible()
    )
    assert not layers.values.isEnabled(), "there are none to be shown"
    click(qtbot, graphs, 0, "3")
    qtbot.waitUntil(lambda: layers.split.sizes() == before)
    assert layers.maps.columns[0].isVisible() and layers.values.isChecked()


def test_a_pair_is_told_in_one_line_where_there_is_little_room(
    qtbot: QtBot, pane: ComparePane, show: Show, desk: Desk
) -> None:
    show((frozenset({"body"}),) * 2, 3)
    layers = pane.widget.layers
    told = [
        "A and B: body.conv",
        "cosine 0.5000",
        "relative error 0.25",
        "CKA over images about 1.00",
        "kernel size 3×3 → 5×5",
    ]
    assert layers.maps.line.text().split(FACTS) == told and not layers.maps.is_line
    before = layers.graphs.height()
    pane.widget.resize(900, 480)
    qtbot.waitUntil(lambda: layers.maps.is_line and layers.graphs.height() > 0.6 * before)
    assert not layers.values.isChecked() and layers.maps.line.isVisible()
    layers.values.click()
    qtbot.waitUntil(lambda: layers.maps.columns[0].isVisible())
    assert desk.scene.choice(Comparing).values, "what a person wants holds, whatever the room"
    layers.values.click()
    pane.widget.resize(1200, 800)
    qtbot.waitUntil(lambda: layers.graphs.height() > before)
    assert layers.maps.is_line


def test_the_table_after_a_graph_of_one_that_is_alone_has_its_room(
    qtbot: QtBot, pane: ComparePane, show: Show, desk: Desk
) -> None:
    show((frozenset({"body"}),) * 2)
    layers = pane.widget.layers
    desk.choose(replace(desk.scene.choice(Comparing), graphs=False))
    qtbot.waitUntil(lambda: layers.table.isVisible())
    table = layers.split.sizes()
    desk.put(desk.scene.with_choice(Comparing(graphs=True)).at_node(4))
    qtbot.waitUntil(lambda: desk.is_idle and layers.maps.is_line)
    desk.choose(replace(desk.scene.choice(Comparing), graphs=False))
    qtbot.waitUntil(lambda: layers.table.isVisible() and layers.split.sizes() == table)
    assert not layers.maps.is_line, "it has the value of the one that is alone"


def test_what_is_in_one_network_only_has_no_colour_of_a_kind() -> None:
    muted = theme.current().muted
    assert {badges.BADGES[it].colour.name() for it in (Sign.ONLY_A, Sign.ONLY_B)} == {muted}


def test_inputs_belong_together(qtbot: QtBot, show: Show) -> None:
    graphs = show()
    click(qtbot, graphs, 1, "0")
    qtbot.waitUntil(lambda: shown(graphs) == ("0", "0"))


def test_a_group_opens_and_closes_on_both_sides(qtbot: QtBot, show: Show, desk: Desk) -> None:
    graphs = show()
    for opened in (frozenset({"body"}), frozenset()):
        graphs.graphs[0].toggled.emit("body")
        qtbot.waitUntil(lambda: desk.is_idle)
        assert [it.drawing.opened for it in graphs.halves if it is not None] == [opened] * 2


def test_a_group_that_opens_far_from_the_pair_does_not_lead_back_to_it(
    qtbot: QtBot, pane: ComparePane, show: Show, desk: Desk
) -> None:
    graphs = show(node=0)
    pane.widget.resize(900, 400)
    for graph in graphs.graphs:
        graph.reveal("5")
    graphs.graphs[0].toggled.emit("body")
    qtbot.waitUntil(lambda: desk.is_idle and all("3" in it.atlas.number for it in graphs.graphs))
    assert all(it.rect_of("0").bottom() < 0 < it.rect_of("body").bottom() for it in graphs.graphs)


def test_what_is_drawn_stays_until_it_is_drawn_for_another_input(
    qtbot: QtBot, show: Show, desk: Desk, link: FakeLink
) -> None:
    graphs = show()
    before = graphs.halves[0]
    link.manual = {DrawGraph}
    other = beside(forward=forward("image-b", 4, model="zoo:other"))
    first = replace(other.seats[0], forward=forward("image-b", 3))
    scene = replace(other, seats=(first, other.seats[1]), image="image-b")
    desk.put(drawn(scene, CLOSED))
    qtbot.waitUntil(lambda: bool(link.waiting(DrawGraph)))
    assert graphs.halves[0] is before and graphs.are_drawn
    link.manual = set()
    while link.waiting(DrawGraph):
        link.answer(DrawGraph)
    qtbot.waitUntil(lambda: desk.is_idle and graphs.halves[0] is not before)
    assert graphs.halves[0] is not None and graphs.halves[0].trace is desk.scene.trace


def test_arrow_keys_go_along_both(qtbot: QtBot, show: Show, desk: Desk) -> None:
    graphs = show()
    qtbot.keyClick(graphs.graphs[1], Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: shown(graphs) == ("body", "body"))


def heights(graphs: GraphsView, key: str) -> tuple[float, float]:
    one, two = (graph.rect_of(key).center().y() for graph in graphs.graphs)
    return one, two


@pytest.mark.parametrize("side", [0, 1])
def test_who_moves_one_moves_both_and_what_is_matched_stays_level(
    qtbot: QtBot, show: Show, desk: Desk, side: int
) -> None:
    graphs = show((frozenset({"stem"}), frozenset()), node=0)  # one is longer than the other
    moved, other = graphs.graphs[side], graphs.graphs[1 - side]
    moved.zoom(2.0)
    assert moved.camera.scale == other.camera.scale
    moved.pan(30, -moved.camera.top)
    assert heights(graphs, "0")[0] == pytest.approx(heights(graphs, "0")[1])
    moved.pan(0, -1e4)
    assert heights(graphs, "5")[0] == pytest.approx(heights(graphs, "5")[1])
    before = moved.camera
    other.pan(0, 40)
    assert moved.camera.top > before.top


def test_what_is_looked_at_stays_in_sight_on_both_sides(qtbot: QtBot, show: Show, desk: Desk) -> None:
    graphs = show((frozenset({"stem", "body"}), frozenset()), node=5)
    graphs.graphs[0].zoom(2.0)
    for step in range(60):
        graphs.graphs[0].pan(0, -20 if step % 30 < 25 else 60)
        one, two = (it.rect_of("5") for it in graphs.graphs)
        if graphs.graphs[0].rect().contains(one.toRect()):
            assert graphs.graphs[1].rect().contains(two.toRect())


def test_each_moves_by_itself_if_they_are_not_in_step(
    qtbot: QtBot, pane: ComparePane, show: Show, desk: Desk
) -> None:
    graphs, switch = show(), pane.widget.layers.in_step
    assert switch.isVisible() and switch.isChecked()
    switch.click()
    qtbot.waitUntil(lambda: not desk.scene.choice(Comparing).in_step and desk.is_idle)
    before = graphs.graphs[1].camera
    graphs.graphs[0].pan(0, -80)
    assert graphs.graphs[1].camera == before != graphs.graphs[0].camera
    switch.click()
    qtbot.waitUntil(lambda: graphs.graphs[1].camera.top == graphs.graphs[0].camera.top)


def test_the_menu_mends_the_match_and_opens_all(
    qtbot: QtBot, pane: ComparePane, show: Show, desk: Desk
) -> None:
    graphs = show()
    texts = {it.text(): it for it in pane.graphs.menu().actions() if it.text()}
    assert {"Release this pair", "Open all groups", "Close all groups"} <= set(texts)
    texts["Open all groups"].trigger()
    qtbot.waitUntil(lambda: desk.is_idle)
    assert all(it is not None and it.drawing.opened == {"stem", "body"} for it in graphs.halves)


def test_both_are_saved_on_one_sheet(pane: ComparePane, show: Show) -> None:
    show()
    whole, view = pane.exports()
    text = whole.content(".svg").decode()
    for said in ("A zoo:toy", "B zoo:other", "changed: another operation, shape or attribute", "≠"):
        assert said in text
    assert text.count(">stem<") == 2
    assert whole.content(".png").startswith(b"\x89PNG") and view.kinds == (".png", ".pdf", ".svg")
