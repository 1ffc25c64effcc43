"""Images of every kind that Pillow writes, and files that are none: a picture with notes, or one line."""

import os
import warnings
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from bmp_writer import BITFIELDS, bmp
from PIL import Image, ImageCms, TiffImagePlugin
from PIL.PngImagePlugin import PngInfo

from explorer.imaging import ImageError, decode, decode_pixels, read
from explorer.records.images import ImageSource, RawPixels

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
ORIENTATION = 0x0112

# The program ignores Pillow's own warnings (see explorer.imaging.decode); pytest would turn them into errors.
pytestmark = pytest.mark.filterwarnings(r"ignore::UserWarning:PIL\.")


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


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
    ("bomb.png", lambda: bomb(20000, 15000), ["20000 × 15000", "100 megapixels"]),
    ("between.png", lambda: bomb(10001, 10000), ["10001 × 10000", "100 megapixels"]),
    ("flat bomb.png", lambda: bomb(2**31 - 1, 1), ["2147483647 × 1", "100 megapixels"]),
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


NOT_READ = "which cannot be read: export it as JPEG or PNG and open that"
UNPACK = "not an image: unpack it and open the images in it"
# First bytes of other kinds of files, and what is said of each.
STRANGERS: list[tuple[bytes, str]] = [
    (b"\0\0\0\x18ftypisom", f"a video, {NOT_READ}"),
    (b"\x1a\x45\xdf\xa3", f"a video, {NOT_READ}"),
    (b"RIFF\0\0\0\0AVI ", f"a video, {NOT_READ}"),
    (b"\0\0\1\0", f"an icon (ICO), {NOT_READ}"),
    (b"\0\0\0\x0cjP  ", f"a JPEG 2000 image, {NOT_READ}"),
    (b"\xff\x4f\xff\x51", f"a JPEG 2000 image, {NOT_READ}"),
    (b"\xff\x0a", f"a JPEG XL image, {NOT_READ}"),
    (b"\0\0\0\x0cJXL ", f"a JPEG XL image, {NOT_READ}"),
    (b"8BPS", f"a Photoshop document, {NOT_READ}"),
    (b"gimp xcf", f"a GIMP project, {NOT_READ}"),
    (b"v/1\x01", f"an OpenEXR image, {NOT_READ}"),
    (b"#?RADIANCE", f"a Radiance HDR image, {NOT_READ}"),
    (b"SIMPLE  =", f"a FITS image, {NOT_READ}"),
    (b"DDS ", f"a DDS texture, {NOT_READ}"),
    (b"qoif", f"a QOI image, {NOT_READ}"),
    (b"P7\nWIDTH 1", f"a PAM image, {NOT_READ}"),
    (b"PF\n1 1\n-1.0\n", f"a PFM image in colour, {NOT_READ}"),
    (bytes(128) + b"DICM", f"a DICOM image, {NOT_READ}"),
    (b"PK\x03\x04", f"a ZIP archive, {UNPACK}"),
    (b"\x1f\x8b", f"a gzip archive, {UNPACK}"),
    (b"7z\xbc\xaf\x27\x1c", f"a 7z archive, {UNPACK}"),
    (b"Rar!", f"a RAR archive, {UNPACK}"),
    (b"\x93NUMPY", "an array of numbers, not an image: give it to `arch-explorer trace --input`"),
    (b"\x89HDF", "an HDF5 file of numbers, not an image: save a picture from it as PNG and open that"),
    (b"version https://git-lfs", "a Git LFS pointer, not the image itself: run `git lfs pull`, then open it"),
]  # fmt: skip


@pytest.mark.parametrize(("head", "said"), STRANGERS)
def test_a_file_of_another_kind_is_named_with_the_way_out(head: bytes, said: str):
    with pytest.raises(ImageError) as raised:
        decode(head.ljust(200, b"\x01"), "it.png")
    assert str(raised.value) == f"it.png is {said}"


def test_a_sound_file_of_a_kind_that_pillow_does_not_know_is_not_called_damaged():
    two_bits = bmp(np.zeros((3, 1), np.uint8), (4, 3), 2, palette=np.zeros((4, 3), np.uint8))
    tens = bmp(np.zeros((3, 4), "<u4"), (4, 3), 32, BITFIELDS, (0x3FF00000, 0xFFC00, 0x3FF, 0), 108)
    for data, cause in ((two_bits, "Unsupported BMP pixel depth (2)"), (tens, "Unsupported BMP bitfields")):
        with pytest.raises(ImageError) as raised:
            decode(data, "it.bmp")
        assert str(raised.value).startswith(f"it.bmp is of a kind that is not read ({cause}")
        assert str(raised.value).endswith("): export it as JPEG or PNG and open that")


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


def large_jpeg(width: int, height: int, **options: object) -> bytes:
    return encode(Image.linear_gradient("L").resize((width, height)).convert("RGB"), "JPEG", **options)


@pytest.mark.parametrize("kind", ["JPEG", "MPO"])
def test_a_photo_of_108_megapixels_is_decoded_at_half_its_size_and_says_so(kind: str):
    source = Image.linear_gradient("L").resize((12000, 9000)).convert("RGB")
    options = {"save_all": True, "append_images": [plain()]} if kind == "MPO" else {}
    image = decode(encode(source, kind, quality=60, **options), "photo.jpg")
    said = "Has 108 megapixels: decoded at half its size, 6000 × 4500 of 12000 × 9000 pixels"
    assert said in image.notes
    rows = image.pixels[:, 3000, 1].astype(int)
    expected = np.asarray(Image.linear_gradient("L").resize((1, 4500)))[:, 0]
    assert np.abs(rows - expected).max() <= 2


def test_a_photo_keeps_its_turn_when_it_is_reduced():
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    source = Image.new("L", (12000, 9000))
    source.paste(255, (0, 0, 12000, 4500))
    image = decode(encode(source, "JPEG", quality=60, exif=exif), "photo.jpg")
    assert image.pixels.shape == (6000, 4500, 3)
    assert image.pixels[3000, 4000, 0] > 250 and image.pixels[3000, 500, 0] < 5


def test_a_jpeg_of_more_than_any_camera_takes_is_refused_before_it_is_decoded():
    data = bytearray(large_jpeg(16, 16))
    start = data.index(b"\xff\xc0") + 5
    data[start : start + 4] = (15_000).to_bytes(2) + (20_000).to_bytes(2)
    with pytest.raises(
        ImageError, match=r"20000 × 15000 pixels, the limit is 250 megapixels; open a smaller"
    ):
        decode(bytes(data), "huge.jpg")


def test_nothing_that_the_libraries_say_reaches_the_terminal(capfd: pytest.CaptureFixture[str]):
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[65000], tags.tagtype[65000] = "a tag that nobody knows", 2
    fax = bytearray(encode(plain("1", 1, (40, 40)), "TIFF", compression="group4", tiffinfo=tags))
    strip = Image.open(BytesIO(bytes(fax))).tag_v2[273][0]
    fax[strip : strip + 4] = b"\x12\x34\x56\x78"
    for data in (bytes(fax), encode(plain(size=(40, 40)), "TIFF", compression="jpeg", tiffinfo=tags)):
        try:
            decode(data, "scan.tif")
        except ImageError as error:
            assert "damaged or cut short" in str(error)
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


def test_a_name_with_line_breaks_stays_on_one_line():
    with pytest.raises(ImageError) as raised:
        decode(b"", "a\nb\x1b[31m.png" + "x" * 500)
    assert str(raised.value).startswith("a b [31m.png")
    assert len(str(raised.value)) < 250


def test_a_file_is_read_once_and_given_bytes_are_returned_as_they_are(tmp_path: Path):
    path = tmp_path / "photo.png"
    path.write_bytes(b"abc")
    assert read(ImageSource("photo.png", path=str(path))) == b"abc"
    pasted = b"xyz"
    assert read(ImageSource("pasted image", data=pasted)) is pasted


def _missing(folder: Path) -> Path:
    return folder / "gone.png"


def _folder(folder: Path) -> Path:
    return folder


def _empty(folder: Path) -> Path:
    path = folder / "empty.png"
    path.touch()
    return path


def _huge(folder: Path) -> Path:
    path = folder / "huge.png"
    with path.open("wb") as file:
        file.truncate(256_000_001)  # a hole: takes no space on disk
    return path


def _pipe(folder: Path) -> Path:
    path = folder / "pipe.png"
    os.mkfifo(path)
    return path


def _nul(folder: Path) -> Path:
    return folder / "a\0b.png"


def _long(folder: Path) -> Path:
    return folder / ("x" * 5000)


def _below_a_file(folder: Path) -> Path:
    return _empty(folder) / "photo.png"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_missing, ["not there", "open it again"]),
        (_folder, ["is a folder", "choose an image file"]),
        (_empty, ["empty", "download it again"]),
        (_huge, ["too large", "256 MB", "smaller"]),
        (_pipe, ["pipe", "choose an image file"]),
        (_nul, ["cannot be read", "choose another"]),
        (_long, ["cannot be read", "choose another"]),
        (_below_a_file, ["cannot be read", "choose another"]),
    ],
)
def test_a_file_that_cannot_be_read_gives_one_line(tmp_path: Path, make, words):
    with pytest.raises(ImageError) as raised:
        read(ImageSource("shown name", path=str(make(tmp_path))))
    line = str(raised.value)
    assert line.startswith("shown name ")
    assert "\n" not in line
    for word in words:
        assert word in line


def test_a_file_without_permission_gives_one_line(tmp_path: Path, monkeypatch):
    """The administrator may read everything, so the refusal is played."""
    path = tmp_path / "private.png"
    path.write_bytes(b"abc")

    def refuse(self: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ImageError, match=r"private\.png may not be read by you: change its permissions"):
        read(ImageSource("private.png", path=str(path)))


@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("data:image/png;base64,aGVsbG8=", b"hello"),
        (
            "data:image/png;base64,aGVs%0AbG8%3D",
            b"hello",
        ),  # with a line break, and all that is special escaped
        ("data:image/png;base64,aGVsbG8", b"hello"),  # without its end
        ("data:image/svg+xml,%3Csvg/%3E", b"<svg/>"),
    ],
)
def test_an_address_that_carries_a_picture_is_read(address: str, data: bytes):
    assert read(ImageSource("dropped image", address=address)) == data


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (
            "data:image/png;base64,a",
            "dropped image is damaged: its address is no base64; save the image and open that",
        ),
        ("data:image/png;base64,", "dropped image is empty (0 bytes): save or download it again"),
        ("data:image/png", "dropped image is empty (0 bytes): save or download it again"),
    ],
)
def test_an_address_that_carries_nothing_gives_one_line(address: str, said: str):
    with pytest.raises(ImageError) as raised:
        read(ImageSource("dropped image", address=address))
    assert str(raised.value) == said


def test_pixels_of_too_many_megapixels_are_refused():
    rows = np.broadcast_to(np.uint8(0), (10_001, 40_000))
    with pytest.raises(ImageError, match="10000 × 10001 pixels, the limit is 100 megapixels"):
        decode_pixels(RawPixels(rows, 10_000, "RGB", "BGRX"), "pasted image")


def test_a_source_of_nothing_is_a_fault_of_the_caller():
    with pytest.raises(ValueError, match="path, data or an address"):
        read(ImageSource("nothing"))
