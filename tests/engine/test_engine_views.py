"""The engine in the process of its caller: views, what crosses to the window, many models."""

import ctypes
import gc
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from engine_asks import Asker, crossed
from torch import nn

from explorer.engine import messages as m
from explorer.records.kernels import KernelOrder, KernelPicture
from explorer.records.measures import EngineLoad
from explorer.records.values import FieldOfUnit, Layout, UnitsOfPixel, ValueView

SMALL = "torchvision:shufflenet_v2_x0_5"


# ---- views ----


def test_view_shows_the_true_values(recorded: Asker) -> None:
    view = recorded(m.ViewValue(3))
    assert isinstance(view, ValueView)
    assert (view.title, view.shape, view.layout) == ("relu", (1, 5, 56, 56), Layout.MAPS)
    normalised = recorded(m.ViewValue(2)).values
    assert np.array_equal(view.values, np.maximum(normalised, 0)) and (normalised < 0).any()


def test_scale_is_shared_or_one_a_channel(recorded: Asker) -> None:
    shared = recorded(m.ViewValue(1, shared_scale=True)).mosaic.levels
    single = recorded(m.ViewValue(1, shared_scale=False)).mosaic.levels
    assert len(np.unique(shared, axis=0)) == 1 and len(np.unique(single, axis=0)) == 5


def test_kernel_is_the_largest_parameter(recorded: Asker) -> None:
    kernel = recorded(m.ViewKernel(1, colour=False))
    assert isinstance(kernel, KernelPicture)
    assert (kernel.title, kernel.shape, kernel.names) == (
        "conv.weight",
        (5, 3, 4, 4),
        ("conv.weight", "conv.bias"),
    )
    assert np.array_equal(kernel.values.reshape(5, 3, 4, 4), _first_weight())
    assert "relu has no parameters" in recorded.complaint(m.ViewKernel(3))


def test_kernels_come_in_colour_and_in_the_order_asked_for(recorded: Asker) -> None:
    weight = _first_weight()
    kernel = recorded(m.ViewKernel(1, order=KernelOrder.REACH, descending=True))
    assert kernel.order.tolist() == np.argsort(-np.abs(weight).max(axis=(1, 2, 3))).tolist()
    assert np.array_equal(kernel.values, weight[kernel.order].transpose(0, 2, 3, 1))
    again = recorded(m.ViewKernel(1))
    assert again.statistics is kernel.statistics  # computed once, whatever the order


def test_a_tensor_is_asked_for_by_its_name(recorded: Asker) -> None:
    assert recorded(m.ViewKernel(1, parameter="bias")).title == "conv.bias"
    norm = recorded(m.ViewKernel(2, parameter="running_var"))
    assert (norm.title, norm.shape) == ("norm.running_var", (5,))
    assert list(norm.vectors) == ["norm.weight", "norm.bias", "norm.running_mean", "norm.running_var"]
    assert recorded(m.ViewKernel(1, parameter="running_var")).title == "conv.weight"


def _first_weight() -> Any:
    torch.manual_seed(0)
    return nn.Conv2d(3, 5, 4).weight.detach().numpy()


def test_a_figure_is_drawn_and_the_model_summarised(recorded: Asker, tmp_path: Path) -> None:
    path = tmp_path / "relu.png"
    assert recorded(m.SaveFigure(3, str(path))) == str(path)
    assert path.read_bytes().startswith(b"\x89PNG")
    assert "choose one of" in recorded.complaint(m.SaveFigure(3, str(tmp_path / "relu.doc")))
    summary = recorded(m.SummariseModel())
    assert "Conv2d (conv)" in summary and "Total params: " in summary and "mult-adds" not in summary


def test_statistics_computed_ahead_are_those_of_the_values(recorded: Asker) -> None:
    recorded(m.Measure(3))  # waits for all of them
    for node in range(1, 4):
        view = recorded(m.ViewValue(node))
        assert view.statistics.maximum == view.values.max()
        assert view.statistics.mean == pytest.approx(view.values.mean(dtype=np.float64), rel=1e-9, abs=1e-12)
        assert view.histogram.counts.sum() == view.values.size


def test_views_never_answer_from_another_recording(recorded: Asker) -> None:
    number = recorded(m.Record("coffee")).number
    assert recorded(m.ViewValue(1, recording=number)).node == 1
    recorded(m.Record("coffee"))
    for stale in (
        m.ViewValue(1, recording=number), m.ViewKernel(1, recording=number), m.Measure(recording=number),
        m.LocateField(1, (0, 0), number), m.LocateUnits(1, (0, 0), number), m.SaveFigure(1, "a.png", 1.0, number),
    ):  # fmt: skip
        assert "Another recording" in recorded.complaint(stale)


def test_unit_and_pixel_find_each_other(recorded: Asker) -> None:
    field = recorded(m.LocateField(3, (2, 5)))
    assert isinstance(field, FieldOfUnit) and field.box == (8, 20, 12, 24)
    units = recorded(m.LocateUnits(3, (9, 21)))
    assert isinstance(units, UnitsOfPixel) and np.argwhere(units.mask).tolist() == [[2, 5]]
    assert "has no unit" in recorded.complaint(m.LocateField(3, (56, 0)))


@pytest.mark.parametrize("node", [-1, 5, 10**9])
@pytest.mark.parametrize(
    "command",
    [
        m.ViewValue,
        m.ViewKernel,
        lambda node: m.LocateField(node, (0, 0)),
        lambda node: m.LocateUnits(node, (0, 0)),
    ],
)
def test_operation_out_of_range_is_one_line(
    recorded: Asker, command: Callable[[int], m.Command], node: int
) -> None:
    assert f"no operation {node}: the recording has 5" in recorded.complaint(command(node))


@pytest.mark.parametrize("output", [-1, 1])
def test_output_out_of_range_is_one_line(recorded: Asker, output: int) -> None:
    assert f"no output {output}" in recorded.complaint(m.ViewValue(1, output=output))


@pytest.mark.parametrize(
    "command",
    [m.ViewValue(0), m.ViewKernel(0), m.LocateField(0, (0, 0)), m.LocateUnits(0, (0, 0)), m.Measure()],
)
def test_nothing_to_look_into_before_a_recording(ask: Asker, command: m.Command) -> None:
    assert "Nothing has been recorded yet" in ask.complaint(command)


@pytest.mark.parametrize("command", [m.Classify("coffee"), m.Record("coffee")])
def test_nothing_to_run_before_a_model(ask: Asker, command: m.Command) -> None:
    ask.open("coffee")
    assert "No model is loaded" in ask.complaint(command)


# ---- what crosses to the window ----


def test_answers_hold_nothing_the_window_cannot_read(recorded: Asker, tmp_path: Path) -> None:
    commands = [
        m.LoadModel(SMALL, seed=0),
        m.Classify("coffee"),
        m.Record("coffee"),
        m.ViewValue(1),
        m.ViewKernel(1),
        m.ViewKernel(1, colour=False),
        m.LocateField(1, (3, 3)),
        m.LocateUnits(1, (3, 3)),
        m.Measure(runs=1),
    ]
    opened = recorded.open("coffee")
    for answer in (opened, *(recorded(command) for command in commands), recorded.engine.load()):
        assert type(crossed(answer)) is type(answer)
    view = recorded(m.ViewValue(1))
    assert np.array_equal(crossed(view).values, view.values)
    kernel = recorded(m.ViewKernel(1, order=KernelOrder.MEAN))
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
    assert recorded.engine.load() == EngineLoad(("Some GPU",), None, None)


# ---- many models ----


def test_forty_switches_leave_no_hooks_and_no_memory_behind() -> None:
    """What is alive is counted, not what the process occupies: freed memory stays with the allocator, in pieces.

    Tolerance: less than one recording has, of the thirty that would be there if they stayed.
    """
    before = {id(thing) for thing in _modules()}
    ask = Asker()
    ask.open("coffee")
    names = ("torchvision:shufflenet_v2_x0_5", "torchvision:squeezenet1_1")
    seen: list[_Alive] = []
    for switch in range(40):
        ask(m.LoadModel(names[switch % 2], seed=0))
        assert ask(m.Record("coffee")).held_bytes > 10e6
        if switch in (9, 39):
            seen.append(_alive())
    first, last = seen
    assert last.tensors == first.tensors and last.tensor_bytes == first.tensor_bytes
    assert abs(last.objects - first.objects) < 1_000
    assert abs(last.allocated - first.allocated) < 1e6
    alive = [module for module in _modules() if id(module) not in before]
    assert sum(type(module).__name__ in ("SqueezeNet", "ShuffleNetV2") for module in alive) == 1
    for module in alive:
        assert not module._forward_hooks and not module._forward_pre_hooks and "forward" not in vars(module)


def _modules() -> list[nn.Module]:
    gc.collect()
    return [thing for thing in gc.get_objects() if issubclass(type(thing), nn.Module)]


class _Alive(NamedTuple):
    """Tensors, the bytes of their storages, all objects, and the bytes that C code has asked for and not given back."""

    tensors: int
    tensor_bytes: int
    objects: int
    allocated: int


def _alive() -> _Alive:
    for thread in threading.enumerate():
        if thread.name == "summaries":  # has tensors of its own while it computes
            thread.join()
    gc.collect()
    objects = gc.get_objects()
    tensors = [thing for thing in objects if issubclass(type(thing), torch.Tensor)]
    storages = {t.untyped_storage()._cdata: t.untyped_storage().nbytes() for t in tensors}
    return _Alive(len(tensors), sum(storages.values()), len(objects), _allocated())


_MALLINFO2 = (
    *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
    *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
)


class _MallInfo(ctypes.Structure):
    """What the GNU C library's `mallinfo2` returns; see its manual."""

    _fields_ = [(name, ctypes.c_size_t) for name in _MALLINFO2]


def _allocated() -> int:
    """Return the bytes in use by C code, as the allocator counts them; 0 where it is not the GNU C library's."""
    ask = getattr(ctypes.CDLL(None), "mallinfo2", None) if sys.platform == "linux" else None
    if ask is None:
        return 0
    ask.restype = _MallInfo
    info: Any = ask()
    return int(info.uordblks + info.hblkhd)
