"""Moments, histograms that share their bins, and their order, against numpy."""

import math

import numpy as np
import pytest
import torch
from toy_models import Tiny

from explorer.features.initialisation import depth
from explorer.forward.keeping import Keeping
from explorer.forward.recorder import record


def test_moments_are_those_of_numpy_in_double_precision() -> None:
    torch.manual_seed(0)
    for tensor in (torch.randn(3, 50, 7), torch.randn(1000) * 1e-3 + 1e4, torch.arange(9), torch.ones(4)):
        found = depth.moments(tensor)
        values = tensor.double().numpy()
        assert found.mean == pytest.approx(values.mean(), rel=1e-9)
        assert found.variance == pytest.approx(values.var(), rel=1e-6, abs=1e-12)
        assert found.not_finite == 0


def test_tiny_and_huge_values_are_neither_lost_nor_infinite() -> None:
    assert depth.moments(torch.tensor([-1e-38, 1e-38])).variance == pytest.approx(1e-76)
    assert depth.moments(torch.tensor([-3e38, 3e38])).variance == pytest.approx(9e76)
    assert depth.moments(torch.zeros(5)).variance == 0


def test_what_is_not_finite_is_counted_and_has_no_variance() -> None:
    found = depth.moments(torch.tensor([1.0, math.nan, math.inf, -math.inf]))
    assert found.not_finite == 3
    assert math.isnan(found.variance) and math.isnan(found.mean)
    assert math.isnan(depth.moments(torch.zeros(0)).variance)
    assert math.isnan(depth.moments(torch.ones(2, dtype=torch.complex64)).variance)


def test_every_operation_of_a_recording_has_its_variance() -> None:
    torch.manual_seed(0)
    watch, values = depth.Watch(), torch.randn(1, 3, 8, 8)
    record(Tiny().eval(), (values,), keeping=Keeping(only=(), seen=watch))
    forward = record(Tiny().eval(), (values,), keeping=Keeping(seen=watch))
    found = watch.by_name(forward)
    assert list(found) == [operation.name for operation in forward.operations]
    for node, (name, each) in enumerate(found.items()):
        assert each.variance == pytest.approx(forward.value(node).double().numpy().var(), rel=1e-9), name
    variances, bad = depth.in_order(found, ["fc", "no such operation", "stem"])
    assert variances[0] == found["fc"].variance and variances[2] == found["stem"].variance
    assert math.isnan(variances[1]) and not bad.any()


def test_histograms_share_bins_and_count_every_value() -> None:
    torch.manual_seed(0)
    tensors = [torch.randn(5000) * 0.02, torch.rand(5000) - 0.5, torch.zeros(5000), torch.full((5000,), 1.0)]
    spread = depth.spread([depth.tally(tensor) for tensor in tensors], [0.02, math.nan, math.nan, 0.0])
    widths = np.diff(spread.edges)
    assert np.allclose(widths, widths[0], rtol=1e-12) and 0.0 in spread.edges
    assert spread.counts.shape == (4, spread.edges.size - 1)
    for row, tensor in zip(spread.counts, tensors, strict=True):
        assert np.array_equal(row, np.histogram(tensor.numpy(), spread.edges)[0])
    assert spread.stds == pytest.approx([tensor.double().numpy().std() for tensor in tensors])
    assert spread.means == pytest.approx([tensor.double().numpy().mean() for tensor in tensors])
    assert spread.expected[0] == 0.02 and math.isnan(spread.expected[1])


def test_values_that_are_not_finite_are_left_out_of_the_histogram() -> None:
    tensors = [
        torch.tensor([math.nan, 0.25, -0.25]),
        torch.full((3,), math.inf),
        torch.tensor([1.0, 1.0, 1.0]),
    ]
    spread = depth.spread([depth.tally(tensor) for tensor in tensors], [math.nan] * 3)
    assert spread.counts.sum(axis=1).tolist() == [2, 0, 3]
    assert np.isnan(spread.stds[:2]).all() and spread.stds[2] == 0


def test_half_precision_and_nothing_but_zeros() -> None:
    half = torch.randn(100).to(torch.bfloat16)
    spread = depth.spread([depth.tally(half)], [math.nan])
    assert np.array_equal(spread.counts[0], np.histogram(half.float().numpy(), spread.edges)[0])
    zeros = depth.spread([depth.tally(torch.zeros(7))], [math.nan])
    assert zeros.counts.tolist() == [[7]] and zeros.edges[0] == 0
