"""The engine with its models on a CUDA device: what it answers, what it measures, what it leaves behind."""

import gc
import time
from dataclasses import replace

import answer_networks
import attention_networks
import numpy as np
import pytest
import torch
from edited import record_edited
from engine_asks import Asker, Own, crossed

from explorer.engine.messages import Classify, LoadModel, LocateField, Measure, Record, ViewValue
from explorer.features.attention.messages import ReadWeights, ViewAttention
from explorer.features.live.messages import LookLive
from explorer.features.reasons.messages import Explain
from explorer.features.reasons.methods import Method
from explorer.records.attention import attentions
from explorer.records.edits import Edit, Patch
from explorer.records.models import ToldInputs

pytestmark = pytest.mark.cuda

LITE0 = "zoo:efficientnet_lite0"
EDIT = Edit(rotation=15.0, blur=1.0, patch=Patch(0.4, 0.6, 0.3))


def test_the_answer_is_that_of_the_cpu(ask: Asker, device: str) -> None:
    """Within 0.002: by default torch lets cuDNN's convolutions round factors to TF32's 10 bits."""
    ask.open("chelsea")
    found = []
    for place in ("cpu", device):
        loaded = ask(LoadModel(LITE0, device=place))
        assert loaded.device == place
        found.append(ask(Classify("chelsea")).predictions)
    assert [it.label for it in found[0]] == [it.label for it in found[1]]
    assert "tiger cat" in found[1][0].label
    assert [it.probability for it in found[1]] == pytest.approx([it.probability for it in found[0]], abs=2e-3)


def test_values_and_fields_reach_the_window(ask: Asker, device: str) -> None:
    ask.open("chelsea")
    ask(LoadModel(LITE0, device=device))
    trace = ask(Record(1, "chelsea")).trace
    held = ask.engine._bench.forward(1)
    for node in trace.nodes[1 :: len(trace.nodes) // 8]:
        view = crossed(ask(ViewValue(1, node.id)))
        assert np.array_equal(view.values, held.recording.value(node.id).float().cpu().numpy()[0])
        assert ask(LocateField(1, node.id, (0, 0))) is not None


def test_time_is_that_of_the_device_and_not_of_the_queue(ask: Asker, own: Own, device: str) -> None:
    """A forward is over when the device is done: CUDA's own events take as long, to a tenth."""
    ask.open("chelsea")
    ask(LoadModel("zoo:vgg16", seed=0, device=device))
    ask(Record(1, "chelsea", size=(1024, 1024)))
    timing = ask(Measure(1, runs=9)).timing
    assert timing.device == device
    held = ask.engine._bench.forward(1)
    model, image = held.model.module, held.arguments().inputs[0]
    laps = []
    with torch.no_grad():
        for _ in range(9):
            start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            torch.cuda.synchronize()
            start.record()
            model(image)
            end.record()
            torch.cuda.synchronize()
            laps.append(start.elapsed_time(end))
    assert timing.forward.median == pytest.approx(float(np.median(laps)), rel=0.1)
    parts = [it.median for it in timing.nodes if it is not None]
    assert timing.forward.median < sum(parts) * 1.05, "each is waited for, so that the sum is the larger"


def test_the_load_is_what_the_driver_says(ask: Asker, device: str) -> None:
    assert ask.engine.load().cuda_used is None
    ask(LoadModel(LITE0, device=device))
    load = ask.engine.load()
    free, total = torch.cuda.mem_get_info(device)
    assert load.cuda_devices == (torch.cuda.get_device_name(device),)
    assert load.cuda_total == total and load.cuda_used == pytest.approx(total - free, abs=64e6)


def test_switches_leave_no_memory_behind(ask: Asker, device: str) -> None:
    ask.open("coffee")
    names = ("torchvision:shufflenet_v2_x0_5", "torchvision:squeezenet1_1")
    seen = []
    for switch in range(24):
        ask(LoadModel(names[switch % 2], seed=0, device=device))
        assert ask(Record(switch, "coffee")).held_bytes > 10e6
        ask(ViewValue(switch, 1))
        if switch % 2:
            gc.collect()
            torch.cuda.synchronize()
            seen.append(torch.cuda.memory_allocated())
    assert seen[-1] <= seen[1] + 1e6
    ask(LoadModel(names[0], seed=0))
    end = time.monotonic() + 10  # the thread that summarised the last forward lets go a moment later
    while torch.cuda.memory_allocated() and time.monotonic() < end:
        time.sleep(0.1)
        gc.collect()
        torch._C._cuda_clearCublasWorkspaces()
    assert torch.cuda.memory_allocated() == 0


def test_no_room_on_the_device_is_one_line_and_the_engine_goes_on(ask: Asker, device: str) -> None:
    ask.open("coffee")
    ask(LoadModel("zoo:vgg16", seed=0, device=device))
    free, _ = torch.cuda.mem_get_info(device)
    rest = torch.empty(max(0, free - 300_000_000), dtype=torch.uint8, device=device)
    line = ask.complaint(LoadModel("zoo:vgg19", seed=0, device=device))
    assert "memory" in line and device in line
    forward = ask(Record(1, "coffee", size=(2048, 2048)))
    assert forward.trace.error is not None and "memory" in forward.trace.error.message
    del rest
    torch.cuda.empty_cache()
    assert ask(Record(2, "coffee")).trace.error is None


def test_an_int8_network_is_refused_in_a_line(ask: Asker, device: str) -> None:
    """Torch has int8 kernels for the CPU alone; on CUDA some of them end the process."""
    line = ask.complaint(LoadModel("torchvision:quantized_resnet18", weights="random", device=device))
    assert "cpu" in line and "int8" in line


def test_a_tensor_that_stays_on_the_cpu_is_told_with_the_way_out(ask: Asker, device: str) -> None:
    ask.open("coffee")
    ask(LoadModel(f"{answer_networks.__file__}:infinite", seed=0, trusted=True, device=device))
    assert "let it run on the CPU" in ask.complaint(Classify("coffee"))
    error = ask(Record(1, "coffee")).trace.error
    assert error is not None and "let it run on the CPU" in error.message


@pytest.mark.parametrize("method", [Method.GRAD_CAM, Method.INTEGRATED_GRADIENTS, Method.OCCLUSION])
def test_reasons_are_those_of_the_cpu(ask: Asker, device: str, method: Method, exact: None) -> None:
    ask.open("chelsea")
    maps = []
    for place in ("cpu", device):
        ask(LoadModel(LITE0, device=place))
        ask(Record(1, "chelsea"))
        maps.append(ask(Explain(1, method)).heat.values)
    largest = np.abs(maps[0]).max()
    assert np.abs(maps[1] - maps[0]).max() < 1e-3 * largest


def test_attention_is_softmax_of_the_products(ask: Asker, device: str, exact: None) -> None:
    told = ToldInputs(size=(12, 20))
    ask.open("coffee")
    weights = []
    for place in ("cpu", device):
        name = f"{attention_networks.__file__}:vit"
        ask(LoadModel(name, seed=0, trusted=True, told=told, device=place))
        trace = ask(Record(1, "coffee")).trace
        weights.append([ask(ReadWeights(1, it.shown)) for it in attentions(trace).all])
    for one, other in zip(*weights, strict=True):
        assert np.abs(one - other).max() < 1e-6


def test_a_changed_input_is_the_changed_picture(ask: Asker, device: str) -> None:
    ask.open("chelsea")
    ask(LoadModel("zoo:vit_b_16", seed=0, device=device))
    trace = ask(Record(1, "chelsea")).trace
    first = attentions(trace).all[0].shown
    live = ask(LookLive(1, EDIT, first))
    row = ask(replace(ViewAttention(1, first), edit=EDIT)).rows
    record_edited(ask, EDIT, number=2)
    assert np.array_equal(row, ask(ViewAttention(2, first)).rows)
    assert live.value is not None
    assert np.array_equal(live.value.values, ask(ViewValue(2, first)).values)


def test_reasons_make_do_with_little_room(ask: Asker, device: str, exact: None) -> None:
    """In batches of what is free: the sum is another by its rounding alone."""
    ask.open("chelsea")
    ask(LoadModel(LITE0, device=device))
    ask(Record(1, "chelsea"))
    wide = ask(Explain(1, Method.INTEGRATED_GRADIENTS)).heat.values
    torch.cuda.empty_cache()
    rest = torch.empty(torch.cuda.mem_get_info(device)[0] - 400_000_000, dtype=torch.uint8, device=device)
    narrow = ask(Explain(1, Method.INTEGRATED_GRADIENTS)).heat.values
    del rest
    assert np.abs(narrow - wide).max() < 1e-3 * np.abs(wide).max()


@pytest.fixture
def exact() -> object:
    """Full float32 in convolutions and products, so that two devices can be compared."""
    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    yield
    torch.backends.cudnn.allow_tf32 = before
