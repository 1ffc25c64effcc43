"""From a study of initialisations to the curves that are drawn of it."""

import math
from collections.abc import Sequence

import numpy as np

from explorer.records.initialisation import DepthCurve, InitialisationStudy, Scheme, WeightSpread
from explorer.window import format as fmt
from explorer.window.widgets.curve import Curve, Numbers, Scale
from explorer.window.widgets.histogram import cut_at

_SCHEMES = tuple(Scheme)
_MOST_TICKS = 7
_TAIL = 0.0005  # share of a tensor's values at each end of its histogram that need not be in sight
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def series_of(curve: DepthCurve) -> int | None:
    """Return the place of the curve's colour in `Theme.series`; None for the live model as loaded."""
    return None if curve.scheme is None else _SCHEMES.index(curve.scheme)


def is_dashed(curve: DepthCurve) -> bool:
    """Tell whether the curve is drawn in dashes: this one often coincides with the default, over which it lies."""
    return curve.scheme is Scheme.ZERO_LAST_NORM


def depth_curves(study: InitialisationStudy, nodes: Sequence[int]) -> tuple[list[Curve], Scale]:
    """Return the common logarithms of the variances of some operations, one curve a network.

    A variance of zero has no logarithm: it is marked on a line of its own below the others, what is NaN or infinite
    on one above.

    Args:
        study: What is drawn.
        nodes: Ids of the operations, rising; their places on the horizontal axis.
    """
    places = np.array(nodes, np.int64)
    tables = [curve.variances[places] for curve in study.curves]
    lost = [
        (curve.not_finite[places] > 0) | np.isinf(table)
        for curve, table in zip(study.curves, tables, strict=True)
    ]
    shown = np.concatenate([np.log10(table[_positive(table)]) for table in tables] or [np.zeros(0)])
    low = math.floor(shown.min()) if shown.size else -1
    high = max(math.ceil(shown.max()) if shown.size else 1, low + 1)
    gap = max(1.0, 0.08 * (high - low))
    zero, beyond = low - gap, high + gap
    curves = []
    for curve, table, bad in zip(study.curves, tables, lost, strict=True):
        y = np.full(table.shape, np.nan)
        y[_positive(table)] = np.log10(table[_positive(table)])
        marks = [(x, zero) for x in places[table == 0]] + [(x, beyond) for x in places[bad]]
        curves.append(
            Curve(y, series_of(curve), is_dashed(curve), np.array(marks, np.float64).reshape(-1, 2))
        )
    zeros, losses = any((table == 0).any() for table in tables), any(bad.any() for bad in lost)
    return curves, _decades(low, high, zero if zeros else None, beyond if losses else None)


def weight_curves(
    spread: WeightSpread, study: InitialisationStudy
) -> tuple[list[Curve], Scale, tuple[float, float]]:
    """Return one histogram a network, in percent of the values, and the stretch of the bins that holds nearly all.

    The axis ends where a bin that dwarfs all others is cut.
    """
    shares = _shares(spread)
    curves = [
        Curve(100 * share, series_of(curve), is_dashed(curve))
        for share, curve in zip(shares, study.curves, strict=True)
    ]
    top = 100 * (cut_at(shares.max(axis=0)) or float(shares.max(initial=0.0))) or 1.0
    scale = Scale(0.0, 1.05 * top, tuple((part * top, fmt.percent(part * top, 100)) for part in (0, 0.5, 1)))
    below = shares.cumsum(axis=1)
    seen = np.flatnonzero(((below > _TAIL) & (below - shares < 1 - _TAIL)).any(axis=0))
    first, last = (int(seen[0]), int(seen[-1])) if seen.size else (0, shares.shape[1] - 1)
    return curves, scale, (float(spread.edges[first]), float(spread.edges[last + 1]))


def cut_bin(spread: WeightSpread) -> str:
    """Say of the bin that dwarfs all others, whose bar is cut, how much it holds; empty where there is none."""
    highest = _shares(spread).max(axis=0)
    return "" if cut_at(highest) is None else f"highest bin cut: {fmt.percent(float(highest.max()), 1)}"


def _shares(spread: WeightSpread) -> Numbers:
    """Return the shares (networks, bins) of the values in each bin."""
    shares: Numbers = spread.counts / np.maximum(spread.counts.sum(axis=1, keepdims=True), 1)
    return shares


def _positive(table: Numbers) -> np.ndarray:
    return np.isfinite(table) & (table > 0)


def _decades(low: int, high: int, zero: float | None, beyond: float | None) -> Scale:
    """Return an axis of powers of ten, with a line for zero and one for what is not finite where they are needed."""
    step = max(1, math.ceil((high - low) / _MOST_TICKS))
    ticks = [(float(power), f"10{str(power).translate(_RAISED)}") for power in range(low, high + 1, step)]
    bottom, top = low - 0.2, high + 0.2
    if zero is not None:
        ticks.append((zero, "zero"))
        bottom = zero - 0.6
    if beyond is not None:
        ticks.append((beyond, "not finite"))
        top = beyond + 0.6
    return Scale(bottom, top, tuple(ticks))
