"""Maps on the grid of a layer, of its channels A and the gradients G = ∂s/∂A of a score s; each a line of algebra."""

import torch
from torch import Tensor

_LEAST = 1e-12  # of the span of a mask


def grad_cam(values: Tensor, gradients: Tensor) -> Tensor:
    """Return Grad-CAM: max(0, Σₖ wₖ Aₖ) with wₖ = mean over places of Gₖ.

    Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", 2017,
    equations 1 and 2.

    Args:
        values: (C, h, w), the channels A.
        gradients: (C, h, w), the gradients G.

    Returns:
        (h, w), at least 0.
    """
    weights = gradients.mean((1, 2), keepdim=True)  # (C, 1, 1)
    return (weights * values).sum(0).relu()


def grad_cam_plus(values: Tensor, gradients: Tensor) -> Tensor:
    """Return Grad-CAM++: max(0, Σₖ wₖ Aₖ) with wₖ = Σ over places of αₖ max(0, Gₖ), αₖ = G² / (2 G² + G³ Σ Aₖ).

    Chattopadhay et al., "Grad-CAM++: Generalized Gradient-based Visual Explanations for Deep Convolutional Networks",
    2018, equations 10 and 19, for a class score exp(s), whose derivatives are powers of G but for a factor that all
    places share. Arguments and result as for `grad_cam`.
    """
    # G² is taken out of the fraction: it may be too small for a number of its own.
    below = 2 + gradients * values.sum((1, 2), keepdim=True)
    alphas = torch.where(below != 0, 1 / below, 0.0)
    weights = (alphas * gradients.relu()).sum((1, 2), keepdim=True)  # (C, 1, 1)
    return (weights * values).sum(0).relu()


def layer_cam(values: Tensor, gradients: Tensor) -> Tensor:
    """Return Layer-CAM: max(0, Σₖ max(0, Gₖ) Aₖ), place by place.

    Jiang et al., "LayerCAM: Exploring Hierarchical Class Activation Maps for Localization", 2021, equations 6 and 7.
    Arguments and result as for `grad_cam`.
    """
    return (gradients.relu() * values).sum(0).relu()


def eigen_cam(values: Tensor) -> Tensor:
    """Return Eigen-CAM: max(0, A v₁), with A as (places, channels) and v₁ its first right singular vector.

    Muhammad and Yeasin, "Eigen-CAM: Class Activation Map using Principal Components", 2020, equations 3 and 4. The
    sign of a singular vector is free: it is taken so that the map sums to no less than zero.

    Args:
        values: (C, h, w).

    Returns:
        (h, w), at least 0.
    """
    flat = values.flatten(1).T  # (places, C)
    # The first left singular vector times its value is A v₁, and places are mostly fewer than channels.
    left, singular, _ = torch.linalg.svd(flat, full_matrices=False)
    along = left[:, 0] * singular[0]
    return (along if along.sum() >= 0 else -along).reshape(values.shape[1:]).relu()


def score_cam(values: Tensor, scores: Tensor) -> Tensor:
    """Return Score-CAM: max(0, Σₖ wₖ Aₖ) with w = softmax over the channels of their scores.

    Wang et al., "Score-CAM: Score-Weighted Visual Explanations for Convolutional Neural Networks", 2020, algorithm 1.
    A baseline's score, the same for all channels, would cancel in the softmax.

    Args:
        values: (C, h, w).
        scores: (C,), of the input seen through each channel; -inf for a channel that is flat.

    Returns:
        (h, w), at least 0.
    """
    weights = scores.softmax(0)[:, None, None]
    return (weights * values).sum(0).relu()


def masks_of(values: Tensor, size: tuple[int, int]) -> Tensor:
    """Return Score-CAM's masks (C, 1, H, W): channels (C, h, w) at `size`, each from 0 to 1, flat ones zero."""
    large = torch.nn.functional.interpolate(values[:, None], size, mode="bilinear", align_corners=False)
    low, high = large.amin((2, 3), keepdim=True), large.amax((2, 3), keepdim=True)
    return torch.where(high > low, (large - low) / (high - low).clamp_min(_LEAST), 0.0)
