"""Grad-CAM, integrated gradients and occlusion are those of captum, on the networks of the course."""

from collections import OrderedDict
from copy import deepcopy

import captum.attr
import numpy as np
import pytest
import torch
import torchvision
from recording_oracle import randomise
from torch import Tensor, nn

import explorer
from explorer import zoo


def vgg16() -> nn.Module:
    """VGG-16 but for its two hidden layers at the end, 120 million weights that take a minute."""
    body = torchvision.models.vgg.make_layers(torchvision.models.vgg.cfgs["D"])
    head = {"avgpool": nn.AdaptiveAvgPool2d(2), "flatten": nn.Flatten(), "classifier": nn.Linear(2048, 1000)}
    return nn.Sequential(OrderedDict(features=body, **head))


NETWORKS = {
    "resnet18": ("layer4", lambda: torchvision.models.resnet18(weights=None)),
    "vgg16": ("features.29", vgg16),
    "efficientnet_lite0": ("act2", lambda: zoo.resolve("zoo:efficientnet_lite0").build()),
}
SIDE, CLASS = 64, 3


@pytest.fixture(scope="module", params=NETWORKS)
def network(request: pytest.FixtureRequest) -> tuple[str, nn.Module, Tensor]:
    torch.manual_seed(0)
    layer, build = NETWORKS[request.param]
    model = randomise(build()).eval()
    # In-place ReLUs are captum's own trouble: it cannot differentiate at a layer that is written over afterwards.
    return layer, model, torch.randn(1, 3, SIDE, SIDE)


def close(found: np.ndarray, expected: Tensor) -> bool:
    wanted = expected.detach().numpy().squeeze()
    return found.shape == wanted.shape and float(np.abs(found - wanted).max() / np.abs(wanted).max()) < 1e-5


def test_grad_cam(network: tuple[str, nn.Module, Tensor]) -> None:
    layer, model, image = network
    oracle = captum.attr.LayerGradCam(model, model.get_submodule(layer))
    expected = oracle.attribute(image, target=CLASS, relu_attributions=True)
    assert expected.any()
    assert close(explorer.explain(model, image, target=CLASS, layer=layer).heat.values, expected)


def test_integrated_gradients(network: tuple[str, nn.Module, Tensor]) -> None:
    _, model, image = network
    oracle = captum.attr.IntegratedGradients(model)
    expected = oracle.attribute(image, target=CLASS, n_steps=4).sum(1)
    found = explorer.explain(model, image, method="integrated-gradients", target=CLASS, steps=4)
    assert close(found.heat.values, expected)


PATCH, STRIDE = 36, 30


def occluded(model: nn.Module, image: Tensor, at_once: int) -> Tensor:
    oracle = captum.attr.Occlusion(model)
    window, strides = (3, PATCH, PATCH), (3, STRIDE, STRIDE)
    return oracle.attribute(image, window, strides, target=CLASS, perturbations_per_eval=at_once)[:, 0]


def test_occlusion_in_batches_of_one_size(network: tuple[str, nn.Module, Tensor]) -> None:
    """In float32 captum rounds as we do where it runs as many at once.

    One by one it rounds otherwise, by 7e-6 (resnet18), 3e-3 (vgg16, whose scores hardly move) and 4e-5
    (efficientnet_lite0) of the largest fall: as far from float64 (4e-6, 5e-3, 3e-5) as in batches (4e-6, 4e-3, 5e-5).
    """
    _, model, image = network
    found = explorer.explain(model, image, method="occlusion", target=CLASS, patch=PATCH, stride=STRIDE)
    assert close(found.heat.values, occluded(model, image, at_once=16))


def test_occlusion_in_float64(network: tuple[str, nn.Module, Tensor]) -> None:
    """Whatever runs at once."""
    _, model, image = network
    model, image = deepcopy(model).double(), image.double()
    found = explorer.explain(model, image, method="occlusion", target=CLASS, patch=PATCH, stride=STRIDE)
    assert close(found.heat.values, occluded(model, image, at_once=1))
