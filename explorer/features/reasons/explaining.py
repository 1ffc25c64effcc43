"""Each method carried out on a network: what it needs of it, in batches, with what is known so far."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from explorer.engine.task import Task
from explorer.features.reasons import layer_maps, pixel_maps
from explorer.features.reasons.grids import default_layer, look, on_grid
from explorer.features.reasons.messages import MOST_STEPS, Completeness, Explanation, MethodSettings
from explorer.features.reasons.methods import Group, Method
from explorer.features.reasons.network import Network
from explorer.records.errors import ExplorerError
from explorer.records.heat import WHOLE, HeatMap
from explorer.records.layer_choice import lies
from explorer.records.trace import Node

_FIRST_STEPS = 32
_PARTS = 12
"""How often what is known so far is handed over."""
_BEYOND = 0.995
"""Share of the pixels that lie within the scale of a map of gradients; a few far-out ones would hide the rest."""
_BASELINE = "0, the colour that normalisation takes off"


@dataclass
class Explaining:
    """One method at work.

    Attributes:
        network: What is explained.
        method: How.
        settings: What it is told.
        task: Hears how far it is.
        node: The layer that the person chose; None for the default.
    """

    network: Network
    method: Method
    settings: MethodSettings
    task: Task
    node: Node | None = None

    def __post_init__(self) -> None:
        """Begin without a layer or facts."""
        self._why = ""
        self._facts: tuple[str, ...] = ()
        self._completeness: Completeness | None = None
        self._score = 0.0
        self._parts = 0

    def run(self) -> Explanation:
        """Return the map.

        Raises:
            UsageError: A setting cannot be.
            ExplorerError: It cannot be had.
            CancelledError: It was cancelled.
        """
        self.settings.check()
        self._score = self.network.score()
        made = _CARRY_OUT[self.method](self)
        if not bool(made.isfinite().any()):
            raise ExplorerError(
                f"{self.method.about.title} gives no finite value for {self.network.aim.label}: what it computes from "
                "overflows or is NaN; try a method by covering, such as occlusion."
            )
        return self._explanation(made)

    # ---- layers ----

    def _layer(self, with_gradients: bool) -> tuple[Tensor, Tensor | None]:
        if self.node is None:
            self.node, self._why, layer = default_layer(self.network, self.method.about.needs_gradients)
        else:
            layer = look(self.network, self.node, with_gradients)
        gradients = None if layer.gradient is None else on_grid(self.network, self.node, layer.gradient)
        return on_grid(self.network, self.node, layer.value), gradients

    def of_gradients(self) -> Tensor:
        """Carry out Grad-CAM, Grad-CAM++ or Layer-CAM."""
        values, gradients = self._layer(with_gradients=True)
        assert gradients is not None, "they were asked for"
        return _OF_GRADIENTS[self.method](values, gradients)

    def eigen_cam(self) -> Tensor:
        """Carry out Eigen-CAM."""
        values, _ = self._layer(with_gradients=False)
        if not bool(values.isfinite().all()):
            raise ExplorerError(f"{self._name} holds values that are not finite; choose an earlier layer.")
        self._facts = ("the same for every class",)
        return layer_maps.eigen_cam(values)

    def score_cam(self) -> Tensor:
        """Carry out Score-CAM."""
        values, _ = self._layer(with_gradients=False)
        image = self.network.image
        self.network.take_batches(with_gradients=False)
        scores = torch.full((len(values),), float("-inf"))
        flat = values.amax((1, 2)) == values.amin((1, 2))
        chosen = torch.nonzero(~flat).flatten()  # what is flat hides everything or nothing
        for first in self._steps(len(chosen), "seeing the picture through channel"):
            part = chosen[first : first + self.network.batch]
            masks = layer_maps.masks_of(values[part], (image.shape[2], image.shape[3]))
            scores[part] = self.network.scores(image * masks.to(image)).cpu()
            self._hand_over(first, len(chosen), "channels", lambda: layer_maps.score_cam(values, scores))
        self._facts = (
            (f"{len(chosen):,} of {len(values):,} channels, the others are flat",) if bool(flat.any()) else ()
        )
        if not len(chosen):
            raise ExplorerError(f"All channels of {self._name} are flat; choose an earlier layer.")
        return layer_maps.score_cam(values, scores)

    # ---- pixels ----

    def input_x_gradient(self) -> Tensor:
        """Carry out input × gradient."""
        _, gradients = self.network.gradients(self.network.image)
        return pixel_maps.input_x_gradient(self.network.image[0].float(), gradients[0])

    def integrated_gradients(self) -> Tensor:
        """Carry out integrated gradients, on more and more points until the sum is right."""
        image = self.network.image
        baseline = torch.zeros_like(image)
        difference = self._score - float(self.network.scores(baseline)[0])
        self.network.take_batches(with_gradients=True)
        steps = self.settings.steps or _FIRST_STEPS
        while True:
            made = self._on_the_way(image, baseline, steps)
            self._completeness = Completeness(float(made.sum()), difference, steps)
            self._facts = (f"baseline: {_BASELINE}", f"{steps} steps")
            if self.settings.steps or self._completeness.holds or 2 * steps > MOST_STEPS:
                return made
            self.task.part(self._explanation(made, f"{steps} steps so far"))
            steps *= 2

    def _on_the_way(self, image: Tensor, baseline: Tensor, steps: int) -> Tensor:
        points, weights = (it.to(image) for it in pixel_maps.way_points(steps))
        mean = torch.zeros_like(image[0], dtype=torch.float64)
        for first in self._steps(steps, "on the way from the baseline, step"):
            part = slice(first, first + self.network.batch)
            images = baseline + points[part, None, None, None] * (image - baseline)
            _, gradients = self.network.gradients(images)
            mean += (weights[part, None, None, None].double() * gradients.double()).sum(0)
        return pixel_maps.integrated_gradients(image[0].double(), baseline[0].double(), mean)

    def smooth_grad(self) -> Tensor:
        """Carry out SmoothGrad."""
        image, settings = self.network.image, self.settings
        self.network.take_batches(with_gradients=True)
        generator = torch.Generator().manual_seed(settings.seed)
        total, done = torch.zeros_like(image[0], dtype=torch.float64), 0
        for first in self._steps(settings.samples, "on noisy copies, number"):
            count = min(self.network.batch, settings.samples - first)
            images = pixel_maps.noisy(image[0], settings.noise, count, generator)
            total += self.network.gradients(images)[1].double().sum(0)
            done += count
            self._hand_over(first, settings.samples, "copies", partial(pixel_maps.smooth_grad, total / done))
        self._facts = (
            f"{settings.samples} copies",
            f"noise {settings.noise:g} of the span",
            f"seed {settings.seed}",
        )
        return pixel_maps.smooth_grad(total / done)

    # ---- covering ----

    def occlusion(self) -> Tensor:
        """Carry out occlusion."""
        image = self.network.image
        high, wide = image.shape[2:]
        patch = min(self.settings.patch or max(1, round(min(high, wide) / 7)), high, wide)
        stride = self.settings.stride or max(1, patch // 2)
        patches = pixel_maps.Patches((high, wide), patch, stride)
        self._facts = (f"patch {patch}×{patch}", f"stride {stride}", f"covered with {_BASELINE}")
        self.network.take_batches(with_gradients=False)
        total = len(patches.boxes)
        for first in self._steps(total, "covering patch"):
            covered = patches.covered(image[0], 0.0, first, self.network.batch)
            patches.take(first, self._score - self.network.scores(covered))
            self._hand_over(first, total, "places", patches.map)
        return patches.map()

    def rise(self) -> Tensor:
        """Carry out RISE."""
        image, total = self.network.image, self.settings.masks
        masks = pixel_maps.RandomMasks((image.shape[2], image.shape[3]), self.settings.seed)
        self._facts = (f"{total:,} masks", f"seed {self.settings.seed}", f"masked with {_BASELINE}")
        self.network.take_batches(with_gradients=False)
        for first in self._steps(total, "under random masks, number"):
            drawn = masks.draw(min(self.network.batch, total - first))
            masks.take(drawn, self.network.scores(image * drawn.to(image)))
            self._hand_over(first, total, "masks", masks.map)
        return masks.map()

    # ---- shared ----

    @property
    def _name(self) -> str:
        return "" if self.node is None else self.node.person_name

    def _steps(self, total: int, text: str) -> "_Steps":
        return _Steps(self, total, text)

    def _lies(self) -> tuple[float, float, float, float]:
        if self.node is None or not self.method.about.at_layer:
            return WHOLE
        high, wide = self.network.image.shape[2:]
        return lies(self.node, (high, wide))

    def _hand_over(self, first: int, total: int, what: str, made: Callable[[], Tensor]) -> None:
        """Hand over the map so far, now and then."""
        done = first + self.network.batch
        reached = done * _PARTS // max(total, 1)
        if self._parts < reached < _PARTS:
            self._parts = reached
            self.task.part(self._explanation(made(), f"{done:,} of {total:,} {what} so far"))

    def _explanation(self, made: Tensor, so_far: str = "") -> Explanation:
        aim, about = self.network.aim, self.method.about
        values = np.ascontiguousarray(made.detach().cpu().float().numpy())
        title = about.of(aim.label)
        limit, said = _scale(values, about.group)
        notes = tuple(dict.fromkeys(self.network.notes))
        if bad := int((~np.isfinite(values)).sum()) if self.method is not Method.OCCLUSION else 0:
            notes = (*notes, f"{bad:,} of {values.size:,} values are not finite")
        if not np.any(np.nan_to_num(values)):
            notes = (*notes, "the map is zero everywhere")
        return Explanation(
            heat=HeatMap(values, about.signed, title, limit, self._lies()),
            method=self.method,
            index=aim.index,
            label=aim.label,
            score=self._score,
            score_is=aim.score_is,
            layer=self._name if about.at_layer else "",
            layer_why=self._why,
            node=self.node.id if about.at_layer and self.node is not None else None,
            forwards=self.network.forwards,
            facts=(*self._facts, *said),
            notes=notes,
            completeness=self._completeness,
            so_far=so_far,
        )


@dataclass
class _Steps:
    """The first number of each batch, as large as the network takes them now; says how far it is."""

    explaining: Explaining
    total: int
    text: str

    def __iter__(self) -> Any:
        first, task = 0, self.explaining.task
        while first < self.total:
            task.check()
            batch = self.explaining.network.batch
            task.report(first, self.total, f"{self.text} {first + 1:,} of {self.total:,}")
            yield first
            first += batch


def _scale(
    values: np.ndarray[Any, np.dtype[np.float32]], group: Group
) -> tuple[float | None, tuple[str, ...]]:
    """Return what gets the full colour, and how that is said; None for the largest there is."""
    sizes = np.abs(values[np.isfinite(values)])
    if group is not Group.PIXELS or not sizes.size:
        return None, ()
    limit, most = float(np.quantile(sizes, _BEYOND)), float(sizes.max())
    if not 0 < limit < most:
        return None, ()
    return limit, (f"full colour from {limit:.3g} on, the largest is {most:.3g}",)


_OF_GRADIENTS = {
    Method.GRAD_CAM: layer_maps.grad_cam,
    Method.GRAD_CAM_PLUS: layer_maps.grad_cam_plus,
    Method.LAYER_CAM: layer_maps.layer_cam,
}
_CARRY_OUT: dict[Method, Callable[[Explaining], Tensor]] = {
    Method.GRAD_CAM: Explaining.of_gradients,
    Method.GRAD_CAM_PLUS: Explaining.of_gradients,
    Method.LAYER_CAM: Explaining.of_gradients,
    Method.EIGEN_CAM: Explaining.eigen_cam,
    Method.INPUT_X_GRADIENT: Explaining.input_x_gradient,
    Method.INTEGRATED_GRADIENTS: Explaining.integrated_gradients,
    Method.SMOOTH_GRAD: Explaining.smooth_grad,
    Method.SCORE_CAM: Explaining.score_cam,
    Method.OCCLUSION: Explaining.occlusion,
    Method.RISE: Explaining.rise,
}
