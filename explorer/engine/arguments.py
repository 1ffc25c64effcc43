"""The arguments of a network's forward, put together from its inputs."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from explorer.records.errors import ExplorerError
from explorer.records.models import Passing, Slot, TensorInput


class Arguments(NamedTuple):
    """What a forward is called with: arguments by position and by name."""

    inputs: tuple[Any, ...]
    named: dict[str, Any]


def together(slots: Sequence[Slot], tensors: Sequence[Tensor]) -> Arguments:
    """Return the arguments that hold a tensor for each input."""
    given = list(zip(slots, tensors, strict=True))
    inputs: list[Any] = [tensor for slot, tensor in given if slot.passing is Passing.POSITION]
    if keyed := {slot.name: tensor for slot, tensor in given if slot.passing is Passing.KEY}:
        inputs.append(keyed)
    if items := [tensor for slot, tensor in given if slot.passing is Passing.ITEM]:
        inputs.append(items)
    return Arguments(
        tuple(inputs), {slot.name: tensor for slot, tensor in given if slot.passing is Passing.NAME}
    )


def noise(shape: tuple[int, ...], vocabulary: int = 0) -> Tensor:
    """Return noise, the same for the same shape every time.

    Args:
        shape: Its shape.
        vocabulary: 0 for normally distributed numbers, else how many whole numbers from 0 on there are.

    Raises:
        ExplorerError: It does not fit into memory.
    """
    seeded = torch.Generator().manual_seed(0)
    try:
        if vocabulary:
            return torch.randint(vocabulary, shape, generator=seeded)
        return torch.randn(shape, generator=seeded)
    except (RuntimeError, TypeError):  # what torch raises for more bytes than there are, or than it can count
        sizes = ",".join(map(str, shape))
        raise ExplorerError(
            f"An input of shape {sizes} does not fit into memory; choose a smaller one."
        ) from None


def noise_for(slot: Slot) -> Tensor:
    """Return noise that a network can take for an input."""
    kind = slot.takes
    if isinstance(kind, TensorInput):
        return noise(kind.shape, kind.vocabulary)
    return noise(kind.shape, getattr(kind, "vocabulary", 0))
