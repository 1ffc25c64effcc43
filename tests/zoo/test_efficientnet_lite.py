"""EfficientNet-Lite0 against timm's, and its real weights on real photos."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from explorer import zoo
from explorer.paths import resources


@pytest.fixture(scope="module")
def lite0() -> nn.Module:
    spec = zoo.resolve("zoo:efficientnet_lite0")
    model = spec.build().eval()
    assert spec.weights is not None and spec.weights.path is not None
    published = torch.load(spec.weights.path, weights_only=True)
    model.load_state_dict(spec.adapt(published))
    return model


@pytest.mark.parametrize("size", [(224, 224), (97, 130)])
def test_equals_timm_bit_for_bit_with_the_same_random_state(size: tuple[int, int]) -> None:
    torch.manual_seed(1)
    reference = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
    for module in reference.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias)
            nn.init.normal_(module.running_mean)
            nn.init.uniform_(module.running_var, 0.5, 2)
    ours = zoo.resolve("zoo:efficientnet_lite0").build().eval()
    assert list(ours.state_dict()) == list(reference.state_dict())
    ours.load_state_dict(reference.state_dict())

    images = torch.randn(2, 3, *size)
    with torch.no_grad():
        assert torch.equal(ours(images), reference(images))


def test_published_figures_are_those_of_the_network() -> None:
    spec = zoo.resolve("zoo:efficientnet_lite0")
    model = spec.build().eval()
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        model(torch.zeros(spec.preprocess.shape))
    assert counter.get_total_flops() == 2 * (spec.entry.macs or 0)
    assert sum(parameter.numel() for parameter in model.parameters()) == spec.entry.params


@pytest.mark.parametrize(
    ("photo", "label", "probability"),
    [
        ("coffee.png", "espresso", 0.951),
        ("chelsea.png", "tiger cat", 0.395),
        ("rocket.jpg", "missile", 0.272),
    ],
)
def test_real_weights_know_real_photos(lite0: nn.Module, photo: str, label: str, probability: float) -> None:
    labels = (resources() / "labels" / "imagenet1k.txt").read_text(encoding="utf-8").splitlines()
    with torch.no_grad():
        answer = lite0(_input(resources() / "samples" / photo)).softmax(1)[0]
    assert labels[int(answer.argmax())] == label
    assert float(answer.max()) == pytest.approx(probability, abs=0.005)


def test_names_of_the_network_itself_are_left_alone(lite0: nn.Module) -> None:
    own = lite0.state_dict()
    assert list(zoo.resolve("zoo:efficientnet_lite0").adapt(own)) == list(own)


def test_start_imports_neither_torchvision_nor_timm() -> None:
    program = (
        "import sys; from explorer import zoo; zoo.resolve('zoo:efficientnet_lite0').build_empty();"
        "print([m for m in ('torchvision', 'timm') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _input(photo: Path) -> torch.Tensor:
    """Resize the shorter side to 256, crop 224 from the centre, normalise: (1, 3, 224, 224)."""
    image = Image.open(photo).convert("RGB")
    scale = 256 / min(image.size)
    image = image.resize((int(image.width * scale), int(image.height * scale)), Image.Resampling.BICUBIC)
    left, top = round((image.width - 224) / 2), round((image.height - 224) / 2)
    pixels = np.asarray(image.crop((left, top, left + 224, top + 224)), dtype=np.float32) / 255
    return torch.from_numpy((pixels - 0.498) / 0.502).permute(2, 0, 1)[None]
