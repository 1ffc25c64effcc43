"""Two networks at one engine: where their values part, their differences, how alike they tell images apart."""

from collections.abc import Callable
from dataclasses import replace
from math import isnan
from pathlib import Path

import compare_networks
import numpy as np
import pytest
import torch
from engine_asks import Asker, Own, crossed
from torch import nn

from explorer import zoo
from explorer.engine.messages import AllowMemory, LoadModel, OpenNoise, Record, ViewValue
from explorer.features.compare.facts import facts_of, number_row, percent, rows
from explorer.features.compare.messages import (
    CompareValues,
    Facts,
    Match,
    MeasureCka,
    ValueComparison,
    ViewDifference,
    Why,
)
from explorer.records.errors import CancelledError
from explorer.records.forward import Forward
from explorer.records.measures import Spread

PHOTOS = ("coffee", "chelsea", "rocket")
SMALL = LoadModel(f"{compare_networks.__file__}:Small", seed=0, trusted=True)
OTHER = replace(SMALL, seed=1)
Seated = Callable[..., tuple[Forward, Forward]]


@pytest.fixture
def seated(ask: Asker) -> Seated:
    """Load two models into two seats and record each on a photo, as forwards 1 and 2."""

    def sit(one: LoadModel, two: LoadModel, key: str = "coffee", other: str = "", **size: int) -> tuple:
        for photo in {key, other or key}:
            ask.open(photo)
        forwards = []
        for seat, (load, image) in enumerate(((one, key), (two, other or key))):
            ask(replace(load, seat=seat))
            side = size.get("ab"[seat], 64)
            forwards.append(ask(Record(seat + 1, image, seat=seat, size=(side, side))))
        return tuple(forwards)

    return sit


def saved(path: Path, network: nn.Module, change: dict[str, float] | None = None) -> str:
    """Write the weights of a network to a file, something added to the first number of some."""
    state = network.state_dict()
    for name, value in (change or {}).items():
        state[name].view(-1)[0] += value
    torch.save(state, path)
    return str(path)


# ---- values ----


def test_a_network_with_itself_is_the_same_bit_for_bit(ask: Asker, seated: Seated) -> None:
    forward, _ = seated(SMALL, SMALL)
    found = crossed(ask(CompareValues(1, 2)))
    assert [it.a for it in found.agreements] == [it.id for it in forward.trace.nodes if it.is_operation]
    assert found.inputs.identical and all(it.identical for it in found.agreements)
    assert found.first_beyond(0) is None and found.first_beyond() is None


def test_the_layer_that_was_changed_is_named(ask: Asker, seated: Seated, tmp_path: Path) -> None:
    network, changed = compare_networks.Small(), {"blocks.2.conv1.weight": 0.01}
    files = saved(tmp_path / "a.pth", network), saved(tmp_path / "b.pth", network, changed)
    forward, _ = seated(*(replace(SMALL, weights=file, seed=None) for file in files))
    found = ask(CompareValues(1, 2))
    first = found.first_beyond()
    assert first is not None and forward.trace.nodes[first.a].name == "blocks.2.conv1"
    assert found.first_beyond(0) == first and found.first_beyond(1e9) is None
    assert all(it.identical for it in found.agreements if it.a < first.a)
    one, two = ask(ViewValue(1, first.a)).values, ask(ViewValue(2, first.b)).values
    x, y = one.astype(float).ravel(), two.astype(float).ravel()
    assert first.relative_error == pytest.approx(np.linalg.norm(x - y) / np.linalg.norm(y), rel=1e-12)
    assert first.cosine == pytest.approx(x @ y / np.linalg.norm(x) / np.linalg.norm(y), rel=1e-12)
    assert first.max_difference == np.abs(x - y).max()


def test_our_network_is_torchvisions_bit_for_bit(ask: Asker, seated: Seated, tmp_path: Path) -> None:
    file = saved(tmp_path / "w.pth", zoo.resolve("torchvision:mobilenet_v2").build())
    forward, _ = seated(LoadModel("torchvision:mobilenet_v2", file), LoadModel("zoo:mobilenet_v2", file))
    found = ask(CompareValues(1, 2))
    assert len(found.agreements) == sum(it.is_operation for it in forward.trace.nodes)
    assert all(it.identical for it in found.agreements)


def test_values_of_other_shapes_are_unknown(ask: Asker, seated: Seated) -> None:
    one, two = seated(SMALL, SMALL, b=96)
    found = ask(CompareValues(1, 2))
    assert not found.matching.only_a and not found.matching.only_b
    for it in found.agreements:
        is_same = one.trace.nodes[it.a].shape == two.trace.nodes[it.b].shape
        assert isnan(it.cosine) == isnan(it.relative_error) == bool(it.reason) == (not is_same)
    first = found.first_beyond()
    assert first is not None and one.trace.nodes[first.a].name == "stem"
    assert "shapes differ" in found.inputs.reason


def test_one_network_on_two_images(ask: Asker, seated: Seated) -> None:
    seated(SMALL, SMALL, "coffee", "chelsea")
    found = ask(CompareValues(1, 2))
    assert not found.inputs.identical and found.inputs.relative_error > 0.1
    assert found.first_beyond() == found.agreements[0]


def test_networks_with_two_inputs(ask: Asker, seated: Seated) -> None:
    two = replace(SMALL, name=SMALL.name.replace("Small", "Two"))
    forward, _ = seated(two, replace(two, seed=1))
    assert [it.op for it in forward.trace.nodes[:2]] == ["input", "input"]
    found = ask(CompareValues(1, 2))
    assert (
        len(found.agreements)
        == len(found.matching.pairs)
        == sum(it.is_operation for it in forward.trace.nodes)
    )
    assert [it.a for it in found.agreements if it.identical] == [forward.trace.by_name["flip"].id]
    for photo in PHOTOS:
        ask.open(photo)
    assert np.isfinite(ask(MeasureCka(1, 2, images=PHOTOS)).matrix).all()


def test_a_side_that_failed_is_compared_as_far_as_it_went(ask: Asker, seated: Seated, own: Own) -> None:
    one, two = seated(own("Classifier"), own("Failing"))
    assert two.trace.error is not None and one.trace.error is None
    (agreement,) = ask(CompareValues(1, 2)).agreements
    assert one.trace.nodes[agreement.a].name == "conv"
    assert agreement.identical
    assert next(one.trace.nodes[it].name for it in ask(Match(1, 2)).only_a) == "norm"


def test_what_was_let_go_is_computed_again(ask: Asker, seated: Seated) -> None:
    seated(SMALL, OTHER)
    whole = ask(CompareValues(1, 2))
    ask(AllowMemory(130_000))
    assert ask.engine.load().values_gone[1]
    ask.progress.clear()
    assert ask(CompareValues(1, 2)) == whole
    assert any("again" in text for _, _, text in ask.progress)
    assert ask.engine.load().values_held <= 130_000


def test_held_values_count_beside_those_that_are_computed_again(ask: Asker, seated: Seated) -> None:
    # All but one of the first's six values of 262 kB fit: together with that one they would take too much at once.
    even = replace(SMALL, name=f"{compare_networks.__file__}:Even")
    seated(even, even, b=16)
    whole = ask(CompareValues(1, 2))
    ask(AllowMemory(1_500_000))
    assert ask.engine.load().values_gone[1]
    assert ask(CompareValues(1, 2)) == whole


def test_a_match_mended_by_hand_is_compared(ask: Asker, seated: Seated) -> None:
    trace = seated(SMALL, SMALL)[0].trace
    one, two = trace.by_name["blocks.0.conv1"].id, trace.by_name["blocks.2.conv1"].id
    found = ask(CompareValues(1, 2, ((one, two),)))
    assert found.matching.of_a[one].b == two and found.matching.of_a[one].why is Why.HAND
    assert not found.of_a[one].identical
    assert "by hand" in ask.complaint(Match(1, 2, ((0, 1),)))


def test_comparing_tells_how_far_it_is_and_stops(
    ask: Asker, seated: Seated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.features.compare.values._PART_SECONDS", 0.0)
    seated(SMALL, SMALL)
    ask.progress.clear()
    whole = ask(CompareValues(1, 2))
    count = len(whole.agreements)
    assert [it[:2] for it in ask.progress] == [(k, count) for k in range(count)]
    assert all(isinstance(it, ValueComparison) for it in ask.parts)
    assert [it.agreements for it in ask.parts] == [whole.agreements[: k + 1] for k in range(count)]
    with pytest.raises(CancelledError):
        ask(CompareValues(1, 2), cancel_after=5)
    assert "Another forward" in ask.complaint(CompareValues(1, 9))


# ---- pictures ----


def test_two_maps_share_their_scale_and_their_difference_is_around_zero(ask: Asker, seated: Seated) -> None:
    trace = seated(SMALL, OTHER)[0].trace
    for name, shared in (("stem", True), ("blocks.0.relu", False), ("fc", True), ("fc", False)):
        node = trace.by_name[name].id
        found = crossed(ask(ViewDifference(1, node, 2, node, shared_scale=shared)))
        one, two = ask(ViewValue(1, node, shared_scale=shared)), ask(ViewValue(2, node, shared_scale=shared))
        assert np.array_equal(found.a.values, one.values) and np.array_equal(found.b.values, two.values)
        expected = one.values.astype(float) - two.values
        assert np.array_equal(found.difference.values, expected) and found.reason == ""
        if one.mosaic is None:
            assert found.a.mosaic is found.difference.mosaic is None
            continue
        levels = found.a.mosaic.levels
        assert (
            np.array_equal(levels, found.b.mosaic.levels) and found.a.mosaic.signed == found.b.mosaic.signed
        )
        own = np.stack([one.mosaic.levels, two.mosaic.levels])
        assert np.array_equal(levels[:, 1], own[..., 1].max(0))
        assert found.difference.mosaic.signed
        assert np.allclose(found.difference.mosaic.levels.sum(1), 0)


def test_maps_of_other_shapes_have_no_difference(ask: Asker, seated: Seated) -> None:
    trace = seated(SMALL, SMALL, b=96)[0].trace
    node = trace.by_name["stem"].id
    found = ask(ViewDifference(1, node, 2, node))
    assert found.difference is None
    assert found.reason == "Their shapes differ: 1×6×16×16 and 1×6×24×24."
    assert np.array_equal(found.a.mosaic.levels, found.b.mosaic.levels)


def test_a_map_that_was_let_go_is_refused_or_computed_again(ask: Asker, seated: Seated) -> None:
    trace = seated(SMALL, SMALL)[0].trace
    node = trace.by_name["stem"].id
    before = ask(ViewDifference(1, node, 2, node))
    ask(AllowMemory(60_000))
    assert "was let go" in ask.complaint(ViewDifference(1, node, 2, node))
    again = ask(ViewDifference(1, node, 2, node, again=True))
    assert np.array_equal(again.difference.values, before.difference.values)


# ---- representations ----


def plain(x: np.ndarray, y: np.ndarray) -> float:
    """Linear CKA of features (n, p) and (n, q), centred, from float64 Gram matrices."""
    k, other = ((it - it.mean(0)) @ (it - it.mean(0)).T for it in (x, y))
    return float((k * other).sum() / np.linalg.norm(k) / np.linalg.norm(other))


def features(ask: Asker, forward: int, seat: int, nodes: tuple[int, ...], side: int = 64) -> list[np.ndarray]:
    """Return the values of operations on each photo, (n, p) each."""
    seen = []
    for photo in PHOTOS:
        ask(Record(forward, photo, seat=seat, size=(side, side)))
        seen.append([ask(ViewValue(forward, node)).values.astype(float).ravel() for node in nodes])
        forward += 1
    return [np.stack(it) for it in zip(*seen, strict=True)]


@pytest.mark.parametrize("room", [None, 400_000])
def test_cka_over_images_is_that_of_the_paper(ask: Asker, seated: Seated, room: int | None) -> None:
    one, _ = seated(SMALL, OTHER, b=48)
    for photo in PHOTOS:
        ask.open(photo)
    ask(AllowMemory(room))
    found = crossed(ask(MeasureCka(1, 2, images=PHOTOS)))
    ask(AllowMemory(None))
    assert len(found.layers_a) == len(found.layers_b) == len(found.pairs) == 16
    assert found.count == 3 and found.examples == "3 open images" and "biased" in found.why
    assert found.caution == "3 images are too few for CKA, so it is rough: open 30 or more."
    assert found.over == "images" and found.is_rough
    nodes = tuple(one.trace.by_name[name].id for name in ("stem", "blocks.0.add", "blocks.2.relu:1", "fc"))
    xs, ys = features(ask, 11, 0, nodes), features(ask, 21, 1, nodes, side=48)
    expected = [[plain(x, y) for y in ys] for x in xs]
    actual = [[found.between(a, b) for b in nodes] for a in nodes]
    assert np.allclose(actual, expected, rtol=0, atol=1e-6)
    assert (len(ask.parts) > 2) == (room is not None)


def test_cka_of_a_network_with_itself_is_one_on_the_diagonal(ask: Asker, seated: Seated) -> None:
    seated(SMALL, SMALL)
    for photo in PHOTOS:
        ask.open(photo)
    found = ask(MeasureCka(1, 2, images=PHOTOS))
    assert np.allclose(np.diag(found.matrix), 1, rtol=0, atol=1e-12)
    assert np.allclose(found.matrix, found.matrix.T, rtol=0, atol=1e-12)
    assert found.matrix.min() >= 0


def test_one_image_is_too_few_and_two_say_nothing(ask: Asker, seated: Seated) -> None:
    seated(SMALL, OTHER, "coffee", "chelsea")
    assert "at least two" in ask.complaint(MeasureCka(1, 2, images=("coffee",)))
    found = ask(MeasureCka(1, 2, images=("coffee", "chelsea")))
    assert np.allclose(found.matrix, 1) and "With two images" in found.why


def test_cka_over_places_is_that_of_the_paper(ask: Asker, seated: Seated) -> None:
    one, _ = seated(SMALL, OTHER)
    found = crossed(ask(MeasureCka(1, 2)))
    by_name = one.trace.by_name
    for a, b in (("stem", "blocks.0.relu"), ("blocks.2.bn1", "blocks.2.add"), ("blocks.0.add", "stem")):
        x, y = (
            ask(ViewValue(number, by_name[name].id)).values.astype(float) for number, name in ((1, a), (2, b))
        )
        expected = plain(x.reshape(len(x), -1).T, y.reshape(len(y), -1).T)
        assert found.between(by_name[a].id, by_name[b].id) == pytest.approx(expected, abs=1e-6)
    assert isnan(found.between(by_name["stem"].id, by_name["blocks.2.bn1"].id))  # other grids
    assert isnan(found.between(by_name["fc"].id, by_name["fc"].id))  # no grid
    assert found.over == "places" and found.is_rough
    assert "places" in found.examples and "no independent examples" in found.why


def test_cka_over_places_is_the_same_however_few_maps_have_room(ask: Asker, seated: Seated) -> None:
    even = replace(SMALL, name=f"{compare_networks.__file__}:Even")  # six maps on one grid, 262 kB each
    seated(even, replace(even, seed=1))
    whole = ask(MeasureCka(1, 2))
    for room, blocks in ((6_400_000, 1), (2_200_000, 9), (600_000, 36)):
        ask(AllowMemory(room))
        ask.parts.clear()
        found = ask(MeasureCka(1, 2))
        assert len(ask.parts) == blocks
        assert np.allclose(found.matrix, whole.matrix, rtol=0, atol=1e-6, equal_nan=True)
        assert ask.engine.load().values_held <= room
    assert np.isfinite(whole.matrix).any()


def test_attention_is_no_map_over_places(ask: Asker, seated: Seated) -> None:
    load = replace(SMALL, name=f"{compare_networks.__file__}:Tokens")
    one, _ = seated(load, replace(load, seed=1))
    found = ask(MeasureCka(1, 2))
    patches, attention = (one.trace.by_name[name].id for name in ("patches", "softmax"))
    x, y = (ask(ViewValue(number, patches)).values.astype(float).reshape(6, -1).T for number in (1, 2))
    assert found.between(patches, patches) == pytest.approx(plain(x, y), abs=1e-6)
    assert isnan(found.between(attention, attention)) and isnan(found.between(attention, patches))


def test_cka_leaves_what_is_shown_and_the_models_as_they_were(ask: Asker, seated: Seated, own: Own) -> None:
    seated(own("Classifier"), own("Deep"))
    for photo in PHOTOS:
        ask.open(photo)
    before = [ask(ViewValue(number, node)).values for number in (1, 2) for node in range(4)]
    state = torch.get_rng_state()
    found = ask(MeasureCka(1, 2, images=PHOTOS))
    assert np.isfinite(found.matrix[:, -1]).all()
    assert torch.equal(torch.get_rng_state(), state)
    after = [ask(ViewValue(number, node)).values for number in (1, 2) for node in range(4)]
    assert all(map(np.array_equal, before, after))


def test_cka_stops_at_any_time(ask: Asker, seated: Seated, own: Own) -> None:
    seated(own("Classifier"), own("Classifier"))
    for photo in PHOTOS:
        ask.open(photo)
    for images in (PHOTOS, ()):
        for cancel_after in (0, 2):
            with pytest.raises(CancelledError):
                ask(MeasureCka(1, 2, images=images), cancel_after=cancel_after)
    ask.progress.clear()
    ask(MeasureCka(1, 2, images=PHOTOS))
    assert [it[:2] for it in ask.progress] == [(k, 6) for k in range(6)]


def test_a_network_that_fails_on_an_image_is_told_of(ask: Asker, seated: Seated, own: Own) -> None:
    seated(own("Classifier"), own("Classifier"))
    ask.open("chelsea")
    ask(OpenNoise("odd", (1, 4, 8, 8)))
    complaint = ask.complaint(MeasureCka(1, 2, images=("coffee", "odd", "chelsea")))
    assert "failed on noise, image 2 of 3: RuntimeError" in complaint
    assert complaint.endswith("; close it, or compare the places of one image.")


# ---- facts ----


def facts(ask: Asker, load: LoadModel, number: int = 1) -> Facts:
    """Return the facts of a model on a photo."""
    ask.open("coffee")
    model = ask(load)
    return facts_of(model, ask(Record(number, "coffee")))


def test_facts_are_those_of_the_model_and_of_its_forward(ask: Asker) -> None:
    found = facts(ask, SMALL)
    assert (found.weights, found.pretrained, found.params) == ("random (seed 0)", False, 1708)
    stem, head, convolutions = 56 * 56 * 6 * 3 * 16, 6 * 10, 2 * 6 * 6 * 9
    assert found.macs == stem + head + convolutions * (56 * 56 + 28 * 28) and found.macs_unknown == 0
    assert (found.input_shape, found.top1, found.forward) == ((1, 3, 224, 224), None, None)
    assert found.field_layer == "blocks.2.relu:1"
    assert found.field is not None and found.field.size == (4 + 4 * (2 + 2 + 1) + 8 * (2 + 2),) * 2


def test_costs_of_a_forward_that_failed_are_those_up_to_there(ask: Asker, own: Own) -> None:
    found = facts(ask, own("Failing"))
    assert "failed at" in found.failure
    table = {row.what: row for row in rows([found])}
    for cost in ("MACs", "activations in bytes"):
        assert table[cost].shown[0].endswith(" up to where it failed")
    assert "failed" not in table["parameters"].shown[0]


def test_facts_side_by_side(ask: Asker) -> None:
    """Of two networks that torchvision publishes."""
    loads = (LoadModel(f"torchvision:{name}", "random") for name in ("squeezenet1_1", "shufflenet_v2_x0_5"))
    table = {row.what: row for row in rows([facts(ask, load, 1 + k) for k, load in enumerate(loads)])}
    assert table["parameters"].values == (1_235_496, 1_366_792)
    assert table["parameters"].differences == (0, 1_366_792 - 1_235_496)
    assert table["parameters"].shown_differences == ("", "+131 k (×1.11)")
    assert table["MACs"].shown == ("349 M", "40.5 M")
    assert table["published top-1 in %"].shown_differences == ("", "+2.4 points")
    numbers = number_row("top-1", (69.758, 73.314), percent)
    assert numbers.shown == ("69.8 %", "73.3 %") and numbers.shown_differences[1] == "+3.5 points"
    assert all(it.endswith(" %, of the published weights") for it in table["published top-1 in %"].shown)
    assert table["forward in ms"].values == (None, None) and table["forward in ms"].shown == ("–", "–")
    assert table["input"].shown == ("1×3×224×224", "1×3×224×224")
    assert table["input"].shown_differences == ("", "the same") and not table["weights"].shown_differences[1]
    assert "written in place" in table["activations in bytes"].about


def test_times_whose_runs_overlap_do_not_clearly_differ(ask: Asker) -> None:
    first = replace(facts(ask, SMALL), forward=Spread(70.7, 65.7, 87.0, 10))
    other, slower = (
        replace(first, forward=it) for it in (Spread(80.0, 78.0, 90.0, 10), Spread(137.5, 130.6, 165.6, 10))
    )
    (row,) = (it for it in rows([first, other, slower]) if it.what == "forward in ms")
    assert row.shown[0] == "70.7 ms (65.7 ms to 87.0 ms)"
    assert row.shown_differences == ("", "no clear difference", "+66.8 ms (×1.94)")
    assert row.differences[:2] == (0.0, None) and row.differences[2] == pytest.approx(66.8)
    assert "10th to the 90th percentile" in row.about


def test_costs_of_other_inputs_are_not_held_against_each_other(ask: Asker) -> None:
    first = facts(ask, LoadModel("torchvision:squeezenet1_1", "random"), 1)
    other = replace(first, input_shape=(1, 3, 96, 96), macs=1, activation_bytes=1)
    table = {row.what: row for row in rows([first, other])}
    for what in ("MACs", "activations in bytes"):
        assert table[what].shown_differences == ("", "inputs differ") and table[what].differences[1] is None
    assert table["parameters"].shown_differences == ("", "the same")
    assert table["input"].shown_differences == ("", "")
    assert table["weights"].shown == ("random", "random")
