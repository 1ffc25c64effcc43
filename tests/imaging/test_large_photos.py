"""Photos of more megapixels than others may have, and what libraries say of flaws."""

from io import BytesIO

import numpy as np
import pytest
from encoding import encode
from PIL import Image, TiffImagePlugin

from explorer.imaging import ImageError, decode

ORIENTATION = 0x0112

# The program ignores Pillow's own warnings (see explorer.imaging.quiet); pytest would turn them into errors.
pytestmark = pytest.mark.filterwarnings(r"ignore::UserWarning:PIL\.")


def large_jpeg(width: int, height: int, **options: object) -> bytes:
    return encode(Image.linear_gradient("L").resize((width, height)).convert("RGB"), "JPEG", **options)


@pytest.mark.parametrize("kind", ["JPEG", "MPO"])
def test_a_photo_of_108_megapixels_is_decoded_at_half_its_size_and_says_so(kind: str):
    source = Image.linear_gradient("L").resize((12000, 9000)).convert("RGB")
    options = {"save_all": True, "append_images": [Image.new("RGB", (4, 3))]} if kind == "MPO" else {}
    image = decode(encode(source, kind, quality=60, **options), "photo.jpg")
    said = "Has 108 megapixels: decoded at half its size, 6000×4500 of 12000×9000 pixels"
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
    with pytest.raises(ImageError, match=r"20000×15000 pixels, the limit is 250 megapixels; open a smaller"):
        decode(bytes(data), "huge.jpg")


def test_nothing_that_the_libraries_say_reaches_the_terminal(capfd: pytest.CaptureFixture[str]):
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[65000], tags.tagtype[65000] = "a tag that nobody knows", 2
    fax = bytearray(encode(Image.new("1", (40, 40), 1), "TIFF", compression="group4", tiffinfo=tags))
    strip = Image.open(BytesIO(bytes(fax))).tag_v2[273][0]
    fax[strip : strip + 4] = b"\x12\x34\x56\x78"
    for data in (
        bytes(fax),
        encode(Image.new("RGB", (40, 40), "red"), "TIFF", compression="jpeg", tiffinfo=tags),
    ):
        try:
            decode(data, "scan.tif")
        except ImageError as error:
            assert "damaged or cut short" in str(error)
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")
