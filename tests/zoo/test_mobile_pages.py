"""MobileNets, EfficientNets and Mixers: where they start from, and the norm that ends a residual branch."""

import pytest
import timm
import torch
from proofs import output_of, randomised
from torch import Tensor, nn
from torchvision import models

from explorer import zoo

REFERENCES = {
    "mobilenet_v2": models.mobilenet_v2,
    "mobilenet_v3_small": models.mobilenet_v3_small,
    "mobilenet_v3_large": models.mobilenet_v3_large,
    "efficientnet_b0": models.efficientnet_b0,
}


@pytest.mark.parametrize("name", REFERENCES)
def test_a_seed_gives_the_weights_that_the_reference_gives(name: str) -> None:
    torch.manual_seed(2)
    expected = REFERENCES[name]().state_dict()
    torch.manual_seed(2)
    found = zoo.resolve(f"zoo:{name}").build().state_dict()
    for key, tensor in expected.items():
        assert torch.equal(found[key], tensor), key


def test_mixers_weights_are_spread_as_the_references() -> None:
    """timm draws the patches' filters by another method, so that numbers cannot be equal."""
    torch.manual_seed(2)
    expected = timm.create_model("mixer_s16_224", pretrained=False).state_dict()
    for key, found in zoo.resolve("zoo:mixer_s16").build().state_dict().items():
        assert float(found.std()) == pytest.approx(float(expected[key].std()), rel=0.25), key
        assert float(found.abs().max()) == pytest.approx(float(expected[key].abs().max()), rel=0.5), key
        if key == "stem.proj.weight" or key.endswith("fc1.weight"):
            assert float(found.std()) == pytest.approx(float(expected[key].std()), rel=0.01), key
            assert float(found.abs().max()) == pytest.approx(float(expected[key].abs().max()), rel=0.01), key


def test_the_first_mobilenet_is_timms_with_the_papers_relu() -> None:
    """timm names the layers otherwise, in the same order, and cuts at 6, as later MobileNets do."""
    torch.manual_seed(0)
    reference = randomised(timm.create_model("mobilenetv1_100", pretrained=False, act_layer="relu")).eval()
    ours = zoo.resolve("zoo:mobilenet_v1").build_empty().eval()
    ours.load_state_dict(dict(zip(ours.state_dict(), reference.state_dict().values(), strict=True)))
    images = torch.randn(2, 3, 224, 224)
    expected = output_of(reference, images)
    assert expected.std() > 0
    assert torch.equal(output_of(ours, images), expected)


def blocks_of(model: nn.Module) -> list[nn.Module]:
    return [module for module in model.modules() if hasattr(module, "last_norm")]


@pytest.mark.parametrize("name", REFERENCES)
def test_a_block_has_a_last_norm_where_the_reference_has_a_skip(name: str) -> None:
    reference = REFERENCES[name]()
    skips = [module.use_res_connect for module in reference.modules() if hasattr(module, "use_res_connect")]
    ours = zoo.resolve(f"zoo:{name}").build()
    assert [block.last_norm is not None for block in blocks_of(ours)] == skips


@pytest.mark.parametrize("name", [*REFERENCES, "efficientnet_lite0"])
def test_zeroing_the_last_norm_makes_a_block_the_identity(name: str) -> None:
    torch.manual_seed(0)
    model = zoo.resolve(f"zoo:{name}").build().eval()
    seen: list[tuple[Tensor, Tensor]] = []
    for block in blocks_of(model):
        if block.last_norm is not None:
            nn.init.zeros_(block.last_norm.weight)
            block.register_forward_hook(lambda _block, inputs, output: seen.append((inputs[0], output)))
    with torch.no_grad():
        model(torch.randn(1, 3, 64, 64))
    assert seen and all(torch.equal(before, after) and before.any() for before, after in seen)
