"""A recording that may repeat another shows what one made anew shows, whatever has changed meanwhile."""

import random
from dataclasses import dataclass
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from repeats import second_of
from torch import Tensor, nn
from torch.overrides import wrap_torch_function

from explorer.engine.recorded import RecordedForward
from explorer.forward.keeping import Keeping
from explorer.forward.recorder import record
from explorer.forward.repeat import Plans


class Net(nn.Module):
    """A small network with buffers, a written map and two activations of the same kind."""

    turn = 0  # what decides is not the model's own

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.norm = nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6)
        self.acts = nn.ModuleList([nn.ReLU(), nn.ReLU()])
        self.register_buffer("order", torch.tensor([3, 1, 5]))
        self.register_buffer("rows", torch.tensor([0, 2, 4]))

    def forward(self, x: Tensor) -> dict[str, object]:
        y = self.acts[Net.turn](self.norm(self.conv(x)))
        z = y + 1
        z[:, :, :2].zero_()
        picked = z.index_select(2, self.rows)[:, self.order]
        return {"maps": (y, [picked]), "mean": picked.mean((2, 3))}


def images(*shape: int) -> tuple[tuple[Tensor], tuple[Tensor]]:
    torch.manual_seed(3)
    return (torch.randn(shape),), (torch.randn(shape),)


def write_weights(net: Net) -> None:
    with torch.no_grad():
        net.conv.weight.zero_()


def load_state(net: Net) -> None:
    net.load_state_dict(
        {key: value + 1 if key == "conv.bias" else value for key, value in net.state_dict().items()}
    )


def write_rows(net: Net) -> None:
    net.rows.copy_(torch.tensor([1, 2, 3]))


def replace_data_of_rows(net: Net) -> None:
    net.rows.data = torch.tensor([1, 2, 3])


def replace_data_of_weights(net: Net) -> None:
    net.conv.weight.data = net.conv.weight.data.clone(memory_format=torch.channels_last)


class Clipped(nn.ReLU):
    pass


def other_class(net: Net) -> None:
    net.acts[0] = Clipped()


def other_class_of_a_module(net: Net) -> None:
    net.acts[0].__class__ = Clipped


def hook_that_answers(net: Net) -> None:
    net.norm.register_forward_hook(lambda _module, _args, output: output * 2)


def hook_that_puts_before(net: Net) -> None:
    net.norm.register_forward_pre_hook(lambda _module, args: (args[0].neg(),))


def rename(net: Net) -> None:
    net.columns = net._buffers.pop("rows")
    Net.rows = property(lambda self: self.columns)


def training(net: Net) -> None:
    net.norm.train()


def train_flag_only(net: Net) -> None:
    net.acts.train()


def other_activation(_net: Net) -> None:
    Net.turn = 1


def other_forward(net: Net) -> None:
    net.acts[0].forward = F.leaky_relu


def dilate(net: Net) -> None:
    net.conv.dilation = (2, 2)


@pytest.fixture(autouse=True)
def _as_it_was():
    yield
    Net.turn = 0
    if "rows" in vars(Net):
        del Net.rows


CHANGES = [
    write_weights, load_state, write_rows, replace_data_of_rows, replace_data_of_weights, other_class,
    other_class_of_a_module, hook_that_answers, hook_that_puts_before, rename, training, train_flag_only,
    other_activation, other_forward, dilate, nn.Module.double,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_model_that_was_changed_is_recorded_anew(change):
    net = Net().eval()
    first, second = images(1, 3, 9, 9)
    if change is nn.Module.double:
        second = (second[0].double(),)
    assert not second_of(net, first, second, partial(change, net))


def test_a_model_that_was_not_changed_is_not_recorded_anew():
    net = Net().eval()
    assert second_of(net, *images(1, 3, 9, 9))
    assert second_of(
        net, *images(2, 3, 9, 8), between=lambda: net.norm.register_forward_hook(lambda *_: None)
    )


class Words(nn.Module):
    """What goes in stays whole numbers, whatever type the weights have."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.out = nn.Embedding(9, 4), nn.Linear(4, 4)

    def forward(self, words):
        return self.out(self.embed(words)) + torch.zeros(4)


@pytest.mark.parametrize("change", [nn.Module.double, nn.Module.half, nn.Module.bfloat16])
def test_weights_of_another_type_are_noticed(change):
    words, net = torch.randint(0, 9, (1, 5)), Words().eval()
    assert second_of(net, (words,), (words.flip(1),))
    assert not second_of(net, (words,), (words.flip(1),), partial(change, net))


def test_torchs_switches_are_noticed():
    words, net = torch.randint(0, 9, (1, 5)), Words().eval()
    try:
        assert not second_of(net, (words,), (words,), lambda: torch.set_default_dtype(torch.float64))
    finally:
        torch.set_default_dtype(torch.float32)
    plans = Plans()
    RecordedForward(record(net, (words,), plans=plans), net, "net", plans)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert record(net, (words,), plans=plans).plan is None


# ---- forwards that go by values, or by chance ----


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
        Shuffled, Dropped, Noisy, ByArray, ByList, ByNumber, BySlice, Clever, Unseen, Filling, FillingByData, Setting,
        Catching, InPlace,
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


# ---- memory ----


def test_nothing_is_repeated_or_learned_where_not_all_values_have_room():
    net, plans = Net().eval(), Plans()
    (x,), (y,) = images(1, 3, 9, 9)

    def again(keeping: Keeping | None) -> bool:
        recording = record(net, (y,), keeping=keeping, plans=plans)
        forward = RecordedForward(recording, net, "net", plans)
        fresh = RecordedForward(record(net, (y,)), net, "net")
        assert forward.trace == fresh.trace
        assert forward.memory == fresh.memory
        return recording.plan is not None

    size = record(net, (x,)).held_bytes()
    assert not again(Keeping(room=size // 2))
    assert not again(Keeping(room=size * 9))
    assert again(Keeping(room=size))
    assert again(None)
    assert not again(Keeping(room=size - 1))
    assert not again(Keeping(only=(1,)))
    assert not again(Keeping(seen=lambda *_: None))
    assert again(Keeping(room=size))


@pytest.mark.parametrize("room", [0, 500, 2000, 5000])
def test_values_are_let_go_where_a_course_is_taken_down(room):
    net = Net().eval()
    (x,), (y,) = images(1, 3, 9, 9)
    plans = Plans()
    RecordedForward(record(net, (x,), plans=plans), net, "net", plans)
    whole, bare = record(net, (y,)), record(net, (y,), keeping=Keeping(room=0))
    for known in (plans, Plans()):
        ours = record(net, (y,), keeping=Keeping(room=room), plans=known)
        assert ours.plan is None
        assert ours.held_bytes() <= max(room, bare.held_bytes())
        for one, other in zip(ours.operations, whole.operations, strict=True):
            assert (one.name, one.inputs) == (other.name, other.inputs)
            for ours_saved, saved in zip(one.values, other.values, strict=True):
                assert not ours_saved.is_held or torch.equal(ours_saved.tensor, saved.tensor)
