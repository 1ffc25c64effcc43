"""Layers written down number by number, with numbers that count what is done to them: an oracle for FLOPs."""

import math
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any


class Counter:
    """How many floating-point operations were done."""

    def __init__(self) -> None:
        self.flops = 0

    def number(self, value: float = 0.5) -> "Counted":
        return Counted(self, value)

    def grid(self, *sizes: int) -> dict[tuple[int, ...], "Counted"]:
        return {place: self.number(0.1 * sum(place) + 0.5) for place in product(*map(range, sizes))}


class Counted:
    """A number whose operations are counted."""

    def __init__(self, counter: Counter, value: float) -> None:
        self.counter, self.value = counter, value

    def _with(self, value: float) -> "Counted":
        self.counter.flops += 1
        return Counted(self.counter, value)

    def __add__(self, other: Any) -> "Counted":
        return self._with(self.value + of(other))

    def __sub__(self, other: Any) -> "Counted":
        return self._with(self.value - of(other))

    def __mul__(self, other: Any) -> "Counted":
        return self._with(self.value * of(other))

    def __truediv__(self, other: Any) -> "Counted":
        return self._with(self.value / of(other))

    def larger(self, other: "Counted") -> "Counted":
        return self._with(max(self.value, other.value))

    def apply(self, function: Callable[[float], float]) -> "Counted":
        return self._with(function(self.value))


def of(value: Any) -> float:
    return value.value if isinstance(value, Counted) else float(value)


def added(values: Sequence[Counted]) -> Counted:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


def largest(values: Sequence[Counted]) -> Counted:
    most = values[0]
    for value in values[1:]:
        most = most.larger(value)
    return most


def mean(values: Sequence[Counted]) -> Counted:
    return added(values) / len(values)


def softmax(row: Sequence[Counted]) -> list[Counted]:
    most = largest(row)
    powers = [(value - most).apply(math.exp) for value in row]
    total = added(powers)
    return [power / total for power in powers]


def normalised(values: Sequence[Counted], learned: int) -> list[Counted]:
    """Mean and variance of the values, the differences used twice; scale and shift as far as they are learned."""
    middle = mean(values)
    apart = [value - middle for value in values]
    deviation = (mean([it * it for it in apart]) + 1e-5).apply(math.sqrt)
    result = [it / deviation for it in apart]
    if learned > 0:
        result = [it * 2.0 for it in result]
    return [it + 1.0 for it in result] if learned > 1 else result


def convolved(taps: int, bias: bool, counter: Counter) -> Counted:
    """One output: every product is added to a sum that begins with 0, as multiply-accumulates are counted."""
    total = counter.number(0.0)
    for _ in range(taps):
        total = total + counter.number() * 0.5
    return total + 1.0 if bias else total
