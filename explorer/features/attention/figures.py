"""What follows from the weights of an attention: how far and how widely it looks, and rollout over layers."""

from collections.abc import Callable, Iterator
from math import prod

import numpy as np
import torch
from numpy.typing import NDArray

from explorer.engine.recorded import RecordedForward
from explorer.engine.task import Task
from explorer.features.attention.messages import Cost, Scale, Side
from explorer.features.attention.weights import HeadWeights, Layout, weights_of
from explorer.records.attention import Attention, attentions
from explorer.records.trace import Trace

Floats = NDArray[np.float32]
Check = Callable[[], None]

IN_WINDOWS = "No rollout: these tokens meet in windows only."
_MOST_ROLLED = 1025  # tokens: rollout multiplies matrices of tokens by tokens
_MOST_KEPT = 3  # rollouts: a person steps from one attention to the next
_SHARE, _MOST_SAMPLED = 0.99, 1 << 20
_LEAST = 1e-30  # a weight whose logarithm is still a number
_FAR_OUT = 1.25  # as much larger the largest weight must be than nearly all for it to be beyond the scale
_LINEAR = ("linear", "conv1d", "conv2d")


def distance(weights: HeadWeights, check: Check) -> Floats | None:
    """Return for each head the mean distance of the patches that are looked at, (heads,), in pixels of the input.

    Dosovitskiy et al. 2021, figure 7: distances between the centres of query and key patch, weighted by the attention,
    averaged over the queries. Tokens that are no patch are left out, and the rest of a row counts as a whole.
    `check` is called before each head; whatever it raises ends this.
    """
    layout = weights.layout
    if layout.query_cells is None or layout.key_cells is None:
        return None
    total, count = np.zeros(layout.heads), 0
    for window, (rows, columns) in enumerate(zip(layout.query_cells, layout.key_cells, strict=True)):
        own, met = rows >= 0, columns >= 0
        apart, is_met = np.zeros((len(rows), len(columns)), np.float32), met.astype(np.float32)
        apart[np.ix_(own, met)] = _apart(layout, rows[own], columns[met])
        count += int(own.sum())
        for head, part in enumerate(_parts(weights, window)):
            check()
            sums, far = part @ is_met, np.einsum("qk,qk->q", part, apart)
            seen = own & (sums > 0)
            total[head] += float((far[seen] / sums[seen]).sum(dtype=np.float64))
    return (total / max(count, 1)).astype(np.float32)


def entropy(weights: HeadWeights, check: Check) -> Floats:
    """Return for each head the mean entropy of its rows in bits, (heads,): 0 where all looks at one token.

    `check` as for `distance`.
    """
    layout = weights.layout
    total = np.zeros(layout.heads)
    for window in range(layout.windows):
        for head, part in enumerate(_parts(weights, window)):
            check()
            bits = part * np.log2(np.maximum(part, _LEAST))
            total[head] -= float(bits.sum(dtype=np.float64)) / part.shape[0]
    return (total / layout.windows).astype(np.float32)


def scale(weights: HeadWeights) -> Scale:
    """Return what the colours of an attention stand for: one scale for all heads and tokens."""
    order = weights.layout.order.flatten()
    values = weights.values if len(order) == len(weights.values) else weights.values[torch.from_numpy(order)]
    return scale_of(values.detach().float().cpu().numpy())


def scale_of(values: Floats) -> Scale:
    """Return what the colours of weights stand for.

    Where the largest lies far out, the full colour is that of the weight that 99 % stay below. Of very many every
    so-manieth is looked at. What is no number, as where a mask leaves a token nobody to look at, does not count.
    """
    flat = _finite(values).reshape(-1)
    largest = float(flat.max(initial=0.0))
    sample = flat[:: 2 * (flat.size // (2 * _MOST_SAMPLED)) + 1]
    place = int(_SHARE * max(sample.size - 1, 0))
    most = float(np.partition(sample, place)[place]) if sample.size else 0.0
    return Scale((most if 0 < most * _FAR_OUT < largest else largest) or 1.0, largest)


def rolled_scale(product: Floats) -> Scale:
    """Return what the colours of a rollout stand for: the full one is that of the most that comes from another token.

    What is left of a token in itself is far more, and where the answer reads one token only, the rows of all others
    have nothing else. What is no number does not count.
    """
    product = _finite(product)
    others = float(np.where(np.eye(len(product), dtype=bool), 0, product).max(initial=0.0))
    largest = float(product.max(initial=0.0))
    return Scale(others or largest or 1.0, largest)


def rollout(forward: RecordedForward, attention: Attention, task: Task) -> tuple[Floats | None, str]:
    """Return how much of each token of the first layer is in each token after this one, (tokens, tokens).

    Abnar and Zuidema 2020: attention averaged over heads, half of it and half of the identity for the residual
    connection, rows normalised, multiplied over the layers. It begins with the first layer after the tokens were made.

    Returns:
        The product, and over which layers; or None, and why there is none.
    """
    layers, why = rolled_layers(forward.trace, attention)
    if why:
        return None, why
    known = forward.memo(_rollouts)
    done = [layer for layer in layers if layer.number in known]
    product = known[done[-1].number] if done else np.eye(attention.tokens[0], dtype=np.float32)
    for layer in layers[layers.index(done[-1]) + 1 if done else 0 :]:
        task.check()
        weights = weights_of(forward, layer)
        if weights.layout.windows > 1:
            return None, IN_WINDOWS
        mixed = weights.matrix().mean(0) + np.eye(attention.tokens[0], dtype=np.float32)
        product = mixed / mixed.sum(1, keepdims=True) @ product
    known.pop(attention.number, None)
    known[attention.number] = product
    while len(known) > _MOST_KEPT:  # they are much memory
        del known[next(iter(known))]
    return product, _over(layers)


def rolled_layers(trace: Trace, attention: Attention) -> tuple[tuple[Attention, ...], str]:
    """Return the attentions that rollout multiplies, up to this one; or none, and why."""
    if not _fits(attention, attention):
        q, k = attention.tokens
        if not attention.is_self or q != k:
            return (), "No rollout: these tokens look at other ones than themselves."
        return (), f"No rollout: it is computed for up to {_MOST_ROLLED:,} tokens."
    before = attentions(trace).all[: attention.number + 1]
    first = attention.number
    while first > 0 and _fits(before[first - 1], attention):
        first -= 1
    return before[first:], ""


def needed(trace: Trace, attention: Attention) -> tuple[int, ...]:
    """Return the operations whose values are read to show an attention with its rollout."""
    layers, _ = rolled_layers(trace, attention)
    found = [it.weights for it in (*layers, attention) if it.weights is not None]
    return tuple(dict.fromkeys(found))


def cost(trace: Trace, attention: Attention, weights: HeadWeights) -> Cost:
    """Return what an attention took in this forward."""
    layout = weights.layout
    q, k = attention.tokens
    nodes = [trace.nodes[it] for it in (attention.product, attention.output) if it is not None]
    products = [node.macs for node in nodes]
    path = attention.module
    linear = [
        node.macs
        for node in trace.nodes
        if path and node.id in attention.members and node.op in _LINEAR
        and (node.module == path or node.module.startswith(f"{path}."))
    ]  # fmt: skip
    gathered = trace.nodes[attention.output].shape
    each = prod(attention.shape[:-1])
    return Cost(
        q,
        k,
        layout.windows,
        layout.heads * (prod(gathered) // each if each else 0),
        None if None in products else sum(it or 0 for it in products),
        None if None in linear else sum(it or 0 for it in linear),
        trace.nodes[attention.shown].outputs[0].bytes,
        2 if layout.windows == 1 and attention.is_self else 1,
    )


# ---- inside ----


def _fits(layer: Attention, attention: Attention) -> bool:
    q, k = layer.tokens
    return layer.weights is not None and layer.is_self and q == k == attention.tokens[0] <= _MOST_ROLLED


def _over(layers: tuple[Attention, ...]) -> str:
    first, last = layers[0].number + 1, layers[-1].number + 1
    return f"attention {first}" if first == last else f"attentions {first} to {last}"


def _rollouts(_of: RecordedForward) -> dict[int, Floats]:
    """The last rollouts that were asked for, by the number of the attention; none as yet."""
    return {}


def _finite(values: Floats) -> Floats:
    """Return values with 0 for what is no number; the very same where all are."""
    return values if np.isfinite(values.sum()) else np.where(np.isfinite(values), values, np.float32(0))


def _parts(weights: HeadWeights, window: int) -> Iterator[Floats]:
    """Yield the weights (q, k) of each head of a window.

    What is summed of them is little: numpy's one thread is done before those of torch have begun.
    """
    for place in weights.layout.order[window]:
        yield weights.values[int(place)].detach().float().cpu().numpy()


def _apart(layout: Layout, rows: NDArray[np.int32], columns: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the distances (q, k) between the middles of patches, in pixels of the input."""
    one, other = _centres(layout.queries, rows), _centres(layout.keys, columns)
    distances: NDArray[np.float64] = np.hypot(*(one[:, None] - other[None]).transpose(2, 0, 1))
    return distances


def _centres(side: Side, cells: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the middles (n, 2) of patches, in pixels of the input."""
    assert side.grid is not None, "patches lie on a grid"
    places = np.stack(np.divmod(cells, side.grid[1]), axis=1) + 0.5
    return places * np.array(side.step) + np.array(side.origin)
