"""What is said about a tensor in words and numbers."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.records.values import Layout, Statistics, ValueView
from explorer.window import format as fmt
from explorer.window.widgets.elided import FACTS, MORE, SIGN, shorter


def statistics_text(statistics: Statistics, noun: str) -> str:
    """Return the statistics in one line; `noun` is what a channel is called."""
    parts = [
        _moments_text(statistics, fmt.number),
        f"zeros {fmt.percent(statistics.zeros, statistics.count)}",
    ]
    if statistics.channels > 1:
        parts.append(f"{noun}s all zero {statistics.dead:,} of {statistics.channels:,}")
    return FACTS.join(parts)


def exact_text(statistics: Statistics, noun: str) -> str:
    """Return the numbers of the statistics with all their digits, and what counts as all zero."""
    exact = _moments_text(statistics, fmt.exact)
    if statistics.channels < 2:
        return exact
    return f"{exact}\nAll zero: each value is exactly 0; a constant {noun} of another value is not counted."


def _moments_text(statistics: Statistics, written: Callable[[Any], str]) -> str:
    names = {
        "min": statistics.minimum,
        "max": statistics.maximum,
        "mean": statistics.mean,
        "std": statistics.std,
    }
    return FACTS.join(f"{name} {written(number)}" for name, number in names.items())


def form_text(value: ValueView, noun: str) -> str:
    """Return how many channels there are and how large, or how long a vector is."""
    if value.mosaic is None:
        return f"{value.values.size:,} values"
    channels, height, width = value.values.shape[:3]
    if value.layout == Layout.MATRIX:
        return f"{height:,} rows, {width:,} columns"
    count = f"{channels:,} {noun}s" if channels > 1 else f"1 {noun}"
    return f"{count} of {height}×{width}"


def form_wordings(form: str) -> list[tuple[str, str]]:
    """Return the text above, or one that begins with a shape, with less and less of it; a number keeps its noun.

    A tensor's name, which stands behind its shape, goes before a fact does; how many values it has a shape tells.

    The tooltip has all of it: where nothing has room, the line is empty.
    """
    first = form.partition(" ")[0]
    has_shape, facts = "×" in first, form.split(FACTS)[1:]
    short = f"{first}{MORE}" if has_shape else form.partition(" of ")[0]
    others = [FACTS.join((first, *facts)), form.partition(FACTS)[0]] if has_shape and facts else []
    return [(it, "") for it in (form, *others, *shorter(form), short, "")]


def alarm_text(statistics: Statistics) -> str:
    """Return how many values are left out of all other numbers; empty if none is."""
    bad = statistics.not_finite
    return f"{bad:,} of {statistics.count:,} values are NaN or infinite" if bad else ""


def zeros_text(values: NDArray[Any]) -> str:
    """Return the share of zeros among the values of one channel."""
    return f"zeros {fmt.percent(int(np.count_nonzero(values == 0)), values.size)}"


def scale_wordings(value: ValueView, name: str) -> list[tuple[str, str]]:
    """Return what is said beside the colours of the scale, the longest first; `name` is the channel's.

    That all have one scale a box says that is ticked. How many values lie beyond stands there, or a sign that some do.
    """
    assert value.mosaic is not None, "a vector has no colours"
    shared = bool((value.mosaic.levels == value.mosaic.levels[0]).all())
    one = value.values.shape[0] == 1
    whose = "" if one or shared else f"scale of {name}"  # it stays, whatever goes
    if value.mosaic.kept:
        whose = f"{whose or 'scale'} as before"
    if not value.mosaic.clipped:
        return [("", whose)]
    beyond = f"{value.mosaic.clipped:,} beyond"
    said = (f"{beyond} the scale", beyond) if not whose else shorter(f"{whose}, {beyond} it", ", ")
    return [*(("", it) for it in said), (SIGN, "")]


def beyond_scale(value: ValueView, channel: int) -> tuple[bool, bool]:
    """Return whether values lie below, and above, the scale of a channel: of all channels where all have that one."""
    assert value.mosaic is not None, "a vector has no colours"
    if not value.mosaic.clipped:
        return False, False
    levels = value.mosaic.levels
    low, high = levels[channel]
    if bool((levels == levels[0]).all()):
        return value.statistics.minimum < float(low), value.statistics.maximum > float(high)
    seen = value.values[channel]
    return bool((seen < low).any()), bool((seen > high).any())


def scale_tip(value: ValueView) -> str:
    """Return what the scale leaves out, in whole sentences."""
    assert value.mosaic is not None, "a vector has no colours"
    if value.mosaic.kept:
        return (
            "The colours are those of the unchanged input, so that before and after can be compared. "
            f"{value.mosaic.clipped:,} of {value.statistics.count:,} values lie beyond and have the colour of the end."
        )
    if not value.mosaic.clipped:
        return "The colours run from the least to the greatest value."
    sampled = (
        " The percentiles are those of a sample, evenly spaced over all values."
        if value.statistics.sampled
        else ""
    )
    return (
        "A few values lie far out and would wash out all others: the colours run between the 0.5th and the 99.5th "
        f"percentile.{sampled} {value.mosaic.clipped:,} of {value.statistics.count:,} values lie beyond and have the "
        "colour of the end; under the cursor every value is the true one."
    )


def rest_wordings(name: str, reason: str, hint: str) -> list[tuple[str, str]]:
    """Return what is said while nothing is pointed at, the longest first: what is shown, why, what can be done."""
    longest = [(f"{name}, {reason}", hint)] if name and reason else []
    return [*longest, *((said, "") for said, _ in longest), (name, hint), (name, "")]


def reading_wordings(name: str, text: str) -> list[tuple[str, str]]:
    """Return what is said of a value under the cursor, left and right, the longest first.

    Args:
        name: What the channel that is shown large is called; empty if there is only one.
        text: Place and value, which may begin with that name.
    """
    number = text.rpartition("= ")[2]
    if not name:
        return [*(("", part) for part in shorter(text)), ("", number)]
    short = text.removeprefix(f"{name}, ")
    return [(name, short), ("", text), ("", short), ("", number)]


def distribution_wordings(name: str, remark: str) -> list[tuple[str, str]]:
    """Return what is said beside the histogram of one channel, the longest first: whose values, a remark on them."""
    whose = f"values of {name}"
    return [
        (whose, remark),
        ("values", remark),
        ("", remark),
        (f"{whose}{MORE}", ""),
        (f"values{MORE}", ""),
    ]


def lies_in(place: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Tell whether there is a value at (channel, y, x), or at (index,), in an array of this shape."""
    shape = shape[:3]  # red, green and blue lie at one place
    return len(place) == len(shape) and all(at < size for at, size in zip(place, shape, strict=True))


def range_text(values: NDArray[Any], written: Callable[[Any], str] = fmt.number) -> str:
    """Return min, max and mean over the finite values of one channel (H, W), each as `written` writes it."""
    wide = values.astype(np.float64)
    finite = wide[np.isfinite(wide)]
    if finite.size == 0:
        return "no finite value"
    low, high, mean = (written(x) for x in (finite.min(), finite.max(), finite.mean()))
    return FACTS.join((f"min {low}", f"max {high}", f"mean {mean}"))


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


def hint_text(value: ValueView | None) -> str:
    """Return what can be done where nothing is pointed at."""
    has_several = value is not None and value.mosaic is not None and value.values.shape[0] > 1
    return "click a tile to enlarge it" if has_several else "point at a value to read it"


def empty_text(value: ValueView) -> str:
    """Return why nothing is to be seen of a tensor without elements."""
    return f"{value.title} is empty: its shape is {fmt.shape(value.shape)}."
