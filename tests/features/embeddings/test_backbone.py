"""A network cut at a layer, against forward hooks, torchvision's own cut, and fresh networks with the cut's weights."""

import numpy as np
import pytest
import torch
import torchvision
from recording_oracle import randomise, same
from torch import Tensor, nn
from torchvision.models.feature_extraction import create_feature_extractor
from toy_models import Forward, Residual, Tiny

from explorer.features.embeddings.backbone import cut_state, describe, pool, run_until, similarities
from explorer.fields.algebra import Field
from explorer.fields.receptive_field import ReceptiveFields
from explorer.forward import trace
from explorer.forward.recorder import record
from explorer.forward.recording import Recording
from explorer.records.embeddings import Pooling
from explorer.records.errors import CancelledError, ExplorerError
from explorer.records.trace import Node


def network(name: str, **options: object) -> nn.Module:
    torch.manual_seed(0)
    return randomise(torchvision.models.get_model(name, weights=None, **options)).eval()


def photo(side: int = 64, seed: int = 1) -> Tensor:
    return torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(seed))


def nodes_to(model: nn.Module, image: Tensor, layer: str) -> tuple[Node, ...]:
    """Return the operations of the model's trace up to the one of that name."""
    traced = trace.build(record(model, (image,)), model, "toy")
    return traced.nodes[: traced.by_name[layer].id + 1]


def cut(model: nn.Module, image: Tensor, layer: str) -> tuple[Recording, Tensor]:
    forward = run_until(model, (image,), nodes_to(model, image, layer))
    return forward, forward.value(len(forward.operations) - 1)


def field_of(model: nn.Module, image: Tensor, layer: str) -> tuple[Tensor, Field | None]:
    forward = record(model, (image,))
    (place,) = (k for k, o in enumerate(forward.operations) if o.name == layer)
    return forward.value(place), ReceptiveFields(forward).fields[place]


def hooked(model: nn.Module, image: Tensor, path: str) -> Tensor:
    """Return what a forward hook on a module sees, cloned before anything can write into it."""
    seen: list[Tensor] = []
    handle = model.get_submodule(path).register_forward_hook(lambda m, args, out: seen.append(out.clone()))
    with torch.no_grad():
        model(image)
    handle.remove()
    return seen[-1]


# ---- the value at the cut ----


@pytest.mark.parametrize(
    "layer", ["conv1", "layer1.0.bn1", "layer2.0.downsample.1", "layer4.1.bn2", "avgpool"]
)
def test_value_is_to_the_bit_what_a_hook_sees(layer: str) -> None:
    model, image = network("resnet18"), photo()
    assert same(cut(model, image, layer)[1], hooked(model, image, layer))


@pytest.mark.parametrize(
    ("name", "layer"),
    [("densenet121", "features.denseblock2.denselayer3.conv2"), ("mobilenet_v2", "features.17.conv.3")],
)
def test_value_is_that_of_torchvisions_feature_extraction(name: str, layer: str) -> None:
    model, image = network(name), photo()
    extractor = create_feature_extractor(model, {layer: "cut"}).eval()
    with torch.no_grad():
        expected = extractor(image)["cut"]
    assert same(cut(model, image, layer)[1], expected)


def test_value_is_that_of_the_whole_recording_where_memory_is_written_again() -> None:
    model, image = randomise(Tiny()).eval(), photo(12)
    whole = record(model, (image,))
    nodes = trace.build(whole, model, "toy").nodes
    for node in nodes:
        forward = run_until(model, (image,), nodes[: node.id + 1])
        assert len(forward.operations) == node.id + 1
        assert same(forward.value(node.id), whole.value(node.id))


def test_nothing_after_the_cut_is_computed() -> None:
    model, image = Tiny().eval(), photo(12)
    nodes = nodes_to(model, image, "block.bn1")
    ran: list[str] = []
    for path in ("stem", "block.conv1", "block.bn1", "block.conv2", "pool", "fc"):
        model.get_submodule(path).register_forward_pre_hook(lambda m, args, path=path: ran.append(path))
    run_until(model, (image,), nodes)
    assert ran == ["stem", "block.conv1", "block.bn1"]


def test_the_model_is_left_as_it_was() -> None:
    model, image = network("resnet18"), photo()
    before = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    with torch.no_grad():
        answer = model(image)
    given, random = image.clone(), torch.get_rng_state()
    cut(model, image, "layer3.0.relu")
    assert torch.equal(torch.get_rng_state(), random) and torch.equal(image, given)
    assert all(same(tensor, before[key]) for key, tensor in model.state_dict().items())
    assert not any("forward" in vars(module) for module in model.modules())
    with torch.no_grad():
        assert same(model(image), answer)


def test_a_model_that_catches_everything_does_not_keep_the_forward_from_ending() -> None:
    ran: list[str] = []

    def forward(model: nn.Module, x: Tensor) -> Tensor:
        try:
            x = model.one(x)
        except Exception:  # noqa: BLE001 - as a model may
            ran.append("rescue")
        ran.append("on")
        return model.two(x)

    model, image = Forward(forward, one=nn.ReLU(), two=nn.Sigmoid()).eval(), photo(4)
    nodes = nodes_to(model, image, "one")
    ran.clear()
    run_until(model, (image,), nodes)
    assert ran == []


def test_what_a_model_computes_after_catching_even_the_end_is_not_taken_for_the_cut() -> None:
    def forward(model: nn.Module, x: Tensor) -> Tensor:
        try:
            y = model.one(x)
            y = y + 1
        except:  # noqa: E722 - as a model may
            y = x
        return model.two(y)

    model, image = Forward(forward, one=nn.Conv2d(3, 3, 1), two=nn.Conv2d(3, 3, 1)).eval(), photo(4)
    nodes = nodes_to(model, image, "one")
    found = run_until(model, (image,), nodes)
    assert torch.equal(found.value(nodes[-1].id), model.one(image))
    assert set(cut_state(model, found)) == {"one.weight", "one.bias"}


def test_nothing_leads_to_the_input() -> None:
    model = nn.Sequential(nn.ReLU())
    model.register_buffer("table", torch.ones(2))
    found = run_until(model.eval(), (photo(4),), nodes_to(model, photo(4), "input"))
    assert cut_state(model, found) == {}


def test_a_forward_that_takes_another_way_is_refused() -> None:
    def forward(model: nn.Module, x: Tensor) -> Tensor:
        return model.last(model.dark(x) if float(x.mean()) < 0 else x.abs())

    model = Forward(forward, dark=nn.ReLU(), last=nn.Sigmoid()).eval()
    nodes = nodes_to(model, -torch.ones(1, 3, 2, 2), "last")
    assert run_until(model, (-2 * torch.ones(1, 3, 2, 2),), nodes)
    with pytest.raises(ExplorerError, match="leaves the recorded way before last, at dark"):
        run_until(model, (torch.ones(1, 3, 2, 2),), nodes)


def test_a_failure_before_the_cut_is_one_line() -> None:
    model = Tiny().eval()
    nodes = nodes_to(model, photo(12), "fc")
    with pytest.raises(ExplorerError, match="fails before fc: RuntimeError") as caught:
        run_until(model, (torch.zeros(1, 4, 12, 12),), nodes)
    assert "\n" not in str(caught.value)


def test_it_can_be_cancelled() -> None:
    model, image = Tiny().eval(), photo(12)
    nodes = nodes_to(model, image, "fc")

    def check() -> None:
        raise CancelledError("stop")

    with pytest.raises(CancelledError):
        run_until(model, (image,), nodes, check)


# ---- the vector ----


def test_maps_are_averaged_over_their_positions() -> None:
    model, image = network("resnet18"), photo()
    value, field = field_of(model, image, "layer4.1.bn2")
    expected = hooked(model, image, "layer4.1.bn2").double().mean((2, 3)).float().flatten()
    vector = pool(value, field, Pooling.MEAN)
    assert vector.dtype == np.float32 and np.array_equal(vector, expected.numpy())
    assert describe(tuple(value.shape), field, Pooling.MEAN, 512) == "512 numbers: mean over 2×2 positions"


def test_flattening_keeps_every_number() -> None:
    model, image = network("resnet18"), photo()
    value, field = field_of(model, image, "layer4.1.bn2")
    vector = pool(value, field, Pooling.FLATTEN)
    assert np.array_equal(vector, value.flatten().numpy())
    assert (
        describe(tuple(value.shape), field, Pooling.FLATTEN, vector.size) == "2,048 numbers: all of 1×512×2×2"
    )


@pytest.mark.parametrize("layer", ["avgpool", "flatten", "fc"])
def test_a_vector_stays_as_it_is(layer: str) -> None:
    model, image = network("resnet18"), photo()
    value, field = field_of(model, image, layer)
    for pooling in Pooling:
        vector = pool(value, field, pooling)
        assert np.array_equal(vector, value.flatten().numpy())
        assert describe(tuple(value.shape), field, pooling, vector.size).endswith(
            "numbers: all of its output"
        )


def test_tokens_are_averaged_without_the_one_that_has_no_place() -> None:
    options = {
        "image_size": 32,
        "patch_size": 8,
        "num_layers": 1,
        "num_heads": 2,
        "hidden_dim": 8,
        "mlp_dim": 8,
    }
    torch.manual_seed(0)
    model, image = torchvision.models.VisionTransformer(**options).eval(), photo(32)
    value, field = field_of(model, image, "encoder.ln")
    assert value.shape == (1, 17, 8)
    expected = hooked(model, image, "encoder.ln")[0, 1:].double().mean(0)
    # A plain forward takes torch's fused attention, which rounds otherwise than the one that is recorded.
    np.testing.assert_allclose(pool(value, field, Pooling.MEAN), expected.numpy(), rtol=0, atol=1e-5)
    said = describe(tuple(value.shape), field, Pooling.MEAN, 8)
    assert said == "8 numbers: mean over 4×4 positions, 1 token without a place left out"


def test_channels_may_come_last() -> None:
    model = Forward(lambda m, x: m.norm(x.permute(0, 2, 3, 1)), norm=nn.LayerNorm(3)).eval()
    value, field = field_of(model, photo(6), "norm")
    assert np.array_equal(
        pool(value, field, Pooling.MEAN), value.double().mean((1, 2)).float().flatten().numpy()
    )
    assert np.array_equal(pool(value, None, Pooling.MEAN), pool(value, field, Pooling.MEAN))


@pytest.mark.parametrize(
    ("shape", "dims"), [((1, 5, 3, 4), (2, 3)), ((1, 7, 6), (1,)), ((1, 9), ()), ((7, 9), ())]
)
def test_without_a_field_the_shape_tells_the_positions(shape: tuple[int, ...], dims: tuple[int, ...]) -> None:
    value = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    expected = value.double().mean(dims).float() if dims else value
    assert np.array_equal(pool(value, None, Pooling.MEAN), expected.flatten().numpy())


def test_numbers_of_other_kinds_become_floats() -> None:
    whole = torch.arange(8).reshape(1, 2, 2, 2)
    assert pool(whole, None, Pooling.MEAN).tolist() == [1.5, 5.5]
    waves = torch.complex(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]]))
    assert pool(waves, None, Pooling.FLATTEN).tolist() == [1.0, 3.0, 2.0, 4.0]
    assert "real and imaginary parts of 1×2" in describe((1, 2), None, Pooling.FLATTEN, 4)


# ---- similarity ----


def test_similarity_is_the_cosine() -> None:
    vectors = np.random.default_rng(0).normal(size=(5, 30)).astype(np.float32)
    expected = torch.nn.functional.cosine_similarity(
        torch.from_numpy(vectors).double()[:, None], torch.from_numpy(vectors).double()[None], dim=2
    )
    found = similarities(vectors)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected.numpy(), rtol=0, atol=1e-14)
    np.testing.assert_allclose(similarities(vectors * np.float32(1e-20)), found, rtol=0, atol=1e-6)


def test_similarity_of_a_zero_vector_is_zero_and_of_a_broken_one_unknown() -> None:
    found = similarities(np.array([[1, 0], [0, 0], [-1, 0], [np.inf, 0], [np.nan, 1]], np.float32))
    assert found[:3, :3].tolist() == [[1, 0, -1], [0, 0, 0], [-1, 0, 1]]
    assert np.isnan(found[3:, 0]).all() and np.isnan(found[0, 3:]).all()


# ---- the weights up to the cut ----


def assert_suffices(model: nn.Module, fresh: nn.Module, image: Tensor, layer: str) -> dict[str, Tensor]:
    """Load the cut's weights into a network of other weights: the value must be the same, and was not before."""
    forward, value = cut(model, image, layer)
    state = cut_state(model, forward)
    assert not same(cut(fresh, image, layer)[1], value)
    assert fresh.load_state_dict(state, strict=False).unexpected_keys == []
    assert same(cut(fresh, image, layer)[1], value)
    return state


def other(name: str, **options: object) -> nn.Module:
    torch.manual_seed(9)
    return randomise(torchvision.models.get_model(name, weights=None, **options), seed=9).eval()


def test_weights_up_to_a_layer_of_a_residual_network_suffice() -> None:
    model = network("resnet18")
    state = assert_suffices(model, other("resnet18"), photo(), "layer2.0.bn2")
    before = ("conv1.", "bn1.", "layer1.", "layer2.0.conv", "layer2.0.bn")
    # The shortcut of that block runs after its second norm: it does not lead to it.
    assert set(state) == {key for key in model.state_dict() if key.startswith(before)}


def test_weights_of_a_side_branch_are_left_out() -> None:
    options = {"aux_logits": True, "init_weights": False}
    model = network("googlenet", **options)
    state = assert_suffices(model, other("googlenet", **options), photo(), "inception4a.branch3.1.relu")
    inside = {key for key in state if key.startswith("inception4a.")}
    assert inside and all(key.startswith("inception4a.branch3.") for key in inside)
    assert not any(key.startswith(("aux", "fc", "inception4b", "inception5")) for key in state)
    assert {key.split(".")[0] for key in state} >= {"conv1", "conv2", "conv3", "inception3a", "inception3b"}


def test_weights_of_attention_suffice() -> None:
    options = {
        "image_size": 32,
        "patch_size": 8,
        "num_layers": 2,
        "num_heads": 2,
        "hidden_dim": 8,
        "mlp_dim": 8,
    }
    networks = []
    for seed in (0, 9):
        torch.manual_seed(seed)
        networks.append(randomise(torchvision.models.VisionTransformer(**options), seed).eval())
    layer = "encoder.layers.encoder_layer_0.mlp.3"
    state = assert_suffices(*networks, photo(32), layer)
    assert {"class_token", "encoder.pos_embedding"} <= set(state)
    assert not any("encoder_layer_1" in key or "heads" in key or "encoder.ln" in key for key in state)


def test_only_what_is_read_of_a_module_that_runs_on_after_the_cut_is_kept() -> None:
    class Scaled(nn.Module):
        """Its own parameters and buffers stand before and after a layer that shares a weight with a later one."""

        def __init__(self) -> None:
            super().__init__()
            self.before, self.after = nn.Parameter(torch.rand(3, 1, 1)), nn.Parameter(torch.rand(3, 1, 1))
            self.register_buffer("mean", torch.rand(3, 1, 1))
            self.register_buffer("unsaved", torch.rand(1), persistent=False)
            self.act, self.first, self.second, self.third = nn.ReLU(), *(nn.Conv2d(3, 3, 1) for _ in range(3))
            self.third.weight = self.first.weight

        def forward(self, x: Tensor) -> Tensor:
            x = self.act(self.first((x - self.mean) * self.before))
            return self.third(self.second(x)) * self.after

    model, image = Scaled().eval(), photo(4)
    state = cut_state(model, cut(model, image, "act")[0])
    assert set(state) == {"mean", "before", "first.weight", "first.bias", "third.weight"}
    places = {tensor.untyped_storage().data_ptr() for tensor in state.values()}
    assert len(places) == len(state)
    assert not places & {tensor.untyped_storage().data_ptr() for tensor in model.state_dict().values()}


def test_counters_of_the_norms_come_along() -> None:
    model = Residual().eval()
    state = cut_state(model, cut(model, torch.randn(1, 2, 6, 6), "bn1")[0])
    norm = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
    assert set(state) == {"conv1.weight", *(f"bn1.{name}" for name in norm)}


def test_of_weights_that_share_one_memory_only_those_that_are_read_are_kept() -> None:
    def flat_network(seed: int) -> nn.Module:
        model = nn.Sequential(*(nn.Linear(4, 4) for _ in range(3)))
        flat = torch.randn(3 * 20, generator=torch.Generator().manual_seed(seed))
        for layer, part in zip(model, flat.split(20), strict=True):
            layer.weight = nn.Parameter(part[:16].view(4, 4).t())
            layer.bias = nn.Parameter(part[16:])
        return model.eval()

    image = torch.randn(1, 4, generator=torch.Generator().manual_seed(1))
    state = assert_suffices(flat_network(0), flat_network(9), image, "0")
    assert set(state) == {"0.weight", "0.bias"}
    assert set(assert_suffices(flat_network(0), flat_network(9), image, "1")) == {
        *state,
        "1.weight",
        "1.bias",
    }


@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors")
def test_a_weight_without_values_is_kept_as_it_is() -> None:
    model = nn.Sequential(nn.Linear(0, 4), nn.ReLU(), nn.Linear(4, 0)).eval()
    state = cut_state(model, cut(model, torch.zeros(1, 0), "1")[0])
    assert set(state) == {"0.weight", "0.bias"}
