"""The kinds of operation that a drawing tells apart, and their colours: here alone a kind follows from a name."""

import re
from functools import cache

KINDS = {
    "convolution": "#3f7fd9",
    "norm": "#74819a",
    "activation": "#e0963b",
    "pool": "#4aa37a",
    "arithmetic": "#b35ccf",
    "concatenation": "#7a6ae0",
    "linear": "#d1525f",
    "matrix product": "#a9714b",
    "softmax": "#b79a2f",
    "attention": "#2f9fae",
}
"""Colours of the kinds of operation, the same in both themes."""
SKIP = "arithmetic"
"""The kind whose colour a line has that passes by other operations: most end in a sum."""
JOINING = ("arithmetic", "concatenation")
"""The kinds of most operations in which ways meet; of one way alone they may be as well: `x * 0.5`, `-x`."""
_NAMES = {
    "convolution": r"(\w+_)?convolution(_transpose|_add)?(_relu)?|conv[123]d(_add)?(_relu)?"
    "|conv_transpose[123]d|conv_tbc",
    "norm": r"(\w+_)?(batch|layer|group|instance|rms|local_response)_norm(_legit\w*|_no_update|_with_update\w*)?"
    r"|batch_norm[123]d(_relu)?|normalize",
    "activation": "relu6?|leaky_relu|prelu|rrelu|elu|selu|celu|gelu|silu|swish|mish|glu|sigmoid|special_expit|tanh"
    "|log_?sigmoid|hard(tanh|swish|sigmoid|shrink)|softplus|softsign|soft_?shrink|tanhshrink|threshold",
    "pool": r"(\w+_)?(max|avg|lp)_pool[123]d(_with_indices)?",
    "arithmetic": "add|sub|rsub|mul|div|pow|neg|addcmul|addcdiv|subtract|multiply|divide|true_divide|floor_divide"
    "|(add|mul)(_scalar)?_relu|remainder|fmod|negative|square|sqrt|rsqrt|reciprocal|float_power",
    "concatenation": "cat|concat|concatenate|stack|[hvd]stack|column_stack|row_stack",
    "linear": r"(\w+_)?linear(_relu)?|bilinear",
    "matrix product": r"(linalg_)?matmul|\w*mm(_activation)?|(add)?mv|dot|vdot|inner|outer|einsum|tensordot"
    "|chain_matmul|linalg_multi_dot|linalg_vecdot",
    "softmax": "(special_)?(log_)?softmax|softmin|gumbel_softmax|safe_softmax",
    "attention": r"scaled_dot_product_\w*attention(_for_cpu)?|(native_)?multi_head_attention(_forward)?"
    r"|(flash|efficient)_attention_forward\w*|flex_attention",
}  # fmt: skip
_PATTERNS = {kind: re.compile(names) for kind, names in _NAMES.items()}


@cache
def kind_of(op: str) -> str:
    """Return the kind of an operation by its name: a key of `KINDS`, or empty for any other."""
    name = op.strip("_")
    return next((kind for kind, names in _PATTERNS.items() if names.fullmatch(name)), "")
