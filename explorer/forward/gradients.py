"""Forwards that differentiate themselves (meta-learning, energies) fail where gradients are switched off."""

from collections.abc import Callable
from typing import TypeVar

import torch

from explorer.records import faults

T = TypeVar("T")


def needs_gradients(error: BaseException) -> bool:
    """Tell whether an error says that what was to be differentiated has no gradient."""
    return isinstance(error, RuntimeError) and "not require grad" in faults.text_of(error)


def without_gradients(run: Callable[[], T]) -> T:
    """Return what `run` gives with gradients switched off, or on, where it differentiates itself."""
    try:
        with torch.no_grad():
            return run()
    except RuntimeError as error:
        if not needs_gradients(error):
            raise
    with torch.enable_grad():
        return run()
