"""The best common order of two sequences, from a score for each pair of their items."""

from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pair = tuple[int, int]
Scores = NDArray[np.float32]


def rising(pairs: Iterable[Pair]) -> list[Pair]:
    """Return the most of the pairs that rise on both sides; no item may be in two of them."""
    ends: list[int] = []  # the least last item of a chain of each length
    last: list[Pair] = []
    before: dict[Pair, Pair | None] = {}
    for pair in sorted(pairs):
        place = bisect_left(ends, pair[1])
        before[pair] = last[place - 1] if place else None
        ends[place : place + 1] = [pair[1]]
        last[place : place + 1] = [pair]
    chain: list[Pair] = []
    link = last[-1] if last else None
    while link is not None:
        chain.append(link)
        link = before[link]
    return chain[::-1]


def aligned(scores: Scores, follows: NDArray[np.floating[Any]]) -> list[Pair]:
    """Return the pairs, rising on both sides, whose scores sum up to the most.

    Needleman and Wunsch, 1970, without a cost for gaps; a row at a time.

    Args:
        scores: (A, B) positive multiples of 1/4, which are summed without error; minus infinity where two items are no
            pair.
        follows: (A,) multiples of 1/4: what it is worth that the pair of an item comes right after another one on both
            sides, so that common parts stay whole.
    """
    follows = follows.astype(np.float32)
    rows, columns = scores.shape
    ending = np.full((rows + 1, columns + 1), -np.inf, np.float32)  # best that ends with the pair
    best = np.zeros((rows + 1, columns + 1), np.float32)
    for row in range(rows):
        following = np.maximum(ending[row, :-1] + follows[row], best[row, :-1])
        ending[row + 1, 1:] = scores[row] + following
        best[row + 1] = np.maximum.accumulate(np.maximum(ending[row + 1], best[row]))
    return _traced(ending, best, follows)


def _traced(ending: Scores, best: Scores, follows: Scores) -> list[Pair]:
    row, column = best.shape[0] - 1, best.shape[1] - 1
    pairs: list[Pair] = []
    is_pair = False
    while row and column:
        if not is_pair:
            if best[row, column] == best[row - 1, column]:
                row -= 1
                continue
            if best[row, column] == best[row, column - 1]:
                column -= 1
                continue
        row, column = row - 1, column - 1
        pairs.append((row, column))
        is_pair = bool(ending[row, column] + follows[row] >= best[row, column])
    return pairs[::-1]
