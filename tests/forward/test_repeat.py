"""A forward that repeats an earlier one is recorded as one that is recorded anew, or is recorded anew."""

import gc
import weakref

import pytest
import torch
import torchvision
from recording_oracle import randomise, same
from repeats import assert_same
from torch import nn

from explorer.forward.recorder import record
from explorer.forward.recording import Recording
from explorer.forward.repeat import Plans
from explorer.records.errors import CancelledError


def recorded_twice(
    model: nn.Module, first: torch.Tensor, second: torch.Tensor, check=lambda: None
) -> Recording:
    """Return the recording of the second input after that of the first was learned."""
    plans = Plans()
    plans.learn(record(model, (first,), plans=plans), None)
    return record(model, (second,), check, plans=plans)


class Handing(nn.Module):
    """Hands on what it was given or owns, returns a part that was written, adds to a list that it has passed."""

    def __init__(self) -> None:
        super().__init__()
        self.drop, self.same = nn.Dropout(), nn.Identity()
        self.query = nn.Parameter(torch.randn(3, 4))
        self.constant = torch.arange(4.0)  # no buffer

    def forward(self, x):
        parts = [self.drop(x)]
        y = torch.cat(parts, 1)
        parts.append(self.same(self.query).expand(2, 3, 4) * self.constant)
        y = torch.cat(parts, 1)
        y[:, 0].zero_()
        return {"all": y, "rows": y.unbind(1), "given": x}


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(4, 5, batch_first=True)

    def forward(self, x):
        return self.lstm(x)


def _convolutional(name: str) -> nn.Module:
    options = {"init_weights": False} if name == "googlenet" else {}
    return getattr(torchvision.models, name)(weights=None, **options)


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda: _convolutional("resnet18"), (1, 3, 32, 32)),
        (lambda: _convolutional("densenet121"), (1, 3, 32, 32)),
        (lambda: _convolutional("googlenet"), (1, 3, 32, 32)),
        (lambda: _convolutional("swin_t"), (1, 3, 64, 64)),
        (lambda: torchvision.models.VisionTransformer(32, 16, 2, 2, 8, 16), (1, 3, 32, 32)),
        (lambda: nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), (2, 3, 4)),
        (Handing, (2, 3, 4)),
        (Recurrent, (2, 3, 4)),
    ],
)
def test_a_forward_that_repeats_another_is_recorded_as_if_anew(make, shape):
    torch.manual_seed(0)
    model = randomise(make()).eval()
    state = {key: value.clone() for key, value in model.state_dict().items()}
    attributes = [dict(vars(module)) for module in model.modules()]
    first, second = torch.randn(shape), torch.randn(shape)
    random = torch.get_rng_state()
    ours = recorded_twice(model, first, second)
    assert ours.plan is not None
    assert same(torch.get_rng_state(), random)
    assert_same(ours, record(model, (second,)))
    with torch.no_grad():
        torch.backends.mha.set_fastpath_enabled(False)
        try:
            output = model(second)
        finally:
            torch.backends.mha.set_fastpath_enabled(True)
    if isinstance(output, torch.Tensor):
        assert same(ours.returned[0][1], output)
    assert all(same(value, state[key]) for key, value in model.state_dict().items())
    for module, before in zip(model.modules(), attributes, strict=True):
        assert vars(module).keys() == before.keys()
        assert all(vars(module)[key] is value for key, value in before.items())


class Walked(nn.Sequential):
    """Counts how often somebody walks through all its modules."""

    walks = 0

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        self.walks += memo is None
        return super().named_modules(memo, prefix, remove_duplicate)


def test_each_recording_walks_through_the_modules_once():
    model, plans, value = Walked(nn.Linear(4, 4), nn.ReLU()).eval(), Plans(), torch.randn(2, 4)
    plans.learn(record(model, (value,), plans=plans), None)
    assert model.walks == 1
    assert record(model, (value,), plans=plans).plan is not None
    assert model.walks == 2


def test_values_survive_what_is_written_in_a_repeated_forward():
    model = nn.Sequential(nn.Linear(3, 3), nn.ReLU(inplace=True), nn.Linear(3, 3)).eval()
    second = torch.randn(5, 3)
    ours = recorded_twice(model, torch.randn(5, 3), second)
    assert ours.plan is not None
    with torch.no_grad():
        assert same(ours.value(1), model[0](second))
        assert same(ours.value(2), model[0](second).relu())


class Branching(nn.Module):
    """Does another thing where its input is positive."""

    def forward(self, x):
        y = x * 2
        return y.relu() if (x.sum() > 0) else y.sigmoid()


class Picking(nn.Module):
    """Makes as many rows as there are positive values."""

    def forward(self, x):
        return x[x > 0] * 2


class Measuring(nn.Module):
    """Uses a number that it has read."""

    def forward(self, x):
        return x * float(x.mean())


class Counting(nn.Module):
    """Normalises by the batch, and counts."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(3)

    def forward(self, x):
        return self.norm(x)


class Stubborn(Branching):
    """Catches whatever goes wrong inside."""

    def forward(self, x):
        try:
            return super().forward(x)
        except BaseException:  # noqa: BLE001 - what some networks do
            return x + 1


@pytest.mark.parametrize("make", [Branching, Picking, Measuring, Stubborn, lambda: Counting().train()])
def test_what_goes_by_values_is_recorded_anew(make):
    torch.manual_seed(0)
    model = make()
    second = -torch.rand(4, 3)
    second[0, 0] = 0.5
    ours = recorded_twice(model, torch.rand(4, 3), second)
    assert ours.plan is None
    assert_same(ours, record(model, (second,)))


def test_a_course_that_was_left_is_not_tried_again():
    model, plans = Branching(), Plans()
    for value in (torch.rand(3), -torch.rand(3), torch.rand(3), torch.rand(3)):
        recording = record(model, (value,), plans=plans)
        plans.learn(recording, None)
        assert recording.plan is None
        assert recording.returned[0][1].equal(model(value))


class Numbered(nn.Module):
    """Calls one of two layers, by a number that is not its own."""

    number = 0

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 3)])

    def forward(self, x):
        return self.layers[Numbered.number](x)


def test_another_layer_is_noticed_by_its_weights(monkeypatch):
    model, plans, value = Numbered(), Plans(), torch.randn(2, 3)
    plans.learn(record(model, (value,), plans=plans), None)
    monkeypatch.setattr(Numbered, "number", 1)
    ours = record(model, (value,), plans=plans)
    assert ours.plan is None
    assert ours.operations[1].name == "layers.1"


def test_a_model_whose_weights_were_written_or_replaced_is_recorded_anew():
    model, plans, value = nn.Sequential(nn.Linear(3, 3)), Plans(), torch.randn(2, 3)

    def again() -> bool:
        recording = record(model, (value,), plans=plans)
        plans.learn(recording, None)
        return recording.plan is not None

    assert [again(), again()] == [False, True]
    with torch.no_grad():
        model[0].weight.zero_()
    assert [again(), again()] == [False, True]
    model[0].bias = nn.Parameter(torch.zeros(3))
    assert [again(), again()] == [False, True]


def test_each_shape_has_its_own_course():
    model, plans = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(inplace=True)), Plans()
    small, large = torch.randn(1, 1, 8, 8), torch.randn(1, 1, 9, 9)
    for value in (small, large, small, large):
        recording = record(model, (value,), plans=plans)
        plans.learn(recording, None)
        assert_same(recording, record(model, (value,)))
    assert recording.plan is not None


def test_a_repeated_forward_can_be_cancelled_and_what_it_raises_is_recorded():
    class Refusing(nn.Module):
        limit = 9.0

        def forward(self, x):
            if self.limit < 1:
                raise ValueError("too much")
            return x.relu()

    def cancel() -> None:
        raise CancelledError

    model, value = Refusing(), torch.randn(3)
    with pytest.raises(CancelledError):
        recorded_twice(model, value, value, cancel)
    plans = Plans()
    plans.learn(record(model, (value,), plans=plans), None)
    model.limit = 0.0
    failure = record(model, (value,), plans=plans).failure
    assert failure is not None
    assert isinstance(failure.error, ValueError)


def test_a_plan_keeps_no_values_alive():
    model, plans = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 3)), Plans()
    recording = record(model, (torch.randn(2, 3),), plans=plans)
    plans.learn(recording, None)
    alive = [weakref.ref(saved.tensor) for o in recording.operations for saved in o.values]
    del recording
    gc.collect()
    assert [it() for it in alive] == [None] * len(alive)
