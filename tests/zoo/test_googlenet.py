"""GoogLeNet and Inception v3: their input's normalisation, and the classifiers that serve training only."""

import pytest
import torch
from proofs import PROOFS, Parity
from torch import nn

from explorer import zoo
from explorer.records.models import Preprocess
from explorer.zoo import registry


def pair(name: str) -> tuple[nn.Module, nn.Module, Preprocess]:
    """Return our network and torchvision's with the same state, and how ours wants its images."""
    proof, spec = PROOFS[name], zoo.resolve(f"zoo:{name}")
    assert isinstance(proof, Parity) and isinstance(spec.preprocess, Preprocess)
    torch.manual_seed(0)
    reference, ours = proof.build(), spec.build_empty().eval()
    ours.load_state_dict(reference.state_dict())
    return ours, reference, spec.preprocess


def normalised(images: torch.Tensor, mean: tuple[float, ...], std: tuple[float, ...]) -> torch.Tensor:
    return (images - torch.tensor(mean)[:, None, None]) / torch.tensor(std)[:, None, None]


@pytest.mark.parametrize(("name", "size"), [("googlenet", 64), ("inception_v3", 75)])
def test_normalisation_is_what_torchvision_makes_of_imagenets(name: str, size: int) -> None:
    ours, reference, preprocess = pair(name)
    reference.transform_input = True  # type: ignore[assignment]  # as torchvision does with its weights
    images = torch.rand(1, 3, size, size)
    with torch.no_grad():
        found = ours(normalised(images, preprocess.mean, preprocess.std))
        expected = reference(normalised(images, registry.IMAGENET_MEAN, registry.IMAGENET_STD))
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4 * float(expected.abs().max()))


# Inception v3's auxiliary classifier leaves nothing of the maps of smaller images.
@pytest.mark.parametrize(("name", "auxiliary", "size"), [("googlenet", 2, 64), ("inception_v3", 1, 299)])
def test_auxiliary_classifiers_answer_in_training_only(name: str, auxiliary: int, size: int) -> None:
    ours, reference, _ = pair(name)
    for model in (ours, reference):
        for module in model.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0  # the networks draw their masks in another order
    images = torch.rand(2, 3, size, size)
    with torch.no_grad():
        assert isinstance(ours(images), torch.Tensor)
        answers = ours.train()(images)
        logits, *others = reference.train()(images)
    assert len(answers) == 1 + auxiliary
    for found, expected in zip(answers, [logits, *reversed(others)], strict=True):
        torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("name", ["alexnet", "googlenet", "inception_v3"])
def test_a_seed_gives_torchvisions_initial_weights(name: str) -> None:
    from torchvision import models

    proof = PROOFS[name]
    assert isinstance(proof, Parity)
    torch.manual_seed(3)
    expected = models.get_model(name, weights=None, **proof.options).state_dict()
    torch.manual_seed(3)
    found = zoo.resolve(f"zoo:{name}").build().state_dict()
    assert all(torch.equal(found[key], expected[key]) for key in expected)
