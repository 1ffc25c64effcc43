"""Calls whose kernels are known are not watched again; what is recorded of them is the same as of watched ones."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd import forward_ad
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from explorer.engine.recorded import RecordedForward
from explorer.forward import functions
from explorer.forward.kernels import Kernels
from explorer.forward.recorder import record


class Dense(nn.Module):
    """Two blocks whose layers read all that came before; norms, and writes in place."""

    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(3 + 4 * (k % 3), 4, 3, padding=1) for k in range(6))
        self.norms = nn.ModuleList(nn.BatchNorm2d(3 + 4 * (k % 3)) for k in range(6))

    def forward(self, x):
        for block in (0, 3):
            found = [x]
            for k in range(block, block + 3):
                normed = F.relu(self.norms[k](torch.cat(found, 1)), inplace=True)
                found.append(self.convs[k](normed))
        return torch.cat(found, 1)


class Moves(nn.Module):
    """Shapes that change from call to call, a tensor with itself, parts that are written, a list that grows."""

    def forward(self, x):
        seen = [x]
        for k in range(3):
            y = x.permute(0, 2, 3, 1).roll((1, 1), (1, 2)).permute(0, 3, 1, 2)
            y = y + y
            y = torch.add(y, x)
            y[:, :1].mul_(0.5)
            y += x
            y = F.hardtanh(y, -2.0, 2.0 + k, inplace=True)
            seen.append(y.view(1, -1, 8, 8))
            joined = torch.cat(seen, 1)
            seen.append(joined)
        return F.gelu(joined) * F.silu(joined)


class Others(nn.Module):
    """Others have a part in calls like those before: precision, gradients, modes, sizes, kinds of tensors."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.norm = nn.BatchNorm2d(3)
        self.scale = nn.Parameter(torch.ones(3, 1, 1))

    def forward(self, x):
        y = self.norm(self.conv(x))
        plain = torch.relu(y), torch.add(x, y), torch.mul(x, y), F.silu(x * y, inplace=True)
        with torch.autocast("cpu", torch.bfloat16):
            z = self.conv(y)
        with torch.enable_grad():
            g = F.silu(x * self.scale, inplace=True)
        with _Doubled():
            d = torch.relu(y)
        with _Named():
            n = torch.relu(y)
        turned = torch.relu(torch.relu(torch.view_as_complex(torch.stack((y, y), -1)).conj().imag))
        empty = self.norm(y[:0])
        whole = torch.add(torch.add(torch.ones(2).long(), 1), 1)
        double = torch.relu(y.double())
        flat = F.conv2d(y[0], self.conv.weight)
        return *plain, z, g.detach(), d, n, turned, empty, whole, double, flat


class _Doubled(TorchDispatchMode):
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {})) * 2


class _Named(TorchFunctionMode):
    def __torch_function__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {}))


class _Turns(TorchFunctionMode):
    """Runs another function every second time."""

    is_second = False

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func is torch.relu:
            func = torch.sigmoid if self.is_second else func
            self.is_second = not self.is_second
        return func(*args, **(kwargs or {}))


class Given(nn.Module):
    """Calls that differ in what they are given: one tensor twice, zeros, moves, kinds of numbers, where it is put."""

    def forward(self, x):
        y = x + 1
        twice, two = y.add(y), x.add(y)
        zeros = torch.mul(x, 0.0), torch.mul(x, -0.0)
        rolled = [torch.roll(x, shifts, (2, 3)) for shifts in ((1, 1), (2, 1))]
        kinds = (torch.long, torch.bool, torch.complex64, torch.bfloat16)
        other = [torch.cat((z + z, z * z)).roll((1, 1), (2, 3)) for z in map(x.to, (*kinds, *kinds))]
        out = [torch.add(x, y, out=torch.zeros_like(x)) for _ in range(2)]
        return twice, two, *zeros, *rolled, *other, *out


class Transformed(nn.Module):
    """Inside a transform a call on a tensor from without yields one of the transform's."""

    def forward(self, x):
        y = torch.relu(x)

        def inside(a):
            with torch.no_grad():
                kept = torch.relu(x)
            return (a * kept).sum()

        return y, torch.func.vmap(torch.relu)(x), torch.func.grad(inside)(x)


class Chain(nn.Module):
    def forward(self, x):
        return torch.relu(torch.relu(x))


class Dual(nn.Module):
    """A write into a tensor with a tangent writes the tangent as well."""

    def forward(self, x):
        c = x.clone().add_(x)
        tangent = torch.ones_like(x).clone()
        with forward_ad.dual_level():
            d = forward_ad.make_dual(x.clone(), tangent)
            d.add_(d)
        return c, tangent


CASES = {
    "dense": (Dense().eval(), (1, 3, 8, 8)),
    "training": (Dense().train(), (2, 3, 8, 8)),
    "moves": (Moves(), (1, 3, 8, 8)),
    "others": (Others().eval(), (1, 3, 8, 8)),
    "given": (Given(), (1, 3, 8, 8)),
    "transformed": (Transformed(), (1, 3, 8, 8)),
    "dual": (Dual(), (1, 3, 8, 8)),
}


def described(recording):
    """Say all that a recording tells, tensors as numbers in the order in which they appear."""
    numbers = {}

    def told(value):
        if isinstance(value, Tensor):
            number = numbers.setdefault(id(value), len(numbers)) if value.numel() else -1
            return number, tuple(value.shape), value.stride(), value.dtype
        if isinstance(value, tuple | list):
            return type(value).__name__, [told(part) for part in value]
        return {key: told(part) for key, part in value.items()} if isinstance(value, dict) else repr(value)

    operations = [
        (
            it.op,
            it.name,
            it.module,
            it.inputs,
            it.parameters,
            it.kernels,
            it.ordinal,
            told(it.results),
            told(it.asked),
        )
        for it in recording.operations
    ]
    kernels = [
        (str(it.func), told(it.args), told(it.kwargs), told(it.result), it.macs) for it in recording.kernels
    ]
    return operations, kernels


def values_of(recording):
    return [saved.tensor for operation in recording.operations for saved in operation.values]


def assert_known_as_watched(model, value, monkeypatch):
    known = record(model, (value,))
    monkeypatch.setattr(functions, "FUNCTIONS", frozenset())
    watched = record(model, (value,))
    assert known.failure is None and watched.failure is None
    assert described(known) == described(watched)
    for one, other in zip(values_of(known), values_of(watched), strict=True):
        assert torch.equal(one, other)
    traces = [RecordedForward(it, model, "net").trace for it in (known, watched)]
    assert traces[0] == traces[1]


@pytest.mark.parametrize("name", CASES)
def test_known_calls_are_recorded_as_watched_ones(name, monkeypatch):
    model, shape = CASES[name]
    assert_known_as_watched(model, torch.randn(shape), monkeypatch)


def test_calls_that_a_mode_around_the_recording_changes_are_watched(monkeypatch):
    with _Turns():
        assert_known_as_watched(Chain(), torch.randn(1, 3, 4, 4), monkeypatch)


def test_kernels_of_known_calls_are_not_watched(monkeypatch):
    watched = []
    run = Kernels.__torch_dispatch__

    def counted(self, func, *rest):
        watched.append(func)
        return run(self, func, *rest)

    monkeypatch.setattr(Kernels, "__torch_dispatch__", counted)
    model, shape = CASES["dense"]
    recording = record(model, (torch.randn(shape),))
    assert len(recording.kernels) == 6 * 5 + 1
    assert watched.count(torch.ops.aten.convolution.default) == 1
    assert watched.count(torch.ops.aten.native_batch_norm.default) == 1
    assert watched.count(torch.ops.aten.relu_.default) == 1
    assert watched.count(torch.ops.aten.cat.default) == 1


def test_a_known_call_that_raises_is_the_failure():
    class Fails(nn.Module):
        def forward(self, x):
            return torch.add(torch.add(x, x[:, :, :1]), x[:, :2])

    recording = record(Fails(), (torch.randn(1, 3, 4, 4),))
    assert recording.failure is not None
    assert (recording.failure.op, recording.failure.inputs) == ("add", (2, 3))


def blocked(x):
    y = F.batch_norm(F.conv2d(x, W), torch.zeros(4), torch.ones(4))
    return torch.cat([y, y + 1]).roll(1, 2).permute(0, 2, 3, 1).transpose(1, 2) * y.mean()


Z = torch.randn(1, 3, 8, 8, dtype=torch.complex64)
W = torch.randn(4, 3, 3, 3)
# Calls alike in all that is easily taken for enough, whose kernels or arguments differ.
APART = {
    "complex numbers": [lambda x: F.conv2d(x, W), lambda _: F.conv2d(Z, W.to(Z.dtype))],
    "without a batch": [lambda x: F.conv2d(x, W), lambda x: F.conv2d(x[0], W)],
    "names": [lambda x: F.conv2d(x, W, stride=2), lambda x: F.conv2d(x, W, padding=2)],
    "kinds of numbers": [lambda x: x + 1, lambda x: x + 1.0, lambda x: x + True],
    "a kernel of even size": [
        lambda x: F.conv2d(x, W, None, 1, "same"),
        lambda x: F.conv2d(x, W[..., :2, :2].contiguous(), None, 1, "same"),
    ],
    "conjugates in a list": [lambda _: torch.cat([Z, Z + 1]), lambda _: torch.cat([Z.conj(), (Z + 1).conj()])],
    "negatives in a list": [
        lambda _: torch.cat([Z.imag, (Z + 1).imag]),
        lambda _: torch.cat([Z.conj().imag, (Z + 1).conj().imag]),
    ],
    "kinds in a list": [lambda x: torch.cat([x, x + 1]), lambda x: torch.cat([x, x.double()])],
    "in place": [lambda x: F.relu(x - 1), lambda x: F.relu(x - 1, inplace=True)],
    "ways of one function": [F.gelu, lambda x: F.gelu(x, approximate="tanh")],
    "given a place": [lambda x: torch.add(x, 1), lambda x: torch.add(x, 1, out=torch.zeros_like(x))],
    "order of names": [
        lambda x: F.hardtanh(x, min_val=-0.5, max_val=0.25),
        lambda x: F.hardtanh(x, max_val=-0.5, min_val=-0.75),
    ],
    "steps in memory": [blocked, lambda x: blocked(x.contiguous(memory_format=torch.channels_last))],
    "steps of a part": [lambda x: torch.relu(x * 2), lambda x: torch.relu(x[:, ::2, 1:] * 2)],
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Using padding=.same. with even kernel lengths")
@pytest.mark.parametrize("turned", [False, True], ids=["", "turned"])
@pytest.mark.parametrize("name", APART)
def test_a_call_that_is_known_tells_nothing_of_one_that_does_something_else(name, turned, monkeypatch):
    """Each comes twice, the second time when both are known."""
    calls = APART[name][::-1] if turned else APART[name]

    class Calls(nn.Module):
        def forward(self, x):
            return [call(x) for call in (*calls, *calls)]

    assert_known_as_watched(Calls(), torch.randn(1, 3, 8, 8), monkeypatch)
