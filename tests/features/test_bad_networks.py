"""Whatever a network does to gradients, numbers or itself: each question is answered, or refused in a line.

The model is afterwards what it was, to the bit: weights, gradients, `requires_grad`, hooks, mode and random state; of
one that writes into its parameters when it is differentiated all but these, and it is said that it has to be loaded
again.
"""

import itertools
from typing import Any

import numpy as np
import pytest
import reason_networks
import torch
from engine_asks import Asker, crossed
from torch import nn

from explorer.engine.command import Command
from explorer.engine.messages import Classify, LoadModel, Measure, Record
from explorer.features.ablation.messages import AnswerWithout, How, Off, Part, RankChannels
from explorer.features.field.messages import FindEffectiveField
from explorer.features.likes.messages import FindStrongest, MakePicture
from explorer.features.live.messages import LookLive
from explorer.features.reasons.messages import Explain, MethodSettings, Randomised
from explorer.features.reasons.methods import Method
from explorer.records.edits import Edit, Patch
from explorer.records.errors import ExplorerError

NETWORKS = (
    "Plain",  # in-place ReLUs
    "Frozen",
    "Rounding",
    "Cut",
    "WithoutGradients",
    "NotANumber",
    "Half",
    "Tampering",
    "Writing",
    "Grows",
    "Data",
    "Renormalised",
    "Sparse",
    "Chance",
    "Mixing",
    "AtHome",
)
REFUSED = {
    "Rounding": ("gradient", "whole numbers"),
    "Cut": ("gradient",),
    "WithoutGradients": ("gradient",),
    "NotANumber": ("NaN", "no finite value"),
    "Writing": ("writes into its own parameters",),
    "Sparse": (
        "Tensor that doesn't have storage",
    ),  # torch cannot keep one for a gradient that is written over
}
CHANGED = Edit(patch=Patch())
FEW = MethodSettings(steps=2, samples=2, patch=112, stride=112, masks=2)


def questions(node: int, operation: str) -> dict[str, Command[Any]]:
    return {
        "why": Explain(1, Method.INTEGRATED_GRADIENTS, settings=FEW),
        "why, covering": Explain(1, Method.OCCLUSION, settings=FEW),
        "why, and with other weights": Randomised(1, Method.GRAD_CAM),
        "why, of a changed input": Explain(1, Method.GRAD_CAM, edit=CHANGED),
        "answer": Classify("coffee"),
        "time": Measure(1, 1),
        "field": FindEffectiveField(1, node, 1, (5, 5), ("coffee",)),
        "live": LookLive(1, CHANGED, node),
        "switched off": AnswerWithout(1, frozenset({Off(operation, Part.CHANNEL, 1, How.ZERO)})),
        "ranking": RankChannels(1, node, 1),
        "strongest places": FindStrongest(1, node, 1, ("coffee",), 2),
        "a picture": MakePicture(1, node, 1, steps=2),
    }


def state_of(model: nn.Module) -> list[Any]:
    tensors = itertools.chain(model.named_parameters(), model.named_buffers())
    hooks = [(len(it._forward_hooks), len(it._backward_hooks)) for it in model.modules()]
    gradients = [(it.requires_grad, it.grad is None, it.dtype) for it in model.parameters()]
    values = [(name, it.detach().float().numpy().tobytes()) for name, it in tensors]
    return [values, hooks, gradients, model.training, torch.get_rng_state().numpy().tobytes()]


@pytest.fixture(scope="module", params=NETWORKS)
def recorded(request: pytest.FixtureRequest) -> tuple[str, Asker, dict[str, Command[Any]]]:
    """An engine that has recorded one of the networks on a photo, and what is asked of its last convolution."""
    ask = Asker()
    ask(LoadModel(f"{reason_networks.__file__}:{request.param}", seed=0, trusted=True))
    ask.open("coffee")
    forward = ask(Record(1, "coffee"))
    last = [it for it in forward.trace.nodes if it.op == "conv2d"][-1]
    return request.param, ask, questions(last.id, last.name)


@pytest.mark.parametrize("name", questions(0, ""))
def test_it_is_answered_or_refused_in_a_line_and_the_model_is_what_it_was(
    recorded: tuple[str, Asker, dict[str, Command[Any]]], name: str
) -> None:
    network, ask, asked = recorded
    model = ask.engine._bench.forward(1).model.module
    before = state_of(model)
    try:
        answer = crossed(ask(asked[name]))
    except ExplorerError as error:
        told = str(error)
        assert "\n" not in told and len(told) < 300 and "Traceback" not in told
        assert any(word in told for word in REFUSED.get(network, ())), told
        values, *others = state_of(model)
        assert others == before[1:]
        assert "load it again" in told or values == before[0]
    else:
        heat = getattr(answer, "heat", None)
        assert heat is None or np.isfinite(heat.values).any()
        assert state_of(model) == before
