"""Operations met again: the same values as recorded, changed as asked, with gradients; the model stays as it was."""

import pytest
import torch
import torch.nn.functional as F
import torchvision
from recording_oracle import randomise, same
from torch import Tensor, nn

from explorer.forward import again
from explorer.forward.again import Again
from explorer.forward.recorder import record
from explorer.forward.recording import Recording
from explorer.forward.repeat import Plans
from explorer.records.errors import CancelledError, ExplorerError


class Small(nn.Module):
    """In-place activations, a module called twice, a functional part, attention of each kind."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.relu = nn.ReLU(inplace=True)
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)
        self.head = nn.Linear(4, 5)

    def forward(self, x: Tensor) -> Tensor:
        y = self.relu(self.norm(self.conv(x)))
        y = self.relu(F.avg_pool2d(y, 2) - 0.1)
        y[:, 0] = 1.0
        tokens = y.flatten(2).transpose(1, 2)
        tokens = tokens + self.attention(tokens, tokens, tokens)[0]
        first, second = tokens.chunk(2, 1)
        mixed = F.scaled_dot_product_attention(first, second, second)
        return self.head(mixed.mean(1))


def network(seed: int = 0) -> tuple[nn.Module, Tensor, Recording]:
    torch.manual_seed(seed)
    model = randomise(Small()).eval()
    x = torch.randn(1, 3, 8, 8)
    return model, x, record(model, (x,))


def run(
    model: nn.Module, x: Tensor, recording: Recording, changes: dict[int, again.Change], **asked: int
) -> Tensor:
    with Again(model, recording.operations) as it:
        return it.run(lambda: ((x,), {}), changes, **asked)


def numbered(recording: Recording, op: str) -> list[int]:
    return [node for node, it in enumerate(recording.operations) if it.op == op and again.can_be_met(it)]


def seen(model: nn.Module, x: Tensor, recording: Recording, nodes: list[int]) -> dict[int, Tensor]:
    found: dict[int, Tensor] = {}

    def see(node: int) -> again.Change:
        return lambda value: found.update({node: value.detach().clone()})

    run(model, x, recording, {node: see(node) for node in nodes})
    return found


MODELS = ["small", "alexnet", "googlenet", "densenet121", "shufflenet_v2_x0_5", "swin_t", "vit_b_16"]


@pytest.mark.parametrize("name", MODELS)
def test_every_operation_that_can_be_met_yields_what_was_recorded(name: str) -> None:
    torch.manual_seed(0)
    options = {"init_weights": False} if name == "googlenet" else {}
    model = Small() if name == "small" else getattr(torchvision.models, name)(weights=None, **options)
    x = torch.randn(1, 3, 8, 8) if name == "small" else torch.randn(1, 3, 224, 224)
    randomise(model).eval()
    plans = Plans()
    recording = record(model, (x,), plans=plans)
    plans.learn(recording, None)
    repeated = record(model, (x,), plans=plans)
    nodes = [node for node, it in enumerate(recording.operations) if again.can_be_met(it)]
    assert [it.ordinal for it in repeated.operations] == [it.ordinal for it in recording.operations]
    made = [it for it in recording.operations if it.op not in ("input", "output", "identity")]
    assert len(nodes) >= sum(it.within is None for it in made) > 10
    found = seen(model, x, recording, nodes)
    assert [node for node in nodes if not same(found[node], recording.value(node))] == []


def test_a_change_goes_on_from_there() -> None:
    model, x, recording = network()
    normed = numbered(recording, "batch_norm")[0]

    def without_two(value: Tensor) -> Tensor:
        changed = value.clone()
        changed[:, 2] = 0
        return changed

    output = run(model, x, recording, {normed: without_two})
    with torch.no_grad():
        hooked = model.norm.register_forward_hook(lambda _m, _i, out: without_two(out))
        expected = model(x)
        hooked.remove()
    assert same(output, expected) and not same(output, recording.returned[0][1])


def test_what_was_written_in_place_is_changed_where_the_model_holds_it() -> None:
    model, x, recording = network()
    first, second = numbered(recording, "relu_") or numbered(recording, "relu")
    for node in (first, second):
        changed = run(model, x, recording, {node: torch.zeros_like})
        assert not same(changed, recording.returned[0][1])
    written = next(n for n, it in enumerate(recording.operations) if it.op == "setitem")
    assert not same(run(model, x, recording, {written: torch.zeros_like}), recording.returned[0][1])


@pytest.mark.parametrize(
    "op", ["conv2d", "batch_norm", "avg_pool2d", "chunk", "scaled_dot_product_attention"]
)
def test_the_gradient_of_an_operation_before_what_is_written_in_place(op: str) -> None:
    model, x, recording = network()
    node = numbered(recording, op)[0]
    kept: list[Tensor] = []

    def begin(value: Tensor) -> Tensor:
        kept[:] = [value.detach().clone().requires_grad_()]
        return kept[0].clone()

    with Again(model, recording.operations) as it:
        (gradient,) = it.differentiate(
            lambda: ((x,), {}), {node: begin}, lambda output: torch.autograd.grad(output[0, 3], kept)
        )
    # A small step along one coordinate changes the score as the gradient says.
    place = gradient.abs().flatten().argmax()
    step = (torch.arange(gradient.numel()) == place).float().reshape(gradient.shape) * 1e-2
    moved = [
        run(model, x, recording, {node: lambda value, to=way: value + to * step})[0, 3] for way in (1, -1)
    ]
    slope = (moved[0] - moved[1]) / 2e-2
    assert slope.item() == pytest.approx(gradient.flatten()[place].item(), rel=2e-2, abs=1e-5)


def test_the_model_is_afterwards_what_it_was() -> None:
    model, x, recording = network()
    model.conv.weight.requires_grad_(False)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    required = [parameter.requires_grad for parameter in model.parameters()]
    given = x.clone().requires_grad_()

    def backward(output: Tensor) -> Tensor:
        output.sum().backward(retain_graph=True)
        return torch.autograd.grad(output.sum(), given)[0]

    with Again(model, recording.operations) as it:
        gradient = it.differentiate(lambda: ((given,), {}), {}, backward)
    assert gradient.abs().sum() > 0 and all(parameter.grad is None for parameter in model.parameters())
    assert [parameter.requires_grad for parameter in model.parameters()] == required
    assert all(same(value, before[key]) for key, value in model.state_dict().items())
    assert "forward" not in vars(model) and not model.training


def test_entered_again_it_runs_as_it_did_and_leaves_the_model_as_it_was() -> None:
    model, x, recording = network()
    model.norm.weight.requires_grad_(False)
    other = torch.randn(1, 3, 8, 8)
    expected = [record(model, (each,)).returned[0][1] for each in (x, other, x)]
    before = {key: value.clone() for key, value in model.state_dict().items()}
    frozen: list[list[bool]] = []

    def required_now() -> list[bool]:
        return [parameter.requires_grad for parameter in model.parameters()]

    required = required_now()
    it = Again(model, recording.operations)
    for each, wanted in zip((x, other, x), expected, strict=True):
        with it:
            it.differentiate(lambda given=each: ((given,), {}), {}, lambda _: frozen.append(required_now()))
            assert same(it.run(lambda given=each: ((given,), {}), {}), wanted)
        assert all(same(value, before[key]) for key, value in model.state_dict().items())
        assert required_now() == required
    assert not any(map(any, frozen)) and len(frozen) == 3
    model.conv.weight.data.mul_(2)
    with it:
        assert same(it.run(lambda: ((x,), {}), {}), record(model, (x,)).returned[0][1]), (
            "with the weights that it has by then"
        )


def test_it_ends_after_the_operation_that_was_to_be_the_last() -> None:
    model, x, recording = network()
    node = numbered(recording, "batch_norm")[0]
    found: list[Tensor] = []
    ran: list[Tensor] = []
    model.head.register_forward_hook(lambda _m, _i, out: ran.append(out))
    assert run(model, x, recording, {node: found.append}, until=node) is None
    assert same(found[0], recording.value(node)) and not ran


def test_what_cannot_be_met_says_so() -> None:
    model, x, recording = network()
    softmax = next(n for n, it in enumerate(recording.operations) if it.within is not None)
    for node in (0, softmax):
        with pytest.raises(ExplorerError, match="cannot be met"):
            run(model, x, recording, {node: torch.zeros_like})
    shorter = nn.Sequential(model.conv)
    with pytest.raises(ExplorerError, match="did not run again as it was recorded"):
        run(shorter, x, recording, {numbered(recording, "linear")[-1]: torch.zeros_like})


def test_a_model_that_catches_that_it_took_another_course_is_not_answered_of() -> None:
    class Turning(nn.Module):
        """Adds first where it was recorded, multiplies later, and goes on whatever happens."""

        is_first = True

        def forward(self, x: Tensor) -> Tensor:
            first, self.is_first = self.is_first, False
            try:
                y = x + 1 if first else x * 2
            except Exception:  # noqa: BLE001 - the kind of model it is about
                y = x
            return y.relu()

    model, x = Turning(), torch.ones(1, 2)
    recording = record(model, (x,))
    model.is_first = False
    met: list[Tensor] = []
    with pytest.raises(ExplorerError, match="did not run again as it was recorded: add was not met"):
        run(model, x, recording, {numbered(recording, "relu")[0]: met.append})


def test_cancel_passes_a_model_that_catches_everything() -> None:
    class Catching(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            for _ in range(3):
                try:
                    x = x + 1
                except BaseException:  # noqa: BLE001
                    x = x - 1
            return x

    calls = iter([None, CancelledError("stop")])

    def check() -> None:
        if (raised := next(calls, None)) is not None:
            raise raised

    model, x = Catching(), torch.ones(1, 2)
    recording = record(model, (x,))
    with Again(model, recording.operations, check=check) as it, pytest.raises(CancelledError):
        it.run(lambda: ((x,), {}), {})


class Careless(nn.Module):
    """Writes into its input, over a value that a gradient needs, into a buffer and a plain attribute; draws chance."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("seen", torch.zeros(()))
        self.times = torch.zeros(())

    def forward(self, x: Tensor) -> Tensor:
        self.seen += 1
        self.times += 1
        x.mul_(2)
        y = x.sigmoid()
        z = y * y
        y.add_(1)
        return ((z + y) * self.seen * self.times * torch.rand(x.shape)).sum(1)


def test_each_run_begins_as_the_first_one_a_second_for_the_gradient_included() -> None:
    model, x = Careless().eval(), torch.randn(1, 6)
    recording = record(model, (x.clone(),))
    leaf, chance = x.clone().requires_grad_(), torch.get_rng_state()

    it, outputs, gradients = Again(model, recording.operations), [], []
    for _ in range(2):
        with it:
            outputs += [it.run(lambda: ((x.clone(),), {}), {}) for _ in range(3)]
            gradients += [
                it.differentiate(
                    lambda: ((leaf.clone(),), {}),
                    {},
                    lambda output: torch.autograd.grad(output.sum(), leaf)[0],
                )
                for _ in range(2)
            ]
    assert all(same(output, recording.returned[0][1]) for output in outputs)
    factor = torch.rand(x.shape, generator=torch.Generator().set_state(chance))
    sigmoid = (2 * x).sigmoid()
    expected = 2 * factor * (2 * sigmoid + 1) * sigmoid * (1 - sigmoid)
    assert all(torch.allclose(gradient, expected) for gradient in gradients)
    assert (model.seen, model.times) == (0, 0) and torch.equal(torch.get_rng_state(), chance)


class Writer(nn.Module):
    """Writes into its weight in each forward, in the way that is told."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self.conv, self.way = nn.Conv2d(3, 4, 3), way

    def forward(self, x: Tensor) -> Tensor:
        weight = self.conv.weight
        with torch.no_grad():
            if self.way == "in place":
                weight.mul_(1.5)
            elif self.way == "its data":
                weight.data.mul_(1.5)
            else:
                weight.data = weight.data * 1.5
        return self.conv(x).relu()


@pytest.mark.parametrize("way", ["in place", "its data", "other data"])
def test_parameters_that_the_forward_writes_are_what_they_were_before_each_run(way: str) -> None:
    torch.manual_seed(0)
    model, x = Writer(way), torch.randn(1, 3, 5, 5)
    before, lies_at = model.conv.weight.detach().clone(), model.conv.weight.data_ptr()
    plans = Plans()
    recordings = [record(model, (x,), plans=plans) for _ in range(3)]
    recorded = recordings[0].returned[0][1]
    assert all(same(it.returned[0][1], recorded) for it in recordings)
    it = Again(model, recordings[0].operations, recordings[0].written)
    for _ in range(2):
        with it:
            assert same(it.run(lambda: ((x,), {}), {}), recorded)
            assert same(it.run(lambda: ((x,), {}), {}), recorded)
            assert same(it.differentiate(lambda: ((x,), {}), {}, lambda given: given.detach()), recorded)
        assert same(model.conv.weight.detach(), before) and model.conv.weight.data_ptr() == lies_at
        assert model.conv.weight.requires_grad


@pytest.mark.parametrize("error", [None, RuntimeError("no more"), CancelledError()])
def test_that_other_parameters_were_written_is_said_also_of_a_run_that_failed(
    error: Exception | None,
) -> None:
    model, x, recording = network()
    it = Again(model, recording.operations, recording.written)

    def write(_: Tensor) -> None:
        with torch.no_grad():
            model.head.weight.mul_(1.5)
        if error is not None:
            raise error

    with pytest.raises(ExplorerError, match=r"^The model writes into its own parameters") as raised, it:
        it.run(lambda: ((x,), {}), {numbered(recording, "conv2d")[0]: write})
    assert "load it again" in str(raised.value) and raised.value.__cause__ is error
    with it:
        pass  # it is said once
