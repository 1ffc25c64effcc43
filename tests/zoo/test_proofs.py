"""Every architecture of the zoo is what it claims to be; one without a proof fails."""

import pytest
import torch
from proofs import PROOFS, Parity, Published, drawn, output_of
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from explorer import zoo
from explorer.records.models import Preprocess, TextInput
from explorer.zoo import registry, torchvision_source

PARITIES = {name: proof for name, proof in PROOFS.items() if isinstance(proof, Parity)}
PUBLISHED = {name: proof for name, proof in PROOFS.items() if isinstance(proof, Published)}
IN_TORCHVISION = [name for name, proof in PARITIES.items() if proof.source == "torchvision"]


def build(name: str) -> nn.Module:
    return zoo.resolve(f"zoo:{name}").build_empty().eval()


def count(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def test_every_architecture_has_a_proof() -> None:
    assert sorted(PROOFS) == registry.names()


@pytest.mark.parametrize("name", PARITIES)
def test_output_is_the_references(name: str) -> None:
    proof = PARITIES[name]
    torch.manual_seed(0)
    reference = proof.build()
    ours = build(name)
    assert count(ours) == count(reference)
    assert list(ours.state_dict()) == list(reference.state_dict())
    ours.load_state_dict(reference.state_dict())

    images = torch.randn(2, 3, proof.size, proof.size)
    expected, found = output_of(reference, images), output_of(ours, images)
    assert expected.std() > 0
    if proof.tolerance:
        torch.testing.assert_close(found, expected, rtol=0, atol=proof.tolerance)
    else:
        assert torch.equal(found, expected)


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameters_and_shapes_are_the_published(name: str) -> None:
    proof = PUBLISHED[name]
    model = build(name).to("meta")
    dtype = getattr(torch, zoo.resolve(f"zoo:{name}").preprocess.dtype)
    if proof.params is not None:
        assert count(model) == proof.params
    shapes: dict[str, tuple[int, ...]] = {}
    for path, module in model.named_modules():
        module.register_forward_hook(
            lambda _module, _inputs, output, path=path: shapes.update({path: tuple(output.shape[1:])})
        )
    for shape, expected in proof.inputs.items():
        inputs = torch.zeros(1, *shape, dtype=dtype, device="meta")
        assert output_of(model, inputs).shape == (1, *expected)
        assert {path: shapes[path] for path in proof.shapes} == proof.shapes


@pytest.mark.parametrize("name", PUBLISHED)
def test_output_is_that_of_the_oracle(name: str) -> None:
    proof = PUBLISHED[name]
    torch.manual_seed(0)
    model = drawn(build(name))
    for shape in proof.inputs:
        inputs = some_inputs(name, shape)
        expected, found = proof.oracle(model.state_dict(), inputs), output_of(model, inputs)
        assert expected.std() > 0
        largest = float(expected.abs().max())
        torch.testing.assert_close(found, expected, rtol=0, atol=proof.tolerance * largest)


def some_inputs(name: str, shape: tuple[int, ...]) -> Tensor:
    preprocess = zoo.resolve(f"zoo:{name}").preprocess
    if isinstance(preprocess, TextInput):
        return torch.randint(preprocess.vocabulary, (2, *shape))
    return torch.randn(2, *shape)


@pytest.mark.parametrize("name", registry.names())
def test_figures_in_the_catalogue_are_those_of_the_network(name: str) -> None:
    spec = zoo.resolve(f"zoo:{name}")
    model = build(name).to("meta")
    assert spec.entry.params == count(model)
    inputs = torch.zeros(spec.preprocess.shape, dtype=getattr(torch, spec.preprocess.dtype), device="meta")
    with FlopCounterMode(display=False) as counter:
        output_of(model, inputs)
    assert counter.get_total_flops() == 2 * (spec.entry.macs or 0)


@pytest.mark.parametrize("name", IN_TORCHVISION)
def test_published_weights_accuracy_and_preprocessing_are_torchvisions(name: str) -> None:
    ours, reference = zoo.resolve(f"zoo:{name}"), torchvision_source.spec(name)
    assert ours.weights == reference.weights
    assert ours.entry.top1 == reference.entry.top1
    assert (ours.entry.family, ours.entry.year) == (reference.entry.family, reference.entry.year)
    assert isinstance(ours.preprocess, Preprocess) and isinstance(reference.preprocess, Preprocess)
    assert ours.preprocess.resize == reference.preprocess.resize
    assert ours.preprocess.crop == reference.preprocess.crop
    assert ours.preprocess.interpolation == reference.preprocess.interpolation
    # torchvision normalises for these as for all others, and they undo it in their forward; ours need no undoing.
    if name in ("googlenet", "inception_v3"):
        assert ours.preprocess.mean == ours.preprocess.std == (0.5, 0.5, 0.5)
    else:
        assert ours.preprocess.mean == reference.preprocess.mean
        assert ours.preprocess.std == reference.preprocess.std
