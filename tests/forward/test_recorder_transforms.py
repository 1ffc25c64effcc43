"""Forwards that differentiate, map, compile or checkpoint: recorded to the bit, or one line says why not."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations
from torch.utils.checkpoint import checkpoint, checkpoint_sequential
from toy_models import Forward, listing

from explorer.forward import trace
from explorer.forward.recorder import record
from explorer.forward.recording import Recording

X = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))


def returned(recording: Recording) -> Tensor:
    """Return the only tensor that the forward returned."""
    ((_, tensor),) = recording.returned
    return tensor


def conv() -> nn.Conv2d:
    torch.manual_seed(0)
    return nn.Conv2d(3, 4, 3)


def adapted(self: Any, x: Tensor) -> Tensor:
    """Take a step down a loss's gradient, as MAML does."""
    (gradient,) = torch.autograd.grad(self.c(x).square().mean(), self.c.weight)
    return nn.functional.conv2d(x, self.c.weight - 0.1 * gradient)


def energy(self: Any, x: Tensor) -> Tensor:
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(self.c(x).square().sum(), x)
    return x - gradient


def energy_of_input(self: Any, x: Tensor) -> Tensor:
    x.requires_grad_()
    (gradient,) = torch.autograd.grad(self.c(x).square().sum(), x)
    return gradient


def backwards(self: Any, x: Tensor) -> Tensor:
    self.c(x).sum().backward()
    gradient: Tensor = self.c.weight.grad
    return gradient.clone()


def in_low_precision(self: Any, x: Tensor) -> Tensor:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return self.c(x)  # type: ignore[no-any-return]


def in_inference_mode(self: Any, x: Tensor) -> Tensor:
    with torch.inference_mode():
        return self.c(x)  # type: ignore[no-any-return]


def ensemble(self: Any, x: Tensor) -> Tensor:
    weights = torch.stack([self.c.weight, 2 * self.c.weight])
    return torch.func.vmap(lambda w: nn.functional.conv2d(x, w))(weights)


FORWARDS: dict[str, tuple[Callable[..., Any], list[str]]] = {
    "a step of learning": (adapted, ["conv2d", "square", "mean", "grad", "mul", "sub", "conv2d"]),
    "energy": (energy, ["detach", "requires_grad", "conv2d", "square", "sum", "grad", "sub"]),
    "energy of the input": (energy_of_input, ["requires_grad", "conv2d", "square", "sum", "grad"]),
    "backward": (backwards, ["conv2d", "sum", "grad", "clone"]),
    "vmap of a module": (
        lambda self, x: torch.func.vmap(self.c)(x[:, None]).relu(),
        ["getitem", "permute", "view", "convolution", "view", "relu"],
    ),
    "vmap of a function": (lambda self, x: torch.vmap(lambda a: (a * 2).sum())(x), ["mul", "sum"]),
    "vmap over weights": (ensemble, []),
    "func.grad": (lambda self, x: torch.func.grad(lambda a: self.c(a).sum())(x), []),
    "jacrev": (lambda self, x: torch.func.jacrev(lambda a: self.c(a).mean((0, 2, 3)))(x), []),
    "jvp": (lambda self, x: torch.func.jvp(self.c, (x,), (x,))[1], []),
    "functional_call": (
        lambda self, x: torch.func.functional_call(
            self.c, {key: 2 * value for key, value in self.c.named_parameters()}, (x,)
        ),
        ["mul", "mul", "conv2d"],
    ),
    "checkpoint": (lambda self, x: checkpoint(self.c, x, use_reentrant=False), ["conv2d"]),
    "reentrant checkpoint": (lambda self, x: checkpoint(self.c, x, use_reentrant=True), ["conv2d"]),
    "checkpointed sequence": (
        lambda self, x: checkpoint_sequential([self.c, torch.relu], 2, x, use_reentrant=False),
        ["conv2d", "relu"],
    ),
    "autocast": (in_low_precision, ["conv2d"]),
    "inference mode": (in_inference_mode, ["conv2d"]),
    "compiled function": (
        torch.compile(lambda self, x: self.c(x).relu(), backend="eager"),
        ["conv2d", "relu"],
    ),
}


@pytest.mark.filterwarnings("ignore:None of the inputs have requires_grad=True")
@pytest.mark.parametrize(("forward", "operations"), FORWARDS.values(), ids=FORWARDS)
def test_it_is_recorded_as_it_runs(forward: Callable[..., Any], operations: list[str]) -> None:
    model = Forward(forward, c=conv()).eval()
    inputs = X.clone()
    recording = record(model, (inputs,))

    assert recording.failure is None
    # Some versions of torch make an empty tensor on which `checkpoint` hangs its hooks.
    ran = [op for _, op, _ in listing(recording) if op not in ("input", "output", "empty")]
    assert ran == operations or (not operations and ran)
    assert all(parameter.grad is None and parameter.requires_grad for parameter in model.parameters())
    assert not inputs.requires_grad and torch.equal(inputs, X)
    expected = model(X.clone())
    assert torch.equal(returned(recording), expected)
    values = [saved.tensor for operation in recording.operations for saved in operation.values]
    assert any(
        v.numel() == expected.numel() and torch.equal(v.reshape(expected.shape), expected) for v in values
    )


def test_gradients_that_were_there_are_kept() -> None:
    model = Forward(backwards, c=conv()).eval()
    model.c.weight.grad = kept = torch.ones_like(model.c.weight)
    record(model, (X.clone(),))
    assert model.c.weight.grad is kept and torch.equal(kept, torch.ones_like(kept))


def test_a_compiled_module_is_recorded_as_the_one_it_was_made_of() -> None:
    model = torch.compile(nn.Sequential(conv(), nn.ReLU()), backend="eager").eval()
    names = [name for name, _, _ in listing(record(model, (X,)))]
    assert names[:3] == ["input", "_orig_mod.0", "_orig_mod.1"]


IMPORTED_ELSEWHERE = """
import sys, threading
from importlib.machinery import PathFinder
import torch
from explorer.forward.recorder import record

class Gate:
    def find_spec(self, name, path=None, target=None):
        if name != "torch._dynamo.symbolic_convert":
            return None
        spec = PathFinder.find_spec(name, path)
        spec.loader.exec_module = lambda module: (
            reached.set(), opened.wait(), type(spec.loader).exec_module(spec.loader, module)
        )
        return spec

reached, opened = threading.Event(), threading.Event()
sys.meta_path.insert(0, Gate())
importer = threading.Thread(target=__import__, args=("torch._dynamo",))
importer.start()
reached.wait()
print([operation.name for operation in record(torch.nn.ReLU(), (torch.ones(2),)).operations])
opened.set()
importer.join()
"""


def test_a_recording_does_not_wait_until_another_thread_has_imported_the_compiler() -> None:
    arguments = [sys.executable, "-c", IMPORTED_ELSEWHERE]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=100)
    assert (done.returncode, done.stdout, done.stderr) == (0, "['input', 'relu', 'output']\n", "")


def test_parametrised_layers_show_both() -> None:
    model = nn.Sequential(parametrizations.weight_norm(conv())).eval()
    recording = record(model, (X,))
    assert [op for _, op, _ in listing(recording)][:3] == ["input", "weight_norm", "conv2d"]
    assert torch.equal(returned(recording), model(X))


def elsewhere(_self: nn.Module, _x: torch.Tensor) -> torch.Tensor:
    raise RuntimeError("Expected all tensors to be on the same device, but found two, cuda:0 and cpu!")


PLACE = torch.zeros(2, 1, dtype=torch.long)
REFUSED = {
    "a large sparse one": (
        lambda self, x: torch.sparse_coo_tensor(PLACE, x.flatten()[:1], (40_000, 40_000), check_invariants=True),
        "a sparse tensor is recorded as a dense one, which would take 6.40 GB",
    ),
    "nested": (
        lambda self, x: torch.nested.as_nested_tensor(list(self.c(x)), layout=torch.strided),
        "yields a nested tensor, whose values are not recorded",
    ),
    "a lone LSTM that was compiled": (
        lambda self, x: self.lstm(x[:, 0]),
        "torch compiled it without a forward that Python can call; compile the module around it instead",
    ),
    "a tensor elsewhere": (elsewhere, "another device than its input's; let it run on the CPU"),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors is in prototype stage")
@pytest.mark.parametrize(("forward", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_recorded_says_so_in_one_line(forward: Callable[..., Any], reason: str) -> None:
    model = Forward(forward, c=conv(), lstm=torch.jit.script(nn.LSTM(8, 3))).eval()
    recording = record(model, (X,))
    error = trace.build(recording, model, "toy").error
    assert error is not None and reason in error.message and "\n" not in error.message
    assert error.place.startswith("test_recorder_transforms.py, line ")
    trace.memory(recording, model)


# ---- what torch.jit compiled ----


def plain() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(inplace=True),
        nn.Flatten(),
        nn.Linear(512, 10),
    ).eval()


@pytest.mark.parametrize("around", [False, True])
@pytest.mark.parametrize(
    "compiled", [torch.jit.script, lambda net: torch.jit.trace(net, X)], ids=["script", "trace"]
)
def test_compiled_networks_show_their_parameters(compiled: Callable[..., Any], around: bool) -> None:
    net = compiled(plain())
    model = nn.Sequential(net).eval() if around else net
    recording = record(model, (X,))
    found = trace.build(recording, model, "toy")
    prefix = "0." if around else ""

    assert torch.equal(returned(recording), plain()(X))
    assert found.params == sum(node.params for node in found.nodes) == 8 * 27 + 8 + 16 + 5120 + 10
    assert not [node for node in found.nodes if node.op == "empty"]
    by_name = found.by_name
    assert by_name[f"{prefix}0"].parameters == (f"{prefix}0.weight", f"{prefix}0.bias")
    assert by_name[f"{prefix}1"].op == "native_batch_norm" and by_name[f"{prefix}4"].op == "addmm"
    kinds = {info.path: info.type for info in found.modules}
    assert kinds[f"{prefix}0"] == "Conv2d" and kinds[f"{prefix}4"] == "Linear"


def test_a_compiled_recurrent_layer_inside_a_compiled_network_is_recorded() -> None:
    class Reads(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm = nn.LSTM(8, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.lstm(x)[0]  # type: ignore[no-any-return]

    torch.manual_seed(0)
    model = torch.jit.script(Reads()).eval()
    recording = record(model, (X[:, 0],))
    found = trace.build(recording, model, "toy")
    assert torch.equal(returned(recording), model(X[:, 0]))
    assert found.params == sum(node.params for node in found.nodes) == 4 * 3 * (8 + 3 + 2)


def attended(x: Tensor) -> Tensor:
    return nn.functional.scaled_dot_product_attention(x, x, x)


@pytest.mark.filterwarnings("ignore:There is a performance drop")
@pytest.mark.parametrize(
    "forward",
    [
        lambda _, x: torch.func.vmap(attended)(x),
        lambda _, x: torch.func.grad(lambda it: attended(it).sum())(x),
        lambda _, x: attended(x) + torch.func.vmap(attended)(x),
    ],
    ids=["vmap", "grad", "both ways"],
)
def test_attention_inside_a_transform_is_recorded_to_the_bit(forward: Callable[..., Tensor]) -> None:
    x, model = torch.rand(2, 3, 4, 8), Forward(forward)
    recording = record(model, (x,))
    assert recording.failure is None, recording.failure
    assert torch.equal(returned(recording), model(x))
