"""Which format of those that are read some bytes are."""

import importlib.util
from io import BytesIO
from pathlib import PurePath

from PIL import (  # noqa: F401 - importing a plugin makes its format known
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from explorer.imaging.strangers import is_heif
from explorer.records.image_files import IMAGE_SUFFIXES, SUFFIXES

_OTHER_IMAGE_SUFFIXES = (".ico", ".jp2", ".jxl", ".psd", ".svg", ".tga")

# The only formats that are ever tried are those of SUFFIXES. Formats that Pillow hands to another program (EPS), that
# have no signature (TGA) or that nobody drops are left out: each is a way in for hostile bytes.


def open_image(data: bytes) -> ImageFile.ImageFile | None:
    """Read the header of an image, decoding nothing; None if the bytes have no signature of a format that can be read.

    `Image.open(formats=…)` would do the same, but it meets a large image with a warning or an error before
    its size can be asked for, and warnings cannot be caught safely while other threads run. So the size is
    the caller's to check.

    Raises:
        Exception: Of nearly any class, if the header is damaged.
    """
    if is_heif(data):
        return _open_heif(data)
    for kind in SUFFIXES:
        factory, accept = Image.OPEN.get(kind, (None, None))
        if factory is not None and accept is not None and accept(data[:16]) is True:
            return factory(BytesIO(data), "")
    return None


def _open_heif(data: bytes) -> ImageFile.ImageFile | None:
    if importlib.util.find_spec("pillow_heif") is None:
        return None
    from pillow_heif import HeifImageFile

    image: ImageFile.ImageFile = HeifImageFile(BytesIO(data), "")
    return image


def misnamed(name: str, kind: str) -> str | None:
    """Return a note if the suffix of `name` promises another format than `kind`, the one found."""
    kind = "JPEG" if kind == "MPO" else kind  # a JPEG with further pictures behind the first
    suffix = PurePath(name).suffix.lower()
    known = suffix in IMAGE_SUFFIXES or suffix in _OTHER_IMAGE_SUFFIXES
    if not known or suffix in SUFFIXES[kind]:
        return None
    return f"Named {suffix} but holds a {kind} image: read as {kind}"
