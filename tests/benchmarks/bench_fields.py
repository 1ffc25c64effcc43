"""Receptive fields against the support of gradients, for every spatial operation; how long all of them take."""

import time

import torch
from gradient_oracle import Oracle, slim
from table import Row, network
from torch import nn

from explorer.fields.receptive_field import ReceptiveFields
from explorer.forward.recorder import record

TOYS = {
    "dilated toy": lambda: nn.Sequential(
        nn.Conv2d(3, 4, 3, dilation=2), nn.ReLU(), nn.Conv2d(4, 4, 5, dilation=3, padding=6)
    ),
    "strided toy": lambda: nn.Sequential(
        nn.Conv2d(3, 4, 5, stride=3, padding=1), nn.MaxPool2d(3, 2), nn.Conv2d(4, 4, 2, stride=2)
    ),
}
LONG = {
    "efficientnet_b7": lambda: network("efficientnet_b7"),
    "densenet201": lambda: network("densenet201"),
    "swin_s": lambda: network("swin_s"),
    "1,000 convolutions, norms and rectifiers": lambda: nn.Sequential(
        *(
            layer
            for k in range(333)
            for layer in (nn.Conv2d(8 if k else 3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU())
        )
    ),
}
RUNS = 12
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
    yield from (time_of_all(name, make()) for name, make in LONG.items())


def time_of_all(name, model):
    """Measure all fields of a recording, described: the best of several runs, in time of this process alone."""
    recording = record(model.eval(), (torch.rand(1, 3, 224, 224),))
    count = len(recording.operations)
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        fields = ReceptiveFields(recording)
        described = [fields.describe(node) for node in range(count)]
        times.append((time.process_time() - start) * 1000)
    unknown = sum(field is not None and field.status == "unknown" for field in described)
    best = min(times) / count * 1000
    what = f"{name}: all receptive fields of {count} operations, {unknown} of them unknown, for each 1,000"
    return Row(what, f"{best:.0f} ms", "50 ms", best <= 50)
