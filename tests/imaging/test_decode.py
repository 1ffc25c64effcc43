"""Images of every kind that Pillow writes, and files that are none: a picture with notes, or one line."""

import warnings
import zlib
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from encoding import encode
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from explorer.imaging import ImageError, decode

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
ORIENTATION = 0x0112

# The program ignores Pillow's own warnings (see explorer.imaging.quiet); pytest would turn them into errors.
pytestmark = pytest.mark.filterwarnings(r"ignore::UserWarning:PIL\.")


def plain(mode: str = "RGB", colour: object = RED, size: tuple[int, int] = (4, 3)) -> Image.Image:
    return Image.new(mode, size, colour)


def grey(values: object, dtype: str) -> Image.Image:
    """One row of grey pixels."""
    return Image.fromarray(np.array([values], dtype))


def palette(transparency: int | bytes | None = None) -> bytes:
    image = Image.new("P", (2, 1))
    image.putpalette([*RED, *BLUE])
    image.putdata([0, 1])
    options = {} if transparency is None else {"transparency": transparency}
    return encode(image, "PNG", **options)


def turned(kind: str, orientation: int, size: tuple[int, int] = (2, 1)) -> bytes:
    """A red and a blue pixel side by side, with an EXIF orientation."""
    image = Image.new("RGB", size, RED)
    image.putpixel((1, 0), BLUE)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    options = {"lossless": True} if kind == "WEBP" else {}
    return encode(image, kind, exif=exif, **options)


def frames(kind: str) -> bytes:
    options = {"lossless": True} if kind == "WEBP" else {}
    return encode(plain(), kind, save_all=True, append_images=[plain(colour=BLUE)], **options)


def damaged_exif() -> bytes:
    return encode(plain(), "PNG", exif=b"Exif\0\0rubbish in place of a directory")


def swapped_profile() -> bytes:
    """An RGB profile whose red and green primaries are exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "test".encode("utf-16-be"))


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def ppm_16() -> bytes:
    return b"P6 2 1 65535\n" + np.array([65535, 0, 0, 0, 0, 65535], ">u2").tobytes()


# Name, bytes, a piece of each expected note, the expected first row (None: not looked at).
GOOD: list[tuple[str, Callable[[], bytes], list[str], list[tuple[int, ...]] | None]] = [
    ("rgb.png", lambda: encode(plain(), "PNG"), [], [RED] * 4),
    ("rgb.bmp", lambda: encode(plain(), "BMP"), [], [RED] * 4),
    ("rgb.ppm", lambda: encode(plain(), "PPM"), [], [RED] * 4),
    ("rgb.tiff", lambda: encode(plain(), "TIFF"), [], [RED] * 4),
    ("rgb.webp", lambda: encode(plain(), "WEBP", lossless=True), [], [RED] * 4),
    ("rgb.jpeg", lambda: encode(plain(), "JPEG"), [], None),
    ("rgb.avif", lambda: encode(plain(size=(16, 16)), "AVIF"), [], None),
    ("lzw.tif", lambda: encode(plain(), "TIFF", compression="tiff_lzw"), [], [RED] * 4),
    ("no suffix", lambda: encode(plain(), "PNG"), [], [RED] * 4),
    ("wrong.jpg", lambda: encode(plain(), "PNG"), ["Named .jpg but holds a PNG"], [RED] * 4),
    ("phone.HEIC", lambda: encode(plain(), "JPEG"), ["Named .heic but holds a JPEG"], None),
    ("print.jpg", lambda: encode(plain("CMYK", (0, 255, 255, 0)), "JPEG"), ["CMYK"], None),
    ("print.tif", lambda: encode(plain("CMYK", (0, 255, 255, 0)), "TIFF"), ["CMYK"], [RED] * 4),
    ("lab.tif", lambda: encode(plain("LAB", (255, 128, 128)), "TIFF"), ["L*a*b*"], None),
    ("palette.png", palette, ["palette"], [RED, BLUE]),
    ("key.png", lambda: palette(0), ["palette", "Transparent"], [WHITE, BLUE]),
    ("levels.png", lambda: palette(bytes([255, 0])), ["palette", "Transparent"], [RED, WHITE]),
    ("still.gif", lambda: encode(plain("L", 7), "GIF"), ["palette"], [(7, 7, 7)] * 4),
    ("clear.png", lambda: encode(plain("RGBA", (*RED, 0)), "PNG"), ["white"], [WHITE] * 4),
    ("half.png", lambda: encode(plain("RGBA", (0, 0, 0, 128)), "PNG"), ["white"], [(127, 127, 127)] * 4),
    ("opaque.png", lambda: encode(plain("RGBA", (*RED, 255)), "PNG"), [], [RED] * 4),
    ("la.png", lambda: encode(plain("LA", (0, 0)), "PNG"), ["Grey", "white"], [WHITE] * 4),
    ("rgb key.png", lambda: encode(plain(), "PNG", transparency=RED), ["white"], [WHITE] * 4),
    ("grey.png", lambda: encode(plain("L", 9), "PNG"), ["Grey"], [(9, 9, 9)] * 4),
    ("bits.png", lambda: encode(plain("1", 1), "PNG"), ["Black and white"], [WHITE] * 4),
    ("bits.tif", lambda: encode(plain("1", 1), "TIFF", compression="group4"), ["Black"], [WHITE] * 4),
    ("deep.png", lambda: encode(grey([0, 32896, 65535], "u2"), "PNG"), ["16-bit", "Grey"],
     [(0, 0, 0), (128, 128, 128), WHITE]),
    ("deep.tif", lambda: encode(grey([0, 32896, 65535], "u2"), "TIFF"), ["16-bit", "Grey"],
     [(0, 0, 0), (128, 128, 128), WHITE]),
    ("deep.pgm", lambda: encode(grey([0, 32896, 65535], "i4"), "PPM"), ["0 to 65535", "Grey"],
     [(0, 0, 0), (128, 128, 128), WHITE]),
    ("deep.ppm", ppm_16, ["16 bits a channel"], [RED, BLUE]),
    ("whole.tif", lambda: encode(grey([-10, 0, 10], "i4"), "TIFF"), ["-10 to 10", "Grey"],
     [(0, 0, 0), (128, 128, 128), WHITE]),
    ("unit.tif", lambda: encode(grey([0, 0.2, 1], "f4"), "TIFF"), ["Floating-point", "Grey"],
     [(0, 0, 0), (51, 51, 51), WHITE]),
    ("far.tif", lambda: encode(grey([-3e38, 3e38], "f4"), "TIFF"), ["Floating-point", "Grey"],
     [(0, 0, 0), WHITE]),
    ("nan.tif", lambda: encode(grey([np.nan, 5, np.inf, 10], "f4"), "TIFF"), ["5 to 10", "Grey"],
     [(0, 0, 0), (0, 0, 0), WHITE, WHITE]),
    ("void.tif", lambda: encode(grey([np.nan, np.nan], "f4"), "TIFF"), ["Floating-point", "Grey"],
     [(0, 0, 0)] * 2),
    ("flat.tif", lambda: encode(grey([7, 7], "f4"), "TIFF"), ["7 to 7", "Grey"], [(0, 0, 0)] * 2),
    ("moving.gif", lambda: frames("GIF"), ["Animated", "palette"], [RED] * 4),
    ("moving.png", lambda: frames("PNG"), ["Animated"], [RED] * 4),
    ("moving.webp", lambda: frames("WEBP"), ["Animated"], [RED] * 4),
    ("pages.tif", lambda: frames("TIFF"), ["several pages"], [RED] * 4),
    ("pair.jpg", lambda: frames("MPO"), ["several pictures"], None),
    ("mirror.png", lambda: turned("PNG", 2), ["Turned upright"], [BLUE, RED]),
    ("down.webp", lambda: turned("WEBP", 3), ["Turned upright"], [BLUE, RED]),
    ("down.tif", lambda: turned("TIFF", 3), ["Turned upright"], [BLUE, RED]),
    ("upright.png", lambda: turned("PNG", 1), [], [RED, BLUE]),
    ("nonsense.png", lambda: turned("PNG", 99), [], [RED, BLUE]),
    ("badexif.png", damaged_exif, ["EXIF data is damaged"], [RED] * 4),
    ("srgb.png", lambda: encode(plain(), "PNG", icc_profile=srgb_profile()), [], [RED] * 4),
    ("swapped.png", lambda: encode(plain(), "PNG", icc_profile=swapped_profile()), ["to sRGB"], [GREEN] * 4),
    ("swapped grey.png", lambda: encode(plain("L", 255), "PNG", icc_profile=swapped_profile()),
     ["Grey", "to sRGB"], [WHITE] * 4),
    ("swapped clear.png", lambda: encode(plain("RGBA", (*RED, 0)), "PNG", icc_profile=swapped_profile()),
     ["to sRGB", "white"], [WHITE] * 4),
    ("badprofile.png", lambda: encode(plain(), "PNG", icc_profile=b"no profile"), ["ignored"], [RED] * 4),
    ("rgb profile.tif",
     lambda: encode(plain("CMYK", (0, 255, 255, 0)), "TIFF", icc_profile=swapped_profile()),
     ["CMYK", "ignored"], [RED] * 4),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "notes", "row"), GOOD, ids=[case[0] for case in GOOD])
def test_an_image_of_any_kind_becomes_rgb_with_a_note_for_each_conversion(name, make, notes, row):
    image = decode(make(), name)
    assert image.pixels.dtype == np.uint8
    assert image.pixels.ndim == 3
    assert image.pixels.shape[2] == 3
    assert len(image.notes) == len(notes), image.notes
    for expected, note in zip(notes, image.notes, strict=True):
        assert expected in note
        assert "\n" not in note
    if row is not None:
        assert [tuple(pixel) for pixel in image.pixels[0].tolist()] == row


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_each_exif_orientation_gives_the_upright_picture(kind, orientation):
    """A file is made by undoing the turn that the orientation asks for."""
    upright = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
    undo = {
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }[orientation]
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    options = {"lossless": True} if kind == "WEBP" else {}
    data = encode(Image.fromarray(np.ascontiguousarray(undo(upright))), kind, exif=exif, **options)
    np.testing.assert_array_equal(decode(data, "photo").pixels, upright)


def test_the_samples_of_a_photo_are_those_that_pillow_reads():
    random = np.random.default_rng(0)
    data = encode(Image.fromarray(random.integers(0, 256, (37, 53, 3), np.uint8)), "JPEG")
    np.testing.assert_array_equal(decode(data, "photo.jpg").pixels, np.asarray(Image.open(BytesIO(data))))


def bomb(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds a single pixel."""
    data = bytearray(encode(plain(size=(1, 1)), "PNG"))
    header = b"IHDR" + width.to_bytes(4) + height.to_bytes(4) + data[24:29]
    data[12:33] = header + zlib.crc32(header).to_bytes(4)
    return bytes(data)


def noise(kind: str) -> bytes:
    random = np.random.default_rng(1)
    return encode(Image.fromarray(random.integers(0, 256, (64, 64, 3), np.uint8)), kind)


def cut(kind: str) -> bytes:
    data = noise(kind)
    return data[: len(data) * 2 // 3]


def text_chunk_bomb() -> bytes:
    info = PngInfo()
    info.add_text("comment", "x" * 4_000_000, zip=True)
    return encode(plain(), "PNG", pnginfo=info)


# Name, bytes, pieces of the expected line.
BAD: list[tuple[str, Callable[[], bytes], list[str]]] = [
    ("empty.png", lambda: b"", ["empty", "download"]),
    ("bomb.png", lambda: bomb(20000, 15000), ["20000×15000", "100 megapixels"]),
    ("between.png", lambda: bomb(10001, 10000), ["10001×10000", "100 megapixels"]),
    ("flat bomb.png", lambda: bomb(2**31 - 1, 1), ["2147483647×1", "100 megapixels"]),
    ("cut.png", lambda: cut("PNG"), ["damaged or cut short", "download it again"]),
    ("cut.jpg", lambda: cut("JPEG"), ["damaged or cut short"]),
    ("cut.gif", lambda: cut("GIF"), ["damaged or cut short"]),
    ("cut.webp", lambda: cut("WEBP"), ["damaged or cut short"]),
    ("cut.bmp", lambda: cut("BMP"), ["damaged or cut short"]),
    ("cut.tif", lambda: cut("TIFF"), ["damaged or cut short"]),
    ("cut.ppm", lambda: cut("PPM"), ["damaged or cut short"]),
    ("cut.avif", lambda: cut("AVIF"), ["damaged or cut short"]),
    ("header.png", lambda: b"\x89PNG\r\n\x1a\n", ["damaged or cut short"]),
    ("comment.png", text_chunk_bomb, ["damaged or cut short"]),
    ("notes.txt", lambda: b"Buy milk.\n", ["text file, not an image"]),
    ("tall.txt", lambda: "é".encode() * 5000, ["text file, not an image"]),
    ("start.txt", lambda: b"BMW is a make of car.\n", ["text file, not an image"]),
    ("p6.txt", lambda: b"P6 is on the menu.\n", ["text file, not an image"]),
    ("plain cut.ppm", lambda: b"P3 4 4 255\n255 0 0 255\n", ["damaged or cut short"]),
    ("page.jpg", lambda: b"\n<!DOCTYPE html><html></html>", ["web page, not an image"]),
    ("bom.jpg", lambda: b"\xef\xbb\xbf<html lang=en>", ["web page, not an image"]),
    ("logo.svg", lambda: b"<svg xmlns='...'/>", ["SVG", "export it as PNG"]),
    ("xml.svg", lambda: b"<?xml version='1.0'?>\n<!-- a --><svg/>", ["SVG", "export it as PNG"]),
    ("paper.pdf", lambda: b"%PDF-1.7 \x00\xff", ["PDF", "export"]),
    ("unknown.bin", lambda: b"\x9c\x01\x02" + bytes(30), ["not an image of a known format", "JPEG, PNG"]),
    ("drawing.eps", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n\x00", ["not an image of a known format"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "words"), BAD, ids=[case[0] for case in BAD])
def test_what_is_no_usable_image_gives_one_line_with_the_name_and_the_cause(name, make, words):
    with pytest.raises(ImageError) as raised:
        decode(make(), name)
    line = str(raised.value)
    assert line.startswith(name)
    assert "\n" not in line
    for word in words:
        assert word in line


def test_the_size_is_checked_before_decoding_and_without_a_warning():
    """Pillow would warn from 89 megapixels on; the limit here is its own, and no pixel is made."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ImageError, match="damaged or cut short"):
            decode(bomb(9_999, 10_000), "below.png")
        with pytest.raises(ImageError, match="too large"):
            decode(bomb(10_001, 10_000), "above.png")


def test_a_name_with_line_breaks_stays_on_one_line():
    with pytest.raises(ImageError) as raised:
        decode(b"", "a\nb\x1b[31m.png" + "x" * 500)
    assert str(raised.value).startswith("a b [31m.png")
    assert len(str(raised.value)) < 250
