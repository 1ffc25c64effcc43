"""The kinds of operation that a drawing tells apart, and their colours."""

KINDS = {
    "convolution": "#3f7fd9",
    "norm": "#8a94a6",
    "activation": "#e0963b",
    "pool": "#4aa37a",
    "sum": "#b35ccf",
    "linear": "#d1525f",
}
"""Colours of the kinds of operation, the same in both themes."""
_KIND_OF = {
    "norm": ("batch_norm", "layer_norm", "group_norm", "instance_norm", "local_response_norm", "rms_norm"),
    "sum": ("add", "sum", "cat", "mul", "stack", "concat"),
    "linear": ("linear", "matmul", "mm", "bmm", "addmm", "scaled_dot_product_attention", "einsum"),
    "activation": (
        "relu", "relu6", "hardtanh", "gelu", "silu", "sigmoid", "tanh", "softmax", "hardswish", "hardsigmoid",
        "leaky_relu", "elu", "mish", "prelu", "log_softmax", "softplus", "swish",
    ),
}  # fmt: skip


def kind_of(op: str) -> str:
    """Return the kind of an operation by its name: a key of `KINDS`, or empty for any other."""
    name = op.rstrip("_")
    if name.startswith("conv"):
        return "convolution"
    if "pool" in name:
        return "pool"
    return next((kind for kind, names in _KIND_OF.items() if name in names), "")
