"""Time the plain forward, and each operation in it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from explorer.forward.attention import open_attention
from explorer.forward.gradients import without_gradients
from explorer.forward.naming import operation_name
from explorer.forward.preserve import Preserved
from explorer.forward.recording import Operation
from explorer.forward.returned import returned
from explorer.forward.tensors import tensors_in
from explorer.records.measures import Spread, Timing

BUDGET_S = 6.0  # once spent, measuring stops early, but never before three runs of each kind
SLOW_S = (
    0.5  # a slower forward is watched for cancelling; the watching, microseconds an operation, is lost in it
)
_LOOKAHEAD = 12


def measure(
    model: nn.Module,
    inputs: tuple[Any, ...],
    operations: list[Operation],
    runs: int,
    check: Callable[[], None] = lambda: None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    named: dict[str, Any] | None = None,
    written: Sequence[str] = (),
) -> Timing:
    """Time up to `runs` plain forwards, and after each of them one in which each operation is timed on its own.

    So both are measured while the machine has the same other work, and no first operation has to wake the threads.
    On CUDA the device is synchronised before and after each timed stretch, so the sum over operations is larger
    than the plain forward, in which kernels queue up.

    Args:
        model: In the mode it is to be timed in.
        inputs: Positional arguments of its forward.
        operations: Those of a recording of the same forward, for matching.
        runs: Most runs of each kind; after three, measuring stops when six seconds are spent.
        check: Called between operations and runs; whatever it raises ends measuring.
        progress: Told how many of how many runs are done.
        named: Keyword arguments of its forward.
        written: `Recording.written`: paths of the parameters that the forward writes into.

    The model's buffers, attributes, those parameters and the random state are afterwards what they were before.
    """
    run = partial(model, *inputs, **(named or {}))
    given = tensors_in(inputs, run.keywords)
    device = next((t.device for t in (*model.parameters(), *given)), None)
    wait = _waiter(device)
    passes: list[list[float | None]] = []
    forward: list[float] = []

    def both() -> None:
        with cancellable(check) if is_slow else nullcontext():
            forward.append(_timed(run, wait))
        progress(2 * len(passes) + 1, 2 * runs)
        check()
        passes.append(_matched(operations, _laps(run, check, wait)))
        progress(2 * len(passes), 2 * runs)

    with Preserved(model.modules()) as preserved:
        preserved.keep_all_but_parameters(map(model.get_parameter, written))
        is_slow, differentiates = _warmed_up(run, check)
        with torch.set_grad_enabled(differentiates):
            _laps(run, check, wait)  # the first one in parts is slower than the others
            _repeat(both, runs, check)
    laps = zip(*passes, strict=True)
    nodes = tuple(spread([v for v in lap if v is not None]) if None not in lap else None for lap in laps)
    return Timing(str(device), torch.get_num_threads(), _batch(given), spread(forward), nodes)


def _warmed_up(run: Callable[[], Any], check: Callable[[], None]) -> tuple[bool, bool]:
    """Run a forward for the first time; return whether it is slow, and whether it turns gradients on."""
    with cancellable(check):
        start = time.perf_counter()
        differentiates = without_gradients(lambda: (run(), torch.is_grad_enabled())[1])
    return time.perf_counter() - start > SLOW_S, differentiates


def _batch(tensors: list[Tensor]) -> int:
    return next((tensor.shape[0] for tensor in tensors if tensor.dim()), 1)


def _waiter(device: torch.device | None) -> Callable[[], None]:
    """Return what waits until a device has done all it was given."""
    return (
        partial(torch.cuda.synchronize, device)
        if device is not None and device.type == "cuda"
        else lambda: None
    )


@contextmanager
def cancellable(check: Callable[[], None]) -> Iterator[None]:
    """Return a context in which `check` is called before each operation; whatever it raises ends the forward."""
    # Turning gradients back on is such an operation: if it is the one that `check` ends, it is made up for here.
    with torch.set_grad_enabled(torch.is_grad_enabled()), _Stopwatch(check, lambda: None):
        yield


def spread(seconds: list[float]) -> Spread:
    """Return median, 10th and 90th percentile in milliseconds."""
    p10, median, p90 = (float(v) for v in np.percentile(np.asarray(seconds) * 1e3, [10, 50, 90]))
    return Spread(median, p10, p90, len(seconds))


def _repeat(run: Callable[[], None], runs: int, check: Callable[[], None]) -> None:
    start = time.perf_counter()
    for done in range(runs):
        check()
        if done >= 3 and time.perf_counter() - start > BUDGET_S:
            break
        run()


def _timed(call: Callable[[], Any], wait: Callable[[], None]) -> float:
    wait()
    start = time.perf_counter()
    call()
    wait()
    return time.perf_counter() - start


def _laps(
    run: Callable[[], Any], check: Callable[[], None], wait: Callable[[], None]
) -> list[tuple[str, float]]:
    """Return name and time of each operation of a forward."""
    watch = _Stopwatch(check, wait)
    with watch:
        run()
    return watch.laps


class _Stopwatch(TorchFunctionMode):
    """Takes the time of each operation as its author wrote it."""

    def __init__(self, check: Callable[[], None], wait: Callable[[], None]) -> None:
        super().__init__()
        self.laps: list[tuple[str, float]] = []
        self._check = check
        self._wait = wait

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if func is torch._C._set_grad_enabled:  # a context that is being left must not be held up
            return func(*args, **kwargs)
        if (opened := open_attention(func)) is not None:
            with self:
                return opened(*args, **kwargs)
        self._check()
        self._wait()
        start = time.perf_counter()
        result = func(*args, **kwargs)
        self._wait()
        lap = time.perf_counter() - start
        if result is None or tensors_in(result):  # not a question for a shape or a number
            self.laps.append((operation_name(func), lap))
        return result


def _matched(operations: list[Operation], laps: list[tuple[str, float]]) -> list[float | None]:
    """Give each operation its lap: the next one of its name; calls that a random model skips lie in between."""
    times: list[float | None] = []
    position = 0
    for operation in operations:
        ahead = range(position, min(position + _LOOKAHEAD, len(laps))) if operation.announced else ()
        found = next((k for k in ahead if laps[k][0] == operation.op), None)
        times.append(None if found is None else laps[found][1])
        position = position if found is None else found + 1
    return times


def train_steps(
    model: nn.Module,
    inputs: tuple[Any, ...],
    runs: int,
    check: Callable[[], None] = lambda: None,
    named: dict[str, Any] | None = None,
    written: Sequence[str] = (),
) -> Spread:
    """Time forward and backward of the sum of all outputs, gradients dropped after each run; no optimiser.

    The model's buffers, attributes, written parameters and the random state are afterwards what they were before.

    Args:
        model: In training mode.
        inputs: Positional arguments of its forward.
        runs: How many steps are timed.
        check: Called between operations of the first step and between the others; whatever it raises ends it.
        named: Keyword arguments of its forward.
        written: As for `measure`.
    """
    named = named or {}
    wait = _waiter(next((tensor.device for tensor in tensors_in(inputs, named)), None))

    def step() -> None:
        outputs = returned(model(*inputs, **named))
        sum(output.sum() for _, output in outputs).backward()  # type: ignore[union-attr]
        model.zero_grad(set_to_none=True)

    def timed() -> float:
        check()
        return _timed(step, wait)

    with Preserved(model.modules()) as preserved:
        preserved.keep_all_but_parameters(map(model.get_parameter, written))
        with cancellable(check):
            step()
        return spread([timed() for _ in range(runs)])
