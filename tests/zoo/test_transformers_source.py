"""Networks of transformers by name."""

import importlib.util
import subprocess
import sys

import pytest
import torch
from hub_networks import CLASSIFIERS

from explorer import zoo
from explorer.records.models import Preprocess, WeightsStatus

NAMES = {
    "vit", "deit", "beit", "swin", "swinv2", "convnext", "convnextv2", "resnet", "regnet", "mobilenet_v1",
    "mobilenet_v2", "mobilevit", "efficientnet", "poolformer", "pvt", "levit", "cvt", "dinov2", "bit",
    "focalnet", "hiera",
}  # fmt: skip


def test_what_classifies_pictures_is_listed() -> None:
    listing = zoo.entries("transformers")
    names = {entry.name for entry in listing.entries}
    assert listing.notes == () and names >= NAMES and names <= set(CLASSIFIERS)
    assert names.isdisjoint({"imagegpt", "shieldgemma2", "siglip2", "timm_wrapper"}), (
        "they read something else"
    )
    entry = next(entry for entry in listing.entries if entry.name == "levit")
    assert (entry.full_name, entry.family, entry.weights) == (
        "transformers:levit",
        "Levit",
        WeightsStatus.NONE,
    )


def test_listing_imports_nothing_of_transformers() -> None:
    code = "import sys; from explorer import zoo; zoo.entries('transformers'); print('transformers' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert ran.stdout.strip() == "False"


def test_a_bare_name_that_no_other_source_has_is_found() -> None:
    assert zoo.resolve("swinv2").entry.full_name == "transformers:swinv2"
    assert zoo.resolve("resnet50").entry.full_name == "torchvision:resnet50"


def test_a_network_takes_the_pictures_that_its_configuration_names() -> None:
    spec = zoo.resolve("transformers:convnext")
    assert isinstance(spec.preprocess, Preprocess)
    assert (spec.preprocess.frame, spec.preprocess.size, spec.weights) == ((256, 256), (224, 224), None)
    assert zoo.resolve("transformers:efficientnet").preprocess.shape == (1, 3, 600, 600)
    assert zoo.resolve("transformers:hgnet_v2").preprocess.shape == (1, 3, 224, 224)


def test_a_network_is_built_from_its_default_configuration_with_the_classes_of_imagenet() -> None:
    spec = zoo.resolve("transformers:mobilenet_v1")
    torch.manual_seed(3)
    network = spec.build().eval()
    torch.manual_seed(3)
    again = spec.build()
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), again.parameters(), strict=True))
    with torch.no_grad():
        assert network(torch.zeros(spec.preprocess.shape)).logits.shape == (1, 1000)


@pytest.fixture
def no_transformers(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "transformers" else find(name, *a)
    )


@pytest.mark.usefixtures("no_transformers")
def test_without_transformers_one_line_says_how_to_have_it() -> None:
    (note,) = zoo.entries("transformers").notes
    assert note == (
        "transformers is not installed: its models are missing here; "
        "install architecture-explorer[transformers] to have them"
    )
    with pytest.raises(zoo.UnknownModelError, match=r"architecture-explorer\[transformers\]"):
        zoo.resolve("transformers:vit")
