"""Recording everything against the plain forward, batch 1, in one process."""

import gc
import time
from statistics import median

import torch
from table import Row, network

from explorer.engine.host import _reuse_memory
from explorer.forward.recorder import record

TARGETS = {"resnet50": 1.5, "googlenet": 1.5, "vgg16": 1.5, "densenet121": 1.9, "swin_t": 2.0}
ROUNDS = 25


def rows():
    _reuse_memory()  # as in the engine, for both sides
    for name, target in TARGETS.items():
        ratio, plain = ratio_of(network(name))
        yield Row(
            f"recording {name}", f"{ratio:.2f}x of {plain * 1e3:.0f} ms", f"≤ {target}x", ratio <= target
        )


def ratio_of(model):
    value = torch.randn(1, 3, 224, 224)
    ratios, plains = [], []
    recording = None
    with torch.no_grad():
        for _ in range(ROUNDS):
            gc.collect(0)
            recording = None  # the memory of the last one is free again, for both
            start = time.perf_counter()
            model(value)
            plain = time.perf_counter() - start
            start = time.perf_counter()
            recording = record(model, (value,))
            ratios.append((time.perf_counter() - start) / plain)
            plains.append(plain)
    assert recording.failure is None
    return median(ratios), median(plains)
