"""How activations spread through the depth of a network, and how its weights do, for several networks side by side."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer.forward.recording import Recording
from explorer.records.initialisation import WeightSpread

_PIECE = 1 << 22  # values looked at in one go, so that a large tensor needs no second copy in float64
_FINE = 4096  # most bins of one tensor's own histogram
_SMALLEST = 1e-30  # values nearer to zero are not told apart
_SHOWN = 128  # most bins after tensors were brought to the same


class Moments(NamedTuple):
    """Mean and population variance in float64, NaN unless every value is finite; and how many are not."""

    mean: float
    variance: float
    not_finite: int


class Tally(NamedTuple):
    """A histogram that can be brought to another's bins without error.

    Bins are a power of two wide and one of their edges is zero, so that two bins make one of the next width.

    Attributes:
        exponent: The width is 2 ** exponent.
        first: The lowest edge is first * width.
        counts: (B,) int64; empty if no value is finite.
        moments: Of the same values.
    """

    exponent: int
    first: int
    counts: NDArray[np.int64]
    moments: Moments


def moments(tensor: Tensor) -> Moments:
    """Return mean and population variance over all values of a tensor, summed in float64."""
    if tensor.numel() == 0 or tensor.is_complex() or tensor.layout is not torch.strided:
        return Moments(math.nan, math.nan, 0)
    pieces = _pieces(tensor)
    if not all(math.isfinite(end) for piece in pieces for end in _ends(piece)):
        bad = sum(int((~piece.isfinite()).sum()) for piece in pieces)
        return Moments(math.nan, math.nan, bad)
    count = tensor.numel()
    mean = sum(float(piece.sum(dtype=torch.float64)) for piece in pieces) / count
    squares = sum(float(piece.double().square_().sum()) for piece in pieces)
    variance = squares / count - mean * mean
    if not variance > 1e-6 * mean * mean:  # what is left of the difference is rounding
        variance = sum(float((piece.double() - mean).square_().sum()) for piece in pieces) / count
    return Moments(mean, variance, 0)


class Watch:
    """Takes the moments of each operation's first output, as it is shown each value."""

    def __init__(self) -> None:
        self._found: dict[int, Moments] = {}

    def __call__(self, node: int, output: int, tensor: Tensor) -> None:
        """Look at output number `output` of operation `node`."""
        if output == 0:
            self._found[node] = moments(tensor)

    def by_name(self, recording: Recording) -> dict[str, Moments]:
        """Return the moments by the names that the operations have in the recording."""
        return {recording.operations[node].name: found for node, found in self._found.items()}


def in_order(
    found: dict[str, Moments], names: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return variances and numbers of values that are not finite, (N,) each; NaN and 0 where a name is missing."""
    missing = Moments(math.nan, math.nan, 0)
    ordered = [found.get(name, missing) for name in names]
    return np.array([m.variance for m in ordered]), np.array([m.not_finite for m in ordered], np.int64)


def tally(tensor: Tensor) -> Tally:
    """Return the finest histogram of a tensor's finite values that needs no more than some thousand bins."""
    found = moments(tensor)
    pieces = _pieces(tensor)
    if found.not_finite:
        pieces = [piece[piece.isfinite()] for piece in pieces]
    pieces = [piece if piece.dtype is torch.float64 else piece.float() for piece in pieces if piece.numel()]
    if not pieces:
        return Tally(0, 0, np.zeros(0, np.int64), found)
    ends = [end for piece in pieces for end in _ends(piece)]
    low, high = min(ends), max(ends)
    exponent = math.frexp(max(abs(low), abs(high), _SMALLEST) / (_FINE // 2 - 1))[1]
    width = 2.0**exponent
    first = math.floor(low / width)
    bins = math.floor(high / width) + 1 - first
    counts = np.zeros(bins, np.int64)
    for piece in pieces:
        counts += torch.histc(piece, bins, first * width, (first + bins) * width).long().cpu().numpy()
    return Tally(exponent, first, counts, found)


def spread(tallies: Sequence[Tally], expected: Sequence[float]) -> WeightSpread:
    """Bring the histograms of one parameter in several networks to the same bins.

    Args:
        tallies: One a network.
        expected: The standard deviation that theory gives in each; NaN where it gives none.
    """
    filled = [each for each in tallies if each.counts.size]
    exponent = max((each.exponent for each in filled), default=0)
    while True:
        coarse = [_widened(each, exponent) for each in tallies]
        first = min((start for start, counts in coarse if counts.size), default=0)
        end = max((start + counts.size for start, counts in coarse if counts.size), default=1)
        if end - first <= _SHOWN:
            break
        exponent += 1
    table = np.zeros((len(tallies), end - first), np.int64)
    for row, (start, counts) in zip(table, coarse, strict=True):
        row[start - first : start - first + counts.size] = counts
    return WeightSpread(
        edges=np.arange(first, end + 1, dtype=np.float64) * 2.0**exponent,
        counts=table,
        means=np.array([each.moments.mean for each in tallies]),
        stds=np.sqrt([each.moments.variance for each in tallies]),
        expected=np.array(expected, np.float64),
    )


def _widened(each: Tally, exponent: int) -> tuple[int, NDArray[np.int64]]:
    """Return the first bin and the counts in bins of width 2 ** exponent, no narrower than they are."""
    if not each.counts.size:
        return 0, each.counts
    # So many old bins make a new one; beyond the number of old bins it is all the same how many.
    share = 1 << min(exponent - each.exponent, 32)
    first = each.first // share
    places = np.arange(each.first, each.first + each.counts.size) // share - first
    counts = np.zeros(int(places[-1]) + 1, np.int64)
    np.add.at(counts, places, each.counts)
    return first, counts


def _pieces(tensor: Tensor) -> Sequence[Tensor]:
    return torch.split(tensor.detach().flatten(), _PIECE)


def _ends(piece: Tensor) -> tuple[float, float]:
    """Return the least and the greatest value; NaN if there is one among the values."""
    low, high = piece.aminmax()
    return float(low), float(high)
