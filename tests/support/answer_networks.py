"""Little networks that give the scores 5, 1, 0, -1 for every picture, each in another form."""

import warnings
from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SCORES = (5.0, 1.0, 0.0, -1.0)
Outputs = namedtuple("Outputs", "logits aux_logits")


@dataclass
class ModelOutput:
    """What Hugging Face's classifiers return."""

    loss: Tensor | None
    logits: Tensor
    hidden_states: tuple[Tensor, ...] = ()


class Fixed(nn.Module):
    """Scores of a linear layer, put into a form."""

    def __init__(self, form: Callable[[Tensor], Any]) -> None:
        super().__init__()
        self.form = form
        self.head = nn.Linear(3, len(SCORES))
        with torch.no_grad():
            self.head.weight.zero_()
            self.head.bias.copy_(torch.tensor(SCORES))

    def forward(self, x: Tensor) -> Any:
        return self.form(self.head(x.mean((2, 3))))


with warnings.catch_warnings():
    warnings.simplefilter("ignore", FutureWarning)  # people have scripted networks all the same

    @torch.jit.script
    def scripted_softmax(z: Tensor) -> Tensor:
        return torch.softmax(z, 1)


def in_place(z: Tensor) -> Tensor:
    z = z * 1
    z.sigmoid_()
    return z


def second_zeroed(z: Tensor) -> Tensor:
    y = z * 1
    y[:, 0].zero_()
    return y


FORMS: dict[str, Callable[[Tensor], Any]] = {
    "plain": lambda z: z,
    "mapped": lambda z: z[:, :, None, None],
    "sparse": lambda z: z.to_sparse(),
    "squeezed": lambda z: z.squeeze(),
    "clamped": lambda z: z.clamp(-9, 9),
    "bfloat16": lambda z: z.bfloat16(),
    "softmaxed": lambda z: z.softmax(1),
    "softmax_handed_on": lambda z: F.softmax(z, -1).view(2, 2).flatten()[None].double().clone().detach(),
    "softmax_half": lambda z: z.half().softmax(1),
    "softmax_by_hand": lambda z: z.exp() / z.exp().sum(1, keepdim=True),
    "softmax_averaged": lambda z: torch.stack([z.softmax(1), z.softmax(1)]).mean(0),
    "softmax_scripted": lambda z: scripted_softmax(z),
    "softmax_mapped": lambda z: torch.func.vmap(lambda row: row.softmax(0))(z),
    "softmax_of_batch": lambda z: z.softmax(0),
    "log_softmaxed": lambda z: z.log_softmax(1),
    "sigmoid": lambda z: z.sigmoid(),
    "sigmoid_in_place": in_place,
    "sigmoid_hard": lambda z: F.hardsigmoid(z),
    "log_sigmoid": lambda z: F.logsigmoid(z),
    "one": lambda z: z[:, 3:],
    "one_squeezed": lambda z: z[:, 3:].squeeze(1),
    "one_alone": lambda z: z[:, 3:].squeeze(),
    "one_sigmoid": lambda z: z[:, 3:].sigmoid(),
    "one_by_hand": lambda z: 1 / (1 + torch.exp(-z[:, 3:])),
    "one_tanh": lambda z: z[:, 3:].tanh(),
    "one_relu": lambda z: z[:, :1].relu(),
    "one_softmax": lambda z: z[:, 3:].softmax(1),
    "yes_and_no": lambda z: torch.cat([1 - z[:, 3:].sigmoid(), z[:, 3:].sigmoid()], 1),
    "tuple": lambda z: (z, 0.3 * z),
    "list": lambda z: [z[:, :, None, None].expand(1, 4, 2, 2), z],
    "dict": lambda z: {"features": 2 * z, "logits": z},
    "object": lambda z: ModelOutput(z.sum(), z, (2 * z,)),
    "named": lambda z: Outputs(z, 0.3 * z),
    "attributes": lambda z: SimpleNamespace(embeddings=2 * z, scores=z),
    "loss_first": lambda z: (z.sum(), z),
    "nested": lambda z: {"head": {"probs": z.softmax(1)}, "mu": z},
    "written": second_zeroed,
    "maps": lambda z: z[:, :, None, None].expand(1, 4, 8, 8),
    "two_rows": lambda z: z.expand(2, 4),
    "place": lambda z: z.argmax(1),
    "maps_beside": lambda z: {"logits": z, "maps": z[:, :, None, None].expand(1, 4, 8, 8)},
    "nothing": lambda z: None,
    "boxes": lambda z: [{"boxes": z[0].expand(7, 4), "scores": z.flatten().sigmoid()}],
    "pooled": lambda z: {"pooler_output": z},
    "not_a_number": lambda z: z / 0 * 0,
    "infinite": lambda z: z / torch.tensor([1.0, 0, 1, 1]),
}  # fmt: skip

globals().update({name: partial(Fixed, form) for name, form in FORMS.items()})
