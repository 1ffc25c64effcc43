"""Pictures as files of Pillow's writers."""

from io import BytesIO

from PIL import Image


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    """Return a file of a picture."""
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()
