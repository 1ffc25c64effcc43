"""A recorded model on an edited picture: the same, to the bit, as a recording of that picture; nothing else changes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from edited import record_edited
from engine_asks import Asker, Own, crossed
from torch import Tensor

from explorer.engine.messages import LoadModel, OpenImage, ReadAnswer, Record, ViewValue
from explorer.features.live.keeping import as_image
from explorer.features.live.messages import LookLive
from explorer.forward.chance import RandomState
from explorer.records.editing import Editing
from explorer.records.edits import NOTHING, Edit, Fill, LiveView, Patch, Stroke
from explorer.records.images import Frame, ImageSource, PreparedImage, RawPixels
from explorer.records.models import Preprocess

EDIT = Edit(
    rotation=20.0,
    blur=1.0,
    contrast=0.7,
    noise=10.0,
    strokes=(Stroke(((0.2, 0.2), (0.4, 0.3)), 0.1, (255, 0, 0)),),
    patch=Patch(fill=Fill.NOISE),
)
NETWORKS = """
import torch
from torch import nn

class Choosy(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 4, stride=4)

    def forward(self, x):
        if x[:, 0].std() < 0.05:
            raise ValueError("there is\\nnothing to see")
        return self.conv(x).mean((2, 3))

class Both(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 4, stride=4)

    def forward(self, image, other):
        return self.conv(image + other).mean((2, 3))

class Counting(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.seen = nn.Conv2d(3, 5, 4, stride=4), []
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x):
        self.calls += 1
        self.calls.data.mul_(2)
        self.seen.append(float(x.mean()))
        self.last = x
        return self.conv(x.mul_(2)).mean((2, 3))

class Turning(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = (nn.Conv2d(3, 3, 3, padding=1) for _ in range(2))

    def forward(self, x):
        return self.two(self.one(x if x.mean() > -1 else x.relu())).mean((2, 3))

class Keeping(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 4, stride=4)
        self.register_buffer("last", torch.zeros(1, 5))

    def forward(self, x):
        return self.last.copy_(self.conv(x).mean((2, 3)))
"""


def loaded(ask: Asker, tmp_path: Path, name: str) -> None:
    (tmp_path / "nets.py").write_text(NETWORKS, encoding="utf-8")
    ask(LoadModel(f"{tmp_path / 'nets.py'}:{name}", seed=0, trusted=True))
    ask.open("coffee")
    ask(Record(1, "coffee"))


def held(ask: Asker, number: int = 1) -> object:
    return ask.engine._bench.forward(number)


@pytest.mark.parametrize("name", ["", "zoo:lenet5", "zoo:efficientnet_lite0"])
def test_what_is_shown_is_a_recording_of_the_edited_picture(ask: Asker, own: Own, name: str) -> None:
    ask(LoadModel(name, seed=0) if name else own("Classifier"))
    ask.open("chelsea")
    trace = ask(Record(1, "chelsea")).trace
    nodes = [*range(0, len(trace.nodes) - 1, 1 if len(trace.nodes) < 20 else 29), len(trace.nodes) - 1]
    live = {node: ask(LookLive(1, EDIT, node)) for node in nodes}
    record_edited(ask, EDIT, 2)
    for node, seen in live.items():
        recorded = ask(ViewValue(2, node))
        assert seen.value.values.tobytes() == recorded.values.tobytes(), trace.nodes[node].name
        assert (seen.value.statistics, seen.value.layout) == (recorded.statistics, recorded.layout)
    answer = ask(Record(3, "kept", top=1000)).answer
    shown = {it.index: it for it in answer.predictions}
    last = live[nodes[-1]].answer
    assert all(it == shown[it.index] for it in last.predictions) and last.said == answer.said
    assert last.predictions[:4] == answer.predictions[:4]


@pytest.mark.parametrize("shared", [True, False])
def test_the_colours_of_the_changed_input_are_on_the_scale_of_the_recorded_one(
    recorded: Asker, shared: bool
) -> None:
    before = recorded(ViewValue(1, 1, shared_scale=shared)).mosaic
    loud = replace(NOTHING, contrast=3.0)
    after = recorded(LookLive(1, loud, 1, shared_scale=shared)).value
    assert np.array_equal(after.mosaic.levels, before.levels) and after.mosaic.signed == before.signed
    assert after.mosaic.kept and not before.kept
    beyond = (after.values < before.levels[:, 0, None, None]) | (
        after.values > before.levels[:, 1, None, None]
    )
    assert after.mosaic.clipped == beyond.sum() > 0


def test_the_classes_of_before_are_told_with_those_of_now(ask: Asker) -> None:
    ask(LoadModel("zoo:efficientnet_lite0"))
    ask.open("chelsea")
    before = ask(Record(1, "chelsea", top=1000)).answer.predictions
    shares = {it.index: it for it in before}
    seen = ask(LookLive(1, replace(EDIT, blur=8.0, crop=0.5), top=5))
    assert len(seen.answer.predictions) == 5 and [it.index for it in seen.before] == [
        it.index for it in seen.answer.predictions
    ]
    assert all(it == shares[it.index] for it in seen.before)
    assert before[0].index in [it.index for it in seen.answer.predictions], (
        "what was first before is told as well"
    )
    assert seen.answer.predictions[0].index != before[0].index
    best = ask(LookLive(1, replace(EDIT, blur=8.0, crop=0.5), top=1000)).answer.predictions[:5]
    assert before[0].index not in [it.index for it in best] and seen.former == before[0].index
    assert seen.answer.predictions[:4] == best[:4] and seen.answer.predictions[4].index == seen.former
    assert ask(LookLive(1, EDIT, top=1000)).former is None, "among all classes it is one of the first"
    assert seen.value is None and seen.unmet == ""
    assert crossed(seen).answer == seen.answer


def test_without_a_change_it_is_the_forward_itself(recorded: Asker) -> None:
    for node in range(len(held(recorded).trace.nodes)):
        live, there = recorded(LookLive(1, NOTHING, node)), recorded(ViewValue(1, node))
        assert live.value.values.tobytes() == there.values.tobytes()
        assert live.answer.predictions == live.before


@pytest.mark.parametrize("name", ["Classifier", "Deep", "Moody"])
def test_the_forward_and_the_model_stay_as_they_were(ask: Asker, own: Own, name: str) -> None:
    ask(own(name))
    ask.open("coffee")
    ask(Record(1, "coffee"))
    before = state(ask)
    for edit in (EDIT, NOTHING, Edit(crop=0.0)):
        ask(LookLive(1, edit, 2))
        assert state(ask) == before


def test_a_model_that_counts_and_writes_into_its_input_stays_as_it_was(ask: Asker, tmp_path: Path) -> None:
    loaded(ask, tmp_path, "Counting")
    before = state(ask)
    first = ask(LookLive(1, EDIT, 1))
    assert state(ask) == before
    assert ask(LookLive(1, EDIT, 1)).value.values.tobytes() == first.value.values.tobytes()
    attributes = vars(held(ask).model.module)
    assert (
        attributes["seen"] == [] and "last" not in attributes and float(attributes["_buffers"]["calls"]) == 0
    )


def state(ask: Asker) -> list[object]:
    forward = held(ask)
    module = forward.model.module
    tensors = [saved.tensor for it in forward.recording.operations for saved in it.values]
    chance = RandomState.now()
    kept = [*module.state_dict().values(), *tensors, torch.from_numpy(forward.prepared[0].input)]
    return [
        [bytes_of(it) for it in kept],
        [(it.requires_grad, it.grad is None) for it in module.parameters()],
        [(it.training, len(it._forward_hooks), len(vars(it))) for it in module.modules()],
        (chance._torch.tolist(), str(chance._python), str(chance._numpy)),
    ]


def bytes_of(tensor: Tensor) -> bytes:
    plain = tensor.int_repr() if tensor.is_quantized else tensor.detach()
    return plain.contiguous().numpy().tobytes()


# ---- a picture of a stream in the place of the recorded one ----


def frame(number: int, size: tuple[int, int] = (90, 140)) -> Frame:
    pixels = np.random.default_rng(number).integers(0, 256, (*size, 3), np.uint8)
    return Frame(1, number, RawPixels(pixels.reshape(size[0], -1), size[1], "RGB", "RGB"))


@pytest.mark.parametrize("size", [None, (64, 96)])
def test_a_frame_is_seen_as_an_ordinary_image_of_it_is(ask: Asker, own: Own, size: tuple[int, int]) -> None:
    ask(own("Classifier"))
    ask.open("chelsea")
    ask(Record(1, "chelsea", size=size))
    seen = ask(LookLive(1, Edit(frame=frame(3)), 1))
    changed = ask(LookLive(1, replace(EDIT, frame=frame(3)), 1))
    ask(OpenImage("frame", ImageSource("frame", pixels=frame(3).pixels)))
    recorded = ask(Record(2, "frame", size=size))
    assert seen.value.values.tobytes() == ask(ViewValue(2, 1)).values.tobytes()
    assert seen.answer.predictions == recorded.answer.predictions and seen.before == ()
    assert np.array_equal(seen.picture, recorded.picture)
    assert np.array_equal(changed.picture, Editing(recorded.picture).edited(EDIT))
    assert changed.value.values.tobytes() == ask(LookLive(2, EDIT, 1)).value.values.tobytes()


def test_a_frame_is_told_by_its_numbers_alone() -> None:
    one, same, next_one = frame(1), frame(1, (8, 8)), frame(2)
    assert hash(LookLive(1, Edit(frame=one))) == hash(LookLive(1, Edit(frame=same)))
    assert LookLive(1, Edit(frame=one)) != LookLive(1, Edit(frame=next_one))


# ---- what cannot be ----


def test_an_answer_that_the_model_keeps_as_its_own_is_that_of_the_changed_input(
    ask: Asker, tmp_path: Path
) -> None:
    loaded(ask, tmp_path, "Keeping")
    seen = ask(LookLive(1, EDIT)).answer.predictions
    assert not ask.engine._bench.model(0).module.last.any()
    record_edited(ask, EDIT, 2)
    assert seen == ask(ReadAnswer(2)).predictions


def test_a_forward_that_fails_on_the_changed_input_is_told_in_one_line(ask: Asker, tmp_path: Path) -> None:
    loaded(ask, tmp_path, "Choosy")
    there = ask(ViewValue(1, 1)).values
    line = ask.complaint(LookLive(1, Edit(crop=0.0), 1))
    assert "cannot run on the changed input: ValueError: there is nothing to see" in line
    assert np.array_equal(ask(LookLive(1, NOTHING, 1)).value.values, there), "and it goes on"


def test_no_other_operation_of_the_same_kind_is_taken_for_the_one_that_is_looked_at(
    ask: Asker, tmp_path: Path
) -> None:
    loaded(ask, tmp_path, "Turning")
    node, dark = held(ask).trace.find("two").id, Edit(brightness=0.0)
    assert "did not run again as it was recorded" in ask.complaint(LookLive(1, dark, node))
    assert ask(LookLive(1, dark)).answer.predictions, "of the answer no operation is met"
    seen = ask(LookLive(1, EDIT, node)).value.values
    record_edited(ask, EDIT, 2)
    assert np.array_equal(seen, ask(ViewValue(2, node)).values)


def test_words_and_arrays_have_nothing_to_change(ask: Asker) -> None:
    ask(LoadModel("zoo:char_cnn", seed=0))
    ask(OpenImage("word", ImageSource("word", text="tiger")))
    ask(Record(1, "word"))
    assert "no picture" in ask.complaint(LookLive(1, EDIT))


def test_a_network_of_several_inputs_is_refused(ask: Asker, tmp_path: Path) -> None:
    loaded(ask, tmp_path, "Both")
    assert "takes more than one" in ask.complaint(LookLive(1, EDIT))


def test_an_operation_or_a_forward_that_is_not_there_is_one_line(recorded: Asker) -> None:
    assert "no operation 99" in recorded.complaint(LookLive(1, EDIT, 99))
    assert "select the image again" in recorded.complaint(LookLive(7, EDIT))


def test_it_can_be_cancelled(recorded: Asker) -> None:
    from explorer.records.errors import CancelledError

    with pytest.raises(CancelledError):
        recorded(LookLive(1, EDIT, 1), cancel_after=1)
    assert isinstance(recorded(LookLive(1, EDIT, 1)), LiveView)


# ---- an ordinary image of it ----


@pytest.mark.parametrize(
    "preprocess",
    [
        Preprocess(256, 224, (0.5,) * 3, (0.5,) * 3, "bicubic"),
        Preprocess(255, 224, (0.5,) * 3, (0.5,) * 3),
        Preprocess(255, 224, (0.5,) * 3, (0.5,) * 3, cut="before"),
        Preprocess((300, 260), (200, 180), (0.5,) * 3, (0.5,) * 3, crop_mode="squash"),
        Preprocess((200, 180), (200, 180), (0.5,) * 3, (0.5,) * 3, crop_mode="border"),
        Preprocess(240, 200, (0.5,) * 3, (0.5,) * 3, antialias=False),
        Preprocess(32, 32, (0.5,), (0.5,), channels=1),
        Preprocess(200, 200, (0.5,) * 3, (0.5,) * 3, crop_mode="whole"),
        Preprocess(None, 64, (0.5,) * 3, (0.5,) * 3),
    ],
)
def test_a_kept_picture_is_seen_pixel_for_pixel(preprocess: Preprocess) -> None:
    from explorer import imaging
    from explorer.records.images import DecodedImage

    photo = DecodedImage(np.random.default_rng(0).integers(0, 256, (280, 330, 3), np.uint8))
    prepared: PreparedImage = imaging.prepare(photo, preprocess)
    picture = Editing(prepared.picture).edited(EDIT)
    changed = imaging.with_picture(prepared, picture, preprocess)
    source = as_image(changed.picture, preprocess, "photo")
    again = imaging.prepare(imaging.decode_pixels(source.pixels, "photo"), preprocess)
    assert np.array_equal(again.picture, changed.picture) and again.input.tobytes() == changed.input.tobytes()
    same = imaging.with_picture(prepared, prepared.picture, preprocess)
    assert same.input.tobytes() == prepared.input.tobytes(), "of the picture itself it is the input itself"
