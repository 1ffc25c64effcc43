"""Whether a map depends on the weights: the same network with its weights shuffled, and how alike the two maps are."""

from copy import deepcopy

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from explorer.engine import live
from explorer.engine.recorded import RecordedForward
from explorer.features.reasons.opening import free_on
from explorer.records.errors import ExplorerError
from explorer.records.units import bytes_

_SIDE, _WINDOW = 64, 7
_LUMINANCE, _CONTRAST = 0.01**2, 0.03**2


def shuffled_copy(
    forward: RecordedForward, module: nn.Module, device: str, share: float, seed: int
) -> tuple[nn.Module, str]:
    """Return a copy of a model in which the last layers have random weights, and say which; the model stays as it is.

    The weights of a layer are shuffled among themselves, tensor by tensor: what they learned is gone, how large they
    are is not. Adebayo et al., "Sanity Checks for Saliency Maps", 2018, randomise from the last layer on as well.

    Args:
        forward: A recorded forward of it, which tells the order of the layers.
        module: The model.
        device: Where it is.
        share: Of the layers, from the last; 0 for the last one alone.
        seed: Of the shuffling.

    Raises:
        ExplorerError: There is no memory for a copy, it cannot be copied, or it has no weights.
    """
    need, free = forward.memory.weights, free_on(device)
    if need > free:
        raise ExplorerError(
            f"A copy of {forward.trace.model} takes {bytes_(need)}, and {bytes_(free)} are free; close other programs "
            "or choose a smaller network."
        )
    with live.one_line_for(f"{forward.trace.model} cannot be copied"):
        copy = deepcopy(module)
    if _memory(copy) & _memory(module):
        raise ExplorerError(
            f"A copy of {forward.trace.model} shares its weights, which therefore cannot be made random: the "
            "network says itself how it is copied (__deepcopy__)."
        )
    layers = _layers(forward)
    parameters = dict(copy.named_parameters())
    if not layers:
        raise ExplorerError(f"{forward.trace.model} reads no weights that could be random.")
    count = max(1, round(share * len(layers)))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for layer in layers[-count:]:
            for name in layer:
                _shuffle(parameters[name], generator)
    said = (
        f"all {len(layers)} layers" if count == len(layers) else f"the last {count} of {len(layers)} layers"
    )
    return copy, said.replace("the last 1 of", "the last one of")


def _layers(forward: RecordedForward) -> list[tuple[str, ...]]:
    """Return the names of the parameters of each module that has any, in the order in which they are first read."""
    found: dict[str, dict[str, None]] = {}
    for node in forward.trace.nodes:
        for name in node.parameters:
            found.setdefault(name.rpartition(".")[0], {})[name] = None
    return [tuple(names) for names in found.values()]


def _memory(module: nn.Module) -> set[int]:
    return {it.untyped_storage().data_ptr() for it in module.parameters() if it.numel()}


def _shuffle(parameter: Tensor, generator: torch.Generator) -> None:
    order = torch.randperm(parameter.numel(), generator=generator).to(parameter.device)
    parameter.copy_(parameter.flatten()[order].reshape(parameter.shape))


# ---- how alike two maps are ----


def rank_correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Return Spearman's rank correlation of two maps of one shape, equals sharing their ranks; NaN if one is flat."""
    first, second = _ranks(one), _ranks(other)
    if not first.std() or not second.std():
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])


def _ranks(values: NDArray[np.float32]) -> NDArray[np.float64]:
    flat = np.nan_to_num(values).ravel()
    _, place, counts = np.unique(flat, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: NDArray[np.float64] = (last - (counts - 1) / 2)[place.ravel()]
    return ranks


def structural_similarity(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Return the mean structural similarity of two maps, each brought to [0, 1] and to 64×64; NaN if one is flat.

    Wang et al., "Image Quality Assessment: From Error Visibility to Structural Similarity", 2004, equation 13, over
    squares of 7×7.
    """
    a, b = (_unit(values) for values in (one, other))
    if a is None or b is None:
        return float("nan")

    def mean(values: Tensor) -> Tensor:
        return torch.nn.functional.avg_pool2d(values, _WINDOW, 1)

    mean_a, mean_b = mean(a), mean(b)
    var_a, var_b = mean(a * a) - mean_a**2, mean(b * b) - mean_b**2
    both = mean(a * b) - mean_a * mean_b
    alike = (2 * mean_a * mean_b + _LUMINANCE) * (2 * both + _CONTRAST)
    alike /= (mean_a**2 + mean_b**2 + _LUMINANCE) * (var_a + var_b + _CONTRAST)
    return float(alike.mean())


def _unit(values: NDArray[np.float32]) -> Tensor | None:
    """Return a map as (1, 1, 64, 64) in float64, from 0 to 1; None if it is flat."""
    known = torch.from_numpy(np.nan_to_num(values)).double()
    low, high = known.min(), known.max()
    if not high > low:
        return None
    unit = ((known - low) / (high - low))[None, None]
    return torch.nn.functional.interpolate(unit, (_SIDE, _SIDE), mode="bilinear", align_corners=False)
