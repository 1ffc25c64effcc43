"""What the engine is given: images at a chosen size, words, arrays, and what the network cannot read."""

import io
from pathlib import Path

import numpy as np
import pytest
from engine_asks import Asker, Own, crossed
from PIL import Image
from PIL.GifImagePlugin import GifImageFile

from explorer import imaging
from explorer.engine.messages import (
    Classify,
    CloseImage,
    LoadModel,
    LocateField,
    Measure,
    OpenArray,
    OpenImage,
    OpenNoise,
    Record,
    ViewValue,
)
from explorer.features.models.messages import SummariseModel
from explorer.records.images import ImageSource, RawPixels
from explorer.records.samples import samples

READER = "zoo:char_cnn"


def open_word(ask: Asker, word: str) -> None:
    ask(OpenImage(word, ImageSource(f"“{word}”", text=word)))


@pytest.fixture
def reader(ask: Asker) -> Asker:
    """An engine with the network over characters and an open word."""
    ask(LoadModel(READER, seed=0))
    open_word(ask, "Architecture")
    return ask


# ---- sizes ----


def test_image_is_recorded_at_the_chosen_size(ask: Asker, own: Own) -> None:
    ask(own("Classifier"))
    ask.open("coffee")
    recording = ask(Record(1, "coffee", size=(33, 50)))
    assert recording.picture.shape == (33, 50, 3)
    assert recording.trace.input_shape == (1, 3, 33, 50) and recording.sizes is None
    assert recording.predictions == ask(Classify("coffee", size=(33, 50))).predictions
    assert recording.predictions != ask(Classify("coffee")).predictions


def test_size_that_does_not_work_comes_with_those_that_do(ask: Asker) -> None:
    ask(LoadModel("zoo:alexnet", seed=0))
    ask.open("coffee")
    recording = crossed(ask(Record(1, "coffee", size=(32, 32))))
    assert recording.sizes.smallest == recording.sizes.nearest(32) == 63
    error = recording.trace.error
    assert (error.op, error.name) == ("max_pool2d", "features.12")
    assert ask(Record(1, "coffee", size=(63, 63))).trace.error is None
    assert ask(Record(1, "coffee", size=(62, 62))).trace.error is not None
    assert ask(Record(1, "coffee", size=(40, 300))).sizes.smallest == 63


def test_failure_that_no_size_mends_has_no_sizes(ask: Asker, own: Own) -> None:
    ask(own("Failing"))
    ask.open("coffee")
    assert ask(Record(1, "coffee")).sizes is None


def test_cancelled_search_for_sizes_still_gives_the_recording(ask: Asker) -> None:
    ask(LoadModel("zoo:alexnet", seed=0))
    ask.open("coffee")
    # beyond the operations that are recorded
    recording = ask(Record(1, "coffee", size=(32, 32)), cancel_after=40)
    assert ask.progress[-1][2] == "looking for the sizes that work"
    assert recording.sizes is None and recording.trace.error.name == "features.12"
    assert ask(ViewValue(1, 0)).shape == (1, 3, 32, 32)


def test_failed_recording_can_be_looked_into_while_sizes_are_tried(
    ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, ...]] = []

    def look(*_args: object) -> None:
        seen.append(ask(ViewValue(1, 0)).shape)

    monkeypatch.setattr("explorer.engine.live.other_sizes", look)
    ask(LoadModel("zoo:alexnet", seed=0))
    ask.open("coffee")
    ask(Record(1, "coffee"))
    ask(Record(1, "coffee", size=(32, 32)))
    assert seen == [(1, 3, 32, 32)]


def test_pixels_that_came_unencoded_give_the_input_of_the_same_picture_in_a_file(ask: Asker) -> None:
    ask(LoadModel("zoo:alexnet", seed=0))
    photo = imaging.decode(samples()[0].path.read_bytes(), "photo").pixels
    height, width, _ = photo.shape
    bgrx = np.dstack([photo[:, :, ::-1], np.zeros((height, width), np.uint8)]).reshape(height, -1)
    source = ImageSource("pasted image", pixels=RawPixels(bgrx, width, "RGB", "BGRX"))
    opened = ask(OpenImage("pasted", source))
    assert (opened.name, opened.width, opened.height, opened.notes) == ("pasted image", width, height, ())
    ask(OpenImage("file", ImageSource("photo", path=str(samples()[0].path))))
    pasted, filed = (ask(Classify(key)).predictions for key in ("pasted", "file"))
    assert pasted == filed


# ---- words ----


def test_opened_word_has_a_name_and_a_picture_for_the_strip(reader: Asker) -> None:
    opened = crossed(reader(OpenImage("w", ImageSource("“word”", text="word"))))
    assert (opened.name, opened.width, opened.height, opened.notes) == ("“word”", 0, 0, ())
    assert opened.thumbnail.dtype == np.uint8 and opened.thumbnail.ndim == 3


def test_word_is_recorded_letter_by_letter(reader: Asker) -> None:
    recording = crossed(reader(Record(1, "Architecture")))
    assert recording.characters == "‹architecture›" and recording.picture is None
    assert recording.trace.input_shape == (1, 14) and recording.trace.nodes[0].outputs[0].dtype == "int64"
    assert recording.predictions == reader(Classify("Architecture")).predictions
    assert len(recording.predictions) == 2
    assert reader(LocateField(1, recording.trace.by_name["width3"].id, (4,))).box == (4, 7)


def test_word_shorter_than_the_widest_filter_is_padded(reader: Asker) -> None:
    open_word(reader, "a")
    recording = reader(Record(1, "a"))
    assert recording.characters == "‹a›·" and recording.trace.error is None


def test_image_for_a_reader_and_word_for_a_seer_are_refused_in_one_line(reader: Asker, own: Own) -> None:
    reader.open("coffee")
    line = "zoo:char_cnn reads words; type one in the Input pane."
    assert reader.complaint(Record(1, "coffee")) == line == reader.complaint(Classify("coffee"))
    reader(own("Classifier"))
    assert "reads images, no words" in reader.complaint(Record(1, "Architecture"))
    assert reader(Record(1, "coffee")).picture is not None


def test_closed_word_is_forgotten(reader: Asker) -> None:
    reader(CloseImage("Architecture"))
    assert "not open any more" in reader.complaint(Record(1, "Architecture"))


def test_reader_can_be_measured_and_summarised(reader: Asker) -> None:
    reader(Record(1, "Architecture"))
    assert reader(Measure(1, runs=2)).timing.batch == 1
    assert "Embedding" in reader(SummariseModel(1))


# ---- arrays ----


def test_array_from_a_file_is_an_input_as_it_is(ask: Asker, own: Own, tmp_path: Path) -> None:
    given = np.random.default_rng(0).normal(size=(2, 3, 16, 16))
    np.save(tmp_path / "in.npy", given)
    ask(own("Classifier"))
    opened = crossed(ask(OpenArray("in", str(tmp_path / "in.npy"))))
    assert (opened.key, opened.shape, opened.dtype) == ("in", (2, 3, 16, 16), "float64")
    forward = ask(Record(1, "in", size=(8, 8)))
    assert forward.picture is None and forward.trace.input_shape == (2, 3, 16, 16)
    assert forward.trace.nodes[0].outputs[0].dtype == "float32"  # that of the model
    assert np.array_equal(ask(ViewValue(1, 0)).values[:3], given[0].astype(np.float32))
    assert ask(LocateField(1, 1, (0, 0))).box == (0, 0, 4, 4)
    assert ask(Measure(1, runs=1)).timing.batch == 2


def test_noise_is_the_same_for_the_same_shape(ask: Asker, own: Own) -> None:
    ask(own("Classifier"))
    values = []
    for forward in (1, 2):
        assert ask(OpenNoise("noise", (1, 3, 16, 16))).shape == (1, 3, 16, 16)
        ask(Record(forward, "noise"))
        values.append(ask(ViewValue(forward, 0)).values)
    assert np.array_equal(*values) and 0.9 < values[0].std() < 1.1


def test_noise_for_a_reader_is_characters(reader: Asker) -> None:
    reader(OpenNoise("noise", (2, 12), vocabulary=5))
    reader(Record(1, "noise"))
    drawn = reader(ViewValue(1, 0)).values
    assert drawn.dtype == np.int64 and set(drawn.ravel()) <= set(range(5))


def test_array_that_cannot_be_had_is_one_line(ask: Asker, tmp_path: Path) -> None:
    assert "No such file" in ask.complaint(OpenArray("in", str(tmp_path / "absent.npy")))
    assert "does not fit into memory" in ask.complaint(OpenNoise("in", (80_000_000, 80_000_000)))


def test_closed_array_is_forgotten(ask: Asker, own: Own) -> None:
    ask(own("Classifier"))
    ask(OpenNoise("noise", (1, 3, 16, 16)))
    ask(CloseImage("noise"))
    assert "not open any more" in ask.complaint(Record(1, "noise"))


def test_the_same_picture_has_one_digest_however_it_came(ask: Asker) -> None:
    photo = samples()[0].path
    pixels = imaging.decode(photo.read_bytes(), photo.name).pixels
    raw = RawPixels(pixels.reshape(len(pixels), -1), pixels.shape[1], "RGB", "RGB")
    file = ask(OpenImage("file", ImageSource("file", path=str(photo))))
    pasted = ask(OpenImage("pasted", ImageSource("pasted", pixels=raw)))
    other = ask(OpenImage("other", ImageSource("other", path=str(samples()[1].path))))
    assert file.digest == pasted.digest != other.digest and file.digest
    words = [ask(OpenImage(key, ImageSource(key, text=text))) for key, text in (("x", "cat"), ("y", "cat"))]
    assert words[0].digest == words[1].digest not in ("", file.digest)


def clip(second: int) -> bytes:
    frames = [Image.new("RGB", (8, 8), (shade, 0, 0)) for shade in (0, second)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    return file.getvalue()


def test_clips_with_one_first_frame_are_not_the_same(ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    clips = [clip(shade) for shade in (100, 100, 200)]
    decoded: list[int] = []
    monkeypatch.setattr(GifImageFile, "seek", lambda _, frame: decoded.append(frame))
    one, same, other = (
        ask(OpenImage(str(place), ImageSource("clip", data=data))).digest for place, data in enumerate(clips)
    )
    assert one == same != other
    assert not any(decoded), "a long one would take seconds"
