"""What of an operation is a head of an attention or the end of a residual branch, as its trace tells; pure."""

from explorer.records.trace import Node, Trace

_PASSES = ("dropout", "identity", "clone", "contiguous", "to")
"""What hands on the weights of an attention as they are, when nothing is trained."""


def head_dimension(trace: Trace, node: Node) -> int | None:
    """Return the dimension of an output along which the heads of an attention lie; None if it has none.

    It is the output of a fused attention (1, heads, tokens, E), or the product of weights that a softmax made with the
    values, in four dimensions or, as `nn.MultiheadAttention` has it, in three, the heads of its one input first.
    """
    if node.op == "scaled_dot_product_attention":
        return 1 if len(node.shape) == 4 else None
    if node.op not in ("matmul", "bmm") or not node.inputs:
        return None
    weights = trace.nodes[node.inputs[0]]
    while weights.op in _PASSES and weights.inputs:
        weights = trace.nodes[weights.inputs[0]]
    if weights.op != "softmax" or weights.attribute("dim") not in (-1, len(weights.shape) - 1):
        return None
    if weights.shape[:-1] != node.shape[:-1]:
        return None
    if len(node.shape) == 4:
        return 1
    is_torchs = trace.types.get(node.module) == "MultiheadAttention"
    return 0 if len(node.shape) == 3 and is_torchs else None


def joins(trace: Trace, node: Node) -> Node | None:
    """Return the addition that ends the residual branch which an operation is the last one of; None if it is none.

    Of the two that are added the branch is the one with more operations since what both were computed from; where
    they are equally many, neither is.
    """
    for sum_ in trace.nodes[node.id + 1 :]:
        if sum_.op == "add" and len(sum_.inputs) == 2:
            added = [_handed_on(trace, k) for k in sum_.inputs]
            other = next((k for k in added if k != node.id), None)
            if node.id in added and other is not None:
                same = trace.nodes[other].shape == node.shape == sum_.shape
                return sum_ if same and _is_branch(trace, node.id, other) else None
    return None


def _handed_on(trace: Trace, node: int) -> int:
    """Return what an identity hands on, such as a stochastic depth that is not trained."""
    while trace.nodes[node].op == "identity" and trace.nodes[node].inputs:
        node = trace.nodes[node].inputs[0]
    return node


def _is_branch(trace: Trace, node: int, other: int) -> bool:
    own, beside = _computed_from(trace, node), _computed_from(trace, other)
    if not own & beside:
        return False
    return len(own - beside) > len(beside - own)


def _computed_from(trace: Trace, node: int) -> set[int]:
    """Return a node and all that lead to it."""
    found: set[int] = set()
    waiting = [node]
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting += trace.nodes[number].inputs
    return found
