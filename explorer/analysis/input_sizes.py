"""Which square sizes of the input a network can work on, found by trying them without computing a value."""

import copy
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import count
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from explorer.analysis.preserve import Preserved
from explorer.records.models import SizeRange

_PATIENCE_SECONDS = 8.0
# They give back the shape they got; torch spells each out in a dozen steps on the meta device.
_KEEPS_SHAPE = {F.batch_norm, F.gelu, F.silu, F.hardswish, F.hardtanh, F.relu6}

Works = Callable[[int], bool]
Check = Callable[[], None]


def find(module: nn.Module, usual: Tensor, check: Check = lambda: None) -> SizeRange | None:
    """Return the square sizes that a network for images works on; None if none was found.

    Every side from one pixel up is tried until one works, so that the smallest is the smallest indeed. From there on
    the next that works tells the step, and two sizes beyond twice the usual one whether there is a largest. The
    sizes are tried on torch's meta device, which knows shapes and no values. What is found is confirmed by running
    the network itself at both ends and just outside. Where that disagrees, or the network's code asks for values,
    the network itself is run on all sizes; if that takes more than a few seconds, nothing is said.

    Args:
        module: In the mode and on the device that it runs in; it is left as it is.
        usual: An input (N, C, H, W) of the usual size, its values do not matter.
        check: Called before each try; whatever it raises ends the search.
    """
    if usual.dim() != 4:
        return None
    side = max(usual.shape[-2:])
    try:
        weights, meta = _twin(module, _same), _twin(module, _on_meta)
    except Exception:  # noqa: BLE001 - a network may hold anything, also what cannot be copied
        return None
    with Preserved(()), torch.no_grad():  # the random state and the switches
        run, without_values = _answering(_running(weights, usual), check), _without_values(meta, usual)
        if not _needs_values(without_values, side):
            found = _search(_answering(without_values, check), side)
            if found is None and not run(side):
                return None
            if found is not None and _is_confirmed(found, run, side):
                return found
        return _search(_patient(run), side)


def _search(works: Works, usual: int) -> SizeRange | None:
    """Return what `works` says of all sides, looked at up to beyond twice the usual one."""
    try:
        smallest = _first(works, range(1, 2 * usual + 1))
        if smallest is None:
            return None
        following = _first(works, range(smallest + 1, 2 * max(smallest, usual) + 1))
        if following is None:
            return SizeRange(smallest, smallest, 1)
        step = following - smallest
        return SizeRange(smallest, *_end(works, smallest, step, usual))
    except TimeoutError:
        return None


def _end(works: Works, smallest: int, step: int, usual: int) -> tuple[int | None, int | None]:
    """Return the largest side that works (None if there is no end) and the step (None if there is no rule)."""
    far = _far(smallest, step, usual)
    beyond = [works(side) for side in _far_sides(far, step)]
    is_usual_regular = not works(usual) or (usual >= smallest and (usual - smallest) % step == 0)
    if all(beyond):
        return None, step if is_usual_regular else None
    if any(beyond):
        return None, None
    good, bad = smallest + step, far
    while bad - good > step:
        middle = good + (bad - good) // (2 * step) * step
        good, bad = (middle, bad) if works(middle) else (good, middle)
    if works(usual) and not smallest <= usual <= good:
        return None, None
    return good, step


def _far(smallest: int, step: int, usual: int) -> int:
    """Return the first side of the rule that is at least twice the usual one."""
    return smallest + step * -(-(2 * max(usual, smallest) - smallest) // step)


def _far_sides(far: int, step: int) -> tuple[int, int]:
    """Return a side and one beyond it that share no factor but the step: a rule for both holds for all."""
    if step > 1:
        return far, far + step
    return far, next(n for n in count(far + 1) if all(n % k for k in range(2, int(n**0.5) + 1)))


def _first(works: Works, sides: Iterable[int]) -> int | None:
    return next((side for side in sides if works(side)), None)


def _is_confirmed(found: SizeRange, run: Works, usual: int) -> bool:
    """Tell whether the network itself agrees, at the ends and just outside, or far out where there is no end."""
    step = found.step or 1
    if not run(found.smallest) or (found.smallest > 1 and run(found.smallest - 1)):
        return False
    if found.largest is not None:
        return run(found.largest) and not run(found.largest + step)
    return found.step is None or run(_far(found.smallest, step, usual))


# ---- one try ----


def _twin(module: nn.Module, stands_for: Callable[[Tensor], Tensor]) -> nn.Module:
    """Return a copy of a network in which `stands_for(parameter)` is in the place of each parameter.

    Whatever runs on it leaves the network itself alone, and the weights are not copied.
    """
    parameters = {id(p): nn.Parameter(stands_for(p.detach()), False) for p in module.parameters()}
    buffers = {id(b): stands_for(b.clone()) for b in module.buffers()}
    return copy.deepcopy(module, {**parameters, **buffers})


def _same(tensor: Tensor) -> Tensor:
    return tensor


def _on_meta(tensor: Tensor) -> Tensor:
    return tensor.to("meta")


def _without_values(meta: nn.Module, usual: Tensor) -> Callable[[int], None]:
    """Return what runs a network without values, on shapes alone."""

    def run(side: int) -> None:
        with _ShapesKept():
            meta(torch.empty((*usual.shape[:2], side, side), dtype=usual.dtype, device="meta"))

    return run


def _running(module: nn.Module, usual: Tensor) -> Callable[[int], None]:
    """Return what runs a network in earnest."""

    def run(side: int) -> None:
        module(usual.new_zeros((*usual.shape[:2], side, side)))

    return run


def _answering(run: Callable[[int], None], check: Check) -> Works:
    def works(side: int) -> bool:
        check()
        with suppress(Exception):  # whatever the network's code raises: it does not work on this size
            run(side)
            return True
        return False

    return works


def _patient(works: Works) -> Works:
    """Return the same, but `TimeoutError` once it has taken too long."""
    end = time.monotonic() + _PATIENCE_SECONDS

    def in_time(side: int) -> bool:
        if time.monotonic() > end:
            raise TimeoutError
        return works(side)

    return in_time


def _needs_values(run: Callable[[int], None], side: int) -> bool:
    """Tell whether the network's code asks a tensor for its values, which the meta device has not."""
    try:
        run(side)
    except Exception as error:  # noqa: BLE001 - the network's own code may raise anything
        # torch says so only in words: "... cannot be called on meta tensors", "Cannot copy out of meta tensor".
        return "meta tensor" in str(error)
    return False


class _ShapesKept(TorchFunctionMode):
    """Leaves out operations that only change values."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func in _KEEPS_SHAPE and args:
            return torch.empty_like(args[0])
        return func(*args, **(kwargs or {}))
