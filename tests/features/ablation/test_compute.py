"""Parts switched off, against forward hooks and loops that know nothing of it; the model stays what it was."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
import what_if_networks
from engine_asks import Asker
from torch import Tensor, nn

from explorer.engine.messages import AllowMemory, LoadModel, OpenImage, Record
from explorer.features.ablation.messages import (
    AnswerWithout,
    How,
    ListParts,
    Off,
    Part,
    Parts,
    RankChannels,
    Ranking,
    Without,
)
from explorer.records.errors import CancelledError
from explorer.records.images import ImageSource

Begin = Callable[..., Asker]


@pytest.fixture
def begin(ask: Asker) -> Begin:
    """Record a network of the tests' own, or another, on a photo, as forward number 1."""

    def begin(name: str, **asked) -> Asker:
        path = name if ":" in name else f"{what_if_networks.__file__}:{name}"
        ask(LoadModel(path, seed=0, trusted=True))
        with torch.no_grad():
            for module in model_of(ask).modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.running_mean.normal_(generator=torch.Generator().manual_seed(0))
        ask.open("coffee")
        ask(Record(1, "coffee", **asked))
        return ask

    return begin


def model_of(ask: Asker) -> nn.Module:
    return ask.engine._bench.model(0).module


def input_of(ask: Asker) -> Tensor:
    return ask.engine._bench.forward(1).arguments().inputs[0]


def node(ask: Asker, name: str) -> int:
    return ask.engine._bench.forward(1).trace.by_name[name].id


def numbers(found: Without) -> dict[int, float]:
    return {it.after.index: it.after.value for it in found.shifts}


def hooked(ask: Asker, path: str, change: Callable[[Tensor], None]) -> Tensor:
    """The output of the model where the output of a module is changed by a hook."""

    def hook(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
        changed = output.clone()
        change(changed)
        return changed

    model = model_of(ask)
    handle = model.get_submodule(path).register_forward_hook(hook)
    try:
        with torch.no_grad():
            return model(input_of(ask))[0]
    finally:
        handle.remove()


def zero(k: int) -> Callable[[Tensor], None]:
    return lambda y: y[:, k].zero_()


def without(ask: Asker, *offs: Off) -> Without:
    return ask(AnswerWithout(1, frozenset(offs), top=5))


def same(found: Without, expected: Tensor) -> None:
    got = numbers(found)
    assert len(got) == 5
    assert all(got[k] == pytest.approx(float(expected[k]), abs=1e-6) for k in got)
    probabilities = expected.double().softmax(0)
    for it in found.shifts:
        assert it.after.probability == pytest.approx(float(probabilities[it.after.index]), abs=1e-6)


def test_nothing_switched_off_is_the_recorded_answer_to_the_bit(begin: Begin) -> None:
    ask = begin("Residual")
    found = without(ask)
    assert found.before.predictions == found.after.predictions
    assert [it.before for it in found.shifts] == [it.after for it in found.shifts]


@pytest.mark.parametrize("name", ["stem", "norm", "act"])
def test_a_channel_at_zero_is_what_a_hook_makes_of_it(begin: Begin, name: str) -> None:
    ask = begin("Residual")
    found = without(ask, Off(name, number=2))
    expected = hooked(ask, name, zero(2))
    same(found, expected)
    assert {it.before.value for it in found.shifts} != {it.after.value for it in found.shifts}


def test_several_at_once_and_in_several_places(begin: Begin) -> None:
    ask = begin("Residual")
    offs = [Off("norm", number=k) for k in (0, 3)]
    same(without(ask, *offs), hooked(ask, "norm", lambda y: y[:, ::3].zero_()))
    one = hooked(ask, "norm", zero(1))
    both = without(ask, Off("norm", number=1), Off("head", number=4))
    assert numbers(both) == {k: 0.0 if k == 4 else pytest.approx(float(one[k]), abs=1e-6) for k in range(5)}


def test_the_mean_is_the_channels_own_mean(begin: Begin) -> None:
    ask = begin("Residual")
    found = without(ask, Off("norm", number=1, how=How.MEAN))
    same(found, hooked(ask, "norm", lambda y: y[:, 1].fill_(float(y[:, 1].double().mean()))))


def test_noise_has_the_same_mean_and_spread_and_is_the_same_for_a_seed(begin: Begin) -> None:
    ask = begin("Residual")
    first, again, other = (
        numbers(without(ask, Off("stem", number=1, how=How.NOISE, seed=seed))) for seed in (3, 3, 4)
    )
    assert first == again != other
    # A channel that is the same everywhere has no spread: its noise is its mean.
    with torch.no_grad():
        model_of(ask).stem.weight[1].zero_()
    ask(Record(1, "coffee"))
    flat = without(ask, Off("stem", number=1, how=How.NOISE))
    assert numbers(flat) == {it.before.index: it.before.value for it in flat.shifts}


def test_a_branch_is_the_end_of_what_is_added_to_the_rest(begin: Begin) -> None:
    ask = begin("Residual")
    trace = ask.engine._bench.forward(1).trace
    joined = {it.name: ask(ListParts(1, it.id)).joins for it in trace.nodes}
    assert {name: sum_ for name, sum_ in joined.items() if sum_} == {"norm": "add"}
    same(without(ask, Off("norm", Part.WHOLE)), hooked(ask, "norm", lambda y: y.zero_()))
    means = without(ask, Off("norm", Part.WHOLE, how=How.MEAN))
    same(means, hooked(ask, "norm", lambda y: y.copy_(y.double().mean((2, 3), keepdim=True).expand_as(y))))


def test_a_whole_output_of_noise_is_each_channel_of_its_noise(begin: Begin) -> None:
    ask = begin("Residual")
    each = [Off("norm", number=k, how=How.NOISE, seed=3) for k in range(6)]
    whole = without(ask, Off("norm", Part.WHOLE, how=How.NOISE, seed=3))
    assert numbers(whole) == numbers(without(ask, *each)) != numbers(without(ask, Off("norm", Part.WHOLE)))


def test_each_block_of_a_resnet_has_a_branch_with_and_without_a_projection_beside_it(ask: Asker) -> None:
    ask(LoadModel("torchvision:resnet18", weights="random", seed=0))
    ask.open("coffee")
    trace = ask(Record(1, "coffee", size=(32, 32))).trace
    ends = [it.name for it in trace.nodes if ask(ListParts(1, it.id)).joins]
    assert ends == [f"layer{stage}.{block}.bn2" for stage in range(1, 5) for block in range(2)]


def test_a_branch_ends_before_what_hands_it_on(begin: Begin) -> None:
    ask = begin("Deepening")
    trace = ask.engine._bench.forward(1).trace
    assert [it.name for it in trace.nodes if ask(ListParts(1, it.id)).joins] == ["norm"]


def test_channels_of_a_network_that_reads_words(ask: Asker) -> None:
    ask(LoadModel("zoo:char_cnn", seed=0))
    ask(OpenImage("word", ImageSource("word", text="anything")))
    trace = ask(Record(1, "word")).trace
    at = trace.by_name["width3"]
    assert ask(ListParts(1, at.id)) == Parts(at.id, 32, 8)
    found = ask(RankChannels(1, at.id, 0))
    one = without(ask, Off("width3", number=7))
    shift = next(it for it in one.shifts if it.after.index == 0)
    assert found.values[found.numbers == 7] == pytest.approx(shift.after.value - shift.before.value, abs=1e-6)
    assert found.total == 32 and found.forwards < 8


def test_heads_of_attention_of_each_kind(begin: Begin) -> None:
    ask = begin("Attending")
    trace = ask.engine._bench.forward(1).trace
    with_heads = [it for it in trace.nodes if ask(ListParts(1, it.id)).heads]
    assert [it.op for it in with_heads] == ["bmm", "scaled_dot_product_attention", "matmul"]
    assert {ask(ListParts(1, it.id)).heads for it in with_heads} == {2}


def test_weights_of_an_attention_name_the_operation_of_their_module_that_has_heads(begin: Begin) -> None:
    ask = begin("Attending")
    trace = ask.engine._bench.forward(1).trace
    weights = [it for it in trace.nodes if it.op == "softmax"]
    assert weights
    for it in weights:
        parts = ask(ListParts(1, it.id))
        assert parts.near is not None and trace.nodes[parts.near].module == it.module
        assert not parts.has_some and ask(ListParts(1, parts.near)).heads == 2
        assert parts.near_part is Part.HEAD
    assert ask(ListParts(1, node(ask, "qkv"))).near is None, "it has channels of its own"


def _attended(model: nn.Module, x: Tensor, off: dict[str, int]) -> Tensor:
    """The same network written once more, a head of each attention left out by hand."""
    tokens = torch.cat([model.token, model.patch(x).flatten(2).transpose(1, 2)], 1)
    q, k, v = F_in(model.torchs, tokens)
    mixed = heads_of(q, k, v, 0.5, off.get("torchs"))
    tokens = tokens + model.torchs.out_proj(mixed)
    q, k, v = model.qkv(tokens).reshape(1, -1, 3, 2, 4).permute(2, 0, 3, 1, 4)
    fused, byhand = heads_of(q, k, v, 0.5, off.get("fused")), heads_of(q, k, v, 1.0, off.get("byhand"))
    return model.head((tokens + fused + byhand)[:, 0])[0]


def F_in(attention: nn.MultiheadAttention, tokens: Tensor) -> Tensor:
    made = tokens @ attention.in_proj_weight.T + attention.in_proj_bias
    return made.reshape(1, -1, 3, 2, 4).permute(2, 0, 3, 1, 4)


def heads_of(q: Tensor, k: Tensor, v: Tensor, scale: float, off: int | None) -> Tensor:
    mixed = ((q * scale) @ k.transpose(-2, -1)).softmax(-1) @ v
    if off is not None:
        mixed[:, off] = 0
    return mixed.transpose(1, 2).reshape(1, -1, 8)


@pytest.mark.parametrize("head", [0, 1])
@pytest.mark.parametrize("kind", ["torchs", "fused", "byhand"])
def test_a_head_switched_off_is_what_is_left_out_by_hand(begin: Begin, kind: str, head: int) -> None:
    ask = begin("Attending")
    op = {"torchs": "bmm", "fused": "scaled_dot_product_attention", "byhand": "matmul"}[kind]
    trace = ask.engine._bench.forward(1).trace
    (at,) = [it for it in trace.nodes if it.op == op and ask(ListParts(1, it.id)).heads]
    with torch.no_grad():
        expected = _attended(model_of(ask), input_of(ask), {kind: head})
    found = without(ask, Off(at.name, Part.HEAD, head))
    assert numbers(found) == {k: pytest.approx(float(expected[k]), abs=1e-5) for k in range(5)}
    ranked = ask(RankChannels(1, at.id, 2, Part.HEAD))
    assert sorted(ranked.numbers.tolist()) == [0, 1]
    assert dict(zip(ranked.numbers.tolist(), ranked.values, strict=True))[head] == pytest.approx(
        float(expected[2]) - ranked.value, abs=1e-5
    )


def test_the_mean_of_a_head_is_that_of_each_of_its_channels_over_the_tokens(begin: Begin) -> None:
    ask = begin("Attending")
    trace = ask.engine._bench.forward(1).trace
    fused = next(it for it in trace.nodes if it.op == "scaled_dot_product_attention")
    value = ask.engine._bench.forward(1).recording.value(fused.id)
    model, found = model_of(ask), without(ask, Off(fused.name, Part.HEAD, 1, How.MEAN))
    with torch.no_grad():
        all_on = _attended(model, input_of(ask), {})
        changed = torch.zeros_like(value)
        changed[:, 1] = value[:, 1].mean(1, keepdim=True) - value[:, 1]
        expected = all_on + model.head.weight @ changed.transpose(1, 2).reshape(1, -1, 8)[0, 0]
    assert numbers(found) == {k: pytest.approx(float(expected[k]), abs=1e-5) for k in range(5)}


def test_channels_of_tokens_are_those_of_all_tokens(begin: Begin) -> None:
    ask = begin("Attending")
    assert ask(ListParts(1, node(ask, "qkv"))) == Parts(node(ask, "qkv"), 24, 17)
    same(without(ask, Off("qkv", number=20)), hooked(ask, "qkv", lambda y: y[..., 20].zero_()))


def _brute(ask: Asker, path: str, count: int, target: int) -> tuple[np.ndarray, np.ndarray]:
    with torch.no_grad():
        whole = model_of(ask)(input_of(ask))[0].double()
    rows = torch.stack([hooked(ask, path, zero(k)) for k in range(count)]).double()
    values = rows[:, target] - whole[target]
    return values.numpy(), (rows.softmax(1)[:, target] - whole.softmax(0)[target]).numpy()


@pytest.mark.parametrize(
    ("network", "path", "forwards"),
    [
        ("Residual", "norm", 2),
        ("Residual", "act", 3),  # in place: the batch begins at the input
        ("Gathering", "norm", 3),
        ("Stubborn", "norm", 8),
        ("Mingling", "norm", 8),
    ],
)
def test_the_ranking_is_that_of_a_loop(begin: Begin, network: str, path: str, forwards: int) -> None:
    ask = begin(network)
    found: Ranking = ask(RankChannels(1, node(ask, path), 3))
    values, shares = _brute(ask, path, 6, 3)
    assert np.array_equal(found.numbers, np.argsort(-np.abs(values), kind="stable"))
    assert np.allclose(found.values, values[found.numbers], atol=1e-5)
    assert np.allclose(found.shares, shares[found.numbers], atol=1e-5)
    assert (found.total, found.unit, found.forwards) == (6, "logits", forwards)


@pytest.mark.parametrize("network", ["Residual", "Stubborn"])
def test_a_channel_that_is_zero_already_changes_nothing_at_all(begin: Begin, network: str) -> None:
    ask = begin(network)
    norm = model_of(ask).get_submodule("norm")
    with torch.no_grad():
        norm.weight[2] = norm.bias[2] = norm.running_mean[2] = 0
    ask(Record(1, "coffee"))
    found: Ranking = ask(RankChannels(1, node(ask, "norm"), 3))
    assert found.shares is not None
    assert found.numbers[-1] == 2 and found.values[-1] == found.shares[-1] == 0
    assert (found.values[:-1] != 0).all()


def test_another_class_of_what_was_ranked_costs_no_forward(begin: Begin) -> None:
    ask = begin("Residual")
    first = ask(RankChannels(1, node(ask, "norm"), 3))
    ran: list[int] = []
    handle = model_of(ask).register_forward_hook(lambda *_: ran.append(1))
    other = ask(RankChannels(1, node(ask, "norm"), 1))
    handle.remove()
    assert not ran and np.allclose(other.values, _brute(ask, "norm", 6, 1)[0][other.numbers], atol=1e-5)
    assert first.target == 3 and not np.allclose(np.sort(first.values), np.sort(other.values))


def test_what_was_ranked_before_a_cancel_is_not_run_again(begin: Begin) -> None:
    ask = begin("Stubborn")
    with pytest.raises(CancelledError):
        ask(RankChannels(1, node(ask, "norm"), 3), cancel_after=40)
    done = ask.progress[-1][0]
    assert 0 < done < 6
    ask.progress.clear()
    found = ask(RankChannels(1, node(ask, "norm"), 3))
    assert ask.progress[0][0] == done
    assert np.allclose(found.values, _brute(ask, "norm", 6, 3)[0][found.numbers], atol=1e-5)


def test_the_model_and_its_forward_stay_what_they_were(begin: Begin) -> None:
    ask = begin("Residual")
    model = model_of(ask)
    model.conv.weight.requires_grad_(False)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    values = [ask.engine._bench.forward(1).recording.value(k).clone() for k in range(5)]
    chance = torch.get_rng_state()
    without(ask, Off("norm", number=1), Off("act", number=0, how=How.NOISE))
    ask(RankChannels(1, node(ask, "norm"), 3))
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    assert [p.requires_grad for p in model.parameters()] == [k != 2 for k in range(8)]
    assert all(p.grad is None for p in model.parameters()) and not model.training
    assert torch.equal(chance, torch.get_rng_state())
    now = [ask.engine._bench.forward(1).recording.value(k) for k in range(5)]
    assert all(map(torch.equal, values, now))


def test_values_that_were_let_go_are_not_needed(begin: Begin) -> None:
    ask = begin("Residual")
    expected = hooked(ask, "norm", zero(2))
    ask(AllowMemory(1000))
    same(without(ask, Off("norm", number=2)), expected)


def test_of_one_number_only_the_class_that_it_names_is_ranked(begin: Begin) -> None:
    ask = begin("One")
    named = ask(AnswerWithout(1)).before.predictions[0].index
    found = ask(RankChannels(1, node(ask, "norm"), named))
    assert found.target == named and found.values.any()
    assert "no class" in ask.complaint(RankChannels(1, node(ask, "norm"), 1 - named))


def test_a_model_in_training_mode_runs_alone(begin: Begin) -> None:
    ask = begin("Residual", training=True)
    found = ask(RankChannels(1, node(ask, "stem"), 3))
    assert found.forwards == 6


@pytest.mark.parametrize(
    ("network", "off", "why"),
    [
        ("Residual", Off("nowhere"), "no operation nowhere"),
        ("Residual", Off("norm", number=6), "no channel 6: it has 6"),
        ("Residual", Off("norm", Part.HEAD), "no heads"),
        ("Residual", Off("head", Part.WHOLE, how=How.MEAN), "to zero only"),
        ("Residual", Off("head", how=How.MEAN), "its own mean"),
        ("Residual", Off("input"), "no call of the model's own code"),
        ("Whole", Off("clamp"), "int64: only real numbers"),
        ("Picture", Off("stem"), "no classes to compare"),
    ],
)
def test_what_cannot_be_switched_off_says_why(begin: Begin, network: str, off: Off, why: str) -> None:
    ask = begin(network)
    assert why in ask.complaint(AnswerWithout(1, frozenset({off})))


def test_a_class_that_does_not_exist(begin: Begin) -> None:
    ask = begin("Residual")
    assert "no class 5" in ask.complaint(RankChannels(1, node(ask, "norm"), 5))


def test_parts_say_why_nothing_of_them_is_switched_off(begin: Begin) -> None:
    ask = begin("Attending")
    trace = ask.engine._bench.forward(1).trace
    within = next(it for it in trace.nodes if it.within is not None)
    assert "no call of the model's own code" in ask(ListParts(1, within.id)).reason
    assert ask(ListParts(1, node(ask, "patch"))) == Parts(node(ask, "patch"), 8, 16)


def test_an_answer_that_is_no_number_says_so(begin: Begin) -> None:
    ask = begin("Dividing")
    found = without(ask, Off("norm", number=0))
    assert found.shifts == () and found.before.predictions
    assert found.after.said == "not finite" and "no classes to name" in found.after.reason
    ranked = ask(RankChannels(1, node(ask, "norm"), 0))
    assert ranked.numbers[0] == 0 and not np.isfinite(ranked.values[0])  # it changes most of all
    assert np.isfinite(ranked.values[1:]).all()
    with torch.no_grad():
        model_of(ask).norm.bias[1] = float("inf")
    ask(Record(1, "coffee"))
    assert "There are no classes to compare" in ask.complaint(AnswerWithout(1))
