"""Arrays in files: read, or refused before they are opened."""

import os
from pathlib import Path

import numpy as np
import pytest

from explorer.imaging import read_array
from explorer.records.errors import ExplorerError


def test_an_array_of_the_other_order_of_bytes_is_read(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(6, dtype=">f4").reshape(2, 3))
    read = read_array(tmp_path / "a.npy")
    assert read.dtype == np.dtype("=f4") and read.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_pipe_or_a_folder_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.npy")
    for path in (tmp_path / "pipe.npy", tmp_path, Path("/dev/zero")):
        with pytest.raises(ExplorerError) as raised:
            read_array(path)
        assert str(raised.value) == (
            f"{path} is a folder, a device or a pipe, not a file; save an array with numpy.save."
        )


def test_a_file_larger_than_the_memory_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    with (tmp_path / "huge.npy").open("wb") as file:
        file.truncate(10**13)  # a hole: takes no space on disk
    with pytest.raises(ExplorerError, match=r"takes 10000\.0 GB, more than is free; save fewer values"):
        read_array(tmp_path / "huge.npy")
