"""The position embedding that tokens were given, and how much its vectors are like each other."""

from collections.abc import Callable
from math import prod

import numpy as np
import torch
from torch import Tensor, nn

from explorer.engine.recorded import RecordedForward
from explorer.features.attention.messages import Positions
from explorer.features.attention.weights import HeadWeights
from explorer.records.attention import Attention
from explorer.records.errors import ExplorerError
from explorer.records.trace import Node

_MOST_COMPARED = 2048  # patches


def source_of(
    forward: RecordedForward, attention: Attention, weights: HeadWeights
) -> tuple[Node, int | None] | None:
    """Return the last sum before an attention that adds the same to the tokens of every picture, and what made that.

    What made it is None where it is a parameter itself.
    """
    side = weights.layout.queries
    counts = {side.count, side.count - side.extra}
    nodes = forward.trace.nodes
    for node in reversed(nodes[: attention.output]):
        if node.op != "add" or len(node.shape) < 2 or node.receptive_field is None:
            continue
        made = [
            it
            for it in node.inputs
            if nodes[it].receptive_field is None and _is_like(nodes[it].shape, node, counts)
        ]
        if made:
            return node, made[0]
        if node.parameters and len(node.inputs) == 1 and node.shape[-2] in counts:
            return node, None
    return None


def positions(
    forward: RecordedForward, attention: Attention, weights: HeadWeights, module: nn.Module
) -> Positions:
    """Compare the position embeddings of all patches: the cosine of the angle between each two.

    Dosovitskiy et al. 2021, figure 7 (centre).

    Raises:
        ExplorerError: The tokens were given none that fits, or have no grid.
    """
    side = weights.layout.queries
    if weights.layout.windows > 1 or side.grid is None:
        raise ExplorerError(
            "These tokens were given no position embedding of their own, or their places are not known."
        )
    found = source_of(forward, attention, weights)
    if found is None:
        raise ExplorerError("No position embedding is added to these tokens before this attention.")
    node, made = found
    title, vectors = _vectors(forward, node, made, module, (side.count, side.count - side.extra))
    vectors = vectors.reshape(-1, vectors.shape[-1])[-(side.count - side.extra) :].float()
    if len(vectors) != prod(side.grid):
        raise ExplorerError(f"{title} has no vector for each patch.")
    if len(vectors) > _MOST_COMPARED:
        raise ExplorerError(f"Position embeddings are compared for up to {_MOST_COMPARED:,} patches.")
    unit = torch.nn.functional.normalize(vectors, dim=1)
    return Positions(title, side.grid, (unit @ unit.T).cpu().numpy().astype(np.float32))


def _vectors(
    forward: RecordedForward, node: Node, made: int | None, module: nn.Module, counts: tuple[int, ...]
) -> tuple[str, Tensor]:
    if made is not None:
        return forward.trace.nodes[made].name, forward.recording.value(made).detach()
    fits: Callable[[Tensor], bool] = lambda it: it.dim() >= 2 and it.shape[-2] in counts  # noqa: E731
    named = {name: module.get_parameter(name).detach() for name in node.parameters}
    name = next((name for name, it in named.items() if fits(it)), None)
    if name is None:
        raise ExplorerError("No position embedding is added to these tokens before this attention.")
    return name, named[name]


def _is_like(shape: tuple[int, ...], node: Node, counts: set[int]) -> bool:
    return len(shape) >= 2 and shape[-2:] == node.shape[-2:] and shape[-2] in counts
