"""Recorded values against clones taken at once: none missed, none corrupted, output the same to the bit."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import torchvision
from recording_oracle import flat, functional_results, leaf_results, randomise, same
from torch import nn
from toy_models import computed

from explorer.forward.recorder import record
from explorer.forward.recording import Recording


@pytest.fixture(autouse=True)
def slow_attention():
    enabled = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    yield
    torch.backends.mha.set_fastpath_enabled(enabled)


def assert_exact(model: nn.Module, *inputs: torch.Tensor) -> Recording:
    """Compare every value of a recording with the oracles'."""
    random_state = torch.get_rng_state()
    fresh = [[t.clone() for t in inputs] for _ in range(3)]
    output, functions = functional_results(model, *fresh[0])
    torch.set_rng_state(random_state)
    leaves = leaf_results(model, *fresh[1])
    torch.set_rng_state(random_state)
    recording = record(model, tuple(fresh[2]))
    assert recording.failure is None
    announced = [operation for operation in recording.operations if operation.announced]
    assert len(announced) == len(functions)
    for operation, expected in zip(announced, functions, strict=True):
        assert [same(s.tensor, e) for s, e in zip(operation.values, expected, strict=True)] == [True] * len(
            expected
        )
    by_name = {operation.name: operation for operation in recording.operations}
    assert len(by_name) == len(recording.operations)
    for name, expected in leaves.items():
        values = by_name[name].values
        assert same(values[0].tensor, expected[0]), name
    pairs = zip((tensor for _, tensor in recording.returned), flat(output), strict=True)
    assert all(same(ours, theirs) for ours, theirs in pairs)
    return recording


@pytest.mark.parametrize(
    ("name", "size"),
    [("resnet50", 64), ("googlenet", 64), ("densenet121", 64), ("vit_b_16", 224), ("swin_t", 224)],
)
def test_no_value_of_a_real_network_is_missed_or_corrupted(name, size):
    torch.manual_seed(0)
    options = {"init_weights": False} if name == "googlenet" else {}
    model = randomise(getattr(torchvision.models, name)(weights=None, **options)).eval()
    assert_exact(model, torch.randn(1, 3, size, size))


@pytest.mark.parametrize("name", ["resnet18", "shufflenet_v2_x0_5", "mobilenet_v3_small", "squeezenet1_0"])
def test_no_value_is_corrupted_in_training_mode(name):
    torch.manual_seed(0)
    model = randomise(getattr(torchvision.models, name)(weights=None)).train()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    inputs = torch.randn(2, 3, 64, 64)
    torch.manual_seed(1)
    output = model(inputs).detach()
    model.load_state_dict(before)
    torch.manual_seed(1)
    recording = record(model, (inputs,))
    assert same(recording.returned[0][1], output)
    assert all(same(value, before[key]) for key, value in model.state_dict().items())


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(6, 5, num_layers=2, bidirectional=True, batch_first=True)
        self.gru = nn.GRU(10, 4, batch_first=True)

    def forward(self, x):
        return self.gru(self.lstm(x)[0])


class Attending(nn.Module):
    def __init__(self, weights: bool) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.weights = weights

    def forward(self, x):
        return self.attention(x, x, x, need_weights=self.weights)


class Frequencies(nn.Module):
    def forward(self, x):
        spectrum = torch.fft.fft2(x)
        spectrum *= 2
        spectrum.real.mul_(0.5)
        return torch.fft.ifft2(spectrum.conj()).abs()


class Cast(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.Flatten(), nn.LazyLinear(5))

    def forward(self, x):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return self.layers(x)


class Looped(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.block = nn.Sequential(nn.Conv2d(2, 2, 3, padding=1), nn.BatchNorm2d(2), nn.ReLU(inplace=True))

    def forward(self, x):
        def steps():
            y = x
            for _ in range(3):
                y = y + self.block(y)
                yield y

        return torch.cat(list(steps()), 1)


class Checkpointed(nn.Module):
    def __init__(self, reentrant: bool) -> None:
        super().__init__()
        self.block = nn.Sequential(nn.Conv2d(2, 2, 3), nn.BatchNorm2d(2), nn.ReLU(inplace=True))
        self.reentrant = reentrant

    def forward(self, x):
        return torch.utils.checkpoint.checkpoint(self.block, x, use_reentrant=self.reentrant)


class Embedding(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(10, 4, max_norm=0.5)  # renormalises its rows in place when they are read

    def forward(self, index):
        return self.table(index).sum(1)


def built(model: nn.Module, *shape: int, **kind) -> tuple[nn.Module, torch.Tensor]:
    inputs = torch.randint(0, 9, shape) if kind else torch.randn(*shape)
    with torch.no_grad():
        model(inputs)  # materialises lazy layers
    return randomise(model).eval(), inputs


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (Recurrent, (2, 7, 6)),
        (lambda: Attending(True), (2, 5, 8)),
        (lambda: Attending(False), (2, 5, 8)),
        (lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2), (2, 5, 8)),
        (Frequencies, (1, 2, 6, 6)),
        (Cast, (1, 3, 6, 6)),
        (Looped, (1, 2, 5, 5)),
        pytest.param(
            lambda: Checkpointed(True),
            (1, 2, 5, 5),
            marks=pytest.mark.filterwarnings("ignore:None of the inputs have requires_grad"),
        ),
        (lambda: Checkpointed(False), (1, 2, 5, 5)),
        (lambda: nn.Sequential(nn.Dropout(), nn.Identity(), nn.Flatten(), nn.Softmax(1)), (1, 2, 3)),
    ],
)
def test_no_value_of_an_unusual_model_is_missed_or_corrupted(make, shape):
    torch.manual_seed(0)
    model, inputs = built(make(), *shape)
    assert_exact(model, inputs)


def test_integer_input_of_an_embedding_that_writes_its_weights():
    torch.manual_seed(0)
    model = Embedding().eval()
    weight = model.table.weight.detach().clone()
    inputs = torch.tensor([[1, 2, 3], [3, 4, 5]])
    expected = F.embedding(inputs, weight.clone(), max_norm=0.5).sum(1)
    recording = record(model, (inputs,))
    assert same(recording.returned[0][1], expected)
    assert same(model.table.weight.detach(), weight)
    assert recording.value(0).dtype == torch.int64


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions(dtype):
    torch.manual_seed(0)
    model = (
        randomise(nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(inplace=True)))
        .eval()
        .to(dtype)
    )
    recording = assert_exact(model, torch.randn(1, 3, 6, 6).to(dtype))
    assert {saved.tensor.dtype for o in recording.operations for saved in o.values} == {dtype}


def test_inputs_and_buffers_written_in_place_are_shown_as_they_were_written_and_put_back():
    class Counting(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("seen", torch.zeros(2))

        def forward(self, x):
            x.mul_(2)
            self.seen.add_(x.sum((0, 2)))
            return x, self.seen

    model, inputs = Counting(), torch.ones(1, 2, 3)
    recording = record(model, (inputs,))
    assert [o.op for o in computed(recording)] == ["input", "mul", "sum", "add"]
    assert [recording.value(k).flatten()[0].item() for k in range(4)] == [1, 2, 6, 6]
    assert [t.flatten()[0].item() for _, t in recording.returned] == [2, 6]
    assert inputs.eq(1).all() and model.seen.eq(0).all()


def test_a_value_survives_that_its_tensor_is_given_other_data():
    class Swap(nn.Module):
        def forward(self, x):
            y = x + 1
            y.data = y * 10
            return y - 1

    recording = record(Swap(), (torch.zeros(2),))
    names = [o.name for o in recording.operations]
    assert recording.value(names.index("add")).tolist() == [1, 1]
    assert recording.returned[0][1].tolist() == [9, 9]
    assert computed(recording)[-1].inputs[-1] == names.index("data")


def test_changing_the_shape_of_a_tensor_in_place_leaves_the_earlier_value():
    class Squeeze(nn.Module):
        def forward(self, x):
            y = x * 2
            y.squeeze_(0)
            y.t_()
            return y

    recording = record(Squeeze(), (torch.arange(6.0).reshape(1, 2, 3),))
    assert [tuple(recording.value(k).shape) for k in range(4)] == [(1, 2, 3), (1, 2, 3), (2, 3), (3, 2)]


def test_held_bytes_counts_shared_storage_once():
    class Views(nn.Module):
        def forward(self, x):
            y = x + 1  # 24 bytes more
            return y.view(2, 3), y.t()

    assert record(Views(), (torch.zeros(3, 2),)).held_bytes() == 48


def test_recording_again_gives_the_same():
    torch.manual_seed(0)
    model = randomise(torchvision.models.resnet18(weights=None)).train()
    inputs = torch.randn(2, 3, 32, 32)
    first, second = (record(model, (inputs,)) for _ in range(2))
    assert [o.name for o in first.operations] == [o.name for o in second.operations]
    assert all(
        same(a.tensor, b.tensor)
        for p, q in zip(first.operations, second.operations, strict=True)
        for a, b in zip(p.values, q.values, strict=True)
    )


def test_modules_nested_almost_as_deep_as_python_allows():
    model = nn.Identity()
    for _ in range(220):  # three frames each without recording
        model = nn.Sequential(model)
    recording = record(model, (torch.ones(1),))
    assert recording.failure is None
    assert computed(recording)[-1].name == ".".join(["0"] * 220)


def test_arrays_among_the_arguments_are_no_tensors():
    class Net(nn.Module):
        def forward(self, x):
            return x + torch.from_numpy(np.asarray(x) * 2)

    x = torch.arange(6.0).reshape(2, 3)
    recording = record(Net(), (x,))
    assert recording.failure is None
    assert torch.equal(recording.returned[0][1], 3 * x)
