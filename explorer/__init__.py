"""Architecture Explorer: see a vision network think.

Importing it brings neither torch nor Qt; its functions import what they need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

    from explorer.engine.recorded import RecordedForward

__version__ = "0.1.0"
__all__ = ["build_window", "record"]


def record(model: "nn.Module", /, *inputs: Any, **named: Any) -> "RecordedForward":
    """Run `model(*inputs, **named)` once, without gradients, and record every operation.

    The model, its inputs and the random state are afterwards what they were before. If the forward fails, what ran
    before is there, and `trace.error` says where and why.

    Returns:
        The forward, with its `trace`, `value(name)` and `receptive_field(name, unit)`.

    Raises:
        UsageError: There is no tensor among the inputs.
    """
    from explorer.engine import recorded

    return recorded.record(model, inputs, named)


def build_window() -> Any:
    """Return the program's main window, a `QMainWindow` that is not shown yet; a `QApplication` must be alive."""
    return import_module("explorer.window.app").build_window()
