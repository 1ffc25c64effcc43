"""Values of a forward written to files."""

from pathlib import Path

import numpy as np
import pytest
from engine_asks import Asker, Own
from full_disk import full_disk

from explorer.engine.messages import Record, ViewValue
from explorer.features.layers.messages import SaveValues
from explorer.records.errors import CancelledError


def test_every_output_is_written_under_its_number(ask: Asker, own: Own, tmp_path: Path) -> None:
    ask(own("Pair"))
    ask.open("coffee")
    ask(Record(1, "coffee"))
    assert ask(SaveValues(1, str(tmp_path / "values"))) == str(tmp_path / "values")
    names = sorted(file.name for file in (tmp_path / "values").iterdir())
    assert names == ["0.npy", "1.npy", "2.1.npy", "2.npy", "3.npy", "4.npy"]
    saved = np.load(tmp_path / "values" / "1.npy", allow_pickle=False)
    assert np.array_equal(saved[0], ask(ViewValue(1, 1)).values)


def test_writing_can_be_cancelled_and_what_is_in_the_way_is_one_line(recorded: Asker, tmp_path: Path) -> None:
    with pytest.raises(CancelledError):
        recorded(SaveValues(1, str(tmp_path / "values")), cancel_after=2)
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    assert "cannot be written" in recorded.complaint(SaveValues(1, str(tmp_path / "file")))


def test_values_that_were_there_stay_whole_on_a_full_disk(ask: Asker, own: Own, tmp_path: Path) -> None:
    ask(own("Pair"))
    ask.open("coffee")
    ask(Record(1, "coffee"))
    (tmp_path / "0.npy").write_bytes(b"before")
    with full_disk(10_000):
        assert "cannot be written" in ask.complaint(SaveValues(1, str(tmp_path)))
    assert (tmp_path / "0.npy").read_bytes() == b"before"
    assert [file.name for file in tmp_path.iterdir() if file.suffix == ".npy"] == ["0.npy"]
