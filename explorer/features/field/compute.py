"""What a unit really uses of its receptive field: the gradient of its value with respect to the input.

Luo, Li, Urtasun and Zemel 2016, "Understanding the effective receptive field in deep convolutional neural networks".
"""

from collections.abc import Iterator
from contextlib import suppress

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer.engine import changed
from explorer.engine.bench import Bench
from explorer.engine.command import answers
from explorer.engine.held import HeldForward
from explorer.engine.live import one_line_for
from explorer.engine.task import Task
from explorer.engine.values import lay_out
from explorer.features.field.messages import EffectiveField, FindEffectiveField
from explorer.forward.again import Again, handed_on
from explorer.records.errors import ExplorerError
from explorer.records.heat import HeatMap
from explorer.records.images import PreparedImage
from explorer.records.units import place

_NOISES = 8
_SHOWN = 99  # percent of the values that are told apart by colour: a few very large ones would hide the rest


@answers(FindEffectiveField)
def find_effective_field(ask: FindEffectiveField, bench: Bench, task: Task) -> EffectiveField:
    """Differentiate the unit with respect to each input, and average what comes out."""
    node = bench.node(ask.forward, ask.node)[1]
    forward = changed.forward_of(ask, bench, task)
    first = forward.prepared[0]
    if not np.issubdtype(first.input.dtype, np.floating) or first.input.ndim != 4:
        raise ExplorerError(
            f"{forward.trace.model} reads no single picture of pixels, so no gradient of them can be drawn."
        )
    inputs = list(_inputs(ask, bench, forward))
    if not inputs:
        raise ExplorerError(
            "None of the images is open any more in the size of this forward; open one again."
        )
    energy = np.zeros(first.input.shape[2:])  # (H, W)
    with (
        one_line_for(f"{node.person_name} cannot be differentiated"),
        forward.as_it_ran(),
        forward.course.again as again,
    ):
        again.check = task.check
        for done, prepared in enumerate(inputs):
            task.report(done, len(inputs), f"differentiating {node.person_name}")
            energy += _energy(ask, forward, again, prepared) / len(inputs)
    if not np.isfinite(energy).all():
        raise ExplorerError(f"The gradient of {node.person_name} is not finite, so it cannot be drawn.")
    centre = _centre(ask, forward)
    half, most = _radii(energy, centre)
    values = np.sqrt(energy).astype(np.float32)
    left_out = len(ask.keys) - len(inputs) if ask.keys else 0
    used = values[values > 0]
    limit = float(np.percentile(used, _SHOWN)) if used.size else None
    heat = HeatMap(values, False, f"what the unit at {place(ask.unit)} uses", limit)
    return EffectiveField(heat, len(inputs), left_out, centre, half, most)


def _inputs(
    ask: FindEffectiveField, bench: Bench, forward: HeldForward
) -> Iterator[tuple[PreparedImage, ...]]:
    """Yield what the model is given: the forward's own input, open images of its shape, or noise like it."""
    own = forward.prepared
    if not ask.keys:
        shape = own[0].input.shape
        for seed in range(_NOISES):
            noise = torch.randn(shape, generator=torch.Generator().manual_seed(seed)).numpy()
            yield (PreparedImage(noise, None), *own[1:])
    for key in ask.keys:
        if key == forward.key:
            yield own
            continue
        with suppress(ExplorerError):  # closed since, or no image
            prepared = bench.inputs.prepared(key, forward.model.spec, forward.size)
            if [it.input.shape for it in prepared] == [it.input.shape for it in own]:
                yield prepared


def _energy(
    ask: FindEffectiveField, forward: HeldForward, again: Again, prepared: tuple[PreparedImage, ...]
) -> NDArray[np.float64]:
    """Return the squared gradient of the unit, summed over the input's channels, (H, W)."""
    operations = forward.recording.operations
    node = handed_on(operations, ask.node)
    field = forward.fields.fields[ask.node]
    leaf, arguments = forward.model.differentiable(prepared)
    met: list[Tensor] = []

    def keep(value: Tensor) -> None:
        met[:] = [value]

    def gradient(_: object) -> Tensor | None:
        tiles = lay_out(met[0], field)[1]  # (C, H, W), or (C,) of a single place
        tile = tiles[min(ask.channel, len(tiles) - 1)]
        value = tile[ask.unit] if tile.dim() else tile
        return torch.autograd.grad(value, leaf, allow_unused=True)[0] if value.requires_grad else None

    if node == 0:  # the picture itself
        met[:] = [leaf]
        found = gradient(None)
    else:
        found = again.differentiate(arguments, {node: keep}, gradient, until=node)
    if found is None:
        raise ExplorerError(
            f"No gradient of {forward.trace.nodes[ask.node].name} reaches the picture: the network cuts it on the way "
            "(no_grad, detach or whole numbers)."
        )
    return np.asarray(found.detach().double().pow(2).sum((0, 1)).cpu().numpy())


def _centre(ask: FindEffectiveField, forward: HeldForward) -> tuple[float, float]:
    """Return the middle of the unit's exact field, even where that reaches into the padding; else its place."""
    field = forward.fields.of_unit(ask.node, ask.unit)
    rows, columns = forward.prepared[0].input.shape[2:]
    if field.size and field.start and field.stride and len(field.size) == len(field.start) == 2:
        y, x = (
            start + stride * place + size / 2
            for start, stride, place, size in zip(
                field.start, field.stride, ask.unit, field.size, strict=True
            )
        )
        return y, x
    high, wide = field.grid or (1, 1)
    return (ask.unit[0] + 0.5) / high * rows, (ask.unit[1] + 0.5) / wide * columns


def _radii(energy: NDArray[np.float64], centre: tuple[float, float]) -> tuple[float | None, float | None]:
    """Return within which distance of the centre half and 95 % of the energy lie; None where there is none."""
    total = energy.sum()
    if total <= 0:
        return None, None
    rows, columns = np.indices(energy.shape) + 0.5
    distance = np.hypot(rows - centre[0], columns - centre[1]).ravel()
    order = np.argsort(distance, kind="stable")
    within = np.cumsum(energy.ravel()[order]) / total
    half, most = (float(distance[order[np.searchsorted(within, share)]]) for share in (0.5, 0.95 - 1e-12))
    return half, most
