"""Looking changes nothing: whether the forward succeeds, fails or is cancelled."""

import gc
import random
import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import torchvision
from recording_oracle import randomise, same
from torch import nn
from torch.nn.utils import parametrizations

from explorer.forward.preserve import Preserved
from explorer.forward.recorder import record
from explorer.records.errors import CancelledError

ENDINGS = ("success", "failure", "cancel")


class Restless(nn.Module):
    """Changes everything of itself that a forward can change, then ends as told."""

    def __init__(self, ending: str) -> None:
        super().__init__()
        self.calls = 0
        self.ending = ending
        self.seen: list[torch.Tensor] = []
        self.cache: dict[str, torch.Tensor] = {"old": torch.ones(2)}
        self.plain = torch.zeros(2)
        self.norm = nn.BatchNorm2d(2)
        self.renorm = nn.BatchNorm2d(2).eval()
        self.spectral = parametrizations.spectral_norm(nn.Linear(4, 4))
        self.embedding = nn.Embedding(5, 4, max_norm=0.1)
        self.weight = nn.Parameter(torch.ones(3))
        self.other = nn.Parameter(torch.ones(3))
        self.register_buffer("rebound", torch.zeros(2))
        self.register_buffer("written", torch.zeros(2))
        self.register_buffer("moved", torch.zeros(2, 3))
        self.register_buffer("zero", torch.zeros(1))
        self.register_buffer("wide", torch.ones(1).expand(4))
        self.register_buffer("nothing", None)
        self.register_buffer("nan", torch.full((2,), float("nan")))
        self.dropout = nn.Dropout()
        self.child = nn.Linear(4, 4)

    def forward(self, x):
        self.calls += 1
        self.fresh = x
        del self.ending_was
        self.seen.append(x)
        self.cache["new"] = x
        self.cache["old"].add_(1)
        self.plain += 1
        x = self.norm(x)
        x = F.batch_norm(x, self.renorm.running_mean, self.renorm.running_var, training=True)
        x = self.dropout(self.spectral(x))
        self.embedding(torch.tensor([1, 2]))
        with torch.no_grad():
            self.weight.mul_(2)
            self.other.data = self.other * 2
        old = self.rebound
        self.rebound = self.rebound + 1
        old.sub_(1)
        self.written[0] = 7
        self.written.data[1] = 8
        self.moved.t_().add_(1)
        self.zero.neg_()
        self.nan.zero_()
        self.register_buffer("late", torch.ones(1))
        self.child.bias = None
        self.child.eval()
        self.train(not self.training)
        self.child.register_forward_hook(lambda *_: None)
        self.norm._forward_hooks.clear()
        random.random()
        np.random.rand()
        torch.set_grad_enabled(True)
        torch.backends.mha.set_fastpath_enabled(True)
        x.add_(torch.rand(1))
        if self.ending == "failure":
            x.view(-1, 1000003)
        return x


def state(model: nn.Module) -> tuple[list, list[bytes]]:
    """Return what `model` is made of by identity, and the bytes of all its tensors."""
    identities: list = []
    contents = []
    for path, module in model.named_modules():
        attributes = dict(vars(module))
        identities.append((path, type(module), module.training))
        for name, value in attributes.items():
            identities.append((name, id(value)))
            if isinstance(value, (dict, list)):
                items = value.items() if isinstance(value, dict) else enumerate(value)
                identities += [(name, key, id(item)) for key, item in items]
                attributes[name] = list(value.values()) if isinstance(value, dict) else value
        flat = [t for v in attributes.values() for t in (v if isinstance(v, list) else [v])]
        for tensor in (t for t in flat if isinstance(t, torch.Tensor)):
            identities.append((tuple(tensor.shape), tensor.stride(), tensor.requires_grad, tensor.data_ptr()))
            contents.append(tensor.detach().contiguous().numpy().tobytes())
    return identities, contents


def random_state() -> list[bytes]:
    return [
        torch.get_rng_state().numpy().tobytes(),
        repr(random.getstate()).encode(),
        repr(np.random.get_state()).encode(),
    ]


@pytest.fixture
def switches():
    before = (torch.backends.mha.get_fastpath_enabled(), torch.is_grad_enabled())
    yield
    torch.backends.mha.set_fastpath_enabled(before[0])
    torch.set_grad_enabled(before[1])


def look(model: nn.Module, inputs: torch.Tensor, ending: str) -> None:
    operations = [0]

    def check():
        operations[0] += 1
        if ending == "cancel" and operations[0] == 30:
            raise CancelledError("stopped")

    if ending == "cancel":
        with pytest.raises(CancelledError):
            record(model, (inputs,), check)
    else:
        assert (record(model, (inputs,), check).failure is not None) == (ending == "failure")


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("fastpath", [True, False])
def test_a_model_that_changes_itself_is_put_back(ending, training, fastpath, switches):
    torch.manual_seed(0)
    model = Restless(ending).train(training)
    model.ending_was = "?"
    model.renorm.eval()
    model.norm.register_forward_hook(lambda *_: None)
    model.norm.register_forward_hook(lambda *_: None)
    inputs = torch.randn(2, 2, 4, 4)
    torch.backends.mha.set_fastpath_enabled(fastpath)
    before, values, chances = state(model), inputs.clone(), random_state()
    collecting, limit = gc.isenabled(), sys.getrecursionlimit()
    look(model, inputs, ending)
    after = state(model)
    assert after[0] == before[0]
    assert after[1] == before[1]
    assert same(inputs, values)
    assert random_state() == chances
    assert torch.backends.mha.get_fastpath_enabled() == fastpath
    assert torch.is_grad_enabled()
    assert (gc.isenabled(), sys.getrecursionlimit()) == (collecting, limit)


def test_the_forward_still_runs_after_looking():
    torch.manual_seed(0)
    model = Restless("success")
    model.ending_was = "?"
    look(model, torch.randn(2, 2, 4, 4), "success")
    model(torch.randn(2, 2, 4, 4))
    assert model.calls == 1 and len(model.seen) == 1


@pytest.mark.parametrize("training", [False, True])
def test_a_real_network_with_hooks_is_put_back(training):
    torch.manual_seed(0)
    model = randomise(torchvision.models.googlenet(weights=None, init_weights=False)).train(training)
    model.inception3a.eval()
    order = []
    for k in range(3):
        model.conv1.register_forward_hook(lambda *_, k=k: order.append(k))
        model.conv1.register_forward_pre_hook(lambda *_, k=k: order.append(-k), prepend=True)
    inputs = torch.randn(2, 3, 64, 64)
    before, chances = state(model), random_state()
    look(model, inputs, "success")
    assert state(model) == before
    assert random_state() == chances
    assert order == [-2, -1, 0, 0, 1, 2]


def test_a_forward_set_on_the_module_itself_is_kept():
    model = nn.Linear(2, 2)
    own = model.forward = lambda x: x + 1
    recording = record(model, (torch.zeros(1, 2),))
    assert recording.returned[0][1].tolist() == [[1, 1]]
    assert model.forward is own
    del model.forward
    record(model, (torch.zeros(1, 2),))
    assert "forward" not in vars(model)


def test_the_output_does_not_depend_on_looking():
    torch.manual_seed(0)
    model = randomise(torchvision.models.resnet18(weights=None)).train()
    inputs = torch.randn(2, 3, 32, 32)
    record(model, (inputs,))
    looked = model(inputs)
    torch.manual_seed(0)
    fresh = randomise(torchvision.models.resnet18(weights=None)).train()
    assert same(looked, fresh(inputs))


def test_gradients_flow_after_looking():
    model = nn.Sequential(nn.Linear(3, 3), nn.ReLU(inplace=True))
    record(model, (torch.ones(1, 3),))
    model(torch.ones(1, 3)).sum().backward()
    assert model[0].weight.grad is not None


def test_buffers_can_be_copied_at_once_where_nobody_tells_of_writes():
    model = nn.BatchNorm2d(2).train()
    with Preserved([model]) as preserved:
        preserved.keep_all_but_parameters()
        model(torch.randn(2, 2, 3, 3))
        assert model.num_batches_tracked == 1
    assert model.num_batches_tracked == 0
    assert model.running_mean.eq(0).all() and model.running_var.eq(1).all()


class Marked(nn.Module):
    """Writes its buffer behind torch's back, and everything else that a forward writes."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(2)
        self.register_buffer("count", torch.zeros(()))
        self.seen: list[float] = []

    def forward(self, x):
        self.count.data.add_(1)
        self.seen.append(1.0)
        self.last = x
        self.norm.requires_grad_(False)
        return self.norm(x)


def test_entered_again_it_puts_back_what_there_is_by_then():
    model, x = Marked().train(), torch.randn(5, 2)
    preserved = Preserved(model.modules())
    for round_ in range(4):
        before = state(model)
        with preserved:
            preserved.keep_all_but_parameters()
            model(x)
            assert float(model.count) == round_ + 1 and "last" in vars(model)
        assert state(model) == before
        # Between two rounds somebody else may change the model, with or without torch's knowing.
        model.count.data.fill_(round_ + 1)
        model.norm.running_mean.add_(1)
        if round_ == 1:
            model.norm.weight = nn.Parameter(torch.full((2,), 3.0))
            model.norm.running_var = torch.full((2,), 2.0)
            model.seen.append(5.0)
        if round_ == 2:
            model.norm.bias.grad = torch.ones(2)
            model.child = nn.Linear(1, 1)


def test_a_buffer_of_another_size_is_put_back_also_when_entered_again():
    class Growing(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("rows", torch.ones(2))

        def forward(self, x):
            self.rows.resize_(x.numel()).fill_(7)
            return x + 1

    model = Growing()
    preserved = Preserved(model.modules())
    for count in (3, 5, 1):
        with preserved:
            preserved.keep_all_but_parameters()
            model(torch.ones(count))
        assert model.rows.tolist() == [1.0, 1.0]


@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support is in beta state")
def test_sparse_buffers_are_put_back_where_nobody_tells_of_writes():
    class Writing(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("places", torch.eye(3).to_sparse())
            self.register_buffer("rows", torch.eye(3).to_sparse_csr())
            self.held = [torch.eye(3).to_sparse()]

        def forward(self, x):
            self.places.add_(x.to_sparse())
            self.rows.mul_(2)
            self.held[0]._values().mul_(2)

    model = Writing()
    preserved = Preserved(model.modules())
    for _ in range(2):
        with preserved:
            preserved.keep_all_but_parameters()
            model(torch.ones(3, 3))
            assert model.places.to_dense().sum() == 12 and model.rows.to_dense().sum() == 6
        for tensor in (model.places, model.rows, model.held[0]):
            assert torch.equal(tensor.to_dense(), torch.eye(3))


def test_a_renamed_key_is_renamed_back():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = {"a": 1}

        def forward(self, x):
            self.table["z"] = self.table.pop("a", 1)
            return x * 2

    net = Net()
    record(net, (torch.ones(2),))
    assert net.table == {"a": 1}
