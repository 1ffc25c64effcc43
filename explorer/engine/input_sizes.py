"""Which square sizes of the input a network can work on, found by trying them without computing a value."""

import copy
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from explorer.forward import timing
from explorer.forward.preserve import Preserved
from explorer.records import faults
from explorer.records.sizes import SizeRange

PATIENCE_SECONDS = 3.0
_SHARE_OF_SHAPES = 0.5
# They give back the shape they got; torch spells each out in a dozen steps on the meta device.
_KEEPS_SHAPE = {F.batch_norm, F.gelu, F.silu, F.hardswish, F.hardtanh, F.relu6}

Works = Callable[[int], bool]
Check = Callable[[], None]


def find(
    module: nn.Module, usual: Tensor, check: Check = lambda: None, seconds: float | None = None
) -> SizeRange | None:
    """Return the square sizes that a network for images works on; None if none was found.

    Every side from one pixel to twice the usual one is tried, as far as the time allows, and the rule is what these
    tries show: all from the smallest on, or all in one step and none between. Sides at about three times the usual
    one tell whether it goes on; where they contradict it, there is no rule. The sizes are tried on torch's meta
    device, which knows shapes and no values. What is found is confirmed by running the network itself at the
    smallest size and, as far as the time allows, just outside and at the largest or twice the usual one. Where that
    disagrees, or the network's code asks for values, the network itself is run on all sizes.

    Args:
        module: In the mode and on the device that it runs in; it is left as it is.
        usual: An input (N, C, H, W) of the usual size, its values do not matter.
        check: Called before each try and before each operation of the network itself; whatever it raises, again and
            again, ends the search.
        seconds: The search ends after about that time, and then says less; None for `PATIENCE_SECONDS`.
    """
    if usual.dim() != 4:
        return None
    side = max(usual.shape[-2:])
    try:
        weights, meta = twin(module), twin(module, _on_meta)
    except Exception:  # noqa: BLE001 - a network may hold anything, also what cannot be copied
        return None
    now, seconds = time.monotonic(), PATIENCE_SECONDS if seconds is None else seconds
    on_shapes, soon = _without_values(meta, usual), _until(now + _SHARE_OF_SHAPES * seconds, check)
    end = _until(now + seconds, check)
    run = _answering(_running(weights, usual, end), end)
    with Preserved(()), torch.no_grad():  # the random state and the switches
        if not _needs_values(on_shapes, side):
            found = _search(_answering(on_shapes, soon), side)
            with suppress(TimeoutError):
                if found is not None and _is_confirmed(found, run, side):
                    return found
                if found is None and not run(side):
                    return None
        return _search(run, side)


def _until(end: float, check: Check) -> Check:
    """Return the same check, which raises `TimeoutError` from the time `end` on."""

    def in_time() -> None:
        check()
        if time.monotonic() > end:
            raise TimeoutError

    return in_time


def _search(works: Works, usual: int) -> SizeRange | None:
    """Return what `works` says of all sides up to twice the usual one, or up to where the time was out."""
    end, tried, working, does_usual = 2 * usual, 0, [], False
    with suppress(TimeoutError):
        does_usual = works(usual)
        for side in range(1, end + 1):
            if works(side):
                working.append(side)
            tried = side
    if not working:
        return None
    found = _rule(working, usual if does_usual else None)
    if found.step is None:
        return found
    if tried < end:
        return replace(found, is_open=True)
    try:
        return _beyond(found, works, usual)
    except TimeoutError:
        return replace(found, is_open=True)


def _rule(working: list[int], usual: int | None) -> SizeRange:
    """Return the rule that all of these sides follow and none between them breaks, up to the last of them."""
    smallest, last = working[0], working[-1]
    step = working[1] - smallest if len(working) > 1 else 1
    if working != list(range(smallest, last + 1, step)):
        return SizeRange(smallest, None, None, usual)
    found = SizeRange(smallest, last, step)
    return found if usual is None or found.holds(usual) else replace(found, usual=usual)


def _beyond(found: SizeRange, works: Works, usual: int) -> SizeRange:
    """Return the rule without an end, if there is none; without a step, where sides further out break it."""
    assert found.step is not None and found.largest is not None, "asked only of a rule"
    on, off = _far_sides(found.smallest, found.step, usual)
    does = [works(side) for side in on]
    ends = found.largest + found.step <= 2 * usual
    if any(works(side) for side in off) or (any(does) if ends else any(does) != all(does)):
        return SizeRange(found.smallest, None, None, usual if works(usual) else None)
    return replace(found, largest=None) if all(does) else replace(found, is_open=not ends)


def _far_sides(smallest: int, step: int, usual: int) -> tuple[tuple[int, int], tuple[int, ...]]:
    """Return two sides of the rule at about three times the usual one, and one that is none of the rule.

    Where every side is one of the rule, the second is a prime: a rule with a larger step does not hold both.
    """
    far = _on_rule_from(3 * usual, smallest, step)
    if step > 1:
        return (far, far + step), (far + 1,)
    return (far, next(n for n in count(far + 1) if all(n % k for k in range(2, int(n**0.5) + 1)))), ()


def _on_rule_from(side: int, smallest: int, step: int) -> int:
    return smallest + step * max(0, -(-(side - smallest) // step))


def _is_confirmed(found: SizeRange, run: Works, usual: int) -> bool:
    """Tell whether the network itself agrees: at the smallest size, and at others as far as the time allows.

    Raises:
        TimeoutError: There was not even time for the smallest.
    """
    if not run(found.smallest):
        return False
    with suppress(TimeoutError):
        return all(run(side) is expected for side, expected in _telling(found, usual))
    return True


def _telling(found: SizeRange, usual: int) -> Iterator[tuple[int, bool]]:
    """Yield sides and whether they should work, the cheap ones first."""
    if found.smallest > 1:
        yield found.smallest - 1, False
    if found.usual is not None:
        yield found.usual, True
    if found.step is not None and found.largest is None:
        yield _on_rule_from(2 * usual, found.smallest, found.step), True
    if found.step is not None and found.largest is not None:
        yield found.largest, True
        if not found.is_open:
            yield found.largest + found.step, False


# ---- one try ----


def twin(module: nn.Module, stands_for: Callable[[Tensor], Tensor] = lambda tensor: tensor) -> nn.Module:
    """Return a copy of a network in which `stands_for(parameter)` is in the place of each parameter.

    Whatever runs on it leaves the network itself alone, and the weights are not copied.
    """
    parameters = {id(p): nn.Parameter(stands_for(p.detach()), False) for p in module.parameters()}
    buffers = {id(b): stands_for(b.clone()) for b in module.buffers()}
    return copy.deepcopy(module, {**parameters, **buffers})


def _on_meta(tensor: Tensor) -> Tensor:
    return tensor.to("meta")


def _without_values(meta: nn.Module, usual: Tensor) -> Callable[[int], None]:
    """Return what runs a network without values, on shapes alone."""

    def run(side: int) -> None:
        with _ShapesKept():
            meta(torch.empty((*usual.shape[:2], side, side), dtype=usual.dtype, device="meta"))

    return run


def _running(module: nn.Module, usual: Tensor, check: Check) -> Callable[[int], None]:
    """Return what runs a network in earnest."""

    def run(side: int) -> None:
        with timing.cancellable(check):
            module(usual.new_zeros((*usual.shape[:2], side, side)))

    return run


def _answering(run: Callable[[int], None], check: Check) -> Works:
    def works(side: int) -> bool:
        check()
        try:
            run(side)
            answer = True
        except KeyboardInterrupt:
            raise
        except BaseException:  # noqa: BLE001 - whatever the network's code raises: it does not work on this size
            answer = False
        check()  # what was raised may have been this, and the network may have caught it
        return answer

    return works


def _needs_values(run: Callable[[int], None], side: int) -> bool:
    """Tell whether the network's code asks a tensor for its values, which the meta device has not."""
    try:
        run(side)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - the network's own code may raise anything
        # torch says so only in words: "... cannot be called on meta tensors", "Cannot copy out of meta tensor".
        return "meta tensor" in faults.text_of(error)
    return False


class _ShapesKept(TorchFunctionMode):
    """Leaves out the work of operations of which it is plain what shape they give."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func in _KEEPS_SHAPE and args:
            return torch.empty_like(args[0])
        if func is F.layer_norm and len(args) > 1 and args[0].shape[-len(args[1]) :] == tuple(args[1]):
            return torch.empty_like(args[0])
        if func is F.linear and len(args) > 1 and args[0].shape[-1:] == args[1].shape[1:]:
            return args[0].new_empty((*args[0].shape[:-1], args[1].shape[0]))
        return func(*args, **(kwargs or {}))
