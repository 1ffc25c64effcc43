"""What GoogLeNet's reductions save, by the paper's table alone and by counting what the networks do."""

import re

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from explorer import zoo
from explorer.zoo import googlenet

# Table 1 of the paper: side of the maps; filters 1x1, in front of 3x3, 3x3, in front of 5x5, 5x5, behind the pooling.
TABLE = {
    "3a": (28, 64, 96, 128, 16, 32, 32),
    "3b": (28, 128, 128, 192, 32, 96, 64),
    "4a": (14, 192, 96, 208, 16, 48, 64),
    "4b": (14, 160, 112, 224, 24, 64, 64),
    "4c": (14, 128, 128, 256, 24, 64, 64),
    "4d": (14, 112, 144, 288, 32, 64, 64),
    "4e": (14, 256, 160, 320, 32, 128, 128),
    "5a": (7, 256, 160, 320, 32, 128, 128),
    "5b": (7, 384, 192, 384, 48, 128, 128),
}
STEM = 112**2 * 7 * 7 * 3 * 64 + 56**2 * (64 * 64 + 3 * 3 * 64 * 192)
CLASSES = 1000


def naive() -> dict[str, int]:
    """MACs of each naive module, and of stem and classifier."""
    macs, channels = {}, 192
    for name, (side, conv1, _, conv3, _, conv5, _) in TABLE.items():
        macs[name] = side**2 * channels * (conv1 + 9 * conv3 + 25 * conv5)
        channels += conv1 + conv3 + conv5
    return macs | {"outside": STEM + channels * CLASSES}


def reduced(large: int) -> dict[str, int]:
    """MACs of each module with reductions, its largest filter `large` pixels wide, and of stem and classifier."""
    macs, channels = {}, 192
    for name, (side, conv1, reduce3, conv3, reduce5, conv5, pool) in TABLE.items():
        first = channels * (conv1 + reduce3 + reduce5 + pool)
        macs[name] = side**2 * (first + 9 * reduce3 * conv3 + large**2 * reduce5 * conv5)
        channels = conv1 + conv3 + conv5 + pool
    return macs | {"outside": STEM + channels * CLASSES}


def counted(name: str) -> dict[str, int]:
    """Count what the network of that name does: MACs of each module, and of the rest."""
    model = zoo.resolve(f"zoo:{name}").build_empty().eval().to("meta")
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, 3, 224, 224, device="meta"))
    flops = {path: sum(counts.values()) for path, counts in counter.get_flop_counts().items()}
    macs = {row: flops[f"{type(model).__name__}.inception{row}"] // 2 for row in TABLE}
    return macs | {"outside": counter.get_total_flops() // 2 - sum(macs.values())}


@pytest.mark.parametrize(
    ("name", "expected"), [("inception_naive", naive()), ("googlenet", reduced(large=3))]
)
def test_every_module_costs_what_the_papers_table_says(name: str, expected: dict[str, int]) -> None:
    assert counted(name) == expected


def test_ratios_in_the_docstring_are_true() -> None:
    dear = sum(naive().values())
    ratios = [f"{dear / sum(reduced(large).values()):.1f}" for large in (3, 5)]
    assert re.findall(r"needs? (\d+\.\d) times the\s+MACs", googlenet.__doc__ or "") == ratios
