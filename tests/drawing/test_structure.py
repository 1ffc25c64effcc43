"""From a trace to nested groups and runs."""

from dataclasses import replace

import pytest
import torch
from graph_oracle import VALUE, classifier, everything, expected_groups, groups, synthetic, trace_of
from torch import Tensor, nn

from explorer.drawing import page
from explorer.drawing.part import Part
from explorer.drawing.structure import build
from explorer.records.trace import Node, Trace, TraceError

PHOTO = torch.randn(1, 3, 64, 64)


def outline(trace: Trace) -> list[str]:
    def lines(part: Part, depth: int) -> list[str]:
        return [
            line
            for child in part.children
            for line in (f"{'  ' * depth}{child.key}", *lines(child, depth + 1))
        ]

    return lines(build(trace).root, 0)


class Twice(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.block = nn.Sequential(nn.Conv2d(3, 3, 1), nn.ReLU())

    def forward(self, image: Tensor) -> Tensor:
        return self.block(image) + self.block(image)


class Listed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1)])

    def forward(self, image: Tensor) -> Tensor:
        first = self.blocks[0](image)
        return self.blocks[1](first.relu())


class Attending(nn.Module):
    def forward(self, tokens: Tensor) -> Tensor:
        return nn.functional.scaled_dot_product_attention(tokens.relu(), tokens, tokens) + 1


def test_a_module_that_is_called_twice_is_two_groups():
    assert outline(trace_of(Twice(), PHOTO)) == [
        "input input",
        "group block",
        "  operation block.0",
        "  operation block.1",
        "group block:1",
        "  operation block.0:1",
        "  operation block.1:1",
        "operation add",
        "output output",
    ]


def test_a_container_that_was_not_called_is_a_group_while_nothing_else_runs():
    assert outline(trace_of(Listed(), PHOTO)) == [
        "input input",
        "operation blocks.0",
        "operation relu",
        "operation blocks.1",
        "output output",
    ]
    found = outline(synthetic(*(("relu", f"blocks.{k}", (k,)) for k in range(2))))
    assert found[1] == "group blocks"


def test_equal_blocks_that_read_each_other_are_a_run():
    run = "run group layer1.0"
    keys = outline(classifier("resnet18"))
    assert run in [key.strip() for key in keys]
    structure = build(classifier("resnet50"))
    runs = [(part.key, part.times) for part in structure.root.walk() if part.kind == "run"]
    assert runs == [
        ("run group layer1.1", 2),
        ("run group layer2.1", 3),
        ("run group layer3.1", 5),
        ("run group layer4.1", 2),
    ]


def test_equal_branches_beside_each_other_are_no_run():
    branches = [
        (op, f"branch{k}", (0 if op == "conv2d" else 2 * k + 1,))
        for k in range(3)
        for op in ("conv2d", "relu")
    ]
    trace = synthetic(*branches, ("cat", "", (2, 4, 6)))
    assert not any(part.kind == "run" for part in build(trace).root.walk())


@pytest.mark.parametrize("change", ["op", "attributes", "outputs"])
def test_blocks_that_differ_in_anything_are_no_run(change: str):
    trace = synthetic(
        *((op, f"b{k}", (2 * k + n,)) for k in range(2) for n, op in enumerate(("conv2d", "relu")))
    )
    assert any(part.kind == "run" for part in build(trace).root.walk())
    other = {"op": "gelu", "attributes": (("p", 1),), "outputs": VALUE * 2}[change]
    nodes = (*trace.nodes[:4], replace(trace.nodes[4], **{change: other}))
    assert not any(part.kind == "run" for part in build(replace(trace, nodes=nodes)).root.walk())


def test_groups_are_the_calls_of_the_trace():
    for name in ("googlenet", "densenet121", "mobilenet_v3_small"):
        trace = classifier(name)
        assert groups(everything(trace)) == expected_groups(trace)


def test_what_is_computed_in_one_go_is_a_group():
    trace = trace_of(Attending(), torch.randn(1, 2, 5, 8))
    within = {node.within for node in trace.nodes if node.within is not None}
    assert within
    fused = [part for part in build(trace).root.walk() if part.fused is not None]
    assert {part.fused for part in fused} == within
    for part in fused:
        assert part.nodes == [node.id for node in trace.nodes if part.fused in (node.id, node.within)]


def test_a_shared_module_called_300_times_is_one_run_that_opens():
    calls = [(op, f"cell:{k}", (2 * k + n,)) for k in range(300) for n, op in enumerate(("linear", "tanh"))]
    trace = synthetic(*calls)
    structure = build(trace)
    (run,) = [part for part in structure.root.children if part.kind == "run"]
    assert run.times == 300
    assert page.readable(structure) == frozenset()
    assert len({box.key for box in everything(trace).boxes}) == 1 + 1 + 300 + 600


def test_a_failure_lies_where_it_happened_and_is_open_to_be_seen():
    error = TraceError("net.a.linear", "linear", "net.a", "RuntimeError: shapes", inputs=(2,))
    trace = synthetic(("relu", "net.a", (0,)), ("relu", "net.a", (1,)), error=error)
    structure = build(trace)
    assert outline(trace)[-1] == "    failure"
    assert page.to_depth(structure, 0) == page.readable(structure) == {"group net", "group net.a"}


def test_what_failed_says_what_it_read():
    model = nn.Sequential(nn.Linear(4, 3), nn.Linear(5, 2))
    trace = trace_of(model, torch.randn(1, 4))
    assert trace.error is not None and trace.error.inputs == (1,)


def test_a_page_is_read_at_a_glance():
    for name, least, most in (
        ("resnet50", 10, 40),
        ("googlenet", 10, 40),
        ("densenet121", 10, 40),
        ("vgg16_bn", 10, 40),
        ("vgg19_bn", 10, 40),
    ):
        structure = build(classifier(name))
        shown = page.shown(structure.root, page.readable(structure))
        assert least <= len(shown) <= most


def test_beside_enough_boxes_a_block_stays_closed_and_a_container_does_not():
    opened = page.readable(build(classifier("resnet34")))
    assert opened == {f"group layer{k}" for k in (1, 2, 3, 4)}
    few = page.readable(build(classifier("mobilenet_v2")))
    assert few == {"group features", "group classifier"}


def test_depth_opens_so_many_levels():
    structure = build(classifier("resnet50"))
    assert page.to_depth(structure, 0) == frozenset()
    assert page.to_depth(structure, 1) == {f"group layer{k}" for k in (1, 2, 3, 4)}
    assert "group layer3.5" in page.to_depth(structure, 2) and "run group layer3.1" in page.to_depth(
        structure, 2
    )
    assert page.to_depth(structure, 99) == structure.root.inner


@pytest.mark.parametrize("nodes", [0, 1])
def test_nothing_and_a_single_input(nodes: int):
    trace = replace(synthetic(), nodes=synthetic().nodes[:nodes])
    drawing = everything(trace)
    assert (len(drawing.boxes), drawing.edges) == (nodes, ())
    assert drawing.width > 0 and drawing.height > 0


def test_a_hostile_name_is_cut_and_printable():
    long = Node(1, "relu", "x" * 300 + "\x1b[31m\n", "", 0, (0,), VALUE, (), 0, 0)
    trace = replace(synthetic(), nodes=(synthetic().nodes[0], replace(long, op="o\n" * 300)))
    (box,) = [box for box in everything(trace).boxes if box.kind == "operation"]
    assert len(box.name) <= 28 and box.name.isprintable()
