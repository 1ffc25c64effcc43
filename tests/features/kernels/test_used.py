"""The weight that was used, where a convolution or a linear layer is given one that is no parameter."""

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from engine_asks import Asker
from torch import Tensor, nn
from torch.nn.utils import parametrizations, weight_norm

from explorer.engine.messages import LoadModel, Record
from explorer.features.kernels.messages import ViewKernel
from explorer.features.kernels.used import used_weight
from explorer.forward import trace
from explorer.forward.recorder import record
from explorer.records.trace import Node


def convolution(bias: bool = True) -> nn.Conv2d:
    torch.manual_seed(0)
    return nn.Conv2d(3, 8, 3, padding=1, bias=bias)


class Standardised(nn.Conv2d):
    """Works with a weight of mean 0 and deviation 1, and writes over it afterwards."""

    def forward(self, x: Tensor) -> Tensor:
        weight = (self.weight - self.weight.mean((1, 2, 3), keepdim=True)) / self.weight.std(
            (1, 2, 3), keepdim=True
        )
        y = F.conv2d(x, weight, self.bias, padding=1)
        weight.zero_()
        return y


class Blur(nn.Module):
    """A fixed filter."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("kernel", torch.full((3, 1, 3, 3), 1 / 9))

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.kernel, groups=3)


class Attention(nn.Module):
    """Its projections are parts of one parameter."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(6, 3))

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight[3:])


def recorded_weight(layer: nn.Module, x: Tensor, op: str = "conv2d") -> tuple[Node, dict[str, Tensor]]:
    net = nn.Sequential(layer).eval()
    recording = record(net, (x,))
    (node,) = (it for it in trace.build(recording, net, "toy").nodes if it.op == op)
    return node, used_weight(recording, net, node)


PHOTO = torch.randn(1, 3, 6, 6, generator=torch.Generator().manual_seed(1))


@pytest.mark.filterwarnings("ignore:.*weight_norm.*deprecated:FutureWarning")
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    "norm",
    [parametrizations.weight_norm, parametrizations.spectral_norm, parametrizations.orthogonal, weight_norm],
)
def test_a_normed_convolution_shows_the_weight_that_it_used(norm: object, bias: bool) -> None:
    layer = norm(convolution(bias))
    _, found = recorded_weight(layer, PHOTO)
    assert list(found) == ["0.weight"] and found["0.weight"].shape == (8, 3, 3, 3)
    with torch.no_grad():
        answer = F.conv2d(PHOTO, found["0.weight"], layer.bias, padding=1)
        assert torch.equal(answer, layer(PHOTO))


def test_a_weight_that_is_written_over_is_shown_as_it_was() -> None:
    layer = Standardised(3, 8, 3, padding=1)
    with torch.no_grad():
        right = layer(PHOTO)
    _, found = recorded_weight(layer, PHOTO)
    assert torch.equal(F.conv2d(PHOTO, found["0.weight"], layer.bias, padding=1), right)


def test_a_fixed_filter_is_shown_under_its_name() -> None:
    _, found = recorded_weight(Blur(), PHOTO)
    assert list(found) == ["0.kernel"] and torch.equal(found["0.kernel"], torch.full((3, 1, 3, 3), 1 / 9))


def test_a_part_of_a_parameter_is_shown_where_it_was_used() -> None:
    layer = Attention()
    _, found = recorded_weight(layer, torch.randn(1, 2, 3), "linear")
    assert torch.equal(found["0.weight"], layer.weight[3:])


def test_a_parameter_is_no_weight_of_its_own() -> None:
    assert recorded_weight(convolution(), PHOTO)[1] == {}


def test_the_lens_shows_the_weight_first(ask: Asker, tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(
        "from torch import nn\n"
        "def make():\n"
        "    net = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.Flatten())\n"
        "    nn.utils.parametrizations.weight_norm(net[0])\n"
        "    return net\n"
    )
    ask(LoadModel(f"{path}:make", seed=0, trusted=True))
    ask.open("coffee")
    nodes = ask(Record(1, "coffee")).trace.nodes
    node = next(it for it in nodes if it.op == "conv2d")
    kernel = ask(ViewKernel(1, node.id, colour=False))
    assert (kernel.title, kernel.shape, kernel.names) == ("0.weight", (8, 3, 3, 3), ("0.weight", "0.bias"))
    with torch.no_grad():
        weight = ask.engine._bench.model(0).module[0].weight
    assert np.array_equal(kernel.values.reshape(8, 3, 3, 3), weight.numpy())
    assert (kernel.kernels, kernel.groups) == ((8, 3, 3, 3), 1)
    assert ask(ViewKernel(1, node.id, colour=False)).statistics is kernel.statistics
