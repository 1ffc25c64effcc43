"""Linear CKA, against the paper's formula written out in numpy."""

import weakref

import numpy as np
import pytest
import torch

from explorer.features.compare import cka
from explorer.features.compare.layers import layers_of
from explorer.features.compare.messages import MatchedPair, Matching, Why
from explorer.records.trace import Node, TensorInfo, Trace


def plain(x: np.ndarray, y: np.ndarray) -> float:
    """Kornblith et al., 2019: HSIC with linear kernels and the centring matrix H, equation 3; CKA, equation 4."""
    count = len(x)
    h = np.eye(count) - 1 / count

    def hsic(k: np.ndarray, other: np.ndarray) -> float:
        return float(np.trace(k @ h @ other @ h)) / (count - 1) ** 2

    k, other = x @ x.T, y @ y.T
    return hsic(k, other) / np.sqrt(hsic(k, k) * hsic(other, other))


@pytest.mark.parametrize("examples", [2, 3, 10, 50])
@pytest.mark.parametrize("shift", [0.0, 300.0])
def test_of_examples(examples: int, shift: float) -> None:
    torch.manual_seed(examples)
    x = torch.randn(examples, 700) + shift
    ones = [x, x[:, :5], torch.randn(examples, 3)]
    twos = [x @ torch.randn(700, 40), 3 * x + 1]
    rows_a, rows_b = (np.stack([cka.gram_row(list(it)) for it in side]) for side in (ones, twos))
    expected = [[plain(one.double().numpy(), two.double().numpy()) for two in twos] for one in ones]
    assert np.allclose(cka.of_rows(rows_a, rows_b), expected, rtol=0, atol=1e-6)


def test_pieces_sum_up_to_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    features = list(torch.randn(4, 1001))
    whole = cka.gram_row(features)
    monkeypatch.setattr(cka, "_PIECE", 40)
    assert np.allclose(cka.gram_row(features), whole, rtol=0, atol=1e-14)


def test_what_it_does_not_see() -> None:
    torch.manual_seed(0)
    x = torch.randn(8, 30)
    turned = 7 * x @ torch.linalg.qr(torch.randn(30, 30))[0] - 2
    rows = np.stack([cka.gram_row(list(it)) for it in (x, turned)])
    assert np.allclose(cka.of_rows(rows, rows), 1, rtol=0, atol=1e-6)


@pytest.mark.parametrize("features", [torch.full((3, 9), 0.1), torch.tensor([[1.0], [2.0], [float("nan")]])])
def test_equal_examples_and_nan_are_unknown(features: torch.Tensor) -> None:
    row = cka.gram_row(list(features))
    other = cka.gram_row(list(torch.randn(3, 4)))
    assert np.isnan(cka.of_rows(row[None], np.stack([row, other]))).all()


@pytest.mark.parametrize("side", [2, 7, 12])
@pytest.mark.parametrize("channels", [(1, 3), (30, 100)])
def test_of_places_both_ways(side: int, channels: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(side)
    ones = [torch.randn(channels[0], side, side), torch.zeros(2, side, side)]
    twos = [torch.randn(channels[1], side, side) + ones[0][:1], ones[0] + 5, torch.randn(2, side, side)]
    expected = [plain(ones[0].flatten(1).T.double().numpy(), it.flatten(1).T.double().numpy()) for it in twos]
    monkeypatch.setattr(cka, "_ROOM", 16_000)
    for way in (cka._by_features, cka._by_grams):
        found = way(ones, twos, lambda share: None)
        assert np.allclose(found[0], expected, rtol=0, atol=1e-9), way
        assert np.isnan(found[1]).all()
    assert np.allclose(cka.of_maps(ones, twos)[0], expected, rtol=0, atol=1e-9)


# ---- layers ----


def trace(operations: int, dtype: str = "float32") -> Trace:
    nodes = tuple(
        Node(k, "relu", str(k), "", 0, (), (TensorInfo((1, 4), dtype, 16),), (), 0, 0)
        for k in range(operations)
    )
    return Trace(dtype, (1, 4), None, 0, nodes, (), {})


@pytest.mark.parametrize("side", [2, 12])
def test_two_maps_at_a_time_are_held_in_64_bits(side: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is room for no more: all at once would take twice what the values of both forwards may take."""
    monkeypatch.setattr(cka, "_ROOM", 1)
    made: list[weakref.ref[torch.Tensor]] = []
    most = 0
    centred = cka._centred

    def watched(maps: torch.Tensor) -> torch.Tensor:
        nonlocal most
        features = centred(maps)
        made.append(weakref.ref(features))
        most = max(most, sum(it() is not None for it in made))
        return features

    monkeypatch.setattr(cka, "_centred", watched)
    maps = [torch.randn(3, side, side) for _ in range(8)]
    cka.of_maps(maps, maps)
    assert 0 < most <= 4


def test_all_are_layers_where_they_are_few() -> None:
    ids, others, rule = layers_of(trace(5), trace(5, "int64"), Matching((), (), ()), 9)
    assert (ids, others) == (tuple(range(5)), ())
    assert "all 5 operations" in rule


def test_of_many_partners_are_layers_together() -> None:
    pairs = tuple(MatchedPair(k, k + 3, Why.NAME) for k in range(0, 100, 2))
    ids, others, rule = layers_of(trace(100), trace(120), Matching(pairs, (), ()), 30)
    assert len(ids) == len(others) == 30
    assert [it + 3 for it in ids] == list(others)
    assert (ids[0], ids[-1]) == (0, 98)
    assert "30 of the 100" in rule and "30 of the 120" in rule
    few = tuple(MatchedPair(k, k, Why.NAME) for k in (5, 10))
    ids, others, _ = layers_of(trace(100), trace(12), Matching(few, (), ()), 30)
    assert len(ids) == 30 and {5, 10} <= set(ids) and others == tuple(range(12))
