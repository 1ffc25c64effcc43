"""The smallest images that the pages name do run, and smaller ones do not."""

import pytest
import torch
from torch import nn

from explorer import zoo


@pytest.fixture(params=[("alexnet", 63), ("vgg11", 32), ("inception_v3", 75), ("gap_cnn", 2)], ids=str)
def network(request: pytest.FixtureRequest) -> tuple[nn.Module, int]:
    name, smallest = request.param
    return zoo.resolve(f"zoo:{name}").build_empty().eval().to("meta"), smallest


def test_smallest_image_of_the_docstring_is_the_smallest(network: tuple[nn.Module, int]) -> None:
    model, smallest = network
    with torch.no_grad():
        assert model(torch.zeros(1, 3, smallest, smallest, device="meta")).dim() == 2
        with pytest.raises(RuntimeError, match=r"too small|can't be greater"):
            model(torch.zeros(1, 3, smallest - 1, smallest - 1, device="meta"))
