"""The layer tree: what nests where, what the columns say, and who is told of a selection."""

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QGuiApplication

from explorer.features.layers.tree import LayerTree
from explorer.records.measures import Spread, Timing
from explorer.records.trace import ModuleInfo, Node, ReceptiveField, TensorInfo, Trace, TraceError
from explorer.window import theme
from explorer.window.widgets.headings import ARROW

LAYER, KERNEL, SHAPE, PARAMS, MACS, TIME = range(6)


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
    **more,
) -> Node:
    size = 4
    for extent in shape:
        size *= extent
    inputs = (id_ - 1,) if id_ else ()
    output = TensorInfo(shape, "float32", size)
    name = name or f"{module}.{op}".strip(".")
    params = sum(SIZES[parameter] for parameter in parameters)
    return Node(id_, op, name, module, call, inputs, (output,), tuple(parameters), params, macs, **more)


SIZES = {"stem.weight": 216, "block.conv.weight": 576, "block.conv.bias": 8, "head.weight": 80}

STEM = {
    "attributes": (("kernel_size", (3, 3)), ("stride", (2, 2)), ("in_channels", 3), ("out_channels", 8)),
    "receptive_field": ReceptiveField("exact", (3, 3), (2.0, 2.0), (0.0, 0.0)),
    "flops": 6912,
    "bytes_read": 1632,
    "bytes_written": 512,
}
BLOCK = "block.conv.weight", "block.conv.bias"
NODES = (
    node(0, "input", name="image", shape=(1, 3, 8, 8)),
    node(1, "conv2d", "stem", name="stem", parameters=["stem.weight"], macs=3456, **STEM),
    node(2, "conv2d", "block.conv", name="block.conv", parameters=BLOCK, macs=9216),
    node(3, "relu", "block.act", name="block.act"),
    node(4, "conv2d", "block.conv", name="block.conv:2", call=1, parameters=BLOCK, macs=9216),
    node(5, "add", "block"),
    node(6, "relu", "block.act", name="block.act:2", call=1),
    node(7, "flatten", shape=(1, 128), receptive_field=ReceptiveField("exact", (5, 5), each=False)),
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


def test_rows_follow_the_execution_and_a_module_called_twice_is_its_own_row_each_time(tree):
    assert outline(tree) == [
        "image",
        "stem  Conv2d",
        "block  Block",
        "  conv  Conv2d",
        "  act  ReLU",
        "  conv (call 2)  Conv2d",
        "  + add",
        "  act (call 2)  ReLU",
        "flatten",
        "head  Linear",
    ]


def test_inputs_come_first_even_if_they_were_met_later(tree):
    late = node(9, "input", name="mask", shape=(1, 1))
    tree.set_trace(replace(TRACE, nodes=(*NODES, late)))
    assert outline(tree)[:3] == ["image", "mask", "stem  Conv2d"]


def test_an_operation_says_what_it_costs(tree):
    tree.set_timing(timing())
    texts = [find(tree, "stem  Conv2d", column=column).data() for column in range(8)]
    assert texts == ["stem  Conv2d", "3×3 /2", "8×4×4", "216", "3.46 k", "2.00 ms", "512 B", "3×3"]


def test_a_module_counts_shared_parameters_once_and_adds_up_the_rest(tree):
    tree.set_timing(timing())
    texts = [find(tree, "block  Block", column=column).data() for column in range(7)]
    assert texts == ["block  Block", "", "8×4×4", "584", "18.4 k", "25.0 ms", "2.56 kB"]


def test_a_sum_over_an_operation_without_a_formula_says_so(tree):
    unknown = {2: None, 8: None}
    nodes = tuple(replace(node, macs=unknown.get(node.id, node.macs)) for node in NODES)
    tree.set_trace(replace(TRACE, nodes=nodes))
    rows = [("block  Block",), ("block  Block", "conv  Conv2d"), ("head  Linear",), ("flatten",)]
    assert [find(tree, *row, column=MACS).data() for row in rows] == ["≥ 9.22 k", "–", "–", "0"]


def test_flops_traffic_and_intensity_are_those_of_all_operations_or_unknown(tree):
    known = [replace(it, flops=100 * it.id, bytes_read=10, bytes_written=40) for it in NODES]
    tree.set_trace(replace(TRACE, nodes=tuple(known)))
    block = [find(tree, "block  Block", column=column).data() for column in (8, 9, 10)]
    assert block == ["2.00 k", "250 B", "8 FLOPs/B"]
    known[3] = NODES[3]  # no formula
    tree.set_trace(replace(TRACE, nodes=tuple(known)))
    block = [find(tree, "block  Block", column=column).data() for column in (8, 9, 10)]
    assert block == ["≥ 1.70 k", "≥ 200 B", "–"]


def test_a_sum_over_an_operation_without_a_time_says_so(tree):
    tree.set_timing(timing(3))
    assert find(tree, "block  Block", column=TIME).data() == "≥ 21.0 ms"
    assert find(tree, "block  Block", "act  ReLU", column=TIME).data() == "–"


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
    assert "block.add" in tip and "1×8×4×4 float32, 512 B" in tip and "reads: block.conv (call 3)" in tip
    tip = find(tree, "head  Linear").data(Qt.ItemDataRole.ToolTipRole)
    assert "head.weight (80)" in tip
    tip = find(tree, "block  Block").data(Qt.ItemDataRole.ToolTipRole)
    assert "output: 8×4×4" in tip, "also where there is no room for that column"


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
    assert tree.currentIndex().data() == "conv (call 2)  Conv2d"
    assert tree.selectionModel().isRowSelected(2, find(tree, "block  Block"))
    assert tree.isExpanded(find(tree, "block  Block")) and told == []
    tree.select_node(99)
    assert tree.currentIndex().data() == "conv (call 2)  Conv2d"


def test_a_second_recording_of_the_same_network_moves_nothing(tree):
    tree.set_timing(timing())
    tree.collapse(find(tree, "block  Block"))
    tree.select_node(7)
    wider = replace(NODES[7], outputs=(TensorInfo((2, 128), "float32", 1024),))
    tree.set_trace(replace(TRACE, nodes=(*NODES[:7], wider, NODES[8])))
    assert not tree.isExpanded(find(tree, "block  Block")) and tree.currentIndex().data() == "flatten"
    assert find(tree, "flatten", column=SHAPE).data() == "2×128"


def test_the_times_of_another_forward_go_with_it(tree):
    tree.set_timing(timing())
    tree.set_trace(replace(TRACE))
    assert find(tree, "stem  Conv2d", column=TIME).data() == "–"


def test_another_forward_is_sorted_and_searched_by_its_own_facts(tree):
    tree.filter("3x3")
    larger = dict(STEM) | {"attributes": (("kernel_size", (5, 5)), *STEM["attributes"][1:])}
    stem = node(1, "conv2d", "stem", name="stem", parameters=["stem.weight"], macs=99999, **larger)
    tree.set_trace(replace(TRACE, nodes=(NODES[0], stem, *NODES[2:])))
    assert outline(tree) == []
    tree.filter("")
    tree.header().sectionClicked.emit(MACS)
    assert outline(tree)[0] == "stem  Conv2d"
    tree.set_trace(TRACE)
    assert outline(tree)[0] == "block.conv  Conv2d"


def test_another_network_starts_afresh(tree):
    tree.set_timing(timing())
    tree.select_node(7)
    tree.set_trace(replace(TRACE, nodes=(*NODES[:7], replace(NODES[7], op="view", name="view"), NODES[8])))
    assert not tree.selectionModel().hasSelection()
    assert find(tree, "stem  Conv2d", column=TIME).data() == "–"


def test_a_large_network_opens_one_level_and_a_small_one_all(tree):
    assert tree.isExpanded(find(tree, "block  Block"))
    nodes = tuple(node(i, "relu", f"stage.{i}.act", name=f"stage.{i}.act") for i in range(80))
    tree.set_trace(Trace("zoo:deep", (1, 3, 8, 8), (1, 10), 0, nodes, (), {}))
    assert tree.isExpanded(find(tree, "stage")) and not tree.isExpanded(find(tree, "stage", "3"))


def test_the_filter_keeps_matches_with_their_modules(tree):
    tree.filter("conv2d BLOCK")
    assert outline(tree) == ["block  Block", "  conv  Conv2d", "  conv (call 2)  Conv2d"]
    tree.filter("")
    assert len(outline(tree)) == 10


def test_the_filter_asks_the_operations_first_and_their_modules_where_none_answers(tree):
    modules = tuple(replace(it, type="DepthwiseBlock") if it.path == "block" else it for it in MODULES)
    deep = dict(STEM) | {"attributes": (*STEM["attributes"][:2], ("in_channels", 8), ("groups", 8))}
    nodes = (*NODES[:2], replace(NODES[2], **deep), *NODES[3:])
    tree.set_trace(replace(TRACE, nodes=nodes, modules=modules))
    tree.filter("depthwise")
    assert outline(tree) == ["block  DepthwiseBlock", "  conv  Conv2d"]
    tree.filter("DepthwiseBlock")
    assert len(outline(tree)) == 6


def test_the_filter_also_holds_for_the_next_trace(tree):
    tree.filter("linear")
    tree.set_trace(replace(TRACE, nodes=NODES[:1]))
    assert outline(tree) == []
    tree.set_trace(TRACE)
    assert outline(tree) == ["head  Linear"]


def test_a_failed_forward_ends_with_the_error(tree):
    error = TraceError("block.conv", "conv2d", "block.conv", "expected 3 channels, got 8")
    tree.set_trace(replace(TRACE, nodes=NODES[:2], output_shape=None, error=error))
    assert outline(tree)[-1] == "✕ block.conv stopped here"
    last = tree.model().index(2, LAYER)
    row = tree.visualRect(last).united(tree.visualRect(last.siblingAtColumn(SHAPE)))
    assert has_reddish_pixels(tree, row) and not has_reddish_pixels(tree, row.translated(0, -row.height()))
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
        "layer\tkernel\toutput\tparameters\tmultiply-accumulates\tmilliseconds\tbytes\treceptive field"
        "\tfloating-point operations\tbytes read and written\tFLOPs a byte",
        "stem\t3×3 /2\t1×8×4×4\t216\t3456\t\t512\t3×3\t6912\t2144\t3.2238805970149254",
        "flatten\t\t1×128\t0\t0\t\t512\t≤ 5×5\t\t\t",
    ]


def test_ctrl_c_copies(qtbot, tree):
    tree.activateWindow()
    tree.setFocus()
    tree.select_node(7)
    qtbot.keyClick(tree, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().splitlines()[1].startswith("flatten\t")


def colours(tree: LayerTree, area: QRect) -> list[QColor]:
    picture = tree.viewport().grab().toImage()
    inside = area.intersected(picture.rect())
    across, down = range(inside.left(), inside.right() + 1), range(inside.top(), inside.bottom() + 1)
    return [picture.pixelColor(x, y) for x in across for y in down]


def has_reddish_pixels(tree: LayerTree, area: QRect) -> bool:
    return any(it.red() > max(it.green(), it.blue()) + 60 for it in colours(tree, area))


def test_a_row_is_painted_with_the_colour_of_its_kind_and_a_selected_one_with_its_marks(tree):
    tokens, place = theme.current(), tree.visualRect(find(tree, "stem  Conv2d"))
    kind = {it.name() for it in colours(tree, QRect(place.left(), place.top(), 16, place.height()))}
    assert theme.KINDS["convolution"] in kind
    whole = QRect(0, place.top(), tree.viewport().width(), place.height())
    assert {tokens.accent, tokens.accent_ground}.isdisjoint(it.name() for it in colours(tree, whole))
    tree.select_node(1)
    assert colours(tree, QRect(1, place.center().y(), 1, 1))[0].name() == tokens.accent
    assert colours(tree, QRect(whole.right() - 1, place.top() + 2, 1, 1))[0].name() == tokens.accent_ground


@pytest.mark.parametrize("column", [LAYER, KERNEL, SHAPE])
def test_each_column_says_something_in_its_place(tree, column):
    cell = tree.visualRect(find(tree, "stem  Conv2d").siblingAtColumn(column))
    assert len({it.name() for it in colours(tree, cell.adjusted(14, 2, 0, -2))}) > 3  # the edges of letters
    empty = tree.visualRect(find(tree, "flatten").siblingAtColumn(KERNEL)).adjusted(14, 2, 0, -2)
    assert len({it.name() for it in colours(tree, empty)}) == 1


def test_a_group_has_an_arrow_where_it_is_opened(tree):
    group, leaf = (tree.visualRect(find(tree, name)) for name in ("block  Block", "flatten"))
    before = [
        {it.name() for it in colours(tree, QRect(0, place.top(), place.left(), place.height()))}
        for place in (group, leaf)
    ]
    assert len(before[0]) > 1 and len(before[1]) == 1


def test_without_a_trace_the_tree_is_empty(tree):
    tree.set_trace(None)
    tree.select_node(3)
    assert outline(tree) == []
    assert not tree.grab().isNull()


# ---- what is measured, the order, what is in sight ----


def test_the_arrow_of_a_group_is_no_comma(tree):
    tree.resize(400, 300)
    shown = tree.viewport().grab().toImage()
    row = next(it for it in tree.layers.rows if it.children)
    place = tree.visualRect(tree.layers.index_of(row))
    ground = shown.pixelColor(place.left() - 1, place.top() + 1)
    inked = [
        (x, y)
        for x in range(place.left() - tree.indentation(), place.left())
        for y in range(place.top(), place.bottom())
        if shown.pixelColor(x, y) != ground
    ]
    across, up = ({it[axis] for it in inked} for axis in (0, 1))
    assert len(inked) >= 25 and len(across) >= 9 and len(up) >= 5


def test_when_times_come_every_row_is_told_to_be_painted_anew(tree):
    changed = []
    model = tree.model()
    model.dataChanged.connect(lambda first, last: changed.append((first.parent(), first.row(), last.row())))
    tree.set_timing(timing())
    told = {
        model.index(row, 0, parent).data()
        for parent, first, last in changed
        for row in range(first, last + 1)
    }
    assert told == {line.strip() for line in outline(tree)}


def test_a_click_on_a_heading_sorts_a_flat_list_and_the_third_restores_the_order_of_execution(tree):
    before = outline(tree)
    tree.select_node(4)
    tree.header().sectionClicked.emit(MACS)
    assert outline(tree)[:3] == ["block.conv  Conv2d", "block.conv (call 3)  Conv2d", "stem  Conv2d"]
    assert tree.currentIndex().data() == "block.conv (call 3)  Conv2d"
    tree.header().sectionClicked.emit(MACS)
    assert outline(tree)[-3:] == ["stem  Conv2d", "block.conv  Conv2d", "block.conv (call 3)  Conv2d"]
    tree.header().sectionClicked.emit(MACS)
    assert outline(tree) == before
    assert tree.currentIndex().data() == "conv (call 2)  Conv2d"


def test_the_mouse_sorts_by_a_heading(qtbot, tree):
    header = tree.header()
    for column in (LAYER, SHAPE):
        place = QPoint(header.sectionViewportPosition(column) + 20, header.height() // 2)
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert tree.layers.sorting is not None and tree.layers.sorting.column == column


def test_what_is_unknown_stands_last_in_either_direction(tree):
    tree.set_timing(timing(3))
    for _ in range(2):
        tree.header().sectionClicked.emit(TIME)
        assert outline(tree)[-2:] == ["image", "block.act  ReLU"]


def test_another_forward_of_the_same_network_keeps_the_order_and_the_selection(tree):
    tree.header().sectionClicked.emit(MACS)
    tree.select_node(8)
    tree.set_trace(replace(TRACE))
    assert tree.currentIndex().data() == "head  Linear"
    assert outline(tree)[0] == "block.conv  Conv2d"


def test_sorting_tells_nobody_of_a_selection(tree):
    tree.select_node(4)
    told = []
    tree.node_selected.connect(told.append)
    tree.header().sectionClicked.emit(LAYER)
    tree.header().sectionClicked.emit(PARAMS)
    assert told == []


@pytest.fixture
def deep(tree) -> LayerTree:
    nodes = tuple(node(i, "relu", f"stage.{i}", name=f"stage.{i}") for i in range(120))
    tree.set_trace(Trace("zoo:deep", (1, 3, 8, 8), (1, 10), 0, nodes, (), {}))
    return tree


def test_a_selected_row_out_of_sight_comes_to_the_middle_third_and_one_in_sight_stays(deep):
    deep.select_node(60)
    top, height = deep.visualRect(deep.currentIndex()).center().y(), deep.viewport().height()
    assert height / 3 <= top <= 2 * height / 3
    before = deep.verticalScrollBar().value()
    deep.select_node(62)
    assert deep.verticalScrollBar().value() == before


@pytest.fixture
def stages(tree) -> LayerTree:
    """Eight stages of ten operations each, only the stages open at first."""
    names = [f"stage{stage}.{k}" for stage in range(8) for k in range(10)]
    tree.set_trace(
        Trace(
            "zoo:stages",
            (1, 3, 8, 8),
            (1, 10),
            0,
            tuple(node(i, "relu", name, name=name) for i, name in enumerate(names)),
            (),
            {},
        )
    )
    tree.collapseAll()
    tree._following.forget()
    return tree


def test_what_steps_unfolded_is_folded_again_behind_them_but_not_what_the_person_opened(stages):
    mine = find(stages, "stage1")
    stages.expand(mine)
    for k in (0, 9, 10, 15, 20, 25, 30):
        stages.select_node(k)
    is_open = [stages.isExpanded(stages.model().index(row, 0)) for row in range(8)]
    assert is_open == [False, True, False, True, False, False, False, False]
    stages.collapse(find(stages, "stage3"))  # by hand, and opened again by the next step
    stages.select_node(31)
    stages.select_node(45)
    assert not stages.isExpanded(find(stages, "stage3"))


def test_the_selected_row_never_leaps_while_one_steps_and_stays_off_the_edges(stages):
    places = []
    stages.select_node(0)
    for k in range(1, 80):
        stages.select_node(k)
        places.append(stages.visualRect(stages.currentIndex()).top())
    height = stages.viewport().height()
    assert max(abs(b - a) for a, b in pairwise(places)) <= 2 * 25
    assert all(place <= height / 2 for place in places[:17])  # later ones come near to where the tree ends
    assert all(0 <= place <= height - 25 for place in places)


def test_a_step_after_a_click_at_the_edge_goes_back_to_the_band_row_by_row(deep):
    deep.select_node(60)
    bar, places = deep.verticalScrollBar(), []
    bar.setValue(bar.value() - 6)
    for k in range(61, 70):
        deep.select_node(k)
        places.append(deep.visualRect(deep.currentIndex()).top())
    assert all(abs(b - a) <= 25 for a, b in pairwise(places))
    assert places[-1] <= deep.viewport().height() / 2


def test_rows_are_25_pixels_high(deep):
    deep.select_node(10)
    assert deep.visualRect(deep.currentIndex()).height() == 25


def test_a_filter_without_a_match_says_so_and_how_to_get_back(tree, qtbot, monkeypatch):
    from explorer.features.layers import tree as module

    hints = []
    monkeypatch.setattr(module, "paint_hint", lambda _, text: hints.append(text))
    tree.filter("nothing like it")
    tree.grab()
    assert outline(tree) == []
    assert hints[-1] == "No layer of net matches “nothing like it”; Esc in the filter clears it."


@pytest.mark.parametrize("text", ["3x3", "3×3", "stride 2", "/2", "CONV2D stem", "stride=2 3x3"])
def test_the_filter_understands_kernels_and_strides(tree, text):
    tree.filter(text)
    assert outline(tree) == ["stem  Conv2d"]


def test_the_first_hit_is_selected_as_by_a_person(tree):
    told = []
    tree.node_selected.connect(told.append)
    tree.filter("relu")
    assert tree.select_first()
    assert told == [3]
    tree.filter("nowhere")
    assert not tree.select_first()


def test_headings_explain_their_terms(tree):
    tip = tree.model().headerData(MACS, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert "Multiply-accumulates: how often" in tip and "click to sort" in tip


def test_the_output_goes_only_where_the_tree_is_narrow(tree):
    tree.resize(600, 400)
    assert not tree.isColumnHidden(SHAPE) and not tree.hidden_sign.isVisibleTo(tree)
    tree.resize(220, 400)
    assert tree.isColumnHidden(SHAPE) and tree.hidden_sign.isVisibleTo(tree)
    assert "Output is hidden" in tree.hidden_sign.toolTip()
    assert tree.columnWidth(LAYER) + tree.columnWidth(KERNEL) <= tree.viewport().width()


def test_a_wide_kernel_takes_no_other_column_away(tree):
    wide = dict(STEM) | {
        "attributes": (("kernel_size", (16, 16)), ("stride", (16, 12)), ("dilation", (2, 3)))
    }
    tree.set_trace(replace(TRACE, nodes=(NODES[0], replace(NODES[1], name="s" * 90, **wide), *NODES[2:])))
    tree.resize(300, 400)
    assert not tree.isColumnHidden(SHAPE)
    assert tree.columnWidth(KERNEL) <= 72
    assert tree.header().length() <= tree.viewport().width()


def test_columns_that_do_not_fit_keep_the_width_of_their_content_under_a_scroll_bar(tree):
    tree.show_columns(["output", "params", "macs", "time", "bytes"])
    tree.set_timing(timing())
    tree.resize(300, 400)
    metrics = tree.fontMetrics()
    for column in range(KERNEL, TIME + 1):
        longest = max(metrics.horizontalAdvance(text) for text in tree.layers.texts(column))
        assert tree.columnWidth(column) >= longest + 8
    assert tree.horizontalScrollBar().maximum() > 0


def test_nothing_moves_when_the_tree_is_sorted(tree):
    header = tree.header()

    def places():
        return [header.sectionViewportPosition(k) for k in range(header.count())], tree.viewport().width()

    def heading(left):
        words = header.grab(QRect(header.sectionViewportPosition(SHAPE) + left, 0, 200, header.height()))
        return words.toImage()

    as_it_ran, words = places(), heading(2 * ARROW)
    for _ in range(2):
        header.sectionClicked.emit(SHAPE)
        assert places() == as_it_ran
        assert heading(2 * ARROW) == words  # the arrow stands at the other side
    assert tree.columnWidth(SHAPE) >= tree.fontMetrics().horizontalAdvance("Output") + 2 * ARROW


def test_the_row_of_the_error_spans_all_columns_after_sorting_as_well(tree):
    error = TraceError("block.conv", "conv2d", "block.conv", "expected 3\nchannels")
    tree.set_trace(replace(TRACE, nodes=NODES[:2], output_shape=None, error=error))
    assert outline(tree)[-1] == "✕ block.conv stopped here"
    for _ in range(4):
        assert tree.layers.sorting or tree.isFirstColumnSpanned(2, QModelIndex())
        tree.header().sectionClicked.emit(MACS)
