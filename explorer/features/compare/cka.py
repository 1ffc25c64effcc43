"""Linear CKA in float64: of Gram matrices where there are few examples, of the features where there are many.

Kornblith, Norouzi, Lee, Hinton: Similarity of Neural Network Representations Revisited, ICML 2019, section 3. With the
features X (n, p) and Y (n, q) of n examples centred, the two forms are the same number:
<XXᵀ, YYᵀ> / (|XXᵀ| |YYᵀ|) = |YᵀX|² / (|XᵀX| |YᵀY|), in Frobenius norms.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_PIECE = 1 << 18  # numbers of features at a time: as many as a processor keeps at hand in float64
_ROOM = 1 << 24  # numbers of Gram matrices, or of features, in float64 at a time
_ROUNDING = 1e-28  # of the sum of squares: what is left of it when equal examples are centred

Rows = NDArray[np.float64]
Step = Callable[[float], object]


def _nothing(_: float) -> None:
    """Nobody listens."""


def gram_row(features: Sequence[Tensor]) -> Rows:
    """Return the Gram matrix of n examples (p,) each, centred and divided by its norm, as a row (n * n,).

    It is NaN where the examples are all alike, or not all finite.
    """
    count, size = len(features), features[0].numel()
    width = max(1, min(size, _PIECE // count))
    gram, block = (features[0].new_empty(count, wide, dtype=torch.float64) for wide in (count, width))
    gram.zero_()
    for start in range(0, size, width):
        piece = block[:, : size - start]
        for row, each in zip(piece, features, strict=True):
            row.copy_(each[start : start + width])
        # Centring does not mind what is subtracted; what is left is as small as the examples differ, and so exact.
        piece[1:] -= piece[:1]
        piece[0] = 0
        gram.addmm_(piece, piece.T)
    gram -= gram.mean(0)
    gram -= gram.mean(1, keepdim=True)
    total = count * float(torch.linalg.vector_norm(features[0], dtype=torch.float64)) ** 2
    if not float(gram.trace()) > _ROUNDING * total:
        return np.full(count * count, np.nan)
    row_of: Rows = (gram / torch.linalg.matrix_norm(gram)).flatten().cpu().numpy()
    return row_of


def of_rows(a: Rows, b: Rows) -> Rows:
    """Return the CKA (A, B) of Gram matrices (A, n * n) and (B, n * n) of the same examples, made by `gram_row`."""
    return np.clip(a @ b.T, 0.0, 1.0)


def of_maps(ones: Sequence[Tensor], twos: Sequence[Tensor], step: Step = _nothing) -> Rows:
    """Return the CKA (A, B) of each of `ones` with each of `twos`, where the places of maps are the examples.

    Args:
        ones: Maps (C, H, W) on one grid; C is their own.
        twos: More on the same grid.
        step: Told now and then which share is done; whatever it raises ends it.
    """
    places = ones[0][0].numel()
    channels = [[len(it) for it in maps] for maps in (ones, twos)]
    by_features = places * sum(channels[0]) * sum(channels[1])
    by_grams = places**2 * (sum(channels[0]) + sum(channels[1]) + len(ones) * len(twos))
    found = (_by_features if by_features < by_grams else _by_grams)(ones, twos, step)
    return np.clip(found, 0.0, 1.0)


def _by_features(ones: Sequence[Tensor], twos: Sequence[Tensor], step: Step) -> Rows:
    found = np.empty((len(ones), len(twos)))
    width = max(1, _ROOM // max(it.numel() for it in twos))
    for start in range(0, len(twos), width):
        ys = [_centred(two) for two in twos[start : start + width]]  # all of them would fill the memory
        norms = [_norm(y) for y in ys]
        for row, one in enumerate(ones):
            x = _centred(one)
            norm = _norm(x)
            for column, y in enumerate(ys):
                done = start * len(ones) + row * len(ys) + column
                step(done / found.size)
                found[row, start + column] = _squares(x @ y.T) / (norm * norms[column])
    return found


def _by_grams(ones: Sequence[Tensor], twos: Sequence[Tensor], step: Step) -> Rows:
    """Sum up over some rows of all Gram matrices at a time, so that these need not be kept."""
    places = ones[0][0].numel()
    height = max(1, _ROOM // (places * (len(ones) + len(twos))))
    products = torch.zeros(len(ones), len(twos), dtype=torch.float64)
    squares_a, squares_b = (torch.zeros(len(maps), dtype=torch.float64) for maps in (ones, twos))
    for start in range(0, places, height):
        grams = []
        for maps in (ones, twos):
            some = torch.empty(len(maps), min(height, places - start), places, dtype=torch.float64)
            for layer, values in enumerate(maps):
                step(start / places)
                features = _centred(values)  # anew for each part: all of them at once would fill the memory
                torch.matmul(features[:, start : start + height].T, features, out=some[layer])
            grams.append(some.flatten(1))
        products += grams[0] @ grams[1].T
        squares_a += grams[0].square().sum(1)
        squares_b += grams[1].square().sum(1)
    found: Rows = (products / torch.outer(squares_a.sqrt(), squares_b.sqrt())).numpy()
    return found


def _centred(maps: Tensor) -> Tensor:
    """Return the features (C, places), centred; NaN if all places are alike."""
    features = maps.flatten(1).double()
    centred = features - features.mean(1, keepdim=True)
    if not _squares(centred) > _ROUNDING * _squares(features):
        return torch.full_like(centred, torch.nan)
    return centred


def _norm(features: Tensor) -> float:
    return float(torch.linalg.matrix_norm(features @ features.T))


def _squares(values: Tensor) -> float:
    return float(torch.linalg.vector_norm(values)) ** 2
