"""Values of an operation as channels on the grid of places that they have on the input."""

from collections.abc import Sequence

import torch
from torch import Tensor

from explorer.engine import values
from explorer.features.reasons.network import Layer, Network
from explorer.forward.again import can_be_met
from explorer.records.errors import CancelledError, ExplorerError
from explorer.records.layer_choice import LAST, candidates, misfit, places
from explorer.records.trace import Node
from explorer.records.units import shape

_LOOKED_AT = 24
"""How many layers, from the last, are tried for the default: a transformer's block has about eight."""


def on_grid(network: Network, node: Node, tensor: Tensor) -> Tensor:
    """Return a tensor of a node's shape as (C, h, w) in float32 on the CPU; a token without a place is left out.

    Raises:
        ExplorerError: It does not lie on a grid of places.
    """
    _, tiles, _ = values.lay_out(tensor.detach().cpu(), network.forward.fields.fields[node.id])
    grid = places(node)
    if tiles.dim() != 3 or tuple(tiles.shape[1:]) != grid:
        raise ExplorerError(
            f"The values of {node.person_name}, {shape(tuple(tensor.shape))}, do not lie on one grid of places; "
            "choose a layer before or after it."
        )
    return tiles.float()


def look(network: Network, node: Node, with_gradients: bool) -> Layer:
    """Let the network run, and return what one layer gave, with gradients if they are asked for.

    Raises:
        ExplorerError: No map can lie on it, or the score has no gradient there.
    """
    if why := misfit(node):
        raise ExplorerError(why)
    layer = network.layers([node.id], with_gradients)[node.id]
    if with_gradients and layer.gradient is None:
        raise ExplorerError(
            f"The score of {network.aim.label} does not depend on {node.person_name}; choose a layer before it."
        )
    return layer


def default_layer(network: Network, needs_gradients: bool) -> tuple[Node, str, Layer]:
    """Return the last operation with places of which a gradient reaches the score there, why that one, what it gave.

    Args:
        network: What is explained.
        needs_gradients: False to take the last operation with places where no gradient reaches the score at all.

    Raises:
        ExplorerError: There is none.
    """
    nodes, operations = network.forward.trace.nodes, network.forward.recording.operations
    end = network.aim.node
    if end is None:
        end = next(k for k, it in enumerate(operations) if it.op == "output" and it.way == network.aim.way)
    found = [k for k in candidates(network.forward.trace, end) if can_be_met(operations[k])][-_LOOKED_AT:]
    if not found:
        raise ExplorerError(
            f"No operation of {network.forward.trace.model} has places on the picture; "
            "choose a method that looks at pixels."
        )
    try:
        return _last_that_counts(
            network, [nodes[k] for k in found], network.layers(found, with_gradients=True)
        )
    except CancelledError:
        raise
    except ExplorerError:
        if needs_gradients:
            raise
        node = nodes[found[-1]]
        return node, LAST, look(network, node, with_gradients=False)


def _last_that_counts(
    network: Network, nodes: Sequence[Node], layers: dict[int, Layer]
) -> tuple[Node, str, Layer]:
    for place in range(len(nodes) - 1, -1, -1):
        node, gradient = nodes[place], layers[nodes[place].id].gradient
        if gradient is None:
            continue
        try:
            counts = bool(torch.count_nonzero(on_grid(network, node, gradient)))
        except ExplorerError:
            continue
        if counts:
            later = place < len(nodes) - 1
            why = "after it the class no longer depends on the places" if later else LAST
            return node, why, layers[node.id]
    raise ExplorerError(
        f"The gradient of {network.aim.label} is zero at every layer of {network.forward.trace.model} with places; "
        "choose a method by covering, such as occlusion."
    )
