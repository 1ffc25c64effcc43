"""What a Python program can do with the package."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import explorer
from explorer.records.errors import ExplorerError, UsageError


class Net(nn.Module):
    """Two inputs, one of them named; its ReLU works in place."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2), nn.BatchNorm2d(4), nn.ReLU(inplace=True))

    def forward(self, x: Tensor, *, mask: Tensor) -> Tensor:
        return (self.stem(x) * mask).mean((2, 3))


@pytest.fixture
def given() -> tuple[Net, Tensor, Tensor]:
    torch.manual_seed(0)
    return Net().train(), torch.randn(2, 3, 17, 17), torch.ones(8, 8)


def test_a_forward_is_recorded_with_all_its_values(given: tuple[Net, Tensor, Tensor]) -> None:
    model, image, mask = given
    forward = explorer.record(model.eval(), image, mask=mask)
    assert forward.trace.model == "Net" and forward.trace.error is None
    assert [(node.op, node.name) for node in forward.trace.nodes] == [
        ("input", "input"), ("input", "input:1"), ("conv2d", "stem.0"), ("batch_norm", "stem.1"),
        ("relu", "stem.2"), ("mul", "mul"), ("mean", "mean"), ("output", "output"),
    ]  # fmt: skip
    assert torch.equal(forward.value("input"), image) and torch.equal(forward.value("input:1"), mask)
    with torch.no_grad():
        convolved = model.stem[0](image)
    assert torch.equal(forward.value("stem.0"), convolved)
    assert torch.equal(forward.value("stem"), forward.value("stem.1").relu())  # the last of the module


def test_recording_leaves_the_model_as_it_was(given: tuple[Net, Tensor, Tensor]) -> None:
    model, image, mask = given  # in training mode, in which its statistics would change
    before = {key: value.clone() for key, value in model.state_dict().items()}
    explorer.record(model, image, mask=mask)
    assert model.training and all(torch.equal(v, before[k]) for k, v in model.state_dict().items())


def test_a_unit_sees_its_receptive_field(given: tuple[Net, Tensor, Tensor]) -> None:
    model, image, mask = given
    forward = explorer.record(model, image, mask=mask)
    assert forward.receptive_field("stem.0", (1, 2)).box == (2, 4, 5, 7)
    assert forward.receptive_field("stem").unit == (4, 4)
    with pytest.raises(ExplorerError, match="has no unit"):
        forward.receptive_field("stem.0", (8, 0))


def test_a_name_that_is_not_there_is_said_with_the_closest(given: tuple[Net, Tensor, Tensor]) -> None:
    model, image, mask = given
    forward = explorer.record(model, image, mask=mask)
    for ask in (forward.value, forward.receptive_field):
        with pytest.raises(UsageError, match=r"named 'stem\.9'; did you mean stem\."):
            ask("stem.9")


def test_a_forward_that_fails_is_there_up_to_the_failure(given: tuple[Net, Tensor, Tensor]) -> None:
    model, image, _ = given
    forward = explorer.record(model, image, mask=torch.ones(3))
    assert forward.trace.error is not None and forward.trace.error.op == "mul"
    assert np.isfinite(forward.value("stem.2").numpy()).all()


def test_there_must_be_a_tensor_among_the_inputs(given: tuple[Net, Tensor, Tensor]) -> None:
    with pytest.raises(UsageError, match="no tensor among the inputs"):
        explorer.record(given[0], 3)


@pytest.mark.filterwarnings("ignore:Lazy modules are a new feature")
def test_lazy_layers_are_given_their_shapes_before_they_are_recorded() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.LazyLinear(5)).eval()
    x = torch.rand(1, 3, 6, 6)
    forward = explorer.record(model, x)
    assert forward.trace.params == 3 * 4 * 9 + 4 + 64 * 5 + 5
    assert torch.equal(forward.value("2"), model(x))
