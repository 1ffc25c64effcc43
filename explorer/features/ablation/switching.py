"""Put other values in the place of what is switched off, as the model runs again."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from explorer.engine.channels import Channels
from explorer.engine.held import HeldForward
from explorer.features.ablation.messages import Ablation, How, Off, Part, Parts
from explorer.features.ablation.parts import head_dimension, joins
from explorer.forward.again import Change, can_be_met
from explorer.records.errors import ExplorerError
from explorer.records.trace import Node


class Layout(NamedTuple):
    """Where channels and heads lie in the output of an operation."""

    name: str
    shape: tuple[int, ...]
    channels: Channels | None
    heads: int | None  # dimension
    parts: Parts

    @classmethod
    def of(cls, forward: HeldForward, node: Node) -> "Layout":
        """Return it for an operation of a forward."""
        channels = Channels.of(node.shape, forward.fields.fields[node.id])
        heads = head_dimension(forward.trace, node)
        name = node.person_name
        if reason := _why_not(forward, node):
            return cls(name, node.shape, channels, heads, Parts(node.id, reason=reason))
        joined = joins(forward.trace, node)
        parts = Parts(
            node.id,
            channels.count if channels else 0,
            channels.size if channels else 0,
            0 if heads is None else node.shape[heads],
            "" if joined is None else joined.person_name,
            beside=channels.beside if channels and len(channels.beside) > 1 else (),
        )
        return cls(name, node.shape, channels, heads, parts)

    def check(self, off: Off) -> None:
        """Check that there is something to be switched off.

        Raises:
            ExplorerError: There is no such part, or its values are their own mean.
        """
        count = self.parts.count(off.part)
        if self.parts.reason:
            raise ExplorerError(self.parts.reason)
        if not count:
            raise ExplorerError(
                f"{self.name} has no {off.part}s that are known; switch off its whole output."
            )
        if not 0 <= off.number < count:
            raise ExplorerError(
                f"{self.name} has no {off.part} {off.number}: it has {count:,}, counted from 0."
            )
        if off.how is How.ZERO:
            return
        if off.part is Part.WHOLE and not self.parts.has_spread:
            raise ExplorerError(
                f"{self.name} has no channels of several values, so its whole output is switched off to zero only."
            )
        if off.part is Part.CHANNEL and self.parts.size == 1:
            raise ExplorerError(
                f"Each channel of {self.name} is one value, which is its own mean: nothing would change; choose zero."
            )

    def select(self, value: Tensor, off: Off) -> tuple[Tensor, tuple[int, ...]]:
        """Return the part as a view, and its dimensions that run over places."""
        if off.part is Part.WHOLE:
            return value, ()
        if off.part is Part.HEAD:
            assert self.heads is not None, "checked before"
            part = value.select(self.heads, off.number)
            return part, (part.dim() - 2,)
        assert self.channels is not None, "checked before"
        part = self.channels.select(value, off.number)
        return part, tuple(range(part.dim()))

    def switch(self, value: Tensor, offs: Sequence[Off]) -> Tensor:
        """Return a copy of an output without some parts; each stands for itself, in whatever order they come."""
        changed = value.clone()
        for off in (each for it in offs for each in self._singly(it)):
            part, _ = self.select(changed, off)
            part.copy_(_instead(*self.select(value, off), off))
        return changed

    def _singly(self, off: Off) -> Sequence[Off]:
        """Return what is switched off one by one: of a whole output that is not zero, each channel for itself."""
        if off.part is not Part.WHOLE or off.how is How.ZERO:
            return (off,)
        return [replace(off, part=Part.CHANNEL, number=k) for k in range(self.parts.channels)]


def nearest(forward: HeldForward, node: Node) -> Parts | None:
    """Return what the nearest operation of the same module has: heads, or else channels; None where none has any."""
    own = [it for it in forward.trace.nodes if it.module == node.module and it.is_operation]
    by_distance = sorted(own, key=lambda it: abs(it.id - node.id))
    with_heads = [it for it in by_distance if head_dimension(forward.trace, it) is not None]
    found = (Layout.of(forward, it).parts for it in (*with_heads, *by_distance))
    return next((it for it in found if it.has_some), None)


def changes(forward: HeldForward, ablation: Ablation) -> dict[int, Change]:
    """Return what is done at which operations so that all of an ablation is off.

    Raises:
        ExplorerError: There is no such operation or part, or it cannot be switched off.
    """
    by_node: dict[int, list[Off]] = defaultdict(list)
    for off in sorted(ablation):
        if off.operation not in forward.trace.by_name:
            raise ExplorerError(
                f"{forward.trace.model} has no operation {off.operation}; switch it on again."
            )
        by_node[forward.trace.by_name[off.operation].id].append(off)
    return {node: _change(forward, node, offs) for node, offs in by_node.items()}


def _change(forward: HeldForward, node: int, offs: list[Off]) -> Change:
    layout = Layout.of(forward, forward.trace.nodes[node])
    for off in offs:
        layout.check(off)

    def change(value: Tensor) -> Tensor:
        if tuple(value.shape) != layout.shape:
            raise ExplorerError(
                f"{layout.name} gave another shape when the model ran again; nothing is switched off."
            )
        return layout.switch(value, offs)

    return change


def _why_not(forward: HeldForward, node: Node) -> str:
    operation = forward.recording.operations[node.id]
    if not can_be_met(operation):
        return (
            f"{node.person_name} is no call of the model's own code, so nothing of it can be switched off; "
            "step to an operation before or after it."
        )
    value = operation.values[0].tensor
    if value.is_quantized or value.is_complex() or not value.is_floating_point():
        return f"{node.person_name} gives {node.outputs[0].dtype}: only real numbers are switched off."
    if not value.numel():
        return f"{node.person_name} gives no values."
    return ""


def _instead(part: Tensor, places: tuple[int, ...], off: Off) -> Tensor:
    """Return what stands in the place of a part."""
    if off.how is How.ZERO:
        return torch.zeros_like(part)
    wide = part.double()
    mean = wide.mean(places, keepdim=True)
    if off.how is How.MEAN:
        return mean.expand_as(part)
    # Drawn on the CPU, and for each part anew: the same on all devices, whatever else is off.
    seeded = torch.Generator().manual_seed(off.seed * 1_000_003 + off.number)
    drawn = torch.randn(part.shape, generator=seeded, dtype=torch.float64).to(part.device)
    return mean + drawn * wide.std(places, correction=0, keepdim=True)
