"""The tensors of operations, as the engine shows them."""

from typing import Any

import numpy as np
import torch
from engine_asks import Asker
from torch import nn

from explorer.features.kernels.messages import ViewKernel
from explorer.records.kernels import KernelOrder, KernelPicture


def test_kernel_is_the_largest_parameter(recorded: Asker) -> None:
    kernel = recorded(ViewKernel(1, 1, colour=False))
    assert isinstance(kernel, KernelPicture)
    assert (kernel.title, kernel.shape, kernel.names) == (
        "conv.weight",
        (5, 3, 4, 4),
        ("conv.weight", "conv.bias"),
    )
    assert np.array_equal(kernel.values.reshape(5, 3, 4, 4), _first_weight())
    assert "relu has no parameters" in recorded.complaint(ViewKernel(1, 3))


def test_kernels_come_in_colour_and_in_the_order_asked_for(recorded: Asker) -> None:
    weight = _first_weight()
    kernel = recorded(ViewKernel(1, 1, order=KernelOrder.REACH, descending=True))
    assert kernel.order.tolist() == np.argsort(-np.abs(weight).max(axis=(1, 2, 3))).tolist()
    assert np.array_equal(kernel.values, weight[kernel.order].transpose(0, 2, 3, 1))
    again = recorded(ViewKernel(1, 1))
    assert again.statistics is kernel.statistics  # computed once, whatever the order


def test_a_tensor_is_asked_for_by_its_name(recorded: Asker) -> None:
    assert recorded(ViewKernel(1, 1, parameter="bias")).title == "conv.bias"
    norm = recorded(ViewKernel(1, 2, parameter="running_var"))
    assert (norm.title, norm.shape) == ("norm.running_var", (5,))
    assert list(norm.vectors) == ["norm.weight", "norm.bias", "norm.running_mean", "norm.running_var"]
    assert recorded(ViewKernel(1, 1, parameter="running_var")).title == "conv.weight"


def _first_weight() -> Any:
    torch.manual_seed(0)
    return nn.Conv2d(3, 5, 4).weight.detach().numpy()
