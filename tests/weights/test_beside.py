"""What a file of weights holds beside its tensors."""

from argparse import Namespace
from pathlib import Path

import torch
from safetensors.torch import save_file

from explorer.weights import load

TENSOR = {"w": torch.zeros(2)}


def test_the_metadata_of_safetensors_are_told_and_text_that_is_json_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_file(TENSOR, path, metadata={"classes": '["cat", "dog"]', "note": "by hand", "odd": "[1"})
    told = load(path)
    assert told.beside == {"classes": ["cat", "dog"], "note": "by hand", "odd": "[1"}
    assert [list(part.tensors) for part in told.parts] == [["w"]]


def test_the_entries_of_a_saved_dictionary_are_told(tmp_path: Path) -> None:
    for zipped in (True, False):
        path = tmp_path / f"{zipped}.pt"
        content = {"state_dict": TENSOR, "classes": ("cat", "dog"), 3: "left out"}
        torch.save(content, path, _use_new_zipfile_serialization=zipped)
        told = load(path).beside
        assert told["classes"] == ("cat", "dog") and set(told) == {"state_dict", "classes"}


def test_what_only_a_reader_that_calls_nothing_can_open_tells_it_too(tmp_path: Path) -> None:
    path = tmp_path / "with_settings.pt"
    torch.save({"state_dict": TENSOR, "args": Namespace(lr=0.1), "classes": ["cat", "dog"]}, path)
    assert load(path).beside["classes"] == ["cat", "dog"]


def test_a_file_of_tensors_alone_has_only_them(tmp_path: Path) -> None:
    save_file(TENSOR, tmp_path / "b.safetensors")
    assert set(load(tmp_path / "b.safetensors").beside) == {"w"}
