"""Make a tensor that an operation owns ready to be looked at: kernels in order, filters in colour, norms, matrices."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import ceil, sqrt
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

from explorer.engine import values
from explorer.features.kernels.folding import folded
from explorer.forward.packed import packed
from explorer.forward.trace import numpy_of
from explorer.records.kernels import KernelChoice, KernelOrder, KernelPicture, reads_a_weight
from explorer.records.trace import Node
from explorer.records.values import Layout, Mosaic

_ORIGINAL = re.compile(r"((?:.+\.)?)(parametrizations\.)([^.]+)\.(original\d*)")
_OF = ": "  # between the weight's name and what of it is meant
MOST_AVERAGED = 1 << 22  # pixels of the picture of a matrix that is too large to be shown value by value


def tensors_of(model: nn.Module, node: Node) -> dict[str, Tensor]:
    """Return the parameters that an operation reads and, of a norm, its running statistics, by name.

    What a parametrization makes a weight of is not the weight: it is named after both, as in
    `conv.weight: original0 of WeightNorm`. Of an int8 layer there is the weight that it stands for, the whole numbers
    that are kept, and the scale of each filter.
    """
    tensors: dict[str, Tensor] = {_said(model, name): model.get_parameter(name) for name in node.parameters}
    if _is_norm(node.op):
        owner = node.parameters[0].rpartition(".")[0] if node.parameters else node.module
        buffers = model.get_submodule(owner).named_buffers(owner, recurse=False)
        tensors |= {name: buffer for name, buffer in buffers if buffer.dim() == 1}
    return tensors or _in_int8(model.get_submodule(node.module), node)


def _in_int8(module: nn.Module, node: Node) -> dict[str, Tensor]:
    """Return what a quantised layer keeps packed; empty of any other."""
    held = packed(module) if reads_a_weight(node) else {}
    weight = held.get("weight")
    if weight is None or not weight.is_quantized:
        return {}
    name = f"{node.module}.weight"
    is_per_filter = weight.qscheme() in (torch.per_channel_affine, torch.per_channel_symmetric)
    scales = weight.q_per_channel_scales() if is_per_filter else torch.tensor([weight.q_scale()])
    bias = {f"{node.module}.bias": held["bias"]} if "bias" in held else {}
    return {
        name: weight.dequantize(),
        f"{name}{_OF}the whole numbers": weight.int_repr(),
        f"{name}{_OF}the scale of each filter" if is_per_filter else f"{name}{_OF}the scale": scales,
        **bias,
    }


def _said(model: nn.Module, parameter: str) -> str:
    match = _ORIGINAL.fullmatch(parameter)
    if match is None:
        return parameter
    made, whole, original = match[1] + match[3], match[1] + match[2] + match[3], match[4]
    steps = cast(Iterable[nn.Module], model.get_submodule(whole))
    kinds = " and ".join(type(step).__name__.lstrip("_") for step in steps)
    return f"{made}{_OF}{original} of {kinds}"


@dataclass(frozen=True)
class Convolution:
    """What a module tells of the weight that it owns.

    Attributes:
        groups: Its groups; None where unknown.
        shape: The shape of its weight; None if it is none of torch's convolutions.
        transposed: True if the weight has the inputs before the outputs.
    """

    groups: int | None = None
    shape: tuple[int, ...] | None = None
    transposed: bool = False


def convolution_of(model: nn.Module, name: str) -> Convolution:
    """Return what is known of the convolution that owns a tensor, by the name that `tensors_of` gives it."""
    owner = model.get_submodule(name.partition(_OF)[0].rpartition(".")[0])
    if isinstance(owner, _ConvNd):
        first, second = owner.out_channels, owner.in_channels
        if owner.transposed:
            first, second = second, first
        shape = (first, second // owner.groups, *owner.kernel_size)
        return Convolution(owner.groups, shape, owner.transposed)
    groups = getattr(owner, "groups", None)
    return Convolution(groups if isinstance(groups, int) else None)


def chosen(tensors: dict[str, Tensor], wish: str) -> str:
    """Return the name of the tensor that `wish` means, as `KernelChoice.parameter` says."""
    if wish in tensors:
        return wish
    fitting = (name for name in tensors if name.rpartition(".")[2] == wish)
    return next(fitting, None) or _by_size(tensors)[0]


def view(
    tensors: dict[str, Tensor],
    name: str,
    node: Node,
    choice: KernelChoice,
    convolution: Convolution = Convolution(),
    shared_scale: bool = True,
    aspect: float = 1.0,
    summary: values.Summary | None = None,
) -> KernelPicture:
    """Return the picture, the statistics and the true values of one tensor of an operation.

    Args:
        tensors: All tensors of the operation by name, as `tensors_of` gives them.
        name: The one to show.
        node: The operation.
        choice: The order of filters, and whether they may be shown in colour.
        convolution: What is known of the convolution that owns it, as `convolution_of` gives it.
        shared_scale: One scale over all tiles, or one a tile.
        aspect: Width over height of the pane that the picture is to fill.
        summary: Statistics and histogram of a picture of the same tensor with the same `colour`, if known.

    Raises:
        ExplorerError: It is empty, or has too many values for a picture and no rows to average over.
    """
    tensor = tensors[name].detach().cpu()
    kernels = _kernels(tensor, node, convolution)
    if tensor.numel() > values.MOST_VALUES and tensor.dim() > 1:
        parts = _of_averages(tensor, aspect, summary)
    elif kernels is not None and kernels.numel():
        parts = _of_kernels(kernels, choice, convolution.groups, shared_scale, aspect, summary)
    else:
        parts = vars(values.view(tensor, node.id, name, None, shared_scale, aspect, summary=summary))
    parts = folded(parts, shared_scale, aspect)
    facts = {
        "node": node.id,
        "title": name,
        "shape": tuple(tensor.shape),
        "dtype": str(tensor.dtype).removeprefix("torch."),
        "op": node.op,
        "names": _by_size(tensors),
        "vectors": _vectors(tensors, tensor) if _is_norm(node.op) else {},
    }
    return KernelPicture(**(parts | facts))


def measure(kernels: Tensor, by: KernelOrder) -> NDArray[np.float64]:
    """Return what filters (F, ...) are ordered by, (F,), over all weights of each, in float64."""
    filters = kernels.flatten(1)
    if not filters.is_floating_point():
        filters = filters.double()
    match by:
        case KernelOrder.INDEX:
            measured = torch.arange(len(filters))
        case KernelOrder.NORM:
            measured = torch.linalg.vector_norm(filters, dim=1, dtype=torch.float64)
        case KernelOrder.MEAN:
            measured = filters.mean(dim=1, dtype=torch.float64)
        case KernelOrder.STD:
            measured = filters.double().std(dim=1, correction=0)
        case KernelOrder.REACH:
            measured = filters.abs().amax(dim=1)
    return measured.double().numpy()


def _order(kernels: Tensor, choice: KernelChoice) -> NDArray[np.intp]:
    """Return the filters' indices in order; of equal ones the lower index first, NaN at the end."""
    measured = measure(kernels, choice.order)
    return np.argsort(-measured if choice.descending else measured, kind="stable")


# ---- convolutions ----


def _kernels(tensor: Tensor, node: Node, convolution: Convolution) -> Tensor | None:
    """Return a convolution's weight as (F, I, *taps); None if it is none.

    The weight is kernels even where another operation reads it, one that standardises it; where no module tells the
    weight's shape, four dimensions are.
    """
    is_weight = convolution.shape == tuple(tensor.shape)
    looks_so = convolution.shape is None and tensor.dim() == 4 and tensor.shape[0] > 1
    convolves = node.op.startswith("conv") and tensor.dim() > 2
    if tensor.is_complex() or not (convolves or is_weight or looks_so):
        return None
    if not (convolution.transposed if is_weight else node.op.startswith("conv_transpose")):
        return tensor
    parts = convolution.groups or 1
    inputs, outputs, *taps = tensor.shape
    by_group = tensor.reshape(parts, inputs // parts, outputs, *taps).transpose(1, 2)
    return by_group.reshape(parts * outputs, inputs // parts, *taps)


def _of_kernels(
    kernels: Tensor,
    choice: KernelChoice,
    groups: int | None,
    shared_scale: bool,
    aspect: float,
    summary: values.Summary | None,
) -> dict[str, Any]:
    can_colour = kernels.dim() == 4 and kernels.shape[1] == 3 and groups == 1
    order = _order(kernels, choice)
    ordered = kernels if choice.order is KernelOrder.INDEX and not choice.descending else kernels[order]
    draw = _in_colour if can_colour and choice.colour else _in_tiles
    return draw(ordered, shared_scale, aspect, summary) | {
        "kernels": tuple(kernels.shape),
        "groups": groups,
        "order": order,
        "norms": measure(kernels, KernelOrder.NORM),
        "can_colour": can_colour,
    }


def _in_tiles(
    kernels: Tensor, shared_scale: bool, aspect: float, summary: values.Summary | None
) -> dict[str, Any]:
    """Draw one tile an input of each filter; a whole filter where a tap has one axis; one image where none has."""
    filters, inputs, *taps = kernels.shape
    if kernels[0].numel() == max(inputs, *taps):  # all weights of a filter along one axis: a row
        layout, tiles, group = Layout.MATRIX, kernels.reshape(1, filters, -1), 1
    elif len(taps) == 1:
        layout, tiles, group = Layout.MAPS, kernels, 1
    else:
        tiles = kernels.reshape(-1, *taps[-2:])
        layout, group = Layout.MAPS, len(tiles) // filters
    statistics, histogram = summary or values.summary_of(tiles)
    levels, signed = values.scale_of(tiles, statistics, shared_scale)
    return {
        "layout": layout,
        "values": numpy_of(tiles.contiguous()),
        "mosaic": values.draw(tiles, levels, signed, aspect, group, statistics),
        "statistics": statistics,
        "histogram": histogram,
    }


def _in_colour(
    kernels: Tensor, shared_scale: bool, aspect: float, summary: values.Summary | None
) -> dict[str, Any]:
    """Draw one tile a filter (F, 3, H, W), its three inputs as red, green and blue, zero as mid-grey."""
    filters = kernels.flatten(2)  # (F, 3, H * W): one map a filter for the statistics and the scale
    statistics, histogram = summary or values.summary_of(filters)
    ends, _ = values.scale_of(filters, statistics, shared_scale)
    reach = ends.abs().amax(dim=1, keepdim=True)
    levels = torch.cat([-reach, reach], dim=1)
    planes = [values.draw(kernels[:, colour], levels, True, aspect, 1, statistics) for colour in range(3)]
    pixels = np.stack([plane.pixels for plane in planes], axis=-1)
    mosaic: Mosaic = replace(planes[0], pixels=pixels, clipped=sum(plane.clipped for plane in planes))
    return {
        "layout": Layout.MAPS,
        "values": numpy_of(kernels.movedim(1, -1).contiguous()),
        "mosaic": mosaic,
        "statistics": statistics,
        "histogram": histogram,
    }


# ---- what is no convolution ----


def _of_averages(tensor: Tensor, aspect: float, summary: values.Summary | None) -> dict[str, Any]:
    """Draw means of square blocks of the matrix (rows, all else); those at the edge are over what there is."""
    matrix = tensor.flatten(1)[None]  # (1, H, W)
    block = ceil(sqrt(matrix.numel() / MOST_AVERAGED))
    statistics, histogram = summary or values.summary_of(matrix)
    # Clipped windows count only what lies inside, as there is no padding.
    means = nn.functional.avg_pool2d(matrix.float(), block, ceil_mode=True)
    seen = replace(
        statistics,
        minimum=float(means.min()),
        maximum=float(means.max()),
        low=float("nan"),
        high=float("nan"),
    )
    levels, signed = values.scale_of(means, seen, shared_scale=True)
    return {
        "layout": Layout.MATRIX,
        "values": means.numpy(),
        "mosaic": values.draw(means, levels, signed, aspect),
        "statistics": statistics,
        "histogram": histogram,
        "block": block,
    }


def _vectors(tensors: dict[str, Tensor], like: Tensor) -> dict[str, NDArray[Any]]:
    """Return the vectors of a norm that are as long as the one shown; none if that is no vector."""
    if like.dim() != 1:
        return {}
    return {
        name: numpy_of(tensor.detach().cpu())
        for name, tensor in tensors.items()
        if tensor.shape == like.shape
    }


def _is_norm(op: str) -> bool:
    return op.endswith("_norm")


def _by_size(tensors: dict[str, Tensor]) -> tuple[str, ...]:
    return tuple(sorted(tensors, key=lambda name: -tensors[name].numel()))
