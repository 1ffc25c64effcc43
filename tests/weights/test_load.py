"""Reading files of weights, hostile ones among them, and putting them into networks."""

import os
import pickle
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from explorer import weights


class Hostile:
    """Unpickling it would create a file."""

    def __init__(self, trap: Path) -> None:
        self.trap = trap

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.trap}",)


def network() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 2))


def write_zip(path: Path, content: object) -> None:
    torch.save(content, path)


def write_legacy(path: Path, content: object) -> None:
    torch.save(content, path, _use_new_zipfile_serialization=False)


def write_plain(path: Path, content: object) -> None:
    path.write_bytes(pickle.dumps(content))


def write_safetensors(path: Path, content: object) -> None:
    save_file(content, path)


@pytest.mark.parametrize(
    ("write", "name"),
    [(write_zip, "net.pth"), (write_legacy, "net.pth"), (write_safetensors, "net.safetensors")],
)
def test_state_dict_comes_back_bit_for_bit(
    tmp_path: Path, write: Callable[[Path, object], None], name: str
) -> None:
    source, target = network(), network()
    source(torch.randn(2, 3, 3, 3))  # moves the running statistics away from those of a new network
    write(tmp_path / name, source.state_dict())
    weights.apply(target, weights.load(tmp_path / name))
    for key, tensor in source.state_dict().items():
        assert torch.equal(target.state_dict()[key], tensor), key


@pytest.mark.parametrize("wrapper", ["state_dict", "model_state_dict", "model"])
def test_state_dict_is_taken_out_of_a_checkpoint(tmp_path: Path, wrapper: str) -> None:
    torch.save(
        {wrapper: {"module.w": torch.ones(2), "module.b": torch.ones(1)}, "epoch": 3}, tmp_path / "c.pt"
    )
    assert list(weights.load(tmp_path / "c.pt")) == ["w", "b"]


def test_prefix_that_not_all_keys_share_stays(tmp_path: Path) -> None:
    torch.save({"module.w": torch.ones(2), "b": torch.ones(1)}, tmp_path / "c.pt")
    assert list(weights.load(tmp_path / "c.pt")) == ["module.w", "b"]


@pytest.mark.parametrize("write", [write_zip, write_legacy, write_plain])
def test_code_in_a_file_never_runs(tmp_path: Path, write: Callable[[Path, object], None]) -> None:
    trap, path = tmp_path / "trap", tmp_path / "hostile.pth"
    write(path, {"weight": Hostile(trap)})
    with pytest.raises(weights.WeightsError) as caught:
        weights.load(path)
    assert "\n" not in str(caught.value)
    assert not trap.exists()


@pytest.mark.parametrize("write", [write_zip, write_legacy])
def test_file_that_asks_for_code_is_named_with_what_it_asks_for(
    tmp_path: Path, write: Callable[[Path, object], None]
) -> None:
    write(tmp_path / "whole.pth", nn.Linear(2, 2))
    with pytest.raises(
        weights.WeightsError, match=r"whole\.pth was not loaded: it asks for torch\.nn\.modules"
    ):
        weights.load(tmp_path / "whole.pth")


def test_torchscript_archive_is_refused(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.script(nn.Linear(2, 2)).save(tmp_path / "net.pt")
    with pytest.raises(weights.WeightsError, match="TorchScript archive"):
        weights.load(tmp_path / "net.pt")


@pytest.mark.parametrize("name", ["net.pth", "net.safetensors"])
@pytest.mark.parametrize("content", [b"", b"hello world", b"PK\x03\x04 not a zip", b"\x80\x02", bytes(999)])
def test_broken_file_is_one_line(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(weights.WeightsError, match=f"{name} cannot be read as weights") as caught:
        weights.load(tmp_path / name)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 250
    assert "KeyError" not in str(caught.value) and "()" not in str(caught.value)


@pytest.mark.parametrize("write", [write_zip, write_legacy])
def test_truncated_file_is_one_line(tmp_path: Path, write: Callable[[Path, object], None]) -> None:
    path = tmp_path / "net.pth"
    write(path, {"weight": torch.zeros(1000)})
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(weights.WeightsError, match=r"net\.pth cannot be read as weights"):
        weights.load(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"w": torch.ones(1), "epoch": 3}, "'epoch' is no tensor but of type int"),
        ({1: torch.ones(1)}, "not a state_dict: its entry 1"),
        ([torch.ones(1)], "holds no tensors by name"),
        ({}, "holds no tensors by name"),
    ],
)
def test_file_of_anything_else_says_what_it_holds(tmp_path: Path, content: object, message: str) -> None:
    torch.save(content, tmp_path / "net.pth")
    with pytest.raises(weights.WeightsError, match=message):
        weights.load(tmp_path / "net.pth")


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(weights.WeightsError, match=r"there is no file .*none\.pth"):
        weights.load(tmp_path / "none.pth")


def test_mismatch_names_the_keys_and_changes_nothing() -> None:
    model = network()
    before = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    state = {key: tensor + 1 for key, tensor in before.items() if key != "0.bias"}
    state["3.weight"] = torch.zeros(7, 4)
    state |= {f"extra.{i}": torch.zeros(1) for i in range(7)}
    with pytest.raises(weights.WeightsError) as caught:
        weights.apply(model, state)
    assert str(caught.value) == (
        "the weights do not fit the network: 1 missing (0.bias), "
        "7 unexpected (extra.0, extra.1, extra.2, extra.3, extra.4, …), "
        "1 of another shape (3.weight (7, 4) instead of (2, 4)); choose the network they were saved from"
    )
    assert all(torch.equal(model.state_dict()[key], tensor) for key, tensor in before.items())


def test_names_are_adapted_before_they_are_compared() -> None:
    model = nn.Linear(2, 1)
    state = {"w": torch.full((1, 2), 2.0), "b": torch.ones(1)}
    weights.apply(model, state, lambda s: {"weight": s["w"], "bias": s["b"]})
    assert model(torch.ones(1, 2)).item() == 5


def test_files_from_before_the_batch_counter_fit() -> None:
    source, target = network(), network()
    state = {key: t for key, t in source.state_dict().items() if "num_batches_tracked" not in key}
    weights.apply(target, state)
    assert torch.equal(target.state_dict()["3.weight"], state["3.weight"])


def test_half_precision_weights_are_widened() -> None:
    model = nn.Linear(2, 1)
    weights.apply(model, {"weight": torch.ones(1, 2).half(), "bias": torch.zeros(1).half()})
    assert model.weight.dtype == torch.float32 and model(torch.ones(1, 2)).item() == 2
