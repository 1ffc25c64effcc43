"""A recorded forward opened for questions: its model, in its mode, may run again; afterwards all is as it was."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from explorer.engine.aim import aim
from explorer.engine.arguments import Arguments, together
from explorer.engine.budget import free_memory
from explorer.engine.held import HeldForward
from explorer.engine.task import Task
from explorer.features.reasons.messages import Explain
from explorer.features.reasons.network import Network
from explorer.forward.again import Again
from explorer.records.errors import ExplorerError
from explorer.records.models import Preprocess, Slot

SHARE = 2
"""Of what is free, one part in so many is for batches."""


@contextmanager
def opened(
    held: HeldForward, ask: Explain, task: Task, instead: nn.Module | None = None
) -> Iterator[Network]:
    """Give the network of a forward, ready to be asked for the class that is asked about.

    Args:
        held: The forward.
        ask: Names the class.
        task: Stops it.
        instead: A copy of the model with other weights, which runs in its place; None for the model itself.

    Raises:
        UsageError: There is no such class.
        ExplorerError: There is no score, or no picture, to explain.
    """
    place = picture_of(held)
    target = aim(held, ask.way, ask.target)
    with held.as_it_ran(), _again(held, instead) as again:
        again.check = task.check
        image = held.model.fitting(torch.from_numpy(held.prepared[0].input).clone())

        def arguments(images: Tensor) -> Arguments:
            return together((place,), [images])

        free = 0 if held.training else free_on(held.device) // SHARE
        yield Network(held, again, arguments, image, target, free)


def _again(held: HeldForward, instead: nn.Module | None) -> Again:
    return (
        held.course.again
        if instead is None
        else Again(instead, held.recording.operations, held.course.written)
    )


def picture_of(held: HeldForward) -> Slot:
    """Return the one slot for a picture that the network takes.

    Raises:
        ExplorerError: It takes something else.
    """
    slots, name = held.model.spec.inputs, held.trace.model
    if len(slots) != 1 or len(held.prepared) != 1:
        raise ExplorerError(
            f"{name} takes {len(slots)} inputs; reasons are told of networks that take one picture."
        )
    shape = held.prepared[0].input.shape
    if not isinstance(slots[0].takes, Preprocess) or len(shape) != 4 or shape[0] != 1:
        raise ExplorerError(
            f"{name} reads an input of shape {'×'.join(map(str, shape))}; reasons are told on one picture "
            "(1, channels, height, width)."
        )
    return slots[0]


def free_on(device: str) -> int:
    """Return the free bytes of a device."""
    return int(torch.cuda.mem_get_info(device)[0]) if device.startswith("cuda") else free_memory()
