"""The attentions of a recorded forward, for a Python program."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.engine.recorded import RecordedForward
from explorer.features.attention.weights import weights_of
from explorer.records.attention import attentions


@dataclass(frozen=True, eq=False)
class Looks:
    """How much each token looks at each other.

    Attributes:
        layer: Path of the module; empty for the model itself.
        weights: (heads, queries, keys) float32 of the first input of the batch; each row sums to 1. Where the
            attention goes in windows they are those of the whole picture, tokens row by row over the grid, and zero
            between tokens that do not meet; padding at the edges is left out, so that rows there sum to less. In one
            window that holds all tokens padding is among them.
        grid: Rows and columns of the patches that the queries are; None where that is not known.
        extra: How many queries stand beside the grid, before the patches (class tokens).
    """

    layer: str
    weights: NDArray[np.float32]
    grid: tuple[int, int] | None
    extra: int


def looks(forward: RecordedForward, name: str | None = None) -> Looks:
    """Return the weights of an attention of a forward; of the last one without a name.

    Raises:
        UsageError: There is none of that name.
        ExplorerError: It keeps no weights, or too many to hand out.
    """
    trace = forward.trace
    found = attentions(trace)
    if name is not None:
        attention = found.named(trace, name)
    else:
        attention = found.at(trace, found.all[-1].shown if found.all else 0)
    weights = weights_of(forward, attention)
    side = weights.layout.queries
    return Looks(attention.module, weights.matrix(), side.grid, side.extra)
