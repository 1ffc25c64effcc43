"""Silencing the last norm of a residual branch leaves the skip connection alone."""

import pytest
import torch
from torch import nn

from explorer import zoo


@pytest.mark.parametrize(
    ("name", "identities", "without_sum"),
    [("resnet18", 5, 0), ("se_resnet50", 12, 0), ("shufflenet_v1", 13, 3), ("mnasnet1_0", 10, 6)],
)
def test_block_whose_last_norm_is_zero_hands_its_input_on(
    name: str, identities: int, without_sum: int
) -> None:
    torch.manual_seed(0)
    model = zoo.resolve(f"zoo:{name}").build()
    blocks = [module for module in model.modules() if hasattr(type(module), "last_norm")]
    norms = [block.last_norm for block in blocks]
    for norm in filter(None, norms):
        nn.init.zeros_(norm.weight)
        nn.init.zeros_(norm.bias)
    unchanged = 0
    for block, norm in zip(blocks, norms, strict=True):
        first = next(module for module in block.modules() if isinstance(module, nn.Conv2d))
        x = torch.rand(2, first.in_channels, 8, 8)
        with torch.no_grad():
            same = torch.equal(block(x), x)
        assert not (same and norm is None)
        unchanged += same
    assert (unchanged, norms.count(None)) == (identities, without_sum)
