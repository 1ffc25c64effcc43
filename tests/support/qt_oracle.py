"""Qt as an independent decoder: its readers and its colour management share nothing with Pillow's plugins."""

import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QByteArray
from PySide6.QtGui import QColorSpace, QImage, QImageReader

PROFILES = ("SRgb", "AdobeRgb", "DisplayP3", "ProPhotoRgb", "SRgbLinear")


def qt_pixels(data: bytes) -> NDArray[np.float64]:
    """Return the upright picture on white: (H, W, 3), 0…255."""
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QBuffer.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    reader.setDecideFormatFromContent(True)
    image = reader.read()
    assert not image.isNull(), reader.errorString()
    del reader  # before its buffer
    pixels = _array(image, QImage.Format.Format_RGBA8888, 4)
    alpha = pixels[:, :, 3:] / 255
    return pixels[:, :, :3] * alpha + 255 * (1 - alpha)


def qt_pixels_of_all(files: dict[str, bytes], folder: Path) -> dict[str, NDArray[np.float64]]:
    """Return the same of several files, read by a process of its own: torchvision's libjpeg is in the way of Qt's."""
    for number, data in enumerate(files.values()):
        (folder / str(number)).write_bytes(data)
    subprocess.run([sys.executable, __file__, str(folder), str(len(files))], check=True)
    with np.load(folder / "pixels.npz") as read:
        return {name: read[str(number)] for number, name in enumerate(files)}


def profile(name: str) -> bytes:
    """Return an ICC profile that Qt writes."""
    return bytes(_space(name).iccProfile().data())


def in_srgb(pixels: NDArray[np.uint8], name: str) -> NDArray[np.float64]:
    """Return colours (H, W, 3) of a profile as Qt converts them to sRGB."""
    height, width, _ = pixels.shape
    image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    image.setColorSpace(_space(name))
    return _array(image.convertedToColorSpace(_space("SRgb")), QImage.Format.Format_RGB888, 3)


def _space(name: str) -> QColorSpace:
    return QColorSpace(getattr(QColorSpace.NamedColorSpace, name))


def _array(image: QImage, kind: QImage.Format, channels: int) -> NDArray[np.float64]:
    image = image.convertToFormat(kind)
    width, height = image.width(), image.height()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    return rows[:, : width * channels].reshape(height, width, channels).astype(np.float64)


if __name__ == "__main__":
    place, count = Path(sys.argv[1]), int(sys.argv[2])
    np.savez(place / "pixels.npz", **{str(n): qt_pixels((place / str(n)).read_bytes()) for n in range(count)})
