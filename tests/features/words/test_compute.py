"""N-grams of a recorded word."""

import pytest
from engine_asks import Asker, crossed

from explorer.engine.messages import LoadModel, OpenImage, Record, ViewValue
from explorer.features.words.messages import FindNGrams
from explorer.records.images import ImageSource


@pytest.fixture
def reader(ask: Asker) -> Asker:
    """An engine with the network over characters and an open word."""
    ask(LoadModel("zoo:char_cnn", seed=0))
    ask(OpenImage("Architecture", ImageSource("“Architecture”", text="Architecture")))
    return ask


def test_ngrams_are_those_of_the_largest_outputs(reader: Asker) -> None:
    recording = reader(Record(1, "Architecture"))
    found = crossed(reader(FindNGrams(1)))
    assert {gram.layer for gram in found} == {"width2", "width3", "width4"}
    assert len(found) == sum(recording.trace.by_name[f"width{n}"].shape[1] for n in (2, 3, 4))
    for gram in found:
        width = int(gram.layer.removeprefix("width"))
        rows = reader(ViewValue(1, gram.node)).values[0]  # (filters, positions)
        assert gram.start == int(rows[gram.filter].argmax()) and gram.activation == rows[gram.filter].max()
        assert gram.text == recording.characters[gram.start : gram.start + width]


def test_ngrams_of_another_recording_are_refused(reader: Asker) -> None:
    reader(Record(1, "Architecture"))
    reader(Record(2, "Architecture"))
    assert "Another forward" in reader.complaint(FindNGrams(1))


def test_an_image_has_no_ngrams(recorded: Asker) -> None:
    assert recorded(FindNGrams(1)) == ()
