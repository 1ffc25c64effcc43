"""Maps on the pixels of an input x, of scores s or of gradients ∂s/∂x that a network gives for a batch of inputs."""

from collections.abc import Callable, Iterator
from math import ceil, floor

import numpy as np
import torch
from torch import Tensor

Gradients = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Of inputs (B, C, H, W): their scores (B,), and the gradient of each with respect to its input (B, C, H, W)."""

Scores = Callable[[Tensor], Tensor]
"""Of inputs (B, C, H, W): their scores (B,)."""


def input_x_gradient(image: Tensor, gradient: Tensor) -> Tensor:
    """Return x · ∂s/∂x, summed over the colours.

    Shrikumar et al., "Not Just a Black Box: Learning Important Features Through Propagating Activation Differences",
    2016.

    Args:
        image: (C, H, W), x.
        gradient: (C, H, W).

    Returns:
        (H, W).
    """
    return (image * gradient).sum(0)


def way_points(steps: int) -> tuple[Tensor, Tensor]:
    """Return points between 0 and 1 and their weights, (steps,) each: the Gauss-Legendre rule."""
    points, weights = np.polynomial.legendre.leggauss(steps)
    return torch.from_numpy((points + 1) / 2), torch.from_numpy(weights / 2)


def integrated_gradients(image: Tensor, baseline: Tensor, mean_gradient: Tensor) -> Tensor:
    """Return (x − b) times the gradient averaged on the straight way from b to x, summed over the colours.

    Sundararajan et al., "Axiomatic Attribution for Deep Networks", 2017, equation 1.

    Args:
        image, baseline: (C, H, W), x and b.
        mean_gradient: (C, H, W), Σ weights · ∂s/∂x (b + α (x − b)) over the points α of `way_points`.

    Returns:
        (H, W); its sum is s(x) − s(b) but for the error of the rule.
    """
    return ((image - baseline) * mean_gradient).sum(0)


def noisy(image: Tensor, share: float, count: int, generator: torch.Generator) -> Tensor:
    """Return copies (count, C, H, W) of an image (C, H, W) with noise of `share` of its span as standard deviation."""
    span = float(image.max() - image.min())
    drawn = torch.randn((count, *image.shape), generator=generator)
    return image + drawn.to(image) * (share * span)


def smooth_grad(mean_gradient: Tensor) -> Tensor:
    """Return the largest size of a gradient (C, H, W) over the colours, (H, W); it is a mean over noisy copies.

    Smilkov et al., "SmoothGrad: removing noise by adding noise", 2017, drawn as in their section 2.1.
    """
    return mean_gradient.abs().amax(0)


class Patches:
    """Occlusion: how far the score falls where a square is covered, a mean over all squares that cover a pixel.

    Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2014, section 4.2, as a map on the
    pixels. Squares begin every `stride` pixels, the last ones are cut off at the border.

    Args:
        size: Height and width of the input.
        patch: Side of a square in pixels.
        stride: From one to the next.
    """

    def __init__(self, size: tuple[int, int], patch: int, stride: int) -> None:
        rows, columns = (
            [
                (start * stride, min(start * stride + patch, side))
                for start in range(_shifts(side, patch, stride))
            ]
            for side in size
        )
        self.boxes = [(top, bottom, left, right) for top, bottom in rows for left, right in columns]
        self._sums = torch.zeros(size, dtype=torch.float64)
        self._counts = torch.zeros(size, dtype=torch.float64)

    def covered(self, image: Tensor, fill: float, first: int, count: int) -> Tensor:
        """Return the image (C, H, W) covered by each of `count` squares from number `first`, (B, C, H, W)."""
        boxes = self.boxes[first : first + count]
        batch = image[None].repeat(len(boxes), 1, 1, 1)
        for one, (top, bottom, left, right) in zip(batch, boxes, strict=True):
            one[:, top:bottom, left:right] = fill
        return batch

    def take(self, first: int, falls: Tensor) -> None:
        """Take how far the score fell for squares from number `first`, (B,)."""
        for (top, bottom, left, right), fall in zip(self.boxes[first:], falls.tolist(), strict=False):
            self._sums[top:bottom, left:right] += fall
            self._counts[top:bottom, left:right] += 1

    def map(self) -> Tensor:
        """Return the map (H, W), NaN where no square has been so far."""
        return self._sums / self._counts  # 0 / 0 is NaN


def _shifts(side: int, patch: int, stride: int) -> int:
    return 1 + max(0, ceil((side - patch) / stride))


class RandomMasks:
    """RISE: the mean score where a place is seen, over random soft masks, less the mean score of all masks.

    Petsiuk et al., "RISE: Randomized Input Sampling for Explanation of Black-box Models", 2018, equations 4 and 5: a
    small grid of zeros and ones, half of each, is brought to the input bilinearly and shifted at random. The weights
    of a place are divided by their own sum, not by its expectation, which takes off what chance adds.

    Args:
        size: Height and width of the input.
        seed: Of the masks.
        cells: Of the small grid along each side.
    """

    def __init__(self, size: tuple[int, int], seed: int, cells: int = 7) -> None:
        self._size = size
        self._cells = cells
        self._generator = torch.Generator().manual_seed(seed)
        self._weighted = torch.zeros(size, dtype=torch.float64)
        self._weights = torch.zeros(size, dtype=torch.float64)
        self._total, self._count = 0.0, 0

    def draw(self, count: int) -> Tensor:
        """Return the next masks, (count, 1, H, W) from 0 to 1."""
        return torch.cat(list(self._each(count)))

    def _each(self, count: int) -> Iterator[Tensor]:
        cell = [ceil(side / self._cells) for side in self._size]
        whole = [(self._cells + 1) * side for side in cell]
        for _ in range(count):
            grid = (torch.rand((1, 1, self._cells, self._cells), generator=self._generator) < 0.5).float()
            large = torch.nn.functional.interpolate(grid, whole, mode="bilinear", align_corners=False)
            at = torch.rand(2, generator=self._generator).tolist()
            top, left = (floor(share * side) for share, side in zip(at, cell, strict=True))
            yield large[..., top : top + self._size[0], left : left + self._size[1]]

    def take(self, masks: Tensor, scores: Tensor) -> None:
        """Take the scores (B,) of the input seen through masks (B, 1, H, W)."""
        wide, scores = masks[:, 0].double(), scores.double().cpu()
        self._weighted += (scores[:, None, None] * wide).sum(0)
        self._weights += wide.sum(0)
        self._total += float(scores.sum())
        self._count += len(scores)

    def map(self) -> Tensor:
        """Return the map (H, W), NaN where no mask let anything be seen so far."""
        return self._weighted / self._weights - self._total / max(self._count, 1)
