"""Weights that do not fit: what lacks is named, the network stays as it was; a head may be left random."""

import argparse
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from weight_files import State, Write, network, raw, refusal, saved, under

from explorer import weights

STATE: State = network().state_dict()
SAVE = "save model.state_dict() with torch.save and load that file"


def test_what_it_holds_is_said_of_a_file_without_tensors_by_name(tmp_path: Path) -> None:
    for content, message in (
        ({"epoch": 3, "loss": 0.1}, "a dictionary of epoch, loss"),
        ({}, "an empty dictionary"),
        ([torch.ones(1)], "a list"),
        (torch.ones(1), "one tensor alone"),
        (7, "a number"),
        ("x", "text"),
        ({1: torch.ones(1)}, "a dictionary of 1"),
        (argparse.Namespace(a=1), "what argparse.Namespace would make, which was not run"),
        (None, "nothing"),
    ):
        assert refusal(saved(content)(tmp_path)) == f"w.pt holds {message}, no tensors by name; {SAVE}"


def weight(tensor: Any) -> Write:
    return saved({**STATE, "conv.weight": tensor})


SHAPE = (4, 3, 3, 3)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    NESTED = torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])
    QUANTISED = torch.quantize_per_tensor(torch.ones(SHAPE), 0.1, 0, torch.qint8)
    CSR = torch.ones(4, 27).to_sparse_csr()
FLOATING = "choose a file with the weights in floating point"
PLAIN = "; save it as a plain one, with .dense or .dequantize"

MISFITS: dict[str, tuple[Write, str]] = {
    "sparse": (
        weight(torch.ones(SHAPE).to_sparse()),
        f"w.pt was not loaded: conv.weight: it is a sparse tensor{PLAIN}",
    ),
    "sparse rows": (weight(CSR), f"w.pt was not loaded: conv.weight: it is a sparse tensor{PLAIN}"),
    "quantised": (weight(QUANTISED), f"w.pt was not loaded: conv.weight: it is a quantised tensor{PLAIN}"),
    "meta": (
        weight(torch.empty(SHAPE, device="meta")),
        "conv.weight: it is a tensor without numbers (of the device meta)",
    ),
    "nested": (weight(NESTED), f"w.pt was not loaded: conv.weight: it is a nested tensor{PLAIN}"),
    "int8": (
        weight(torch.ones(SHAPE, dtype=torch.int8)),
        f"w.pt was not loaded: conv.weight: it holds int8 where the network has float32; {FLOATING}",
    ),
    "int64": (
        weight(torch.ones(SHAPE, dtype=torch.int64)),
        f"it holds int64 where the network has float32; {FLOATING}",
    ),
    "bool": (
        weight(torch.ones(SHAPE, dtype=torch.bool)),
        f"it holds bool where the network has float32; {FLOATING}",
    ),
    "complex": (
        weight(torch.ones(SHAPE, dtype=torch.complex64)),
        f"it holds complex64 where the network has float32; {FLOATING}",
    ),
    "too large": (
        saved({**STATE, "conv.weight": torch.full(SHAPE, 1e300, dtype=torch.float64)}),
        "conv.weight: it holds numbers too large for the network's float32; load them as float64",
    ),
    "fraction in a counter's place": (
        saved({**STATE, "bn.running_mean": torch.ones(4, dtype=torch.complex64)}),
        f"bn.running_mean: it holds complex64 where the network has float32; {FLOATING}",
    ),
    "another network": (
        saved(nn.Linear(2, 2).state_dict()),
        "w.pt does not fit the network: 8 missing (conv.weight, conv.bias, bn.weight, bn.bias, bn.running_mean, \u2026)"
        ", "
        "2 unexpected (weight, bias); choose the network they were saved from",
    ),
    "one missing": (
        saved({k: v for k, v in STATE.items() if k != "conv.bias"}),
        "w.pt does not fit the network: 1 missing (conv.bias); choose the network they were saved from",
    ),
    "stem of one channel": (
        weight(torch.ones(4, 1, 3, 3)),
        "w.pt does not fit the network: 1 of another shape (conv.weight (4, 1, 3, 3) instead of (4, 3, 3, 3)); "
        "choose the network they were saved from",
    ),
    "under a key": (
        saved({"model": {k: v for k, v in STATE.items() if "bn" not in k}}),
        "w.pt (\u201cmodel\u201d) does not fit the network: 4 missing (bn.weight, bn.bias, "
        "bn.running_mean, bn.running_var)",
    ),
    "head of other classes": (
        saved(network(7).state_dict()),
        "w.pt fits the network but for its head (fc.weight (7, 4) instead of (5, 4); fc.bias (7,) instead of (5,)); "
        "choose a network with as many classes, or leave the head random",
    ),
    "head missing": (
        saved({k: v for k, v in STATE.items() if "fc" not in k}),
        "w.pt fits the network but for its head (fc.weight is missing; fc.bias is missing); choose a network",
    ),
    "optimizer alone": (
        saved({"state": {0: {"exp_avg": torch.ones(3)}}}),
        "(\u201cstate.0\u201d) does not fit the network: 8 missing",
    ),
    "long names": (saved(under("x" * 100_000, STATE)), "8 missing (conv.weight"),
    "terminal codes in names": (
        saved({"\x1b[2J\x07" + key: tensor for key, tensor in STATE.items()}),
        "\\x1b[2J\\x07conv.weight",
    ),
    "line breaks in names": (saved({f"a\nb\r{k}": torch.ones(1) for k in range(3)}), "a\\nb\\r0"),
    "long wrapper": (saved({"m" * 100_000: {"x": torch.ones(1)}}), "\u2026"),
    "odd wrapper": (saved({"\x1b]0;x": {"x": torch.ones(1)}}), "(\u201c\\x1b]0;x\u201d) does not fit"),
}


@pytest.mark.parametrize("kind", MISFITS)
def test_weights_that_do_not_fit_leave_the_network_as_it_was(tmp_path: Path, kind: str) -> None:
    write, message = MISFITS[kind]
    assert message in refusal(write(tmp_path))


class Blank(nn.Module):
    """Its tensors take no weights."""

    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("b", torch.zeros(2))
        self.register_buffer("weight", weight)


@pytest.mark.parametrize(
    ("own", "why"),
    [
        (torch.empty(2, device="meta"), "has no memory (device meta)"),
        (torch.zeros(1).expand(2), "has several places on one number in memory"),
        (torch.zeros(2).to_sparse(), "is sparse"),
        (torch.quantize_per_tensor(torch.zeros(2), 0.1, 0, torch.qint8), "is quantised"),
    ],
)
def test_a_network_that_takes_no_weights_is_told(tmp_path: Path, own: torch.Tensor, why: str) -> None:
    target = Blank(own)
    with pytest.raises(weights.WeightsError) as caught:
        weights.apply(target, weights.Checkpoint.of({"b": torch.ones(2), "weight": torch.ones(2)}))
    assert f"weight: the network's own {why} and takes no weights; build the network without that" in str(
        caught.value
    )
    assert not target.b.any()


def test_a_name_of_a_file_is_shown_without_what_a_terminal_would_obey(tmp_path: Path) -> None:
    path = raw(b"hello world", "\x1b[31mred\u202e.pt")(tmp_path)
    assert refusal(path).startswith("\\x1b[31mred\\u202e.pt cannot be read as weights")
