"""What a drop or a paste holds, as sources of images; nothing is read or decoded here."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QUrl
from PySide6.QtGui import QImage, QImageWriter

from explorer.records.images import ImageSource

# Encoded pictures as other programs offer them, the lossless first.
_ENCODED = ("image/png", "image/webp", "image/jpeg", "image/bmp", "image/tiff", "image/gif")
_NO_COMPRESSION = 100  # Qt's quality for PNG: fast enough for the window's thread


@dataclass(frozen=True)
class Dropped:
    """The images of a drop, and one line for each thing that could not be taken."""

    sources: tuple[ImageSource, ...]
    notices: tuple[str, ...] = ()


def promise(mime: QMimeData) -> str:
    """Say what would be done with a drop of this data; empty if nothing could be."""
    fits = mime.hasUrls() or mime.hasImage() or any(mime.hasFormat(name) for name in _ENCODED)
    return "Drop to classify" if fits else ""


def read(mime: QMimeData, name: str) -> Dropped:
    """Return the images in what was dropped or pasted.

    Files come before pictures, pictures before addresses: a browser's drag holds a picture and its address.

    Args:
        mime: Data of the drop or the clipboard.
        name: What a picture without a file name is called.
    """
    urls = mime.urls()
    if files := [url.toLocalFile() for url in urls if url.isLocalFile()]:
        return Dropped(tuple(ImageSource(_file_name(path), path=path) for path in files))
    remote = urls[0] if urls else QUrl()
    if (data := _encoded(mime) or _embedded(remote)) is not None:
        return Dropped((ImageSource(_url_name(remote) or name, data=data),))
    if not urls:
        return Dropped((), ("There is no image here; copy a picture or a file, then paste again.",))
    return Dropped((), tuple(_refusal(url) for url in urls))


def _encoded(mime: QMimeData) -> bytes | None:
    for name in _ENCODED:
        if mime.hasFormat(name) and (data := mime.data(name).data()):
            return bytes(data)
    image: Any = mime.imageData() if mime.hasImage() else None
    return _as_png(image) if isinstance(image, QImage) and not image.isNull() else None


def _as_png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"png"))
    writer.setQuality(_NO_COMPRESSION)
    writer.write(image)
    return bytes(buffer.data().data())


def _embedded(url: QUrl) -> bytes | None:
    """Return the picture that a `data:` address carries in itself."""
    header, comma, body = url.toString(QUrl.ComponentFormattingOption.FullyEncoded).partition(",")
    if not comma or not header.startswith("data:image/"):
        return None
    encoded = QByteArray.fromPercentEncoding(body.encode())
    return bytes((QByteArray.fromBase64(encoded) if header.endswith(";base64") else encoded).data())


def _refusal(url: QUrl) -> str:
    return (
        f"{url.toString()} is an address, not an image: nothing is fetched from the network; "
        "copy the image itself, or save it and drop the file."
    )


def _file_name(path: str) -> str:
    return PurePosixPath(path.rstrip("/")).name or path


def _url_name(url: QUrl) -> str:
    return url.fileName() if url.scheme() in ("http", "https") else ""
