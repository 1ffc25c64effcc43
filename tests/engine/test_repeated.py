"""A recording that may repeat another shows what one made anew shows, whatever has changed meanwhile."""

from functools import partial

import pytest
import torch
import torch.nn.functional as F
from repeats import images, second_of
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

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


class Halving(TorchFunctionMode):
    """Gives sums another type, whoever asks for them."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        return result.half() if func is Tensor.add else result


def test_another_type_of_a_result_is_noticed():
    words, net, plans = torch.randint(0, 9, (1, 5)), Words().eval(), Plans()
    RecordedForward(record(net, (words,), plans=plans), net, "net", plans)
    with Halving():
        recording = record(net, (words,), plans=plans)
    assert recording.plan is None
    assert recording.returned[0][1].dtype is torch.float16


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
