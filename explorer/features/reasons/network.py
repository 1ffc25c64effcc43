"""The network while it is explained: scores and gradients of one class, for batches of inputs, as it ran before."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import torch
from torch import Tensor

from explorer.engine import live
from explorer.engine.aim import Aim
from explorer.engine.arguments import Arguments
from explorer.engine.recorded import RecordedForward
from explorer.forward.again import Again, Change, asked_of
from explorer.forward.gradients import needs_gradients
from explorer.records import faults
from explorer.records.errors import CancelledError, ExplorerError

T = TypeVar("T")
_MOST_AT_ONCE = 16
_ALIKE = 1e-2
"""How far the score of a picture in a batch may lie from its score alone, as a share of the scores' spread."""


@dataclass(frozen=True)
class Layer:
    """What a layer gave, and how the score changes with it; `gradient` is None where nobody asked, or none came."""

    value: Tensor
    gradient: Tensor | None


@dataclass
class Network:
    """A network that can be asked for the score of one class.

    Attributes:
        forward: The recorded forward; it tells the layers.
        again: Lets the model run again.
        arguments: What the model is called with for a batch of images (B, C, H, W).
        image: The input, (1, C, H, W).
        aim: Where the score stands.
        batch: How many inputs are run at once.
        free: Bytes that batches may take.
        forwards: How many inputs have been run.
        notes: What a person should know of it.
    """

    forward: RecordedForward
    again: Again
    arguments: Callable[[Tensor], Arguments]
    image: Tensor
    aim: Aim
    free: int = 0
    batch: int = 1
    forwards: int = 0
    notes: list[str] = field(default_factory=list)

    # ---- of inputs ----

    def scores(self, images: Tensor) -> Tensor:
        """Return the scores (B,) of images (B, C, H, W), in float32 at least."""
        return self._in_parts(images, lambda part: (self._scores(part),))[0]

    def gradients(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return the scores (B,) of images (B, C, H, W) and the gradients (B, C, H, W), in float32 at least.

        Raises:
            ExplorerError: The score has no gradient there.
        """
        scores, gradients = self._in_parts(images, self._gradients)
        return scores, gradients

    def score(self) -> float:
        """Return the score of the input itself.

        Raises:
            ExplorerError: It is no number.
        """
        found = float(self.scores(self.image)[0])
        if found != found or abs(found) == float("inf"):
            raise ExplorerError(
                f"The {self.aim.score_is} of {self.aim.label} is {'NaN' if found != found else 'infinite'}: "
                "there is nothing to explain; look in the maps where the values stop being numbers."
            )
        return found

    # ---- of layers ----

    def layers(self, nodes: list[int], with_gradients: bool) -> dict[int, Layer]:
        """Return what operations give for the input, in one forward; the gradients are of the score.

        Raises:
            ExplorerError: The score has no gradient at any of them; or an operation cannot be met again.
        """
        kept: dict[int, Tensor] = {}

        def keep(node: int) -> Change:
            return lambda value: _begin(kept, node, value) if with_gradients else _note(kept, node, value)

        changes = {node: keep(node) for node in nodes}
        self.forwards += 1
        if not with_gradients:
            self._guarded(lambda: self._run(self.image, changes, lambda row: row))
            return {node: Layer(value, None) for node, value in kept.items()}

        def then(row: Tensor) -> dict[int, Layer]:
            found = _differentiated(self.aim.score(row), list(kept.values()))
            layers = zip(kept.items(), found, strict=True)
            return {node: Layer(value.detach(), gradient) for (node, value), gradient in layers}

        return self._guarded(lambda: self._differentiate(self.image, changes, then))

    # ---- batches ----

    def take_batches(self, with_gradients: bool) -> None:
        """Run several inputs at once from now on, if the network gives each the score that it has alone.

        Args:
            with_gradients: Whether all that the forward computes has to be kept for the way back.
        """
        memory = self.forward.memory
        each = 2 * (memory.activations if with_gradients else memory.activations_peak)
        most = min(_MOST_AT_ONCE, self.free // max(each, 1))
        if most < 2:
            return
        pair = torch.cat([torch.zeros_like(self.image), self.image])
        alone = torch.cat([self.scores(one) for one in pair.split(1)])
        try:
            together = self._scores(pair)
        except CancelledError:
            raise
        except Exception:  # noqa: BLE001 - whatever it is: one after the other it works
            together = alone + float("inf")
        spread = max(float((alone[1] - alone[0]).abs()), 1e-3 * float(alone.abs().max()))
        if float((together - alone).abs().max()) <= _ALIKE * spread:
            self.batch = most
        else:
            self.notes.append("the network takes no batches: one input at a time")

    def _in_parts(self, images: Tensor, run: Callable[[Tensor], tuple[Tensor, ...]]) -> tuple[Tensor, ...]:
        """Run images in as many at once as there is memory for."""
        done: list[tuple[Tensor, ...]] = []
        first = 0
        while first < len(images):
            part = images[first : first + self.batch]
            try:
                done.append(self._guarded(partial(run, part)))
            except ExplorerError as error:
                if len(part) == 1 or not faults.is_out_of_memory(error.__cause__ or error):
                    raise
                self.batch = max(1, len(part) // 2)
                self.notes.append(f"memory was short: {self.batch} inputs at a time")
            else:
                first += len(part)
                self.forwards += len(part)
        return tuple(torch.cat(parts) for parts in zip(*done, strict=True))

    def _scores(self, images: Tensor) -> Tensor:
        return self._run(images, {}, lambda row: _wide(self.aim.score(row)))

    def _gradients(self, images: Tensor) -> tuple[Tensor, Tensor]:
        given = images.detach().clone().requires_grad_()

        def then(row: Tensor) -> tuple[Tensor, Tensor]:
            scores = self.aim.score(row)
            (gradient,) = _differentiated(scores, [given])
            if gradient is None:
                raise _no_gradient("the input")
            return _wide(scores.detach()), _wide(gradient)

        return self._differentiate(given, {}, then)

    # ---- one forward ----

    def _run(self, images: Tensor, changes: dict[int, Change], then: Callable[[Tensor], T]) -> T:
        given, changes, found = self._prepared(images, changes)
        return then(found(self.again.run(given, changes), len(images)))

    def _differentiate(self, images: Tensor, changes: dict[int, Change], then: Callable[[Tensor], T]) -> T:
        given, changes, found = self._prepared(images, changes)
        return self.again.differentiate(given, changes, lambda out: then(found(out, len(images))))

    def _prepared(self, images: Tensor, changes: dict[int, Change]) -> tuple[Any, ...]:
        changes, row = self.aim.met(changes, self.forward.trace.model)
        # Copies: a model may write into its input.
        return lambda: self.arguments(images.clone()), changes, row

    def _guarded(self, run: Callable[[], T]) -> T:
        try:
            with live.one_line_for(f"{self.forward.trace.model} cannot be explained"):
                return run()
        except ExplorerError as error:
            raised = error.__cause__
            if raised is not None and (
                needs_gradients(raised) or "Inference tensors" in faults.text_of(raised)
            ):
                raise _no_gradient("the class") from raised
            raise


def _wide(values: Tensor) -> Tensor:
    return values if values.dtype is torch.float64 else values.float()


def _note(kept: dict[int, Tensor], node: int, value: Tensor) -> None:
    kept[node] = value.clone()  # the model may write into it


def _begin(kept: dict[int, Tensor], node: int, value: Tensor) -> Tensor:
    """Keep a value as one that a gradient can be asked of, and return it for the model, which may write into it."""
    if not (value.is_floating_point() or value.is_complex()):
        raise ExplorerError(
            f"The layer holds whole numbers ({str(value.dtype).removeprefix('torch.')}): the score has no gradient "
            "there; choose a layer of real numbers."
        )
    kept[node] = asked_of(value)
    return kept[node].clone()


def _differentiated(scores: Tensor, of: list[Tensor]) -> tuple[Tensor | None, ...]:
    if not scores.requires_grad:
        raise _no_gradient("the class")
    return torch.autograd.grad(scores.sum(), of, allow_unused=True)


def _no_gradient(where: str) -> ExplorerError:
    return ExplorerError(
        f"No gradient reaches {where}: the network cuts it on the way (no_grad, detach, argmax or whole numbers); "
        "choose a method that needs none: Eigen-CAM, Score-CAM, occlusion or RISE."
    )
