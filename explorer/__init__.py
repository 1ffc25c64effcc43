"""Architecture Explorer: see a vision network think.

Importing it brings neither torch nor Qt; its functions import what they need.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

    from explorer.engine.link import EngineLink
    from explorer.engine.recorded import RecordedForward
    from explorer.window.frame import MainWindow

__all__ = ["__version__", "build_window", "record"]
__version__ = "0.1.0"


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


def build_window(
    link: "EngineLink | None" = None, model: str | None = None, images: Sequence[str] = ()
) -> "MainWindow":
    """Return the main window over a running engine, not yet shown; a QApplication must be alive.

    Args:
        link: An engine that was started before Qt was imported; None starts one.
        model: Name of the model to load first; None for the last one used, or the default.
        images: Files to open.
    """
    from explorer.features import features
    from explorer.window.app import assemble
    from explorer.window.start import Start

    return assemble(Start(model, tuple(images)), features(), link)
