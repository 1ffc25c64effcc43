"""The channel shuffle of both ShuffleNets."""

import pytest
import torch
from torch import nn

from explorer import zoo
from explorer.zoo.shufflenet_v1 import ChannelShuffle, channel_shuffle

SIZES = [(6, 2), (6, 3), (12, 4), (5, 1), (7, 7)]


@pytest.mark.parametrize(("channels", "groups"), SIZES)
def test_equals_torch(channels: int, groups: int) -> None:
    x = torch.randn(2, channels, 3, 4)
    expected = nn.functional.channel_shuffle(x, groups)
    assert torch.equal(channel_shuffle(x, groups), expected)
    assert torch.equal(ChannelShuffle(groups)(x), expected)


@pytest.mark.parametrize(("channels", "groups"), SIZES)
def test_takes_one_channel_of_each_group_in_turn(channels: int, groups: int) -> None:
    x = torch.arange(channels).view(1, channels, 1, 1)
    size = channels // groups
    dealt = []
    for member in range(size):
        for group in range(groups):
            dealt.append(group * size + member)
    assert channel_shuffle(x, groups).flatten().tolist() == dealt


def test_channels_that_cannot_be_split_fail() -> None:
    with pytest.raises(RuntimeError, match="shape"):
        channel_shuffle(torch.zeros(1, 7, 2, 2), 2)


@pytest.mark.parametrize(("name", "groups"), [("shufflenet_v1", 3), ("shufflenet_v2_x1_0", 2)])
def test_every_block_shows_its_shuffle_in_the_tree(name: str, groups: int) -> None:
    model = zoo.resolve(f"zoo:{name}").build_empty()
    found = {path: each for path, each in model.named_modules() if isinstance(each, ChannelShuffle)}
    blocks = [f"stage{stage}.{index}" for stage, count in ((2, 4), (3, 8), (4, 4)) for index in range(count)]
    assert list(found) == [f"{block}.channel_shuffle" for block in blocks]
    assert {each.groups for each in found.values()} == {groups}
