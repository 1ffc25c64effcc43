"""What a file of weights holds beside its tensors."""

import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from explorer.weights import beside

TENSOR = {"w": torch.zeros(2)}


def test_metadata_and_entries_are_told_and_no_tensor_is_read(tmp_path: Path) -> None:
    save_file(TENSOR, tmp_path / "a", metadata={"classes": '["cat", "dog"]', "note": "by hand", "odd": "[1"})
    assert beside(tmp_path / "a") == {"classes": ["cat", "dog"], "note": "by hand", "odd": "[1"}
    torch.save({"state_dict": TENSOR, "classes": ("cat", "dog"), 3: "left out"}, tmp_path / "b.pt")
    told = beside(tmp_path / "b.pt")
    assert told["classes"] == ("cat", "dog") and told["state_dict"]["w"].is_meta and 3 not in told
    torch.save({"epoch": 3}, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    assert beside(tmp_path / "old.pt") == {"epoch": 3}


class _Runs:
    def __reduce__(self):
        return pytest.fail, ("a file ran code",)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x08",
        b"\x04\0\0\0\0\0\0\0{}}}",
        b"\xff" * 8 + b"{",
        b"\x02\0\0\0\0\0\0\0[]",
        pickle.dumps(_Runs()),
        b"PK\x03\x04",
    ],
)
def test_of_what_cannot_be_read_nothing_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    assert beside(tmp_path / "file") == {}
    assert beside(tmp_path) == beside(tmp_path / "gone") == {}
