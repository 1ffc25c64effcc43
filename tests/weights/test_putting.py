"""Putting weights into networks of every make: prefixes, compiled, normed, shared, lazy; numbers of other sorts."""

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations
from weight_files import State, network, safetensors, saved, under

from explorer import weights

STATE: State = network().state_dict()


class Inside(nn.Module):
    """The network has what others call a prefix."""

    def __init__(self, net: nn.Module, name: str = "backbone") -> None:
        super().__init__()
        setattr(self, name, net)


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        ("backbone.", ""),
        ("", "“backbone.” put before every name"),
        ("module.", "“module.” before every name read as “backbone.”"),
        ("module.backbone.", "“module.” before every name dropped"),
        (
            "model._orig_mod.",
            "“model.” before every name read as “backbone.”; “_orig_mod” left out of the names",
        ),
    ],
)
def test_a_network_may_have_a_prefix_of_its_own(tmp_path: Path, prefix: str, said: str) -> None:
    target = Inside(network(seed=2))
    applied = weights.apply(target, weights.load(saved(under(prefix, STATE))(tmp_path)))
    assert all(torch.equal(target.state_dict()[f"backbone.{key}"], tensor) for key, tensor in STATE.items())
    assert "".join(applied.notes) == (f"w.pt: {said}." if said else "")


def test_a_compiled_network_takes_the_weights_of_the_bare_one(tmp_path: Path) -> None:
    target = torch.compile(network(seed=2))
    weights.apply(target, weights.load(saved(STATE)(tmp_path)))
    assert all(torch.equal(target.state_dict()[f"_orig_mod.{key}"], tensor) for key, tensor in STATE.items())


def normed(seed: int, of_old: bool) -> nn.Module:
    net = network(seed=seed)
    (torch.nn.utils.weight_norm if of_old else parametrizations.weight_norm)(net.conv)
    return net


@pytest.mark.filterwarnings("ignore:.*weight_norm.*deprecated:FutureWarning")
@pytest.mark.parametrize(("of_old", "to_old"), [(True, False), (False, True), (True, True), (False, False)])
def test_weight_norm_is_known_by_its_old_and_its_new_names(
    tmp_path: Path, of_old: bool, to_old: bool
) -> None:
    source, target = normed(1, of_old), normed(2, to_old)
    weights.apply(target, weights.load(saved(source.state_dict())(tmp_path)))
    image = torch.randn(1, 3, 5, 5)
    assert torch.equal(source(image), target(image))


class Tied(nn.Module):
    """Two names for one tensor."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.embed, self.head = nn.Embedding(5, 4), nn.Linear(4, 5, bias=False)
        self.head.weight = self.embed.weight


@pytest.mark.parametrize("kept", ["embed.weight", "head.weight"])
def test_a_tensor_with_two_names_is_kept_once(tmp_path: Path, kept: str) -> None:
    source, target = Tied(1), Tied(2)
    weights.apply(target, weights.load(safetensors({kept: source.embed.weight.data})(tmp_path)))
    assert torch.equal(target.head.weight, source.embed.weight)


def test_layers_that_are_lazy_take_the_shape_of_the_file(tmp_path: Path) -> None:
    source, target = nn.Linear(6, 2), nn.LazyLinear(2)
    weights.apply(target, weights.load(saved(source.state_dict())(tmp_path)))
    image = torch.randn(1, 6)
    assert torch.equal(target(image), source(image))


@pytest.mark.parametrize(
    ("own", "given"),
    [
        (torch.tensor([True, False]), torch.tensor([1, 0], dtype=torch.uint8)),
        (torch.tensor([0, 0]), torch.tensor([1.0, 2.0])),
        (torch.tensor([0.0, 0.0]), torch.tensor([1, 2])),
        (torch.zeros(2, dtype=torch.complex64), torch.tensor([1j, 2], dtype=torch.complex128)),
    ],
)
def test_buffers_take_numbers_of_another_sort_where_nothing_is_lost(
    own: torch.Tensor, given: torch.Tensor
) -> None:
    target = nn.Module()
    target.register_buffer("b", own)
    applied = weights.apply(target, weights.Checkpoint.of({"b": given}))
    assert torch.equal(target.b.to(given.dtype), given) and "taken as" in applied.notes[0]


def test_mapped_weights_do_not_write_into_the_file(tmp_path: Path) -> None:
    path = saved(STATE)(tmp_path)
    before = path.read_bytes()
    tensor = weights.load(path).parts[0].tensors["conv.weight"].read()
    tensor.zero_()
    assert path.read_bytes() == before


# ---- published names ----


def old_names(state: State) -> State:
    """Read `w` and `b` as they were published; what it does not know makes it fail, as a person's file may."""
    return {{"w": "weight", "b": "bias"}[key]: tensor for key, tensor in state.items()}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("w", "b"), ""),
        (("module.w", "module.b"), "“module.” before every name dropped"),
        (("weight", "bias"), ""),
        (("net.weight", "net.bias"), "“net.” before every name dropped"),
    ],
)
def test_names_are_adapted_before_they_are_compared(given: tuple[str, str], said: str) -> None:
    model, numbers = nn.Linear(2, 1), (torch.full((1, 2), 2.0), torch.ones(1))
    state = dict(zip(given, numbers, strict=True))
    applied = weights.apply(model, weights.Checkpoint.of(state), old_names)
    assert model(torch.ones(1, 2)).item() == 5
    assert "".join(applied.notes) == (f"the weights: {said}." if said else "")


# ---- heads ----


def test_a_head_of_another_size_stays_random_if_the_person_says_so(tmp_path: Path) -> None:
    source, target = network(7), network(5, seed=2)
    head = {key: tensor.clone() for key, tensor in target.fc.state_dict().items()}
    path = saved({"state_dict": source.state_dict()})(tmp_path)
    with pytest.raises(weights.HeadError) as caught:
        weights.apply(target, weights.load(path))
    assert (caught.value.at_terminal, caught.value.allows) == (" with --random-head", "random_head")
    applied = weights.apply(target, weights.load(path), random_head=True)
    assert applied.head == ("fc.weight", "fc.bias")
    assert applied.notes == ("w.pt: taken from “state_dict”; the head stays random (fc.weight, fc.bias).",)
    assert torch.equal(target.conv.weight, source.conv.weight)
    assert all(torch.equal(target.fc.state_dict()[key], tensor) for key, tensor in head.items())


def test_only_a_head_may_stay_random(tmp_path: Path) -> None:
    state = {**STATE, "conv.weight": torch.ones(6, 3, 3, 3)}
    with pytest.raises(weights.WeightsError, match="of another shape"):
        weights.apply(network(), weights.load(saved(state)(tmp_path)), random_head=True)


def with_long_head(hidden: int, classes: int, channels: int = 8) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(3, channels, 3), nn.BatchNorm2d(channels), nn.Flatten(), nn.Linear(channels, hidden), nn.ReLU(),
        nn.Linear(hidden, classes),
    )  # fmt: skip


HEAD = ("3.weight", "3.bias", "5.weight", "5.bias")


@pytest.mark.parametrize("missing", [(), HEAD[2:], HEAD], ids=["other sizes", "its last layer", "all of it"])
def test_a_head_of_several_layers_may_stay_random(tmp_path: Path, missing: tuple[str, ...]) -> None:
    source, target = with_long_head(6, 10).state_dict(), with_long_head(5, 7)
    path = saved({key: tensor for key, tensor in source.items() if key not in missing})(tmp_path)
    before = {key: target.state_dict()[key].clone() for key in HEAD}
    with pytest.raises(weights.HeadError, match="fits the network but for its head"):
        weights.apply(target, weights.load(path))
    assert weights.apply(target, weights.load(path), random_head=True).head == HEAD
    assert all(torch.equal(target.state_dict()[key], tensor) for key, tensor in before.items())
    assert torch.equal(target.state_dict()["0.weight"], source["0.weight"])


def test_layers_that_take_another_number_of_channels_are_no_head(tmp_path: Path) -> None:
    path = saved(with_long_head(6, 10, channels=9).state_dict())(tmp_path)
    with pytest.raises(weights.WeightsError, match="of another shape"):
        weights.apply(with_long_head(5, 7), weights.load(path), random_head=True)
