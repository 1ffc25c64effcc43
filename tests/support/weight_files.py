"""Files of weights as people have them: a small network, and what programs write when they save it."""

import json
import pickle
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from explorer import weights

State = dict[str, Tensor]
Write = Callable[[Path], Path]
"""Writes a file into a folder and returns its path."""


def network(classes: int = 5, seed: int = 1) -> nn.Module:
    """Return a small network whose statistics are not those of a new one."""
    torch.manual_seed(seed)
    net = nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(3, 4, 3),
            bn=nn.BatchNorm2d(4),
            pool=nn.AdaptiveAvgPool2d(1),
            flatten=nn.Flatten(),
            fc=nn.Linear(4, classes),
        )
    )
    net.train()(torch.randn(2, 3, 5, 5))
    return net.eval()


def under(prefix: str, state: State, suffix: str = "") -> State:
    """Return the tensors with a beginning and an end added to every name."""
    return {f"{prefix}{key}{suffix}": tensor for key, tensor in state.items()}


def saved(content: Any, **options: Any) -> Write:
    """Return what writes content with `torch.save`."""

    def write(folder: Path) -> Path:
        torch.save(content, folder / "w.pt", **options)
        return folder / "w.pt"

    return write


def legacy(content: Any) -> Write:
    """Return what writes content as PyTorch did before 1.6."""
    return saved(content, _use_new_zipfile_serialization=False)


def pickled(content: Any, protocol: int | None = None) -> Write:
    """Return what writes content with `pickle.dump`."""

    def write(folder: Path) -> Path:
        (folder / "w.pkl").write_bytes(pickle.dumps(content, protocol))
        return folder / "w.pkl"

    return write


def raw(content: bytes, name: str = "w.pt") -> Write:
    """Return what writes bytes."""

    def write(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return write


def safetensors(state: State, name: str = "w.safetensors") -> Write:
    """Return what writes a file of safetensors."""

    def write(folder: Path) -> Path:
        save_file({key: tensor.contiguous() for key, tensor in state.items()}, folder / name)
        return folder / name

    return write


def changed(write: Write, change: Callable[[bytes], bytes]) -> Write:
    """Return what writes a file and changes its bytes."""

    def rewrite(folder: Path) -> Path:
        path = write(folder)
        path.write_bytes(change(path.read_bytes()))
        return path

    return rewrite


def rezipped(
    write: Write,
    compression: int = zipfile.ZIP_DEFLATED,
    entry: Callable[[str, bytes], bytes | None] = lambda _, content: content,
) -> Write:
    """Return what packs a file of `torch.save` anew, each entry changed, or left out where `entry` gives None."""

    def rewrite(folder: Path) -> Path:
        path = write(folder)
        with zipfile.ZipFile(path) as old:
            content = {name: old.read(name) for name in old.namelist()}
        with zipfile.ZipFile(path, "w", compression) as new:
            for name, data in content.items():
                if (kept := entry(name, data)) is not None:
                    new.writestr(name, kept)
        return path

    return rewrite


def sharded(
    state: State, suffix: str = ".safetensors", change: Callable[[dict[str, Any]], object] = lambda _: None
) -> Write:
    """Return what writes two shards and their index, `change` applied to the index."""

    def write(folder: Path) -> Path:
        keys = sorted(state)
        halves = [keys[: len(keys) // 2], keys[len(keys) // 2 :]]
        weight_map = {}
        for number, half in enumerate(halves, 1):
            name = f"model-{number:05}-of-00002{suffix}"
            part = {key: state[key] for key in half}
            if suffix == ".safetensors":
                save_file(part, folder / name)
            else:
                torch.save(part, folder / name)
            weight_map |= dict.fromkeys(half, name)
        index: dict[str, Any] = {"metadata": {"total_size": 1}, "weight_map": weight_map}
        change(index)
        path = folder / f"model{suffix}.index.json"
        path.write_text(json.dumps(index), encoding="utf-8")
        return path

    return write


def ops(*parts: bytes) -> Write:
    """Return what writes a plain pickle of these instructions."""
    return raw(b"\x80\x04" + b"".join(parts) + b".", "w.pkl")


def text(value: bytes) -> bytes:
    """Return the instruction that puts text on a pickle's stack."""
    return b"X" + struct.pack("<I", len(value)) + value


def refusal(path: Path, target: nn.Module | None = None) -> str:
    """Load a file and return the line that it is refused with; the network stays as it was."""
    target = target or network(seed=2)
    before = {key: tensor.clone() for key, tensor in target.state_dict().items()}
    with pytest.raises(weights.WeightsError) as caught:
        weights.apply(target, weights.load(path))
    text = str(caught.value)
    assert all(torch.equal(target.state_dict()[key], tensor) for key, tensor in before.items())
    assert text.isprintable() and len(text) <= 450 and "; " in text, text
    return text
