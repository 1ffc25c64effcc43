"""The engine in the process of its caller: models, images, forwards, views, faults."""

import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from engine_asks import Asker, Own, crossed

from explorer import zoo
from explorer.engine import messages as m
from explorer.records.errors import CancelledError
from explorer.records.images import ImageSource
from explorer.records.models import LoadedModel, WeightsSpec, WeightsStatus

LITE0 = "zoo:efficientnet_lite0"
SMALL = "torchvision:shufflenet_v2_x0_5"


# ---- models ----


def test_pretrained_network_knows_real_photos(ask: Asker) -> None:
    loaded = ask(m.LoadModel(LITE0))
    assert (loaded.weights, loaded.pretrained, loaded.can_download) == ("pretrained", True, False)
    assert loaded.entry.full_name == LITE0 and loaded.entry.weights is WeightsStatus.ON_DISK
    expected = {"chelsea": ("tiger cat", 0.39), "coffee": ("espresso", 0.95), "rocket": ("missile", 0.27)}
    for photo, (label, probability) in expected.items():
        ask.open(photo)
        answer = ask(m.Classify(photo))
        assert answer.key == photo and len(answer.predictions) == 5
        assert answer.predictions[0].label == label
        assert answer.predictions[0].probability == pytest.approx(probability, abs=0.01)


def test_random_weights_are_badged_with_their_seed(ask: Asker) -> None:
    loaded = ask(m.LoadModel(SMALL, seed=4))
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
    assert ask(m.LoadModel(SMALL)).weights == "random"


def test_same_seed_gives_the_same_answer(ask: Asker) -> None:
    ask.open("coffee")
    answers = []
    for seed in (4, 4, 5):
        ask(m.LoadModel(SMALL, seed=seed))
        answers.append(ask(m.Classify("coffee", top=1000)))
    assert answers[0] == answers[1] != answers[2]


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (m.LoadModel("resnet5O"), "close are resnet50"),
        (m.LoadModel("keras:resnet50"), "no source 'keras'"),
        (m.LoadModel(SMALL, device="tpu"), "'tpu' is not"),
        (m.LoadModel(SMALL, device="cuda:99"), "use cpu"),
        (m.LoadModel(SMALL, weights="pretrained"), "not on disk"),
        (m.LoadModel(SMALL, weights="none.pth"), "no file none.pth"),
        (m.LoadModel("none.py:net", trusted=True), "cannot read none.py"),
    ],
)
def test_failed_load_is_one_line_and_leaves_the_old_model(
    recorded: Asker, command: m.LoadModel, text: str
) -> None:
    before = recorded(m.Classify("coffee"))
    assert text in recorded.complaint(command)
    assert recorded(m.Classify("coffee")) == before
    assert recorded(m.ViewValue(0)).title == "input"


def test_model_that_cannot_be_built_leaves_the_old_one(recorded: Asker, own: Own) -> None:
    assert "no luck" in recorded.complaint(own("BreaksInBuilding"))
    assert recorded(m.ViewValue(0)).title == "input"


def test_consent_is_asked_before_a_file_runs(ask: Asker, own: Own) -> None:
    with pytest.raises(zoo.UntrustedFileError):
        ask(replace(own("Classifier"), trusted=False))


def test_cancelled_load_leaves_the_old_model(recorded: Asker) -> None:
    with pytest.raises(CancelledError):
        recorded(m.LoadModel(LITE0), cancel_after=0)
    with pytest.raises(CancelledError):
        recorded(m.LoadModel(SMALL), cancel_after=0)
    assert recorded(m.ViewValue(0)).title == "input"
    assert len(recorded(m.Classify("coffee")).predictions) == 5


def test_new_model_takes_the_recording_with_it(recorded: Asker) -> None:
    recorded(m.LoadModel(SMALL))
    assert "Nothing has been recorded" in recorded.complaint(m.ViewValue(0))


def test_catalogue_lists_all_sources(ask: Asker) -> None:
    catalogue = crossed(ask(m.ListModels()))
    assert {entry.source for entry in catalogue.entries} == {"zoo", "torchvision", "timm"}
    assert all(entry.weights is not None for entry in catalogue.entries)


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
    from_file = ask(m.Classify("coffee"))
    data = Path(__file__).parents[2] / "resources" / "samples" / "coffee.png"
    ask(m.OpenImage("pasted", ImageSource("pasted image", data=data.read_bytes())))
    assert ask(m.Classify("pasted")).predictions == from_file.predictions


def test_several_images_stay_open_beside_each_other(ask: Asker, own: Own) -> None:
    ask(own("Classifier"))
    for photo in ("coffee", "chelsea"):
        ask.open(photo)
    coffee, chelsea = ask(m.Classify("coffee")), ask(m.Classify("chelsea"))
    assert coffee.predictions != chelsea.predictions
    assert (ask(m.Classify("coffee")), ask(m.Classify("chelsea"))) == (coffee, chelsea)


def test_failed_image_leaves_the_previous_recording(recorded: Asker, tmp_path: Path) -> None:
    before = recorded(m.ViewValue(1))
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    source = ImageSource("broken.png", str(tmp_path / "broken.png"))
    assert "broken.png" in recorded.complaint(m.OpenImage("new", source))
    assert "not open any more" in recorded.complaint(m.Record("new"))
    assert np.array_equal(recorded(m.ViewValue(1)).values, before.values)


def test_closed_image_is_forgotten_but_its_recording_stays(recorded: Asker) -> None:
    recorded(m.CloseImage("coffee"))
    recorded(m.CloseImage("coffee"))
    for command in (m.Classify("coffee"), m.Record("coffee")):
        assert "not open any more" in recorded.complaint(command)
    assert recorded(m.ViewValue(1)).title == "conv"


# ---- forwards ----


def test_record_gives_trace_picture_answer_and_memory(ask: Asker, own: Own) -> None:
    ask(own("Classifier"))
    ask.open("coffee")
    recording = ask(m.Record("coffee", top=2))
    assert [(n.op, n.name) for n in recording.trace.nodes] == [
        ("input", "input"), ("conv2d", "conv"), ("batch_norm", "norm"), ("relu", "relu"), ("mean", "mean"),
    ]  # fmt: skip
    assert recording.trace.nodes[1].receptive_field.size == (4, 4)
    assert recording.predictions == ask(m.Classify("coffee", top=2)).predictions
    assert recording.predictions[0].label.startswith("class ")
    assert recording.picture.shape == (224, 224, 3) and recording.key == "coffee"
    # The ReLU works in place: the normalised map is kept once before and once after it, the rest once.
    assert recording.held_bytes == 4 * (3 * 224**2 + 3 * 5 * 56**2 + 5)
    assert recording.memory.weights == 4 * (5 * 3 * 16 + 5 + 4 * 5) + 8
    assert recording.record_ms > 0


def test_recorded_answer_is_that_of_the_plain_forward(ask: Asker) -> None:
    ask(m.LoadModel("torchvision:vit_b_16", seed=0))
    ask.open("coffee")
    plain = ask(m.Classify("coffee", top=1000))
    assert ask(m.Record("coffee", top=1000)).predictions == plain.predictions


def test_failing_forward_is_recorded_up_to_the_failure(ask: Asker, own: Own) -> None:
    ask(own("Failing"))
    ask.open("coffee")
    assert "cannot run on this image: RuntimeError" in ask.complaint(m.Classify("coffee"))
    recording = ask(m.Record("coffee"))
    assert [node.name for node in recording.trace.nodes] == ["input", "conv"]
    assert recording.trace.error.op == "matmul" and recording.predictions == ()
    assert ask(m.ViewValue(1)).shape == (1, 5, 56, 56)
    assert "cannot be measured: RuntimeError" in ask.complaint(m.Measure())


def test_output_that_is_no_row_of_logits_has_no_predictions(ask: Asker, own: Own) -> None:
    ask(own("Pair"))
    ask.open("coffee")
    assert ask(m.Classify("coffee")).predictions == ()
    recording = ask(m.Record("coffee"))
    assert recording.predictions == () and recording.trace.error is None
    assert ask(m.ViewValue(2, output=1)).dtype == "int64"


def test_cancelled_record_leaves_recording_and_model_as_they_were(recorded: Asker) -> None:
    recorded.open("chelsea")
    before = [recorded(m.ViewValue(node)).values for node in range(5)]
    answer = recorded(m.Classify("coffee"))
    for cancel_after in range(3):
        with pytest.raises(CancelledError):
            recorded(m.Record("chelsea"), cancel_after=cancel_after)
    after = [recorded(m.ViewValue(node)).values for node in range(5)]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert recorded(m.Classify("coffee")) == answer
    assert recorded(m.Record("coffee")).predictions == answer.predictions


def test_cancelled_classification_and_measurement_say_so(recorded: Asker) -> None:
    for command in (m.Classify("coffee"), m.Measure()):
        with pytest.raises(CancelledError):
            recorded(command, cancel_after=0)


def test_measurement_times_every_operation_and_reports_progress(recorded: Asker) -> None:
    recorded.progress.clear()
    measured = crossed(recorded(m.Measure(runs=3)))
    assert measured.timing.device == "cpu" and measured.timing.batch == 1
    assert measured.timing.nodes[0] is None
    assert all(0 < lap.p10 <= lap.median <= lap.p90 for lap in measured.timing.nodes[1:])
    assert [(done, total) for done, total, _ in recorded.progress] == [(k, 6) for k in range(1, 7)]


# ---- downloads ----


def test_download_fetches_verifies_and_makes_the_model_pretrained(
    ask: Asker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, weights_folder: Path
) -> None:
    torch.manual_seed(3)
    published = tmp_path / "published.pth"
    torch.save(zoo.resolve(SMALL).build().state_dict(), published)
    sha = hashlib.sha256(published.read_bytes()).hexdigest()
    spec = replace(zoo.resolve(SMALL), weights=WeightsSpec(published.as_uri(), f"net-{sha[:8]}.pth", sha[:8]))
    monkeypatch.setattr(zoo, "resolve", lambda name, trusted=False: spec)
    assert ask(m.LoadModel(SMALL)).can_download
    with pytest.raises(CancelledError):
        ask(m.DownloadWeights(SMALL), cancel_after=0)
    assert not (weights_folder / f"net-{sha[:8]}.pth").exists()
    ask.progress.clear()
    path = ask(m.DownloadWeights(SMALL))
    assert Path(path) == weights_folder / f"net-{sha[:8]}.pth"
    assert Path(path).read_bytes() == published.read_bytes()
    done, total, text = ask.progress[-1]
    assert done == total == published.stat().st_size and text == f"downloading net-{sha[:8]}.pth"
    loaded = ask(m.LoadModel(SMALL))
    assert (loaded.weights, loaded.pretrained, loaded.can_download) == ("pretrained", True, False)


def test_download_of_what_is_not_published_is_one_line(ask: Asker) -> None:
    assert "No weights are published" in ask.complaint(m.DownloadWeights("timm:resnet26"))


def test_program_that_recorded_ends_orderly() -> None:
    program = (
        "from explorer.engine import messages as m; from explorer.engine.engine import Engine;"
        "from explorer.imaging import samples; from explorer.records.images import ImageSource;"
        "ask = Engine().handle; rest = (lambda *_: None, lambda: False);"
        f"ask(m.LoadModel({LITE0!r}), *rest);"
        "ask(m.OpenImage('a', ImageSource('a', path=str(samples()[0].path))), *rest);"
        "ask(m.Record('a'), *rest)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
