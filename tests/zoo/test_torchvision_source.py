"""torchvision's networks: figures, preprocessing, and equality with what torchvision itself builds."""

import pytest
import torch
from torch import nn
from torchvision import models

from explorer import zoo
from explorer.records.models import VisionTask, WeightsSpec, WeightsStatus

NAMES = sorted(models.list_models(module=models))


def test_all_networks_are_listed_with_every_figure() -> None:
    listed = [it for it in zoo.entries("torchvision").entries if it.task is VisionTask.CLASSIFICATION]
    assert [entry.name for entry in listed] == NAMES
    assert len(NAMES) >= 80
    for entry in listed:
        published = models.get_model_weights(entry.name).DEFAULT.meta
        assert entry.source == "torchvision"
        assert entry.year is not None and entry.family != entry.name
        assert entry.params == published["num_params"]
        assert entry.macs == round(published["_ops"] * 1e9)
        assert entry.top1 == published["_metrics"]["ImageNet-1K"]["acc@1"]


@pytest.mark.parametrize("name", NAMES)
def test_built_parameters_are_as_many_as_published(name: str) -> None:
    spec = zoo.resolve(f"torchvision:{name}")
    model = spec.build_empty()
    assert sum(parameter.numel() for parameter in model.parameters()) == spec.entry.params
    assert all(parameter.device.type == "cpu" for parameter in model.parameters())


@pytest.mark.parametrize(
    ("name", "family", "year"),
    [
        ("efficientnet_b0", "EfficientNet", 2019),
        ("efficientnet_v2_s", "EfficientNetV2", 2021),
        ("swin_v2_t", "Swin Transformer V2", 2021),
        ("wide_resnet50_2", "Wide ResNet", 2016),
        ("resnext50_32x4d", "ResNeXt", 2016),
        ("resnet50", "ResNet", 2015),
    ],
)
def test_family_is_that_of_the_longest_fitting_prefix(name: str, family: str, year: int) -> None:
    entry = zoo.resolve(f"torchvision:{name}").entry
    assert (entry.family, entry.year) == (family, year)


@pytest.mark.parametrize("name", ["resnet18", "googlenet", "regnet_x_400mf"])
@pytest.mark.filterwarnings("ignore:The default weight initialization:FutureWarning")
def test_random_network_is_torchvisions_with_the_same_seed(name: str) -> None:
    spec = zoo.resolve(f"torchvision:{name}")
    torch.manual_seed(3)
    ours = spec.build().eval()
    torch.manual_seed(3)
    reference = models.get_model(name, weights=None).eval()
    images = torch.randn(spec.preprocess.shape)
    with torch.no_grad():
        assert torch.equal(ours(images), reference(images))


@pytest.mark.parametrize("name", ["googlenet", "inception_v3", "densenet121", "vit_b_32"])
def test_network_with_published_weights_is_torchvisions(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    published = _publish(name, monkeypatch)
    spec = zoo.resolve(f"torchvision:{name}")
    ours = spec.build_empty().eval()
    keys = ours.load_state_dict(spec.adapt(published), strict=False)
    assert not keys.unexpected_keys
    assert all(key.endswith("num_batches_tracked") for key in keys.missing_keys)
    reference = models.get_model(name, weights="DEFAULT").eval()
    images = torch.randn(spec.preprocess.shape)
    with torch.no_grad():
        assert torch.equal(ours(images), reference(images))


def test_preprocessing_is_that_of_the_weights() -> None:
    preprocess = zoo.resolve("torchvision:efficientnet_v2_l").preprocess
    assert (preprocess.resize, preprocess.crop, preprocess.interpolation) == (480, 480, "bicubic")
    assert preprocess.mean == preprocess.std == (0.5, 0.5, 0.5)
    assert zoo.resolve("torchvision:inception_v3").preprocess.shape == (1, 3, 299, 299)


def test_weights_are_described_by_their_url() -> None:
    weights = zoo.resolve("torchvision:resnet50").weights
    assert weights is not None
    assert weights.filename == "resnet50-11ad3fa6.pth"
    assert weights.url is not None and weights.url.endswith("/resnet50-11ad3fa6.pth")
    assert weights.sha256_prefix == "11ad3fa6"
    assert weights.bytes == pytest.approx(97.79 * 2**20, abs=1)
    every = [zoo.resolve(f"torchvision:{name}").weights for name in NAMES]
    assert all(spec is not None and len(spec.sha256_prefix) >= 8 for spec in every)


def test_where_weights_are_is_asked_of_the_caller() -> None:
    asked: list[str] = []

    def status(spec: WeightsSpec) -> WeightsStatus:
        asked.append(spec.filename)
        return WeightsStatus.ON_DISK

    listed = zoo.entries("torchvision", status).entries
    have_weights = [it for it in listed if it.task is not VisionTask.QUANTISED]
    assert len(asked) == len(have_weights)
    assert {entry.weights for entry in have_weights} == {WeightsStatus.ON_DISK}


def _publish(name: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, torch.Tensor]:
    """Let torchvision find, for its default weights, a file with the key names that the real one has."""
    options = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}
    torch.manual_seed(5)
    source = models.get_model(name, weights=None, **options)
    for module in source.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, std=0.1)
            nn.init.uniform_(module.running_var, 0.5, 2)
    old_names = [("norm1.", "norm.1."), ("norm2.", "norm.2."), ("conv1.", "conv.1."), ("conv2.", "conv.2.")]
    renamed = {
        "densenet121": old_names,
        "vit_b_32": [("mlp.0.", "mlp.linear_1."), ("mlp.3.", "mlp.linear_2.")],
    }
    state = {}
    for key, tensor in source.state_dict().items():
        if key.endswith("num_batches_tracked") and name == "densenet121":
            continue
        for new, old in renamed.get(name, []):
            if name != "densenet121" or "denselayer" in key:
                key = key.replace(new, old)
        state[key] = tensor
    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", lambda *_, **__: dict(state))
    return state
