"""The Vision Transformer beyond its parity at 224: other sizes, old files, attention that can be seen."""

import pytest
import torch
from proofs import output_of, randomised
from torch import nn
from torchvision.models import VisionTransformer as Reference
from torchvision.models.vision_transformer import interpolate_embeddings

from explorer import zoo
from explorer.forward import trace
from explorer.forward.recorder import record
from explorer.zoo.vit import Scale, VisionTransformer, adapt

SMALL = Scale(patch=16, layers=2, heads=4, dim=64, mlp=128)
WITH_NORMS = Scale(4, 3, 4, 64, 128, head_dim=32, qkv_bias=False, patch_norms=True)


def reference(image_size: int) -> nn.Module:
    return Reference(image_size, SMALL.patch, SMALL.layers, SMALL.heads, SMALL.dim, SMALL.mlp).eval()


@pytest.fixture
def state() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return randomised(reference(224)).state_dict()


def loaded(state: dict[str, torch.Tensor], image_size: int = 224) -> nn.Module:
    model = VisionTransformer(SMALL, image_size).eval()
    model.load_state_dict(state)
    return model


def test_equals_torchvision_at_384_with_interpolated_positions(state: dict[str, torch.Tensor]) -> None:
    larger = reference(384)
    larger.load_state_dict(interpolate_embeddings(384, SMALL.patch, dict(state)))
    images = torch.randn(2, 3, 384, 384)
    expected = output_of(larger, images)
    assert expected.std() > 0
    torch.testing.assert_close(output_of(loaded(state), images), expected, rtol=0, atol=1e-5)

    own = loaded(larger.state_dict(), image_size=384)
    torch.testing.assert_close(output_of(own, images), expected, rtol=0, atol=1e-5)


def test_an_oblong_image_stretches_the_positions_along_each_axis(state: dict[str, torch.Tensor]) -> None:
    model = loaded(state)
    places = torch.arange(14.0)
    grid = torch.stack([places[:, None].expand(14, 14), places.expand(14, 14)], dim=2)  # (row, column, 2)
    with torch.no_grad():
        model.encoder.pos_embedding[0, 1:, :2] = grid.flatten(0, 1)
        stretched = model.encoder.positions(27, 40)[0]
    assert torch.equal(stretched[0], model.encoder.pos_embedding[0, 0])  # the class token has no place
    found = stretched[1:, :2].unflatten(0, (27, 40))
    ends = [found[0, 0], found[0, -1], found[-1, 0], found[-1, -1]]
    torch.testing.assert_close(torch.stack(ends), torch.tensor([[0.0, 0], [0, 13], [13, 0], [13, 13]]))
    assert output_of(model, torch.randn(1, 3, 27 * 16, 40 * 16)).shape == (1, 1000)


@pytest.mark.parametrize("size", [(224, 225), (100, 224)])
def test_a_side_that_is_no_multiple_of_the_patch_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="multiples of 16"):
        VisionTransformer(SMALL)(torch.zeros(1, 3, *size))


@pytest.mark.parametrize(("scale", "side"), [(SMALL, 225), (WITH_NORMS, 35)])
def test_the_cutting_of_the_patches_is_what_fails(scale: Scale, side: int) -> None:
    model = VisionTransformer(scale).eval()
    failed = trace.build(record(model, (torch.zeros(1, 3, side, side),)), model, "vit").error
    assert failed is not None
    assert (failed.name, failed.module) == ("conv_proj", "conv_proj")
    assert "multiples of" in failed.message


def test_a_seed_gives_the_weights_that_torchvision_gives() -> None:
    torch.manual_seed(3)
    expected = reference(224).state_dict()
    torch.manual_seed(3)
    found = VisionTransformer(SMALL).state_dict()
    assert list(found) == list(expected)
    assert all(torch.equal(found[key], expected[key]) for key in expected)


@pytest.mark.parametrize("name", ["zoo:vit_b_16", "torchvision:vit_b_16"])
def test_names_of_published_files_are_brought_up_to_date(name: str) -> None:
    spec = zoo.resolve(name)
    new = {f"encoder.layers.encoder_layer_0.mlp.{layer}.weight": torch.zeros(1) for layer in (0, 3)}
    old = {
        "encoder.layers.encoder_layer_0.mlp.linear_1.weight": torch.zeros(1),
        "encoder.layers.encoder_layer_0.mlp.linear_2.weight": torch.zeros(1),
    }
    assert list(spec.adapt(old)) == list(new)
    assert list(spec.adapt(new)) == list(new)
    assert set(new) <= set(spec.build_empty().state_dict())


def test_adapted_old_file_loads_into_the_network(state: dict[str, torch.Tensor]) -> None:
    published = {
        key.replace("mlp.0.", "mlp.linear_1.").replace("mlp.3.", "mlp.linear_2."): tensor
        for key, tensor in state.items()
    }
    assert list(published) != list(state)
    loaded(adapt(published))


@pytest.mark.parametrize("scale", [SMALL, WITH_NORMS])
def test_each_layer_shows_its_attention(scale: Scale) -> None:
    torch.manual_seed(0)
    model = randomised(VisionTransformer(scale, image_size=32)).eval()
    recording = record(model, (torch.randn(2, 3, 32, 32),))
    tokens = (32 // scale.patch) ** 2 + 1
    attentions = [
        (index, operation.module)
        for index, operation in enumerate(recording.operations)
        if operation.op == "softmax"
    ]
    paths = [f"encoder.layers.encoder_layer_{index}.self_attention" for index in range(scale.layers)]
    assert [module for _, module in attentions] == paths
    for index, _ in attentions:
        attention = recording.value(index)
        assert attention.shape == (2, scale.heads, tokens, tokens)
        torch.testing.assert_close(attention.sum(dim=3), torch.ones(2, scale.heads, tokens))


def test_a_pixel_changes_the_patch_of_cifar_that_it_lies_in() -> None:
    spec = zoo.resolve("zoo:vit_cifar")
    model = spec.build().eval()
    assert spec.categories is not None and len(spec.categories) == 10
    images = torch.randn(1, 3, 32, 32)
    changed = images.clone()
    changed[:, :, 5, 14] += 1
    with torch.no_grad():
        difference = (model.conv_proj(images) - model.conv_proj(changed)).abs().sum(dim=1)[0]  # (8, 8)
    assert difference.nonzero().tolist() == [[1, 3]]
