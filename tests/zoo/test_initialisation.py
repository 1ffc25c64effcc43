"""Drawing weights by layer type, against the closed forms of the papers."""

from math import sqrt
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from explorer import zoo
from explorer.records.initialisation import Scheme
from explorer.zoo import registry
from explorer.zoo.initialisation import expected_stds, initialise
from explorer.zoo.vit import SelfAttention

DRAWN = (Scheme.XAVIER, Scheme.KAIMING)


class Every(nn.Module):
    """A layer of each type, and what must stay as it was built."""

    def __init__(self) -> None:
        super().__init__()
        self.plain = nn.Conv2d(64, 128, 3)
        self.grouped = nn.Conv2d(64, 128, 3, groups=8)
        self.depthwise = nn.Conv2d(512, 512, 7, groups=512)
        self.up = nn.ConvTranspose2d(64, 128, 3, groups=2)
        self.sequence = nn.Conv1d(64, 96, 5)
        self.linear = nn.Linear(300, 100)
        self.attention = nn.MultiheadAttention(96, 4)
        self.crossed = nn.MultiheadAttention(96, 4, kdim=64, vdim=32)
        self.own = SelfAttention(96, heads=4, head_dim=32, qkv_bias=True)
        self.norms = nn.ModuleList(
            [nn.BatchNorm2d(4), nn.GroupNorm(2, 4), nn.LayerNorm(4), nn.InstanceNorm2d(4, affine=True)]
        )
        self.words = nn.Embedding(10, 4)
        self.token = nn.Parameter(torch.randn(1, 1, 8))
        for norm in self.norms:
            nn.init.normal_(norm.weight)
            nn.init.normal_(norm.bias)
        nn.init.normal_(self.own.in_proj_bias)


# How many inputs an output reads, and how many outputs read an input: counted by hand.
FANS = {
    "plain.weight": (64 * 9, 128 * 9),
    "grouped.weight": (8 * 9, 16 * 9),
    "depthwise.weight": (49, 49),
    "up.weight": (32 * 9, 64 * 9),
    "sequence.weight": (64 * 5, 96 * 5),
    "linear.weight": (300, 100),
    "attention.in_proj_weight": (96, 96),
    "attention.out_proj.weight": (96, 96),
    "crossed.q_proj_weight": (96, 96),
    "crossed.k_proj_weight": (64, 96),
    "crossed.v_proj_weight": (32, 96),
    "crossed.out_proj.weight": (96, 96),
    "own.in_proj_weight": (96, 128),
    "own.out_proj.weight": (128, 96),
}


# What of two or more axes is no layer's weight: by its last name.
NOT_DRAWN = {"class_token", "pos_embedding", "embedding.weight"}


def drawn(scheme: Scheme, seed: int = 0) -> Every:
    torch.manual_seed(seed)
    model = Every()
    initialise(model, scheme)
    return model


def variance(fans: tuple[int, int], scheme: Scheme) -> float:
    return 2 / sum(fans) if scheme is Scheme.XAVIER else 2 / fans[0]


@pytest.mark.parametrize("scheme", DRAWN)
def test_variance_of_the_weights_is_that_of_the_formula(scheme: Scheme) -> None:
    model = drawn(scheme)
    found = dict(model.named_parameters())
    expected = expected_stds(model, scheme)
    assert set(expected) == set(FANS)
    for name, fans in FANS.items():
        assert expected[name] == pytest.approx(sqrt(variance(fans, scheme)))
        # Five standard errors of a variance: that of n normal numbers is relatively sqrt(2 / n), of uniform ones less.
        room = 5 * sqrt(2 / found[name].numel())
        assert float(found[name].detach().double().var()) == pytest.approx(
            variance(fans, scheme), rel=room
        ), name


def without_numbers(full_name: str) -> nn.Module:
    with torch.device("meta"):
        return zoo.resolve(full_name).build_empty()


@pytest.mark.parametrize("name", registry.names())
def test_every_weight_of_the_zoo_is_drawn(name: str) -> None:
    model = without_numbers(f"zoo:{name}")
    tables = {path for path, parameter in model.named_parameters() if parameter.dim() >= 2}
    drawn = {path for path in tables if not path.endswith(tuple(NOT_DRAWN))}
    assert set(expected_stds(model, Scheme.XAVIER)) == drawn


@pytest.mark.parametrize("scheme", DRAWN)
@pytest.mark.parametrize("name", ["vit_b_16", "resnet18", "mobilenet_v3_small"])
def test_the_same_network_of_another_source_is_drawn_the_same_way(name: str, scheme: Scheme) -> None:
    ours, theirs = (
        expected_stds(without_numbers(f"{source}:{name}"), scheme) for source in ("zoo", "torchvision")
    )
    assert ours == theirs


@pytest.mark.parametrize("scheme", DRAWN)
def test_the_small_vision_transformer_is_drawn_throughout(scheme: Scheme) -> None:
    torch.manual_seed(0)
    built = zoo.resolve("zoo:vit_cifar").build()
    before = {path: parameter.detach().clone() for path, parameter in built.named_parameters()}
    initialise(built, scheme)
    expected = expected_stds(built, scheme)
    for path, parameter in built.named_parameters():
        if path in expected:
            assert not torch.equal(parameter, before[path]), path
            assert float(parameter.detach().std()) == pytest.approx(expected[path], rel=0.05), path


def test_xavier_is_uniform_and_kaiming_has_tails() -> None:
    for scheme, widest in ((Scheme.XAVIER, (0.98, 1.0)), (Scheme.KAIMING, (2.0, 4.0))):
        weight = drawn(scheme).plain.weight
        reach = sqrt(3 * variance(FANS["plain.weight"], scheme))
        assert widest[0] * reach < float(weight.detach().abs().max()) <= widest[1] * reach


@pytest.mark.parametrize("scheme", DRAWN)
def test_biases_are_zero_norms_plain_and_the_rest_as_built(scheme: Scheme) -> None:
    torch.manual_seed(0)
    built = Every()
    model = drawn(scheme)
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            assert not parameter.any(), name
        elif name.startswith("norms"):
            assert torch.equal(parameter, torch.ones_like(parameter)), name
    assert torch.equal(model.words.weight, built.words.weight)
    assert torch.equal(model.token, built.token)


@pytest.mark.parametrize("scheme", list(Scheme))
def test_the_seed_decides_the_weights(scheme: Scheme) -> None:
    first, again, other = (drawn(scheme, seed).state_dict() for seed in (3, 3, 4))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["plain.weight"], other["plain.weight"])


def test_default_draws_nothing() -> None:
    torch.manual_seed(0)
    built = Every().state_dict()
    state = torch.get_rng_state()
    model = drawn(Scheme.DEFAULT)
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(built[name], tensor) for name, tensor in model.state_dict().items())
    assert expected_stds(model, Scheme.DEFAULT) == {}


def change_per_layer(layers: list[nn.Module], scheme: Scheme, x: Tensor) -> float:
    """Return the factor by which a layer changes the variance of what comes out of it, averaged over all layers."""
    torch.manual_seed(1)
    for layer in layers:
        initialise(layer, scheme)
    variances = []
    with torch.no_grad():
        for layer in layers:
            y = layer(x)
            variances.append(float(y.var()))
            x = y.relu()
    return (variances[-1] / variances[0]) ** (1 / (len(layers) - 1))


# The second moment of a ReLU of what is symmetric is half its variance: a layer of n inputs whose weights have
# variance 2 / n (Kaiming) keeps it, one of variance 1 / n (Xavier, as many outputs as inputs) halves it. Of n units the
# mean of y^2 has the relative variance 2 / n, that of its positive half 5 / n: four standard errors over the layers.
@pytest.mark.parametrize(("scheme", "factor"), [(Scheme.KAIMING, 1.0), (Scheme.XAVIER, 0.5)])
def test_kaiming_keeps_the_variance_through_relus_and_xavier_halves_it(scheme: Scheme, factor: float) -> None:
    layers: list[nn.Module] = [nn.Linear(512, 512) for _ in range(12)]
    room = 4 * sqrt(7 / 512 / 11)
    assert change_per_layer(layers, scheme, torch.randn(256, 512)) == pytest.approx(factor, rel=room)


@pytest.mark.parametrize(("scheme", "factor"), [(Scheme.KAIMING, 1.0), (Scheme.XAVIER, 0.5)])
def test_groups_of_channels_count_as_layers_of_their_own(scheme: Scheme, factor: float) -> None:
    layers: list[nn.Module] = [
        nn.Conv2d(512, 512, 3, groups=4, padding=1, padding_mode="circular") for _ in range(8)
    ]
    room = 4 * sqrt(7 / 512 / 7)
    assert change_per_layer(layers, scheme, torch.randn(2, 512, 6, 6)) == pytest.approx(factor, rel=room)


@pytest.mark.parametrize(
    "name", ["torchvision:resnet18", "torchvision:resnet50", "zoo:resnet18", "timm:resnet26"]
)
def test_blocks_whose_last_norm_is_zero_are_the_identity(name: str) -> None:
    torch.manual_seed(0)
    model = zoo.resolve(name).build().eval()
    assert initialise(model, Scheme.ZERO_LAST_NORM) == ()
    checked = 0
    for block in model.modules():
        if type(block).__name__ in ("BasicBlock", "Bottleneck") and block.downsample is None:
            x = torch.rand(1, block.conv1.in_channels, 8, 8)
            with torch.no_grad():
                assert torch.equal(block(x), x)
            checked += 1
    assert checked


def test_only_the_last_norms_differ_from_the_default() -> None:
    states = []
    for scheme in (Scheme.DEFAULT, Scheme.ZERO_LAST_NORM):
        torch.manual_seed(0)
        model = zoo.resolve("torchvision:resnet18").build()
        initialise(model, scheme)
        states.append(model.state_dict())
    changed = {name for name in states[0] if not torch.equal(states[0][name], states[1][name])}
    assert changed == {f"layer{k}.{b}.bn2.weight" for k in (1, 2, 3, 4) for b in (0, 1)}


class FinalNorm(nn.Module):
    """A network, not a block, that calls its last layer so."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 4)
        self.last_norm = nn.LayerNorm(4)

    def forward(self, x: Tensor) -> Tensor:
        return self.last_norm(self.linear(x))


def test_a_network_without_residual_blocks_says_so_and_stays() -> None:
    model = FinalNorm()
    (note,) = initialise(model, Scheme.ZERO_LAST_NORM)
    assert "nothing was set to zero" in note
    assert model.last_norm.weight.all()


def test_weights_that_are_computed_are_named() -> None:
    model = nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(4, 4)), nn.Linear(4, 4))
    (note,) = initialise(model, Scheme.KAIMING)
    assert note.startswith("1 layer")


def test_a_network_of_a_persons_own_file_is_drawn_the_same_way(tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text("from torch import nn\ndef net():\n    return nn.Linear(256, 256)\n")
    torch.manual_seed(0)
    model = zoo.resolve(f"{file}:net", trusted=True).build()
    initialise(model, Scheme.KAIMING)
    assert float(model.weight.detach().var()) == pytest.approx(2 / 256, rel=0.05)  # type: ignore[union-attr]


class TiedHead(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(50, 8)
        self.head = nn.Linear(8, 50)
        self.head.weight = self.embedding.weight


def test_a_shared_weight_is_expected_under_its_first_name() -> None:
    network = TiedHead()
    assert expected_stds(network, Scheme.KAIMING) == {"embedding.weight": pytest.approx(0.5)}
    assert "embedding.weight" in dict(network.named_parameters())


@pytest.mark.filterwarnings(
    "ignore:Initializing zero-element tensors", "ignore:Lazy modules are a new feature"
)
@pytest.mark.parametrize("scheme", [Scheme.XAVIER, Scheme.KAIMING])
def test_layers_without_numbers_or_without_a_shape_yet_are_left_alone(scheme: Scheme) -> None:
    network = nn.Sequential(nn.Linear(0, 3), nn.LazyLinear(4), nn.Linear(4, 2))
    initialise(network, scheme)
    assert list(expected_stds(network, scheme)) == ["2.weight"]
    assert not network[2].bias.any()
