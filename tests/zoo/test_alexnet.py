"""What the page of AlexNet says of its network beyond shapes and parameters."""

import pytest
import torch
from torch import nn

from explorer import zoo


@pytest.fixture(scope="module")
def alexnet() -> nn.Module:
    torch.manual_seed(0)
    return zoo.resolve("zoo:alexnet_2012").build().eval()


@pytest.mark.parametrize("name", ["norm1", "norm2"])
def test_response_norm_has_the_papers_constants(alexnet: nn.Module, name: str) -> None:
    maps = 30 * torch.randn(1, 9, 2, 2)
    found = alexnet.get_submodule(name)(maps)
    for channel in range(9):
        neighbours = maps[:, max(0, channel - 2) : channel + 3]  # n = 5, fewer at the edges
        divisor = (2 + 1e-4 * neighbours.square().sum(1)) ** 0.75
        torch.testing.assert_close(found[:, channel], maps[:, channel] / divisor)


@pytest.mark.parametrize(("name", "grouped"), [("conv2", True), ("conv3", False), ("conv5", True)])
def test_only_some_convolutions_cross_between_the_gpus(alexnet: nn.Module, name: str, grouped: bool) -> None:
    layer = alexnet.get_submodule(name)
    assert isinstance(layer, nn.Conv2d)
    maps = torch.randn(1, layer.in_channels, 5, 5)
    changed = maps.clone()
    changed[:, layer.in_channels // 2 :] += 1
    with torch.no_grad():
        moved = (layer(maps) != layer(changed)).any(dim=(0, 2, 3))
    first, second = moved.chunk(2)
    assert second.all()
    assert not first.any() if grouped else first.all()


def test_initial_weights_are_the_papers(alexnet: nn.Module) -> None:
    biases = {name: value for name, value in alexnet.named_parameters() if name.endswith("bias")}
    ones = {name.removesuffix(".bias") for name, bias in biases.items() if bias.eq(1).all()}
    zeros = {name.removesuffix(".bias") for name, bias in biases.items() if bias.eq(0).all()}
    assert ones == {"conv2", "conv4", "conv5", "fc6", "fc7"}
    assert zeros == {"conv1", "conv3", "fc8"}
    for name, weight in alexnet.named_parameters():
        if name.endswith("weight"):
            assert weight.std().item() == pytest.approx(0.01, rel=0.02)
