"""Answers what a channel likes."""

import time
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from explorer.engine.bench import Bench
from explorer.engine.command import answers
from explorer.engine.held import HeldForward
from explorer.engine.task import Task
from explorer.features.likes.ascent import Ascent
from explorer.features.likes.maps import MapOfChannel, running
from explorer.features.likes.messages import FindStrongest, Made, MakePicture, Patch, Strongest
from explorer.features.likes.places import around, centre_of, strongest
from explorer.forward.again import handed_on
from explorer.records.errors import CancelledError, ExplorerError
from explorer.records.trace import Node

_PAUSE = 0.5  # seconds between two answers so far
_Ranked = tuple[float, int, Patch]  # less its value, its rank in its image


@answers(FindStrongest)
def find_strongest(ask: FindStrongest, bench: Bench, task: Task) -> Strongest:
    """Run the model on one image after the other, up to the operation; one that fails is listed with the reason."""
    forward, node = _met(bench, ask)
    map_of = MapOfChannel.of(forward, node, ask.channel)
    ask = replace(ask, channel=map_of.channel)
    status = forward.fields.of_unit(node.id).status
    found = Strongest(ask.node, ask.channel, (), 0, len(ask.keys), status)
    ranked: list[_Ranked] = []
    told = time.monotonic()
    with running(forward, node, task.check) as it:
        for count, key in enumerate(ask.keys):
            name = key
            try:
                name = bench.inputs.get(key).name
                task.report(count, len(ask.keys), f"looking at {name}")
                prepared = bench.inputs.prepared(key, forward.model.spec, forward.size)
                values = it.look(
                    partial(forward.model.arguments, prepared), lambda value: _numbers(map_of(value))
                )
                picture = prepared[0].picture
                if picture is None:
                    raise ExplorerError("it is no picture")
                patches = _patches(forward, ask, key, name, values, picture)
            except CancelledError:
                raise
            except ExplorerError as error:
                found = replace(found, failed=(*found.failed, (name, str(error))))
                continue
            ranked = _best(ranked, patches, ask.count)
            found = replace(found, patches=tuple(it for *_, it in ranked), looked=found.looked + 1)
            if time.monotonic() - told > _PAUSE:
                told = time.monotonic()
                task.part(found)
    if not found.looked and found.failed:
        raise ExplorerError(f"The network could look at no image: {': '.join(found.failed[0])}")
    return found


def _met(bench: Bench, ask: FindStrongest | MakePicture) -> tuple[HeldForward, Node]:
    """Return the forward, and the operation that yields the value: an identity hands on that of another."""
    forward, node = bench.node(ask.forward, ask.node)
    return forward, forward.trace.nodes[handed_on(forward.recording.operations, node.id)]


def _numbers(values: Tensor) -> NDArray[np.float64]:
    return values.double().cpu().numpy().copy()


def _patches(
    forward: HeldForward,
    ask: FindStrongest,
    key: str,
    name: str,
    values: NDArray[np.float64],
    picture: NDArray[np.uint8],
) -> list[Patch]:
    """Return the strongest places of a map (h, w), cut out of the picture."""
    if not np.isfinite(values).any():
        raise ExplorerError("the channel gives no finite number there")
    size = picture.shape[:2]
    boxes = forward.fields.boxes(ask.node)
    cuts = around(np.zeros((*values.shape, 4), np.int32) if boxes is None else boxes, size)
    patches = []
    for unit in strongest(values, cuts, ask.count):
        seen = top, left, bottom, right = tuple(cuts[unit].tolist())
        field = forward.fields.of_unit(ask.node, unit)
        cut = np.ascontiguousarray(picture[top:bottom, left:right])
        value, equals = float(values[unit]), int((values == values[unit]).sum())
        patches.append(Patch(key, name, value, unit, field.box, seen, cut, centre_of(field, size), equals))
    return patches


def _best(ranked: list[_Ranked], patches: list[Patch], count: int) -> list[_Ranked]:
    """Return the strongest places with those of one more image; of equal ones the first of each before any second."""
    more = [(-it.value, rank, it) for rank, it in enumerate(patches)]
    return sorted((*ranked, *more), key=lambda each: each[:2])[:count]


@answers(MakePicture)
def make_picture(ask: MakePicture, bench: Bench, task: Task) -> Made:
    """Climb the gradient of the channel over the picture, step by step; what was made so far is handed over."""
    forward, node = _met(bench, ask)
    map_of = MapOfChannel.of(forward, node, ask.channel)
    with running(forward, node, task.check) as it:
        ascent = Ascent(replace(ask, channel=map_of.channel), forward, map_of, it)
        told = time.monotonic()
        for step in range(ask.steps):
            task.report(step, ask.steps, f"exciting channel {map_of.channel} of {node.person_name}")
            ascent.step()
            if step + 1 < ask.steps and time.monotonic() - told > _PAUSE:
                told = time.monotonic()
                task.part(ascent.made())
        return ascent.made()
