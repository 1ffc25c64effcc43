"""Read a file once and decode it, whatever a person dropped: a picture with notes, or one clear line.

The bytes are taken to be hostile: only known formats are tried, the size is checked before a pixel is
decoded, and whatever goes wrong comes out as an `ImageError`.
"""

import base64
import stat
from pathlib import Path
from urllib.parse import unquote_to_bytes

import numpy as np
from PIL import ExifTags, Image, ImageFile, PngImagePlugin, TiffImagePlugin

from explorer.imaging import png
from explorer.imaging.colour import to_rgb
from explorer.imaging.errors import ImageError
from explorer.imaging.identify import misnamed, open_image
from explorer.imaging.quiet import silence
from explorer.imaging.strangers import describe_stranger, is_text
from explorer.imaging.tiff_picture import TiffPage, unread_tiff
from explorer.records.images import DecodedImage, ImageSource, RawPixels
from explorer.records.text import one_line

MAX_BYTES = 256_000_000
MAX_PIXELS = 100_000_000
MAX_PHOTO_PIXELS = 250_000_000
"""A JPEG may have so many: it is reduced while it is decoded. Telephones take up to 200 megapixels."""

silence()

_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)

# Value of the EXIF tag "Orientation" -> what makes the picture upright (EXIF 2.32, 4.6.4.A).
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PAGES = "Has several pages: the first is used"
_TURNED = "Turned upright as its EXIF orientation says"


def read(source: ImageSource) -> bytes:
    """Return the encoded bytes of an image: those it holds, those in its address, or those of its file, read once.

    Args:
        source: A file, an address, or bytes that are returned as they are.

    Raises:
        ImageError: The file is missing, not a plain file, not readable, empty, or larger than 256 MB.
        ValueError: `source` has neither path nor data nor address.
    """
    name = one_line(source.name)
    if source.data is not None:
        return source.data
    if source.address is not None:
        return _in_address(source.address, name)
    if source.path is None:
        raise ValueError("an ImageSource needs a path, data or an address")
    try:
        data = _read_file(Path(source.path), name)
    except FileNotFoundError as error:
        raise ImageError(f"{name} is not there (any more): check its name and open it again") from error
    except PermissionError as error:
        raise ImageError(
            f"{name} may not be read by you: change its permissions or choose another file"
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a path that no system accepts
        cause = one_line(getattr(error, "strerror", None) or str(error))
        raise ImageError(f"{name} cannot be read ({cause}): choose another file") from error
    if not data:
        raise ImageError(_empty(name))
    return data


def decode(data: bytes, name: str) -> DecodedImage:
    """Decode an image to 8-bit RGB: upright, opaque, in sRGB; its first frame or page.

    Args:
        data: Encoded bytes, of any origin.
        name: What a person calls the file; its suffix is compared with what the bytes are.

    Returns:
        Pixels (H, W, 3) uint8, and a note for each conversion.

    Raises:
        ImageError: Always this, whatever is wrong with the bytes.
    """
    name = one_line(name)
    if not data:
        raise ImageError(_empty(name))
    try:
        return _decode(data, name)
    except ImageError:
        raise
    except _BOMBS as error:
        found = str(error).partition("(")[2].partition(")")[0]
        raise ImageError(_too_large(name, found)) from error
    except MemoryError as error:
        raise ImageError(f"{name} needs more memory than is free: open a smaller copy") from error
    except Exception as error:  # on hostile bytes Pillow raises nearly anything
        raise ImageError(_damaged(data, name, error)) from error


def decode_pixels(pixels: RawPixels, name: str) -> DecodedImage:
    """Bring a picture that is not encoded to 8-bit RGB; the same as `decode`.

    Raises:
        ImageError: It is too large.
    """
    size = pixels.width, len(pixels.rows)
    _check_size(size, name, MAX_PIXELS)
    order = ("raw", pixels.order, pixels.rows.shape[1], 1)
    image = Image.frombuffer(pixels.mode, size, np.ascontiguousarray(pixels.rows), *order)
    rgb, notes = to_rgb(image, 8)
    return DecodedImage(np.array(rgb), tuple(notes))


def _in_address(address: str, name: str) -> bytes:
    """Return the bytes that a `data:` address carries (RFC 2397)."""
    header, _, body = address.partition(",")
    data = unquote_to_bytes(body)
    if header.lower().endswith(";base64"):
        try:
            data = base64.b64decode(b"".join(data.split()) + b"==", validate=False)
        except ValueError as error:
            raise ImageError(
                f"{name} is damaged: its address is no base64; save the image and open that"
            ) from error
    if not data:
        raise ImageError(_empty(name))
    return data


def _read_file(path: Path, name: str) -> bytes:
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise ImageError(f"{name} is a folder, not an image: choose an image file")
    if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for ever
        raise ImageError(f"{name} is a device or a pipe, not a file: choose an image file")
    if status.st_size > MAX_BYTES:
        size = f"{status.st_size / 1e6:.0f} MB"
        raise ImageError(
            f"{name} is too large: {size}, the limit is {MAX_BYTES // 10**6} MB; open a smaller copy"
        )
    with path.open("rb") as file:
        return file.read(MAX_BYTES)


def _decode(data: bytes, name: str) -> DecodedImage:
    if (page := TiffPage.of(data)) is not None:
        return _decode_tiff(page, name)
    try:
        image = open_image(data)
    except Exception as error:
        if (kind := unread_tiff(data)) is not None:  # its header is sound
            raise ImageError(f"{name} {kind}") from error
        raise
    if image is None:
        raise ImageError(f"{name} {describe_stranger(data)}")
    is_photo = image.format in ("JPEG", "MPO")
    _check_size(image.size, name, MAX_PHOTO_PIXELS if is_photo else MAX_PIXELS)
    reduced = _reduced(image) if is_photo else None
    kind = image.format or ""
    notes = [note for note in (misnamed(name, kind), _more_frames(image, kind), reduced) if note]
    turned_by_pillow = _tiff_orientation(image) in _TURNS
    loaded, bits, depth_notes = _loaded(image, data)
    turned, turn_note = turn(image)
    rgb, colour_notes = to_rgb(loaded, bits)
    if turned is not None:
        rgb = rgb.transpose(turned)
    if turned_by_pillow:
        turn_note = _TURNED
    notes += [turn_note] if turn_note else []
    return DecodedImage(pixels=np.array(rgb), notes=(*notes, *depth_notes, *colour_notes))


def _reduced(image: ImageFile.ImageFile) -> str | None:
    """Have a photo that is larger than others may be decoded at a half of its size, and return a note of it."""
    width, height = image.size
    if width * height <= MAX_PIXELS:
        return None
    image.draft(None, (width // 2, height // 2))
    half = f"{image.size[0]}×{image.size[1]}"
    return f"Has {width * height / 1e6:.0f} megapixels: decoded at half its size, {half} of {width}×{height} pixels"


def _loaded(image: ImageFile.ImageFile, data: bytes) -> tuple[Image.Image, int, list[str]]:
    """Return the loaded image, how many bits its numbers had where they are still to be reduced, and notes."""
    bits = _stored_bits(image)
    if isinstance(image, PngImagePlugin.PngImageFile):
        loaded, notes = png.load(image, data)
        return loaded, (8 if notes else bits), notes
    image.load()
    return image, bits, []


def _decode_tiff(page: TiffPage, name: str) -> DecodedImage:
    _check_size(page.size, name, MAX_PIXELS)
    notes = [misnamed(name, "TIFF"), _PAGES if page.directory.has_more else None]
    image, scale_notes = page.load(name)
    if page.profile:
        image.info["icc_profile"] = page.profile
    rgb, colour_notes = to_rgb(image, 8)
    if (turned := _TURNS.get(page.orientation)) is not None:
        rgb = rgb.transpose(turned)
        notes.append(_TURNED)
    told = (*filter(None, notes), *scale_notes, *colour_notes)
    return DecodedImage(pixels=np.array(rgb), notes=told)


def _check_size(size: tuple[int, int], name: str, most: int) -> None:
    width, height = size
    if width * height > most:
        raise ImageError(_too_large(name, f"{width}×{height} pixels", most))


def _more_frames(image: ImageFile.ImageFile, kind: str) -> str | None:
    if not getattr(image, "is_animated", False):
        return None
    several = {
        "TIFF": _PAGES,
        "MPO": "Holds several pictures: the first is used",
        "HEIF": "Holds several pictures: the main one is used",
    }
    return several.get(kind, "Animated: the first frame is used; networks for videos read the others too")


def _stored_bits(image: ImageFile.ImageFile) -> int:
    """Return 12 or 16 for an image stored in so many bits a channel, else 8; to be asked before loading."""
    for tile in image.tile:
        layout = tile[3]
        if tile[0].startswith("ppm") and isinstance(layout, tuple) and layout[-1] > 255:
            return 16
        if ";16" in str(layout) and image.format != "BMP":  # whose 16 bits are those of a whole pixel
            return 16
        if ";12" in str(layout):
            return 12
    return 8


def _tiff_orientation(image: ImageFile.ImageFile) -> object:
    """Return the orientation of a TIFF, which Pillow itself applies, and forgets, while loading."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return image.tag_v2.get(ExifTags.Base.Orientation)
    return None


def turn(image: Image.Image) -> tuple[Image.Transpose | None, str | None]:
    """Return what makes a loaded image upright, and a note of it; EXIF that cannot be read turns nothing."""
    try:
        turned = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - damaged EXIF raises nearly anything, and the pixels are sound
        return None, "Its EXIF data is damaged: not turned"
    return turned, _TURNED if turned is not None else None


def _empty(name: str) -> str:
    return f"{name} is empty (0 bytes): save or download it again"


def _too_large(name: str, found: str, most: int = MAX_PIXELS) -> str:
    limit = f"{most // 10**6} megapixels"
    return f"{name} is too large: {found}, the limit is {limit}; open a smaller copy"


def _damaged(data: bytes, name: str, error: Exception) -> str:
    # Text may begin like a signature ("BM", "P6"); the plain formats of PPM are text indeed.
    if is_text(data) and not data.startswith((b"P1", b"P2", b"P3")):
        return f"{name} {describe_stranger(data)}"
    cause = one_line(str(error)) or type(error).__name__
    if cause.lower().startswith(("unsupported", "cannot handle")):  # said by Pillow of sound files
        return f"{name} is of a kind that is not read ({cause}): export it as JPEG or PNG and open that"
    return f"{name} is damaged or cut short ({cause}): save or download it again"
