"""On a CUDA device a recording holds what the plain forward computes there, and its trace is that of the CPU."""

import gc

import pytest
import torch
from recording_oracle import flat, leaf_results, randomise, same
from torch import nn

from explorer import zoo
from explorer.forward import trace
from explorer.forward.recorder import record
from explorer.forward.repeat import Plans
from explorer.records.trace import Node

pytestmark = pytest.mark.cuda

NETWORKS = (
    "zoo:alexnet",
    "zoo:vgg16_bn",
    "zoo:googlenet",
    "zoo:resnet50",
    "zoo:densenet121",
    "zoo:efficientnet_lite0",
    "zoo:vit_b_16",
    "torchvision:swin_t",
    "torchvision:shufflenet_v2_x0_5",
    "torchvision:fcn_resnet50",
)


@pytest.fixture(params=NETWORKS)
def network(request: pytest.FixtureRequest) -> tuple[nn.Module, torch.Tensor]:
    torch.manual_seed(0)
    spec = zoo.resolve(request.param)
    return randomise(spec.build()).eval(), torch.randn(1, 3, *spec.preprocess.size)


def test_values_are_those_of_the_plain_forward(network: tuple[nn.Module, torch.Tensor], device: str) -> None:
    model, image = network[0].to(device), network[1].to(device)
    expected = leaf_results(model, image)
    with torch.no_grad():
        output = flat(model(image))
    recording = record(model, (image,))
    assert recording.failure is None and recording.operations
    assert all(same(one, other) for (_, one), other in zip(recording.returned, output, strict=True))
    values = {it.name: [saved.tensor for saved in it.values] for it in recording.operations}
    named = {name: found for name, found in expected.items() if found and name in values}
    assert len(named) > 0.7 * len(expected)
    for name, tensors in named.items():
        assert all(any(same(tensor, value) for value in values[name]) for tensor in tensors), name
        assert all(value.device == torch.device(device) for value in values[name])


def test_a_second_recording_is_one_made_anew(network: tuple[nn.Module, torch.Tensor], device: str) -> None:
    model, image = network[0].to(device), network[1].to(device)
    plans = Plans()
    plans.learn(record(model, (image,), plans=plans), None)
    again, anew = record(model, (image.flip(-1),), plans=plans), record(model, (image.flip(-1),))
    assert again.plan is not None
    for one, other in zip(again.operations, anew.operations, strict=True):
        assert one.name == other.name
        assert all(same(a.tensor, b.tensor) for a, b in zip(one.values, other.values, strict=True)), one.name


def test_the_trace_is_that_of_the_cpu(network: tuple[nn.Module, torch.Tensor], device: str) -> None:
    """Names, shapes, MACs and bytes; kernels differ (cuDNN's convolution, another attention)."""
    model, image = network
    traces, sizes = [], []
    for place in ("cpu", device):
        recording = record(model.to(place), (image.to(place),))
        traces.append(trace.build(recording, model, "it"))
        sizes.append(trace.memory(recording, model))
    one, other = traces
    assert one.macs == other.macs and one.macs
    assert (sizes[0].weights, sizes[0].activations) == (sizes[1].weights, sizes[1].activations)
    for here, there in zip(one.nodes, other.nodes, strict=True):
        assert facts(here) == facts(there)


def facts(node: Node) -> tuple[object, ...]:
    shapes = [(it.shape, it.dtype) for it in node.outputs]
    counts = (node.macs, node.flops, node.bytes_read, node.bytes_written)
    return node.name, node.op, node.inputs, shapes, counts


def test_nothing_of_it_stays_on_the_device(device: str) -> None:
    model = zoo.resolve("zoo:resnet50").build().to(device).eval()
    image = torch.randn(1, 3, 224, 224, device=device)
    with torch.no_grad():
        model(image)  # cuBLAS takes its workspace once
    before = _allocated()
    recording = record(model, (image,))
    assert _allocated() - before > 50e6
    del recording
    assert _allocated() == before


def _allocated() -> int:
    gc.collect()
    torch.cuda.synchronize()
    return torch.cuda.memory_allocated()
