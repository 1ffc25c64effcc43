"""What a drop or a paste holds and what can be done with it; nothing is read or decoded here."""

import mimetypes
import os
import stat
import weakref
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

from explorer.records.image_files import IMAGE_SUFFIXES
from explorer.records.images import ImageSource, RawPixels
from explorer.records.video_files import HEAD, VIDEO_SUFFIXES, is_video
from explorer.window.addresses import Addresses, addresses, shown
from explorer.window.loading import WEIGHTS_ENDINGS

# Encoded pictures as other programs offer them, the lossless first.
_ENCODED = ("image/png", "image/webp", "image/jpeg", "image/bmp", "image/tiff", "image/gif")
_FORMAT = QImage.Format
# How pictures lie in memory, in Pillow's words; a number of four bytes begins with the blue one.
_ORDERS = {
    _FORMAT.Format_RGB32: ("RGB", "BGRX"),
    _FORMAT.Format_ARGB32: ("RGBA", "BGRA"),
    _FORMAT.Format_ARGB32_Premultiplied: ("RGBA", "BGRa"),
    _FORMAT.Format_RGBX8888: ("RGB", "RGBX"),
    _FORMAT.Format_RGBA8888: ("RGBA", "RGBA"),
    _FORMAT.Format_RGBA8888_Premultiplied: ("RGBA", "RGBa"),
    _FORMAT.Format_RGB888: ("RGB", "RGB"),
    _FORMAT.Format_BGR888: ("RGB", "BGR"),
    _FORMAT.Format_Grayscale8: ("L", "L"),
}
LABELS_ENDINGS = (".txt", ".names", ".json")
"""Endings of files that may hold names of classes."""
_KINDS = ("image", "video", "folder", "network", "weights", "labels", "other", "missing")
# Files of weights for other programs: the engine knows them, and says what to do with them.
_FOREIGN_WEIGHTS = (".h5", ".hdf5", ".keras", ".onnx", ".tflite", ".npz", ".pt2", ".gguf", ".msgpack", ".pb")
_MODEL_FILES = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
_NOTHING = "There is no image and no file on the clipboard; copy one, then paste again."


@dataclass(frozen=True)
class Dropped:
    """What can be opened of a drop or a paste.

    Attributes:
        sources: Images.
        videos: Files of videos.
        folders: Folders whose images are meant.
        networks: Python files, and folders with a network and its weights.
        weights: Files of weights.
        labels: Files that may hold names of classes.
        notices: One line for each thing that could not be taken.
        text: Plain text that names no file.
    """

    sources: tuple[ImageSource, ...] = ()
    videos: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    weights: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    text: str = ""


def promise(mime: QMimeData) -> str:
    """Say what would be done with a drop of this data; empty if nothing could be."""
    named = addresses(mime)
    if not named.paths:
        return "Drop to classify" if _has_picture(mime, named) else ""
    found = sort(named.paths)
    promises = [_promise_of_images(found)]
    if found.videos:
        promises.append("play a video")
    if found.networks:
        promises.append("load a network")
    elif found.weights:
        promises.append("load weights")
    if found.labels:
        promises.append("take the names of classes")
    what = " and ".join(filter(None, promises))
    return f"Drop to {what}" if what else ""


def read(mime: QMimeData | None, name: str) -> Dropped:
    """Return what can be opened of what was dropped or pasted.

    Files come before pictures, pictures before addresses: a browser's drag holds a picture and its address.

    Args:
        mime: Data of the drop or the clipboard; some systems give none of an empty one.
        name: What a picture without a file name is called.
    """
    mime = mime or QMimeData()
    named = addresses(mime)
    missing = tuple(map(_gone, named.missing))
    if named.paths:
        found = sort(named.paths)
        return replace(found, notices=(*missing, *found.notices))
    if (picture := _picture(mime, named, name)) is not None:
        return Dropped((picture,))
    if refused := (*missing, *map(_refusal, named.remote)):
        return Dropped(notices=refused)
    text = mime.text().strip()
    return Dropped(notices=(_no_file(text) if text else _NOTHING,), text=text)


def sort(paths: tuple[str, ...]) -> Dropped:
    """Tell by their names and kinds what files are; of what may be a video the first bytes are looked at."""
    kinds: dict[str, list[str]] = {kind: [] for kind in _KINDS}
    for path in paths:
        kinds[_kind(path)].append(path)
    notices = [*map(_gone, kinds["missing"])]
    notices += [
        f"{shown(path)} is neither an image nor a network nor weights nor class names: choose another file."
        for path in kinds["other"]
    ]
    if len(several := [*kinds["network"], *kinds["weights"]]) > 1:
        notices.append(f"One file is loaded at a time: {shown(several[0])}; load the others after it.")
    sources = tuple(ImageSource(shown(path), path=path) for path in kinds["image"])
    if len(kinds["video"]) > 1:
        notices.append(
            f"One video is played at a time: {shown(kinds['video'][0])}; open the others after it."
        )
    return Dropped(
        sources,
        tuple(kinds["video"]),
        tuple(kinds["folder"]),
        tuple(kinds["network"]),
        tuple(kinds["weights"]),
        tuple(kinds["labels"]),
        tuple(notices),
    )


def _kind(path: str) -> str:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - a path may hold bytes that are no text
    except (OSError, ValueError):
        return "missing"
    if stat.S_ISDIR(mode):
        return "network" if _holds_network(path) else "folder"
    if not stat.S_ISREG(mode):
        return "other"
    suffix = os.path.splitext(path)[1].lower()  # noqa: PTH122
    if suffix == ".py":
        return "network"
    if path.lower().endswith((*WEIGHTS_ENDINGS, *_FOREIGN_WEIGHTS)):
        return "weights"
    if suffix in LABELS_ENDINGS:
        return "labels"
    guess = _types().guess_type(f"file{suffix}")[0] or ""
    if suffix in VIDEO_SUFFIXES or (not guess and is_video(_head(path))):
        return "video"
    # Of a name that tells nothing, the content decides, and the engine says what it is.
    may_be_image = suffix in IMAGE_SUFFIXES or not guess or guess.startswith("image/")
    return "image" if may_be_image else "other"


def _head(path: str) -> bytes:
    """Return the first bytes of a plain file; none where it may not be read."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a path may hold bytes that are no text
            return file.read(HEAD)
    except (OSError, ValueError):
        return b""


def _holds_network(folder: str) -> bool:
    """Tell whether a folder is one that Hugging Face's hub keeps a network in."""
    names = [os.path.join(folder, name) for name in ("config.json", *_MODEL_FILES)]  # noqa: PTH118
    return os.path.isfile(names[0]) and any(map(os.path.isfile, names[1:]))  # noqa: PTH113


@cache
def _types() -> mimetypes.MimeTypes:
    return mimetypes.MimeTypes()  # what Python knows itself, not what this computer adds


def _promise_of_images(found: Dropped) -> str:
    if found.folders:
        several = "these folders" if len(found.folders) > 1 else "this folder"
        files = f"{_count(found)} and " if found.sources else ""
        return f"open {files}the images of {several}"
    if len(found.sources) > 1:
        return f"open {_count(found)}"
    if not found.sources:
        return ""
    suffix = os.path.splitext(found.sources[0].path or "")[1].lower()  # noqa: PTH122
    return "classify" if suffix in IMAGE_SUFFIXES else "try this file as an image"


def _count(found: Dropped) -> str:
    return f"{len(found.sources):,} image{'s' if len(found.sources) > 1 else ''}"


def _has_picture(mime: QMimeData, named: Addresses) -> bool:
    if mime.hasImage() or any(mime.hasFormat(name) for name in _ENCODED):
        return True
    return bool(named.remote) and named.remote[0].startswith("data:image/")


def _picture(mime: QMimeData, named: Addresses, name: str) -> ImageSource | None:
    """Return the picture that comes encoded, as pixels or in its address: as it is, the engine decodes it."""
    remote = named.remote[0] if named.remote else ""
    name = _url_name(remote) or name
    for encoding in _ENCODED:
        if mime.hasFormat(encoding) and (data := mime.data(encoding).data()):
            return ImageSource(name, data=bytes(data))
    image: Any = mime.imageData() if mime.hasImage() else None
    if isinstance(image, QImage) and not image.isNull():
        return ImageSource(name, pixels=raw_pixels(image))
    return ImageSource(name, address=remote) if remote.startswith("data:image/") else None


def raw_pixels(image: QImage) -> RawPixels:
    """Return the pixels of an image where they lie; a format that the engine does not know is converted."""
    if image.format() not in _ORDERS:
        image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    weakref.finalize(rows, _let_go, image)  # which owns them
    return RawPixels(rows, image.width(), *_ORDERS[image.format()])


def _let_go(_: QImage) -> None:
    """Be what holds an image until its pixels are gone."""


def _gone(path: str) -> str:
    return f"{shown(path)} is not there (any more): check its name and try again."


def _refusal(address: str) -> str:
    short = address if len(address) <= 80 else f"{address[:60]}…{address[-19:]}"
    return (
        f"{short} is an address, not an image: nothing is fetched from the network; "
        "copy the image itself, or save it and drop the file."
    )


def _no_file(text: str) -> str:
    line = text.splitlines()[0]
    short = line if len(line) <= 40 else f"{line[:39]}…"
    return f"“{short}” names no file; copy an image, a file or its whole path, then paste again."


def _url_name(address: str) -> str:
    return QUrl(address).fileName() if address.startswith(("http://", "https://")) else ""
