"""What everything stands on: models, images, forwards."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from engine_asks import Asker, Own, crossed

from explorer import zoo
from explorer.engine.messages import Classify, CloseImage, ListModels, LoadModel, OpenImage, Record, ViewValue
from explorer.records.errors import CancelledError
from explorer.records.images import ImageSource
from explorer.records.models import LoadedModel, WeightsStatus

LITE0 = "zoo:efficientnet_lite0"
SMALL = "torchvision:shufflenet_v2_x0_5"


# ---- models ----


def test_pretrained_network_knows_real_photos(ask: Asker) -> None:
    loaded = ask(LoadModel(LITE0))
    assert (loaded.weights, loaded.pretrained, loaded.can_download) == ("pretrained", True, False)
    assert loaded.entry.full_name == LITE0 and loaded.entry.weights is WeightsStatus.ON_DISK
    expected = {"chelsea": ("tiger cat", 0.39), "coffee": ("espresso", 0.95), "rocket": ("missile", 0.27)}
    for photo, (label, probability) in expected.items():
        ask.open(photo)
        answer = ask(Classify(photo))
        assert answer.key == photo and len(answer.predictions) == 5
        assert answer.predictions[0].label == label
        assert answer.predictions[0].probability == pytest.approx(probability, abs=0.01)


def test_random_weights_are_badged_with_their_seed(ask: Asker) -> None:
    loaded = ask(LoadModel(SMALL, seed=4))
    assert ask.progress[-1][2] == f"loading {SMALL}", "in the words that the window has for it"
    assert loaded == LoadedModel(
        entry=replace(zoo.resolve(SMALL).entry, weights=WeightsStatus.DOWNLOADABLE),
        weights="random (seed 4)",
        pretrained=False,
        device="cpu",
        preprocess=zoo.resolve(SMALL).preprocess,
        params=1_366_792,
        weight_bytes=loaded.weight_bytes,
        can_download=True,
        seed=4,
    )
    # Each of its 56 batch normalisations has a running mean, a variance and a counter besides its parameters.
    assert loaded.weight_bytes > loaded.params * 4
    assert ask(LoadModel(SMALL)).weights == "random"


def test_same_seed_gives_the_same_answer(ask: Asker) -> None:
    ask.open("coffee")
    answers = []
    for seed in (4, 4, 5):
        ask(LoadModel(SMALL, seed=seed))
        answers.append(ask(Classify("coffee", top=1000)))
    assert answers[0] == answers[1] != answers[2]


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (LoadModel("resnet5O"), "close are resnet50"),
        (LoadModel("keras:resnet50"), "no source 'keras'"),
        (LoadModel(SMALL, device="tpu"), "'tpu' is not"),
        (LoadModel(SMALL, device="cuda:99"), "use cpu"),
        (LoadModel(SMALL, weights="pretrained"), "not on disk"),
        (LoadModel(SMALL, weights="none.pth"), "no file none.pth"),
        (LoadModel("none.py:net", trusted=True), "cannot read none.py"),
    ],
)
def test_failed_load_is_one_line_and_leaves_the_old_model(
    recorded: Asker, command: LoadModel, text: str
) -> None:
    before = recorded(Classify("coffee"))
    assert text in recorded.complaint(command)
    assert recorded(Classify("coffee")) == before
    assert recorded(ViewValue(1, 0)).title == "input"


def test_model_that_cannot_be_built_leaves_the_old_one(recorded: Asker, own: Own) -> None:
    assert "no luck" in recorded.complaint(own("BreaksInBuilding"))
    assert recorded(ViewValue(1, 0)).title == "input"


def test_consent_is_asked_before_a_file_runs(ask: Asker, own: Own) -> None:
    with pytest.raises(zoo.UntrustedFileError):
        ask(replace(own("Classifier"), trusted=False))


def test_cancelled_load_leaves_the_old_model(recorded: Asker) -> None:
    with pytest.raises(CancelledError):
        recorded(LoadModel(LITE0), cancel_after=0)
    with pytest.raises(CancelledError):
        recorded(LoadModel(SMALL), cancel_after=0)
    assert recorded(ViewValue(1, 0)).title == "input"
    assert len(recorded(Classify("coffee")).predictions) == 5


def test_new_model_takes_the_recording_with_it(recorded: Asker) -> None:
    recorded(LoadModel(SMALL))
    assert "Nothing has been recorded" in recorded.complaint(ViewValue(1, 0))


def test_catalogue_lists_all_sources(ask: Asker) -> None:
    catalogue = crossed(ask(ListModels()))
    assert {entry.source for entry in catalogue.entries} == {"zoo", "torchvision", "timm", "transformers"}
    assert all(entry.weights is not None for entry in catalogue.entries)
    assert {entry.source for entry in ask(ListModels("zoo")).entries} == {"zoo"}


# ---- images ----


def test_opened_image_has_size_thumbnail_and_notes(ask: Asker) -> None:
    opened = ask.open("rocket")
    assert (opened.key, opened.name) == ("rocket", "rocket.jpg")
    assert max(opened.thumbnail.shape[:2]) == 160 and opened.thumbnail.dtype == np.uint8
    assert opened.width / opened.height == pytest.approx(
        opened.thumbnail.shape[1] / opened.thumbnail.shape[0], rel=0.02
    )
    assert any("sRGB" in note for note in opened.notes)


def test_image_can_come_as_bytes(ask: Asker, own: Own) -> None:
    ask(own("Classifier"))
    ask.open("coffee")
    from_file = ask(Classify("coffee"))
    data = Path(__file__).parents[2] / "resources" / "samples" / "coffee.png"
    ask(OpenImage("pasted", ImageSource("pasted image", data=data.read_bytes())))
    assert ask(Classify("pasted")).predictions == from_file.predictions


def test_several_images_stay_open_beside_each_other(ask: Asker, own: Own) -> None:
    ask(own("Classifier"))
    for photo in ("coffee", "chelsea"):
        ask.open(photo)
    coffee, chelsea = ask(Classify("coffee")), ask(Classify("chelsea"))
    assert coffee.predictions != chelsea.predictions
    assert (ask(Classify("coffee")), ask(Classify("chelsea"))) == (coffee, chelsea)


def test_failed_image_leaves_the_previous_recording(recorded: Asker, tmp_path: Path) -> None:
    before = recorded(ViewValue(1, 1))
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    source = ImageSource("broken.png", str(tmp_path / "broken.png"))
    assert "broken.png" in recorded.complaint(OpenImage("new", source))
    assert "not open any more" in recorded.complaint(Record(1, "new"))
    assert np.array_equal(recorded(ViewValue(1, 1)).values, before.values)


def test_closed_image_is_forgotten_but_its_recording_stays(recorded: Asker) -> None:
    recorded(CloseImage("coffee"))
    recorded(CloseImage("coffee"))
    for command in (Classify("coffee"), Record(1, "coffee")):
        assert "not open any more" in recorded.complaint(command)
    assert recorded(ViewValue(1, 1)).title == "conv"


# ---- forwards ----


def test_record_gives_trace_picture_answer_and_memory(ask: Asker, own: Own) -> None:
    ask(own("Classifier"))
    ask.open("coffee")
    recording = ask(Record(1, "coffee", top=2))
    assert [(n.op, n.name) for n in recording.trace.nodes] == [
        ("input", "input"), ("conv2d", "conv"), ("batch_norm", "norm"), ("relu", "relu"), ("mean", "mean"),
        ("output", "output"),
    ]  # fmt: skip
    assert recording.trace.nodes[1].receptive_field.size == (4, 4)
    assert recording.predictions == ask(Classify("coffee", top=2)).predictions
    assert recording.predictions[0].label.startswith("class ")
    assert recording.picture.shape == (224, 224, 3) and recording.key == "coffee"
    # The ReLU works in place: the normalised map is kept once before and once after it, the rest once.
    assert recording.held_bytes == 4 * (3 * 224**2 + 3 * 5 * 56**2 + 5)
    assert recording.memory.weights == 4 * (5 * 3 * 16 + 5 + 4 * 5) + 8
    assert recording.record_ms > 0


def test_recorded_answer_is_that_of_the_plain_forward(ask: Asker) -> None:
    ask(LoadModel("torchvision:vit_b_16", seed=0))
    ask.open("coffee")
    plain = ask(Classify("coffee", top=1000))
    assert ask(Record(1, "coffee", top=1000)).predictions == plain.predictions


def test_failing_forward_is_recorded_up_to_the_failure(ask: Asker, own: Own) -> None:
    ask(own("Failing"))
    ask.open("coffee")
    assert "cannot run on this image: RuntimeError" in ask.complaint(Classify("coffee"))
    recording = ask(Record(1, "coffee"))
    assert [node.name for node in recording.trace.nodes] == ["input", "conv"]
    assert recording.trace.error.op == "matmul" and recording.predictions == ()
    assert ask(ViewValue(1, 1)).shape == (1, 5, 56, 56)


def test_output_that_is_no_row_of_logits_has_no_predictions(ask: Asker, own: Own) -> None:
    ask(own("Pair"))
    ask.open("coffee")
    assert ask(Classify("coffee")).predictions == ()
    recording = ask(Record(1, "coffee"))
    assert recording.predictions == () and recording.trace.error is None
    assert ask(ViewValue(1, 2, output=1)).dtype == "int64"


def test_cancelled_record_leaves_recording_and_model_as_they_were(recorded: Asker) -> None:
    recorded.open("chelsea")
    before = [recorded(ViewValue(1, node)).values for node in range(5)]
    answer = recorded(Classify("coffee"))
    for cancel_after in range(3):
        with pytest.raises(CancelledError):
            recorded(Record(1, "chelsea"), cancel_after=cancel_after)
    after = [recorded(ViewValue(1, node)).values for node in range(5)]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert recorded(Classify("coffee")) == answer
    assert recorded(Record(1, "coffee")).predictions == answer.predictions


def test_cancelled_classification_says_so(recorded: Asker) -> None:
    with pytest.raises(CancelledError):
        recorded(Classify("coffee"), cancel_after=0)
