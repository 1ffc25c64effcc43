"""Small networks whose fields are held against their gradients."""

from collections.abc import Callable, Sequence

import torch
from gradient_oracle import Oracle
from torch import Tensor, nn

Body = Callable[..., Tensor]


class Net(nn.Module):
    """`body` on the output of `stem`; the layers it may call are its arguments after the tensor."""

    def __init__(self, body: Body, *layers: nn.Module, stem: nn.Module | None = None) -> None:
        super().__init__()
        self.stem = stem if stem is not None else nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.layers = nn.ModuleList(layers)
        self.body = body

    def forward(self, x: Tensor) -> Tensor:
        return self.body(self.stem(x), *self.layers)


def check(
    net: nn.Module, shape: Sequence[int] = (1, 3, 21, 27), dtype: torch.dtype = torch.float32
) -> tuple[Oracle, str]:
    """Hold every operation against the oracle; return it and the status of the last operation."""
    torch.manual_seed(1)
    oracle = Oracle(net, torch.rand(shape, dtype=dtype))
    oracle.check_all()
    described = oracle.fields.describe(oracle.last())
    return oracle, described.status if described else "blind"
