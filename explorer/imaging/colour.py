"""Bring whatever Pillow decoded, in any of its modes, to 8-bit RGB, with a note for each conversion."""

from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from explorer.records.text import one_line

PALETTE_NOTE = "Indexed colours of a palette expanded to RGB"
_MODE_NOTES = {
    "1": "Black and white (1 bit a pixel) expanded to RGB",
    "L": "Grey copied to the three channels of RGB",
    "P": PALETTE_NOTE,
    "CMYK": "CMYK colours converted to RGB",
    "YCbCr": "YCbCr colours converted to RGB",
    "LAB": "L*a*b* colours converted to RGB",
}
_WITHOUT_ALPHA = {"LA": "L", "PA": "P"}
_BLOCK = 1 << 20  # values that are widened to float64 at once


def to_rgb(image: Image.Image, bits: int) -> tuple[Image.Image, list[str]]:
    """Convert a loaded image to RGB on white, in sRGB where it carries a colour profile.

    Args:
        image: In any mode; its pixels are loaded.
        bits: Bits a channel had in the file: 12, 16, or 8 for all that needs no scaling.

    Returns:
        The image in mode RGB, and what was converted, one line each.
    """
    profile = image.info.get("icc_profile")
    image, notes = _to_8_bits(image, bits)
    if note := _MODE_NOTES.get(_WITHOUT_ALPHA.get(image.mode, image.mode)):
        notes.append(note)
    image, alpha = _split_alpha(image)
    if profile:
        image, profile_notes = _to_srgb(image, profile)
        notes += profile_notes
    rgb = image.convert("RGB")
    if alpha is not None:
        rgb = Image.composite(rgb, Image.new("RGB", rgb.size, "white"), alpha)
        notes.append("Transparent: laid on a white background")
    return rgb, notes


def to_8_bits(values: NDArray[Any], bits: int, what: str) -> tuple[NDArray[np.uint8], list[str]]:
    """Scale numbers of any kind to 0…255, together.

    Args:
        values: Any shape; whole or floating numbers.
        bits: How many a number had in the file.
        what: They are, for the note: "grey values" or "colours".

    Returns:
        The same shape, and a note unless they are of 8 bits or less and full range.
    """
    kind = values.dtype.kind
    if kind == "u" and bits <= 16:
        name, (low, high) = f"{bits}-bit", (0.0, 2.0**bits - 1)
    elif kind == "f":
        name, (low, high) = "Floating-point", _value_range(values, usual=(0.0, 1.0))
    else:
        usual = 2.0 ** (bits - 1) - 1 if kind == "i" and bits <= 16 else 65535.0
        name, (low, high) = "Integer", _value_range(values, usual=(0.0, usual))
    if kind == "u" and bits == 8:
        return values.astype(np.uint8, copy=False), []
    scaled = _scale(values, low, high)
    if kind == "u" and bits < 8:
        return scaled, []
    return scaled, [f"{name} {what} scaled to 8 bits: {low:g} to {high:g} became 0 to 255"]


def alpha_to_8_bits(alpha: NDArray[Any], bits: int) -> NDArray[np.uint8]:
    """Scale opacities: of whole numbers all of their range, of floating ones 0 to 1."""
    full = {"u": 2.0**bits - 1, "i": 2.0 ** (bits - 1) - 1}.get(alpha.dtype.kind, 1.0)
    return _scale(alpha, 0.0, full)


def _to_8_bits(image: Image.Image, bits: int) -> tuple[Image.Image, list[str]]:
    """Scale grey values of more than 8 bits, which Pillow's own conversion would clip at 255."""
    if image.mode.startswith("I;16"):
        values = np.asarray(image).astype(np.uint16)
    elif image.mode in ("I", "F"):
        values, bits = np.asarray(image), 32
    elif bits > 8:  # colour, of which Pillow kept the upper 8 bits
        return image, [f"{bits} bits a channel reduced to 8"]
    else:
        return image, []
    scaled, notes = to_8_bits(values, bits, "grey values")
    grey = Image.fromarray(scaled)
    if isinstance(key := image.info.get("transparency"), int):
        grey = grey.convert("LA")
        grey.putalpha(Image.fromarray(np.where(values == key, 0, 255).astype(np.uint8)))
    return grey, notes


def _value_range(values: NDArray[Any], usual: tuple[float, float]) -> tuple[float, float]:
    """Return `usual` if it holds all finite values, else their own least and greatest."""
    finite = np.isfinite(values)
    if not finite.any():
        return usual
    low = float(values.min(where=finite, initial=values[finite][0]))
    high = float(values.max(where=finite, initial=values[finite][0]))
    return usual if usual[0] <= low and high <= usual[1] else (low, high)


def _scale(values: NDArray[Any], low: float, high: float) -> NDArray[np.uint8]:
    """Map [low, high] linearly to 0…255, rounded; NaN becomes 0. Same shape."""
    flat = values.reshape(-1)
    scaled = np.empty(flat.shape, np.uint8)
    factor = 255.0 / ((high - low) or 1.0)
    for start in range(0, flat.size, _BLOCK):
        block = flat[start : start + _BLOCK].astype(np.float64)
        np.nan_to_num(block, copy=False, nan=low, posinf=high, neginf=low)
        scaled[start : start + _BLOCK] = np.clip(np.rint((block - low) * factor), 0, 255)
    return scaled.reshape(values.shape)


def _split_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Return the image without transparency, and its alpha channel; None if it is opaque everywhere."""
    if not image.has_transparency_data:
        return image, None
    rgba = image.convert("RGBA")
    alpha = rgba.getchannel("A")
    # Grey stays grey, so that a grey colour profile still fits.
    base = rgba.getchannel("R") if image.mode in ("1", "L", "LA") else rgba.convert("RGB")
    return base, (None if alpha.getextrema() == (255, 255) else alpha)


def _to_srgb(image: Image.Image, icc: bytes) -> tuple[Image.Image, list[str]]:
    """Convert the colours from an embedded ICC profile to sRGB; a profile that is sRGB changes nothing."""
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(icc))
        name = one_line(profile.profile.profile_description or "without a name", 40)
        if "srgb" in name.lower() and "linear" not in name.lower():
            return image, []
        if profile.profile.xcolor_space.strip() == "RGB" and image.mode != "CMYK":
            image = image.convert("RGB")
        converted = ImageCms.profileToProfile(
            image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError, ImportError):
        # Damaged, made for another kind of image, or Pillow was built without colour management.
        return image, ["Its colour profile cannot be used and was ignored"]
    return converted or image, [f"Colours converted from its profile ({name}) to sRGB"]
