"""The engine in the process of its caller: what its commands share, what crosses to the window, many models."""

import gc
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from alive import Alive, alive
from engine_asks import Asker, crossed
from torch import nn

from explorer.engine.command import Command
from explorer.engine.messages import Classify, LoadModel, LocateField, LocateUnits, Measure, Record, ViewValue
from explorer.features.embeddings.messages import EmbedImages, SaveBackbone, SaveEmbeddings
from explorer.features.initialisation.messages import StudyInitialisation
from explorer.features.kernels.messages import ViewKernel
from explorer.features.models.messages import SummariseModel
from explorer.features.words.messages import FindNGrams
from explorer.records.kernels import KernelOrder

LITE0 = "zoo:efficientnet_lite0"
SMALL = "torchvision:shufflenet_v2_x0_5"
OF_A_NODE: list[Callable[[int], Command[Any]]] = [
    lambda node: ViewValue(1, node),
    lambda node: ViewKernel(1, node),
    lambda node: LocateField(1, node, (0, 0)),
    lambda node: LocateUnits(1, node, (0, 0)),
    lambda node: EmbedImages(1, ("coffee",), node),
    lambda node: SaveBackbone(1, node, "a.pt"),
    lambda node: SaveEmbeddings(1, ("coffee",), node, "a.npz"),
]
OF_A_FORWARD = [
    *(of(1) for of in OF_A_NODE),
    Measure(1),
    StudyInitialisation(1),
    SummariseModel(1),
    FindNGrams(1),
]


# ---- forwards ----


@pytest.mark.parametrize("command", OF_A_FORWARD, ids=lambda it: type(it).__name__)
def test_no_command_is_answered_from_another_forward(recorded: Asker, command: Command[Any]) -> None:
    recorded(Record(2, "coffee"))
    assert "Another forward" in recorded.complaint(command)


@pytest.mark.parametrize("command", OF_A_FORWARD, ids=lambda it: type(it).__name__)
def test_nothing_to_look_into_before_a_recording(ask: Asker, command: Command[Any]) -> None:
    assert "Nothing has been recorded yet" in ask.complaint(command)


@pytest.mark.parametrize("node", [-1, 6, 10**9])
@pytest.mark.parametrize("command", OF_A_NODE)
def test_operation_out_of_range_is_one_line(
    recorded: Asker, command: Callable[[int], Command[Any]], node: int
) -> None:
    assert f"no operation {node}: the forward has 6" in recorded.complaint(command(node))


@pytest.mark.parametrize("command", [Classify("coffee"), Record(1, "coffee"), Record(1, "coffee", seat=1)])
def test_nothing_to_run_before_a_model(ask: Asker, command: Command[Any]) -> None:
    ask.open("coffee")
    assert "No model is loaded" in ask.complaint(command)


# ---- what crosses to the window ----


def test_answers_hold_nothing_the_window_cannot_read(recorded: Asker) -> None:
    commands = [
        LoadModel(SMALL, seed=0),
        Classify("coffee"),
        Record(1, "coffee"),
        ViewValue(1, 1),
        ViewKernel(1, 1),
        ViewKernel(1, 1, colour=False),
        LocateField(1, 1, (3, 3)),
        LocateUnits(1, 1, (3, 3)),
        Measure(1, runs=1),
    ]
    opened = recorded.open("coffee")
    for answer in (opened, *(recorded(command) for command in commands), recorded.engine.load()):
        assert type(crossed(answer)) is type(answer)
    view = recorded(ViewValue(1, 1))
    assert np.array_equal(crossed(view).values, view.values)
    kernel = recorded(ViewKernel(1, 1, order=KernelOrder.MEAN))
    arrived = crossed(kernel)
    assert np.array_equal(arrived.mosaic.pixels, kernel.mosaic.pixels)
    assert arrived.order.tolist() == kernel.order.tolist() and arrived.names == kernel.names


def test_device_that_nothing_runs_on_is_named_and_left_alone(
    recorded: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def occupy(device: object = None) -> tuple[int, int]:
        raise AssertionError("asking for its memory occupies the device")

    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "Some GPU")
    monkeypatch.setattr(torch.cuda, "mem_get_info", occupy)
    load = recorded.engine.load()
    assert (load.cuda_devices, load.cuda_used, load.cuda_total) == (("Some GPU",), None, None)


# ---- many models ----


def test_forty_switches_leave_no_hooks_and_no_memory_behind() -> None:
    """What is alive is counted, not what the process occupies: freed memory stays with the allocator, in pieces.

    Tolerance: less than one forward has, of the thirty that would be there if they stayed.
    """
    before = {id(thing) for thing in _modules()}
    ask = Asker()
    ask.open("coffee")
    names = ("torchvision:shufflenet_v2_x0_5", "torchvision:squeezenet1_1")
    seen: list[Alive] = []
    for switch in range(40):
        ask(LoadModel(names[switch % 2], seed=0))
        assert ask(Record(switch, "coffee")).held_bytes > 10e6
        assert ask(ViewValue(switch, 1)).node == 1  # which begins to summarise all values
        if switch in (9, 39):
            seen.append(alive())
    first, last = seen
    assert last.tensors == first.tensors and last.tensor_bytes == first.tensor_bytes
    assert abs(last.objects - first.objects) < 3_000
    assert abs(last.allocated - first.allocated) < 1e6
    new = [module for module in _modules() if id(module) not in before]
    assert sum(type(module).__name__ in ("SqueezeNet", "ShuffleNetV2") for module in new) == 1
    for module in new:
        assert not module._forward_hooks and not module._forward_pre_hooks and "forward" not in vars(module)


def _modules() -> list[nn.Module]:
    gc.collect()
    return [thing for thing in gc.get_objects() if issubclass(type(thing), nn.Module)]


# ---- processes of their own ----

PROGRAM = f"""
import sys
from explorer.engine.engine import Engine
from explorer.engine.messages import LoadModel, OpenImage, Record
from explorer.engine.task import Task
from explorer.engine.messages import LocateField
from explorer.features.kernels.messages import ViewKernel
from explorer.engine.messages import ViewValue
from explorer.imaging import samples
from explorer.records.images import ImageSource

engine = Engine()
ready = set(sys.modules)
engine.handle(LoadModel({LITE0!r}), Task())
engine.handle(OpenImage("a", ImageSource("a", path=str(samples()[0].path))), Task())
nodes = engine.handle(Record(1, "a"), Task()).trace.nodes
owner = next(node.id for node in nodes if node.parameters)
for command in (ViewValue(1, owner), ViewKernel(1, owner), LocateField(1, owner, (0, 0))):
    engine.handle(command, Task())
print("torch" in ready, sorted({{"matplotlib", "torchinfo", "timm"}} & set(sys.modules)))
"""


def test_steps_import_nothing_slow_and_the_program_ends_orderly() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True []\n", "")
