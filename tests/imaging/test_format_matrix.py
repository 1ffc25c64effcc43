"""Files of all formats and kinds against what they were written of, and against Qt's own decoders.

The largest difference allowed is 1.5 grey levels: two steps that round, one of them the laying on white.
"""

from typing import Any

import numpy as np
import pytest
from bmp_writer import BITFIELDS, RLE4, RLE8, bmp, pnm
from encoding import encode
from numpy.typing import NDArray
from PIL import Image
from png_writer import png
from qt_oracle import PROFILES, in_srgb, profile, qt_pixels, qt_pixels_of_all

from explorer.imaging import decode

WIDTH, HEIGHT = 37, 22
TOLERANCE = 1.5


def noise(bits: int, *shape: int) -> NDArray[np.uint16]:
    return np.random.default_rng(bits).integers(0, 2**bits, shape).astype(np.uint16)


def smooth() -> NDArray[np.uint8]:
    """A picture that JPEG and GIF keep."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return np.stack([y * 5 + x * 3, y * 2 + x * 6, y * 9 + x], axis=2).astype(np.uint8)


ALPHA = (np.mgrid[:HEIGHT, :WIDTH].sum(axis=0) * 4).astype(np.uint8)


def difference(data: bytes, expected: NDArray[Any], name: str = "it") -> float:
    pixels = decode(data, name).pixels
    assert pixels.shape == expected.shape
    return float(np.abs(pixels - expected).max())


# ---- PNG ----


@pytest.mark.parametrize("is_interlaced", [False, True])
@pytest.mark.parametrize("has_key", [False, True])
@pytest.mark.parametrize(
    ("samples", "bits"),
    [*((1, bits) for bits in (1, 2, 4, 8, 16)), *((n, bits) for n in (2, 3, 4) for bits in (8, 16))],
)
def test_png_of_each_depth_with_alpha_or_a_transparent_colour(
    samples: int, bits: int, has_key: bool, is_interlaced: bool
) -> None:
    values, top = noise(bits, HEIGHT, WIDTH, samples), 2**bits - 1
    colours = values[:, :, : 1 if samples < 3 else 3]
    alpha = values[:, :, -1:] / top if samples in (2, 4) else np.ones((HEIGHT, WIDTH, 1))
    key = None
    if has_key and samples in (1, 3):
        values[5:7, 6] = values[3, 3]
        if bits == 16:
            values[6, 6, 0] ^= 1  # another colour, by its last bit
        key = [int(number) for number in values[3, 3]]
        alpha = ~(values == key).all(axis=2, keepdims=True)
    data = png(values, bits, transparent=key, is_interlaced=is_interlaced)
    expected = np.broadcast_to(colours / top * 255 * alpha + 255 * (1 - alpha), (HEIGHT, WIDTH, 3))
    assert difference(data, expected) <= TOLERANCE
    if key is None or bits < 16:  # Qt compares the upper halves of 16 bits alone
        assert np.abs(qt_pixels(data) - expected).max() <= TOLERANCE


@pytest.mark.parametrize("is_interlaced", [False, True])
@pytest.mark.parametrize("opacity", [None, b"\x00\x80", b"\xff\x0a\x00"])
@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_png_of_a_palette_with_opacities(bits: int, opacity: bytes | None, is_interlaced: bool) -> None:
    palette = noise(8, 2**bits, 3).astype(np.uint8)
    places = noise(bits, HEIGHT, WIDTH, 1)
    opacity = opacity[: 2**bits] if opacity is not None else None
    data = png(places, bits, palette, opacity, is_interlaced)
    alpha = np.full(2**bits, 255)
    alpha[: len(opacity or b"")] = list(opacity or b"")
    share = alpha[places] / 255
    expected = palette[places[:, :, 0]] * share + 255 * (1 - share)
    assert difference(data, expected) <= TOLERANCE
    assert np.abs(qt_pixels(data) - expected).max() <= TOLERANCE


# ---- BMP and PNM ----


def bitmaps() -> dict[str, bytes]:
    rgb, size = smooth().astype(np.uint32), (WIDTH, HEIGHT)
    red, green, blue = rgb[:, :, 0], rgb[:, :, 1], rgb[:, :, 2]
    bgra = np.dstack([smooth()[:, :, ::-1], ALPHA])
    palette = noise(8, 256, 3).astype(np.uint8)
    fives = ((red >> 3) << 10 | (green >> 3) << 5 | blue >> 3).astype("<u2")
    sixes = ((red >> 3) << 11 | (green >> 2) << 5 | blue >> 3).astype("<u2")
    usual, sixteen = (0xFF0000, 0xFF00, 0xFF), (0xF800, 0x7E0, 0x1F)
    places = noise(8, HEIGHT, WIDTH).astype(np.uint8)
    nibbles = noise(4, HEIGHT, WIDTH + 1).astype(np.uint8)
    bits = np.packbits(noise(1, HEIGHT, WIDTH).astype(np.uint8), axis=1)
    runs = b"".join(bytes([WIDTH - 7, row % 256, 7, row * 9 % 256, 0, 0]) for row in range(HEIGHT)) + b"\0\1"
    nibble_runs = b"".join(bytes([10, 0x12, 27, 0x34, 0, 0]) for _ in range(HEIGHT)) + b"\0\1"
    return {
        "24": bmp(smooth()[:, :, ::-1], size, 24),
        "24 from the top": bmp(smooth()[:, :, ::-1], size, 24, is_top_down=True),
        "24 of OS/2": bmp(smooth()[:, :, ::-1], size, 24, header=12),
        "32": bmp(bgra, size, 32),
        "32 version 4 without alpha": bmp(bgra, size, 32, BITFIELDS, (*usual, 0), 108),
        "32 version 4 with alpha": bmp(bgra, size, 32, BITFIELDS, (*usual, 0xFF000000), 108),
        "32 version 5 with alpha": bmp(bgra, size, 32, BITFIELDS, (*usual, 0xFF000000), 124),
        "32 in the order RGBA": bmp(
            np.dstack([smooth(), ALPHA]), size, 32, BITFIELDS, (0xFF, 0xFF00, 0xFF0000, 0xFF000000), 108
        ),
        "32 in the order XBGR": bmp(
            np.dstack([ALPHA, smooth()[:, :, ::-1]]),
            size,
            32,
            BITFIELDS,
            (0xFF000000, 0xFF0000, 0xFF00, 0),
            108,
        ),
        "16 of five bits": bmp(fives, size, 16),
        "16 of six bits": bmp(sixes, size, 16, BITFIELDS, sixteen),
        "8": bmp(places, size, 8, palette=palette),
        "8 of OS/2": bmp(places, size, 8, header=12, palette=palette),
        "4": bmp(nibbles[:, ::2] << 4 | nibbles[:, 1::2], size, 4, palette=palette[:16]),
        "1": bmp(bits, size, 1, palette=palette[:2]),
        "1, white first": bmp(bits, size, 1, palette=np.uint8([[255] * 3, [0] * 3])),
        "runs of 8": bmp(runs, size, 8, RLE8, palette=palette),
        "runs of 4": bmp(nibble_runs, size, 4, RLE4, palette=palette[:16]),
    }


BITMAPS = bitmaps()


@pytest.mark.parametrize("kind", BITMAPS)
def test_bmp_of_each_kind(kind: str) -> None:
    assert difference(BITMAPS[kind], qt_pixels(BITMAPS[kind])) <= TOLERANCE


def test_sixteen_bits_of_a_pixel_are_not_called_those_of_a_channel() -> None:
    assert decode(BITMAPS["16 of six bits"], "it.bmp").notes == ()


@pytest.mark.parametrize("largest", [1, 7, 31, 100, 255, 256, 1023, 4095, 65535])
@pytest.mark.parametrize("kind", [2, 3, 5, 6])
def test_pnm_of_any_range(kind: int, largest: int) -> None:
    random = np.random.default_rng(largest)
    shape = (HEIGHT, WIDTH, 3) if kind in (3, 6) else (HEIGHT, WIDTH)
    values = random.integers(0, largest, shape, endpoint=True)
    data = pnm(kind, values, largest)
    expected = values / largest * 255
    expected = expected if values.ndim == 3 else np.repeat(expected[:, :, np.newaxis], 3, axis=2)
    assert difference(data, expected) <= TOLERANCE


@pytest.mark.parametrize("kind", [1, 4])
def test_pnm_of_bits_is_black_where_they_are_set(kind: int) -> None:
    values = noise(1, HEIGHT, WIDTH).astype(np.uint8)
    expected = np.repeat(255.0 - 255 * values[:, :, np.newaxis], 3, axis=2)
    assert difference(pnm(kind, values, 1), expected) == 0


@pytest.mark.parametrize("order", "<>")
def test_pnm_of_floats_stands_upright(order: str) -> None:
    grey = smooth()[:, :, 0]
    head = f"Pf\n{WIDTH} {HEIGHT}\n{'-1.0' if order == '<' else '1.0'}\n".encode()
    data = head + (grey[::-1] / 255).astype(f"{order}f4").tobytes()
    assert difference(data, np.repeat(grey[:, :, np.newaxis], 3, axis=2)) == 0


# ---- what is compressed ----


def exif(orientation: int) -> Image.Exif:
    made = Image.Exif()
    made[0x0112] = orientation
    return made


def compressed() -> dict[str, bytes]:
    rgb = Image.fromarray(smooth())
    rgba = Image.fromarray(np.dstack([smooth(), ALPHA]))
    indexed, turned = rgb.quantize(32), rgb.rotate(180)
    cases: dict[str, tuple[Image.Image, str, dict[str, Any]]] = {
        "JPEG grey": (rgb.convert("L"), "JPEG", {}),
        "JPEG in RGB": (rgb, "JPEG", {"keep_rgb": True}),
        "JPEG in CMYK": (rgb.convert("CMYK"), "JPEG", {"quality": 95}),
        "JPEG with restarts": (rgb, "JPEG", {"restart_marker_blocks": 1}),
        "GIF": (indexed, "GIF", {}),
        "GIF interlaced": (indexed, "GIF", {"interlace": 1}),
        "GIF with a transparent colour": (indexed, "GIF", {"transparency": 3}),
        "GIF animated": (indexed, "GIF", {"save_all": True, "append_images": [turned.quantize(32)]}),
        "WebP": (rgb, "WEBP", {"lossless": True}),
        "WebP with loss": (rgb, "WEBP", {}),
        "WebP with alpha": (rgba, "WEBP", {"lossless": True}),
        "WebP with loss and alpha": (rgba, "WEBP", {}),
        "WebP animated": (rgb, "WEBP", {"lossless": True, "save_all": True, "append_images": [turned]}),
    }
    for subsampling in (0, 1, 2):
        for progressive in (False, True):
            options = {"subsampling": subsampling, "progressive": progressive, "quality": 92}
            cases[f"JPEG {options}"] = (rgb, "JPEG", options)
    for orientation in range(1, 9):
        cases[f"JPEG turned {orientation}"] = (rgb, "JPEG", {"quality": 95, "exif": exif(orientation)})
    for method in ("group3", "group4"):
        cases[f"TIFF {method}"] = (rgb.convert("1"), "TIFF", {"compression": method})
    return {name: encode(image, kind, **options) for name, (image, kind, options) in cases.items()}


COMPRESSED = compressed()


@pytest.fixture(scope="module")
def read_by_qt(tmp_path_factory: pytest.TempPathFactory) -> dict[str, NDArray[np.float64]]:
    return qt_pixels_of_all(COMPRESSED, tmp_path_factory.mktemp("compressed"))


@pytest.mark.parametrize("kind", COMPRESSED)
def test_what_is_compressed_is_what_qt_reads(kind: str, read_by_qt: dict[str, NDArray[np.float64]]) -> None:
    assert difference(COMPRESSED[kind], read_by_qt[kind]) <= TOLERANCE


def test_tiff_that_holds_jpeg_is_near_what_was_encoded() -> None:
    data = encode(Image.fromarray(smooth() // 2 + 64), "TIFF", compression="jpeg", quality=95)
    assert np.abs(decode(data, "it.tif").pixels - (smooth() // 2 + 64.0)).mean() <= 5


@pytest.mark.parametrize("has_alpha", [False, True])
def test_avif_is_what_was_encoded(has_alpha: bool) -> None:
    rgba = np.dstack([smooth(), ALPHA])
    share = ALPHA[:, :, np.newaxis] / 255 if has_alpha else np.ones((HEIGHT, WIDTH, 1))
    source = Image.fromarray(rgba if has_alpha else smooth())
    data = encode(source, "AVIF", quality=100, subsampling="4:4:4")
    expected = smooth() * share + 255 * (1 - share)
    assert difference(data, expected) <= 4  # its colours are YCbCr of 8 bits


# ---- colour profiles ----


@pytest.mark.parametrize("space", PROFILES)
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "16-bit PNG"])
def test_colours_of_a_profile_become_those_of_srgb_as_qt_converts_them(kind: str, space: str) -> None:
    if kind == "16-bit PNG":
        data = encode(Image.fromarray(smooth()), "PNG", icc_profile=profile(space))
        chunk = data[data.index(b"iCCP") : data.index(b"IDAT") - 8]
        data = png(smooth().astype(np.uint16) * 257, 16, chunks=[(b"iCCP", chunk[4:])])
    else:
        options = {"lossless": True} if kind == "WEBP" else {}
        data = encode(Image.fromarray(smooth()), kind, icc_profile=profile(space), **options)
    image = decode(data, "it")
    assert np.abs(image.pixels - in_srgb(smooth(), space)).max() <= 1
    assert any("to sRGB" in note for note in image.notes) == (space != "SRgb")
