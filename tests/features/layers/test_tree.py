"""The layer tree: what nests where, what the columns say, and who is told of a selection."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication

from explorer.features.layers.tree import LayerTree
from explorer.records.measures import Spread, Timing
from explorer.records.trace import ModuleInfo, Node, TensorInfo, Trace, TraceError
from explorer.window import theme

LAYER, OPERATION, SHAPE, PARAMS, MACS, TIME = range(6)


def node(
    id_: int,
    op: str,
    module: str = "",
    *,
    name: str = "",
    call: int = 0,
    shape=(1, 8, 4, 4),
    parameters=(),
    macs=0,
) -> Node:
    size = 4
    for extent in shape:
        size *= extent
    inputs = (id_ - 1,) if id_ else ()
    output = TensorInfo(shape, "float32", size)
    name = name or f"{module}.{op}".strip(".")
    params = sum(SIZES[parameter] for parameter in parameters)
    return Node(id_, op, name, module, call, inputs, (output,), tuple(parameters), params, macs)


SIZES = {"stem.weight": 216, "block.conv.weight": 576, "block.conv.bias": 8, "head.weight": 80}

BLOCK = "block.conv.weight", "block.conv.bias"
NODES = (
    node(0, "input", name="image", shape=(1, 3, 8, 8)),
    node(1, "conv2d", "stem", name="stem", parameters=["stem.weight"], macs=3456),
    node(2, "conv2d", "block.conv", name="block.conv", parameters=BLOCK, macs=9216),
    node(3, "relu", "block.act", name="block.act"),
    node(4, "conv2d", "block.conv", name="block.conv:2", call=1, parameters=BLOCK, macs=9216),
    node(5, "add", "block"),
    node(6, "relu", "block.act", name="block.act:2", call=1),
    node(7, "flatten", shape=(1, 128)),
    node(8, "linear", "head", name="head", shape=(1, 10), parameters=["head.weight"], macs=80),
)
MODULES = (
    ModuleInfo("", "Net"),
    ModuleInfo("stem", "Conv2d"),
    ModuleInfo("block", "Block"),
    ModuleInfo("block.conv", "Conv2d"),
    ModuleInfo("block.act", "ReLU"),
    ModuleInfo("head", "Linear"),
)
TRACE = Trace("zoo:net", (1, 3, 8, 8), (1, 10), sum(SIZES.values()), NODES, MODULES, SIZES)


def timing(*skipped: int) -> Timing:
    spreads = [Spread(1.0 + id_, 0.5, 9.0, 5) for id_ in range(len(NODES))]
    nodes = tuple(None if id_ in (0, *skipped) else spread for id_, spread in enumerate(spreads))
    return Timing("cpu", 2, 1, Spread(40.0, 39.0, 41.0, 5), nodes)


@pytest.fixture
def tree(qtbot) -> LayerTree:
    view = LayerTree()
    qtbot.addWidget(view)
    view.resize(700, 400)
    view.show()
    view.set_trace(TRACE)
    return view


def outline(view: LayerTree, parent: QModelIndex | None = None, depth: int = 0) -> list[str]:
    """Return the first column of all rows that are not filtered away, two spaces a level."""
    parent = parent or QModelIndex()
    lines = []
    for row in range(view.model().rowCount(parent)):
        if not view.isRowHidden(row, parent):
            index = view.model().index(row, LAYER, parent)
            lines += ["  " * depth + index.data(), *outline(view, index, depth + 1)]
    return lines


def find(view: LayerTree, *path: str, column: int = LAYER) -> QModelIndex:
    index = QModelIndex()
    for text in path:
        rows = [view.model().index(row, LAYER, index) for row in range(view.model().rowCount(index))]
        index = next(row for row in rows if row.data() == text)
    return index.siblingAtColumn(column)


def click(qtbot, view: LayerTree, index: QModelIndex) -> None:
    view.scrollTo(index)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(index).center())


def test_modules_nest_and_single_operations_share_the_row_of_their_module(tree):
    assert outline(tree) == [
        "image",
        "stem  Conv2d",
        "block  Block",
        "  conv  Conv2d",
        "    conv2d",
        "    conv2d (call 2)",
        "  act  ReLU",
        "    relu",
        "    relu (call 2)",
        "  + add",
        "flatten",
        "head  Linear",
    ]


def test_inputs_come_first_even_if_they_were_met_later(tree):
    late = node(9, "input", name="mask", shape=(1, 1))
    tree.set_trace(replace(TRACE, nodes=(*NODES, late)))
    assert outline(tree)[:3] == ["image", "mask", "stem  Conv2d"]


def test_an_operation_says_what_it_costs(tree):
    tree.set_timing(timing())
    texts = [find(tree, "stem  Conv2d", column=column).data() for column in range(6)]
    assert texts == ["stem  Conv2d", "conv2d", "1×8×4×4", "216", "3.46 k", "2.00 ms"]


def test_a_module_counts_shared_parameters_once_and_adds_up_the_rest(tree):
    tree.set_timing(timing())
    texts = [find(tree, "block  Block", column=column).data() for column in range(6)]
    assert texts == ["block  Block", "", "1×8×4×4", "584", "18.4 k", "25.0 ms"]


def test_a_sum_over_an_operation_without_a_formula_says_so(tree):
    unknown = {2: None, 8: None}
    nodes = tuple(replace(node, macs=unknown.get(node.id, node.macs)) for node in NODES)
    tree.set_trace(replace(TRACE, nodes=nodes))
    rows = [("block  Block",), ("block  Block", "conv  Conv2d", "conv2d"), ("head  Linear",), ("flatten",)]
    assert [find(tree, *row, column=MACS).data() for row in rows] == ["≥ 9.22 k", "–", "–", "0"]


def test_a_sum_over_an_operation_without_a_time_says_so(tree):
    tree.set_timing(timing(3))
    assert find(tree, "block  Block", column=TIME).data() == "≥ 21.0 ms"
    assert find(tree, "block  Block", "act  ReLU", "relu", column=TIME).data() == "–"


def test_times_are_unknown_before_they_are_measured_and_never_those_of_another_network(tree):
    assert find(tree, "stem  Conv2d", column=TIME).data() == "–"
    tree.set_timing(replace(timing(), nodes=timing().nodes[:3]))
    assert find(tree, "stem  Conv2d", column=TIME).data() == "–"


def test_numbers_stand_on_the_right(tree):
    for column in (PARAMS, MACS, TIME):
        alignment = find(tree, "stem  Conv2d", column=column).data(Qt.ItemDataRole.TextAlignmentRole)
        assert alignment & Qt.AlignmentFlag.AlignRight


def test_the_tooltip_of_an_operation_tells_it_all(tree):
    tip = find(tree, "block  Block", "+ add").data(Qt.ItemDataRole.ToolTipRole)
    assert "block.add" in tip and "1×8×4×4 float32, 512 B" in tip and "reads: block.conv:2" in tip
    tip = find(tree, "head  Linear").data(Qt.ItemDataRole.ToolTipRole)
    assert "head.weight (80)" in tip


def test_a_click_on_an_operation_is_told_once(qtbot, tree):
    told = []
    tree.node_selected.connect(told.append)
    click(qtbot, tree, find(tree, "block  Block", "+ add"))
    click(qtbot, tree, find(tree, "block  Block", "+ add"))
    assert told == [5]


def test_a_click_on_a_module_is_its_output_and_the_selection_stays_on_it(qtbot, tree):
    block = find(tree, "block  Block")
    with qtbot.waitSignal(tree.node_selected) as told:
        click(qtbot, tree, block)
    assert told.args == [6]
    tree.select_node(6)
    assert tree.currentIndex() == block


def test_the_keyboard_moves_through_the_operations(qtbot, tree):
    told = []
    tree.select_node(0)
    tree.node_selected.connect(told.append)
    qtbot.keyClick(tree, Qt.Key.Key_Down)
    qtbot.keyClick(tree, Qt.Key.Key_End)
    assert told == [1, 8]


def test_getting_the_focus_selects_nothing(qtbot, tree):
    told = []
    tree.node_selected.connect(told.append)
    tree.activateWindow()
    tree.setFocus(Qt.FocusReason.TabFocusReason)
    QGuiApplication.processEvents()
    assert told == []


def test_selecting_from_outside_opens_the_modules_and_tells_nobody(qtbot, tree):
    told = []
    tree.node_selected.connect(told.append)
    tree.collapseAll()
    tree.select_node(4)
    assert tree.currentIndex().data() == "conv2d (call 2)"
    assert tree.selectionModel().isRowSelected(1, find(tree, "block  Block", "conv  Conv2d"))
    assert tree.isExpanded(find(tree, "block  Block")) and told == []
    tree.select_node(99)
    assert tree.currentIndex().data() == "conv2d (call 2)"


def test_a_second_recording_of_the_same_network_moves_nothing(tree):
    tree.set_timing(timing())
    tree.collapse(find(tree, "block  Block"))
    tree.select_node(7)
    wider = replace(NODES[7], outputs=(TensorInfo((2, 128), "float32", 1024),))
    tree.set_trace(replace(TRACE, nodes=(*NODES[:7], wider, NODES[8])))
    assert not tree.isExpanded(find(tree, "block  Block")) and tree.currentIndex().data() == "flatten"
    assert find(tree, "flatten", column=SHAPE).data() == "2×128"
    assert find(tree, "flatten", column=TIME).data() == "8.00 ms"


def test_another_network_starts_afresh(tree):
    tree.set_timing(timing())
    tree.select_node(7)
    tree.set_trace(replace(TRACE, nodes=(*NODES[:7], replace(NODES[7], op="view", name="view"), NODES[8])))
    assert not tree.selectionModel().hasSelection()
    assert find(tree, "stem  Conv2d", column=TIME).data() == "–"


def test_a_large_network_opens_one_level_and_a_small_one_all(tree):
    assert tree.isExpanded(find(tree, "block  Block", "act  ReLU"))
    nodes = tuple(node(i, "relu", f"stage.{i}.act", name=f"stage.{i}.act") for i in range(80))
    tree.set_trace(Trace("zoo:deep", (1, 3, 8, 8), (1, 10), 0, nodes, (), {}))
    assert tree.isExpanded(find(tree, "stage")) and not tree.isExpanded(find(tree, "stage", "3"))


def test_the_filter_keeps_matches_with_their_modules(tree):
    tree.filter("conv2d BLOCK")
    assert outline(tree) == ["block  Block", "  conv  Conv2d", "    conv2d", "    conv2d (call 2)"]
    tree.filter("")
    assert len(outline(tree)) == 12


def test_the_filter_also_holds_for_the_next_trace(tree):
    tree.filter("linear")
    tree.set_trace(replace(TRACE, nodes=NODES[:1]))
    assert outline(tree) == []
    tree.set_trace(TRACE)
    assert outline(tree) == ["head  Linear"]


def test_a_failed_forward_ends_with_the_error(tree):
    error = TraceError("block.conv", "conv2d", "block.conv", "expected 3 channels, got 8")
    tree.set_trace(replace(TRACE, nodes=NODES[:2], output_shape=None, error=error))
    assert outline(tree)[-1] == "✕ block.conv: expected 3 channels, got 8"
    last = tree.model().index(2, LAYER)
    assert last.data(Qt.ItemDataRole.ForegroundRole).name() == theme.current().error
    assert "expected 3 channels, got 8" in last.data(Qt.ItemDataRole.ToolTipRole)


def test_selected_rows_are_copied_in_order_as_columns(qtbot, tree):
    click(qtbot, tree, find(tree, "flatten"))
    point = tree.visualRect(find(tree, "stem  Conv2d")).center()
    qtbot.mouseClick(
        tree.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, pos=point
    )
    tree.actions()[0].trigger()
    lines = QGuiApplication.clipboard().text().split("\n")
    assert lines == [
        "Layer\tOperation\tOutput shape\tParams\tMACs\tTime",
        "stem  Conv2d\tconv2d\t1×8×4×4\t216\t3.46 k\t",
        "flatten\tflatten\t1×128\t0\t0\t",
    ]


def test_ctrl_c_copies(qtbot, tree):
    tree.activateWindow()
    tree.setFocus()
    tree.select_node(7)
    qtbot.keyClick(tree, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().splitlines()[1].startswith("flatten\t")


def test_without_a_trace_the_tree_is_empty(tree):
    tree.set_trace(None)
    tree.select_node(3)
    assert outline(tree) == []
    assert not tree.grab().isNull()
