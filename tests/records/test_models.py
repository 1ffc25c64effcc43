"""What is known of a model."""

import pytest
from desk_fakes import TOY
from window_fakes import loaded

from explorer.records.models import LoadedModel, ModelEntry


@pytest.mark.parametrize(
    ("weights", "is_random"),
    [
        ("random", True),
        ("random (seed 0, Kaiming)", True),
        ("random_x.pth", False),
        ("random (1).pth", False),
    ],
)
def test_only_drawn_weights_are_random_whatever_a_file_is_called(weights: str, is_random: bool) -> None:
    model = LoadedModel(**{**vars(loaded(TOY, False)), "weights": weights})
    assert model.is_random is is_random


def test_of_googlenet_it_is_said_whether_its_auxiliary_heads_are_counted() -> None:
    assert ModelEntry("googlenet", "zoo", "GoogLeNet").counted_with == "with the auxiliary heads"
    assert ModelEntry("googlenet", "torchvision", "GoogLeNet").counted_with == "without the auxiliary heads"
    assert ModelEntry("resnet18", "zoo", "ResNet").counted_with == ""
