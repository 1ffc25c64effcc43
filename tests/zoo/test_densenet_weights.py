"""DenseNet's published files bear the names that its layers had once."""

import re

import torch

from explorer import zoo


def test_state_with_the_old_names_adapts_and_loads() -> None:
    spec = zoo.resolve("zoo:densenet121")
    torch.manual_seed(2)
    source = spec.build().state_dict()
    old = {_old_name(key): tensor for key, tensor in source.items()}
    assert "features.denseblock1.denselayer1.norm.1.weight" in old
    assert "features.transition1.norm.weight" in old and "features.norm5.weight" in old

    ours = spec.build_empty()
    ours.load_state_dict(spec.adapt(old))
    assert all(torch.equal(ours.state_dict()[key], tensor) for key, tensor in source.items())


def test_present_names_are_left_alone() -> None:
    spec = zoo.resolve("zoo:densenet121")
    own = spec.build_empty().state_dict()
    assert list(spec.adapt(own)) == list(own)


def test_torchvisions_network_takes_the_same_files() -> None:
    old = {"features.denseblock1.denselayer1.conv.2.weight": torch.zeros(1)}
    adapted = [zoo.resolve(f"{source}:densenet121").adapt(old) for source in ("zoo", "torchvision")]
    assert list(adapted[0]) == list(adapted[1]) == ["features.denseblock1.denselayer1.conv2.weight"]


def _old_name(key: str) -> str:
    return re.sub(r"(denselayer\d+\.(?:norm|conv))([12])\.", r"\1.\2.", key)
