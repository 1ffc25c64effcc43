"""The pane of layers, the head and the details: what they wish, what they show, what a click changes."""

from dataclasses import replace
from typing import Any

import pytest
from desk_fakes import KEY, FakeNotices, image, scene, without_forward
from panes import seated
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QToolButton
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink, measurement

from explorer.engine.messages import LoadModel, Measure
from explorer.features.layers import FEATURE
from explorer.features.layers.choice import LayersChoice
from explorer.features.layers.details import DetailsPane
from explorer.features.layers.head import HeadPane
from explorer.features.layers.pane import LayersPane
from explorer.features.layers.step_bar import StepsPane
from explorer.features.layers.steps import step
from explorer.records.measures import EngineLoad
from explorer.records.trace import TraceError
from explorer.window.desk import Desk
from explorer.window.scene import Scene
from explorer.window.spec import Waiting

TIMED = LayersChoice(frozenset({"time"}))


@pytest.fixture
def pane(qtbot: QtBot, desk: Desk) -> LayersPane:
    return seated(qtbot, desk, LayersPane(desk), (340, 500))


def names(pane: LayersPane) -> list[str]:
    return [row.name for row in pane.tree.layers.rows]


def shown(pane: LayersPane) -> list[str]:
    """Return the operations that are not filtered away."""
    tree, leaves = pane.tree, [row for row in pane.tree.layers.rows if not row.children]
    return [
        row.name for row in leaves if not tree.isRowHidden(row.position, tree.layers.index_of(row.parent))
    ]


def click(qtbot: QtBot, pane: LayersPane, node: int) -> None:
    index = pane.tree.layers.index_of(pane.tree.layers.row_of(node))
    place = pane.tree.visualRect(index).center()
    qtbot.mouseClick(pane.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)


class Watching:
    """A pane that counts how often it is shown a scene, and of which node."""

    def __init__(self) -> None:
        self.shown: list[int | None] = []

    def wants(self, scene: Scene) -> None:
        return None

    def show(self, scene: Scene, answer: Any) -> None:
        self.shown.append(scene.node)


# ---- the tree ----


def test_nothing_is_asked_as_long_as_no_times_are_to_be_shown(pane: LayersPane) -> None:
    assert pane.wants(scene()) is None
    assert pane.wants(scene().with_choice(TIMED)).command == Measure(1)
    assert pane.wants(without_forward().with_choice(TIMED)) is None


def test_the_tree_shows_the_trace_and_the_operation_of_the_scene(pane: LayersPane) -> None:
    assert names(pane) == ["input", "stem", "conv", "act", "body", "conv", "+ add", "head"]
    assert pane.tree.currentIndex().data().startswith("conv")


def test_one_click_sets_the_scene_once_and_shows_each_pane_once(
    qtbot: QtBot, desk: Desk, pane: LayersPane, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching, puts, selected = Watching(), [], []
    desk.seat(watching, lambda: True)
    qtbot.waitUntil(lambda: desk.is_idle and bool(watching.shown))
    watching.shown.clear()
    put = desk.put
    monkeypatch.setattr(desk, "put", lambda scene: (puts.append(scene.node), put(scene)))
    pane.tree.node_selected.connect(selected.append)

    click(qtbot, pane, 4)
    assert watching.shown == [4]  # at once
    qtbot.waitUntil(lambda: desk.is_idle)

    assert (puts, watching.shown, selected) == ([4], [4], [4])
    assert (desk.scene.node, desk.scene.layer) == (4, "body.add")


def test_the_tree_follows_steps_without_telling_of_them(qtbot: QtBot, desk: Desk, pane: LayersPane) -> None:
    selected: list[int] = []
    pane.tree.node_selected.connect(selected.append)
    desk.set(node=5)
    desk.settle()
    assert pane.tree.currentIndex().data().startswith("head")
    assert selected == []


def test_beside_an_input_that_could_not_be_opened_the_tree_stays_and_rests(
    desk: Desk, pane: LayersPane
) -> None:
    before = names(pane)
    desk.put(scene(images=(image(), image("bad", "bad.png", failed="cut short")), image="bad"))
    desk.settle()
    assert names(pane) == before and not pane.tree.isEnabled()
    desk.set(image=KEY)
    desk.settle()
    assert names(pane) == before and pane.tree.isEnabled()


def test_while_another_forward_is_on_its_way_the_tree_stays_and_a_click_changes_nothing(
    qtbot: QtBot, desk: Desk, pane: LayersPane
) -> None:
    before = names(pane)
    desk.put(replace(without_forward(), node=None))
    assert desk.scene.is_coming
    desk.settle()
    assert names(pane) == before
    click(qtbot, pane, 4)
    assert desk.scene.node is None


def test_without_a_forward_to_come_the_tree_is_empty(desk: Desk, pane: LayersPane) -> None:
    desk.put(replace(without_forward(), node=None, images=(), image=None))
    desk.settle()
    assert names(pane) == []


def test_times_come_when_their_column_is_shown_and_are_kept_while_they_are_measured_anew(
    qtbot: QtBot, desk: Desk, link: FakeLink, pane: LayersPane
) -> None:
    (time,) = [action for action in pane.columns.actions() if action.data() == "time"]
    time.trigger()
    qtbot.waitUntil(lambda: bool(link.asked(Measure)) and desk.is_idle)
    row = pane.tree.layers.row_of(1)
    number = next(k for k in range(8) if pane.tree.model().headerData(k, Qt.Orientation.Horizontal) == "Time")
    index = pane.tree.layers.index_of(row, number)
    assert (index.data(), pane.tree.isColumnHidden(number)) == ("2.00 ms", False)
    pane.show(desk.scene, Waiting("measuring"))
    assert index.data() == "2.00 ms"
    pane.show(desk.scene, measurement())
    assert index.data() == "2.00 ms"


def test_the_chosen_columns_come_back(qtbot: QtBot, desk: Desk, pane: LayersPane) -> None:
    (params,) = [action for action in pane.columns.actions() if action.data() == "params"]
    params.trigger()
    desk.put(scene())
    again = LayersPane(desk)
    qtbot.addWidget(again.widget)
    assert desk.scene.choice(LayersChoice) == LayersChoice(frozenset({"output", "params"}))


def test_the_output_is_listed_among_the_columns_and_may_be_taken_away(
    qtbot: QtBot, desk: Desk, pane: LayersPane
) -> None:
    (output,) = [action for action in pane.columns.actions() if action.data() == "output"]
    assert output.isChecked()
    output.trigger()
    assert pane.tree.isColumnHidden(2)
    desk.put(scene())
    again = LayersPane(desk)
    qtbot.addWidget(again.widget)
    assert desk.scene.choice(LayersChoice) == LayersChoice(frozenset())


def test_a_menu_of_the_tree_opens_when_it_is_asked_for(desk: Desk, pane: LayersPane) -> None:
    (ask,) = [spec for spec in FEATURE.actions if spec.id == "sortTree"]
    ask.run(desk)
    desk.settle()
    assert pane.order.isVisible() and not pane.columns.isVisible()
    pane.order.close()
    desk.settle()
    assert not pane.order.isVisible()


# ---- the filter ----


def test_the_filter_line_filters_the_tree(qtbot: QtBot, pane: LayersPane) -> None:
    pane.filter_line.setText("head")
    tree = pane.tree
    shown = [row for row in range(tree.model().rowCount()) if not tree.isRowHidden(row, QModelIndex())]
    assert [tree.model().index(row, 0).data() for row in shown] == ["head  Module"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Down, Qt.Key.Key_Return])
def test_down_and_enter_go_to_the_first_hit(qtbot: QtBot, desk: Desk, pane: LayersPane, key: Qt.Key) -> None:
    pane.widget.activateWindow()
    pane.filter_line.setFocus()
    qtbot.keyClicks(pane.filter_line, "add")
    qtbot.keyClick(pane.filter_line, key)
    assert desk.scene.node == 4
    assert pane.tree.hasFocus()


def test_escape_in_the_tree_clears_the_filter_as_well(qtbot: QtBot, pane: LayersPane) -> None:
    pane.filter_line.setText("head")
    qtbot.keyClick(pane.tree, Qt.Key.Key_Escape)
    assert pane.filter_line.text() == ""


def test_escape_clears_the_filter_before_it_cancels_anything(qtbot: QtBot, pane: LayersPane) -> None:
    pane.filter_line.setText("nothing")
    qtbot.keyClick(pane.filter_line, Qt.Key.Key_Escape)
    assert pane.filter_line.text() == ""
    assert len(shown(pane)) == 6


def test_no_dropped_file_becomes_a_text(pane: LayersPane) -> None:
    assert not pane.filter_line.acceptDrops()


def test_rows_are_saved_with_headings_and_plain_numbers(
    desk: Desk, pane: LayersPane, tmp_path: Any, notices: FakeNotices, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "rows.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    (save,) = [action for action in pane.tree.actions() if action.text().startswith("Save")]
    save.trigger()
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == (
        "layer,kernel,output,parameters,multiply-accumulates,milliseconds,bytes,receptive field,"
        "floating-point operations,bytes read and written,FLOPs a byte"
    )
    assert lines[-1] == "head,,1×10,9,100,,40,3×3,,,"
    assert notices.texts() == ["Saved rows.csv"]


def test_a_folder_that_cannot_be_written_is_said(
    pane: LayersPane, tmp_path: Any, notices: FakeNotices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "no" / "rows.csv"), ""))
    (save,) = [action for action in pane.tree.actions() if action.text().startswith("Save")]
    save.trigger()
    assert notices.texts() == [
        "rows.csv was not saved: No such file or directory. Choose another place or name."
    ]


# ---- where a forward stopped ----


def test_the_row_of_the_failure_shows_it_in_the_place_of_an_operation(
    qtbot: QtBot, desk: Desk, pane: LayersPane
) -> None:
    before = scene()
    error = TraceError("head", "linear", "head", "RuntimeError: shapes do not match")
    trace = replace(before.trace, error=error, nodes=before.trace.nodes[:5], output_shape=None)
    desk.put(before.with_seat(forward=replace(before.forward, number=2, trace=trace)))
    head, details, steps = HeadPane(desk), DetailsPane(desk), StepsPane(desk)
    for other in (head, details, steps):
        qtbot.addWidget(other.widget)
        desk.seat(other, lambda: True)
    desk.settle()
    row = pane.tree.layers.root.children[-1]
    place = pane.tree.visualRect(pane.tree.layers.index_of(row)).center()
    qtbot.mouseClick(pane.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert desk.scene.node is None and "shapes do not match" in desk.scene.failure
    assert head.heading.text() == "head failed" and "shapes do not match" in head.line.text()
    assert "shapes do not match" in dict(details.table.model().rows)["Failed"]
    assert "4" in steps.position.text()
    step(desk, -1)
    desk.settle()
    assert desk.scene.node == 4 and head.heading.text() != "head failed"


# ---- head and details ----


@pytest.fixture
def head(qtbot: QtBot, desk: Desk) -> HeadPane:
    head = HeadPane(desk)
    qtbot.addWidget(head.widget)
    return head


def test_the_head_says_what_the_operation_does(head: HeadPane) -> None:
    head.show(scene(node=4), None)
    assert head.heading.text() == "Sum, 4×8×8"
    assert (
        head.line.text() == "body.add    added value by value    receptive field 3×3 pixels    output 1.02 kB"
    )


def test_a_module_that_is_picked_is_said_to_show_the_output_of_its_last_operation(
    qtbot: QtBot, desk: Desk, pane: LayersPane, head: HeadPane
) -> None:
    desk.seat(head, lambda: True)
    group = next(row for row in pane.tree.layers.rows if row.name == "body")
    place = pane.tree.visualRect(pane.tree.layers.index_of(group)).center()
    qtbot.mouseClick(pane.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert (desk.scene.node, desk.scene.module) == (4, "body")
    assert head.heading.text() == "Output of body: 4 channels, 8×8"
    assert head.line.text().startswith(
        "its last operation: body.add    added value by value    receptive field"
    )
    click(qtbot, pane, 4)  # the operation itself is another thing to say of the same values
    assert (desk.scene.node, desk.scene.module) == (4, "")
    assert head.heading.text() == "Sum, 4×8×8"


def test_the_row_that_is_selected_is_the_one_that_the_head_tells_of(
    qtbot: QtBot, desk: Desk, pane: LayersPane
) -> None:
    group = next(row for row in pane.tree.layers.rows if row.name == "body")
    place = pane.tree.visualRect(pane.tree.layers.index_of(group)).center()
    qtbot.mouseClick(pane.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    desk.settle()
    assert pane.tree.layers.row(pane.tree.currentIndex()) is group
    desk.set(module="")
    desk.settle()
    assert pane.tree.layers.row(pane.tree.currentIndex()).name == "+ add" and pane.tree.module == ""


def test_a_step_leaves_the_module_that_was_picked(desk: Desk, head: HeadPane) -> None:
    desk.put(replace(scene(node=4), module="body"))
    step(desk, -1)
    step(desk, 1)
    assert (desk.scene.node, desk.scene.module) == (4, "")


def test_the_head_adds_the_time_as_soon_as_it_is_known(
    qtbot: QtBot, desk: Desk, head: HeadPane, pane: LayersPane
) -> None:
    desk.seat(head, lambda: True)
    desk.settle()
    assert " ms" not in head.line.text()
    desk.choose(TIMED)
    qtbot.waitUntil(lambda: head.line.text().endswith("2.00 ms"))
    assert desk.known(Measure(1)) is not None


@pytest.mark.parametrize("width", range(160, 700, 20))
def test_the_time_takes_no_other_facts_place(head: HeadPane, width: int) -> None:
    line, facts = (
        head.line,
        ("body.add", "added value by value", "receptive field 3×3 pixels", "output 1.02 kB"),
    )
    shown = []
    for time in ("", "time 0.473 ms", "time 22.7 ms"):
        line.say_facts((facts, (facts[0], *facts[2:])), "", time)
        painted = line.said_in(width)
        shown.append(painted.removesuffix(time).rstrip())
    assert len(set(shown)) == 1
    if line.said_in(width) != facts[0]:
        assert line.said_in(width).endswith((" …", time)), "what is left out has a sign"


def test_where_the_forward_stopped_is_said_without_why_where_that_has_no_room(head: HeadPane) -> None:
    before, why = scene(), "ValueError: " + "no such size; " * 20
    error = TraceError("head", "linear", "head", why)
    trace = replace(before.trace, error=error, nodes=before.trace.nodes[:5], output_shape=None)
    head.show(before.with_seat(forward=replace(before.forward, trace=trace)).at_node(4), None)
    painted = head.line.said_in(640)
    assert painted == "body.add    then stopped at head    receptive field 3×3 pixels    output 1.02 kB"
    assert why.strip() in head.line.toolTip().replace("\n", " ")


def test_the_head_never_changes_its_height(head: HeadPane) -> None:
    heights = set()
    for shown in (scene(node=1), scene(node=5), replace(without_forward(), node=None, image=None, images=())):
        head.show(shown, None)
        heights.add(head.widget.sizeHint().height())
    assert len(heights) == 1
    assert head.heading.text() == "Open an image to see what the network makes of it"


def test_while_another_forward_is_on_its_way_the_head_stays(head: HeadPane) -> None:
    head.show(scene(node=4), None)
    head.show(replace(without_forward(), node=None), Waiting())
    assert head.heading.text() == "Sum, 4×8×8"


def test_a_head_explains_the_terms_in_it(head: HeadPane) -> None:
    shown = scene(node=1)
    conv = shown.trace.nodes[1]
    facts = (("kernel_size", (3, 3)), ("stride", (2, 2)), ("in_channels", 3), ("out_channels", 4))
    nodes = (shown.trace.nodes[0], replace(conv, attributes=facts), *shown.trace.nodes[2:])
    trace = replace(shown.trace, nodes=nodes)
    head.show(shown.with_seat(forward=replace(shown.forward, trace=trace)), None)
    assert head.heading.text() == "3×3 convolution, stride 2: 3 → 4 channels"
    assert "Stride: How far the window moves" in head.heading.toolTip()


def test_details_are_a_table_that_is_copied(qtbot: QtBot, desk: Desk) -> None:
    pane = DetailsPane(desk)
    qtbot.addWidget(pane.widget)
    pane.show(scene(node=1), None)
    rows = pane.table.model().rowCount()
    terms = [pane.table.model().index(row, 0).data() for row in range(rows)]
    assert (
        terms[:2] == ["What it is", "Name"]
        and terms.index("Cost") < terms.index("MACs")
        and "Receptive field" in terms
        and "MACs" in terms
    )
    pane.table.selectRow(terms.index("MACs"))
    pane.table.actions()[0].trigger()
    assert QGuiApplication.clipboard().text() == "Term\tValue\nMACs\t100 multiply-accumulates"
    tip = pane.table.model().index(terms.index("MACs"), 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "Multiply-accumulates: how often" in tip


def test_details_say_of_a_value_that_it_is_not_held_as_long_as_it_is_not(qtbot: QtBot, desk: Desk) -> None:
    details = DetailsPane(desk)
    qtbot.addWidget(details.widget)
    number = scene().forward.number
    for gone, said in (({1}, True), ({0, 2}, False), ({1}, True), (set(), False)):
        load = EngineLoad(values_gone={number: frozenset(gone), number + 1: frozenset({1})})
        details.show(scene(node=1, load=load), None)
        assert ("not held" in dict(details.table.model().rows).get("Value", "")) is said


def test_details_end_with_the_time_once_it_is_known(qtbot: QtBot, desk: Desk, pane: LayersPane) -> None:
    details = DetailsPane(desk)
    qtbot.addWidget(details.widget)
    details.widget.show()
    desk.seat(details, lambda: True)
    desk.settle()
    rows = details.table.model().rows
    assert "Time" not in dict(rows)
    desk.choose(TIMED)
    qtbot.waitUntil(lambda: len(details.table.model().rows) == len(rows) + 1)
    assert details.table.model().rows == (*rows, ("Time", "2.00 ms, the median of 10 runs"))


def test_details_give_the_terms_no_more_room_than_they_need(qtbot: QtBot, desk: Desk) -> None:
    details = DetailsPane(desk)
    qtbot.addWidget(details.widget)
    details.show(scene(node=1), None)
    table = details.table
    widest = max(table.fontMetrics().horizontalAdvance(term) for term, _ in table.model().rows)
    assert widest + 8 <= table.columnWidth(0) <= widest + 24
    width = table.columnWidth(0)
    details.show(scene(node=0), None)  # fewer terms: nothing moves
    assert table.columnWidth(0) == width


def test_without_an_operation_the_details_are_empty(qtbot: QtBot, desk: Desk) -> None:
    pane = DetailsPane(desk)
    qtbot.addWidget(pane.widget)
    pane.show(scene(node=1), None)
    pane.show(replace(without_forward(), node=None), Waiting())
    assert pane.table.model().rowCount() > 5  # another forward is on its way
    pane.show(replace(without_forward(), node=None, images=(), image=None), None)
    assert pane.table.model().rowCount() == 0
    assert not pane.table.grab().isNull()


def test_another_model_that_is_loaded_leaves_the_details_until_it_is_there(qtbot: QtBot, desk: Desk) -> None:
    pane = DetailsPane(desk)
    qtbot.addWidget(pane.widget)
    pane.show(scene(node=1), None)
    coming = without_forward().with_seat(wanted=LoadModel("zoo:other"))
    pane.show(replace(coming, node=None), Waiting())
    assert pane.table.model().rowCount() > 5


def test_at_the_first_forward_the_keys_go_to_the_tree(qtbot: QtBot, pane: LayersPane) -> None:
    assert pane.tree.hasFocus()


def test_a_sorted_tree_says_so_and_a_press_brings_back_the_order_of_execution(
    qtbot: QtBot, pane: LayersPane
) -> None:
    line = pane.widget.findChild(QToolButton, "sortedBy")
    assert not line.isVisible()
    pane.tree.turn_order(2)
    assert line.isVisible() and line.text() == "Sorted by output, largest first  ✕"
    pane.tree.turn_order(0)
    assert line.text() == "Sorted by layer, A to Z  ✕"
    line.click()
    assert pane.tree.layers.sorting is None and not line.isVisible()


def test_the_keyboard_sorts_through_the_menu(pane: LayersPane) -> None:
    by_name = {action.text(): action for action in pane.order.actions()}
    by_name["Output"].trigger()
    assert (names(pane)[-1], len(names(pane))) == ("head", 6)
    by_name["Order of execution"].trigger()
    assert names(pane)[:2] == ["input", "stem"]
    assert pane.tree.layers.sorting is None


def test_another_network_is_shown_whole_and_its_steps_have_the_keys(
    qtbot: QtBot, desk: Desk, pane: LayersPane
) -> None:
    line, tree = pane.filter_line, pane.tree
    pane.widget.show()
    pane.widget.activateWindow()
    qtbot.waitUntil(pane.widget.isActiveWindow)
    line.setFocus()
    line.setText("conv")
    forward = desk.scene.forward
    assert forward is not None and line.hasFocus()
    desk.put(desk.scene.with_seat(forward=replace(forward, number=2)))  # the same network on another image
    desk.settle()
    assert line.text() == "conv" and line.hasFocus()
    trace = replace(forward.trace, model="zoo:other")
    desk.put(desk.scene.with_seat(forward=replace(forward, number=3, trace=trace)))
    desk.settle()
    assert line.text() == "" and tree.hasFocus()


def test_esc_clears_the_filter_and_then_leaves_it(qtbot: QtBot, pane: LayersPane) -> None:
    line, tree = pane.filter_line, pane.tree
    pane.widget.show()
    pane.widget.activateWindow()
    qtbot.waitUntil(pane.widget.isActiveWindow)
    line.setFocus()
    line.setText("conv")
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert line.text() == "" and line.hasFocus()
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert tree.hasFocus()
