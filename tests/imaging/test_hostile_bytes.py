"""Whatever bytes arrive, `decode` answers with a picture or with one line, and with nothing else."""

import random
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from tiff_writer import DEFLATE, LZW, PACKBITS, Style, tiff

from explorer.imaging import ImageError, decode

pytestmark = pytest.mark.filterwarnings(r"ignore::UserWarning:PIL\.")


def _small_files() -> dict[str, bytes]:
    """One small file of each format, with the metadata that plugins parse, and some of its rarer variants."""
    generator = np.random.default_rng(7)
    rgb = Image.fromarray(generator.integers(0, 256, (24, 32, 3), np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    variants: dict[str, tuple[Image.Image, str, dict[str, object]]] = {
        "jpeg": (rgb, "JPEG", {"exif": exif, "dpi": (72, 72)}),
        "progressive": (rgb, "JPEG", {"progressive": True}),
        "cmyk": (rgb.convert("CMYK"), "JPEG", {}),
        "mpo": (rgb, "MPO", {"save_all": True, "append_images": [rgb]}),
        "png": (rgb.convert("RGBA"), "PNG", {"exif": exif, "dpi": (72, 72)}),
        "palette": (rgb.quantize(16), "PNG", {"transparency": 3}),
        "apng": (rgb, "PNG", {"save_all": True, "append_images": [rgb.rotate(180)]}),
        "webp": (rgb.convert("RGBA"), "WEBP", {"exif": exif}),
        "gif": (rgb, "GIF", {"save_all": True, "append_images": [rgb.rotate(180)]}),
        "bmp": (rgb, "BMP", {}),
        "tiff": (rgb, "TIFF", {"exif": exif}),
        "lzw": (rgb, "TIFF", {"compression": "tiff_lzw"}),
        "pages": (rgb, "TIFF", {"save_all": True, "append_images": [rgb]}),
        "float": (rgb.convert("F"), "TIFF", {}),
        "ppm": (rgb, "PPM", {}),
        "avif": (rgb, "AVIF", {"exif": exif}),
    }
    files = {}
    for name, (image, kind, options) in variants.items():
        buffer = BytesIO()
        image.save(buffer, kind, **options)
        files[name] = buffer.getvalue()
    deep, unit = np.asarray(rgb).astype(np.uint16) * 257, np.asarray(rgb) / np.float32(255)
    files["planes"] = tiff(deep, 2, style=Style(">", True, part=5), tags={274: [6]})
    files["tiles"] = tiff(unit, 2, style=Style("<", False, LZW, 3, (16, 16)))
    files["big tiff"] = tiff(
        deep[:, :, :2], 1, extra=(1,), style=Style("<", True, DEFLATE, 2, 7, is_big=True)
    )
    files["ten bits"] = tiff(deep % 1024, 2, 10, style=Style("<", compression=PACKBITS))
    return files


FILES = _small_files()


def assert_answered(data: bytes) -> bool:
    """Return whether there was a picture; any other exception than `ImageError` fails the test."""
    try:
        image = decode(data, "fuzz.png")
    except ImageError as error:
        line = str(error)
        assert line.startswith("fuzz.png ")
        assert line.isprintable()
        assert len(line) < 300
        return False
    assert image.pixels.dtype == np.uint8
    assert image.pixels.shape[2] == 3
    assert image.pixels.size
    return True


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_anywhere_is_answered(name: str):
    data = FILES[name]
    assert assert_answered(data)
    source = random.Random(name)
    ends = {*range(64), *(source.randrange(len(data)) for _ in range(60))}
    pictures = [assert_answered(data[:end]) for end in sorted(ends)]
    assert not all(pictures)


@pytest.mark.parametrize("name", FILES)
def test_a_file_with_changed_bytes_is_answered(name: str):
    data = FILES[name]
    source = random.Random(name)
    for _ in range(120):
        changed = bytearray(data)
        # Headers decide most: half of the changes fall into the first 256 bytes.
        for _ in range(source.choice((1, 2, 8))):
            reach = len(data) if source.random() < 0.5 else min(len(data), 256)
            changed[source.randrange(reach)] = source.choice((0, 1, 0x7F, 0x80, 0xFF, source.randrange(256)))
        assert_answered(bytes(changed))


@pytest.mark.parametrize("name", FILES)
def test_rubbish_behind_a_true_signature_is_answered(name: str):
    source = random.Random(name)
    for kept in (3, 8, 12, 16, 24):
        for _ in range(12):
            assert_answered(FILES[name][:kept] + source.randbytes(source.randrange(200)))


def test_rubbish_alone_is_answered_as_no_image():
    source = random.Random(0)
    assert not any(assert_answered(source.randbytes(length)) for length in range(1, 300))
