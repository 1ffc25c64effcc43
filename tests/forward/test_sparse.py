"""Sparse tensors are recorded as dense ones; a write into one ends the recording before it is made."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from toy_models import Forward

from explorer.fields.receptive_field import ReceptiveFields
from explorer.forward import trace
from explorer.forward.recorder import record

pytestmark = pytest.mark.filterwarnings("ignore:Sparse CSR tensor support is in beta state")

X = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))


def over_a_graph(self: Any, x: Tensor) -> tuple[Tensor, ...]:
    nodes = self.c(x).flatten(2)[0]
    mixed = torch.sparse.mm(self.adjacent, nodes)
    return (
        mixed.relu(),
        self.adjacent @ mixed,
        torch.sparse.softmax((mixed @ mixed.T).to_sparse(), 1).to_dense(),
    )


READ: dict[str, Callable[..., Any]] = {
    "returned": lambda self, x: self.c(x).to_sparse(),
    "rows": lambda self, x: self.c(x).flatten(1).to_sparse_csr(),
    "summed": lambda self, x: torch.sparse.sum(self.c(x).to_sparse().coalesce(), 0).to_dense(),
    "a graph": over_a_graph,
    "of its parts": lambda self, x: torch.sparse_coo_tensor(
        self.adjacent._indices(), self.c(x).flatten()[:4], (4, 4), check_invariants=True
    ),
    "a dense one written": lambda self, x: torch.sparse.mm(self.adjacent, self.c(x).flatten(2)[0]).relu_(),
}


@pytest.mark.parametrize("forward", READ.values(), ids=READ)
def test_sparse_tensors_are_recorded_as_dense_ones(forward: Callable[..., Any]) -> None:
    torch.manual_seed(0)
    model = Forward(forward, c=nn.Conv2d(3, 4, 3)).eval()
    model.register_buffer("adjacent", torch.eye(4).to_sparse())
    with torch.no_grad():
        plain = model(X)
    expected = [it.to_dense() for it in (plain if isinstance(plain, tuple) else (plain,))]
    recording = record(model, (X,))
    built = trace.build(recording, model, "toy")
    assert built.error is None and trace.memory(recording, model).weights > 0
    assert all(torch.equal(ours, it) for (_, ours), it in zip(recording.returned, expected, strict=True))
    fields = ReceptiveFields(recording)
    told = [fields.describe(node.id) for node in built.nodes]
    assert told[0] is not None and told[-1] is not None and told[-1].status == "unknown"
    assert built.nodes[-1].inputs, "what is returned is joined to what made it"


@torch.jit.script
def doubled(tensor: Tensor) -> Tensor:
    return tensor.mul_(2)


def by_its_data(self: Any, x: Tensor) -> Any:
    self.a.data = self.a * 2
    return self.a @ x


def like_one_before(self: Any, x: Tensor) -> Any:
    values = self.a._values()
    x[0].clone().mul_(2)  # what such a call does is known when it comes again
    return values.mul_(2)


def caught(self: Any, x: Tensor) -> Any:
    try:
        return self.a.mul_(2)
    except Exception:  # noqa: BLE001 - the kind of model it is about
        return x + 1


def made_of(_: Any, x: Tensor) -> Tensor:
    values = x.flatten()[:1].clone()
    made = torch.sparse_coo_tensor(torch.zeros(2, 1, dtype=torch.long), values, (4, 4), check_invariants=True)
    values.add_(1)
    return made


WRITTEN: dict[str, Callable[..., Any]] = {
    "a buffer": lambda self, x: torch.sparse.mm(self.a.mul_(2), x),
    "rows": lambda self, x: self.rows.mul_(2) @ x,
    "in an attribute": lambda self, x: torch.sparse.mm(self.held[0].mul_(2), x),
    "by its data": by_its_data,
    "through another on its memory": lambda self, x: self.a.detach().mul_(2) @ x,
    "its values": lambda self, _: self.a._values().mul_(2),
    "its places": lambda self, _: self.a._indices()[0].zero_(),
    "values of rows": lambda self, _: self.rows.values().mul_(2),
    "by a known call": like_one_before,
    "by compiled code": lambda self, _: doubled(self.a),
    "by what catches all": caught,
    "one that was made": lambda _, x: x.to_sparse().mul_(2),
    "values of one that was made": lambda _, x: x.to_sparse()._values().mul_(2),
    "values of one that was joined": lambda _, x: x.to_sparse().coalesce().values().mul_(2),
    "what one was made of": made_of,
}


@pytest.mark.parametrize("forward", WRITTEN.values(), ids=WRITTEN)
def test_a_write_into_a_sparse_tensor_ends_the_recording_before_it(forward: Callable[..., Any]) -> None:
    model = Forward(forward).eval()
    model.register_buffer("a", torch.eye(4).to_sparse())
    model.register_buffer("rows", torch.eye(4).to_sparse_csr())
    model.held = [torch.eye(4).to_sparse()]
    recording = record(model, (torch.eye(4),))
    refused(trace.build(recording, model, "toy").error)
    assert all(torch.equal(it.to_dense(), torch.eye(4)) for it in (model.a, model.rows, model.held[0]))


def test_a_sparse_input_is_not_written() -> None:
    given = torch.eye(4).to_sparse()
    model = Forward(lambda _, x: x.mul_(2))
    refused(trace.build(record(model, (given,)), model, "toy").error)
    assert torch.equal(given.to_dense(), torch.eye(4))


def refused(error: Any) -> None:
    assert error is not None and error.message == (
        "a sparse tensor is written in place, which is not followed; make a new one (`a * 2` for `a.mul_(2)`)"
    )


def large(self: Any, x: Tensor) -> Any:
    """Read one that would take 4 GiB as a dense one; nothing of it is made."""
    return torch.sparse.mm(self.large, x.flatten()[:4].reshape(4, 1).expand(4, 1))


def made_large(_: Any, x: Tensor) -> Any:
    return torch.sparse_coo_tensor(
        torch.zeros(2, 1, dtype=torch.long), x.flatten()[:1], (2**15, 2**15), check_invariants=True
    )


def whatever(forward: Callable[..., Any], then: Callable[[Tensor], Any]) -> Callable[..., Any]:
    """Return a forward that catches what goes wrong in another."""

    def caught(self: Any, x: Tensor) -> Any:
        try:
            return forward(self, x)
        except Exception:  # noqa: BLE001 - the kind of model it is about
            return then(x)

    return caught


def raising(_: Tensor) -> Any:
    raise ValueError("something else")


@pytest.mark.parametrize("read", [large, made_large])
@pytest.mark.parametrize("then", [None, lambda x: x + 1, raising], ids=["falls", "goes on", "raises else"])
def test_one_that_is_too_large_ends_the_recording_whatever_the_model_catches(
    read: Callable[..., Any], then: Callable[[Tensor], Any] | None
) -> None:
    model = Forward(read if then is None else whatever(read, then)).eval()
    model.register_buffer(
        "large", torch.sparse_coo_tensor(torch.zeros(2, 0), [], (2**28, 4), check_invariants=True)
    )
    error = trace.build(record(model, (X,)), model, "toy").error
    assert error is not None
    assert error.message.startswith("a sparse tensor is recorded as a dense one, which would take 4")
