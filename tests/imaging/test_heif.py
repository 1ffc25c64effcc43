"""HEIC photos: read with the extra `heif`, which the test extra brings; without it one line names it."""

import base64
import importlib.util

import numpy as np
import pytest
from encoding import encode
from PIL import Image

from explorer.imaging import ImageError, decode
from explorer.records.images import DecodedImage

# 64 × 32 pixels, the left half (200, 30, 30), the right half (30, 30, 200); encoded by x265 for this test.
PHOTO = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAX1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAA"
    "AAAAACJpbG9jAAAAAERAAAEAAQAAAAABoQABAAAAAAAAAGEAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAA"
    "AA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNw"
    "AAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFz"
    "wIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAIAAAAAEAAAAAAAAA"
    "Av///+AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAAGltZGF0AAAAXSgBrxOA9SeBP//g"
    "pUf/utZ4fg8NMT/+88Yj+gax/+L1d24DHYsoDCeJRFN4ju5YyxTWGlKz3AqVo6vSar2TaFL+E2j/4CPCeB8gQ94nsb48Udt6"
    "v1rvqjKULjKHbg=="
)
MISSING = (
    "photo.heic is a HEIC photo, which is read with pillow-heif: install architecture-explorer[heif], "
    "or export it as JPEG or PNG and open that"
)


def without_pillow_heif(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "pillow_heif" else find(name, *rest)
    )


def read(data: bytes, name: str) -> DecodedImage | None:
    """Decode it; None where the extra is not installed, and that is what the one line says."""
    if importlib.util.find_spec("pillow_heif") is not None:
        return decode(data, name)
    with pytest.raises(ImageError) as raised:
        decode(data, name)
    assert str(raised.value) == MISSING.replace("photo.heic", name)
    return None


def test_a_photo_is_read() -> None:
    if (image := read(PHOTO, "photo.heic")) is not None:
        assert image.pixels.shape == (32, 64, 3)
        expected = np.zeros((32, 64, 3))
        expected[:, :32], expected[:, 32:] = (200, 30, 30), (30, 30, 200)
        difference = np.abs(image.pixels - expected)
        assert difference[:, :28].max() <= 4 and difference[:, 36:].max() <= 4
        assert image.notes == ()


def test_another_name_is_noted() -> None:
    if (image := read(PHOTO, "photo.jpg")) is not None:
        assert image.notes == ("Named .jpg but holds a HEIF image: read as HEIF",)


@pytest.mark.parametrize("end", [60, 300, 450])
def test_a_photo_that_is_cut_short_is_one_line(end: int) -> None:
    with pytest.raises(ImageError, match=r"damaged or cut short|install architecture-explorer"):
        decode(PHOTO[:end], "photo.heic")


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"msf1"])
def test_without_the_extra_one_line_names_it(brand: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    without_pillow_heif(monkeypatch)
    with pytest.raises(ImageError) as raised:
        decode(PHOTO.replace(b"ftypheic", b"ftyp" + brand), "photo.heic")
    assert str(raised.value) == MISSING


def test_avif_needs_no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    without_pillow_heif(monkeypatch)
    data = encode(Image.new("RGB", (16, 16), (200, 30, 30)), "AVIF")
    assert decode(data, "photo.avif").pixels.shape == (16, 16, 3)
