"""Two values and their difference as pictures: the two on one scale, the difference on its own around zero."""

import torch
from torch import Tensor

from explorer.engine import values
from explorer.engine.values import Scale, Summary
from explorer.features.compare.messages import DifferenceView
from explorer.fields.algebra import Field
from explorer.records import units
from explorer.records.values import ValueView

Shown = tuple[int, str, Tensor, Field | None]
"""Id and name of an operation, its value, and the receptive field of that."""


def view(one: Shown, two: Shown, shared_scale: bool, aspect: float) -> DifferenceView:
    """Return the pictures of two values and of their difference; `shared_scale` and `aspect` as in `values.view`.

    Raises:
        ExplorerError: One has too many values for a picture, or none.
    """
    summaries = [values.summarise(value, title, field) for _, title, value, field in (one, two)]
    tiles = [values.lay_out(value.detach().cpu(), field)[1] for _, _, value, field in (one, two)]
    shares = shared_scale or any(it.dim() != 3 or len(it) != len(tiles[0]) for it in tiles)
    scales = (values.scale_of(it, told[0], shares) for it, told in zip(tiles, summaries, strict=True))
    scale = _common(*scales)
    left, right = _view(one, aspect, summaries[0], scale), _view(two, aspect, summaries[1], scale)
    if one[2].shape != two[2].shape:
        shapes = " and ".join(units.shape(it[2].shape) for it in (one, two))
        return DifferenceView(left, right, None, f"Their shapes differ: {shapes}.")
    return DifferenceView(left, right, _difference(one, two, shared_scale, aspect))


def _view(shown: Shown, aspect: float, summary: Summary, scale: Scale) -> ValueView:
    node, title, value, field = shown
    return values.view(value, node, title, field, aspect=aspect, summary=summary, scale=scale)


def _common(one: Scale, two: Scale) -> Scale:
    """Return the scale from the lower to the upper end of both."""
    low = torch.minimum(one[0][:, 0], two[0][:, 0])
    high = torch.maximum(one[0][:, 1], two[0][:, 1])
    if one[1] or two[1]:
        return _around_zero(torch.stack([low, high], dim=1))
    return torch.stack([low, high], dim=1), False


def _around_zero(levels: Tensor) -> Scale:
    reach = levels.abs().amax(dim=1, keepdim=True)
    return torch.cat([-reach, reach], dim=1), True


def _difference(one: Shown, two: Shown, shared_scale: bool, aspect: float) -> ValueView:
    node, title, value, field = one
    difference = _wide(value) - _wide(two[2])
    tiles = values.lay_out(difference, field)[1]
    summary = values.summary_of(tiles)
    own = values.scale_of(tiles, summary[0], shared_scale or tiles.dim() != 3)
    scale = _around_zero(own[0])
    name = title if title == two[1] else f"{title} − {two[1]}"
    return values.view(difference, node, name, field, aspect=aspect, summary=summary, scale=scale)


def _wide(value: Tensor) -> Tensor:
    value = value.detach().cpu()
    if value.is_quantized:
        value = value.dequantize()
    return value.to(torch.complex128 if value.is_complex() else torch.float64)
