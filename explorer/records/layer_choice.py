"""Which operations a map can lie on, and which one is taken where nobody chose: pure, of the trace alone."""

from math import prod

from explorer.records.heat import WHOLE
from explorer.records.trace import Node, Trace

_PASSES_ON = {
    "dropout", "identity", "view", "reshape", "flatten", "permute", "transpose", "contiguous", "unsqueeze", "clone",
    "adaptive_avg_pool2d", "avg_pool2d", "max_pool2d", "adaptive_max_pool2d", "getitem", "movedim",
}  # fmt: skip
"""What makes no channels of its own: a map of what stands before is as good, or finer."""
LAST = "the deepest layer with maps of its own"
"""Why the last of the candidates is taken: poolings may follow it."""
_EARLY = 1 / 8
"""Of the input's longer side."""


def places(node: Node) -> tuple[int, int] | None:
    """Return height and width of the grid of places on the input that a node's units have; None where it has none.

    A grid of one place is none: a map of it would say the same of the whole picture.
    """
    field = node.receptive_field
    if field is None or field.grid is None or len(field.grid) != 2 or prod(field.grid) < 2:
        return None
    return field.grid[0], field.grid[1]


def lies(node: Node, size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Return where a node's grid lies on the input, top, left, bottom and right as shares of its sides.

    Each unit lies where its receptive field is centred; where the fields are not known, or are the whole input, the
    grid lies over the whole of it.

    Args:
        node: One with `places`.
        size: Height and width of the input.
    """
    field, grid = node.receptive_field, places(node)
    if field is None or grid is None or field.start is None or field.size is None or not field.stride:
        return WHOLE
    sides = zip(field.start, field.size, field.stride, grid, size, strict=True)
    ends = [
        ((start + extent / 2 - stride / 2) / side, (start + extent / 2 + stride * (count - 0.5)) / side)
        for start, extent, stride, count, side in sides
    ]
    (top, bottom), (left, right) = ends
    return (top, left, bottom, right) if top < bottom and left < right else WHOLE


def misfit(node: Node) -> str:
    """Say why no map can lie on an operation; empty if one can."""
    if not node.is_operation:
        return f"{node.person_name} is no layer; choose an operation, such as a convolution."
    if node.within is not None:
        return f"{node.person_name} is computed within another operation; choose that one."
    if places(node) is None:
        return (
            f"The values of {node.person_name} have no places on the picture; "
            "choose a convolution, or an earlier layer."
        )
    return ""


def candidates(trace: Trace, end: int) -> list[int]:
    """Return what a map can lie on by default, in order: all that leads from the input to `end` passes through each.

    What stands on one of several branches alone would tell a part of the truth.
    """
    leading, waiting = set[int](), [end]
    while waiting:
        number = waiting.pop()
        if number not in leading:
            leading.add(number)
            waiting += trace.nodes[number].inputs
    last_read: dict[int, int] = {}
    for number in sorted(leading):
        for read in trace.nodes[number].inputs:
            last_read[read] = number
    found, reaches = [], -1
    for number in sorted(leading):
        node = trace.nodes[number]
        if reaches <= number and not misfit(node) and not _passes_on(node):
            found.append(number)
        reaches = max(reaches, last_read.get(number, -1))
    return found


def is_early(node: Node, size: tuple[int, ...]) -> bool:
    """Tell whether what a value sees of an input (height, width) holds an edge or a colour at most, no thing."""
    field = node.receptive_field
    if field is None or field.status not in ("exact", "bound") or not field.size:
        return False
    return max(field.size) <= _EARLY * max(size)


def deepest(trace: Trace) -> Node | None:
    """Return the last operation on the way to the end that a map can lie on; None where there is none."""
    found = candidates(trace, len(trace.nodes) - 1) if trace.nodes else []
    return trace.nodes[found[-1]] if found else None


def _passes_on(node: Node) -> bool:
    return node.op in _PASSES_ON
