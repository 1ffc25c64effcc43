"""Keeps off a person's terminal what Pillow and the libraries below it say of harmless flaws."""

import ctypes
import logging
import warnings
from contextlib import suppress

from PIL import Image, _imaging


def silence() -> None:
    """Silence them for the process: around each call it would disturb the other threads.

    Pillow warns of an odd TIFF tag or a broken animation and logs others; libtiff writes to standard error by itself.
    What matters becomes a note or an error of this package.
    """
    warnings.filterwarnings("ignore", category=UserWarning, module=r"(PIL|pillow_heif)\.")
    warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
    logging.getLogger("PIL").addHandler(logging.NullHandler())
    # A name is looked up in a library and in those that it was linked with, wherever they lie.
    linked = ctypes.CDLL(_imaging.__file__)
    for name in ("TIFFSetWarningHandler", "TIFFSetErrorHandler"):
        with suppress(AttributeError):  # Pillow was built without libtiff, or around it
            handler = getattr(linked, name)
            handler.argtypes, handler.restype = (ctypes.c_void_p,), ctypes.c_void_p
            handler(None)
