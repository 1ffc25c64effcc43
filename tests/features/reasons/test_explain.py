"""Why a class got its score, asked of an engine: the layer, the class, the score, the map; what cannot be explained."""

import re
from dataclasses import replace

import numpy as np
import pytest
import reason_networks
import torch
from engine_asks import Asker, crossed

import explorer
from explorer.engine.messages import LoadModel, Record
from explorer.features.reasons import network as network_module
from explorer.features.reasons.messages import Explain, Explanation, ListClasses, MethodSettings
from explorer.features.reasons.methods import Method
from explorer.records.answers import AnswerWay, Reading
from explorer.records.errors import CancelledError, UsageError

FEW = MethodSettings(steps=4, samples=3, patch=64, stride=64, masks=6)


@pytest.fixture
def on(ask: Asker):
    """Return an engine that has recorded a network of the file on a photo."""

    def load(name: str, training: bool = False) -> Asker:
        ask(LoadModel(f"{reason_networks.__file__}:{name}", seed=0, trusted=True))
        ask.open("coffee")
        ask(Record(1, "coffee", training=training))
        return ask

    return load


def module(ask: Asker) -> torch.nn.Module:
    return ask.engine._bench.forward(1).model.module


def whole_state(model: torch.nn.Module) -> dict[str, object]:
    state = {key: value.clone() for key, value in model.state_dict().items()}
    hooks = [
        (len(it._forward_hooks), len(it._backward_hooks), len(it._forward_pre_hooks))
        for it in model.modules()
    ]
    gradients = [(p.requires_grad, p.grad is None, p.dtype) for p in model.parameters()]
    times = [vars(it).get("times") for it in model.modules()]
    return {"state": state, "hooks": hooks, "gradients": gradients, "mode": model.training, "times": times}


def same(one: dict[str, object], other: dict[str, object]) -> bool:
    states = one.pop("state"), other.pop("state")
    equal = states[0].keys() == states[1].keys() and all(
        torch.equal(states[0][k], states[1][k]) for k in states[0]
    )
    return equal and one == other


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("name", ["Plain", "Frozen", "Tampering"])
def test_every_method_leaves_the_model_as_it_was(on, name: str, method: Method) -> None:
    ask = on(name)
    before, chance = whole_state(module(ask)), torch.get_rng_state()
    found = crossed(ask(Explain(1, method, settings=FEW)))
    assert same(before, whole_state(module(ask))) and torch.equal(chance, torch.get_rng_state())
    assert found.heat.values.dtype == np.float32 and np.isfinite(found.heat.values).all()
    assert found.heat.values.shape == ((28, 28) if method.about.at_layer else (224, 224))
    assert (found.layer != "") == method.about.at_layer and found.heat.signed == method.about.signed
    assert found.method is method and found.heat.title == method.about.of(found.label)


def test_the_score_is_the_logit_of_the_class_that_is_asked_about(on) -> None:
    ask = on("Plain")
    answer = ask(Record(2, "coffee", top=5)).answer
    first = ask(Explain(2))
    assert (first.index, first.score) == (
        answer.predictions[0].index,
        pytest.approx(answer.predictions[0].value),
    )
    for prediction in answer.predictions:
        found = ask(Explain(2, target=prediction.index))
        assert (found.index, found.label, found.score_is) == (prediction.index, prediction.label, "logit")
        assert found.score == pytest.approx(prediction.value, abs=1e-5)


def test_a_sigmoid_that_is_written_over_the_logits_changes_no_map(on) -> None:
    for method in (Method.GRAD_CAM, Method.INPUT_X_GRADIENT):
        bare, over = (on(name)(Explain(1, method, target=2)) for name in ("Plain", "SigmoidInPlace"))
        assert over.score == pytest.approx(bare.score) and over.heat.values.any()
        assert np.allclose(over.heat.values, bare.heat.values, atol=1e-7)


@pytest.mark.parametrize("method", [Method.GRAD_CAM, Method.GRAD_CAM_PLUS, Method.LAYER_CAM])
def test_a_map_of_gradients_grows_with_the_logits_however_small_they_are(on, method: Method) -> None:
    # Grad-CAM++ is as homogeneous where the gradients are small against one over the channels' sums.
    small = on("Quiet")(Explain(1, method, target=2)).heat.values
    smaller = on("Quieter")(Explain(1, method, target=2)).heat.values
    assert small.any() and np.allclose(smaller * 1e3, small, rtol=1e-2, atol=float(small.max()) * 1e-3)


@pytest.mark.parametrize("name", ["Softmax", "YesOrNo"])
def test_before_a_softmax_or_a_sigmoid_at_the_end_stand_the_logits(on, name: str) -> None:
    ask = on(name)
    bare = reason_networks.Plain()
    bare.load_state_dict(module(ask).state_dict())
    with torch.no_grad():
        logits = bare(ask.engine._bench.forward(1).arguments().inputs[0])[0]
    if name == "Softmax":
        found = ask(Explain(1, target=2))
        assert found.score == pytest.approx(float(logits[2]), abs=1e-5) and found.score_is == "logit"
    else:
        yes, no = ask(Explain(1, target=1)), ask(Explain(1, Method.INPUT_X_GRADIENT, target=0))
        against = ask(Explain(1, Method.INPUT_X_GRADIENT, target=1))
        assert yes.score == pytest.approx(float(logits[0]), abs=1e-5) and no.score == pytest.approx(
            -yes.score
        )
        assert np.allclose(no.heat.values, -against.heat.values, atol=1e-7)


def test_a_probability_that_speaks_against_a_class_is_taken_off_one(on) -> None:
    ask = on("Certain")
    way = AnswerWay(reading=Reading.PROBABILITIES)
    yes, no = (ask(Explain(1, Method.OCCLUSION, target=k, settings=FEW, way=way)) for k in (1, 0))
    assert yes.score_is == no.score_is == "probability" and yes.score + no.score == pytest.approx(1)
    assert np.allclose(no.heat.values, -yes.heat.values, atol=1e-6) and no.heat.values.any()


@pytest.mark.parametrize(
    "wrong",
    [{"steps": -1}, {"steps": 10**6}, {"samples": 0}, {"stride": -1}, {"patch": "a"}, {"masks": 0}, {"seed": 1 << 64},
     {"noise": float("nan")}],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_refused_by_name(on, wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"{next(iter(wrong))} cannot be"):
        on("Plain")(Explain(1, settings=replace(FEW, **wrong)))


def test_a_layer_for_a_method_that_looks_at_pixels_is_refused() -> None:
    model = reason_networks.Plain()
    with pytest.raises(UsageError, match="looks at pixels"):
        explorer.explain(model, torch.zeros(1, 3, 224, 224), method="occlusion", layer="first")


@pytest.mark.parametrize(
    ("target", "says"), [(5, "no class 5: the network has 5"), ("cup", "no class named 'cup'")]
)
def test_a_class_that_does_not_exist_is_refused_by_name(on, target: int | str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        on("Plain")(Explain(1, target=target))


def test_a_class_is_found_by_its_name_whatever_its_capitals(on) -> None:
    ask = on("Plain")
    assert ask(ListClasses(1)) == tuple(f"class {k}" for k in range(5))
    assert ask(Explain(1, target="CLASS 3")).index == ask(Explain(1, target="3")).index == 3


# ---- layers ----


def test_the_default_layer_is_the_last_one_that_counts_and_is_said(on) -> None:
    found = on("Plain")(Explain(1))
    assert (found.layer, found.layer_why) == ("relu (call 2)", "the deepest layer with maps of its own")


def test_where_only_the_class_token_counts_at_the_end_the_layer_is_before_the_last_block(on) -> None:
    ask = on("Tokens")
    found = ask(Explain(1))
    trace = ask.engine._bench.forward(1).trace
    last = trace.by_name["blocks.2.norm1"]
    assert (
        trace.nodes[last.inputs[0]].person_name == found.layer
        and "no longer depends on the places" in found.layer_why
    )
    assert found.heat.values.shape == (7, 7) and found.heat.values.any()


def test_tokens_and_channels_last_are_laid_back_by_the_geometry_of_the_trace(on) -> None:
    ask = on("LastChannels")
    held = ask.engine._bench.forward(1)
    found = ask(Explain(1, target=1, node=held.trace.by_name["norm"].id)).heat.values
    value = held.value("norm").clone().requires_grad_()  # (1, 7, 7, 8)
    score = module(ask).head(value.relu().permute(0, 3, 1, 2).mean((2, 3)))[0, 1]
    gradient = torch.autograd.grad(score, value)[0][0]
    expected = (value.detach()[0] * gradient.mean((0, 1))).sum(2).relu()
    assert np.allclose(found, expected.numpy(), atol=1e-6)


def test_a_layer_without_places_says_so(on) -> None:
    ask = on("Plain")
    nodes = ask.engine._bench.forward(1).trace.by_name
    assert "have no places on the picture" in ask.complaint(Explain(1, node=nodes["head"].id))
    assert "is no layer" in ask.complaint(Explain(1, node=nodes["output"].id))
    token = on("Tokens").engine._bench.forward(1).trace.by_name
    assert "zero" in str(ask(Explain(1, node=token["norm"].id)).notes)


# ---- what cannot be explained ----


@pytest.mark.parametrize(
    ("name", "method", "says"),
    [
        ("Cut", Method.INPUT_X_GRADIENT, "No gradient reaches the input|No gradient reaches the class"),
        ("Cut", Method.GRAD_CAM, "is zero at every layer|No gradient reaches"),
        ("WithoutGradients", Method.GRAD_CAM, "No gradient reaches the class"),
        ("Rounding", Method.GRAD_CAM, "whole numbers|No gradient reaches"),
        ("Flat", Method.GRAD_CAM, "is zero at every layer"),
        ("Segmenting", Method.GRAD_CAM, "has no score of a class to explain"),
        ("Writing", Method.INPUT_X_GRADIENT, "writes into its own parameters"),
    ],
)
def test_what_cannot_be_explained_says_why_in_one_line(on, name: str, method: Method, says: str) -> None:
    ask = on(name)
    complaint = ask.complaint(Explain(1, method, settings=FEW))
    assert any(part in complaint for part in says.split("|")), complaint


@pytest.mark.parametrize("name", ["Cut", "WithoutGradients", "Rounding"])
def test_what_needs_no_gradient_works_where_none_comes_through(on, name: str) -> None:
    ask = on(name)
    for method in (Method.OCCLUSION, Method.RISE):
        assert ask(Explain(1, method, settings=FEW)).heat.values.any()
    if name != "Rounding":
        assert ask(Explain(1, Method.EIGEN_CAM)).heat.values.shape == (28, 28)


def test_a_score_that_is_no_number_is_not_explained_and_another_class_is(on) -> None:
    ask = on("NotANumber")
    assert "is NaN: there is nothing to explain" in ask.complaint(Explain(1, target=0))
    assert "nothing to explain" in ask.complaint(Explain(1))
    assert "gives no finite value for class 1" in ask.complaint(Explain(1, target=1))  # 0 times NaN is NaN
    assert np.isfinite(ask(Explain(1, Method.OCCLUSION, target=1, settings=FEW)).heat.values).all()


def test_half_precision_gives_maps_in_float32(on) -> None:
    found = on("Half")(Explain(1, Method.GRAD_CAM, target=1))
    assert found.heat.values.dtype == np.float32 and np.isfinite(found.heat.values).all()


# ---- many forwards ----


@pytest.mark.parametrize("name", ["OneByOne", "Mixing"])
def test_a_network_that_takes_no_batches_runs_one_by_one_and_it_is_said(on, name: str) -> None:
    found = on(name)(Explain(1, Method.OCCLUSION, target=1, settings=FEW))
    assert found.notes == ("the network takes no batches: one input at a time",)


@pytest.mark.parametrize(
    ("method", "runs"), [(Method.OCCLUSION, "_scores"), (Method.INTEGRATED_GRADIENTS, "_gradients")]
)
def test_where_memory_is_short_batches_are_smaller_and_it_is_said(on, monkeypatch, method, runs) -> None:
    ask, real = on("Plain"), getattr(network_module.Network, runs)

    def little(self, images):
        if len(images) > 3:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes.")
        return real(self, images)

    expected = ask(Explain(1, method, settings=FEW))
    monkeypatch.setattr(network_module.Network, runs, little)
    found = ask(Explain(1, method, settings=FEW))
    assert found.notes[-1] == "memory was short: 2 inputs at a time"
    assert np.allclose(found.heat.values, expected.heat.values, atol=1e-5)


def test_chance_is_the_same_in_each_forward(on) -> None:
    ask = on("Chance")
    one, two = (ask(Explain(1, Method.GRAD_CAM)) for _ in range(2))
    assert np.array_equal(one.heat.values, two.heat.values) and one.score == two.score


def test_slow_methods_say_how_far_they_are_hand_over_what_they_have_and_can_be_stopped(on) -> None:
    ask = on("Plain")
    ask.progress.clear()
    ask(Explain(1, Method.RISE, settings=replace(FEW, masks=64)))
    assert (0, 64, "under random masks, number 1 of 64") in ask.progress
    assert ask.parts and all(isinstance(part, Explanation) for part in ask.parts)
    assert all(re.fullmatch(r"\d+ of 64 masks so far", part.so_far) for part in ask.parts)
    with pytest.raises(CancelledError):
        ask(Explain(1, Method.RISE, settings=replace(FEW, masks=64)), cancel_after=30)


def test_integrated_gradients_are_complete_or_say_so(on) -> None:
    ask = on("Plain")
    found = ask(Explain(1, Method.INTEGRATED_GRADIENTS))
    whole = found.completeness
    assert whole.holds and whole.error <= 0.01 and "% off" in whole.told
    assert float(found.heat.values.sum()) == pytest.approx(whole.difference, rel=0.01)
    held = ask.engine._bench.forward(1)
    (image,) = held.arguments().inputs
    with torch.no_grad():
        score = module(ask)(torch.cat([image, torch.zeros_like(image)]))[:, found.index]
    assert whole.difference == pytest.approx(float(score[0] - score[1]), rel=1e-4)
    rough = ask(Explain(1, Method.INTEGRATED_GRADIENTS, settings=MethodSettings(steps=1))).completeness
    assert rough.holds or "more steps would help" in rough.told


def test_the_seed_makes_what_is_random_the_same(on) -> None:
    ask = on("Plain")
    for method in (Method.RISE, Method.SMOOTH_GRAD):
        one, two, other = (
            ask(Explain(1, method, settings=replace(FEW, seed=seed))).heat.values for seed in (0, 0, 1)
        )
        assert np.array_equal(one, two) and not np.array_equal(one, other)


def test_in_training_mode_it_explains_the_forward_as_it_ran(on) -> None:
    ask = on("Plain", training=True)
    assert not module(ask).training
    assert ask(Explain(1, Method.OCCLUSION, settings=FEW)).heat.values.any() and not module(ask).training
