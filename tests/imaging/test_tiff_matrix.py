"""TIFF files of all layouts against the numbers they were written of, and against tifffile's reading of them."""

import itertools
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from tiff_writer import DEFLATE, LZMA, LZW, NONE, OLD_DEFLATE, PACKBITS, Style, tiff

from explorer.imaging import ImageError, decode

WIDTH, HEIGHT = 35, 18
GREY_INVERTED, GREY, RGB, PALETTE, CMYK = 0, 1, 2, 3, 5
READS_BITS = (1, 8, 16, 32, 64)
"""Depths that tifffile reads without a library of C code."""

# Kind and bits -> the dtype that holds them.
DEPTHS = {
    "u1": (1, np.uint8), "u2": (2, np.uint8), "u4": (4, np.uint8), "u8": (8, np.uint8), "u10": (10, np.uint16),
    "u12": (12, np.uint16), "u14": (14, np.uint16), "u16": (16, np.uint16), "u24": (24, np.uint32),
    "u32": (32, np.uint32), "u64": (64, np.uint64), "i8": (8, np.int8), "i16": (16, np.int16),
    "i32": (32, np.int32), "f16": (16, np.float16), "f32": (32, np.float32), "f64": (64, np.float64),
}  # fmt: skip
PARTS: list[tuple[int, int] | int | None] = [None, 4, (16, 16)]
LAYOUTS = [
    Style(order, planar, compression, 1, part, False, big)
    for order, planar, (compression, part, big) in itertools.product(
        "<>",
        (False, True),
        [
            (NONE, None, False), (NONE, 4, True), (NONE, (16, 16), False), (DEFLATE, 4, False), (LZW, 4, True),
            (LZW, (16, 16), False), (PACKBITS, None, False), (OLD_DEFLATE, (16, 16), True), (LZMA, 4, False),
        ],
    )
]  # fmt: skip


def numbers(depth: str, samples: int) -> NDArray[Any]:
    """Return numbers (H, W, samples) that use all of the range that is shown."""
    bits, dtype = DEPTHS[depth]
    random = np.random.default_rng(bits * 10 + samples)
    shape = (HEIGHT, WIDTH, samples)
    if depth[0] == "f":
        return random.random(shape).astype(dtype)
    low = -(2 ** (bits - 1)) if depth[0] == "i" else 0
    made = random.integers(
        low, low + 2**bits - 1, shape, np.int64 if depth[0] == "i" else np.uint64, endpoint=True
    )
    made[0, 0], made[-1, -1] = low, low + 2**bits - 1
    return made.astype(dtype)


def shown(values: NDArray[Any], depth: str) -> NDArray[np.uint8]:
    """Return what stands for numbers on the screen: their kind's range, or their own where it has none."""
    exact = values.astype(np.float64)
    if depth[0] == "f":
        low, high = 0.0, 1.0
    elif depth[0] == "i" or DEPTHS[depth][0] > 16:
        low, high = exact.min(), exact.max()
    else:
        low, high = 0.0, 2.0 ** DEPTHS[depth][0] - 1
    return np.rint((exact - low) * 255 / (high - low)).astype(np.uint8)


def assert_tifffile_agrees(data: bytes, values: NDArray[Any], style: Style, depth: str) -> None:
    """The file means what was written: where it can, tifffile reads the same numbers."""
    if style.compression in (LZW,) or DEPTHS[depth][0] not in READS_BITS:
        return
    with tifffile.TiffFile(BytesIO(data)) as file:
        page = file.pages[0]
        read = page.asarray()
    if style.is_planar and values.shape[2] > 1:
        read = np.moveaxis(read, 0, 2)
    np.testing.assert_array_equal(read.reshape(values.shape), values)


def decoded(data: bytes) -> NDArray[np.uint8]:
    return decode(data, "it.tif").pixels


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("photometric", [GREY_INVERTED, GREY, RGB])
def test_each_layout_of_each_depth_shows_the_numbers_that_were_written(depth: str, photometric: int) -> None:
    """17 depths × 3 kinds × 36 layouts are 1,836 files."""
    samples = 3 if photometric == RGB else 1
    values = numbers(depth, samples)
    expected = shown(values, depth)
    expected = 255 - expected if photometric == GREY_INVERTED else expected
    for style in LAYOUTS:
        data = tiff(values, photometric, DEPTHS[depth][0], style=style)
        assert_tifffile_agrees(data, values, style, depth)
        np.testing.assert_array_equal(
            decoded(data), np.broadcast_to(expected, (HEIGHT, WIDTH, 3)), repr(style)
        )


@pytest.mark.parametrize("depth", ["u8", "u16", "u32", "i16", "i32", "f16", "f32", "f64"])
@pytest.mark.parametrize("compression", [DEFLATE, LZW, LZMA])
@pytest.mark.parametrize("samples", [1, 3])
def test_predictions_are_undone(depth: str, compression: int, samples: int) -> None:
    values = numbers(depth, samples)
    predictors = (2, 3) if depth[0] == "f" else (2,)
    for order, planar, part, predictor in itertools.product("<>", (False, True), PARTS, predictors):
        style = Style(order, planar, compression, predictor, part)
        data = tiff(values, RGB if samples == 3 else GREY, style=style)
        if predictor == 2:
            assert_tifffile_agrees(data, values, style, depth)
        expected = np.broadcast_to(shown(values, depth), (HEIGHT, WIDTH, 3))
        np.testing.assert_array_equal(decoded(data), expected, repr(style))


@pytest.mark.parametrize("depth", ["u1", "u8", "u12", "u16"])
@pytest.mark.parametrize("compression", [NONE, DEFLATE, LZW])
def test_bits_in_the_other_order_are_put_right(depth: str, compression: int) -> None:
    values = numbers(depth, 3)
    for order in "<>":
        data = tiff(
            values, RGB, DEPTHS[depth][0], style=Style(order, compression=compression, is_reversed=True)
        )
        np.testing.assert_array_equal(decoded(data), shown(values, depth))


@pytest.mark.parametrize("depth", ["u8", "u16", "f32"])
@pytest.mark.parametrize("photometric", [GREY, RGB])
@pytest.mark.parametrize("kind", [1, 2])
def test_alpha_lays_the_picture_on_white(depth: str, photometric: int, kind: int) -> None:
    """Premultiplied alpha (1) and plain alpha (2): what is seen is the same, but for two steps that round."""
    colours = 3 if photometric == RGB else 1
    values = numbers(depth, colours + 1)
    top = 1.0 if depth == "f32" else 2.0 ** DEPTHS[depth][0] - 1
    colour, alpha = values[:, :, :-1] / top, values[:, :, -1:] / top
    if kind == 1:
        values = np.concatenate([colour * alpha, alpha], axis=2) * top
        values = (values if depth == "f32" else np.rint(values)).astype(DEPTHS[depth][1])
    expected = np.broadcast_to((colour * alpha + 1 - alpha) * 255, (HEIGHT, WIDTH, 3))
    for order, planar in itertools.product("<>", (False, True)):
        image = decode(tiff(values, photometric, extra=(kind,), style=Style(order, planar)), "it.tif")
        assert np.abs(image.pixels - expected).max() <= (1.5 if kind == 2 else 2.0)
        assert any("white" in note for note in image.notes)


def test_a_fourth_number_that_nobody_names_is_alpha() -> None:
    values = numbers("u8", 4)
    values[:, :, 3] = 0
    assert (decoded(tiff(values, RGB)) == 255).all()


@pytest.mark.parametrize(("photometric", "used", "said"), [
    (GREY, 1, "Has 5 channels: the first is shown as grey"),
    (RGB, 3, "Has 5 channels: the first 3 are shown"),
])  # fmt: skip
def test_further_channels_are_left_out_and_that_is_said(photometric: int, used: int, said: str) -> None:
    values = numbers("u16", 5)
    for planar in (False, True):
        data = tiff(values, photometric, extra=(0,) * (5 - used), style=Style("<", planar))
        image = decode(data, "it.tif")
        assert said in image.notes
        expected = np.broadcast_to(shown(values, "u16")[:, :, :used], (HEIGHT, WIDTH, 3))
        np.testing.assert_array_equal(image.pixels, expected)


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("unit", [1, 256, 257])
def test_a_palette_of_any_depth_is_looked_up(bits: int, unit: int) -> None:
    """Palettes have 16 bits; some writers fill only the lower 8, some only the upper."""
    random = np.random.default_rng(bits)
    palette = random.integers(0, 256, (3, 2**bits))
    places = random.integers(0, 2**bits, (HEIGHT, WIDTH, 1)).astype(np.uint16 if bits > 8 else np.uint8)
    data = tiff(places, PALETTE, bits, tags={320: (palette * unit).ravel().tolist()})
    image = decode(data, "it.tif")
    np.testing.assert_array_equal(image.pixels, palette.T[places[:, :, 0]])
    assert image.notes == ("Indexed colours of a palette expanded to RGB",)


@pytest.mark.parametrize("depth", ["u8", "u16"])
def test_cmyk_becomes_what_its_inks_leave(depth: str) -> None:
    values = numbers(depth, 4)
    ink = shown(values, depth) / 255.0
    expected = 255 * (1 - ink[:, :, :3]) * (1 - ink[:, :, 3:])
    for planar in (False, True):
        image = decode(tiff(values, CMYK, style=Style("<", planar)), "it.tif")
        assert np.abs(image.pixels - expected).max() <= 1.01
        assert any("CMYK" in note for note in image.notes)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_orientation_gives_the_upright_picture(orientation: int) -> None:
    upright = shown(numbers("u16", 3), "u16")
    undo = {
        1: lambda a: a, 2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2), 6: lambda a: np.rot90(a, 1),
        7: lambda a: a[::-1, ::-1].transpose(1, 0, 2), 8: lambda a: np.rot90(a, -1),
    }[orientation]  # fmt: skip
    stored = np.ascontiguousarray(undo(upright)).astype(np.uint16) * 257
    data = tiff(stored, RGB, style=Style(">", True), tags={274: [orientation]})
    image = decode(data, "it.tif")
    np.testing.assert_array_equal(image.pixels, upright)
    assert ("Turned upright as its EXIF orientation says" in image.notes) == (orientation > 1)


def named_by_its_kind(kind: str) -> bytes:
    values = numbers("u8", 3)
    whole = numbers("u16", 1)
    return {
        "complex": tiff(numbers("f64", 1), GREY, tags={339: [6]}),
        "mixed depths": tiff(values, RGB, tags={258: [5, 6, 5]}),
        "raw of a camera": tiff(whole, 32803),
        "LogLuv": tiff(values, 32845, tags={259: [34676]}),
        "unknown compression": tiff(values, RGB, tags={259: [34887]}),
        "L*a*b* of 16 bits": tiff(numbers("u16", 3), 8),
        "floats of 24 bits": tiff(numbers("f32", 1), GREY, tags={258: [24]}),
        "YCbCr of 16 bits": tiff(numbers("u16", 3), 6),
    }[kind]


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("complex", "complex numbers of 64 bits, photometric interpretation 1, compression 1"),
        ("mixed depths", "whole numbers of 5/6/5 bits, photometric interpretation 2, compression 1"),
        ("raw of a camera", "whole numbers of 16 bits, photometric interpretation 32803, compression 1"),
        ("LogLuv", "whole numbers of 8/8/8 bits, photometric interpretation 32845, compression 34676"),
        (
            "unknown compression",
            "whole numbers of 8/8/8 bits, photometric interpretation 2, compression 34887",
        ),
        ("L*a*b* of 16 bits", "whole numbers of 16/16/16 bits, photometric interpretation 8, compression 1"),
        ("floats of 24 bits", "floats of 24 bits, photometric interpretation 1, compression 1"),
        ("YCbCr of 16 bits", "whole numbers of 16/16/16 bits, photometric interpretation 6, compression 1"),
    ],
)
def test_a_sound_file_of_a_kind_that_is_not_read_is_not_called_damaged(kind: str, facts: str) -> None:
    with pytest.raises(ImageError) as raised:
        decode(named_by_its_kind(kind), "it.tif")
    assert str(raised.value) == (
        f"it.tif is a kind of TIFF that is not read ({facts}): save it as 8-bit RGB, or as PNG, and open that"
    )


def test_a_file_that_would_take_gigabytes_is_refused_before_it_is_decoded() -> None:
    small = tiff(numbers("f64", 3), RGB, style=Style(compression=DEFLATE))
    for tags in ({256: [9000], 257: [9000]}, {256: [40], 257: [30], 322: [60000], 323: [60000]}):
        large = tiff(numbers("f64", 3), RGB, style=Style(compression=DEFLATE, part=(48, 32)), tags=tags)
        with pytest.raises(ImageError, match=r"is too large: .* the limit is 1 GB"):
            decode(large, "it.tif")
    assert decode(small, "it.tif").pixels.shape == (HEIGHT, WIDTH, 3)


@pytest.mark.parametrize("compression", [NONE, DEFLATE, LZW, PACKBITS, LZMA])
@pytest.mark.parametrize("planar", [False, True])
def test_a_file_that_is_cut_short_is_called_so(compression: int, planar: bool) -> None:
    data = tiff(numbers("u16", 3), RGB, style=Style("<", planar, compression, part=4))
    pixels = data[16:-300]
    cut = data[:16] + bytes(len(pixels)) + data[-300:] if compression != NONE else data
    moved = tiff(numbers("u16", 3), RGB, style=Style("<", planar, compression), tags={273: [60000] * 3})
    for broken in (moved, *([cut] if compression != NONE else [])):
        with pytest.raises(ImageError, match="damaged or cut short"):
            decode(broken, "it.tif")


def test_notes_say_what_was_scaled() -> None:
    def notes(depth: str, samples: int) -> tuple[str, ...]:
        photometric = RGB if samples == 3 else GREY
        return decode(tiff(numbers(depth, samples), photometric, DEPTHS[depth][0]), "it.tif").notes

    assert notes("u16", 3) == ("16-bit colours scaled to 8 bits: 0 to 65535 became 0 to 255",)
    assert notes("f32", 3)[0].startswith("Floating-point colours scaled to 8 bits: 0 to 1 became")
    assert notes("i16", 1)[0].startswith("Integer grey values scaled to 8 bits: -32768 to 32767 became")
    assert notes("u8", 3) == ()
