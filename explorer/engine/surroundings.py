"""What a model's own code may change of the process it runs in; it holds for that model, and for nobody else.

Two kinds of state are told apart. Settings (the default dtype, the working directory, environment variables) belong to
the model: they are put back after it was built, and are as it wants them while it runs. All else (handlers of signals,
limits, random states, hooks on every module) is only put back.
"""

import logging
import os
import random
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import partial
from os import _exit  # what a model's code finds in `os` may be another
from typing import Any, NamedTuple, NoReturn

import numpy as np
import torch
from torch.nn.modules import module as torch_module

if sys.platform != "win32":
    import resource


class _State(NamedTuple):
    """A piece of state: how it is read, how it is set."""

    get: Callable[[], Any]
    put: Callable[[Any], object]


class Surroundings:
    """The state of the process as one model wants it.

    Args:
        around: Opened with it, such as what the model imports.
    """

    def __init__(self, around: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        self._around = around
        self._wanted: list[Any] | None = None
        self._is_open = False

    @contextmanager
    def open(self) -> Iterator[None]:
        """Let the model's own code run; afterwards the process is as it was before.

        A copy of the process that the model's code made (`os.fork`) and that comes back here ends: it is not the
        engine, and must not answer in its name. `os._exit` asks to exit, as `sys.exit` does: what ends without a word
        would look as if all had been answered.
        """
        if self._is_open:
            yield
            return
        process, states = os.getpid(), [*_SETTINGS, *_OTHERS]
        before = [state.get() for state in states]
        self._is_open = True
        os._exit = partial(_ask_to_exit, process, threading.get_ident())
        try:
            with warnings.catch_warnings(), self._around():
                if self._wanted is not None:
                    _put(_SETTINGS, self._wanted)
                yield
        finally:
            if os.getpid() != process:
                _exit(0)
            self._is_open = False
            self._wanted = [state.get() for state in _SETTINGS]
            _put(states, before)


def _ask_to_exit(process: int, thread: int, status: int) -> NoReturn:
    """Stand for `os._exit` in a model's code; copies of the process, and other threads, end as they are told."""
    if (os.getpid(), threading.get_ident()) != (process, thread):
        _exit(status)
    raise SystemExit(status)


def _put(states: list[_State], values: list[Any]) -> None:
    for state, value in zip(states, values, strict=True):
        # What cannot be put back is no reason to lose the rest: a limit that was lowered for good, a folder deleted.
        with suppress(Exception):
            if not _same(state.get(), value):
                state.put(value)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    return bool(one == other)


# ---- settings ----


def _default_device() -> torch.device:
    return torch.get_default_device()


def _set_default_device(device: torch.device) -> None:
    torch.set_default_device(None if device.type == "cpu" else device)


def _folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - a path that may not exist any more
    except OSError:
        return ""


def _set_environment(values: dict[str, str]) -> None:
    for name in os.environ.keys() - values.keys():
        del os.environ[name]
    for name, value in values.items():
        if os.environ.get(name) != value:
            os.environ[name] = value


def _deterministic() -> tuple[bool, bool]:
    return torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()


def _set_deterministic(values: tuple[bool, bool]) -> None:
    torch.use_deterministic_algorithms(values[0], warn_only=values[1])


def _set_numpy_errors(values: dict[str, Any]) -> None:
    np.seterr(**values)


def _attribute(owner: Any, name: str) -> _State:
    return _State(partial(getattr, owner, name), partial(setattr, owner, name))


_SETTINGS = [
    _State(torch.get_default_dtype, torch.set_default_dtype),
    _State(_default_device, _set_default_device),
    _State(torch.get_num_threads, torch.set_num_threads),
    _State(_deterministic, _set_deterministic),
    _State(torch.get_float32_matmul_precision, torch.set_float32_matmul_precision),
    _attribute(torch.backends.cudnn, "enabled"),
    _attribute(torch.backends.cudnn, "benchmark"),
    _attribute(torch.backends.cudnn, "deterministic"),
    _State(np.geterr, _set_numpy_errors),
    _State(_folder, os.chdir),
    _State(lambda: dict(os.environ), _set_environment),
    _State(sys.getrecursionlimit, sys.setrecursionlimit),
]


# ---- what is only put back ----


def _set_numpy_state(state: Any) -> None:
    np.random.set_state(state)


def _numpy_state() -> tuple[Any, ...]:
    kind, keys, *rest = np.random.get_state(legacy=True)
    return (kind, tuple(np.asarray(keys).tolist()), *rest)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _handlers() -> dict[int, Any]:
    if threading.current_thread() is not threading.main_thread():  # only that one may set them
        return {}
    return {number: signal.getsignal(number) for number in signal.valid_signals()}


def _set_handlers(handlers: dict[int, Any]) -> None:
    for number, handler in handlers.items():
        if handler is not None and signal.getsignal(number) is not handler:
            signal.signal(number, handler)


def _alarm() -> tuple[float, float]:
    return signal.getitimer(signal.ITIMER_REAL)


def _set_alarm(value: tuple[float, float]) -> None:
    left = signal.getitimer(signal.ITIMER_REAL)[0]
    if not 0 < left <= value[0]:  # else it has but gone on
        signal.setitimer(signal.ITIMER_REAL, *value)


def _limits() -> dict[int, tuple[int, int]]:
    kinds = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]
    return {kind: resource.getrlimit(kind) for kind in kinds}


def _set_limits(values: dict[int, tuple[int, int]]) -> None:
    for kind, (soft, hard) in values.items():
        now = resource.getrlimit(kind)
        if now != (soft, hard):
            with suppress(ValueError, OSError):
                resource.setrlimit(kind, (soft, max(hard, soft)))
            with suppress(ValueError, OSError):  # a hard limit that was lowered stays so
                resource.setrlimit(kind, (now[1], now[1]))


def _modes() -> tuple[int, int]:
    return torch._C._len_torch_function_stack(), torch._C._len_torch_dispatch_stack()


def _leave_modes(before: tuple[int, int]) -> None:
    while torch._C._len_torch_dispatch_stack() > before[1]:
        torch._C._pop_torch_dispatch_stack()
    while torch._C._len_torch_function_stack() > before[0]:
        torch._C._pop_torch_function_stack()


def _hooks() -> list[dict[Any, Any]]:
    return [dict(getattr(torch_module, name)) for name in _HOOKS]


def _set_hooks(hooks: list[dict[Any, Any]]) -> None:
    for name, values in zip(_HOOKS, hooks, strict=True):
        table = getattr(torch_module, name)
        table.clear()
        table.update(values)


_HOOKS = [
    name for name in vars(torch_module)
    if name.startswith("_global_") and name.endswith("_hooks") and isinstance(getattr(torch_module, name), dict)
]  # fmt: skip


def _log() -> tuple[int, list[logging.Handler], int]:
    root = logging.getLogger()
    return root.level, list(root.handlers), logging.root.manager.disable


def _set_log(state: tuple[int, list[logging.Handler], int]) -> None:
    root = logging.getLogger()
    root.setLevel(state[0])
    root.handlers[:] = state[1]
    logging.disable(state[2])


_OTHERS = [
    _State(torch.is_grad_enabled, torch._C._set_grad_enabled),
    _State(_modes, _leave_modes),
    _State(torch.is_anomaly_enabled, torch.set_anomaly_enabled),
    _State(partial(torch.is_autocast_enabled, "cpu"), partial(torch.set_autocast_enabled, "cpu")),
    _State(torch.backends.mha.get_fastpath_enabled, torch.backends.mha.set_fastpath_enabled),
    _State(torch.get_rng_state, torch.set_rng_state),
    _State(random.getstate, random.setstate),
    _State(_numpy_state, _set_numpy_state),
    _State(_handlers, _set_handlers),
    _State(_hooks, _set_hooks),
    _State(_log, _set_log),
    _State(sys.getswitchinterval, sys.setswitchinterval),
    _State(sys.gettrace, sys.settrace),
    _State(sys.getprofile, sys.setprofile),
    *(
        _attribute(sys, name)
        for name in ("stdin", "stdout", "stderr", "excepthook", "unraisablehook", "displayhook")
    ),
    _attribute(threading, "excepthook"),
    _attribute(os, "_exit"),
    _State(_umask, os.umask),
]
if sys.platform != "win32":
    _OTHERS += [_State(_alarm, _set_alarm), _State(_limits, _set_limits)]
