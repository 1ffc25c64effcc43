"""Names to models, and listing them."""

import importlib.util
from typing import Any

import pytest
import timm
import torch

from explorer import zoo
from explorer.records.errors import ExplorerError
from explorer.records.models import WeightsStatus


def test_bare_name_is_looked_up_in_torchvision_then_zoo_then_timm() -> None:
    assert zoo.resolve("resnet50").entry.full_name == "torchvision:resnet50"
    assert zoo.resolve("efficientnet_lite0").entry.full_name == "zoo:efficientnet_lite0"
    assert zoo.resolve("resnet26").entry.full_name == "timm:resnet26"


def test_a_source_can_be_named() -> None:
    assert zoo.resolve("timm:resnet50").entry.full_name == "timm:resnet50"


@pytest.mark.parametrize("name", ["torchvision:efficientnet_lite0", "zoo:swin_t", "timm:googlenet"])
def test_a_named_source_is_the_only_one_asked(name: str) -> None:
    with pytest.raises(zoo.UnknownModelError, match=name):
        zoo.resolve(name)


def test_unknown_name_offers_up_to_three_close_ones() -> None:
    with pytest.raises(zoo.UnknownModelError) as caught:
        zoo.resolve("torchvision:resnet5O")
    offered = str(caught.value).partition("close are ")[2].split(", ")
    assert "resnet50" in offered and 1 <= len(offered) <= 3


def test_unknown_name_without_close_ones_says_where_the_names_are() -> None:
    with pytest.raises(zoo.UnknownModelError, match="lists all"):
        zoo.resolve("torchvision:zzzzzz")


@pytest.mark.parametrize("name", ["keras:resnet50", ":resnet50", "C:\\nets\\model"])
def test_unknown_source_names_the_known_ones(name: str) -> None:
    with pytest.raises(ExplorerError, match="choose zoo, torchvision, timm, transformers or"):
        zoo.resolve(name)


def test_listing_of_an_unknown_source_fails() -> None:
    with pytest.raises(ExplorerError, match="no source 'keras'"):
        zoo.entries("keras")


def test_listing_holds_all_sources_and_unique_names() -> None:
    listing = zoo.entries()
    names = [entry.full_name for entry in listing.entries]
    assert names[0].startswith("zoo:") and "zoo:efficientnet_lite0" in names
    assert len(names) == len(set(names))
    assert {entry.source for entry in listing.entries} == {"zoo", "torchvision", "timm", "transformers"}
    assert listing.notes == ()


def test_timm_entry_says_what_is_known_and_leaves_the_rest_open() -> None:
    entry = next(e for e in zoo.entries("timm").entries if e.name == "resnet26")
    assert entry.family == "resnet"
    assert (entry.year, entry.params, entry.macs, entry.top1) == (None, None, None, None)
    assert entry.weights is WeightsStatus.NONE


def test_timm_network_takes_the_input_timm_names() -> None:
    spec = zoo.resolve("timm:test_efficientnet")
    assert (spec.preprocess.crop, spec.preprocess.resize, spec.preprocess.interpolation) == (
        160,
        168,
        "bicubic",
    )
    assert spec.weights is None
    with torch.no_grad():
        assert spec.build().eval()(torch.zeros(spec.preprocess.shape)).shape == (1, 1000)


def test_timm_builds_without_asking_for_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(timm, "create_model", lambda name, **options: asked.append((name, options)))
    zoo.resolve("timm:resnet26").build()
    assert asked == [("resnet26", {"pretrained": False})]


@pytest.fixture
def no_timm(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "timm" else find(name, *a)
    )


@pytest.mark.usefixtures("no_timm")
def test_without_timm_the_listing_says_so_in_one_line() -> None:
    listing = zoo.entries()
    assert {entry.source for entry in listing.entries} == {"zoo", "torchvision", "transformers"}
    assert len(listing.notes) == 1 and "timm is not installed" in listing.notes[0]
    assert zoo.entries("zoo").notes == ()


@pytest.mark.usefixtures("no_timm")
def test_without_timm_its_models_cannot_be_had() -> None:
    with pytest.raises(zoo.UnknownModelError, match="timm is not installed"):
        zoo.resolve("timm:resnet26")
