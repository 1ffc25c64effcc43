"""How alike two networks tell examples apart: both run on each image, and little is kept of it; or map by map."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from math import prod

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from explorer.engine import values
from explorer.engine.bench import Bench
from explorer.engine.channels import places
from explorer.engine.held import HeldForward
from explorer.engine.task import Task
from explorer.features.compare import cka
from explorer.features.compare.agreement import plain
from explorer.features.compare.layers import layers_of
from explorer.features.compare.messages import Cka, Matching
from explorer.features.compare.values import held
from explorer.forward import recorder
from explorer.forward.keeping import Keeping
from explorer.records import faults
from explorer.records.errors import ExplorerError

MOST_OVER_IMAGES = 200
MOST_OVER_PLACES = 100
"""Layers of one network; over places all with all takes much longer."""

_SHARE = 4  # of the memory for values, one part is for features of layers that are not summed up yet
_ENOUGH = 30  # images; of fewer, even layers that have learned nothing seem alike
_FEW = "{count} images are too few for CKA, so it is rough: open {enough} or more."
_ENOUGH_TO_RANK = "Compare these values with each other, not with 1."
_BIASED = (
    "Of few images CKA is near 1 for any two layers, even with random weights. Linear CKA of fewer images than a "
    "layer has features is biased towards 1 (Nguyen, Raghu, Kornblith, ICLR 2021): compare its values with each "
    "other, not with 1."
)
_ALWAYS_ONE = "With two images linear CKA is 1 for any two layers that tell them apart."
_NOT_INDEPENDENT = "CKA over the places of one image is rough: compare its values with each other."
_DIVIDED = (
    "The places of one image are no independent examples: neighbours are alike, which raises CKA. And it tells whether "
    "two maps divide the image alike, not whether two layers tell images apart alike."
)


class _Table:
    """The CKA of all layers with all, as far as it is known."""

    def __init__(self, a: HeldForward, b: HeldForward, matching: Matching, most: int) -> None:
        self.a, self.b, self._rule = layers_of(a.trace, b.trace, matching, most)
        in_a, in_b = set(self.a), set(self.b)
        self._pairs = tuple((it.a, it.b) for it in matching.pairs if it.a in in_a and it.b in in_b)
        self.matrix = np.full((len(self.a), len(self.b)), np.nan)

    def record(self, examples: str, count: int, caution: str, why: str, over: str, is_rough: bool) -> Cka:
        """Return the record of what is known now; arguments as in `Cka`."""
        known = self.a, self.b, self.matrix.copy(), self._pairs
        return Cka(*known, examples, count, self._rule, caution, why, over, is_rough)


# ---- images as examples ----


def over_images(
    bench: Bench, a: HeldForward, b: HeldForward, matching: Matching, keys: Sequence[str], task: Task
) -> Cka:
    """Run both networks on each image, as often as it takes to keep the features of some layers at a time.

    Raises:
        ExplorerError: There are fewer than two images, one cannot be read by a network, or its forward fails.
        CancelledError: It was cancelled.
    """
    count = len(keys)
    if count < 2:
        raise ExplorerError(
            "CKA compares at least two examples; open more images, or compare the places of one."
        )
    table = _Table(a, b, matching, MOST_OVER_IMAGES)
    is_rough = count < _ENOUGH
    caution = _FEW.format(count=count, enough=_ENOUGH) if is_rough else _ENOUGH_TO_RANK
    why = _BIASED if count > 2 else _ALWAYS_ONE
    told = f"{count:,} open images", count, caution, why, "images", is_rough
    parts = [
        (place, side, part)
        for side, (forward, layers) in enumerate(((a, table.a), (b, table.b)))
        for place, part in enumerate(_parts(bench, forward, layers, count))
    ]
    rows = [np.full((len(layers), count * count), np.nan) for layers in (table.a, table.b)]
    for step, (_, side, part) in enumerate(sorted(parts)):
        run = _Run(bench, (a, b)[side], part, task, step * count, len(parts) * count)
        first = (table.a, table.b)[side].index(part[0])
        rows[side][first : first + len(part)] = run.rows(keys)
        table.matrix = cka.of_rows(*rows)
        task.part(table.record(*told))
    return table.record(*told)


def _parts(bench: Bench, forward: HeldForward, layers: Sequence[int], examples: int) -> list[tuple[int, ...]]:
    """Return the layers in parts whose features have room for all examples at once; one layer each at least."""
    room = bench.budget.of(forward.device) // _SHARE
    parts: list[list[int]] = []
    taken = 0
    for node in layers:
        size = forward.trace.nodes[node].outputs[0].bytes * examples
        if not parts or taken + size > room:
            parts.append([])
            taken = 0
        parts[-1].append(node)
        taken += size
    return [tuple(part) for part in parts]


class _Run:
    """Runs a network on each image for the features of some layers.

    Args:
        bench: Holds the images.
        forward: A forward of the network, in its mode and at its size.
        layers: Ids of the operations, rising.
        task: Told how far it is.
        done: How many forwards of `total` came before.
        total: How many there are in all.
    """

    def __init__(
        self, bench: Bench, forward: HeldForward, layers: Sequence[int], task: Task, done: int, total: int
    ) -> None:
        self._bench = bench
        self._forward = forward
        self._layers = layers
        self._task = task
        self._done, self._total = done, total

    def rows(self, keys: Sequence[str]) -> NDArray[np.float64]:
        """Return the Gram matrices of the layers over the images, (L, n * n); NaN where features do not fit together.

        Those of a layer that has another shape, or is another operation, for another image do not.
        """
        need = sum(self._forward.trace.nodes[it].outputs[0].bytes for it in self._layers) * len(keys)
        self._bench.make_room(self._forward, max(0, self._bench.budget.of(self._forward.device) - need), ())
        seen = [self._features(key, place, len(keys)) for place, key in enumerate(keys)]
        rows = []
        for layer in self._layers:
            self._task.check()
            features = [it.pop(layer, None) for it in seen]
            found = [it for it in features if it is not None]
            fits = len(found) == len(keys) and len({it.numel() for it in found}) == 1
            rows.append(cka.gram_row(found) if fits else np.full(len(keys) ** 2, np.nan))
        return np.stack(rows)

    def _features(self, key: str, place: int, count: int) -> dict[int, Tensor]:
        """Return the features (p,) of the layers on one image, `place` of `count`."""
        forward, spec = self._forward, self._forward.model.spec
        name = spec.entry.full_name
        self._task.report(self._done + place, self._total, f"running {name} on image {place + 1:,}")
        found: dict[int, Tensor] = {}

        def see(node: int, output: int, tensor: Tensor) -> None:
            if output == 0 and node in wanted:
                found[node] = plain(tensor).flatten().clone()

        wanted, keeping = frozenset(self._layers), Keeping(only=frozenset(), seen=see)
        image = f"{self._bench.inputs.get(key).name}, image {place + 1:,} of {count:,}"
        try:
            prepared = self._bench.inputs.prepared(key, spec, forward.size)
        except ExplorerError as error:
            raise ExplorerError(f"{name} cannot be given {image}: {error}") from error
        with forward.as_it_ran() as module:
            inputs, named = forward.model.arguments(prepared)
            recording = recorder.record(module, inputs, self._task.check, max(wanted), named, keeping=keeping)
        if recording.failure is not None:
            told = faults.told(recording.failure.error)
            raise ExplorerError(
                f"{name} failed on {image}: {told}; close it, or compare the places of one image."
            )
        nodes, ran = forward.trace.nodes, recording.operations
        return {
            node: it
            for node, it in found.items()
            if (ran[node].op, ran[node].module) == (nodes[node].op, nodes[node].module)
        }


# ---- places as examples ----


def over_places(bench: Bench, a: HeldForward, b: HeldForward, matching: Matching, task: Task) -> Cka:
    """Compare the layers of two forwards whose maps have the same grid, each place an example.

    So many maps are in hand at a time as there is room for the values of; what was let go is computed again for each.

    Raises:
        ExplorerError: No two layers have the same grid, or values that were let go do not come out as they were.
        CancelledError: It was cancelled.
    """
    table = _Table(a, b, matching, MOST_OVER_PLACES)
    grids_a, grids_b = _by_grid(a, table.a), _by_grid(b, table.b)
    shared = [grid for grid in grids_a if grid in grids_b]
    if not shared:
        raise ExplorerError(
            "No two layers of these forwards have maps of the same size; compare over open images."
        )
    counts = {prod(grid) for grid in shared}
    examples = "the places of a map; grey: two maps of different size"
    count = counts.pop() if len(counts) == 1 else 0
    told = examples, count, _NOT_INDEPENDENT, _DIVIDED, "places", True
    parts = [
        (grid, rows, _parts(bench, b, grids_b[grid], 1))
        for grid in shared
        for rows in _parts(bench, a, grids_a[grid], 1)
    ]
    done, total = 0, sum(len(others) for _, _, others in parts)
    for grid, rows, others in parts:
        ones = _maps(bench, a, rows, task)
        for columns in others:
            twos = _maps(bench, b, columns, task)
            block = np.ix_(_places(table.a, rows), _places(table.b, columns))
            table.matrix[block] = cka.of_maps(ones, twos, _step(task, done, total, grid))
            done += 1
            task.part(table.record(*told))
    return table.record(*told)


def _step(task: Task, done: int, total: int, grid: tuple[int, ...]) -> Callable[[float], None]:
    def step(share: float) -> None:
        task.check()
        percent = round(100 * (done + share) / total)
        task.report(percent, 100, f"comparing maps of {grid[0]}×{grid[1]} places")

    return step


def _places(layers: Sequence[int], some: Sequence[int]) -> list[int]:
    place = {node: k for k, node in enumerate(layers)}
    return [place[node] for node in some]


def _by_grid(forward: HeldForward, layers: Sequence[int]) -> dict[tuple[int, ...], list[int]]:
    """Return the layers whose values are maps of a grid of several places, by that grid.

    The scores of attention are none: they are of tokens by tokens.
    """
    grids: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for node in layers:
        seen, shape = forward.trace.nodes[node].receptive_field, forward.trace.nodes[node].shape
        grid = seen.grid if seen is not None else None
        if grid and len(grid) == 2 and prod(grid) > 1 and places(shape, forward.fields.fields[node]):
            grids[grid].append(node)
    return grids


def _maps(bench: Bench, forward: HeldForward, nodes: Sequence[int], task: Task) -> list[Tensor]:
    """Return the values (C, H, W) of layers whose units stand in a grid."""
    fields = forward.fields.fields
    return [
        values.lay_out(value.cpu(), fields[node])[1]
        for node, value in zip(nodes, held(bench, forward, nodes, task), strict=True)
    ]
