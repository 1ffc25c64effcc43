"""Long rows of operations that no module divides."""

import random

import pytest
from graph_oracle import (
    check,
    check_nodes,
    classifier,
    closed,
    drawing_edges,
    everything,
    expected_edges,
    synthetic,
)

from explorer.drawing import page, stretches
from explorer.drawing.draft import Draft
from explorer.drawing.messages import Drawing
from explorer.drawing.structure import build
from explorer.records.trace import Trace


def repeating(count: int) -> Trace:
    """A residual sum after every nine activations."""
    return synthetic(*(("add", "", (k, k - 8)) if k % 10 == 9 else ("relu", "", (k,)) for k in range(count)))


def irregular(count: int) -> Trace:
    chance = random.Random(0)
    ops = ("relu", "conv2d", "add", "mul", "batch_norm")
    return synthetic(*((chance.choice(ops), "", (k,)) for k in range(count)))


def first_page(trace: Trace) -> Drawing:
    structure = build(trace)
    return Draft(structure).draw(page.readable(structure), False)


def test_a_row_that_repeats_is_one_run_of_what_it_repeats() -> None:
    drawn = first_page(repeating(2000))
    run = next(box for box in drawn.boxes if box.kind == "run")
    assert (run.times, run.name, run.sentence) == (200, "relu … add", "10 operations")
    assert len(closed(drawn)) == 2
    check(repeating(2000), drawn)


@pytest.mark.parametrize("count", [150, 700, 3000])
def test_a_row_that_does_not_repeat_is_cut_into_a_page(count: int) -> None:
    trace = irregular(count)
    drawn = first_page(trace)
    assert 10 <= len(closed(drawn)) <= 40
    assert all(box.kind in ("input", "stretch", "operation") for box in drawn.boxes)
    check(trace, drawn)


def nearly_repeating(count: int) -> Trace:
    """One operation in 25 is another than seven operations before."""
    chance = random.Random(0)
    ops = ("relu", "conv2d", "add", "mul", "batch_norm", "gelu", "cat")
    return synthetic(*((chance.choice(ops) if k % 25 == 24 else ops[k % 7], "", (k,)) for k in range(count)))


def interleaved(count: int) -> Trace:
    """A hundred rows side by side: all repeats, and nothing reads what ran just before."""
    return synthetic(*(("relu", "", (max(k - 99, 0),)) for k in range(count)))


@pytest.mark.parametrize("trace", [nearly_repeating(6000), interleaved(6000)])
def test_a_row_whose_repeats_are_not_one_box_is_cut_into_a_page(trace: Trace) -> None:
    drawn = first_page(trace)
    assert 2 <= len(closed(drawn)) <= 40
    check_nodes(trace, drawn)
    assert drawing_edges(drawn) == expected_edges(trace, drawn)
    structure = build(trace)
    assert max(len(part.children) for part in structure.root.walk()) <= stretches.MOST_BESIDE


@pytest.mark.parametrize("trace", [repeating(205), irregular(205)])
def test_all_operations_are_there_when_all_is_open(trace: Trace) -> None:
    drawn = everything(trace)
    assert len(closed(drawn)) == 206
    check(trace, drawn)


def test_every_level_can_be_read() -> None:
    structure = build(irregular(3000))
    assert max(len(part.children) for part in structure.root.walk()) <= stretches.MOST_BESIDE


@pytest.mark.parametrize(("name", "stages"), [("vgg11", "1 1 2 2 2"), ("vgg19_bn", "2 2 4 4 4")])
def test_a_row_that_pooling_divides_is_a_box_a_stage(name: str, stages: str) -> None:
    trace = classifier(name)
    drawn = first_page(trace)
    boxes = [box for box in drawn.boxes if box.kind == "stretch"]
    assert [box.sentence.split(", ")[1].split()[0] for box in boxes] == stages.split()
    last = [trace.nodes[box.nodes[-1]].op for box in boxes]
    assert last == ["max_pool2d"] * 5
    check(trace, drawn)
    check(trace, everything(trace))


def test_a_stage_is_called_by_its_ends() -> None:
    box = next(box for box in first_page(classifier("vgg11")).boxes if box.kind == "stretch")
    assert (box.name, box.sentence) == ("features.0 … 2", "3 operations, 1 convolution")


def test_a_row_of_one_page_stays_as_it_is() -> None:
    assert {box.kind for box in first_page(irregular(stretches.MOST_BESIDE - 1)).boxes} == {
        "input",
        "operation",
    }


def test_an_operation_in_a_stretch_can_be_given_its_own_box() -> None:
    structure = build(irregular(3000))
    drawn = Draft(structure).draw(page.around(structure, 1234), False)
    assert (1234,) in [box.nodes for box in closed(drawn)]
