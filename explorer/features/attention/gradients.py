"""Rollout with gradients: what a token took from each other one that speaks for the class.

Chefer, Gur and Wolf 2021, "Generic Attention-model Explainability for Interpreting Bi-Modal and Encoder-Decoder
Transformers", equations 5 and 6: over the layers R ← R + E_h[(∇A ⊙ A)⁺] R, beginning with the identity; ∇A is the
gradient of the class's score with respect to the weights.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer.engine import recall
from explorer.engine.aim import Aim, aim
from explorer.engine.bench import Bench
from explorer.engine.held import HeldForward
from explorer.engine.live import one_line_for
from explorer.engine.task import Task
from explorer.features.attention.figures import IN_WINDOWS, rolled_layers
from explorer.features.attention.weights import weights_of
from explorer.forward.again import asked_of
from explorer.forward.attention import FusedAttention
from explorer.forward.recording import Operation
from explorer.forward.tensors import tensors_in
from explorer.records.answers import AnswerWay
from explorer.records.attention import FUSED, Attention
from explorer.records.errors import ExplorerError

Floats = NDArray[np.float32]


def gradient_rollout(
    bench: Bench, forward: HeldForward, attention: Attention, way: AnswerWay, task: Task
) -> tuple[Floats, str]:
    """Return how much each token speaks to each other for the first class, (tokens, tokens), and the class's name.

    The score is the one that the answer shows, read in `way`, before a softmax or sigmoid at the end.

    Raises:
        ExplorerError: There is no rollout over these layers, no class, or no gradient.
    """
    layers, why = rolled_layers(forward.trace, attention)
    if why:
        raise ExplorerError(why)
    target = aim(forward, way, None)
    values = [_value_of(forward, layer) for layer in layers]
    needed = [
        node for layer, (value, _) in zip(layers, values, strict=True) for node in (layer.weights, value)
    ]
    recall.hold(bench, forward, [node for node in needed if node is not None], task)
    found = [weights_of(forward, layer) for layer in layers]
    if any(weights.layout.windows > 1 for weights in found):
        raise ExplorerError(IN_WINDOWS)
    gradients = _gradients(forward, layers, target, task)
    product: Floats = np.eye(attention.tokens[0], dtype=np.float32)
    for layer, weights, value, gathered in zip(layers, found, values, gradients, strict=True):
        task.check()
        of_weights = gathered @ _keys(forward.recording.value(*value), gathered).transpose(-2, -1)
        if of_weights.numel() != weights.values.numel():
            raise ExplorerError(_unclear(forward, layer))
        order = torch.from_numpy(weights.layout.order[0])
        parts = of_weights.reshape(weights.values.shape)[order] * weights.values[order]  # (heads, q, k)
        relevance: Floats = parts.clamp(min=0).mean(0).float().cpu().numpy()
        product = np.add(product, relevance @ product)
    if np.array_equal(product, np.eye(attention.tokens[0])):
        raise ExplorerError(
            f"Zero gradient: the score of {target.label}, first in the answer, does not depend on this attention."
        )
    return product, target.label


def _gradients(forward: HeldForward, layers: tuple[Attention, ...], target: Aim, task: Task) -> list[Tensor]:
    """Return the gradient of the first class's score with respect to what each attention gathered."""
    met: dict[int, Tensor] = {}

    def meet(node: int, value: Tensor) -> Tensor:
        met[node] = asked_of(value)
        return met[node].clone()

    def differentiate(output: Any) -> list[Tensor]:
        score = target.score(rows(output, 1)).sum()
        asked = [met[layer.output] for layer in layers]
        gradients = torch.autograd.grad(score, asked, allow_unused=True)
        return [
            torch.zeros_like(value) if gradient is None else gradient
            for gradient, value in zip(gradients, asked, strict=True)
        ]

    looks = {layer.output: lambda value, node=layer.output: meet(node, value) for layer in layers}
    changes, rows = target.met(looks, forward.trace.model)
    task.report(0, 0, "differentiating the answer")
    with (
        one_line_for(f"{forward.trace.model} cannot be differentiated"),
        forward.as_it_ran(),
        forward.course.again as again,
    ):
        again.check = task.check
        return again.differentiate(forward.arguments, changes, differentiate)


def _value_of(forward: HeldForward, layer: Attention) -> tuple[int, int]:
    """Return which output of which operation an attention gathers in the shares of its weights."""
    nodes = forward.trace.nodes
    output = nodes[layer.output]
    plain = output.op in ("matmul", "bmm", FUSED) and len(output.inputs) == 2
    read = nodes[output.inputs[0]] if plain else output
    while plain and read.op == "dropout" and read.id != layer.weights:
        read = nodes[read.inputs[0]]
    if not plain or read.id != layer.weights:
        raise ExplorerError(_unclear(forward, layer))
    operations, made = forward.course.operations, output.inputs[1]
    results = operations[made].results
    if len(results) == 1:
        return made, 0
    # Queries, keys and values are often the outputs of one operation, as of `qkv.unbind(0)`.
    read_tensor = _gathered(operations[layer.output])
    found = next((k for k, result in enumerate(results) if result is read_tensor), None)
    if found is None:
        raise ExplorerError(_unclear(forward, layer))
    return made, found


def _gathered(operation: Operation) -> Tensor | None:
    """Return the tensor of values that an attention's last operation was called with; None if it is not known."""
    if operation.asked is None:
        return None
    _, args, kwargs = operation.asked
    if operation.op == FUSED:
        return FusedAttention(*args, **kwargs).value
    operands = tensors_in(args, kwargs)
    return operands[1] if len(operands) == 2 else None


def _keys(value: Tensor, like: Tensor) -> Tensor:
    """Return values (..., heads, k, d) with a head for each of the queries', where several share one."""
    if value.dim() > 2 and value.shape[-3] != like.shape[-3]:
        return value.repeat_interleave(like.shape[-3] // value.shape[-3], -3)
    return value


def _unclear(forward: HeldForward, layer: Attention) -> str:
    return (
        f"No rollout with gradients: {forward.trace.nodes[layer.output].name} does more than gather values."
    )
