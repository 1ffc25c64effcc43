"""Oracles for recordings that share no code with the recorder: they clone everything at once."""

from unittest import mock

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode


def randomise(model: nn.Module, seed: int = 0) -> nn.Module:
    """Give batch normalisation statistics and affine parameters that do something; the defaults hide corruption."""
    generator = torch.Generator().manual_seed(seed)
    for module in model.modules():
        if isinstance(module, (nn.BatchNorm2d, nn.BatchNorm3d)):
            for tensor, low in ((module.running_mean, -0.5), (module.running_var, 0.5)):
                tensor.uniform_(low, low + 1, generator=generator)
            for tensor, low in ((module.weight.data, 0.5), (module.bias.data, -0.5)):
                tensor.uniform_(low, low + 1, generator=generator)
        elif isinstance(module, nn.LayerNorm) and module.weight is not None:
            module.weight.data.uniform_(0.5, 1.5, generator=generator)
            if module.bias is not None:
                module.bias.data.uniform_(-0.5, 0.5, generator=generator)
    return model


def flat(value: object) -> list[Tensor]:
    """Return the tensors in nested containers."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [t for v in value for t in flat(v)] if isinstance(value, (tuple, list)) else []


class CloneEverything(TorchFunctionMode):
    """Keeps a clone of the result of every function call, taken before anything else can run."""

    def __init__(self) -> None:
        super().__init__()
        self.results: list[list[Tensor]] = []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func is F.multi_head_attention_forward:
            with self, mock.patch("torch.nn.functional.has_torch_function", lambda _tensors: False):
                return func(*args, **(kwargs or {}))
        result = func(*args, **(kwargs or {}))
        written = func.__name__ in ("__setitem__", "__set__")
        found = flat(args[0] if written else result)
        if found:
            self.results.append([t.clone() for t in found])
        return result


def functional_results(model: nn.Module, *inputs: Tensor) -> tuple[object, list[list[Tensor]]]:
    """Return the output of a plain forward and the clones of all its function calls' results."""
    mode = CloneEverything()
    with torch.no_grad(), mode:
        output = model(*inputs)
    return output, mode.results


def leaf_results(model: nn.Module, *inputs: Tensor) -> dict[str, list[Tensor]]:
    """Return clones of the outputs of all childless modules, by path (and `:call` where it is called again)."""
    results: dict[str, list[Tensor]] = {}
    calls: dict[str, int] = {}
    handles = []

    def keep(path):
        def hook(_module, _args, output):
            call = calls.get(path, 0)
            calls[path] = call + 1
            results[f"{path}:{call}" if call else path] = [t.clone() for t in flat(output)]

        return hook

    for path, module in model.named_modules():
        if path and not list(module.children()):
            handles.append(module.register_forward_hook(keep(path)))
    with torch.no_grad():
        model(*inputs)
    for handle in handles:
        handle.remove()
    return results


def same(a: Tensor, b: Tensor) -> bool:
    """Tell whether two tensors are equal to the bit, NaN included."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if a.is_quantized:  # its bits are no numbers of their own: scale and zero point count
        return torch.equal(a, b)
    # A copy, for a tensor of one element may have any stride and pass for contiguous.
    whole = torch.contiguous_format
    a, b = (
        t.detach().resolve_conj().clone(memory_format=whole).flatten().view(torch.uint8) if t.numel() else t
        for t in (a, b)
    )
    return torch.equal(a, b)
