"""Files that a person expects to work, as programs write them: every tensor arrives, and what was done is said."""

import argparse
import copy
import io
import json
import zipfile
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch import nn
from weight_files import (
    State,
    legacy,
    network,
    pickled,
    raw,
    rezipped,
    safetensors,
    saved,
    sharded,
    under,
)

from explorer import weights

SOURCE = network()
STATE: State = SOURCE.state_dict()
FLOATS = {key: tensor for key, tensor in STATE.items() if tensor.is_floating_point()}


class File(NamedTuple):
    """A file, and what is said of it; empty for nothing."""

    write: Callable[[Path], Path]
    note: str = ""


class Config:
    """A configuration object of a training program."""

    def __init__(self) -> None:
        self.width, self.names = 4, ["a", "b"]


class ModelEMA(nn.Module):
    """Keeps an average of a network, as timm's `ModelEmaV3` does."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.module = copy.deepcopy(net)


class Detector(nn.Module):
    """A network with things in its state that are no tensors, as Ultralytics saves it whole."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.conv, self.bn, self.fc = net.conv, net.bn, net.fc
        self.yaml = {"nc": 80, "backbone": [[-1, 1, "Conv"]]}
        self.args = argparse.Namespace(imgsz=640)
        self.register_buffer("anchors", torch.ones(3), persistent=False)


class LightningModule(nn.Module):
    """Keeps the network under an attribute, beside the weights of its loss, as Lightning's modules do."""

    def __init__(self, attribute: str) -> None:
        super().__init__()
        setattr(self, attribute, SOURCE)
        self.criterion = nn.CrossEntropyLoss(weight=torch.ones(5))


class Tagged(torch.Tensor):
    """A tensor of a class of its own."""


def lightning(attribute: str) -> dict[str, Any]:
    return {
        "epoch": 3, "global_step": 300, "pytorch-lightning_version": "2.4.0",
        "state_dict": LightningModule(attribute).state_dict(), "loops": {"fit_loop": {"state_dict": {}}},
        "callbacks": {"ModelCheckpoint{'monitor': 'val'}": {"best_model_score": torch.tensor(0.9), "best": "x.ckpt"}},
        "optimizer_states": [adam().state_dict()], "lr_schedulers": [],
        "hparams_name": "kwargs", "hyper_parameters": {"lr": 1e-3, "config": Config(), "path": Path("x")},
    }  # fmt: skip


def adam() -> torch.optim.Optimizer:
    net = network()
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.randn(2, 3, 5, 5)).sum().backward()
    optimizer.step()
    return optimizer


def compiled() -> State:
    return torch.compile(SOURCE).state_dict()


def compiled_inside() -> State:
    net = copy.deepcopy(SOURCE)
    net.fc = torch.compile(net.fc)
    return net.state_dict()


def ultralytics() -> dict[str, Any]:
    return {
        "date": "2025-01-01", "epoch": -1, "best_fitness": np.float64(0.5), "model": Detector(SOURCE), "ema": None,
        "optimizer": None, "train_args": {"model": "x.yaml"}, "train_results": {"loss": [np.float32(0.1)]},
    }  # fmt: skip


def in_buffer(content: Any) -> bytes:
    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()


def hub(names: tuple[str, ...], write: Callable[[Path], Path]) -> Callable[[Path], Path]:
    """Return what makes a folder as Hugging Face's hub keeps it, the file of weights under another name."""

    def make(folder: Path) -> Path:
        inner = folder / "snapshot"
        inner.mkdir()
        path = write(inner)
        if names:
            path.rename(inner / names[0])
        (inner / "config.json").write_text(json.dumps({"architecture": "resnet18"}), encoding="utf-8")
        return inner

    return make


def numbers(state: State) -> dict[str, Any]:
    return {key: tensor.numpy() for key, tensor in state.items()}


DROPPED = "“{}” before every name dropped"
LEFT_OUT = "1 tensor that the network lacks left out (criterion.weight)"

FILES = {
    # ---- formats ----
    "zip": File(saved(STATE)),
    "before 1.6": File(legacy(STATE)),
    "protocol 4": File(saved(STATE, pickle_protocol=4)),
    "protocol 5": File(saved(STATE, pickle_protocol=5)),
    "before 1.6, protocol 4": File(legacy(dict(STATE))),
    "plain pickle": File(pickled(STATE)),
    "plain pickle, protocol 2": File(pickled(dict(STATE), 2)),
    "plain pickle, protocol 0": File(pickled(dict(STATE), 0)),
    "numpy arrays in a pickle": File(pickled(numbers(STATE))),
    "numpy arrays, protocol 2": File(pickled(numbers(STATE), 2)),
    "numpy arrays, protocol 5": File(pickled(numbers(STATE), 5)),
    "numpy arrays under model, as Detectron": File(
        pickled({"model": numbers(STATE), "__author__": "x"}, 2), "“model”"
    ),
    "numpy arrays in torch.save": File(saved(numbers(STATE))),
    "numpy arrays, big-endian": File(
        pickled({k: v.astype(v.dtype.newbyteorder(">")) for k, v in numbers(STATE).items()})
    ),
    "numpy arrays, Fortran order": File(
        pickled({k: np.asfortranarray(v) for k, v in numbers(STATE).items()})
    ),
    "safetensors": File(safetensors(STATE)),
    "safetensors named .bin": File(safetensors(STATE, "w.bin")),
    "safetensors named .pth": File(safetensors(STATE, "w.pth")),
    "pickle named .safetensors": File(raw(in_buffer(STATE), "w.safetensors")),
    "no ending": File(raw(in_buffer(STATE), "weights")),
    "zip compressed anew": File(rezipped(saved(STATE))),
    "zip compressed with LZMA": File(rezipped(saved(STATE), zipfile.ZIP_LZMA)),
    "zip compressed with bzip2": File(rezipped(saved(STATE), zipfile.ZIP_BZIP2)),
    "zip stored anew, not aligned": File(rezipped(saved(STATE), zipfile.ZIP_STORED)),
    "zip without its byte order": File(
        rezipped(saved(STATE), entry=lambda n, c: None if n.endswith("byteorder") else c)
    ),
    "sharded safetensors": File(sharded(STATE)),
    "sharded bin": File(sharded(STATE, ".bin")),
    "folder with model.safetensors": File(hub(("model.safetensors",), safetensors(STATE))),
    "folder with pytorch_model.bin": File(hub(("pytorch_model.bin",), saved(STATE))),
    "folder with shards": File(hub((), sharded(STATE))),
    "folder with one other file": File(hub(("best.ckpt",), saved(STATE))),
    # ---- under which key ----
    "state_dict": File(saved({"state_dict": STATE, "epoch": 3}), "taken from “state_dict”"),
    "model": File(saved({"model": STATE}), "taken from “model”"),
    "weights": File(saved({"weights": STATE, "loss": 0.1}), "taken from “weights”"),
    "net": File(saved({"net": STATE, "acc": 91.2, "epoch": 5}), "taken from “net”"),
    "params": File(saved({"params": STATE}), "taken from “params”"),
    "params_ema": File(saved({"params_ema": STATE}), "taken from “params_ema”"),
    "teacher": File(saved({"teacher": STATE}), "taken from “teacher”"),
    "two wrappers": File(
        saved({"checkpoint": {"model": STATE}, "epoch": 1}), "taken from “checkpoint.model”"
    ),
    "four wrappers": File(saved({"a": {"b": [0, {"c": STATE}]}}), "taken from “a.b.1.c”"),
    "tuple with an optimizer": File(saved((STATE, adam().state_dict())), "taken from “0”"),
    "beside an optimizer": File(
        saved({"model": STATE, "optimizer": adam().state_dict()}), "taken from “model”"
    ),
    "beside its average": File(
        saved({"ema": under("", FLOATS), "model": STATE}), "taken from “model”; “ema” would fit as well"
    ),
    "split by module": File(
        saved({"conv": SOURCE.conv.state_dict(), "bn": SOURCE.bn.state_dict(), "fc": SOURCE.fc.state_dict()})
    ),
    "defaultdict": File(saved(defaultdict(dict, model=STATE)), "taken from “model”"),
    # ---- names ----
    "DataParallel": File(saved(nn.DataParallel(SOURCE).state_dict()), DROPPED.format("module.")),
    "DDP under state_dict_ema": File(
        saved({"epoch": 1, "state_dict_ema": under("module.", STATE)}), DROPPED.format("module.")
    ),
    "torch.compile": File(saved(compiled()), "“_orig_mod” left out of the names"),
    "DDP of torch.compile": File(saved(under("module.", compiled())), DROPPED.format("module.")),
    "torch.compile of DDP": File(saved(under("_orig_mod.module.", STATE)), DROPPED.format("module.")),
    "a layer compiled": File(saved(compiled_inside()), "“_orig_mod” left out of the names"),
    "FSDP": File(saved(under("_fsdp_wrapped_module.", STATE)), "“_fsdp_wrapped_module” left out"),
    "checkpointed layer": File(
        saved({k.replace("fc.", "fc._checkpoint_wrapped_module."): v for k, v in STATE.items()}),
        "“_checkpoint_wrapped_module” left out",
    ),
    "backbone": File(saved(under("backbone.", STATE)), DROPPED.format("backbone.")),
    "several prefixes": File(saved(under("module.model.net.", STATE)), DROPPED.format("module.model.net.")),
    "suffix": File(saved(under("", STATE, "_ema")), "“_ema” behind every name dropped"),
    "prefix and suffix": File(saved(under("m.", STATE, ".data")), "“.data” behind every name dropped"),
    "more than the network": File(saved({**STATE, "criterion.weight": torch.ones(5)}), LEFT_OUT),
    "two networks by prefix": File(
        saved({**under("student.", STATE), **under("teacher.", STATE)}), "“teacher” would fit as well"
    ),
    "without batch counters": File(saved(FLOATS)),
    # ---- programs ----
    "Lightning, model": File(saved(lightning("model")), DROPPED.format("model.") + "; " + LEFT_OUT),
    "Lightning, net": File(saved(lightning("net")), DROPPED.format("net.") + "; " + LEFT_OUT),
    "Lightning before 1.6": File(legacy(lightning("model")), LEFT_OUT),
    "timm": File(
        saved(
            {
                "epoch": 9,
                "arch": "resnet18",
                "state_dict": STATE,
                "optimizer": adam().state_dict(),
                "version": 2,
                "args": argparse.Namespace(lr=0.1, opt="sgd"),
                "metric": 71.2,
            }
        ),
        "taken from “state_dict”",
    ),
    "timm, average alone": File(
        saved({"state_dict_ema": ModelEMA(SOURCE).state_dict()}), DROPPED.format("module.")
    ),
    "Ultralytics": File(saved(ultralytics()), "a network that was saved whole"),
    "whole network": File(
        saved(SOURCE), "a network that was saved whole, of which only the tensors were read"
    ),
    "whole network before 1.6": File(legacy(SOURCE), "saved whole"),
    "whole network, DataParallel": File(saved(nn.DataParallel(SOURCE)), DROPPED.format("module.")),
    "whole network, pickle": File(pickled({"model": SOURCE}), "saved whole"),
    "fastai": File(saved({"model": STATE, "opt": adam().state_dict()}), "taken from “model”"),
    "MMDetection": File(
        saved({"meta": {"env": "x", "CLASSES": ("a",)}, "state_dict": OrderedDict(STATE)}), "“state_dict”"
    ),
    "numpy scalar beside": File(
        saved({"state_dict": STATE, "best_acc": np.float64(0.91), "epoch": np.int64(3)})
    ),
    "random state beside": File(
        saved({"model": STATE, "rng": np.random.default_rng(0), "torch": torch.get_rng_state()})
    ),
    "objects beside": File(
        saved({"model": STATE, "config": Config(), "device": torch.device("cpu"), "dtype": torch.half})
    ),
    # ---- tensors ----
    "parameters": File(saved(dict(SOURCE.named_parameters()) | dict(SOURCE.named_buffers()))),
    "subclass of tensor": File(saved({key: tensor.as_subclass(Tagged) for key, tensor in STATE.items()})),
    "slices of one storage": File(
        saved({key: torch.stack([tensor, tensor])[1] for key, tensor in STATE.items()})
    ),
    "transposed": File(
        saved(
            {key: tensor.mT.contiguous().mT if tensor.dim() > 1 else tensor for key, tensor in STATE.items()}
        )
    ),
    "channels last": File(
        saved({k: t.to(memory_format=torch.channels_last) if t.dim() == 4 else t for k, t in STATE.items()})
    ),
    "counters with an axis": File(saved({k: t.reshape(1) if t.dim() == 0 else t for k, t in STATE.items()})),
    "counters as floats": File(saved({k: t.float() for k, t in STATE.items()})),
    "double": File(
        saved({k: t.double() if t.is_floating_point() else t for k, t in STATE.items()}),
        "float64 rounded to float32",
    ),
    "sparse tensor beside": File(
        saved({"model": STATE, "mask": torch.eye(3).to_sparse(), "q": torch.empty(2, device="meta")})
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_every_tensor_arrives_and_what_was_done_is_said(tmp_path: Path, name: str) -> None:
    file, target = FILES[name], network(seed=2)
    applied = weights.apply(target, weights.load(file.write(tmp_path)))
    there = target.state_dict()
    for key, tensor in STATE.items():
        if tensor.is_floating_point() or name != "without batch counters":
            assert torch.equal(there[key], tensor), key
    note = "".join(applied.notes)
    assert file.note in note and (file.note or "“" not in note or "taken from" in note) and "\n" not in note
    assert len(applied.notes) <= 1 and not applied.head


def test_there_are_as_many_as_was_promised() -> None:
    assert len(FILES) >= 60


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float8_e4m3fn])
@pytest.mark.parametrize("write", [saved, legacy, safetensors])
def test_narrow_numbers_are_widened_and_that_is_said(
    tmp_path: Path, write: Callable[..., Callable[[Path], Path]], dtype: torch.dtype
) -> None:
    if write is legacy and dtype.itemsize == 1:
        write = saved  # what wrote old files knew no such numbers
    narrow = {key: tensor.to(dtype) for key, tensor in FLOATS.items()}
    target = network(seed=2)
    applied = weights.apply(target, weights.load(write(narrow)(tmp_path)))
    name = str(dtype).removeprefix("torch.")
    assert f"{name} widened to float32" in applied.notes[0]
    for key, tensor in narrow.items():
        assert torch.equal(target.state_dict()[key], tensor.float()), key
