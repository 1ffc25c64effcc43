"""The kind of an operation follows from its name: of all that torch has, these and no others."""

import pytest
import torch
from torch.overrides import get_overridable_functions

from explorer.forward.naming import operation_name
from explorer.records.kinds import KINDS, kind_of

_OF = {
    "convolution": "conv1d conv2d conv3d conv_tbc conv_transpose1d conv_transpose2d conv_transpose3d convolution "
    "miopen_convolution miopen_convolution_add_relu miopen_convolution_relu miopen_convolution_transpose "
    "miopen_depthwise_convolution",
    "norm": "batch_norm group_norm instance_norm layer_norm local_response_norm miopen_batch_norm native_batch_norm "
    "native_group_norm native_layer_norm normalize quantized_batch_norm rms_norm",
    "activation": "celu elu gelu glu hardshrink hardtanh leaky_relu log_sigmoid mish prelu relu relu6 rrelu selu "
    "sigmoid silu softplus softshrink softsign special_expit tanh tanhshrink threshold",
    "pool": " ".join(
        [
            f"{kind}_pool{n}d"
            for kind in ("adaptive_avg", "adaptive_max", "avg", "lp", "max")
            for n in (1, 2, 3)
        ]
        + [f"{kind}_pool{n}d_with_indices" for kind in ("adaptive_max", "max") for n in (1, 2, 3)]
        + [f"fractional_max_pool{n}d{end}" for n in (2, 3) for end in ("", "_with_indices")]
        + [f"quantized_max_pool{n}d" for n in (1, 2, 3)]
    ),
    "arithmetic": "add addcdiv addcmul div divide float_power floor_divide fmod mul multiply neg negative pow "
    "reciprocal remainder rsqrt rsub sqrt square sub subtract true_divide",
    "concatenation": "cat column_stack concat concatenate dstack hstack row_stack stack vstack",
    "linear": "bilinear linear",
    "matrix product": "addbmm addmm addmv baddbmm bmm chain_matmul dot dsmm einsum hsmm inner linalg_matmul "
    "linalg_multi_dot linalg_vecdot matmul mm mv outer saddmm smm sspaddmm tensordot vdot",
    "softmax": "gumbel_softmax log_softmax softmax softmin special_log_softmax special_softmax",
    "attention": "multi_head_attention_forward scaled_dot_product_attention",
}


def test_the_kinds_of_all_operations_of_torch() -> None:
    functions = [function for listed in get_overridable_functions().values() for function in listed]
    names = {operation_name(function) for function in functions}
    found = {kind: {name for name in names if kind_of(name) == kind} for kind in KINDS}
    assert len(names) > 500
    assert found == {kind: names & set(named.split()) for kind, named in _OF.items()}


@pytest.mark.parametrize(
    ("kernel", "kind"),
    [
        ("_softmax", "softmax"),
        ("_log_softmax", "softmax"),
        ("_convolution", "convolution"),
        ("mkldnn_convolution", "convolution"),
        ("_native_batch_norm_legit_no_training", "norm"),
        ("hardswish_", "activation"),
        ("max_pool2d_with_indices", "pool"),
        ("_adaptive_avg_pool2d", "pool"),
        ("_addmm_activation", "matrix product"),
        ("_scaled_dot_product_flash_attention_for_cpu", "attention"),
        ("conv2d_relu", "convolution"),  # quantised layers, with what is joined to them
        ("linear_relu", "linear"),
        ("batch_norm2d_relu", "norm"),
        ("add_relu", "arithmetic"),
        ("max_unpool2d", ""),
        ("convolution_backward", ""),
        ("sum", ""),
        ("norm", ""),
        ("dropout", ""),
        ("view", ""),
    ],
)
def test_a_kernel_is_of_the_kind_of_its_function(kernel: str, kind: str) -> None:
    assert kind_of(kernel) == kind


def test_no_two_kinds_share_a_colour() -> None:
    assert len(set(KINDS.values())) == len(KINDS)


def test_what_joins_multiplies_and_weighs_is_told_apart() -> None:
    kinds = [kind_of(operation_name(f)) for f in (torch.cat, torch.mul, torch.matmul, torch.softmax)]
    assert kinds == ["concatenation", "arithmetic", "matrix product", "softmax"]
