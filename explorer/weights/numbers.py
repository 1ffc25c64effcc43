"""Numbers of one kind put into a tensor of another: only where they stay what they are."""

import torch
from torch import Tensor
from torch.nn.parameter import is_lazy


class NumbersError(Exception):
    """The numbers cannot stand in the network's tensor; its text says why and what to do."""


def refuse_target(own: Tensor) -> None:
    """Refuse a tensor of the network that takes no plain numbers.

    Raises:
        NumbersError: It has no memory, or memory of a kind of its own.
    """
    if is_lazy(own):
        return
    kinds = (
        (own.is_quantized, "is quantised"),
        (own.is_nested, "is a nested tensor"),
        (own.layout != torch.strided, "is sparse"),
        (own.is_meta, "has no memory (device meta)"),
    )
    what = next((what for test, what in kinds if test), "")
    if not what and any(n > 1 and step == 0 for n, step in zip(own.shape, own.stride(), strict=True)):
        what = "has several places on one number in memory"
    if what:
        raise NumbersError(f"the network's own {what} and takes no weights; build the network without that")


def converted(value: Tensor, own: Tensor, is_counter: bool) -> tuple[Tensor, str]:
    """Return the values in the dtype of the network's tensor, and a word on how they were kept if that is to be said.

    Floating-point numbers are rounded or widened. Numbers of another sort are taken where nothing is lost and the
    network's tensor is no parameter: of a weight in whole numbers the scale is missing.

    Raises:
        NumbersError: They would not stay what they are.
    """
    here, there = own.dtype, value.dtype
    if here == there:
        return value, ""
    name, wanted = (str(dtype).removeprefix("torch.") for dtype in (there, here))
    if there.is_floating_point and here.is_floating_point:
        rounded = value.to(here)
        if there.itemsize > here.itemsize and bool((value.isfinite() & ~rounded.isfinite()).any()):
            raise NumbersError(f"it holds numbers too large for the network's {wanted}; load them as {name}")
        return rounded, f"{name} {'rounded' if there.itemsize > here.itemsize else 'widened'} to {wanted}"
    if there.is_complex and here.is_complex:
        return value.to(here), f"{name} taken as {wanted}"
    if isinstance(own, torch.nn.Parameter) or there.is_complex or here.is_complex:
        raise NumbersError(
            f"it holds {name} where the network has {wanted}; choose a file with the weights in floating point"
        )
    taken = value.to(here)
    if not is_counter and not torch.equal(taken.to(there), value):
        raise NumbersError(
            f"its numbers ({name}) do not stay what they are in the network's {wanted}; save it as {wanted}"
        )
    return taken, "" if is_counter else f"{name} taken as {wanted}"
