"""Drawings against the trace and against geometry."""

import random
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from engine_asks import Asker, Own
from graph_oracle import check, classifier, closed, everything, overlapping, pierced, synthetic, trace_of
from torch import nn

from explorer import zoo
from explorer.drawing import page
from explorer.drawing.draft import Draft
from explorer.drawing.messages import DrawGraph, Drawing
from explorer.drawing.structure import build
from explorer.engine.messages import Record
from explorer.records.errors import ExplorerError
from explorer.records.trace import Trace, TraceError

NETWORKS = ("resnet18", "googlenet", "densenet121", "mobilenet_v3_small", "shufflenet_v2_x0_5")


@pytest.fixture(scope="module", params=NETWORKS)
def trace(request: pytest.FixtureRequest) -> Trace:
    return classifier(request.param)


def test_every_way_to_open_it_shows_what_ran(trace: Trace):
    structure = build(trace)
    draft = Draft(structure)
    for opened in (page.readable(structure), page.to_depth(structure, 0), structure.root.inner):
        for across in (False, True):
            check(trace, draft.draw(opened, across))


def test_attention_with_everything_open():
    layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
    trace = trace_of(nn.TransformerEncoder(layer, 3, enable_nested_tensor=False), torch.randn(1, 5, 16))
    for across in (False, True):
        check(trace, everything(trace, across))


def test_the_same_drawing_each_time(trace: Trace):
    assert everything(trace) == everything(trace)


def test_what_was_drawn_before_changes_nothing(trace: Trace):
    structure = build(trace)
    draft = Draft(structure)
    opened: frozenset[str] = frozenset()
    for key in sorted(structure.root.inner)[:8]:
        opened |= {key}
        draft.draw(opened, False)
    assert draft.draw(structure.root.inner, False) == everything(trace)


def test_a_residual_block_has_a_straight_main_way_and_a_skip():
    trace = classifier("resnet50")
    drawing = Draft(build(trace)).draw(frozenset({"group layer1", "group layer1.0"}), False)
    boxes = {box.key: box for box in drawing.boxes}
    names = ("conv1", "bn1", "conv2", "bn2", "conv3", "bn3")
    middles = {
        boxes[f"operation layer1.0.{name}"].left + boxes[f"operation layer1.0.{name}"].width / 2
        for name in names
    }
    assert max(middles) - min(middles) < 0.01
    for edge in drawing.edges:
        is_straight = max(x for x, _ in edge.points) - min(x for x, _ in edge.points) < 0.01
        assert is_straight or "downsample" in edge.source + edge.target
    run = Draft(build(trace)).draw(frozenset({"group layer1", "run group layer1.1", "group layer1.1"}), False)
    assert [it.target for it in run.edges if it.is_skip] == ["operation layer1.1.add"]


@pytest.mark.parametrize("across", [False, True])
def test_an_open_group_beside_the_main_way_tears_no_hole_into_it(across: bool):
    """The downsampling of a residual block stands beside several operations of the long way."""
    trace = classifier("resnet50")
    opened = frozenset({"group layer1", "group layer1.0", "group layer1.0.downsample"})
    drawing = Draft(build(trace)).draw(opened, across)
    check(trace, drawing)
    boxes = {box.key.rpartition(".")[2]: box for box in drawing.boxes if "layer1.0." in box.key}
    low, extent = ("left", "width") if across else ("top", "height")
    gaps = [
        getattr(boxes[b], low) - getattr(boxes[a], low) - getattr(boxes[a], extent)
        for a, b in pairwise(("conv1", "bn1", "relu", "conv2", "bn2"))
    ]
    assert max(gaps) - min(gaps) < 0.01
    (line,) = (edge for edge in drawing.edges if edge.source == "operation layer1.0.downsample.1")
    steps = [b[0 if across else 1] - a[0 if across else 1] for a, b in pairwise(line.points)]
    assert min(steps) >= 0, "it never goes back"


def test_groups_of_any_length_beside_each_other_keep_off_each_other():
    """Those that stand out over other layers make these thinner for one another."""
    with torch.device("meta"):
        trace = trace_of(
            zoo.resolve("zoo:inception_v3").build_empty().to("meta"), torch.zeros(1, 3, 299, 299)
        )
    draft = Draft(build(trace))
    inside = sorted(key for key in draft.structure.root.inner if key.startswith("group Mixed_6b."))
    choose = random.Random(0)
    for _ in range(60):
        opened = frozenset({"group Mixed_6b", *(key for key in inside if choose.random() < 0.5)})
        drawing = draft.draw(opened, False)
        assert (overlapping(drawing), pierced(drawing)) == ([], [])


def test_what_begins_beside_the_main_way_leaves_it_straight():
    """The class token of a vision transformer: it depends on nothing, and is put before what came a long way."""
    trace = synthetic(
        *(("relu", "", (k,)) for k in range(3)), ("expand", "", ()), ("cat", "", (3, 4)), ("relu", "", (5,))
    )
    boxes = {box.key: box.left + box.width / 2 for box in everything(trace).boxes}
    beside = boxes.pop("operation expand4")
    assert max(boxes.values()) - min(boxes.values()) < 0.01 < abs(beside - min(boxes.values()))


def test_only_where_ways_meet_are_they_joined():
    class Sums(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            half = x * 0.5
            return torch.cat([(half + x).neg(), half + half])

    drawing = everything(trace_of(Sums(), torch.ones(1, 2)))
    joined = [(box.op, box.joins) for box in drawing.boxes if box.kind == "operation"]
    assert joined == [
        ("mul", False),
        ("add", True),
        ("neg", False),
        ("add", False),
        ("cat", True),
    ]


def test_branches_stand_side_by_side_in_the_order_they_ran():
    trace = classifier("googlenet")
    drawing = Draft(build(trace)).draw(frozenset({"group inception3a"}), False)
    inside = [box for box in drawing.boxes if box.around == "group inception3a"]
    *branches, cat = inside
    assert len({box.top for box in branches}) == 1
    assert [box.left for box in branches] == sorted(box.left for box in branches)
    middle = sum(box.left + box.width / 2 for box in branches) / len(branches)
    assert abs(cat.left + cat.width / 2 - middle) < 3
    assert drawing.crossings == 0


def test_each_step_of_an_unrolled_recurrence_stands_beside_what_it_reads():
    step = [("getitem", "", (0,)), ("linear", "", (1,))]
    for k in range(1, 40):
        step += [("getitem", "", (0,)), ("add", "", (2 * k, 2 * k + 1))]
    drawing = everything(synthetic(*step))
    check(synthetic(*step), drawing)
    assert drawing.width < 800


def test_opened_keys_that_are_not_there_are_left_out():
    trace = classifier("resnet18")
    drawing = Draft(build(trace)).draw(frozenset({"group layer1", "group of nobody"}), False)
    assert drawing.opened == {"group layer1"}


def test_two_lines_that_must_cross_are_counted():
    square = synthetic(*(("relu", "", (k,)) for k in (0, 0)), *(("add", "", (1, 2)) for _ in range(2)))
    assert everything(square).crossings == 1


def test_shape_stands_at_a_line_unless_several_flow():
    trace = classifier("resnet18")
    edges = {(it.source, it.target): it for it in everything(trace).edges}
    assert edges["input input", "operation conv1"].shape == "1×3×64×64"
    assert edges["operation conv1", "operation bn1"].shape == "1×64×32×32"


@pytest.mark.parametrize("inputs", [(), (1, 2)])
def test_a_failure_is_a_box_with_its_message(inputs: tuple[int, ...]):
    error = TraceError("net.cat", "cat", "net", "RuntimeError: sizes differ", "net.py, line 3", inputs)
    trace = synthetic(("relu", "net", (0,)), ("relu", "net", (1,)), error=error)
    drawing = Draft(build(trace)).draw(page.readable(build(trace)), False)
    (box,) = [box for box in drawing.boxes if box.kind == "failure"]
    assert (box.name, box.sentence, box.nodes) == (
        "net.cat failed",
        "RuntimeError: sizes differ (net.py, line 3)",
        (),
    )
    assert box.top > max(it.top for it in closed(drawing) if it is not box)
    check(trace, drawing)


@pytest.mark.parametrize("reads", [1, 25, 299])
def test_lines_that_go_far_are_still_right(reads: int):
    """An unrolled recurrence whose first state is read by many, and a network as dense as can be."""
    trace = synthetic(*(("add", "", tuple(range(max(0, k - reads), k + 1))) for k in range(180)))
    drawing = everything(trace)
    assert {(s, t) for edge in drawing.edges for s, t in edge.pairs} == {
        (source, node.id) for node in trace.nodes for source in node.inputs
    }


def test_lanes_beside_all_boxes_pass_by_them(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("explorer.drawing.layers.MOST_WAYPOINTS", 5)
    trace = synthetic(*(("add", "", (k, max(0, k - 7))) if k % 3 else ("relu", "", (k,)) for k in range(40)))
    for across in (False, True):
        check(trace, everything(trace, across))


def test_orders_too_large_for_the_library_are_still_right(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("explorer.drawing.order.MOST_LAYERS", 0)
    trace = classifier("googlenet")
    check(trace, everything(trace))
    assert everything(trace).crossings == 0


# ---- the command ----


def ask_for(ask: Asker, **how: object) -> Drawing:
    return ask(DrawGraph(1, **how))


def test_a_forward_is_drawn(recorded: Asker):
    drawing = ask_for(recorded)
    assert (drawing.boxes[0].kind, drawing.boxes[-1].kind) == ("input", "output")
    deep = ask_for(recorded, depth=9)
    assert ask_for(recorded, opened=deep.opened) == deep
    assert ask_for(recorded, depth=0).opened == frozenset()
    across = ask_for(recorded, across=True)
    assert across.width > across.height


def test_a_forward_that_is_gone_is_refused(recorded: Asker):
    with pytest.raises(ExplorerError):
        recorded(DrawGraph(7))


def test_a_shape_is_not_said_of_what_yields_several():
    trace = synthetic(("chunk", "", (0,)), ("add", "", (1,)))
    other = replace(trace.nodes[1].outputs[0], shape=(2,))
    nodes = (
        trace.nodes[0],
        replace(trace.nodes[1], outputs=(trace.nodes[1].outputs[0], other)),
        trace.nodes[2],
    )
    assert [edge.shape for edge in everything(replace(trace, nodes=nodes)).edges] == ["1×8×8×8", ""]


def test_an_operation_that_is_to_have_its_own_box_opens_what_is_around_it(ask: Asker, own: Own) -> None:
    ask(own("Deep"))
    ask.open("coffee")
    ask(Record(1, "coffee"))
    drawn = ask(DrawGraph(1, frozenset()))
    group = next(box for box in drawn.boxes if box.can_open)
    node = group.nodes[0]
    shown = ask(DrawGraph(1, frozenset(), showing=node))
    assert [box.nodes for box in shown.boxes if node in box.nodes and not box.is_open] == [(node,)]
    with pytest.raises(ExplorerError, match="There is no operation 999"):
        ask(DrawGraph(1, frozenset(), showing=999))
