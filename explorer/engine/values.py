"""Make one tensor ready to be looked at: layout, mosaic, statistics, histogram, true values."""

from dataclasses import replace
from math import ceil, floor, gcd, sqrt

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer.engine.channels import places
from explorer.fields.algebra import Field
from explorer.forward.trace import numpy_of
from explorer.records.errors import ExplorerError
from explorer.records.units import shape
from explorer.records.values import FloatArray, Histogram, Layout, Mosaic, Statistics, ValueView

Summary = tuple[Statistics, Histogram | None]
Scale = tuple[Tensor, bool]
"""Ends of a scale, (1, 2) or one pair a channel (C, 2), and whether it is symmetric around zero."""

MOST_VALUES = 1 << 25
BINS = 64
TAIL = 0.005
"""Share of the values, at each end, that may lie beyond the scale where the extremes lie far out."""
MOST_SAMPLED = 1 << 16
"""Percentiles of more values than these are those of so many, evenly spaced."""
_FAR_OUT = 1.25  # as much wider the whole range must be than the percentiles' for anything to be left out


def view(
    tensor: Tensor,
    node: int,
    title: str,
    field: Field | None = None,
    shared_scale: bool = True,
    aspect: float = 1.0,
    summary: Summary | None = None,
    scale: Scale | None = None,
) -> ValueView:
    """Return the picture, the statistics and the true values of a tensor (one image).

    Args:
        tensor: Of any shape and dtype.
        node: Id of the operation it belongs to.
        title: What it is.
        field: Its receptive field, which tells the dimensions that run over the picture; None if there is none.
        shared_scale: One colour scale over all channels, or one a channel.
        aspect: Width over height of the pane that the mosaic is to fill.
        summary: What `summarise` gave for the same tensor and field, if it is known already.
        scale: Its colours' scale; None for the one that `scale_of` finds.

    Raises:
        ExplorerError: If it has too many values for a picture, or none.
    """
    _check_size(tensor, title)
    layout, tiles, extra = lay_out(tensor.detach().cpu(), field)
    statistics, histogram = summary or summary_of(tiles)
    mosaic = None
    if layout is not Layout.VECTOR:
        levels, signed = scale or scale_of(tiles, statistics, shared_scale)
        drawn = draw(tiles, levels, signed, aspect, statistics=statistics)
        mosaic = replace(drawn, kept=scale is not None)
    return ValueView(
        node=node,
        title=title,
        shape=tuple(tensor.shape),
        dtype=dtype_of(tensor),
        layout=layout,
        values=numpy_of(tiles),
        mosaic=mosaic,
        statistics=statistics,
        histogram=histogram,
        extra_tokens=extra,
    )


def dtype_of(tensor: Tensor) -> str:
    """Return `float32`; of whole numbers that stand for others also how: `quint8, scale 0.02, zero at 62`."""
    name = str(tensor.dtype).removeprefix("torch.")
    if tensor.is_quantized and tensor.qscheme() in (torch.per_tensor_affine, torch.per_tensor_symmetric):
        return f"{name}, scale {tensor.q_scale():.4g}, zero at {tensor.q_zero_point()}"
    return name


def summarise(tensor: Tensor, title: str, field: Field | None = None) -> Summary:
    """Return statistics and histogram of a tensor, which take longer than its picture; arguments as for `view`."""
    _check_size(tensor, title)
    return summary_of(lay_out(tensor.detach().cpu(), field)[1])


def summary_of(tiles: Tensor) -> Summary:
    """Return statistics and histogram of tiles (C, H, W) or of a vector (F,)."""
    statistics = _statistics(tiles)
    return statistics, _histogram(tiles, statistics)


def _check_size(tensor: Tensor, title: str) -> None:
    if tensor.numel() == 0:
        raise ExplorerError(
            f"{title} is empty (shape {shape(tuple(tensor.shape))}); there is nothing to show."
        )
    if tensor.numel() > MOST_VALUES:
        raise ExplorerError(
            f"{title} has {tensor.numel() / 1e6:.0f} million values; pictures are drawn up to "
            f"{MOST_VALUES / 1e6:.0f} million. Use `arch-explorer trace --save` to get them all."
        )


# ---- layout ----


def lay_out(tensor: Tensor, field: Field | None) -> tuple[Layout, Tensor, int]:
    """Return the layout, the values as (C, H, W) or (F,), and the number of tokens left out."""
    if tensor.is_quantized:
        tensor = tensor.dequantize()
    if tensor.is_complex():
        tensor = torch.view_as_real(tensor.resolve_conj())
        if tensor.dim() > 2:
            tensor = tensor.movedim(-1, -3)  # real and imaginary part as two maps
    found = places(tuple(tensor.shape), field) if field is not None and len(field.rules) == 2 else ()
    if field is not None and len(found) == 1:
        laid = tensor.movedim(found[0], -1)[..., field.extra :].reshape(-1, *field.grid)
        return Layout.TOKENS, laid.contiguous(), field.extra
    if found:
        return _as_maps(tensor.movedim(found, (-2, -1)))
    return _by_shape(tensor)


def _as_maps(tensor: Tensor) -> tuple[Layout, Tensor, int]:
    maps = tensor.reshape(-1, *tensor.shape[-2:]).contiguous()
    if maps.shape[1:] == (1, 1):
        return Layout.VECTOR, maps.flatten(), 0
    return Layout.MAPS, maps, 0


def _by_shape(tensor: Tensor) -> tuple[Layout, Tensor, int]:
    """Lay out a tensor of which only the shape is known."""
    if (
        tensor.dim() == 4
        and tensor.shape[0] == 1
        and 1 < tensor.shape[1] == tensor.shape[2] != tensor.shape[3]
    ):
        return _as_maps(tensor.movedim(-1, 1))  # channels last
    sizes = [n for n in tensor.shape if n > 1]
    if len(sizes) <= 1:
        return Layout.VECTOR, tensor.flatten().contiguous(), 0
    if len(sizes) == 2:
        return Layout.MATRIX, tensor.reshape(1, *sizes).contiguous(), 0
    return _as_maps(tensor.reshape(-1, *sizes[-2:]))


# ---- statistics ----


def _statistics(tiles: Tensor) -> Statistics:
    values = tiles if tiles.is_floating_point() else tiles.double()
    low, high = (float(v) for v in values.aminmax())
    finite = values
    not_finite = 0
    if not (np.isfinite(low) and np.isfinite(high)):
        finite = values[values.isfinite()]
        not_finite = values.numel() - finite.numel()
        low, high = (float(v) for v in finite.aminmax()) if finite.numel() else (float("nan"),) * 2
    mean, std = _moments(finite)
    ends, sampled = _ends(finite.flatten(), low, high)
    alive = (tiles != 0).flatten(1).sum(1) if tiles.dim() == 3 else (tiles != 0).sum()[None]
    return Statistics(
        count=tiles.numel(),
        minimum=low,
        maximum=high,
        mean=mean,
        std=std,
        not_finite=not_finite,
        zeros=tiles.numel() - int(alive.sum()),
        channels=tiles.shape[0] if tiles.dim() == 3 else 0,
        dead=int((alive == 0).sum()) if tiles.dim() == 3 else 0,
        low=ends[0],
        high=ends[1],
        sampled=sampled,
    )


def _ends(values: Tensor, low: float, high: float) -> tuple[tuple[float, float], bool]:
    """Return the ends of the scale for finite values (N,) between `low` and `high`, and whether they were sampled."""
    if not values.numel():
        return (float("nan"), float("nan")), False
    sample = values[:: _step(values.numel(), MOST_SAMPLED)]
    inner_low, inner_high = (float(end) for end in _percentiles(sample[None])[0])
    if not 0 < (inner_high - inner_low) * _FAR_OUT < high - low:
        return (low, high), False
    return (inner_low, inner_high), sample.numel() < values.numel()


def _percentiles(rows: Tensor) -> Tensor:
    """Return the percentiles `TAIL` and 1 - `TAIL` of each row of (C, N), (C, 2), the rank rounded outwards."""
    last = rows.shape[1] - 1
    ranks = [int(TAIL * last), ceil((1 - TAIL) * last)]
    # numpy selects; torch would sort.
    parted = np.partition((rows.float() if _is_narrow(rows) else rows.double()).numpy(), ranks, axis=1)
    return torch.from_numpy(parted[:, ranks]).double()


def _step(count: int, most: int) -> int:
    """Return a step that takes about `most` of `count` values, of all rows and columns alike."""
    step = ceil(count / most)
    while step > 1 and gcd(step, count) > 1:
        step += 1
    return step


def _moments(values: Tensor) -> tuple[float, float]:
    """Return mean and standard deviation, summed in float64."""
    count = values.numel()
    if not count:
        return float("nan"), float("nan")
    mean = float(values.sum(dtype=torch.float64)) / count
    variance = float(torch.linalg.vector_norm(values, dtype=torch.float64)) ** 2 / count - mean * mean
    if not variance > 1e-6 * mean * mean:  # what is left of the difference is rounding
        variance = float((values.double() - mean).square_().mean())
    return mean, sqrt(variance)


def _histogram(tiles: Tensor, statistics: Statistics) -> Histogram | None:
    low, high = statistics.minimum, statistics.maximum
    if not low <= high:
        return None
    if low == high:
        reach = max(0.5, 1e-3 * abs(low))
        counts = np.zeros(BINS, dtype=np.int64)
        counts[BINS // 2] = statistics.count - statistics.not_finite
        return Histogram(counts, np.linspace(low - reach, high + reach, BINS + 1))
    values = _for_computing(tiles, high - low).flatten()
    if statistics.not_finite:
        values = values[values.isfinite()]
    return Histogram(_counts(values.numpy(), low, high), np.linspace(low, high, BINS + 1))


def _counts(values: FloatArray, low: float, high: float) -> NDArray[np.int64]:
    """Count finite values (N,) from `low` to `high` in bins of one width: as `torch.histc`, in a third of its time."""
    exact = values.dtype.type
    places = (values - exact(low)) / (exact(high) - exact(low)) * exact(BINS)
    counts = np.bincount(places.astype(np.int32), minlength=BINS + 1)
    counts[BINS - 1] += counts[BINS]  # the last bin holds its end as well
    return counts[:BINS]


def _for_computing(tiles: Tensor, *spans: float) -> Tensor:
    """Return the values in float32, or float64 where they or a scale of one of `spans` would not fit."""
    fits = all(span == 0 or 1e-30 < span < 1e30 for span in spans)
    return tiles.float() if fits and _is_narrow(tiles) else tiles.double()


def _is_narrow(values: Tensor) -> bool:
    """Return whether float32 holds the values as they are."""
    exact = values.is_floating_point() or values.element_size() < 4
    return exact and values.dtype is not torch.float64


# ---- mosaic ----


def _columns(tiles: Tensor, aspect: float, group: int) -> int:
    """Return how many tiles a row holds so that they are as large as a pane of that aspect allows."""
    count, height, width = tiles.shape
    wanted = sqrt(count * (height + 1) * aspect / (width + 1)) / group

    def side(columns: int) -> float:
        """Return how large the tiles can be in a pane of that aspect and of height 1."""
        return min(aspect / (columns * (width + 1)), 1 / (ceil(count / columns) * (height + 1)))

    fitting = {min(count, max(1, rounded) * group) for rounded in (floor(wanted), ceil(wanted))}
    return max(fitting, key=lambda columns: (round(side(columns), 9), columns))


def draw(
    tiles: Tensor,
    levels: Tensor,
    signed: bool,
    aspect: float,
    group: int = 1,
    statistics: Statistics | None = None,
) -> Mosaic:
    """Return the mosaic of tiles.

    Args:
        tiles: (C, H, W).
        levels: Ends of the scale, (1, 2) or (C, 2).
        signed: True if it is symmetric around zero.
        aspect: Width over height of the pane that it is to fill.
        group: Tiles that belong together (the inputs of one filter): a row holds whole groups.
        statistics: Those of the tiles; without them no value is counted as beyond the scale.
    """
    count, height, width = tiles.shape
    columns = _columns(tiles, aspect, group)
    values = _for_computing(tiles, *(levels[:, 1] - levels[:, 0]).tolist())
    rows = ceil(count / columns)
    canvas = torch.zeros(rows * columns, height + 1, width + 1, dtype=torch.uint8)
    canvas[:count, :height, :width] = _quantised(values, levels, signed)
    pixels = canvas.view(rows, columns, height + 1, width + 1).transpose(1, 2)
    pixels = pixels.reshape(rows * (height + 1), columns * (width + 1))[:-1, :-1].contiguous()
    clipped = _beyond(values, levels, statistics) if statistics is not None else 0
    return Mosaic(
        pixels.numpy(), columns, np.broadcast_to(levels.numpy(), (count, 2)).copy(), signed, clipped
    )


def _beyond(values: Tensor, levels: Tensor, statistics: Statistics) -> int:
    """Count the finite values beyond the ends of their scale; nothing is counted where all lie within."""
    low, high = float(levels[:, 0].max()), float(levels[:, 1].min())
    if not (statistics.minimum < low or statistics.maximum > high):
        return 0
    bottom, top = (levels[:, end, None, None].to(values.dtype) for end in (0, 1))
    beyond = (values < bottom) | (values > top)
    if statistics.not_finite:
        beyond &= values.isfinite()
    return int(torch.count_nonzero(beyond))


def scale_of(tiles: Tensor, statistics: Statistics, shared_scale: bool) -> Scale:
    """Return the scale of tiles, one over all channels or one a channel."""
    signed = statistics.minimum < 0
    if shared_scale:
        ends = torch.tensor([statistics.ends], dtype=torch.float64).nan_to_num_()
    else:
        ends = _ends_of_channels(tiles.flatten(1), statistics.not_finite > 0)
    if signed:
        reach = ends.abs().amax(dim=1, keepdim=True)
        ends = torch.cat([-reach, reach], dim=1)
    return ends, signed


def _ends_of_channels(channels: Tensor, guarded: bool) -> Tensor:
    """Return the ends of the scale of each channel (C, N), (C, 2); zeros where no value is finite."""
    low, high = channels.aminmax(dim=1)
    if guarded:
        finite = channels.isfinite()
        low = channels.masked_fill(~finite, float("inf")).amin(dim=1)
        high = channels.masked_fill(~finite, float("-inf")).amax(dim=1)
    whole = torch.stack([low, high], dim=1).double()
    most = max(1024, 4 * MOST_SAMPLED // len(channels))
    inner = _percentiles(channels[:, :: _step(channels.shape[1], most)])
    spans = (inner[:, 1] - inner[:, 0]) * _FAR_OUT
    far_out = inner.isfinite().all(dim=1) & (spans > 0) & (spans < whole[:, 1] - whole[:, 0])
    return torch.where(far_out[:, None], inner, whole).nan_to_num_(0.0, 0.0, 0.0)


def _quantised(values: Tensor, levels: Tensor, signed: bool) -> Tensor:
    """Map values to 1 ... 255 linearly between the levels; NaN to 0; a flat channel to the middle.

    A flat channel of zeros is the lowest of an unsigned scale.
    """
    low, high = levels[:, 0, None, None], levels[:, 1, None, None]
    span = high - low
    scale = torch.where(span > 0, 254 / span, 1.0)
    offset = torch.where((span > 0) | ((low == 0) & (not signed)), 1.5, 128.5)
    # The subtraction comes first: it is exact where the values are large and their span is small.
    level = (values - low.to(values.dtype)).mul_(scale.to(values.dtype)).add_(offset.to(values.dtype))
    return level.clamp_(1, 255).nan_to_num_(0.0).to(torch.uint8)
