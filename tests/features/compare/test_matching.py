"""Which operation of one network is which of another."""

import time
from collections import Counter, OrderedDict

import pytest
import torch
from torch import Tensor, nn
from torchvision.models.vgg import cfgs, make_layers

import explorer
from explorer import zoo
from explorer.features.compare.matching import match
from explorer.features.compare.messages import Change, Matching, Why
from explorer.records.errors import UsageError
from explorer.records.trace import Trace


def trace_of(model: nn.Module, *shape: int) -> Trace:
    torch.manual_seed(0)
    return explorer.record(model.eval(), torch.randn(shape)).trace


def of_zoo(name: str, side: int = 64) -> Trace:
    return trace_of(zoo.resolve(name).build(), 1, 3, side, side)


def names(found: Matching, a: Trace, b: Trace) -> list[tuple[str, str]]:
    return [(a.nodes[it.a].name, b.nodes[it.b].name) for it in found.pairs]


def only(ids: tuple[int, ...], trace: Trace) -> list[str]:
    return [trace.nodes[it].name for it in ids]


def row(**layers: nn.Module) -> nn.Sequential:
    return nn.Sequential(OrderedDict(layers))


def conv(inputs: int, outputs: int, kernel: int = 3) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)


def test_a_network_with_itself() -> None:
    trace = of_zoo("zoo:resnet18")
    found = match(trace, trace)
    operations = [it for it in trace.nodes if it.is_operation]
    assert [(it.a, it.b) for it in found.pairs] == [(it.id, it.id) for it in operations]
    assert all(it.why is Why.NAME and it.changes == () for it in found.pairs)
    assert found.only_a == found.only_b == ()


def test_wider_layers_are_the_same_layers() -> None:
    a, b = of_zoo("torchvision:resnet50"), of_zoo("zoo:wide_resnet50_2")
    found = match(a, b)
    assert names(found, a, b) == [(it.name, it.name) for it in a.nodes if it.is_operation]
    assert found.only_a == found.only_b == ()
    changed = {
        a.nodes[it.a].name for it in found.pairs if any(change.what == "shape" for change in it.changes)
    }
    assert changed == {it.name for it in a.nodes if it.shape != b.by_name[it.name].shape}
    by_name = {a.nodes[it.a].name: it for it in found.pairs}
    assert Change("shape", (1, 64, 16, 16), (1, 128, 16, 16)) in by_name["layer1.0.conv1"].changes
    assert Change("out_channels", 64, 128) in by_name["layer1.0.conv1"].changes


def test_layers_that_were_added_are_named() -> None:
    a, b = (trace_of(row(features=make_layers(cfgs[it])), 1, 3, 64, 64) for it in "DE")  # VGG-16 and VGG-19
    found = match(a, b)
    assert found.only_a == ()
    assert all(
        it.changes == () for it in found.pairs
    )  # each to one of its own shape, though places in a row moved
    assert Counter(b.nodes[it].op for it in found.only_b) == {"conv2d": 3, "relu": 3}
    assert {b.nodes[it].shape[1:] for it in found.only_b} == {(256, 16, 16), (512, 8, 8), (512, 4, 4)}


def test_other_names_are_matched_by_structure() -> None:
    a = trace_of(row(stem=conv(3, 8), act=nn.ReLU(), pool=nn.MaxPool2d(2), last=conv(8, 4)), 1, 3, 8, 8)
    b = trace_of(row(first=conv(3, 8), swish=nn.ReLU(), down=nn.MaxPool2d(2), out=conv(8, 4)), 1, 3, 8, 8)
    found = match(a, b)
    assert names(found, a, b) == [("stem", "first"), ("act", "swish"), ("pool", "down"), ("last", "out")]
    assert {it.why for it in found.pairs} == {Why.STRUCTURE}


def test_what_was_told_otherwise_is_told() -> None:
    a = trace_of(row(stem=conv(3, 8), act=nn.ReLU()), 1, 3, 8, 8)
    b = trace_of(row(stem=conv(3, 8, 5), act=nn.GELU()), 1, 3, 8, 8)
    stem, act = match(a, b).pairs
    assert {it.what: (it.a, it.b) for it in stem.changes} == {
        "kernel_size": ((3, 3), (5, 5)), "padding": ((1, 1), (2, 2)), "parameters": (224, 608),
    }  # fmt: skip
    assert act.why is Why.NAME and Change("operation", "relu", "gelu") in act.changes


def test_networks_without_common_parts_begin_and_end_alike() -> None:
    a, b = of_zoo("zoo:efficientnet_lite0"), of_zoo("zoo:googlenet")
    found = dict(names(match(a, b), a, b))
    assert found["conv_stem"] == "conv1.conv" and found["bn1"] == "conv1.bn"
    assert found["conv_head"] == "inception5b.branch4.1.conv" and found["classifier"] == "fc"
    turned = dict(names(match(b, a), b, a))
    assert turned["conv1.conv"] == "conv_stem" and turned["fc"] == "classifier"


def test_a_first_layer_that_was_released_takes_no_other_partner() -> None:
    a, b = of_zoo("zoo:efficientnet_lite0"), of_zoo("zoo:googlenet")
    found = match(a, b, ((a.by_name["conv_stem"].id, None),))
    assert "conv1.conv" in only(found.only_b, b) and "conv_stem" in only(found.only_a, a)


def test_a_first_layer_that_was_added_leaves_the_others_their_partners() -> None:
    a = trace_of(row(stem=conv(3, 8), act=nn.ReLU(), last=conv(8, 4)), 1, 3, 8, 8)
    b = trace_of(row(new=conv(3, 3, 1), begin=conv(3, 8), swish=nn.ReLU(), out=conv(8, 4)), 1, 3, 8, 8)
    found = match(a, b)
    assert names(found, a, b) == [("stem", "begin"), ("act", "swish"), ("last", "out")]
    assert only(found.only_b, b) == ["new"]


class Fork(nn.Module):
    """Two branches that run in the one order or the other, under names that tell nothing."""

    def __init__(self, turned: bool) -> None:
        super().__init__()
        self.branches = nn.ModuleList([conv(3, 4, 5), conv(3, 4, 1)])
        self.turned = turned

    def forward(self, x: Tensor) -> Tensor:
        if self.turned:
            narrow = self.branches[1](x)
            return self.branches[0](x).tanh() + narrow.sigmoid()
        wide = self.branches[0](x).tanh()
        return wide + self.branches[1](x).sigmoid()


def test_branches_that_run_in_another_order_are_found() -> None:
    a, b = trace_of(Fork(False), 1, 3, 8, 8), trace_of(Fork(True), 1, 3, 8, 8)
    found = match(a, b)
    assert sorted(names(found, a, b)) == [
        (name, name) for name in sorted(it.name for it in a.nodes if it.is_operation)
    ]


class Counts(nn.Module):
    """Embeds and sums."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(10, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.table(x.abs().long()).sum(-1)


def test_networks_without_anything_in_common_have_no_pairs() -> None:
    a, b = trace_of(row(stem=conv(3, 8), act=nn.ReLU()), 1, 3, 8, 8), trace_of(Counts(), 1, 5)
    found = match(a, b)
    assert found.pairs == ()
    assert only(found.only_a, a) == ["stem", "act"]
    assert len(found.only_b) == sum(it.is_operation for it in b.nodes)
    assert match(b, a).pairs == ()


def test_a_failed_forward_is_matched_as_far_as_it_went() -> None:
    whole = trace_of(row(stem=conv(3, 8), act=nn.ReLU(), last=conv(8, 4)), 1, 3, 8, 8)
    broken = trace_of(row(stem=conv(3, 8), act=nn.ReLU(), last=conv(9, 4)), 1, 3, 8, 8)
    assert broken.error is not None
    found = match(whole, broken)
    assert names(found, whole, broken) == [("stem", "stem"), ("act", "act")]
    assert only(found.only_a, whole) == ["last"]


# ---- by hand ----


def test_a_person_mends_it() -> None:
    a = trace_of(nn.Sequential(*(nn.ReLU() for _ in range(3))), 1, 4)
    b = trace_of(nn.Sequential(*(nn.ReLU() for _ in range(4))), 1, 4)
    first, second, third = (it.id for it in a.nodes if it.is_operation)
    found = match(a, b, ((first, 2), (None, 3)))
    assert [(it.a, it.b) for it in found.pairs] == [(first, 2), (second, 4)]
    assert found.pairs[0].why is Why.HAND
    assert found.only_a == (third,) and found.only_b == (1, 3)


def test_what_cannot_be_a_pair_is_refused() -> None:
    trace = trace_of(nn.Sequential(nn.ReLU(), nn.ReLU()), 1, 4)
    for by_hand, why in (
        (((0, 1),), "no operation 0"),
        (((1, 99),), "no operation 99"),
        (((1, 1), (1, 2)), "twice"),
        (((1, 2), (2, 2)), "twice"),
    ):
        with pytest.raises(UsageError, match=why):
            match(trace, trace, by_hand)


# ---- speed ----


def test_a_thousand_operations_without_names_take_less_than_a_second() -> None:
    draw = torch.Generator().manual_seed(0)
    kinds = torch.randint(3, (1000,), generator=draw).tolist()
    layers = [(nn.ReLU(), nn.Tanh(), nn.MaxPool1d(1))[kind] for kind in kinds]
    a = trace_of(nn.Sequential(*layers), 1, 2, 8)
    b = trace_of(nn.Sequential(*(layer for k, layer in enumerate(layers) if k % 7)), 1, 2, 8)
    start = time.process_time()
    found = match(a, b)
    assert time.process_time() - start < 1.0
    assert found.only_b == () and len(found.only_a) == 143
