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
from explorer.forward.again import handed_on
from explorer.records.errors import CancelledError, ExplorerError
from explorer.records.trace import Node

_PAUSE = 0.5  # seconds between two answers so far
_LEAST_CUT = 16  # pixels: fewer tell a person nothing


@answers(FindStrongest)
def find_strongest(ask: FindStrongest, bench: Bench, task: Task) -> Strongest:
    """Run the model on one image after the other, up to the operation; one that fails is listed with the reason."""
    forward, node = _met(bench, ask)
    map_of = MapOfChannel.of(forward, node, ask.channel)
    ask = replace(ask, channel=map_of.channel)
    status = forward.fields.of_unit(node.id).status
    found = Strongest(ask.node, ask.channel, (), 0, len(ask.keys), status)
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
            best = sorted((*found.patches, *patches), key=lambda it: -it.value)  # stable: of equals the first
            found = replace(found, patches=tuple(best[: ask.count]), looked=found.looked + 1)
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
    patches = []
    for unit in peaks(values)[: ask.count]:
        box = forward.fields.of_unit(ask.node, unit).box
        clipped = None if box is None or len(box) != 4 else (box[0], box[1], box[2], box[3])
        seen = top, left, bottom, right = around(clipped, picture.shape[:2])
        cut = np.ascontiguousarray(picture[top:bottom, left:right])
        patches.append(Patch(key, name, float(values[unit]), unit, clipped, seen, cut))
    return patches


def around(box: tuple[int, int, int, int] | None, size: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Return what of a picture (height, width) is cut out to show a box: 16 pixels along each side at least."""
    if box is None:
        return (0, 0, size[0], size[1])
    ends = []
    for first, last, side in ((box[0], box[2], size[0]), (box[1], box[3], size[1])):
        length = min(max(last - first, _LEAST_CUT), side)
        start = min(max((first + last - length) // 2, 0), side - length)
        ends.append((start, start + length))
    (top, bottom), (left, right) = ends
    return top, left, bottom, right


def peaks(values: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return the places of a map (h, w) that none of the eight beside them exceeds, the strongest first.

    Of neighbours that are equal the first counts, in the order in which one reads; what is not finite is none.
    """
    finite = np.where(np.isfinite(values), values, -np.inf)
    padded = np.pad(finite, 1, constant_values=-np.inf)
    high, wide = values.shape
    is_peak = np.isfinite(values)
    for down in range(3):
        for across in range(3):
            beside = padded[down : down + high, across : across + wide]
            if (down, across) < (1, 1):
                is_peak &= finite > beside
            elif (down, across) > (1, 1):
                is_peak &= finite >= beside
    rows, columns = np.nonzero(is_peak)
    order = np.argsort(-values[rows, columns], kind="stable")
    return [(int(rows[k]), int(columns[k])) for k in order]


@answers(MakePicture)
def make_picture(ask: MakePicture, bench: Bench, task: Task) -> Made:
    """Climb the gradient of the channel over the picture, step by step; what was made so far is handed over."""
    forward, node = _met(bench, ask)
    map_of = MapOfChannel.of(forward, node, ask.channel)
    with running(forward, node, task.check) as it:
        ascent = Ascent(replace(ask, channel=map_of.channel), forward, map_of, it)
        told = time.monotonic()
        for step in range(ask.steps):
            task.report(step, ask.steps, f"exciting channel {map_of.channel} of {node.name}")
            ascent.step()
            if step + 1 < ask.steps and time.monotonic() - told > _PAUSE:
                told = time.monotonic()
                task.part(ascent.made())
        return ascent.made()
