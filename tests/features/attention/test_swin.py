"""Attention of the real swin_t, in windows that shift, against softmax(q kᵀ / √d + bias + mask) computed apart."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
import timm
import torch
import torchvision
from numpy.typing import NDArray
from torch import Tensor, nn

import explorer
from explorer.records.attention import attentions

APART = -100.0
"""What the authors of Swin add where two tokens of a window do not lie beside each other on the picture."""


class Windows(NamedTuple):
    """An attention as its author built it: what it reads, its weights, its windows and how far they shift."""

    name: str
    reads: nn.Module
    qkv: nn.Linear
    table: Tensor
    heads: int
    side: int
    shift: int


def windows_of(model: nn.Module) -> list[Windows]:
    """Return all attentions of a swin_t of torchvision or timm."""
    found = []
    for name, block in model.named_modules():
        if hasattr(block, "attn") and hasattr(block, "norm1"):
            it = block.attn
            sizes = it if hasattr(it, "shift_size") else block  # torchvision's, timm's
            side, shift = sizes.window_size[0], sizes.shift_size[0]
            table = it.relative_position_bias_table
            found.append(Windows(f"{name}.attn", block.norm1, it.qkv, table, it.num_heads, side, shift))
    return found


def by_hand(it: Windows, tokens: Tensor) -> NDArray[np.float64]:
    """Return the weights (heads, H W, H W) of tokens (1, H, W, C), for each pair of places by itself."""
    _, height, width, features = tokens.shape
    high, wide = (-(-size // it.side) * it.side for size in (height, width))  # with padding
    shifts = [0 if size <= it.side else it.shift for size in (high, wide)]
    padded = nn.functional.pad(tokens.double(), (0, 0, 0, wide - width, 0, high - height))
    qkv = padded.flatten(0, 2) @ it.qkv.weight.double().T + it.qkv.bias.double()
    q, k, _ = qkv.unflatten(1, (3, it.heads, features // it.heads)).permute(1, 2, 0, 3)
    scores = q @ k.mT / (features // it.heads) ** 0.5  # (heads, N, N)

    y, x = torch.meshgrid(torch.arange(high), torch.arange(wide), indexing="ij")
    meets, beside = torch.ones(2, high * wide, high * wide, dtype=torch.bool)
    offsets = []
    for place, size, shift in ((y, high, shifts[0]), (x, wide, shifts[1])):
        moved = (place.flatten() - shift) % size
        meets &= moved[:, None] // it.side == moved[None] // it.side
        # Those that came round from the other edge lie in a window with others that they are no neighbours of.
        beside &= (moved[:, None] >= size - shift) == (moved[None] >= size - shift)
        offsets.append(moved[:, None] % it.side - moved[None] % it.side + it.side - 1)
    bias = it.table.double()[offsets[0] * (2 * it.side - 1) + offsets[1]].movedim(2, 0)
    scores = scores + bias + torch.where(beside, 0.0, APART)
    weights = scores.masked_fill(~meets, -torch.inf).softmax(2)
    kept = ((y < height) & (x < width)).flatten()
    return weights[:, kept][:, :, kept].detach().numpy()


@pytest.mark.parametrize(("size", "compared"), [(112, (28, 14, 7)), (224, (14, 7))])
@pytest.mark.parametrize(
    "build",
    [
        lambda size: torchvision.models.swin_t(weights=None),
        lambda size: timm.create_model("swin_tiny_patch4_window7_224", img_size=size),
    ],
    ids=["torchvision", "timm"],
)
def test_the_weights_are_those_computed_apart_and_the_output_is_the_same(
    build: Callable[[int], nn.Module], size: int, compared: tuple[int, ...]
) -> None:
    torch.manual_seed(0)
    model = build(size).eval()
    with torch.no_grad():  # at first all look at all alike
        for name, parameter in model.named_parameters():
            if "relative_position_bias_table" in name or "qkv.weight" in name:
                parameter.normal_(0, 0.5 if "table" in name else 0.05)
    picture = torch.rand(1, 3, size, size)
    plain, read = _read(model, picture)
    forward = explorer.record(model, picture)
    assert torch.equal(forward.recording.returned[0][1], plain), "to the last bit"
    assert len(attentions(forward.trace).all) == len(read) == 12
    seen = set()
    for it in windows_of(model):
        side = read[it.name].shape[1]
        if side not in compared:  # too many tokens for a test, or padded on the way
            continue
        found, expected = explorer.attention(forward, it.name), by_hand(it, read[it.name])
        assert (found.grid, found.extra) == ((side, side), 0)
        assert np.abs(found.weights - expected).max() <= 1e-6, it.name
        assert expected.max() > 3 / it.side**2, "it looks at some more than at others"
        seen.add((side, it.shift > 0 and side > it.side))
    assert seen == {(side, shifts) for side in compared for shifts in {side > 7, False}}
    assert torch.equal(_read(model, picture)[0], plain)


def _read(model: nn.Module, picture: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """Return what a model answers, and what each of its attentions reads, (1, H, W, C), by its name."""
    read: dict[str, Tensor] = {}
    handles: list[Any] = [
        it.reads.register_forward_hook(lambda _m, _i, out, name=it.name: read.update({name: out}))
        for it in windows_of(model)
    ]
    with torch.no_grad():
        answer = model(picture)
    for handle in handles:
        handle.remove()
    return answer, read
