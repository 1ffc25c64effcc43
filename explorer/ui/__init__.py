"""The window: session state, passive views, theme. Building the window imports Qt, importing this does not."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.engine.link import EngineLink
    from explorer.ui.window import MainWindow

__all__ = ["build_window"]


def build_window(
    client: "EngineLink | None" = None, model: str | None = None, images: Sequence[str] = ()
) -> "MainWindow":
    """Return the main window over a running engine, not yet shown; a QApplication must be alive.

    Args:
        client: An engine that was started before Qt was imported; None starts one.
        model: Name of the model to load first; None for the last one used, or the default.
        images: Files to open.
    """
    from explorer.ui.app import assemble

    return assemble(client, model, images)
