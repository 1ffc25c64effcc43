"""A person's file is written whole or stays what it was, whatever happens on the way."""

import os
from pathlib import Path

import pytest
from full_disk import full_disk

from explorer.writing import beside, write


def test_a_file_is_written_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "figure.png"
    for content in (b"first", b"second"):
        write(path, content)
        assert path.read_bytes() == content and list(tmp_path.iterdir()) == [path]


def test_a_full_disk_destroys_nothing(tmp_path: Path) -> None:
    path = tmp_path / "figure.png"
    path.write_bytes(b"before")
    with full_disk(1000), pytest.raises(OSError, match="File too large"):
        write(path, bytes(2000))
    assert path.read_bytes() == b"before" and list(tmp_path.iterdir()) == [path]


def test_a_writer_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "weights.pt"
    path.write_bytes(b"before")
    with pytest.raises(KeyboardInterrupt), beside(path) as file:
        file.write_bytes(b"half")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"before" and list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "target.png").write_bytes(b"before")
    link = tmp_path / "link.png"
    link.symlink_to(tmp_path / "target.png")
    write(link, b"after")
    assert link.is_symlink() and (tmp_path / "target.png").read_bytes() == b"after"


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 251 + ".csv")
    write(path, b"after")
    assert path.read_bytes() == b"after"


def test_a_pipe_or_a_device_is_neither_opened_nor_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "figure.png"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path):
        with pytest.raises(OSError, match="a device or a pipe"):
            write(path, b"after")
    assert pipe.is_fifo() and list(tmp_path.iterdir()) == [pipe]
