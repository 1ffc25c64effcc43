"""What each channel of an operation does for a class: each alone is switched off, several in one batch where it can."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer.engine import readings
from explorer.engine.held import HeldForward
from explorer.engine.task import Task
from explorer.features.ablation.messages import Off, RankChannels, Ranking
from explorer.features.ablation.switching import Layout
from explorer.forward.again import Change
from explorer.records.answers import Answer, Reading
from explorer.records.errors import CancelledError, ExplorerError

Given = list[tuple[str, Tensor]]
"""The tensors that a model returned, with the way to each."""
Run = Callable[[dict[int, Change], int], Given]
"""Runs the model with changes, on its inputs so many times in a batch."""

_MOST_IN_BATCH = 32
_ROOM = 256 << 20
"""Bytes that the activations of one batch may take, as estimated from those of the recorded forward."""
_CLOSE = 1e-4
"""How far a row of a batch may lie from the same forward alone, as a share of the largest number; it is rounding."""
_PAUSE = 0.25  # seconds between two answers so far


@dataclass(frozen=True)
class Reader:
    """Reads a class from what a network returned, as its answer was read.

    Attributes:
        path: The way to the tensor.
        reading: How its numbers are read.
        target: Index of the class in a row; a lone number stands for itself.
        row: (K,) float64, what the recorded forward gave.
    """

    path: str
    reading: Reading
    target: int
    row: Tensor

    @classmethod
    def of(cls, answer: Answer, returned: Sequence[tuple[str, Tensor]], target: int) -> "Reader":
        """Return the reader of an answer.

        Raises:
            ExplorerError: There is no such class.
        """
        path = answer.output.removeprefix("output")
        row = next(tensor for way, tensor in returned if way == path).detach().cpu().double().flatten()
        if target not in {it.index for it in answer.predictions}:
            raise ExplorerError(
                f"There is no class {target}: the network tells {len(row):,}, counted from 0."
            )
        return cls(path, answer.reading, target if len(row) > 1 else 0, row)

    def rows(self, given: Sequence[tuple[str, Tensor]], count: int) -> Tensor:
        """Return the rows (count, K) of what was returned for a batch.

        Raises:
            ExplorerError: It is not a row for each.
        """
        found = dict(given).get(self.path)
        size = count * len(self.row)
        if found is None or found.numel() != size or (count > 1 and found.shape[0] != count):
            raise ExplorerError("The network gave another answer when it ran again: nothing can be compared.")
        tensor = found.detach().cpu().double()
        return tensor.reshape(count, len(self.row))

    def read(self, rows: Tensor) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
        """Return the numbers of the class in rows (N, K), and the probabilities; None where they are none."""
        shares = readings.shares(rows, self.reading)
        found = None if shares is None else shares[:, self.target].numpy()
        return rows[:, self.target].numpy(), found


@dataclass
class _Found:
    """The rows that were found of one operation, kept with its forward; those of another take their place."""

    place: Any = None
    rows: dict[int, Tensor] = field(default_factory=dict)
    forwards: int = 0

    def at(self, place: Any) -> "_Found":
        if place != self.place:
            self.place, self.rows, self.forwards = place, {}, 0
        return self


def _found(_: HeldForward) -> _Found:
    return _Found()


def rank(
    ask: RankChannels, forward: HeldForward, layout: Layout, reader: Reader, run: Run, task: Task
) -> Ranking:
    """Return the ranking; hands over what is known so far as it goes on.

    Args:
        ask: What is asked.
        forward: As it was recorded, whatever input `run` runs on.
        layout, reader, run: Of its operation, its answer, its model.
        task: Stops it.
    """
    found = forward.memo(_found).at((ask.edit, ask.node, ask.part, ask.how, ask.seed, reader.path))
    total = layout.parts.count(ask.part)
    batches = _Batches(ask, forward, layout, reader, run)
    told = time.monotonic()
    while missing := [k for k in range(total) if k not in found.rows]:
        task.report(total - len(missing), total, f"switching off each {ask.part} of {layout.name}")
        rows, forwards = batches.next(missing)
        found.rows.update(rows)
        found.forwards += forwards
        if time.monotonic() - told > _PAUSE:
            told = time.monotonic()
            task.part(_ranking(ask, reader, found.rows, total, found.forwards))
    return _ranking(ask, reader, found.rows, total, found.forwards)


class _Batches:
    """Runs the model for some parts at a time, one by one where a batch does not give the same.

    A batch begins at the operation, which saves what comes before; where the network cannot go on with that (what is
    concatenated is not widened), at its inputs.
    """

    def __init__(
        self, ask: RankChannels, forward: HeldForward, layout: Layout, reader: Reader, run: Run
    ) -> None:
        self._ask, self._layout, self._reader, self._run = ask, layout, reader, run
        can_widen = layout.shape[:1] == (1,) and len(layout.shape) > 1 and not forward.training
        room = _ROOM // max(1, forward.memory.activations_peak)
        self._size = max(1, min(_MOST_IN_BATCH, room))
        self._ways = [self._from_here, self._from_input] if can_widen and self._size > 1 else []
        self._is_proven = False

    def next(self, missing: Sequence[int]) -> tuple[Mapping[int, Tensor], int]:
        """Return the rows of the first of what is missing, and how many forwards that took."""
        forwards = 0
        while self._ways and len(missing) > 1:
            numbers = missing[: self._size]
            rows = self._together(numbers, self._ways[0])
            forwards += 1
            if rows is not None and not self._is_proven:
                self._is_proven = _are_close(self._alone(numbers[0]), rows[0])
                forwards += 1
            if rows is not None and self._is_proven:
                return dict(zip(numbers, rows, strict=True)), forwards
            self._ways.pop(0)
            self._is_proven = False
        return {missing[0]: self._alone(missing[0])}, forwards + 1

    def _switched(self, value: Tensor, number: int) -> Tensor:
        off = Off(self._layout.name, self._ask.part, number, self._ask.how, self._ask.seed)
        return self._layout.switch(value, [off])

    def _alone(self, number: int) -> Tensor:
        given = self._run({self._ask.node: lambda value: self._switched(value, number)}, 1)
        return self._reader.rows(given, 1)[0]

    def _together(self, numbers: Sequence[int], way: Callable[[Sequence[int]], Given]) -> Tensor | None:
        """Return a row for each; None where the model cannot, or the last, with all on, is not the answer."""
        try:
            rows = self._reader.rows(way(numbers), len(numbers) + 1)
        except CancelledError:
            raise
        except ExplorerError:
            return None
        if not _are_close(rows[-1], self._reader.row):
            return None
        # What a batch is off by for all alike is its rounding: what changes nothing is to change by exactly zero.
        return rows[:-1] + (self._reader.row - rows[-1]).nan_to_num(0.0, 0.0, 0.0)

    def _from_here(self, numbers: Sequence[int]) -> Given:
        def widen(value: Tensor) -> Tensor:
            return torch.cat([*(self._switched(value, k) for k in numbers), value])

        return self._run({self._ask.node: widen}, 1)

    def _from_input(self, numbers: Sequence[int]) -> Given:
        def switch(value: Tensor) -> Tensor:
            rows = value.split(1)
            return torch.cat(
                [*(self._switched(row, k) for row, k in zip(rows, numbers, strict=False)), rows[-1]]
            )

        return self._run({self._ask.node: switch}, len(numbers) + 1)


def _are_close(one: Tensor, other: Tensor) -> bool:
    scale = float(other.abs().nan_to_num(0.0, 0.0, 0.0).max()) if len(other) else 0.0
    return torch.allclose(one, other, rtol=0.0, atol=_CLOSE * scale + 1e-12, equal_nan=True)


def _ranking(
    ask: RankChannels, reader: Reader, rows: Mapping[int, Tensor], total: int, forwards: int
) -> Ranking:
    numbers = np.array(sorted(rows), np.int64)
    values, shares = reader.read(torch.stack([rows[k] for k in numbers.tolist()]))
    (value,), share = reader.read(reader.row[None])
    changed = values - value
    # What is not finite comes first: it changes most of all; of equals the first comes first.
    order = np.argsort(-np.nan_to_num(np.abs(changed), nan=np.inf), kind="stable")
    is_logit = reader.reading in (Reading.SOFTMAX, Reading.SIGMOID)
    return Ranking(
        node=ask.node,
        part=ask.part,
        how=ask.how,
        target=ask.target,
        value=float(value),
        probability=None if share is None else float(share[0]),
        numbers=numbers[order],
        values=changed[order],
        shares=None if shares is None or share is None else (shares - share[0])[order],
        total=total,
        forwards=forwards,
        unit="logits" if is_logit else "the network's own numbers",
    )
