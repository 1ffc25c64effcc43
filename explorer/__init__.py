"""Architecture Explorer: see a vision network think."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.engine.link import EngineLink
    from explorer.window.frame import MainWindow

__all__ = ["__version__", "build_window"]
__version__ = "0.1.0"


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
