"""Names of classes: every form in which people keep them, and one line for what is none."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from explorer.imaging import class_names_in, read_class_names
from explorer.records.errors import UsageError

NAMES = ("tench", "goldfish", "great white shark")
KEYED = {"0": "tench", "1": "goldfish", "2": "great white shark"}


def written(folder: Path, content: str | bytes, name: str = "labels.txt") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        "tench\ngoldfish\ngreat white shark",
        "tench\r\ngoldfish\r\n great white shark \r\n\r\n",
        "\ufefftench\ngoldfish\ngreat white shark\n",
        json.dumps(NAMES),
        json.dumps(KEYED),
        json.dumps(dict(reversed(KEYED.items()))),
        json.dumps({name: k for k, name in enumerate(NAMES)}),
        json.dumps({str(k): [f"n{k:08}", name] for k, name in enumerate(NAMES)}),
        json.dumps({"architectures": ["ViT"], "id2label": KEYED, "hidden_size": 768}),
        json.dumps({"label2id": {name: k for k, name in enumerate(NAMES)}}),
        json.dumps({"classes": NAMES}),
    ],
)
def test_names_are_read_in_order(tmp_path: Path, content: str) -> None:
    assert read_class_names(written(tmp_path, content)) == NAMES


def test_what_is_said_twice_elsewhere_does_not_matter(tmp_path: Path) -> None:
    assert read_class_names(written(tmp_path, '{"a": 1, "a": 2, "classes": ["cat", "owl"]}')) == (
        "cat",
        "owl",
    )


def test_a_list_that_only_looks_like_json_is_read_by_its_lines(tmp_path: Path) -> None:
    assert read_class_names(written(tmp_path, "[unknown]\ncat")) == ("[unknown]", "cat")


def test_numbers_as_names_stay_in_their_order(tmp_path: Path) -> None:
    assert class_names_in({str(k): str(9 - k) for k in range(10)}) == tuple(str(9 - k) for k in range(10))


def test_names_are_made_fit_to_be_shown(tmp_path: Path) -> None:
    first, second, third = read_class_names(
        written(tmp_path, "\x1b[31mred\x00\n" + "x" * 5000 + "\n\u202e\n")
    )[:3]
    assert first == "[31mred" and len(second) == 200 and third == "–"


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        ("", "labels.txt", "is empty"),
        (b"\xff\xfe\x00c", "labels.txt", "no text in UTF-8"),
        ("{", "labels.json", "is broken JSON"),
        ("[" * 100_000, "labels.json", "is broken JSON"),
        ("[1, 2]", "labels.json", "holds no names"),
        ('{"0": "cat", "2": "dog"}', "labels.json", "holds no names"),
        ('{"0": {"deep": 1}}', "labels.json", "holds no names"),
        ("3", "labels.json", "holds no names"),
        ('{"0": "cat", "1": "dog", "0": "owl"}', "labels.json", "says '0' twice; keep one"),
        ('{"id2label": {"0": "cat", "1": "dog", "1": "dog"}}', "config.json", "says '1' twice; keep one"),
        ('{"cat": 0, "dog": 1, "cat": 2}', "labels.txt", "says 'cat' twice; keep one"),
        (b"x" * (9 << 20), "labels.txt", "too many for names"),
        ("a\n" * (2 << 20), "labels.txt", "more than a network has classes"),
    ],
)
def test_what_holds_no_names_is_one_line(tmp_path: Path, content: str | bytes, name: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as caught:
        read_class_names(written(tmp_path, content, name))
    assert (
        str(caught.value).startswith(name) and "\n" not in str(caught.value) and len(str(caught.value)) < 300
    )


def test_what_is_no_file_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    for path, why in (
        (tmp_path / "pipe.txt", "no regular file"),
        (tmp_path, "is a folder"),
        (tmp_path / "gone.txt", "No such file"),
        (Path("/dev/zero"), "no regular file"),
        (tmp_path / "\0", "cannot be read"),
    ):
        with pytest.raises(UsageError, match=why):
            read_class_names(path)


@pytest.mark.parametrize(
    "value", [None, 3, "cat", [], {}, [1], [None], {"a": "b"}, {1: "x"}, object(), {0: 1}]
)
def test_other_values_hold_no_names(value: Any) -> None:
    assert class_names_in(value) is None


def test_what_holds_itself_is_looked_into_once() -> None:
    ring: dict[str, Any] = {"meta": {}}
    ring["names"] = ring["meta"]["names"] = ring
    assert class_names_in(ring) is None
