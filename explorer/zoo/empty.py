"""Building a network without drawing the random numbers that loaded weights would overwrite.

Drawing them takes seconds for a large network, longer than reading its weights.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn.modules.module import register_module_parameter_registration_hook
from torch.overrides import TorchFunctionMode


def without_random_numbers(build: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
    """Return a builder of the same network whose parameters hold garbage.

    While the network is built its parameters have no storage, so that filling them costs nothing. Buffers are
    real from the start: they may be missing from a state_dict. `build` must not read its parameters' values.
    """

    def build_empty() -> nn.Module:
        with _parameters_without_storage(), _NormalSkipped():
            model = build()
        _allocate(model)
        return model

    return build_empty


@contextmanager
def _parameters_without_storage() -> Iterator[None]:
    builder = threading.get_ident()

    def strip(_module: nn.Module, _name: str, parameter: nn.Parameter) -> nn.Parameter | None:
        if threading.get_ident() != builder:  # the hook is called for the modules of all threads
            return None
        if parameter.is_meta:  # registered before, now shared
            return None
        return nn.Parameter(parameter.detach().to("meta"), parameter.requires_grad)

    hook = register_module_parameter_registration_hook(strip)  # type: ignore[arg-type]  # its stub forgets the result
    try:
        yield
    finally:
        hook.remove()


class _NormalSkipped(TorchFunctionMode):
    """Without storage `normal_` changes nothing, yet torch imports its compiler to find that out: 0.7 s."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if func in (nn.init.normal_, torch.Tensor.normal_):
            target = args[0] if args else kwargs["tensor"]
            if target.is_meta:
                return target
        return func(*args, **kwargs)


def _allocate(model: nn.Module) -> None:
    """Give each parameter storage; a parameter that several modules share stays shared."""
    made: dict[nn.Parameter, nn.Parameter] = {}
    for module in model.modules():
        for name, parameter in module.named_parameters(recurse=False, remove_duplicate=False):
            if parameter not in made:
                storage = torch.empty(parameter.shape, dtype=parameter.dtype)
                made[parameter] = nn.Parameter(storage, parameter.requires_grad)
            setattr(module, name, made[parameter])
