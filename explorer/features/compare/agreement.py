"""How far two tensors agree: cosine, relative error, largest difference, bit by bit; all summed in float64."""

from collections.abc import Iterator
from math import frexp, inf, isfinite, nan, sqrt

import torch
from torch import Tensor

from explorer.features.compare.messages import Agreement
from explorer.records import units

_MOST_EXPONENT = 1023  # of a power of two in float64
_PIECE = 1 << 16  # values looked at in one go: as many as a processor keeps at hand in float64
_WORDS = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}
_BARE = frozenset(
    getattr(torch, name)
    for name in (
        *("float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu"),
        *("uint16", "uint32", "uint64"),
    )
)
"""Types of numbers that torch keeps, and does little else with."""


def agreement(a: int, b: int, one: Tensor, two: Tensor) -> Agreement:
    """Return how far two tensors of any shape and dtype agree, as the values of operations `a` and `b`."""
    if one.shape != two.shape:
        shapes = " and ".join(units.shape(it.shape) for it in (one, two))
        return Agreement(a, b, reason=f"their shapes differ: {shapes}")
    one, two = one.detach().cpu(), two.detach().cpu()
    if any(it.layout is not torch.strided for it in (one, two)):
        return Agreement(a, b, reason="values that are not laid out plainly are not compared")
    same = _is_same(one, two)
    found = _Sums(plain(one), plain(two))
    if found.parts_where_not_finite:
        return Agreement(a, b, nan, inf, inf, same, found.not_finite)
    cosine = 1.0 if same and found.first > 0 else found.cosine
    error = 0.0 if same else found.relative_error
    return Agreement(a, b, cosine, error, found.most, same, found.not_finite)


def plain(tensor: Tensor) -> Tensor:
    """Return the values as real numbers that torch can calculate with; a complex one is two."""
    tensor = tensor.detach()
    if tensor.is_quantized:
        tensor = tensor.dequantize()
    if tensor.dtype in _BARE:
        return tensor.double()
    return _real(tensor)


def _real(tensor: Tensor) -> Tensor:
    return torch.view_as_real(tensor.resolve_conj()) if tensor.is_complex() else tensor


def _is_same(one: Tensor, two: Tensor) -> bool:
    """Tell whether dtype and every bit are the same; of eight bits that stand for others, these as well."""
    if one.dtype != two.dtype:
        return False
    if one.is_quantized:
        return torch.equal(one.int_repr(), two.int_repr()) and _is_same(one.dequantize(), two.dequantize())
    return torch.equal(_bits(one), _bits(two))


def _bits(tensor: Tensor) -> Tensor:
    real = _real(tensor).resolve_neg()
    return real if real.dtype is torch.bool else real.view(_WORDS[real.element_size()])


class _Sums:
    """What the pieces of two tensors sum up to, both divided by a power of two so that no square is too large.

    Attributes:
        first: Sum of squares of the one.
        most: Largest absolute difference.
        not_finite: Places where one is not finite at least.
        parts_where_not_finite: True if they do not agree at one of these.
    """

    def __init__(self, one: Tensor, two: Tensor) -> None:
        self.first = self.most = 0.0
        self.not_finite = 0
        self.parts_where_not_finite = False
        self._second = self._both = self._differences = 0.0
        reach = max(_reach(one), _reach(two), key=lambda it: (not isfinite(it), it))
        is_finite = isfinite(reach)
        if not is_finite:
            reach = max(_reach(it[it.isfinite()]) for it in (one, two))
        self._unit = 2.0 ** min(frexp(reach)[1], _MOST_EXPONENT)
        for x, y in _pieces(one, two):
            self._add(*((x, y) if is_finite else self._finite(x, y)))

    def _finite(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Return the values with zeros where one is not finite, after these places have been looked at."""
        bad = ~(x.isfinite() & y.isfinite())
        self.not_finite += int(bad.sum())
        alike = (x[bad] == y[bad]) | (x[bad].isnan() & y[bad].isnan())
        self.parts_where_not_finite |= not bool(alike.all())
        return x.masked_fill(bad, 0), y.masked_fill(bad, 0)

    def _add(self, x: Tensor, y: Tensor) -> None:
        self.most = max(self.most, float((x - y).abs().max()))
        x, y = x / self._unit, y / self._unit
        difference = x - y
        self.first += float(x @ x)
        self._second += float(y @ y)
        self._both += float(x @ y)
        self._differences += float(difference @ difference)

    @property
    def cosine(self) -> float:
        norms = sqrt(self.first) * sqrt(self._second)
        return max(-1.0, min(1.0, self._both / norms)) if norms else nan

    @property
    def relative_error(self) -> float:
        if not self._differences:
            return 0.0
        return sqrt(self._differences / self._second) if self._second else inf


def _pieces(one: Tensor, two: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield pieces of both in float64, (N,) each."""
    if one.numel():
        for x, y in zip(torch.split(one.flatten(), _PIECE), torch.split(two.flatten(), _PIECE), strict=True):
            yield x.double(), y.double()


def _reach(tensor: Tensor) -> float:
    """Return the largest absolute value; NaN or infinite if there is such a value; 0 for none."""
    if not tensor.numel():
        return 0.0
    low, high = (float(it) for it in (tensor if tensor.dtype is not torch.bool else tensor.byte()).aminmax())
    return max(abs(low), abs(high))
