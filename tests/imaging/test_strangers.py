"""Files that are no image of a format that is read: named, with the way out."""

import numpy as np
import pytest
from bmp_writer import BITFIELDS, bmp

from explorer.imaging import ImageError, decode

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
