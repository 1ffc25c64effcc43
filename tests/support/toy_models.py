"""Small models that write in place, reuse modules, fail or change themselves, and how to list their recordings."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from explorer.forward.recorder import record
from explorer.forward.recording import Operation, Recording


class Forward(nn.Module):
    """A model without parameters whose forward is the given function."""

    def __init__(self, forward: Callable[..., Any], **modules: nn.Module) -> None:
        super().__init__()
        self.function = forward
        for name, module in modules.items():
            self.add_module(name, module)

    def forward(self, *args: Tensor) -> Any:
        return self.function(self, *args)


def run(forward: Callable[..., Any], *inputs: Tensor, **modules: nn.Module) -> Recording:
    """Record a model made of `forward(model, *inputs)` and its modules, in eval mode."""
    return record(Forward(forward, **modules).eval(), inputs)


def listing(recording: Recording) -> list[tuple[str, str, list[str]]]:
    """Return name, operation and the names of the inputs of every operation."""
    names = [operation.name for operation in recording.operations]
    return [(o.name, o.op, [names[k] for k in o.inputs]) for o in computed(recording)]


def computed(recording: Recording) -> list[Operation]:
    """Return the inputs and the operations, without what the model returned of them."""
    return [operation for operation in recording.operations if operation.op != "output"]


class Residual(nn.Module):
    """The basic block of a residual network, in-place operations included."""

    def __init__(self, channels: int = 2) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += x
        return self.relu(out)


class Tiny(nn.Module):
    """A residual network of one block with a classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 2, 3)
        self.block = Residual()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(2, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(self.block(self.stem(x)))
        batch, channels = x.shape[0], x.size(1)
        return self.fc(torch.flatten(x.view(batch, channels, 1, 1), 1))
