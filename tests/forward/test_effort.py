"""What operations take, against layers that are written down number by number and counted."""

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from counting import Counted, Counter, added, convolved, largest, mean, normalised, softmax
from torch import nn
from toy_models import Forward

from explorer.forward import trace as traces
from explorer.forward.recorder import record
from explorer.records.trace import Node, Trace

N, C, H, W = 2, 6, 4, 5


def traced(model: nn.Module | Callable[..., Any], *inputs: torch.Tensor) -> Trace:
    module = model if isinstance(model, nn.Module) else Forward(model)
    recording = record(module.eval(), inputs)
    assert recording.failure is None, recording.failure
    return traces.build(recording, module, "counted")


def flops(model: nn.Module | Callable[..., Any], *inputs: torch.Tensor) -> int | None:
    known = [node.flops for node in traced(model, *inputs).nodes]
    return None if None in known else sum(known)


def last(model: nn.Module | Callable[..., Any], *inputs: torch.Tensor) -> Node:
    return traced(model, *inputs).computed[-1]


def counted(layer: Callable[[Counter], object]) -> int:
    counter = Counter()
    layer(counter)
    return counter.flops


def maps(counter: Counter) -> dict[tuple[int, ...], Counted]:
    return counter.grid(N, C, H, W)


def each(function: Callable[[Counted], object]) -> Callable[[Counter], object]:
    return lambda counter: [function(value) for value in maps(counter).values()]


def pooled(pool: Callable[[list[Counted]], object], size: int, stride: int) -> Callable[[Counter], object]:
    def layer(counter: Counter) -> None:
        x = maps(counter)
        for n, c in product(range(N), range(C)):
            for top, left in product(range(0, H - size + 1, stride), range(0, W - size + 1, stride)):
                pool([x[n, c, top + i, left + j] for i in range(size) for j in range(size)])

    return layer


def adaptive(pool: Callable[[list[Counted]], object], height: int, width: int) -> Callable[[Counter], object]:
    def layer(counter: Counter) -> None:
        x = maps(counter)
        for n, c, i, j in product(range(N), range(C), range(height), range(width)):
            rows = range(math.floor(i * H / height), math.ceil((i + 1) * H / height))
            columns = range(math.floor(j * W / width), math.ceil((j + 1) * W / width))
            pool([x[n, c, y, z] for y in rows for z in columns])

    return layer


def rows(of: Callable[[list[Counted]], object], *, axis: int) -> Callable[[Counter], object]:
    """Apply `of` to every line along an axis."""

    def layer(counter: Counter) -> None:
        x, sizes = maps(counter), (N, C, H, W)
        others = [range(size) for k, size in enumerate(sizes) if k != axis]
        for place in product(*others):
            of([x[(*place[:axis], k, *place[axis:])] for k in range(sizes[axis])])

    return layer


def normal(counter: Counter, groups: int, learned: int) -> None:
    x = maps(counter)
    width = C // groups
    for n, g in product(range(N), range(groups)):
        inside = [it for (b, c, _, _), it in x.items() if b == n and c // width == g]
        normalised(inside, learned)


def batch_normal(counter: Counter) -> None:
    x = maps(counter)
    for c in range(C):
        deviation = (counter.number() + 1e-5).apply(math.sqrt)
        for place, value in x.items():
            if place[1] == c:
                (value - 0.3) / deviation * 2.0 + 1.0


X = torch.rand(N, C, H, W)
CASES: dict[str, tuple[Any, Callable[[Counter], object]]] = {
    "convolution": (
        nn.Conv2d(C, 4, 3, groups=2),
        lambda it: [convolved(3 * 9, True, it) for _ in range(N * 4 * 2 * 3)],
    ),
    "convolution without bias": (
        nn.Conv2d(C, 4, 3, bias=False),
        lambda it: [convolved(C * 9, False, it) for _ in range(N * 4 * 2 * 3)],
    ),
    "linear": (nn.Linear(W, 3), lambda it: [convolved(W, True, it) for _ in range(N * C * H * 3)]),
    "batch norm": (nn.BatchNorm2d(C), batch_normal),
    "layer norm": (nn.LayerNorm([C, H, W]), lambda it: normal(it, 1, 2)),
    "group norm": (nn.GroupNorm(3, C), lambda it: normal(it, 3, 2)),
    "group norm, nothing learned": (nn.GroupNorm(3, C, affine=False), lambda it: normal(it, 3, 0)),
    "softmax": (nn.Softmax(1), rows(softmax, axis=1)),
    "max pooling": (nn.MaxPool2d(2, 1), pooled(largest, 2, 1)),
    "average pooling": (nn.AvgPool2d(3, 1), pooled(mean, 3, 1)),
    "adaptive average pooling": (nn.AdaptiveAvgPool2d((3, 2)), adaptive(mean, 3, 2)),
    "adaptive max pooling": (nn.AdaptiveMaxPool2d((3, 2)), adaptive(largest, 3, 2)),
    "sum": (lambda _, x: x.sum(1), rows(added, axis=1)),
    "mean": (lambda _, x: x.mean(2), rows(mean, axis=2)),
    "largest": (lambda _, x: x.amax(3), rows(largest, axis=3)),
    "relu": (nn.ReLU(), each(lambda it: it.larger(it))),
    "relu in place": (lambda _, x: x.clone().relu_(), each(lambda it: it.larger(it))),
    "relu6": (nn.ReLU6(), each(lambda it: it.larger(it).larger(it))),
    "sigmoid": (nn.Sigmoid(), each(lambda it: (it * -1.0).apply(math.exp) + 1.0 / 1.0 + 0.0)),
    "hardswish": (nn.Hardswish(), each(lambda it: (it + 3.0).larger(it).larger(it) / 6.0 * it)),
    "leaky relu": (nn.LeakyReLU(), each(lambda it: it.larger(it) * 0.01)),
    "gelu": (nn.GELU(), each(lambda it: ((it / 1.414).apply(math.erf) + 1.0) * (it * 0.5))),
    "tanh": (torch.nn.Tanh(), each(lambda it: it.apply(math.tanh))),
    "sum of two": (lambda _, x: x + x, each(lambda it: it + it)),
    "difference times two": (lambda _, x: torch.sub(x, x, alpha=2), each(lambda it: it - it * 2.0)),
    "clamp at one end": (lambda _, x: x.clamp(min=0.2), each(lambda it: it.larger(it))),
    "nothing but moving": (
        lambda _, x: torch.cat([x.flip(1), F.pad(x, (0, 0))]).permute(1, 0, 2, 3).reshape(-1),
        lambda _: None,
    ),
    "whole numbers": (lambda _, x: (x.long() + 1) * 2, lambda _: None),
}


@pytest.mark.parametrize("name", CASES)
def test_operations_take_what_their_definition_takes(name: str) -> None:
    model, layer = CASES[name]
    assert flops(model, X) == counted(layer)


def test_interpolation_by_hand() -> None:
    """Four products and three sums of a bilinear value, sixteen and fifteen of a bicubic one, none of the nearest."""
    for mode, each_value in (("nearest", 0), ("bilinear", 7), ("bicubic", 31)):
        assert (
            flops(lambda _, x, m=mode: F.interpolate(x, scale_factor=2, mode=m), X)
            == each_value * X.numel() * 4
        )


def test_attention_takes_the_same_in_one_and_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    query = torch.rand(2, 3, 4, 8)
    attend = lambda _, x: F.scaled_dot_product_attention(x, x, x)  # noqa: E731
    shown = traced(attend, query)
    parts = {node.op: node.flops for node in shown.nodes if node.flops}
    scores = 2 * 3 * 4 * 4
    assert parts["softmax"] == counted(
        lambda it: [softmax([it.number() for _ in range(4)]) for _ in range(24)]
    )
    assert parts["matmul"] == parts["scaled_dot_product_attention"] == 2 * scores * 8
    monkeypatch.setattr("explorer.forward.attention.MOST_SCORES", 0)
    (whole,) = [node.flops for node in traced(attend, query).nodes if node.flops]
    assert whole == parts["softmax"] + 4 * scores * 8 + scores  # it scales the scores, the parts the queries


def test_what_has_no_formula_is_unknown() -> None:
    assert flops(nn.LSTM(W, 3), torch.rand(7, 1, W)) is None
    assert flops(lambda _, x: torch.fft.fft2(x).real, X) is None
    node = last(lambda _, x: torch.linalg.svdvals(x), torch.rand(3, 3))
    assert node.flops is None and node.intensity is None


# ---- bytes ----


def test_bytes_are_what_is_read_and_written_once() -> None:
    size = 4 * X.numel()
    node = last(nn.Conv2d(C, 4, 3), X)
    weights, made = 4 * (4 * C * 9 + 4), 4 * N * 4 * 2 * 3
    assert (node.bytes_read, node.bytes_written) == (size + weights, made)
    assert node.intensity == node.flops / (size + weights + made)
    node = last(lambda _, x: x + x, X)
    assert (node.bytes_read, node.bytes_written) == (size, size)
    node = last(lambda _, x: x + x[:1, :, :1], X)
    assert (node.bytes_read, node.bytes_written) == (size + size // (N * H), size)


def test_a_view_moves_nothing_and_an_expanded_tensor_is_read_as_it_lies() -> None:
    for view in (lambda _, x: x.permute(1, 0, 2, 3), lambda _, x: x.flatten(1), lambda _, x: x[:, 1:3]):
        node = last(view, X)
        assert (node.flops, node.bytes_read, node.bytes_written, node.intensity) == (0, 0, 0, None)
    small = torch.rand(1, C, 1, 1)
    node = last(lambda _, x: x.expand(N, C, H, W).clone(), small)
    assert (node.bytes_read, node.bytes_written) == (4 * C, 4 * X.numel())


def test_what_is_written_in_place_is_written_once_and_what_is_overwritten_not_read() -> None:
    size = 4 * X.numel()
    node = last(lambda _, x: x.clone().mul_(2), X)
    assert (node.bytes_read, node.bytes_written) == (size, size)
    node = last(lambda _, x: x.clone().zero_(), X)
    assert (node.bytes_read, node.bytes_written) == (0, size)


def test_a_lookup_reads_only_what_it_takes() -> None:
    table = nn.Embedding(1000, 16)
    node = last(table, torch.tensor([[1, 2, 3]]))
    assert (node.bytes_read, node.bytes_written, node.flops) == (3 * 16 * 4 + 3 * 8, 3 * 16 * 4, 0)


def test_sizes_that_changed_afterwards_are_unknown_not_wrong() -> None:
    def forward(_, x):
        y = x.clone()
        y.resize_(1)
        return y

    nodes = {node.op: node for node in traced(forward, X).nodes}
    assert nodes["clone"].bytes_written is None and nodes["clone"].flops is None


def test_a_value_that_is_never_kept_moves_no_bytes() -> None:
    nodes = traced(lambda _, x: F.scaled_dot_product_attention(x, x, x), torch.rand(1, 2, 4, 8)).computed
    assert {node.bytes_read for node in nodes if node.within is not None} == {0}
    values, sums = 4 * 2 * 4 * 8, 4 * 2 * 4  # the kernel also leaves the logarithm of each row's sum
    assert (nodes[-1].bytes_read, nodes[-1].bytes_written) == (values, values + sums)
