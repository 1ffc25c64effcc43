"""Long rows of operations that no module divides, cut into stretches: by stage, as they repeat, else evenly."""

from collections.abc import Sequence
from itertools import groupby, pairwise
from math import ceil

import numpy as np

from explorer.drawing.part import Part
from explorer.records.kinds import kind_of
from explorer.records.trace import Trace

MOST_BESIDE = 120
"""Boxes of one level that can still be looked over; operations of a longer one are gathered."""
_MOST_IN_STAGES = 20  # operations of a row that pooling divides; of more each stage is a stretch
_STAGES = range(5, 13)
_PARTS = 24  # stretches of a row that does not repeat
_LEAST = 8  # operations of a stretch
_LONGEST = 200  # operations after which a row that repeats does so
_ALIKE = 0.9  # of the operations that must repeat


def gather(part: Part, trace: Trace) -> None:
    """Put stretches in the place of operations, wherever there are too many beside each other."""
    for child in part.children:
        gather(child, trace)
    is_long = len(part.children) > MOST_BESIDE
    gathered: list[Part] = []
    for is_row, found in groupby(part.children, key=lambda child: child.kind == "operation"):
        row = list(found)
        cuts = _cuts(row, trace, is_long) if is_row else []
        gathered += [_stretch(row[begin:end], part, trace) for begin, end in pairwise(cuts)] if cuts else row
    part.children = gathered


def _stretch(own: Sequence[Part], around: Part, trace: Trace) -> Part:
    key = f"stretch of {len(own)} from {own[0].key}"
    stretch = Part(key, "stretch", around.path, None, level=own[0].level)
    stretch.nodes = [node for each in own for node in each.nodes]
    stretch.children = list(own)
    gather(stretch, trace)
    return stretch


def _cuts(row: Sequence[Part], trace: Trace, is_long: bool) -> list[int]:
    """Return where the stretches of a row begin, and its end; nothing for one that stays as it is."""
    if _MOST_IN_STAGES < len(row) <= MOST_BESIDE and (stages := _stages(row, trace)):
        return stages
    if not is_long or len(row) < 2 * _LEAST:
        return []
    size = _repeats_after(row, trace) or max(ceil(len(row) / _PARTS), _LEAST)
    return [*range(0, len(row), size), len(row)]


def _stages(row: Sequence[Part], trace: Trace) -> list[int]:
    """Return where stages begin and the last one ends, as pooling ends each; nothing if so cut it were no page."""
    is_pool = [kind_of(trace.nodes[part.nodes[0]].op) == "pool" for part in row]
    ends = [place + 1 for place in range(len(row) - 1) if is_pool[place]]
    return [0, *ends, len(row)] if len(ends) + 1 in _STAGES else []


def _repeats_after(row: Sequence[Part], trace: Trace) -> int:
    """Return after how many operations a row begins again; 0 if it does not, or if that would be too many boxes."""
    codes: dict[object, int] = {}
    told = np.array([codes.setdefault(_told(part, trace), len(codes)) for part in row])
    for period in range(1, min(_LONGEST, len(row) // 3) + 1):
        if (told[period:] == told[:-period]).mean() >= _ALIKE:
            size = period * ceil(_LEAST / period)
            return size if _boxes(row, told.tolist(), size, trace) <= MOST_BESIDE else 0
    return 0


def _boxes(row: Sequence[Part], told: Sequence[int], size: int, trace: Trace) -> int:
    """Return how many boxes stretches of a size are, if equal ones that read each other are one."""
    count = 0
    for begin in range(0, len(row), size):
        one, other = slice(begin - size, begin), slice(begin, begin + size)
        made = {part.nodes[0] for part in row[one]} if begin else set()
        reads = any(not made.isdisjoint(trace.nodes[part.nodes[0]].inputs) for part in row[other])
        count += not (reads and told[one] == told[other])
    return count


def _told(part: Part, trace: Trace) -> object:
    node = trace.nodes[part.nodes[0]]
    return node.op, node.attributes, node.outputs, node.params, tuple(node.id - it for it in node.inputs)
