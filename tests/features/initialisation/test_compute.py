"""Initialisations: chosen when a model is loaded, and compared with each other."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from engine_asks import Asker, Own, crossed

from explorer import zoo
from explorer.engine.messages import Classify, LoadModel, Record, ViewValue
from explorer.features.initialisation.messages import StudyInitialisation
from explorer.forward.recorder import record
from explorer.records.errors import CancelledError
from explorer.records.initialisation import Scheme

LITE0 = "zoo:efficientnet_lite0"
RESNET = "torchvision:resnet18"


def test_random_weights_are_drawn_as_asked_and_named(ask: Asker, own: Own) -> None:
    loaded = crossed(ask(replace(own("Classifier"), seed=5, initialisation=Scheme.KAIMING)))
    assert loaded.weights == "random (seed 5, Kaiming)" and not loaded.pretrained
    assert (loaded.seed, loaded.initialisation) == (5, Scheme.KAIMING)
    plain = ask(replace(own("Classifier"), seed=None))
    assert (plain.weights, plain.seed, plain.initialisation) == ("random", None, Scheme.DEFAULT)


def test_same_seed_and_scheme_give_the_same_answer(ask: Asker, own: Own) -> None:
    ask.open("coffee")
    answers = []
    for seed, scheme in ((1, "xavier"), (1, "xavier"), (2, "xavier"), (1, "kaiming"), (1, "default")):
        ask(replace(own("Classifier"), seed=seed, initialisation=Scheme(scheme)))
        answers.append(ask(Classify("coffee")).predictions)
    assert answers[0] == answers[1]
    assert all(answers[0] != other for other in answers[2:])


def test_what_has_no_last_norm_to_zero_is_told_of(ask: Asker, own: Own) -> None:
    loaded = ask(replace(own("Classifier"), initialisation=Scheme.ZERO_LAST_NORM))
    assert any("nothing was set to zero" in note for note in loaded.notes)
    assert ask(LoadModel(RESNET, "random", seed=0, initialisation=Scheme.ZERO_LAST_NORM)).notes == ()


def test_loaded_weights_and_another_initialisation_exclude_each_other(ask: Asker, tmp_path: Path) -> None:
    file = tmp_path / "mine.pth"
    torch.save(zoo.resolve(RESNET).build().state_dict(), file)
    for command in (LoadModel(LITE0), LoadModel(LITE0, "pretrained"), LoadModel(RESNET, str(file))):
        assert "overwrite" in ask.complaint(replace(command, initialisation=Scheme.XAVIER))
    assert ask(LoadModel(LITE0, "random", seed=0, initialisation=Scheme.XAVIER)).weights.endswith("Xavier)")


def test_pretrained_weights_have_no_seed(ask: Asker) -> None:
    loaded = ask(LoadModel(LITE0, seed=3))
    assert (loaded.weights, loaded.seed) == ("pretrained", None)


# ---- the study ----


def test_study_gives_what_separate_recordings_give(recorded: Asker, own: Own) -> None:
    study = crossed(recorded(StudyInitialisation(1, seed=7)))
    assert [curve.scheme for curve in study.curves] == [None, *Scheme]
    value = torch.from_numpy(recorded(ViewValue(1, 0)).values)[None]
    for curve, scheme in zip(study.curves[1:], Scheme, strict=True):
        torch.manual_seed(7)
        module = zoo.resolve(own("Classifier").name, trusted=True).build().eval()
        zoo.initialise(module, scheme)
        forward = record(module, (value.clone(),))
        expected = [forward.value(node).double().numpy().var() for node in range(len(forward.operations))]
        assert curve.variances == pytest.approx(expected, rel=1e-9), curve.label


def test_study_of_residual_blocks_marks_their_zeros(ask: Asker) -> None:
    ask(LoadModel(RESNET, "random", seed=0))
    ask.open("coffee")
    trace = ask(Record(1, "coffee", size=(64, 64))).trace
    study = ask(StudyInitialisation(1, seed=0))
    loaded, default, xavier, kaiming, zeroed = study.curves
    assert np.array_equal(loaded.variances, default.variances)  # the same seed
    last_norms = {f"layer{k}.{b}.bn2" for k in (1, 2, 3, 4) for b in (0, 1)}
    assert {trace.nodes[node].name for node in np.flatnonzero(zeroed.variances == 0)} == last_norms
    last = trace.by_name["fc"].id
    assert kaiming.variances[last] > 100 * xavier.variances[last] > 0
    spread = study.weights["layer2.0.conv1.weight"]
    fans = 64 * 9, 128 * 9
    assert spread.expected[2:4] == pytest.approx([math.sqrt(2 / sum(fans)), math.sqrt(2 / fans[0])])
    assert spread.stds[2:4] == pytest.approx(spread.expected[2:4], rel=0.02)
    assert np.isnan(spread.expected[[0, 1, 4]]).all()
    scale = study.weights[study.read[trace.by_name["layer1.0.bn2"].id]]
    assert scale.means.tolist() == [1, 1, 1, 1, 0]


def test_study_changes_neither_model_nor_recording_nor_random_state(recorded: Asker) -> None:
    before = [recorded(ViewValue(1, node)).values for node in range(5)]
    answer = recorded(Classify("coffee"))
    state = torch.get_rng_state()
    first, second = recorded(StudyInitialisation(1, seed=3)), recorded(StudyInitialisation(1, seed=3))
    other = recorded(StudyInitialisation(1, seed=4))
    assert torch.equal(torch.get_rng_state(), state)
    assert recorded(Classify("coffee")) == answer
    assert all(np.array_equal(recorded(ViewValue(1, node)).values, old) for node, old in enumerate(before))
    for a, b, c in zip(first.curves, second.curves, other.curves, strict=True):
        assert np.array_equal(a.variances, b.variances)
        assert np.array_equal(a.variances, c.variances) == (a.scheme is None)


def test_study_reports_each_scheme_and_can_be_cancelled_at_any_time(recorded: Asker) -> None:
    recorded.progress.clear()
    recorded(StudyInitialisation(1))
    assert [(done, total) for done, total, _ in recorded.progress] == [(k, 5) for k in range(6)]
    for scheme in Scheme:
        assert any(scheme.label in text for _, _, text in recorded.progress)
    for cancel_after in (0, 10, 60, 150):
        with pytest.raises(CancelledError):
            recorded(StudyInitialisation(1), cancel_after=cancel_after)
    assert recorded(ViewValue(1, 0)).title == "input"


def test_study_needs_the_recording_it_means(recorded: Asker) -> None:
    assert "Another forward" in recorded.complaint(StudyInitialisation(99))
    assert "Nothing has been recorded" in Asker().complaint(StudyInitialisation(1))


def test_forward_that_fails_under_one_scheme_is_noted_there(ask: Asker, tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(
        "from torch import nn\n"
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.conv = nn.Conv2d(3, 4, 3)\n"
        "    def forward(self, x):\n"
        "        y = self.conv(x)\n"
        "        if not self.conv.bias.any():\n"
        "            raise ValueError('no bias')\n"
        "        return y.relu()\n"
    )
    ask(LoadModel(f"{file}:Net", seed=0, trusted=True))
    ask.open("coffee")
    trace = ask(Record(1, "coffee")).trace
    study = ask(StudyInitialisation(1))
    failed = [curve.label for curve in study.curves if any("no bias" in note for note in curve.notes)]
    assert failed == ["Xavier", "Kaiming"]
    relu = trace.by_name["relu"].id
    assert [bool(np.isnan(curve.variances[relu])) for curve in study.curves] == [
        False, False, True, True, False
    ]  # fmt: skip


def test_overflow_is_counted(ask: Asker, tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(
        "from torch import nn\n"
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.conv = nn.Conv2d(3, 4, 3)\n"
        "    def forward(self, x):\n"
        "        return (self.conv(x) * 1e30) * 1e30\n"
    )
    ask(LoadModel(f"{file}:Net", seed=0, trusted=True))
    ask.open("coffee")
    ask(Record(1, "coffee"))
    for curve in ask(StudyInitialisation(1)).curves:
        made, returned = curve.not_finite[-2:]
        assert made == returned > 0 and np.isnan(curve.variances[-2:]).all()
        assert not curve.not_finite[:-2].any()
