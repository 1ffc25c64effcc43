"""What kind of file it is, by its first bytes: whether it can hold weights at all, and what it is instead."""

import errno
import re
import stat
from pathlib import Path

import psutil

from explorer.records.text import shown
from explorer.weights.store import WeightsError

HEAD = 4096
"""How many first bytes tell the kind of a file."""
SAVE = "save model.state_dict() with torch.save and load that file"

_UNPACK = "unpack it and choose the file of weights in it"
# First bytes, what the file is, and the way out; the first that fits is said.
_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (
        rb"\s*(<!doctype html|<html|<head|<script|<body)",
        "a web page that came in place of the file",
        "open its address in a browser and save the file itself",
    ),
    (rb"\s*<\?xml", "an answer in XML, often a server's refusal", "download the file again"),
    (
        rb"version https://git-lfs",
        "a Git-LFS pointer, which only names the file",
        "fetch the file itself with `git lfs pull`",
    ),
    (
        rb"\x89HDF\r\n\x1a\n",
        "an HDF5 file, as Keras saves them",
        "convert it to PyTorch's names and save it as safetensors",
    ),
    (rb".{4}TFL3", "a TFLite model", "load the PyTorch weights it was converted from"),
    (rb"GGUF", "a GGUF file of quantised weights", "load the weights in floating point it was made from"),
    (
        rb"\x08[\x03-\x1f](\x12|\x1a|:)",
        "an ONNX model",
        "load the PyTorch weights it was exported from",
    ),
    (rb"\x08\x01\x12", "a TensorFlow SavedModel", "convert it to PyTorch's names and save it as safetensors"),
    (rb"\x93NUMPY", "one array of numpy", "save a dictionary of arrays by name with torch.save"),
    (rb"\x1f\x8b|BZh|\xfd7zXZ|\x28\xb5\x2f\xfd|7z\xbc\xaf|Rar!", "compressed", _UNPACK),
    (rb".{257}ustar", "a tar archive", _UNPACK),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF.{4}WEBP|BM.{4}\0\0|II\*\0|MM\0\*", "an image", "open it as an image"),
    (rb"%PDF", "a PDF document", "choose a file of weights"),
    (rb"MATLAB 5", "a MATLAB file", "save its arrays as safetensors, by the network's names"),
    (rb"\x7fELF|MZ|\xcf\xfa\xed\xfe", "a program", "choose a file of weights"),
    (
        rb"[\x81-\x8f][\xa1-\xbf]",
        "a Flax file (msgpack)",
        "convert it to PyTorch's names and save it as safetensors",
    ),
    (rb"\0{32}", "nothing but zeros at its beginning, as a copy that broke off leaves it", "fetch it again"),
)


def refuse_what_cannot_be_read(path: Path) -> None:
    """Refuse, before it is opened, what is no plain file or larger than all memory.

    Raises:
        WeightsError: With the cause and the next step.
    """
    name = shown(path.name)
    try:
        state = path.stat()
    except ValueError as error:
        raise WeightsError(f"{shown(str(path))} is no path of a file; check it") from error
    except OSError as error:
        raise unreadable(path, error) from error
    if not stat.S_ISREG(state.st_mode):
        kinds = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))
        what = next((what for test, what in kinds if test(state.st_mode)), "a device")
        raise WeightsError(f"{name} is {what}, not a file, and was not opened; choose a file of weights")
    memory = psutil.virtual_memory().total
    if state.st_size > memory:
        raise WeightsError(
            f"{name} has {state.st_size / 1e9:,.0f} GB, this computer {memory / 1e9:,.0f} GB of memory; "
            f"on one with more, {SAVE}"
        )
    if state.st_size == 0:
        raise WeightsError(f"{name} is empty: its download or copy broke off; fetch it again")


def unreadable(path: Path, error: OSError) -> WeightsError:
    """Return the error for what the operating system refuses."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return WeightsError(f"there is no file {shown(str(path), 200)}; check the path")
    ways = {
        errno.EACCES: "allow it with chmod, or copy it to a folder of your own",
        errno.EPERM: "allow it with chmod, or copy it to a folder of your own",
        errno.EIO: "the disk or the network drive fails; copy the file from its source again",
        errno.ENAMETOOLONG: "check the path",
        errno.ELOOP: "its links lead in a circle; choose the file itself",
    }
    way = ways.get(error.errno or 0, "copy it to another place and try again")
    return WeightsError(f"{shown(path.name)} cannot be read ({error.strerror or error}); {way}")


def head(path: Path) -> bytes:
    """Return the first bytes of a file."""
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except OSError as error:
        raise unreadable(path, error) from error


def foreign(first: bytes, path: Path) -> WeightsError | None:
    """Return what to say of a file that is of a known kind which holds no weights; None if it may hold them."""
    for pattern, what, way_out in _FOREIGN:
        if re.match(pattern, first, re.DOTALL | re.IGNORECASE):
            return WeightsError(f"{shown(path.name)} is {what}; {way_out}")
    return None


def unknown(first: bytes, path: Path) -> WeightsError:
    """Return what to say of a file that is of no known kind."""
    text = first[:64].decode("utf-8", "ignore").strip()
    is_text = len(text) > 3 and all(letter.isprintable() or letter.isspace() for letter in text)
    begins = (
        f"a text that begins “{shown(' '.join(text.split()), 30)}”"
        if is_text
        else f"it begins {first[:8].hex(' ')}"
    )
    return WeightsError(f"{shown(path.name)} cannot be read as weights: {begins}; choose another file")


def foreign_archive(names: list[str], path: Path) -> WeightsError | None:
    """Return what to say of a zip archive that holds something else than what `torch.save` puts there."""
    name = shown(path.name)
    tails = {each.partition("/")[2] or each for each in names} | set(names)
    if any(tail.startswith("code/") for tail in tails) or tails & {"constants.pkl", "bytecode.pkl"}:
        return WeightsError(f"{name} is a TorchScript archive, which is a program; {SAVE}")
    if tails & {"archive_format", "models/model.json", "serialized_exported_program.json"}:
        return WeightsError(f"{name} is a program exported by torch.export (.pt2); {SAVE}")
    if names and all(each.endswith(".npy") for each in names):
        return WeightsError(f"{name} is an archive of numpy (.npz); save its arrays as safetensors")
    if tails & {"model.weights.h5"}:
        return WeightsError(
            f"{name} is a Keras model; convert it to PyTorch's names and save it as safetensors"
        )
    inside = [each for each in names if each.endswith((".pth", ".pt", ".safetensors", ".bin", ".ckpt"))]
    if inside:
        return WeightsError(
            f"{name} is a zip archive with {shown(inside[0])} in it; unpack it and choose that"
        )
    return None
