"""Cosine, relative error and largest difference, against numpy's in float64."""

from math import inf, isnan, nan

import numpy as np
import pytest
import torch
from torch import Tensor

from explorer.features.compare.agreement import agreement
from explorer.features.compare.messages import Agreement


def of(one: Tensor, two: Tensor) -> Agreement:
    return agreement(3, 4, one, two)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("size", [1, 1000, 1_500_000])
def test_against_numpy(dtype: torch.dtype, size: int) -> None:
    torch.manual_seed(size)
    one = torch.randn(size).to(dtype)
    two = (one.float() + 0.1 * torch.randn(size)).to(dtype)
    found = of(one, two)
    x, y = one.double().numpy(), two.double().numpy()
    assert found.cosine == pytest.approx(x @ y / np.linalg.norm(x) / np.linalg.norm(y), rel=1e-12)
    assert found.relative_error == pytest.approx(np.linalg.norm(x - y) / np.linalg.norm(y), rel=1e-12)
    assert found.max_difference == np.abs(x - y).max()
    assert (found.a, found.b, found.identical, found.not_finite, found.reason) == (3, 4, False, 0, "")


def test_the_same_is_the_same() -> None:
    value = torch.randn(2, 3, 5)
    assert of(value, value.clone()) == Agreement(3, 4, 1.0, 0.0, 0.0, True)
    other = value.clone()
    other[1, 2, 4] = torch.nextafter(other[1, 2, 4], torch.tensor(9.0))
    found = of(value, other)
    assert not found.identical and 0 < found.relative_error < 1e-6
    assert found.is_beyond(0) and not found.is_beyond(1e-5)


def test_bits_tell_zeros_and_dtypes_apart() -> None:
    zero = of(torch.tensor([0.0, 1.0]), torch.tensor([-0.0, 1.0]))
    assert (zero.identical, zero.relative_error, zero.is_beyond(0), zero.is_beyond(1e-9)) == (
        False,
        0,
        True,
        False,
    )
    wide = of(torch.ones(3), torch.ones(3, dtype=torch.float64))
    assert (wide.identical, wide.relative_error, wide.cosine) == (False, 0, 1)


def test_other_shapes_are_unknown_and_part() -> None:
    found = of(torch.ones(2, 3), torch.ones(3, 2))
    assert all(map(isnan, (found.cosine, found.relative_error, found.max_difference)))
    assert found.reason == "their shapes differ: 2×3 and 3×2"
    assert found.is_beyond(1e9) and found.is_beyond(0)


def test_zeros_have_no_direction() -> None:
    zeros, ones = torch.zeros(3), torch.ones(3)
    assert isnan(of(zeros, zeros).cosine) and of(zeros, zeros).identical
    assert (
        of(zeros, zeros).relative_error,
        of(ones, zeros).relative_error,
        of(zeros, ones).relative_error,
    ) == (0, inf, 1)
    assert isnan(of(ones, zeros).cosine)


def test_nothing_is_the_same_as_nothing() -> None:
    found = of(torch.zeros(0, 4), torch.zeros(0, 4))
    assert found.identical and found.relative_error == 0 and isnan(found.cosine)


def test_the_same_nan_agrees_and_the_rest_is_told() -> None:
    one, two = torch.tensor([nan, inf, 3.0, 4.0]), torch.tensor([nan, inf, 3.0, 5.0])
    found = of(one, two)
    assert (found.not_finite, found.max_difference, found.identical) == (2, 1, False)
    assert found.relative_error == pytest.approx(1 / 34**0.5)
    assert of(one, one.clone()).identical


@pytest.mark.parametrize(("bad", "other"), [(nan, 1.0), (inf, 1.0), (inf, -inf), (nan, inf)])
def test_not_finite_on_one_side_is_infinitely_far(bad: float, other: float) -> None:
    for one, two in ((bad, other), (other, bad)):
        found = of(torch.tensor([1.0, one]), torch.tensor([1.0, two]))
        assert (found.relative_error, found.max_difference, found.not_finite) == (inf, inf, 1)
        assert isnan(found.cosine) and found.is_beyond(1e9)


@pytest.mark.parametrize("scale", [1e-300, 1e300, 3e307, 5e-324])
def test_no_square_is_too_large_or_too_small(scale: float) -> None:
    one, two = torch.tensor([3.0, 4.0], dtype=torch.float64), torch.tensor([3.0, 5.0], dtype=torch.float64)
    found = of(one * scale, two * scale)
    assert found.relative_error == pytest.approx(1 / 34**0.5)
    assert found.cosine == pytest.approx(29 / 5 / 34**0.5)


@pytest.mark.parametrize(
    "value",
    [
        torch.tensor([True, False, True]),
        torch.tensor([-3, 4], dtype=torch.int8),
        torch.tensor([2**40, -1]),
        torch.tensor([1 + 2j, -3j]),
        torch.tensor([1.0, -2.0]).to(torch.float8_e4m3fn),
        torch.tensor([1, 2], dtype=torch.uint16),
        torch.tensor([2**53, 2**53 + 1], dtype=torch.uint64),
    ],
)
def test_every_dtype_is_compared(value: Tensor) -> None:
    assert of(value, value.clone()) == Agreement(3, 4, 1.0, 0.0, 0.0, True)


def test_differences_of_the_largest_numbers_are_told() -> None:
    large = torch.tensor([1.5e308], dtype=torch.float64)
    found = of(large, -large)
    assert (found.cosine, found.relative_error) == (-1, 2)


def test_whole_numbers_that_64_bits_of_floats_cannot_tell_apart_are_not_identical() -> None:
    one, two = (torch.tensor([2**53 + k], dtype=torch.uint64) for k in (0, 1))
    assert not of(one, two).identical


def test_complex_numbers_are_two_reals() -> None:
    found = of(torch.tensor([3 + 4j]), torch.tensor([3 + 0j]))
    assert found.relative_error == pytest.approx(4 / 3) and found.max_difference == 4
    assert found.cosine == pytest.approx(3 / 5)


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor:UserWarning")
def test_eight_bits_that_stand_for_others_differ() -> None:
    real = torch.tensor([0.5, 1.0])
    one, two = (torch.quantize_per_tensor(real, scale, 0, torch.quint8) for scale in (0.5, 0.25))
    assert of(one, one.clone()) == Agreement(3, 4, 1.0, 0.0, 0.0, True)
    found = of(one, two)
    assert (found.relative_error, found.identical) == (0, False)
