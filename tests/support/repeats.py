"""Compares a repeated recording with one made anew, in all that is shown of either."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from typing import Any

import numpy as np
import torch
from recording_oracle import same
from torch import Tensor, nn

from explorer.engine.recorded import RecordedForward
from explorer.forward.recorder import record
from explorer.forward.recording import Operation, Recording
from explorer.forward.repeat import Plans
from explorer.records.errors import ExplorerError

_OF_VALUES = ("results", "values", "asked", "kernels")


def assert_same(ours: Recording, fresh: Recording) -> None:
    """Compare two recordings on the same input, values to the bit."""
    assert list(ours.modules.items()) == list(fresh.modules.items())
    assert len(ours.operations) == len(fresh.operations)
    for one, other in zip(ours.operations, fresh.operations, strict=True):
        for field in fields(Operation):
            if field.name not in _OF_VALUES:
                assert getattr(one, field.name) == getattr(other, field.name), (field.name, one.name)
        assert (one.asked and one.asked[0]) == (other.asked and other.asked[0])
        assert [_equal(a.tensor, b.tensor) for a, b in zip(one.values, other.values, strict=True)] == [
            True for _ in other.values
        ], one.name
        assert [saved.is_held for saved in one.values] == [saved.is_held for saved in other.values]
    assert ours.held_bytes() == fresh.held_bytes()
    assert str(ours.failure and ours.failure.error) == str(fresh.failure and fresh.failure.error)
    assert [way for way, _ in ours.returned] == [way for way, _ in fresh.returned]


def _equal(one: Tensor, other: Tensor) -> bool:
    if one.dtype != other.dtype or not one.is_quantized:
        return same(one, other)
    return one.qscheme() == other.qscheme() and same(one.int_repr(), other.int_repr())


def assert_alike(ours: RecordedForward, fresh: RecordedForward) -> None:
    """Compare recordings and all that is derived from them: traces, memory, kernels of answers, fields of units."""
    assert_same(ours.recording, fresh.recording)
    assert ours.trace == fresh.trace
    assert ours.memory == fresh.memory
    assert ours.made == fresh.made
    for node in ours.trace.nodes:
        assert _seen_by(ours, node.id) == _seen_by(fresh, node.id), node.name


def _seen_by(forward: RecordedForward, node: int) -> list[Any]:
    grid = forward.fields.grid(node)
    units = [None] if grid is None else [None, tuple(0 for _ in grid), tuple(n - 1 for n in grid)]
    found: list[Any] = []
    for unit in units:
        with suppress(ExplorerError):
            found.append(forward.fields.of_unit(node, unit))
    if len(forward.fields.input_size) == 2:
        pixels = forward.fields.of_pixel(node, (1, 2)).mask
        found.append(None if pixels is None else np.asarray(pixels).tolist())
    return found


def images(*shape: int) -> tuple[tuple[Tensor], tuple[Tensor]]:
    """Return the arguments of two forwards."""
    torch.manual_seed(3)
    return (torch.randn(shape),), (torch.randn(shape),)


def second_of(
    model: nn.Module,
    first: tuple[Any, ...],
    second: tuple[Any, ...],
    between: Callable[[], object] = lambda: None,
    restore: Callable[[], object] = lambda: None,
) -> bool:
    """Record two forwards, the second as the next of the first; compare it with one made anew.

    Args:
        model: What runs.
        first: Its arguments.
        second: Those of the second forward.
        between: Called before the second.
        restore: Called before it is made anew, for what the second forward has used up.

    Returns:
        Whether the second repeated the first.
    """
    plans = Plans()
    RecordedForward(record(model, first, plans=plans), model, "net", plans)
    between()
    state = torch.get_rng_state()
    ours = RecordedForward(record(model, second, plans=plans), model, "net", plans)
    torch.set_rng_state(state)
    restore()
    assert_alike(ours, RecordedForward(record(model, second), model, "net"))
    return ours.recording.plan is not None
