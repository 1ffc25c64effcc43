"""Which kind of file some bytes are: an image of a format we read, or something else that has a name."""

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

from explorer.records.image_files import IMAGE_SUFFIXES, SUFFIXES

_OTHER_IMAGE_SUFFIXES = (".heic", ".heif", ".ico", ".jp2", ".jxl", ".psd", ".svg", ".tga")

# The only formats that are ever tried are those of SUFFIXES. Formats that Pillow hands to another program (EPS), that
# have no signature (TGA) or that nobody drops are left out: each is a way in for hostile bytes.
_KNOWN = "JPEG, PNG, WebP, GIF, BMP, TIFF, PPM or AVIF"
_HEAD = 4096  # bytes that are looked at to name a file that is not an image


def open_image(data: bytes) -> ImageFile.ImageFile | None:
    """Read the header of an image, decoding nothing; None if the bytes have no known signature.

    `Image.open(formats=…)` would do the same, but it meets a large image with a warning or an error before
    its size can be asked for, and warnings cannot be caught safely while other threads run. So the size is
    the caller's to check.

    Raises:
        Exception: Of nearly any class, if the header is damaged.
    """
    for kind in SUFFIXES:
        factory, accept = Image.OPEN[kind]
        if accept is not None and accept(data[:16]) is True:
            return factory(BytesIO(data), "")
    return None


def misnamed(name: str, kind: str) -> str | None:
    """Return a note if the suffix of `name` promises another format than `kind`, the one found."""
    kind = "JPEG" if kind == "MPO" else kind  # a JPEG with further pictures behind the first
    suffix = PurePath(name).suffix.lower()
    known = suffix in IMAGE_SUFFIXES or suffix in _OTHER_IMAGE_SUFFIXES
    if not known or suffix in SUFFIXES[kind]:
        return None
    return f"Named {suffix} but holds a {kind} image: read as {kind}"


def describe_stranger(data: bytes) -> str:
    """Say what bytes that are no image are, and what to do: a sentence to follow the file's name."""
    head = data[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return "is a web page, not an image: save the picture itself and open that"
    if head.startswith(b"<svg") or (head.startswith((b"<?xml", b"<!--")) and b"<svg" in head):
        return "is an SVG drawing, not an image of pixels: export it as PNG and open that"
    if head.startswith(b"%pdf"):
        return "is a PDF document, not an image: export the page as PNG and open that"
    if data[4:8] == b"ftyp":
        return "is a HEIC photo or a video, which cannot be read: export it as JPEG or PNG and open that"
    if is_text(data):
        return f"is a text file, not an image: choose a {_KNOWN} file"
    return f"is not an image of a known format: choose a {_KNOWN} file"


def is_text(data: bytes) -> bool:
    """Return whether the beginning of `data` is text in UTF-8: no control characters but white space."""
    head = data[:_HEAD]
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character cut in two by the end of the head is no fault of the text.
        if error.start < len(head) - 3 or len(data) <= _HEAD:
            return False
        text = head[: error.start].decode("utf-8")
    return all(character.isprintable() or character.isspace() or character == "\ufeff" for character in text)
