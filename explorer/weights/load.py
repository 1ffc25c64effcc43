"""Reading files of weights without running what may hide in them, and putting them into a network."""

import pickle
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from explorer.weights.store import WeightsError

StateDict = dict[str, Tensor]

_ADVICE = "save model.state_dict() and load that"
_WRAPPERS = ("state_dict", "model_state_dict", "model")


def load(path: Path) -> StateDict:
    """Read a state_dict from a `.safetensors` file or one that `torch.save` wrote; tensors lie on the CPU.

    A state_dict kept under `state_dict`, `model_state_dict` or `model` is taken out, and a `module.` before
    every key (from data-parallel training) is dropped. No code in the file runs.

    Raises:
        WeightsError: The file is missing, broken, or holds anything but tensors by name.
    """
    if not path.is_file():
        raise WeightsError(f"there is no file {path}; check the path")
    content = _read_safetensors(path) if path.suffix == ".safetensors" else _read_pickle(path)
    state = _unwrapped(content)
    if not isinstance(state, dict) or not state:
        raise WeightsError(f"{path.name} holds no tensors by name; {_ADVICE}")
    for key, value in state.items():
        if not isinstance(key, str) or not isinstance(value, Tensor):
            raise WeightsError(
                f"{path.name} is not a state_dict: its entry {key!r} is no tensor but of type "
                f"{type(value).__name__}; {_ADVICE}"
            )
    if all(key.startswith("module.") for key in state):
        return {key.removeprefix("module."): tensor for key, tensor in state.items()}
    return dict(state)


def _read_safetensors(path: Path) -> object:
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise _unreadable(path, error) from error


def _read_pickle(path: Path) -> object:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about old formats; what cannot be read raises
            # Mapped files are read as they are copied into the network: half the memory. Old ones cannot be.
            return torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except pickle.UnpicklingError as error:
        if wanted := re.search(r"GLOBAL ([\w.]+)", str(error)):
            raise WeightsError(
                f"{path.name} was not loaded: it asks for {wanted[1]}, and a file may not run code; {_ADVICE}"
            ) from error
        raise _unreadable(path, error) from error
    except Exception as error:  # a broken pickle can raise anything
        if "TorchScript" in str(error):
            raise WeightsError(
                f"{path.name} is a TorchScript archive, which is a program; {_ADVICE}"
            ) from error
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> WeightsError:
    """Cut torch's page of advice down to the sentence that says what went wrong."""
    cause = ""  # what else a broken pickle raises says nothing to a person
    if isinstance(error, RuntimeError | OSError | pickle.UnpicklingError | SafetensorError):
        text = str(error).rpartition("WeightsUnpickler error:")[2].strip()
        sentence = re.split(r"\n|(?<=[a-z])\. ", text)[0].rstrip(".")
        cause = f" ({sentence})" if sentence else ""
    return WeightsError(f"{path.name} cannot be read as weights{cause}: it may be broken, fetch it again")


def _unwrapped(content: object) -> Any:
    if isinstance(content, dict):
        for wrapper in _WRAPPERS:
            if isinstance(content.get(wrapper), dict):
                return content[wrapper]
    return content


def apply(
    model: nn.Module,
    state: StateDict,
    adapt: Callable[[StateDict], StateDict] | None = None,
    source: str = "the weights",
) -> None:
    """Copy the tensors of `state` into the model's parameters and buffers, all of them or none.

    The counters `num_batches_tracked` may be missing, as they are in files from before PyTorch 0.4.1.

    Args:
        model: Changed in place; keeps its device and dtypes.
        state: The tensors by name.
        adapt: Maps the names to the model's.
        source: Where the tensors are from, for the error.

    Raises:
        WeightsError: Names or shapes do not fit; the model is unchanged.
    """
    state = adapt(state) if adapt else state
    own = model.state_dict()
    _check(own, state, source)
    with torch.no_grad():
        for key, tensor in own.items():
            if key in state:
                tensor.copy_(state[key])


def _check(own: StateDict, state: StateDict, source: str) -> None:
    missing = [key for key in own if key not in state and not key.endswith("num_batches_tracked")]
    unexpected = [key for key in state if key not in own]
    other = [
        f"{key} {tuple(state[key].shape)} instead of {tuple(tensor.shape)}"
        for key, tensor in own.items()
        if key in state and state[key].shape != tensor.shape
    ]
    kinds = (("missing", missing), ("unexpected", unexpected), ("of another shape", other))
    problems = [f"{len(keys)} {kind} ({_first(keys)})" for kind, keys in kinds if keys]
    if problems:
        raise WeightsError(
            f"{source} do not fit the network: {', '.join(problems)}; choose the network they were saved from"
        )


def _first(keys: Iterable[str], count: int = 5) -> str:
    keys = list(keys)
    return ", ".join(keys[:count]) + (", …" if len(keys) > count else "")
