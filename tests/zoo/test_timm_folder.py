"""Folders with a network of timm and its weights, as Hugging Face's hub keeps them."""

import json
from pathlib import Path
from typing import Any

import pytest
import timm
import torch
from engine_asks import Asker
from safetensors.torch import save_file

from explorer import zoo
from explorer.engine.messages import Classify, LoadModel
from explorer.records.errors import ExplorerError

NAME = "test_resnet"
CONFIG: dict[str, Any] = {
    "architecture": NAME, "num_classes": 3, "global_pool": "avg", "label_names": ["cat", "dog", "fox"],
    "model_args": {"in_chans": 3, "pretrained": True, "checkpoint_path": "/etc/passwd", "drop_rate": 0.1},
    "pretrained_cfg": {
        "mean": [0.1, 0.2, 0.3], "std": [0.4, 0.5, 0.6], "input_size": [3, 96, 96], "crop_pct": 0.875,
        "interpolation": "bilinear",
    },
}  # fmt: skip


def network() -> torch.nn.Module:
    torch.manual_seed(1)
    return timm.create_model(NAME, num_classes=3).eval()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_file(network().state_dict(), tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    return tmp_path


def test_a_folder_is_a_network_with_its_weights_classes_and_preparation(ask: Asker, folder: Path) -> None:
    loaded = ask(LoadModel(str(folder)))
    assert loaded.entry.full_name == str(folder) and not loaded.is_random
    assert (loaded.weights, loaded.pretrained, loaded.notes) == ("model.safetensors", False, ())
    given = loaded.preprocess
    assert (given.mean, given.std, given.size, given.resize) == (
        (0.1, 0.2, 0.3),
        (0.4, 0.5, 0.6),
        (96, 96),
        109,
    )
    assert given.interpolation == "bilinear"
    ask.open("coffee")
    answer = ask(Classify("coffee", top=3)).predictions
    assert {it.label for it in answer} == {"cat", "dog", "fox"}
    built = ask.engine._bench.model(0).module.state_dict()
    assert all(torch.equal(built[key], tensor) for key, tensor in network().state_dict().items())


def test_a_folder_is_a_place_of_weights_too(ask: Asker, folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    torch.save(timm.create_model(NAME).state_dict(), folder / "pytorch_model.bin")
    loaded = ask(LoadModel(f"timm:{NAME}", str(folder)))
    assert loaded.weights == "pytorch_model.bin"
    assert ask(LoadModel(str(folder), "random", seed=0)).is_random


def test_what_was_not_the_networks_shape_is_not_passed_on(folder: Path) -> None:
    """`pretrained` would ask a server, `checkpoint_path` would read another file."""
    zoo.resolve(str(folder)).build()


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"architecture": "no_such_net"}, "names no_such_net, which is no network of timm; choose a model"),
        ({"architecture": 7}, "names 7, which is no network of timm"),
        ([], "names nothing, which is no network of timm"),
        ({"architecture": "\x1b[2J"}, "names \\x1b[2J, which is no network of timm"),
    ],
)
def test_a_folder_of_something_else_is_one_line(folder: Path, config: object, message: str) -> None:
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ExplorerError) as caught:
        zoo.resolve(str(folder))
    assert message in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000])
def test_a_config_that_is_no_json_is_one_line(folder: Path, content: bytes) -> None:
    (folder / "config.json").write_bytes(content)
    with pytest.raises(ExplorerError, match=r"is no JSON; fetch the folder again"):
        zoo.resolve(str(folder))


def test_odd_numbers_in_the_config_are_left_out(folder: Path) -> None:
    usual = zoo.resolve(f"timm:{NAME}").preprocess
    odd = {"mean": "x", "std": [0, 0, 0], "input_size": [3, -1, -1], "crop_pct": 0, "interpolation": "random"}
    (folder / "config.json").write_text(json.dumps(CONFIG | {"pretrained_cfg": odd}), encoding="utf-8")
    assert zoo.resolve(str(folder)).preprocess == usual


def test_a_network_that_cannot_be_built_so_is_one_line(ask: Asker, folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps(CONFIG | {"model_args": {"no_such": 1}}), encoding="utf-8")
    assert "could not be built: TypeError" in ask.complaint(LoadModel(str(folder)))


def test_what_lacks_in_the_folder_is_said(ask: Asker, folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    assert "is a folder without a file of weights" in ask.complaint(LoadModel(str(folder)))
