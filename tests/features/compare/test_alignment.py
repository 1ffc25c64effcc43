"""Common order of two sequences, against the best of all ways."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from explorer.features.compare.alignment import Pair, aligned, rising


def all_ways(rows: int, columns: int) -> list[list[Pair]]:
    """Return every set of pairs that rises on both sides."""
    every = [(row, column) for row in range(rows) for column in range(columns)]
    ways = (list(some) for size in range(min(rows, columns) + 1) for some in combinations(every, size))
    return [way for way in ways if all(one[0] < two[0] and one[1] < two[1] for one, two in pairwise(way))]


def worth(way: list[Pair], scores: np.ndarray, follows: np.ndarray) -> float:
    after = [two for one, two in pairwise(way) if (two[0] - one[0], two[1] - one[1]) == (1, 1)]
    return sum(scores[pair] for pair in way) + sum(follows[row] for row, _ in after)


@pytest.mark.parametrize("seed", range(40))
def test_no_way_is_worth_more(seed: int) -> None:
    draw = np.random.default_rng(seed)
    rows, columns = draw.integers(1, 5, 2)
    scores = draw.integers(1, 9, (rows, columns)).astype(np.float32) / 4
    scores[draw.random((rows, columns)) < 0.4] = -np.inf
    follows = draw.integers(0, 3, rows) / 4
    found = aligned(scores, follows)
    best = max(worth(way, scores, follows) for way in all_ways(rows, columns))
    assert worth(found, scores, follows) == best
    assert found in all_ways(rows, columns)


@pytest.mark.parametrize("seed", range(40))
def test_no_rising_chain_is_longer(seed: int) -> None:
    draw = np.random.default_rng(seed)
    places = draw.permutation(6)
    pairs = [(k, int(place)) for k, place in enumerate(places) if draw.random() < 0.8]
    found = rising(pairs)
    assert set(found) <= set(pairs)
    assert all(one[0] < two[0] and one[1] < two[1] for one, two in pairwise(found))
    chains = (some for size in range(7) for some in combinations(pairs, size))
    assert len(found) == max(len(it) for it in chains if all(one[1] < two[1] for one, two in pairwise(it)))


def test_nothing_is_aligned_with_nothing() -> None:
    assert aligned(np.full((3, 2), -np.inf, np.float32), np.ones(3)) == []
    assert rising([]) == []
