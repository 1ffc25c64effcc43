"""Forwards that go by values or by chance, and what they return: a repeated recording shows its own."""

import random
from dataclasses import dataclass

import pytest
import torch
import torch.nn.functional as F
from repeats import images, second_of
from torch import Tensor, nn
from torch.overrides import wrap_torch_function


class Shuffled(nn.Module):
    def forward(self, x):
        return x.index_select(2, torch.randperm(x.shape[2]))


class Dropped(nn.Module):
    def forward(self, x):
        return F.dropout(x, 0.5, training=True)


class Noisy(nn.Module):
    def forward(self, x):
        return torch.where(torch.rand(x.shape[2:]) > 0.5, x, 0.0)


class PythonChance(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.ways = nn.ModuleList([nn.Identity(), nn.Identity()])

    def forward(self, x):
        return self.ways[random.randrange(2)](x) * 2


class ByArray(nn.Module):
    """Leaves torch on the way."""

    def forward(self, x):
        rows = torch.from_numpy(x[0, 0].sum(1).numpy().argsort())
        return x.index_select(2, rows)


class ByList(nn.Module):
    def forward(self, x):
        return x[:, :, x[0, 0].sum(1).argsort().tolist()]


class ByNumber(nn.Module):
    def forward(self, x):
        return x[:, :, int(x[0, 0].sum(1).argmax()) :].sum(2)


class BySlice(nn.Module):
    def forward(self, x):
        return x[:, :, x[0, 0].sum(1).argmax() :].sum(2)


@wrap_torch_function(lambda x: (x,))
def clever(x):
    """Goes by values where nobody sees it."""
    return x.cumsum(2) if x.sum() > 0 else x.flip(2)


class Clever(nn.Module):
    def forward(self, x):
        return clever(x)


class Odd(Tensor):
    """Runs code of its own in functions of torch's."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func is Tensor.add:
            x = args[1].as_subclass(Tensor)
            with torch._C.DisableTorchFunction():
                return x.cumsum(2) if x.sum() > 0 else x.flip(2)
        return super().__torch_function__(func, types, args, kwargs)


class OddOnes(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.ones = torch.ones(1).as_subclass(Odd)

    def forward(self, x):
        return self.ones.add(x)


class Unseen(nn.Module):
    def forward(self, x):
        with torch._C.DisableTorchFunction():
            return x.cumsum(2) if x.sum() > 0 else x.flip(2)


class Remembering(nn.Module):
    """Writes what no module owns, and reads it."""

    def __init__(self) -> None:
        super().__init__()
        self.held = [[torch.tensor([0, 1, 2])]]

    def forward(self, x):
        y = x.index_select(2, self.held[0][0])
        self.held[0][0].copy_(y[0, 0].sum(1).argsort())
        return y


class Filling(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("last", torch.zeros(1, 3, 4, 5))

    def forward(self, x):
        self.last.copy_(x)
        return self.last + x


class FillingByData(Filling):
    def forward(self, x):
        self.last.data.copy_(x)
        return self.last + x


class Setting(Filling):
    def forward(self, x):
        self.last = x * 2
        return self.last + x


class Failing(nn.Module):
    def forward(self, x):
        y = x * 2
        return y[:, int(x[0, 0].sum() > 0) * 9] if x.sum() < 1e9 else y


class Catching(nn.Module):
    def forward(self, x):
        y = x * 2
        try:
            return y.cumsum(2) if x.sum() > 0 else y.flip(2)
        except BaseException:  # noqa: BLE001 - what some networks do
            return y * 2 + 1


class InPlace(nn.Module):
    def forward(self, x):
        return x.add_(1)


@pytest.mark.parametrize(
    "make",
    [
        Shuffled, Dropped, Noisy, ByArray, ByList, ByNumber, BySlice, Clever, OddOnes, Unseen, Filling, FillingByData,
        Setting, Catching, InPlace,
    ],
)  # fmt: skip
def test_what_goes_by_values_or_chance_is_recorded_anew(make):
    first, second = images(1, 3, 4, 5)
    with torch.no_grad():
        first[0].abs_()
        second[0].abs_().neg_()
        second[0][0, 0, 2] += 9
        second[0][0, 1:] -= 9
    repeated = second_of(make().eval(), first, second)
    assert not repeated or make is Setting


def test_chance_that_chooses_a_module_is_noticed():
    net = PythonChance()
    random.seed(1)
    state = [random.getstate()]

    def until_other() -> None:
        before = random.Random()
        before.setstate(random.getstate())
        ways = before.randrange(2)
        while True:
            other = random.Random()
            other.setstate(random.getstate())
            if other.randrange(2) != ways:
                break
            random.random()
        state[0] = random.getstate()

    assert not second_of(
        net, *images(1, 3, 4, 5), between=until_other, restore=lambda: random.setstate(state[0])
    )


def test_what_is_written_outside_the_model_is_noticed():
    net = Remembering()
    first, second = images(1, 3, 3, 5)
    before: list[Tensor] = []
    repeated = second_of(
        net,
        first,
        second,
        lambda: before.append(net.held[0][0].clone()),
        lambda: net.held[0][0].copy_(before[0]),
    )
    assert not repeated


def test_a_forward_that_fails_shows_its_failure():
    first, second = images(1, 3, 4, 5)
    assert not second_of(Failing(), (first[0].abs().neg(),), (second[0].abs(),))
    assert not second_of(Failing(), (first[0].abs(),), (second[0].abs().neg(),))


class Indexed(nn.Module):
    def forward(self, x, rows):
        return x.index_select(2, rows)


class Masked(nn.Module):
    def forward(self, x, mask):
        return torch.where(mask, x, 0.0)


def test_another_input_that_decides_which_pixels_are_seen_is_noticed():
    first, second = images(1, 3, 4, 5)
    assert not second_of(Indexed(), (*first, torch.tensor([0, 1])), (*second, torch.tensor([3, 2])))
    assert not second_of(Masked(), (*first, torch.eye(4, 5) > 0), (*second, torch.eye(4, 5) < 1))


def test_inputs_that_share_memory_with_each_other_or_the_model_are_recorded_anew():
    class Adding(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.own = nn.Parameter(torch.ones(1, 3, 4, 5))

        def forward(self, x, y=None):
            return (x + self.own if y is None else x + y) * 2

    net, ((x,), (y,)) = Adding(), images(1, 3, 4, 5)
    assert not second_of(net, (x, y), (x, x))
    assert not second_of(net, (x,), (net.own,))
    assert not second_of(net, (net.own.data,), (x,))
    assert not second_of(net, (x,), (net.own.data,))


# ---- what is returned ----


@dataclass
class Found:
    maps: Tensor
    inner: object


class Nested(nn.Module):
    """Returns by another name what it was asked for by another number."""

    key = "one"

    def forward(self, x):
        y, z = x * 2, x + 1
        return {"found": Found(y, (z, {Nested.key: y})), "given": x, "twice": [z, z]}


def test_nested_answers_are_found_and_another_key_is_noticed(monkeypatch):
    assert second_of(Nested(), *images(1, 3, 4, 5))
    assert not second_of(
        Nested(), *images(1, 3, 4, 5), between=lambda: monkeypatch.setattr(Nested, "key", "two")
    )


class Quantised(nn.Module):
    def forward(self, x):
        q = torch.quantize_per_tensor(x, 0.1, 0, torch.qint8)
        return q, q.dequantize() * 2


def test_quantised_values_are_those_of_their_own_forward():
    second_of(Quantised(), *images(1, 3, 4, 5))


class Picking(nn.Module):
    """Picks by its picture as many as it always picks."""

    def forward(self, x):
        values, places = x.flatten(2).topk(3, -1)
        return values, x.flatten(2).gather(2, places), x.flatten(2)[:, :, places[0, 0]]


def test_places_that_the_picture_decides_are_those_of_their_own_forward():
    assert second_of(Picking(), *images(1, 3, 4, 5))
