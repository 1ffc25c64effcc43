"""What operations do to the values, in a few words."""

from collections.abc import Callable

from explorer.records.phrases import is_depthwise, number
from explorer.records.trace import Node


def does(node: Node) -> str:
    """Return what an operation does to the values, in a few words; empty if there is nothing to add."""
    said = _DOES.get(node.op, "")
    return said if isinstance(said, str) else said(node)


def _limits(node: Node) -> str:
    low, high = node.attribute("min_val"), node.attribute("max_val")
    return "" if low is None or high is None else f"values cut to {number(low)} … {number(high)}"


def _slope(node: Node) -> str:
    slope = node.attribute("negative_slope")
    return f"negative values times {number(slope)}" if slope is not None else "negative values made small"


def _sums(node: Node) -> str:
    groups, kernel = node.attribute("groups"), node.attribute("kernel_size")
    if is_depthwise(node):
        return "weighted sums in each channel by itself"
    over = "groups of" if isinstance(groups, int) and groups > 1 else "all"
    single = isinstance(kernel, tuple) and set(kernel) == {1}
    return f"{'mixes' if single else 'weighted sums over'} {over} channels{' at each position' if single else ''}"


_SAME = "the same values in another shape"
_DOES: dict[str, str | Callable[[Node], str]] = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d", "convolution"), _sums),
    **dict.fromkeys(("hardtanh", "relu6"), _limits),
    **dict.fromkeys(("max_pool1d", "max_pool2d", "max_pool3d", "adaptive_max_pool2d"), "greatest value of each window"),
    **dict.fromkeys(("avg_pool1d", "avg_pool2d", "avg_pool3d", "adaptive_avg_pool2d"), "mean of each window"),
    **dict.fromkeys(("flatten", "view", "reshape", "squeeze", "unsqueeze", "unflatten"), _SAME),
    **dict.fromkeys(("permute", "transpose"), "the same values in another order"),
    "relu": "negative values become 0",
    "leaky_relu": _slope,
    "gelu": "a smooth ReLU",
    "silu": "each value times its sigmoid",
    "hardswish": "SiLU made of straight lines",
    "sigmoid": "squeezed to 0 … 1",
    "hardsigmoid": "squeezed to 0 … 1 by straight lines",
    "tanh": "squeezed to −1 … 1",
    "softmax": "made positive, with sum 1",
    "batch_norm": "each channel scaled and shifted",
    "layer_norm": "each position brought to mean 0 and variance 1",
    "group_norm": "each group of channels brought to mean 0 and variance 1",
    "local_response_norm": "divided by what neighbouring channels say",
    "linear": "each value a weighted sum of all features",
    "matmul": "sums of products of rows and columns",
    "add": "added value by value",
    "mul": "multiplied value by value",
    "cat": "inputs side by side",
    "dropout": lambda node: "zeros at random" if node.attribute("training") else "unchanged outside training",
    "scaled_dot_product_attention": "values weighted by how well query and key agree",
}  # fmt: skip
