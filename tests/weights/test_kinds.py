"""Files of another kind, and what is no plain file: each is named with the way out, the latter before it is opened."""

import bz2
import errno
import gzip
import io
import lzma
import os
import socket
import tarfile
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import torch
from torch import nn
from weight_files import State, Write, network, raw, refusal, saved

from explorer import weights

STATE: State = network().state_dict()
SAVE = "save model.state_dict() with torch.save and load that file"
PYTORCH = "convert it to PyTorch's names and save it as safetensors"
UNPACK = "unpack it and choose the file of weights in it"


def zipped(**entries: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def npz() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **{key: tensor.numpy() for key, tensor in STATE.items()})
    return buffer.getvalue()


def npy() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.ones(3))
    return buffer.getvalue()


def tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("w.pth"))
    return buffer.getvalue()


def scripted(folder: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.script(nn.Linear(2, 2)).save(folder / "w.pt")
    return folder / "w.pt"


def exported(folder: Path) -> Path:
    names = ("archive_format", "models/model.json", "data/weights/weight_0", "version")
    return raw(zipped(**{f"w/{name}": b"pt2" for name in names}), "w.pt2")(folder)


KINDS: dict[str, tuple[Write, str]] = {
    "web page": (
        raw(b"<!DOCTYPE html>\n<html><head><title>Google Drive - Virus scan warning</title>"),
        "w.pt is a web page that came in place of the file; open its address in a browser and save the file itself",
    ),
    "web page, late": (raw(b"\n\n  <HTML>"), "w.pt is a web page that came in place of the file; open its"),
    "XML": (
        raw(b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'),
        "w.pt is an answer in XML, often a server's refusal; download the file again",
    ),
    "Git LFS": (
        raw(b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"),
        "w.pt is a Git-LFS pointer, which only names the file; fetch the file itself with `git lfs pull`",
    ),
    "HDF5": (
        raw(b"\x89HDF\r\n\x1a\n" + bytes(99), "w.h5"),
        f"w.h5 is an HDF5 file, as Keras saves them; {PYTORCH}",
    ),
    "Keras": (
        raw(zipped(**{"config.json": b"{}", "model.weights.h5": b""}), "w.keras"),
        f"w.keras is a Keras model; {PYTORCH}",
    ),
    "ONNX": (
        raw(b"\x08\x08\x12\x07pytorch\x1a\x052.1.0:\xff", "w.onnx"),
        "w.onnx is an ONNX model; load the PyTorch weights it was exported from",
    ),
    "ONNX without a producer": (raw(b"\x08\x03:\x80\x01", "w.onnx"), "w.onnx is an ONNX model; load"),
    "TFLite": (
        raw(b"\x1c\0\0\0TFL3" + bytes(40)),
        "w.pt is a TFLite model; load the PyTorch weights it was converted from",
    ),
    "SavedModel": (raw(b"\x08\x01\x12\xc3\x01", "m.pb"), f"m.pb is a TensorFlow SavedModel; {PYTORCH}"),
    "GGUF": (
        raw(b"GGUF\x03\0\0\0"),
        "w.pt is a GGUF file of quantised weights; load the weights in floating point it was made from",
    ),
    "Flax": (raw(b"\x81\xa6params\x82"), f"w.pt is a Flax file (msgpack); {PYTORCH}"),
    "npz": (raw(npz(), "w.npz"), "w.npz is an archive of numpy (.npz); save its arrays as safetensors"),
    "npy": (raw(npy()), "w.pt is one array of numpy; save a dictionary of arrays by name with torch.save"),
    "TorchScript": (scripted, f"w.pt is a TorchScript archive, which is a program; {SAVE}"),
    "TorchScript, mobile": (
        raw(zipped(**{"w/bytecode.pkl": b"", "w/data.pkl": b""})),
        f"w.pt is a TorchScript archive, which is a program; {SAVE}",
    ),
    "exported": (exported, f"w.pt2 is a program exported by torch.export (.pt2); {SAVE}"),
    "zip with weights": (
        raw(zipped(**{"best/w.pth": b"x", "README": b""}), "w.zip"),
        "w.zip is a zip archive with best/w.pth in it; unpack it and choose that",
    ),
    "zip of something else": (
        raw(zipped(**{"a.txt": b"x"})),
        "w.pt is a zip archive without weights; choose a file that torch.save wrote",
    ),
    "gzip": (raw(gzip.compress(b"x"), "w.pth.gz"), f"w.pth.gz is compressed; {UNPACK}"),
    "bzip2": (raw(bz2.compress(b"x")), f"w.pt is compressed; {UNPACK}"),
    "xz": (raw(lzma.compress(b"x")), f"w.pt is compressed; {UNPACK}"),
    "zstd": (raw(b"\x28\xb5\x2f\xfd\x04"), f"w.pt is compressed; {UNPACK}"),
    "7z": (raw(b"7z\xbc\xaf\x27\x1c"), f"w.pt is compressed; {UNPACK}"),
    "rar": (raw(b"Rar!\x1a\x07"), f"w.pt is compressed; {UNPACK}"),
    "tar": (raw(tarred(), "w.pth.tar"), f"w.pth.tar is a tar archive; {UNPACK}"),
    "PNG": (raw(b"\x89PNG\r\n\x1a\n"), "w.pt is an image; open it as an image"),
    "JPEG": (raw(b"\xff\xd8\xff\xe0\0\x10JFIF"), "w.pt is an image; open it as an image"),
    "WebP": (raw(b"RIFF\x10\0\0\0WEBPVP8 "), "w.pt is an image; open it as an image"),
    "TIFF": (raw(b"II*\0\x08\0\0\0"), "w.pt is an image; open it as an image"),
    "PDF": (raw(b"%PDF-1.7"), "w.pt is a PDF document; choose a file of weights"),
    "MATLAB": (
        raw(b"MATLAB 5.0 MAT-file"),
        "w.pt is a MATLAB file; save its arrays as safetensors, by the network's names",
    ),
    "ELF": (raw(b"\x7fELF\x02"), "w.pt is a program; choose a file of weights"),
    "zeros": (
        raw(bytes(999)),
        "w.pt is nothing but zeros at its beginning, as a copy that broke off leaves it; fetch it again",
    ),
    "empty": (raw(b""), "w.pt is empty: its download or copy broke off; fetch it again"),
    "text": (
        raw(b"hello world"),
        "w.pt cannot be read as weights: a text that begins \u201chello world\u201d; choose another file",
    ),
    "Python": (raw(b"import torch\n\nnet = 1\n"), "a text that begins \u201cimport torch net = 1\u201d"),
    "JSON": (raw(b'{"a": 1}', "w.json"), "w.json cannot be read as weights: a text that begins"),
    "noise": (
        raw(bytes(range(200, 256)) * 9),
        "w.pt cannot be read as weights: it begins c8 c9 ca cb cc cd ce cf; choose another file",
    ),
    "terminal codes": (
        raw(b"\x1b[31mred\x1b[0m text"),
        "w.pt cannot be read as weights: it begins 1b 5b 33 31",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_another_kind_of_file_is_named_with_the_way_out(tmp_path: Path, kind: str) -> None:
    write, message = KINDS[kind]
    assert message in refusal(write(tmp_path))


# ---- what is no plain file ----


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    text = refusal(tmp_path / "none.pth")
    assert text == f"there is no file {tmp_path / 'none.pth'}; check the path" or "…" in text


def a_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "w.pt")
    return folder / "w.pt"


def a_socket(folder: Path) -> Path:
    path, before = folder / "w.pt", Path.cwd()
    os.chdir(folder)  # a socket's whole path may be too long
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("w.pt")
    finally:
        os.chdir(before)
    return path


def a_circle(folder: Path) -> Path:
    (folder / "w.pt").symlink_to(folder / "w.pt")
    return folder / "w.pt"


def a_huge_file(folder: Path) -> Path:
    with (folder / "w.pt").open("wb") as file:
        file.truncate(psutil.virtual_memory().total + 1)  # takes no place on the disk
    return folder / "w.pt"


def a_folder(*names: str) -> Write:
    def make(folder: Path) -> Path:
        inner = folder / "run"
        inner.mkdir()
        for name in names:
            (inner / name).write_bytes(b"x")
        return inner

    return make


NO_FILE: dict[str, tuple[Write, str]] = {
    "pipe": (a_pipe, "w.pt is a pipe, not a file, and was not opened; choose a file of weights"),
    "socket": (a_socket, "w.pt is a socket, not a file, and was not opened; choose a file of weights"),
    "device": (
        lambda _: Path(os.devnull),
        "null is a device, not a file, and was not opened; choose a file of weights",
    ),
    "endless device": (lambda _: Path("/dev/zero"), "zero is a device, not a file, and was not opened"),
    "circle of links": (a_circle, "its links lead in a circle; choose the file itself"),
    "link to nothing": (lambda folder: a_link(folder), "there is no file"),
    "huge": (a_huge_file, f"GB of memory; on one with more, {SAVE}"),
    "name too long": (lambda folder: folder / ("w" * 300), "(File name too long); check the path"),
    "zero in its path": (lambda folder: folder / "a\0b", "a\\x00b is no path of a file; check it"),
    "terminal codes in its path": (lambda folder: folder / "\x1b[2Jw.pt", "\\x1b[2Jw.pt; check the path"),
    "in a file": (lambda folder: raw(b"x")(folder) / "w.pt", "there is no file"),
    "empty folder": (a_folder(), "run is a folder without a file of weights; choose the file itself"),
    "folder of two": (
        a_folder("a.pt", "b.ckpt", "c.txt"),
        "run is a folder with several files of weights (a.pt, b.ckpt); choose one of them",
    ),
    "distributed": (
        a_folder(".metadata", "__0_0.distcp"),
        "run is a distributed checkpoint; make one file of it with "
        "`python -m torch.distributed.checkpoint.format_utils dcp_to_torch` and load that",
    ),
}


def a_link(folder: Path) -> Path:
    (folder / "w.pt").symlink_to(folder / "gone.pt")
    return folder / "w.pt"


@pytest.mark.parametrize("kind", NO_FILE)
def test_what_is_no_plain_file_is_refused_before_it_is_opened(tmp_path: Path, kind: str) -> None:
    write, message = NO_FILE[kind]
    assert message in refusal(write(tmp_path))


@pytest.mark.parametrize(
    ("number", "way_out"),
    [
        (errno.EACCES, "(Permission denied); allow it with chmod, or copy it to a folder of your own"),
        (errno.EPERM, "(Operation not permitted); allow it with chmod"),
        (
            errno.EIO,
            "(Input/output error); the disk or the network drive fails; copy the file from its source again",
        ),
        (errno.ESTALE, "; copy it to another place and try again"),
    ],
)
def test_what_the_system_refuses_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, way_out: str
) -> None:
    path = saved(STATE)(tmp_path)

    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "open", refuse)
    text = refusal(path)
    assert text.startswith("w.pt cannot be read (") and way_out in text


def test_a_file_that_shrinks_while_it_is_read_does_not_end_the_process(tmp_path: Path) -> None:
    path = saved(STATE)(tmp_path)
    checkpoint = weights.load(path)
    os.truncate(path, 100)
    with pytest.raises(weights.WeightsError, match="the file has become shorter"):
        weights.apply(network(), checkpoint)
