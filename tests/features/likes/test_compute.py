"""Strongest places against a plain argmax over full recordings; a made picture excites, and leaves no trace."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
import what_if_networks
from engine_asks import Asker

from explorer.engine.messages import AllowMemory, LoadModel, LocateField, Record, ViewValue
from explorer.features.likes.messages import Aim, FindStrongest, Made, MakePicture, Strongest
from explorer.features.likes.places import around, strongest
from explorer.records.errors import CancelledError

KEYS = ("coffee", "chelsea", "rocket")
Begin = Callable[..., Asker]


@pytest.fixture
def begin(ask: Asker) -> Begin:
    def begin(name: str, **asked) -> Asker:
        path = name if ":" in name else f"{what_if_networks.__file__}:{name}"
        ask(LoadModel(path, seed=0, trusted=True))
        for key in KEYS:
            ask.open(key)
        ask(Record(1, "coffee", **asked))
        return ask

    return begin


def node(ask: Asker, name: str) -> int:
    return ask.engine._bench.forward(1).trace.find(name).id


def model_of(ask: Asker) -> torch.nn.Module:
    return ask.engine._bench.model(0).module


# ---- the strongest places ----


@pytest.mark.parametrize(
    ("network", "name", "channel"),
    [("Residual", "stem", 2), ("Residual", "act", 4), ("Attending", "qkv", 9), ("Attending", "patch", 1)],
)
def test_the_strongest_places_are_those_of_full_recordings(
    begin: Begin, network: str, name: str, channel: int
) -> None:
    ask = begin(network)
    at = node(ask, name)
    found: Strongest = ask(FindStrongest(1, at, channel, KEYS, 500))
    assert (found.looked, found.total, found.failed) == (3, 3, ())
    maps, pictures = {}, {}
    for number, key in enumerate(KEYS, 2):
        pictures[key] = ask(Record(number, key)).picture
        maps[key] = ask(ViewValue(number, at)).values[channel].astype(np.float64)
    forward, by_hand = number, {key: _by_hand(each) for key, each in maps.items()}
    best = max(maps, key=lambda key: maps[key].max())
    first = found.patches[0]
    assert (first.key, first.value) == (best, maps[best].max())
    assert first.unit == np.unravel_index(maps[best].argmax(), maps[best].shape)
    assert [it.value for it in found.patches] == sorted((it.value for it in found.patches), reverse=True)
    answering = [it for it in found.patches if it.value]
    count = 3 if name == "qkv" else sum(maps[key][place] != 0 for key in maps for place in by_hand[key])
    assert len(answering) == count  # where all see the whole picture it is shown once
    for patch in answering:
        assert patch.unit in by_hand[patch.key] and patch.value == maps[patch.key][patch.unit]
        field = ask(LocateField(forward, at, patch.unit))
        top, left, bottom, right = field.box
        assert patch.box == field.box and found.status == field.status
        y, x, last, end = patch.seen
        assert y <= top and x <= left and last >= bottom and end >= right
        assert (last - y, end - x) == (max(bottom - top, 16), max(right - left, 16))
        assert np.array_equal(patch.picture, pictures[patch.key][y:last, x:end])


def _by_hand(values: np.ndarray) -> set[tuple[int, int]]:
    """Places that none of the eight beside them exceeds."""
    high, wide = values.shape
    found = set()
    for y in range(high):
        for x in range(wide):
            beside = values[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2]
            first = np.argwhere(beside == beside.max())[0] + (max(y - 1, 0), max(x - 1, 0))
            if values[y, x] == beside.max() and tuple(first) == (y, x):
                found.add((y, x))
    return found


def cuts_of(high: int, wide: int, side: int, step: int) -> np.ndarray:
    """What is cut out of a picture for fields of `side` pixels that lie `step` pixels apart."""
    top, left = np.meshgrid(np.arange(high) * step, np.arange(wide) * step, indexing="ij")
    boxes = np.stack((top, left, top + side, left + side), -1).astype(np.int32)
    return around(boxes, (high * step + side - step, wide * step + side - step))


def test_what_is_no_number_is_no_place() -> None:
    values = np.array([[1.0, 0.0, np.nan], [0.0, 0.0, 0.0], [np.inf, 0.0, 3.0]])
    assert strongest(values, cuts_of(3, 3, 16, 16), 9) == [(2, 2), (0, 0)]
    assert strongest(np.full((2, 2), np.nan), cuts_of(2, 2, 16, 16), 9) == []


def test_of_equal_places_those_farthest_apart_are_taken() -> None:
    found = strongest(np.full((9, 9), 6.0), cuts_of(9, 9, 16, 16), 5)
    assert found[0] == (4, 4) and set(found[1:]) == {(0, 0), (0, 8), (8, 0), (8, 8)}


def test_what_shows_half_of_what_is_shown_is_left_out() -> None:
    values = np.zeros((1, 12))
    values[0, [1, 3, 6, 11]] = 4.0, 3.0, 2.0, 1.0
    row = [(0, 1), (0, 6), (0, 11)]  # of 16 pixels in steps of 4: two apart share half, three apart less
    assert strongest(values, cuts_of(1, 12, 16, 4), 3) == row
    assert strongest(values, cuts_of(1, 12, 3, 4), 3) == row  # a field of 3 pixels is shown in 16
    whole = np.zeros((1, 12, 4), np.int32)  # nothing is known: the whole picture stands for each
    assert strongest(values, around(whole, (16, 60)), 3) == [(0, 1)]


def test_equal_places_come_from_all_images_and_are_counted(begin: Begin) -> None:
    ask = begin("Residual", size=(96, 96))
    with torch.no_grad():
        model_of(ask).norm.weight[1] = 0
        model_of(ask).norm.bias[1] = 2.0
    found = ask(FindStrongest(1, node(ask, "norm"), 1, KEYS, 6))
    assert [it.key for it in found.patches] == [*KEYS, *KEYS]
    assert {(it.value, it.equals) for it in found.patches} == {(2.0, 144)}


def test_where_the_field_is_cut_off_by_the_border_its_centre_is_told(begin: Begin) -> None:
    ask = begin("Residual", size=(96, 96))
    at = node(ask, "norm")
    found = ask(FindStrongest(1, at, 0, KEYS, 500))
    for patch in found.patches:
        row, column = patch.unit
        is_within = 0 < row < 11 and 0 < column < 11
        assert patch.centre == (None if is_within else (row * 8 + 4, column * 8 + 4))
    assert any(it.centre is None for it in found.patches) and any(it.centre for it in found.patches)


def test_only_so_many_as_are_asked_for_and_parts_on_the_way(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.features.likes.compute._PAUSE", -1.0)
    ask = begin("Residual")
    whole = ask(FindStrongest(1, node(ask, "stem"), 0, KEYS, 500))
    ask.parts.clear()
    found = ask(FindStrongest(1, node(ask, "stem"), 0, KEYS, 4))
    assert [(it.key, it.unit) for it in found.patches] == [(it.key, it.unit) for it in whole.patches[:4]]
    assert [it.looked for it in ask.parts] == [1, 2, 3]
    with pytest.raises(CancelledError):
        ask(FindStrongest(1, node(ask, "stem"), 0, KEYS, 4), cancel_after=1)


def test_the_network_runs_only_up_to_the_operation(begin: Begin) -> None:
    ask = begin("Residual")
    ran: list[int] = []
    model_of(ask).head.register_forward_hook(lambda *_: ran.append(1))
    ask(FindStrongest(1, node(ask, "stem"), 0, KEYS))
    assert not ran


def test_an_image_that_fails_is_named_and_the_others_are_there(begin: Begin) -> None:
    ask = begin("Residual")
    found = ask(FindStrongest(1, node(ask, "stem"), 0, ("gone", *KEYS)))
    assert found.looked == 3 and found.failed[0][0] == "gone" and "not open" in found.failed[0][1]
    assert "could look at no image" in ask.complaint(FindStrongest(1, node(ask, "stem"), 0, ("gone",)))


def test_values_that_were_let_go_are_not_needed(begin: Begin) -> None:
    ask = begin("Residual")
    before = ask(FindStrongest(1, node(ask, "norm"), 0, KEYS))
    ask(AllowMemory(1000))
    after = ask(FindStrongest(1, node(ask, "norm"), 0, KEYS))
    assert [it.value for it in before.patches] == [it.value for it in after.patches]


# ---- a made picture ----


def make(ask: Asker, name: str, channel: int = 0, **asked) -> Made:
    return ask(MakePicture(1, node(ask, name), channel, **({"steps": 6} | asked)))


@pytest.mark.parametrize("aim", list(Aim))
@pytest.mark.parametrize(
    ("network", "name"), [("Residual", "stem"), ("Residual", "norm"), ("Attending", "qkv")]
)
def test_the_ascent_raises_the_activation(begin: Begin, network: str, name: str, aim: Aim) -> None:
    ask = begin(network, size=(112, 112) if network == "Attending" else (48, 64))
    found = make(ask, name, 3, aim=aim)
    assert found.activation > found.start
    assert found.done == found.steps == 6
    assert found.picture.dtype == np.uint8 and found.picture.std() > 0
    assert found.picture.shape == (*ask.engine._bench.forward(1).prepared[0].input.shape[-2:], 3)


def test_the_activation_is_that_of_the_picture(begin: Begin) -> None:
    ask = begin("Residual", size=(48, 64))
    found = make(ask, "stem", 2)
    takes = ask.engine._bench.model(0).spec.preprocess
    x = torch.from_numpy(found.picture).permute(2, 0, 1)[None] / 255
    mean, std = (torch.tensor(it).reshape(-1, 1, 1) for it in (takes.mean, takes.std))
    with torch.no_grad():
        seen = model_of(ask).stem((x - mean) / std)[0, 2]
    assert found.activation == pytest.approx(float(seen.mean()), abs=5e-3)  # the picture was rounded


def test_it_is_the_same_for_a_seed_and_another_for_another(begin: Begin) -> None:
    ask = begin("Residual", size=(48, 64))
    torch.rand(3)
    first, again, other = (make(ask, "norm", 1, seed=seed) for seed in (5, 5, 6))
    assert np.array_equal(first.picture, again.picture)
    assert (first.start, first.activation) == (again.start, again.activation)
    assert not np.array_equal(first.picture, other.picture)


def test_the_model_stays_what_it_was(begin: Begin) -> None:
    ask = begin("Residual", size=(48, 64), training=True)
    model = model_of(ask)
    model.conv.weight.requires_grad_(False)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    chance = torch.get_rng_state()
    make(ask, "norm", 1)
    ask(FindStrongest(1, node(ask, "norm"), 1, KEYS))
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    assert [p.requires_grad for p in model.parameters()] == [k != 2 for k in range(8)]
    assert all(p.grad is None for p in model.parameters()) and not model.training
    assert torch.equal(chance, torch.get_rng_state())


def test_an_activation_in_place_is_climbed_as_well(begin: Begin) -> None:
    ask = begin("Residual", size=(48, 64))
    found = make(ask, "act", 1)
    assert found.activation > found.start


@pytest.mark.parametrize("name", ["act", "pooled"])
@pytest.mark.parametrize("aim", list(Aim))
def test_a_rectifier_that_is_closed_everywhere_is_opened(begin: Begin, name: str, aim: Aim) -> None:
    ask = begin("Pooling", size=(48, 64))
    with torch.no_grad():
        model_of(ask).norm.bias[1] -= 0.3
    assert make(ask, name, 1, aim=aim, steps=0).activation == 0
    found = make(ask, name, 1, aim=aim, steps=40)
    assert found.start == 0 and found.activation > 0.01


def test_a_rectifier_that_nothing_opens_stays_at_zero(begin: Begin) -> None:
    ask = begin("Pooling", size=(48, 64))
    with torch.no_grad():
        model_of(ask).norm.bias[1] -= 1e6
    found = make(ask, "act", 1)
    assert found.start == found.activation == 0


def test_it_shows_what_it_has_and_is_cancelled(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.features.likes.compute._PAUSE", -1.0)
    ask = begin("Residual", size=(48, 64))
    found = make(ask, "stem", 0, steps=4)
    assert [it.done for it in ask.parts] == [1, 2, 3]
    assert {it.start for it in ask.parts} == {found.start} and found.done == 4
    assert ask.progress[-1][:2] == (3, 4)
    with pytest.raises(CancelledError):
        ask(MakePicture(1, node(ask, "stem"), 0), cancel_after=20)


@pytest.mark.parametrize(
    ("network", "name", "why"),
    [
        ("Whole", "clamp", "no gradient"),
        ("Residual", "head", "no places"),
        ("Residual", "input", "no call of the model's own code"),
    ],
)
def test_what_cannot_be_climbed_says_why(begin: Begin, network: str, name: str, why: str) -> None:
    ask = begin(network)
    assert why in ask.complaint(MakePicture(1, node(ask, name), 0, steps=2))


def test_whole_numbers_have_strongest_places_all_the_same(begin: Begin) -> None:
    ask = begin("Whole")
    assert ask(FindStrongest(1, node(ask, "clamp"), 0, KEYS)).patches[0].value == 5.0


def test_an_identity_likes_what_it_hands_on(begin: Begin) -> None:
    ask = begin("Residual", size=(48, 64))
    own, handed = (ask(FindStrongest(1, node(ask, name), 1, KEYS)) for name in ("stem", "same"))
    assert [it.value for it in own.patches] == [it.value for it in handed.patches]
    assert handed.node == node(ask, "same") and make(ask, "same", steps=1).done == 1


def test_beyond_the_last_channel_it_is_the_last(begin: Begin) -> None:
    ask = begin("Residual", size=(48, 64))
    last, beyond = (ask(FindStrongest(1, node(ask, "stem"), k, KEYS)) for k in (5, 99))
    assert beyond.channel == 5 and [it.value for it in beyond.patches] == [it.value for it in last.patches]
    assert make(ask, "stem", 99, steps=1).channel == 5


def test_what_is_no_number_is_said(begin: Begin) -> None:
    ask = begin("Residual", size=(48, 64))
    with torch.no_grad():
        model_of(ask).stem.weight[0] = float("nan")
    assert "not finite" in ask.complaint(MakePicture(1, node(ask, "stem"), 0, steps=2))
    assert "no finite number" in ask.complaint(FindStrongest(1, node(ask, "stem"), 0, KEYS))


def test_a_network_that_reads_words(ask: Asker) -> None:
    from explorer.engine.messages import OpenImage
    from explorer.records.images import ImageSource

    ask(LoadModel("zoo:char_cnn", seed=0))
    ask(OpenImage("word", ImageSource("word", text="anything")))
    trace = ask(Record(1, "word")).trace
    at = next(it.id for it in trace.nodes if it.op == "conv1d")
    assert "no places on the picture" in ask.complaint(FindStrongest(1, at, 0, ("word",)))
    assert "no places on the picture" in ask.complaint(MakePicture(1, at, 0))
