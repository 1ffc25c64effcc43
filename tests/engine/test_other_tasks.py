"""Networks of torchvision's other tasks, looked into: every operation's value, kernels and field, or why not."""

from pathlib import Path

import numpy as np
import pytest
import torch
from engine_asks import Asker

from explorer import zoo
from explorer.engine.messages import LoadModel, LocateField, Measure, OpenNoise, Record, ViewValue
from explorer.features.kernels.messages import ViewKernel
from explorer.features.layers.messages import SaveValues
from explorer.forward.recorder import record
from explorer.records.errors import ExplorerError

SMALL = {
    "lraspp_mobilenet_v3_large": (1, 3, 48, 64),
    "ssdlite320_mobilenet_v3_large": (1, 3, 64, 80),
    "mc3_18": (1, 3, 4, 32, 32),
    "quantized_resnet18": (1, 3, 64, 64),
}
LOOKS = 20


@pytest.mark.parametrize("name", SMALL)
def test_every_operation_can_be_looked_into_or_says_in_a_line_why_not(ask: Asker, name: str) -> None:
    ask(LoadModel(f"torchvision:{name}", weights="random", seed=0))
    ask(OpenNoise("noise", SMALL[name]))
    trace = ask(Record(1, "noise")).trace
    assert trace.error is None
    for node in trace.nodes[:: max(1, len(trace.nodes) // LOOKS)]:
        for command in (ViewValue(1, node.id), ViewKernel(1, node.id), LocateField(1, node.id)):
            try:
                ask(command)
            except ExplorerError as error:
                assert "\n" not in str(error) and "Error:" not in str(error)


def test_an_int8_network_shows_what_its_whole_numbers_stand_for(ask: Asker, tmp_path: Path) -> None:
    """Its values, its kernels, its size and its time, in one test: it takes seconds to build."""
    loaded = ask(LoadModel("torchvision:quantized_resnet18", weights="random", seed=0))
    # Folded into the convolutions, the norms' 9,600 numbers of scale and shift are 4,800 biases.
    assert loaded.params == loaded.entry.params - 4_800
    assert loaded.params < loaded.weight_bytes < 1.01 * loaded.params
    ask(OpenNoise("noise", SMALL["quantized_resnet18"]))
    ask(Record(1, "noise"))
    _check_values(ask, tmp_path)
    _check_kernels(ask)
    assert ask(Measure(1, runs=1)).timing.forward.median > 0


def _check_values(ask: Asker, folder: Path) -> None:
    noise, seen = (ask(ViewValue(1, node)) for node in (0, 1))
    assert seen.dtype.startswith("quint8, scale ") and seen.values.dtype == np.float32
    scale = float(seen.dtype.split("scale ")[1].split(",")[0])
    inside = (seen.values > seen.values.min()) & (seen.values < seen.values.max())
    off = (seen.values - noise.values) / scale
    assert np.abs(off[inside]).max() <= 0.51  # rounded to the nearest whole number
    ask(SaveValues(1, str(folder)))
    assert np.array_equal(np.load(folder / "1.npy")[0], seen.values)


def _check_kernels(ask: Asker) -> None:
    names = ask(ViewKernel(1, 2)).names
    assert names[0] == "conv1.weight"
    plain, whole = (ask(ViewKernel(1, 2, parameter=name, colour=False)) for name in names[:2])
    scales = ask(ViewKernel(1, 2, parameter="conv1.weight: the scale of each filter"))
    assert plain.kernels == (64, 3, 7, 7) and whole.title == "conv1.weight: the whole numbers"
    assert whole.dtype == "int8" and np.abs(whole.values.astype(int)).max() <= 128
    per_tile = scales.values.reshape(-1).repeat(3)[:, None, None]
    np.testing.assert_allclose(plain.values, whole.values * per_tile, rtol=1e-6)


@pytest.mark.parametrize("name", ["lraspp_mobilenet_v3_large", "ssdlite320_mobilenet_v3_large"])
def test_recording_changes_neither_what_is_returned_nor_the_random_state(name: str) -> None:
    torch.manual_seed(0)
    network = zoo.resolve(f"torchvision:{name}").build().eval()
    picture = torch.rand(SMALL[name])
    with torch.no_grad():
        plain = network(picture.clone())
    before = torch.get_rng_state()
    recording = record(network, (picture.clone(),))
    assert torch.equal(before, torch.get_rng_state()) and recording.failure is None
    wanted = list(plain.values()) if isinstance(plain, dict) else list(plain[0].values())
    got = [tensor for _, tensor in recording.returned]
    assert len(got) == len(wanted) and all(torch.equal(a, b) for a, b in zip(got, wanted, strict=True))
