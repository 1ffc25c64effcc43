"""Broken files and bombs: one line with the cause and the next step, or the right weights."""

import io
import json
import os
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from weight_files import (
    State,
    Write,
    changed,
    legacy,
    network,
    ops,
    pickled,
    raw,
    refusal,
    rezipped,
    safetensors,
    saved,
    sharded,
    text,
)

from explorer import weights

STATE: State = network().state_dict()
BROKEN_ZIP = (
    "cannot be read as weights: its zip archive is broken, as a download or copy leaves it that broke off; "
    "fetch it again"
)


def safe(table: Any, numbers: bytes = bytes(16)) -> Write:
    header = table if isinstance(table, bytes) else json.dumps(table).encode()
    return raw(struct.pack("<Q", len(header)) + header + numbers, "w.safetensors")


def entry(shape: Any, place: Any, dtype: str = "F32") -> dict[str, Any]:
    return {"conv.weight": {"dtype": dtype, "shape": shape, "data_offsets": place}}


def numbers_of(number: int, change: Callable[[bytes], bytes | None]) -> Write:
    """Return what packs an archive anew in which one storage is changed."""
    return rezipped(
        saved(STATE),
        zipfile.ZIP_STORED,
        lambda name, content: change(content) if name.endswith(f"/data/{number}") else content,
    )


def damaged(write: Write) -> Write:
    """Return what changes a byte of a compressed entry's content."""

    def change(content: bytes) -> bytes:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            place = next(
                info.header_offset for info in archive.infolist() if info.filename.endswith("/data/0")
            )
        place += 60
        return content[:place] + bytes(b ^ 0x5A for b in content[place : place + 40]) + content[place + 40 :]

    return changed(write, change)


def flagged(content: bytes) -> bytes:
    """Say of every entry that it is encrypted."""
    return re.sub(rb"(PK\x01\x02.{4})\0", b"\\1\x01", content, flags=re.DOTALL)


def described(**change: Any) -> Write:
    """Return what writes a plain pickle with one tensor described otherwise."""
    facts = {"storage": "id", "offset": 0, "size": (4, 3, 3, 3), "stride": (27, 9, 3, 1)} | change

    class Tensor:
        def __reduce__(self) -> tuple[Any, ...]:
            return torch._utils._rebuild_tensor_v2, (*facts.values(), False, {})

    return pickled({"conv.weight": Tensor()})


BROKEN: dict[str, tuple[Write, str]] = {
    "short entry": (
        numbers_of(0, lambda content: content[:-4]),
        "w.pt was not loaded: conv.weight cannot be read (it has 428 of 432 bytes); fetch the file again",
    ),
    "empty entry": (numbers_of(0, lambda _: b""), "conv.weight cannot be read (it has 0 of 432 bytes)"),
    "missing entry": (
        numbers_of(1, lambda _: None),
        "conv.bias cannot be read (its numbers are not in the file)",
    ),
    "damaged entry": (damaged(rezipped(saved(STATE))), "conv.weight cannot be read (it cannot be unpacked: "),
    "encrypted": (changed(rezipped(saved(STATE)), flagged), f"w.pt {BROKEN_ZIP}"),
    "archive's end alone": (raw(b"PK\x03\x04 not a zip"), f"w.pt {BROKEN_ZIP}"),
    "empty archive": (
        raw(b"PK\x05\x06" + bytes(18)),
        "w.pt cannot be read as weights: it begins 50 4b 05 06",
    ),
    "pickle of another kind in the archive": (
        rezipped(saved(STATE), entry=lambda name, content: b"x" if name.endswith("data.pkl") else content),
        "w.pt cannot be read as weights: its pickle is broken",
    ),
    "pickle cut": (
        changed(pickled(STATE), lambda content: content[:-20]),
        "w.pkl cannot be read as weights: its pickle",
    ),
    "protocol alone": (raw(b"\x80\x02"), "cannot be read as weights: its pickle"),
    "unknown instruction": (
        ops(b"\xff"),
        "cannot be read as weights: its pickle is broken: at position 2, opcode b'\\xff' unknown",
    ),
    "extension": (ops(b"\x82\x01"), "its pickle asks for EXT1, which files of weights do not"),
    "buffer out of band": (ops(b"\x97"), "its pickle asks for NEXT_BUFFER"),
    "empty stack": (ops(b"\x85"), "its pickle is broken: too little on the stack"),
    "no mark": (ops(b"t"), "its pickle is broken"),
    "unknown memo": (ops(b"h\x07"), "its pickle is broken"),
    "odd dictionary": (ops(b"(K\x01d"), "its pickle is broken"),
    "text longer than the file": (ops(b"\x8d" + struct.pack("<Q", 1 << 62)), "its pickle is broken"),
    "number too long": (ops(b"I" + b"9" * 9999 + b"\n"), "its pickle is broken"),
    "no list of storages": (
        changed(legacy(STATE), lambda content: content[: content.rindex(b"\x80\x02]")] + b"N."),
        "w.pt",
    ),
    "safetensors cut": (
        changed(safetensors(STATE), lambda content: content[:-8]),
        "fc.weight cannot be read (it ends 8 bytes too early)",
    ),
    "safetensors, table cut": (
        changed(safetensors(STATE), lambda content: content[:40]),
        "w.safetensors cannot be read as weights: its table should have",
    ),
    "safetensors, no JSON": (
        safe(b"{]"),
        "w.safetensors cannot be read as weights: its table of tensors is no JSON; fetch it again",
    ),
    "safetensors, a tensor twice": (
        safe(b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, "a": {"dtype": "F32"}}'),
        "its table of tensors says 'a' twice, with different values; fetch it again",
    ),
    "safetensors, deep": (safe(b'{"a":' * 100_000), "its table of tensors is no JSON"),
    "safetensors, empty": (safe({}), "w.safetensors holds an empty dictionary, no tensors by name"),
    "safetensors, unknown numbers": (safe(entry([4], [0, 16], "F4")), "missing"),
    "safetensors, size wrong": (safe(entry([4, 3, 3, 3], [0, 16])), "missing"),
    "safetensors, place negative": (safe(entry([4, 3, 3, 3], [-432, 0])), "missing"),
    "safetensors, no place": (safe({"conv.weight": {"dtype": "F32"}}), "missing"),
    "safetensors, line is text": (safe({"conv.weight": "x"}), "missing"),
    "safetensors, too many axes": (safe(entry([1] * 99, [0, 4])), "missing"),
    "tensor, negative size": (described(size=(-4, 3, 3, 3)), "missing"),
    "tensor, size as text": (described(size="x"), "missing"),
    "tensor, huge size": (described(size=(1 << 70,), stride=(1,)), "missing"),
    "tensor, axes differ": (described(stride=(1,)), "missing"),
    "tensor, negative offset": (described(offset=-1), "missing"),
    "tensor, offset as text": (described(offset="x"), "missing"),
    "tensor, many axes": (described(size=(1,) * 65, stride=(1,) * 65), "missing"),
    "index without a map": (
        sharded(STATE, change=lambda index: index.pop("weight_map")),
        "is no index of weights: it has no weight_map; choose the file of weights itself",
    ),
    "index, shard in another folder": (
        sharded(
            STATE, change=lambda index: index["weight_map"].update({"conv.weight": "../secret.safetensors"})
        ),
        "names ../secret.safetensors, which is not beside it; fetch the index again",
    ),
    "index, shard by its whole path": (
        sharded(STATE, change=lambda index: index["weight_map"].update({"conv.weight": "/etc/passwd"})),
        "names /etc/passwd, which is not beside it; fetch the index again",
    ),
    "index, shard missing": (
        sharded(STATE, change=lambda index: index["weight_map"].update({"conv.weight": "gone.safetensors"})),
        "gone.safetensors; check the path",
    ),
    "index, tensor missing": (
        sharded(
            STATE,
            change=lambda index: index["weight_map"].update({"more": "model-00001-of-00002.safetensors"}),
        ),
        "model.safetensors.index.json: model-00001-of-00002.safetensors lacks 1 of its tensors (more); fetch it again",
    ),
    "index, no JSON": (
        raw(b"{", "m.index.json"),
        "m.index.json is no JSON, as an index would be; fetch it again",
    ),
    "index, a tensor twice": (
        raw(b'{"weight_map": {"a": "1.safetensors", "a": "2.safetensors"}}', "m.index.json"),
        "m.index.json says 'a' twice, with different values; fetch it again",
    ),
    "index, deep": (raw(b"[" * 100_000, "m.index.json"), "m.index.json is no JSON"),
    "index, a pipe for a shard": (
        lambda folder: (
            os.mkfifo(folder / "p.safetensors"),
            sharded(STATE, change=lambda index: index["weight_map"].update({"conv.weight": "p.safetensors"}))(
                folder
            ),
        )[1],
        "p.safetensors is a pipe, not a file",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_is_one_line(tmp_path: Path, kind: str) -> None:
    write, message = BROKEN[kind]
    assert message in refusal(write(tmp_path))


@pytest.mark.parametrize(
    "write", [saved(STATE), legacy(STATE), pickled(STATE), safetensors(STATE), rezipped(saved(STATE))]
)
@pytest.mark.parametrize("tenths", range(10))
def test_a_file_that_was_cut_is_one_line(tmp_path: Path, write: Write, tenths: int) -> None:
    refusal(changed(write, lambda content: content[: 1 + len(content) * tenths // 10])(tmp_path))


@pytest.mark.parametrize(
    "write", [saved(STATE), legacy(STATE), pickled(STATE), safetensors(STATE), rezipped(saved(STATE))]
)
def test_any_changed_byte_loads_or_is_one_line(tmp_path: Path, write: Write) -> None:
    content, random = write(tmp_path).read_bytes(), np.random.default_rng(0)
    for number in range(30):
        place = int(random.integers(len(content)))
        path = raw(
            content[:place] + bytes([int(random.integers(256))]) + content[place + 1 :], f"{number}.pt"
        )(tmp_path)
        try:
            weights.apply(network(seed=2), weights.load(path))
        except weights.WeightsError as error:
            assert str(error).isprintable() and len(str(error)) <= 450, str(error)


def nested(depth: int) -> Any:
    content: Any = STATE
    for _ in range(depth):
        content = {"a": content}
    return content


BOMBS: dict[str, Write] = {
    "tuple in a tuple": ops(b")" + b"\x85" * 300_000),
    "tuple in a tuple as a key": ops(b"})" + b"\x85" * 300_000 + b"Ns"),
    "list in a list": ops(b"]" * 300_000 + b"a" * 299_999),
    "call in a call": ops(b"cos\nsystem\n" * 100_000 + b")" + b"R\x85" * 99_999 + b"R"),
    "list of ten lists of ten lists": ops(
        b"]\x94" + b"".join(b"](" + b"h%c" % n * 10 + b"e\x94" for n in range(60))
    ),
    "dictionary of ten dictionaries": ops(
        b"}\x94"
        + b"".join(
            b"}(" + b"".join(text(b"%d" % k) + b"h%c" % n for k in range(10)) + b"u\x94" for n in range(60)
        )
    ),
    "itself": ops(b"}\x94" + text(b"a") + b"h\0s"),
    "marks": ops(b"(" * 300_000),
    "networks in each other": ops(
        b"cM\nM\n)R\x94}"
        + text(b"_parameters")
        + b"}s"
        + text(b"_modules")
        + b"}"
        + text(b"a")
        + b"h\0s"
        + text(b"b")
        + b"h\0ssb"
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.timeout(60)
def test_a_bomb_is_one_line(tmp_path: Path, bomb: str) -> None:
    refusal(BOMBS[bomb](tmp_path))


@pytest.mark.timeout(60)
def test_a_compressed_entry_is_unpacked_no_further_than_its_tensor(tmp_path: Path) -> None:
    zeros = 1 << 28
    write = rezipped(
        saved(STATE), entry=lambda n, c: bytes(zeros) if n.endswith(("/data/0", "unused")) else c
    )
    target = network(seed=2)
    weights.apply(target, weights.load(write(tmp_path)))
    assert not target.conv.weight.any()
