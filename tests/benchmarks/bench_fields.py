"""Receptive fields against the support of gradients, for every spatial operation."""

import torch
from gradient_oracle import Oracle, slim
from table import Row, network
from torch import nn

TOYS = {
    "dilated toy": lambda: nn.Sequential(
        nn.Conv2d(3, 4, 3, dilation=2), nn.ReLU(), nn.Conv2d(4, 4, 5, dilation=3, padding=6)
    ),
    "strided toy": lambda: nn.Sequential(
        nn.Conv2d(3, 4, 5, stride=3, padding=1), nn.MaxPool2d(3, 2), nn.Conv2d(4, 4, 2, stride=2)
    ),
}
SPATIAL = ("conv", "pool", "add", "cat")


def rows():
    cases = {name: slim(network(name)) for name in ("alexnet", "vgg16", "googlenet", "resnet50")}
    cases |= {name: make() for name, make in TOYS.items()}
    for name, model in cases.items():
        oracle = Oracle(model, torch.rand(1, 3, 224, 224))
        operations = oracle.recording.operations
        nodes = [n for n in oracle.outputs if any(word in operations[n].op for word in SPATIAL)]
        wrong = 0
        for node in nodes:
            try:
                oracle.check_all([node])
            except AssertionError:
                wrong += 1
        yield Row(f"{name}: receptive fields of {len(nodes)} operations, wrong", str(wrong), "0", wrong == 0)
