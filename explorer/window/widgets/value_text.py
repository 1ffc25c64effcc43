"""What is said about a tensor in words and numbers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.records.values import Layout, Statistics, ValueView
from explorer.window import format as fmt


def statistics_text(statistics: Statistics, noun: str) -> str:
    """Return the statistics in one line; `noun` is what a channel is called."""
    parts = [
        f"min {fmt.number(statistics.minimum)}",
        f"max {fmt.number(statistics.maximum)}",
        f"mean {fmt.number(statistics.mean)}",
        f"std {fmt.number(statistics.std)}",
        f"zeros {fmt.percent(statistics.zeros, statistics.count)}",
    ]
    if statistics.channels > 1:
        parts.append(f"dead {noun}s {statistics.dead} of {statistics.channels}")
    return " · ".join(parts)


def range_text(values: NDArray[Any]) -> str:
    """Return min, max and mean over the finite values of one channel (H, W)."""
    wide = values.astype(np.float64)
    finite = wide[np.isfinite(wide)]
    if finite.size == 0:
        return "no finite value"
    low, high, mean = (fmt.number(x) for x in (finite.min(), finite.max(), finite.mean()))
    return f"min {low} · max {high} · mean {mean}"


def note_text(value: ValueView) -> str:
    """Return what is special about the picture of a value; empty for plain feature maps."""
    if value.layout == Layout.MATRIX:
        return "rows and columns, without spatial meaning"
    if value.layout != Layout.TOKENS or value.values.ndim != 3:
        return ""
    _, height, width = value.values.shape
    note = f"tokens laid back on the {height}×{width} patch grid"
    if value.extra_tokens == 1:
        return f"{note}; class token not shown"
    return f"{note}; {value.extra_tokens} leading tokens not shown" if value.extra_tokens else note


def empty_text(value: ValueView) -> str:
    """Return why nothing is to be seen of a tensor without elements."""
    return f"{value.title} is empty: its shape is {fmt.shape(value.shape)}."
