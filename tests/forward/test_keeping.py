"""A recording within a budget against one without: the same trace, the same values, those let go come out again."""

import gc
import weakref

import pytest
import torch
import torch.nn.functional as F
import torchvision
from recording_oracle import randomise, same
from torch import nn
from torch.multiprocessing.reductions import StorageWeakRef
from torch.nn.utils import parametrizations
from torch.utils._python_dispatch import TorchDispatchMode
from toy_models import Forward, Residual

from explorer.fields.receptive_field import ReceptiveFields
from explorer.forward import makers, trace
from explorer.forward.fingerprint import fingerprint
from explorer.forward.keeping import Keeping
from explorer.forward.recorder import record
from explorer.forward.recording import Recording
from explorer.records.errors import LetGoError

SMALL = 40_000


def _derived(recording: Recording, model: nn.Module) -> tuple[object, ...]:
    """Return all that is derived from a recording without its values."""
    fields = ReceptiveFields(recording)
    built = fields.filled_in(trace.build(recording, model, "it"))
    return built.nodes, built.error, trace.memory(recording, model), makers.of_returned(recording)


def _grown(_model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    cache = torch.zeros(1, 8, 32, 32)
    cache[:, :4] = x
    cache[:, 4:] = x * 2
    return cache.relu().sum((2, 3))


def _rebound(_model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    y = x * 2
    y.data = x + 3
    z = y.data
    z.add_(1)
    return y * torch.rand_like(y)


def _chained(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    for _ in range(4):
        x = model.block(x)
        x[:, 0].zero_()
        x = torch.where(x > x.mean(), x, x.sin()).clone()
    return x, {"odd": x[:, 1::2]}


def _torn(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    raise ValueError("torn" if model.block(x * 2).sum() < 1e9 else "not torn")


def _steps(_model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    with torch.enable_grad():
        w = (x * 1).requires_grad_()
        (slope,) = torch.autograd.grad((w * w).sum(), w)
    return (x - 0.1 * slope).sum((2, 3))


def _shuffled(_model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    rows = torch.rand(1, 1, x.shape[2], 1).argsort(2).expand(*x.shape)
    x = (x * 2).gather(2, rows)[:, :, torch.randperm(x.shape[2])]
    x = x.masked_fill(torch.rand_like(x) > 0.5, 0.0)
    x = F.dropout(torch.ones(x.shape[2:]), training=True).gt(0).where(x, x.roll(1, 2))
    grid = torch.empty(1, 8, 8, 2).uniform_(-1, 1)
    return F.grid_sample(x, grid, align_corners=False), torch.empty_like(x).bernoulli_()


def _small(name: str) -> nn.Module:
    return randomise(getattr(torchvision.models, name)(weights=None)).eval()


MODELS = {
    "resnet18": lambda: (_small("resnet18"), (1, 3, 64, 64)),
    "densenet": lambda: (
        torchvision.models.DenseNet(8, (2, 2), 16, num_classes=10).eval(),
        (1, 3, 64, 64),
    ),
    "swin": lambda: (
        torchvision.models.SwinTransformer([4, 4], 24, [2, 2], [2, 4], [4, 4], num_classes=10).eval(),
        (1, 3, 64, 64),
    ),
    "vit": lambda: (
        torchvision.models.VisionTransformer(64, 16, 2, 4, 64, 128, num_classes=10).eval(),
        (2, 3, 64, 64),
    ),
    "in training": lambda: (
        nn.Sequential(
            nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), Residual(8), nn.Dropout(), nn.Linear(62, 4)
        ).train(),
        (2, 3, 64, 64),
    ),
    "dropout": lambda: (
        nn.Sequential(nn.Conv2d(4, 8, 3), nn.Dropout(), nn.ReLU(inplace=True), nn.Dropout2d()).train(),
        (1, 4, 32, 32),
    ),
    "lstm": lambda: (nn.LSTM(64, 32, num_layers=2, bidirectional=True), (50, 4, 64)),
    "normed": lambda: (parametrizations.weight_norm(nn.Conv2d(4, 8, 3)), (1, 4, 32, 32)),
    "a cache that is written": lambda: (Forward(_grown), (1, 4, 32, 32)),
    "data that are rebound": lambda: (Forward(_rebound), (1, 4, 32, 32)),
    "a block four times": lambda: (Forward(_chained, block=Residual(4)).eval(), (1, 4, 32, 32)),
    "one that fails": lambda: (Forward(_torn, block=Residual(4)).eval(), (1, 4, 64, 64)),
    "chance that picks": lambda: (Forward(_shuffled), (1, 4, 32, 32)),
    "one that differentiates": lambda: (Forward(_steps), (1, 4, 64, 64)),
}


@pytest.fixture(params=MODELS)
def case(request: pytest.FixtureRequest) -> tuple[nn.Module, torch.Tensor]:
    torch.manual_seed(0)
    model, shape = MODELS[request.param]()
    return model, torch.randn(shape)


def _record(
    model: nn.Module, x: torch.Tensor, keeping: Keeping | None, until: int | None = None
) -> Recording:
    torch.manual_seed(1)
    return record(model, (x.clone(),), keeping=keeping, until=until)


def test_a_small_budget_changes_nothing_but_which_values_are_held(case):
    model, x = case
    free, tight = _record(model, x, None), _record(model, x, Keeping(SMALL))
    for ours, theirs in zip(_derived(tight, model), _derived(free, model), strict=True):
        assert ours == theirs
    gone = 0
    for mine, other in zip(tight.operations, free.operations, strict=True):
        for saved, whole in zip(mine.values, other.values, strict=True):
            if saved.is_held:
                assert same(saved.tensor, whole.tensor), mine.name
            else:
                gone += 1
                assert saved.mark == fingerprint(whole.tensor), mine.name
    assert gone
    assert [
        same(ours, theirs) for (_, ours), (_, theirs) in zip(tight.returned, free.returned, strict=True)
    ] == [True] * len(free.returned)


def test_whatever_was_let_go_comes_out_again_bit_by_bit(case):
    model, x = case
    free = _record(model, x, None)
    some = frozenset(range(0, len(free.operations), 3))
    again = _record(model, x, Keeping(only=some), until=max(some))
    for node in some:
        for saved, whole in zip(again.operations[node].values, free.operations[node].values, strict=True):
            assert saved.is_held and same(saved.tensor, whole.tensor), free.operations[node].name


def test_each_value_is_shown_right_after_its_operation(case):
    model, x = case
    free, shown = _record(model, x, None), {}
    seen = _record(model, x, Keeping(only=(), seen=lambda n, k, t: shown.update({(n, k): fingerprint(t)})))
    expected = {
        (n, k): fingerprint(saved.tensor)
        for n, operation in enumerate(free.operations)
        for k, saved in enumerate(operation.values)
    }
    assert shown == expected
    assert len(seen.operations) == len(free.operations)


class _Counted(nn.Conv2d):
    """Notes the storage of what it yields, without holding it."""

    def __init__(self, made: list[StorageWeakRef]) -> None:
        super().__init__(4, 4, 3, padding=1)
        self.made = made

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = super().forward(x)
        self.made.append(StorageWeakRef(y.untyped_storage()))
        return y


@pytest.mark.parametrize("room", [0, 5, 20])
def test_memory_stays_within_the_budget_while_it_runs(room):
    """On top comes what the model itself holds, and the last value, which is let go one operation later."""
    made: list[StorageWeakRef] = []
    most = []
    model, one = nn.Sequential(*(_Counted(made) for _ in range(40))).eval(), 4 * 4 * 64 * 64

    def count() -> None:
        most.append(sum(not it.expired() for it in made))

    recording = record(model, (torch.randn(1, 4, 64, 64),), count, keeping=Keeping(room * one))
    assert max(most) <= room + 2
    assert recording.held_bytes() <= (room + 2) * one  # the input and what is returned
    made.clear()
    record(model, (torch.randn(1, 4, 64, 64),), count)
    assert max(most) == 39


def test_the_largest_go_first_and_what_is_returned_stays():
    model = nn.Sequential(nn.Conv2d(4, 64, 3), nn.Conv2d(64, 1, 3), nn.Flatten(), nn.Linear(28 * 28, 10))
    recording = record(model.eval(), (torch.randn(1, 4, 32, 32),), keeping=Keeping(50_000))
    assert [o.values[0].is_held for o in recording.operations] == [True, False, True, True, True, True]
    assert recording.held_bytes() <= 50_000
    tiny = record(model, (torch.randn(1, 4, 32, 32),), keeping=Keeping(0))
    assert [o.op for o in tiny.operations if o.values[0].is_held] == ["input", "output"]


def test_noise_for_dropout_goes_and_chance_that_a_model_draws_stays():
    """Chance may decide what is picked; what an operation draws for itself takes as much as its value."""
    drawn: list[StorageWeakRef] = []
    held = []

    class Watched(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            result = func(*args, **(kwargs or {}))
            if torch.Tag.nondeterministic_seeded in func.tags:
                drawn.append(StorageWeakRef(result.untyped_storage()))
            return result

    def watched(_model: nn.Module, x: torch.Tensor) -> torch.Tensor:
        with Watched():
            x = x[:, :, torch.randperm(32)]
            for _ in range(6):
                x = F.dropout(x, training=True)
            held.append(sum(not it.expired() for it in drawn))
        return x

    recording = record(Forward(watched), (torch.randn(1, 4, 32, 32),), keeping=Keeping(0))
    assert len(drawn) == 7 and held[0] <= 2
    assert [o.op for o in recording.operations if o.values[0].is_held] == ["input", "randperm", "output"]


def test_more_room_is_asked_for_before_anything_is_let_go():
    model, asked = nn.Sequential(nn.Conv2d(4, 64, 3), nn.ReLU()), []
    recording = record(
        model, (torch.randn(1, 4, 32, 32),), keeping=Keeping(1, lambda: (asked.append(1), 1 << 20)[1])
    )
    assert all(o.values[0].is_held for o in recording.operations)
    assert asked == [1]


def test_a_value_that_was_let_go_says_so():
    recording = record(nn.Sequential(nn.ReLU(), nn.Tanh()), (torch.randn(1, 4, 64, 64),), keeping=Keeping(0))
    with pytest.raises(LetGoError, match="The value of 0 was let go"):
        recording.value(1)


def test_what_who_is_shown_a_value_raises_ends_no_model_and_is_raised_at_the_end():
    shown = []

    def refuse(node: int, _output: int, _tensor: torch.Tensor) -> None:
        shown.append(node)
        raise OSError("full")

    def catching(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
        try:
            return F.relu(x * 2)
        except OSError:
            return x

    with pytest.raises(OSError, match="full"):
        record(Forward(catching), (torch.ones(3),), keeping=Keeping(only=(), seen=refuse))
    assert shown == [0]


@pytest.mark.parametrize(
    "dtype", [torch.float32, torch.bfloat16, torch.complex64, torch.bool, torch.int8, torch.float64]
)
def test_fingerprints_tell_values_apart(dtype):
    torch.manual_seed(0)
    value = torch.randn(3, 57, 71) * 50
    value = value > 0 if dtype is torch.bool else value.to(dtype)
    assert fingerprint(value) == fingerprint(value.clone()) == fingerprint(value.mT.contiguous().mT)
    for place in (0, 5000, value.numel() - 1):
        other = value.clone()
        other.view(-1)[place] = ~other.view(-1)[place] if dtype is torch.bool else other.view(-1)[place] + 1
        assert fingerprint(other) != fingerprint(value)
    assert fingerprint(value.flip(0)) != fingerprint(value)
    assert fingerprint(value[1:]) != fingerprint(value[:2])
    assert fingerprint(torch.tensor(0.0)) != fingerprint(torch.tensor(-0.0))
    assert fingerprint(value[:0]) == fingerprint(value[:0].clone())


def test_once_a_recording_is_dropped_its_model_is_gone_without_the_collector() -> None:
    model = Residual().eval()
    gone = weakref.ref(model)
    gc.collect()
    gc.disable()
    try:
        recording = record(model, (torch.ones(1, 2, 8, 8),), keeping=Keeping(only=(), seen=lambda *_: None))
        assert recording.failure is None
        del model, recording
        assert gone() is None
    finally:
        gc.enable()
