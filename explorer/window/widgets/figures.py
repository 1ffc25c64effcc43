"""How finely pictures are drawn while a widget is drawn into a file."""

from collections.abc import Iterator
from contextlib import contextmanager

_detail: float | None = None


def detail() -> float | None:
    """Return how many pixels of a picture go to one of the screen in the figure being drawn; None for the screen."""
    return _detail


@contextmanager
def drawing(pixels: float) -> Iterator[None]:
    """Let canvases draw for a figure: as fine as said, and without the ring of the focus."""
    global _detail
    before, _detail = _detail, pixels
    try:
        yield
    finally:
        _detail = before
