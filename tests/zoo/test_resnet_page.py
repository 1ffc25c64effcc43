"""What ResNet's page promises of its blocks."""

import pytest
import torch
from torch import nn

from explorer.zoo.resnet import BasicBlock, Bottleneck, Plan, ResNet

PLANS = [Plan(BasicBlock, (2, 2, 2, 2)), Plan(Bottleneck, (2, 2, 2, 2))]


@pytest.mark.parametrize(("block", "outputs"), [(BasicBlock, 8), (Bottleneck, 32)])
def test_block_widens_by_its_expansion(block: type[nn.Module], outputs: int) -> None:
    made = block(8, 8).eval()
    assert block.expansion == outputs // 8
    with torch.no_grad():
        assert made(torch.randn(2, 8, 6, 6)).shape == (2, outputs, 6, 6)


def test_bottleneck_halves_the_map_in_its_3x3() -> None:
    block = Bottleneck(64, 16, stride=2)
    assert [conv.stride for conv in (block.conv1, block.conv2, block.conv3)] == [(1, 1), (2, 2), (1, 1)]


def test_basic_block_refuses_groups() -> None:
    with pytest.raises(ValueError, match="use Bottleneck"):
        BasicBlock(64, 64, groups=32, width=4)


@pytest.mark.parametrize("plan", PLANS)
def test_zero_init_makes_each_block_start_as_the_identity(plan: Plan) -> None:
    torch.manual_seed(0)
    model = ResNet(plan, num_classes=10, zero_init_last_norm=True)
    kept = projected = 0
    for block in (each for each in model.modules() if isinstance(each, plan.block)):
        x = torch.rand(2, block.conv1.in_channels, 8, 8)
        with torch.no_grad():
            if block.downsample is None:
                assert torch.equal(block(x), x)
                kept += 1
            else:
                assert torch.equal(block(x), block.downsample(x).relu())
                projected += 1
    assert kept >= 4 and kept + projected == 8


@pytest.mark.parametrize("plan", PLANS)
def test_without_it_no_block_is_the_identity(plan: Plan) -> None:
    torch.manual_seed(0)
    block = ResNet(plan, num_classes=10).layer1[1]
    x = torch.rand(2, block.conv1.in_channels, 8, 8)
    with torch.no_grad():
        assert not torch.allclose(block(x), x, atol=0.1)


def test_groups_are_paths_that_do_not_see_each_other() -> None:
    model = ResNet(Plan(Bottleneck, (1, 1, 1, 1)), groups=32, width=4, num_classes=10)
    widths = [stage[0].conv2.out_channels for stage in (model.layer1, model.layer2, model.layer3)]
    assert widths == [128, 256, 512]  # table 1 of ResNeXt's paper, 32x4d
    conv = model.layer1[0].conv2
    x = torch.zeros(1, 128, 5, 5)
    x[:, :4] = 1
    with torch.no_grad():
        reached = conv(x)[0].flatten(1).abs().amax(1) > 0
    assert reached.nonzero().flatten().tolist() == [0, 1, 2, 3]
