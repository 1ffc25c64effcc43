"""EfficientNet's scaling as the page tells it, and its training, which parity in eval mode does not see."""

import math

import pytest
import torch
from torchvision import models

from explorer import zoo
from explorer.zoo import efficientnet
from explorer.zoo.efficientnet import VARIANTS, compound_scaling


@pytest.mark.parametrize("name", ["b0", "b1", "b2", "b3"])
def test_small_networks_follow_the_formula(name: str) -> None:
    published = VARIANTS[name]
    formula = compound_scaling(published.phi)
    assert (round(formula.depth, 1), round(formula.width, 1)) == (published.depth, published.width)
    assert published.resolution == pytest.approx(formula.resolution, rel=0.02)


@pytest.mark.parametrize("name", ["b4", "b5", "b6", "b7"])
def test_large_networks_exceed_the_formula_in_all_directions(name: str) -> None:
    published = VARIANTS[name]
    formula = compound_scaling(published.phi)
    assert published.depth > round(formula.depth, 1)
    assert published.width > round(formula.width, 1)
    assert published.resolution > 1.1 * formula.resolution


def test_the_docstring_tells_the_formula_for_b7() -> None:
    formula, published = compound_scaling(VARIANTS["b7"].phi), VARIANTS["b7"]
    assert efficientnet.__doc__ is not None
    told = " ".join(efficientnet.__doc__.split())
    assert f"{formula.depth:.1f} times deeper, {formula.width:.1f} times wider" in told
    assert f"on {formula.resolution:.0f} pixels" in told
    assert f"it is {published.depth}, {published.width} and {published.resolution}" in told


def test_a_step_of_phi_about_doubles_the_cost() -> None:
    one = compound_scaling(1)
    assert one.depth * one.width**2 * (one.resolution / 224) ** 2 == pytest.approx(2, rel=0.05)


def test_training_equals_torchvisions_to_the_random_number() -> None:
    torch.manual_seed(0)
    reference = models.efficientnet_b0().train()
    ours = zoo.resolve("zoo:efficientnet_b0").build_empty().train()
    ours.load_state_dict(reference.state_dict())
    images = torch.randn(4, 3, 64, 64)
    outputs = []
    for model in (reference, ours):
        torch.manual_seed(1)
        with torch.no_grad():
            outputs.append(model(images))
    assert torch.equal(outputs[0], outputs[1])


def test_stochastic_depth_keeps_the_mean_and_drops_whole_images() -> None:
    torch.manual_seed(0)
    dropped = efficientnet.StochasticDepth(0.25).train()(torch.ones(4000, 2, 3, 3))
    assert dropped.unique().tolist() == pytest.approx([0, 4 / 3])
    assert torch.equal(dropped.amin(dim=(1, 2, 3)), dropped.amax(dim=(1, 2, 3)))
    assert math.isclose(float(dropped.mean()), 1, abs_tol=0.05)
