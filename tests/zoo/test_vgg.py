"""Where VGG-11 has its parameters, and where it computes."""

import torch
from torch.utils.flop_counter import FlopCounterMode

from explorer import zoo


def test_parameters_lie_in_the_dense_layers_and_computing_in_the_convolutions() -> None:
    model = zoo.resolve("zoo:vgg11").build_empty().eval().to("meta")
    sizes = {name: parameter.numel() for name, parameter in model.named_parameters()}
    dense = sum(size for name, size in sizes.items() if name.startswith("classifier."))
    assert dense > 0.9 * sum(sizes.values())

    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, 3, 224, 224, device="meta"))
    convolving = sum(counter.get_flop_counts()["VGG.features"].values())
    assert convolving > 0.9 * counter.get_total_flops()
