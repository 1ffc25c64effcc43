"""What bytes are that are no image of a format that is read: named by their first ones, with the way out."""

_KNOWN = "JPEG, PNG, WebP, GIF, BMP, TIFF, PPM or AVIF"
_HEAD = 4096  # bytes that are looked at to name a file that is not an image

# Where a sign stands, the sign, and pictures or films that bear it.
_SIGNS = (
    (4, b"ftyp", "a video"),
    (0, b"\x1a\x45\xdf\xa3", "a video"),
    (8, b"AVI ", "a video"),
    (0, b"\0\0\1\0", "an icon (ICO)"),
    (0, b"\0\0\0\x0cjP  ", "a JPEG 2000 image"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 image"),
    (0, b"\xff\x0a", "a JPEG XL image"),
    (0, b"\0\0\0\x0cJXL ", "a JPEG XL image"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"gimp xcf", "a GIMP project"),
    (0, b"v/1\x01", "an OpenEXR image"),
    (0, b"#?RADIANCE", "a Radiance HDR image"),
    (0, b"SIMPLE  =", "a FITS image"),
    (0, b"DDS ", "a DDS texture"),
    (0, b"qoif", "a QOI image"),
    (0, b"P7\n", "a PAM image"),
    (0, b"PF\n", "a PFM image in colour"),
    (128, b"DICM", "a DICOM image"),
)
# Signs of what may hold an image, and how to come to it.
_CONTAINERS = (
    (b"PK\x03\x04", "is a ZIP archive, not an image: unpack it and open the images in it"),
    (b"\x1f\x8b", "is a gzip archive, not an image: unpack it and open the images in it"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive, not an image: unpack it and open the images in it"),
    (b"Rar!", "is a RAR archive, not an image: unpack it and open the images in it"),
    (b"\x93NUMPY", "is an array of numbers, not an image: give it to `arch-explorer trace --input`"),
    (b"\x89HDF", "is an HDF5 file of numbers, not an image: save a picture from it as PNG and open that"),
    (
        b"version https://git-lfs",
        "is a Git LFS pointer, not the image itself: run `git lfs pull`, then open it",
    ),
)
_HEIF_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))
_AVIF_BRANDS = frozenset((b"avif", b"avis"))
_LONGEST_BRANDS = 256  # bytes: no file names as many


def is_heif(data: bytes) -> bool:
    """Tell whether a file is HEIF by the brands that it names; AVIF, its cousin, has its own."""
    if data[4:8] != b"ftyp":
        return False
    end = min(int.from_bytes(data[:4]), _LONGEST_BRANDS)
    brands = {data[start : start + 4] for start in range(8, end, 4)}
    return bool(brands & _HEIF_BRANDS) and not brands & _AVIF_BRANDS


def describe_stranger(data: bytes) -> str:
    """Say what bytes that are no image are, and what to do: a sentence to follow the file's name."""
    head = data[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return "is a web page, not an image: save the picture itself and open that"
    if head.startswith(b"<svg") or (head.startswith((b"<?xml", b"<!--")) and b"<svg" in head):
        return "is an SVG drawing, not an image of pixels: export it as PNG and open that"
    if head.startswith(b"%pdf"):
        return "is a PDF document, not an image: export the page as PNG and open that"
    if is_heif(data):
        return (
            "is a HEIC photo, which is read with pillow-heif: install architecture-explorer[heif], "
            "or export it as JPEG or PNG and open that"
        )
    for start, sign, what in _SIGNS:
        if data[start : start + len(sign)] == sign:
            return f"is {what}, which cannot be read: export it as JPEG or PNG and open that"
    for sign, sentence in _CONTAINERS:
        if data.startswith(sign):
            return sentence
    if is_text(data):
        return "is a text file, not an image: choose an image file, such as a JPEG or PNG"
    return f"is not an image of a known format: choose a {_KNOWN} file"


def is_text(data: bytes) -> bool:
    """Return whether the beginning of `data` is text in UTF-8: no control characters but white space."""
    head = data[:_HEAD]
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character cut in two by the end of the head is no fault of the text.
        if error.start < len(head) - 3 or len(data) <= _HEAD:
            return False
        text = head[: error.start].decode("utf-8")
    return all(character.isprintable() or character.isspace() or character == "\ufeff" for character in text)
