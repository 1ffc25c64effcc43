"""How each architecture of the zoo is proven: against a reference that others wrote, or against published figures."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import oracles
import torch
from oracles import Oracle
from torch import Tensor, nn

from explorer.zoo.empty import without_random_numbers

# Drawing hundreds of millions of numbers takes seconds; of a prime length, it is in step with no layer.
_NOISE = torch.randn(1_000_003, generator=torch.Generator().manual_seed(0))


@dataclass(frozen=True)
class Parity:
    """With the reference's random weights loaded, the output is the reference's.

    Attributes:
        source: `torchvision` or `timm`.
        reference: The reference's name there.
        size: Side of the square images that both are run on.
        tolerance: Largest absolute difference of the outputs; 0 asks for equality bit for bit.
        options: Passed to the reference's builder.
    """

    source: str
    reference: str
    size: int = 224
    tolerance: float = 0.0
    options: dict[str, Any] = field(default_factory=dict)

    def build(self) -> nn.Module:
        """Build the reference, in eval mode, with weights and statistics of its norms that are drawn."""
        if self.source == "timm":
            import timm

            build = partial(timm.create_model, self.reference, pretrained=False, **self.options)
        else:
            from torchvision import models

            build = partial(models.get_model, self.reference, weights=None, **self.options)
        return drawn(without_random_numbers(build)()).eval()


@dataclass(frozen=True)
class Published:
    """No reference is at hand: output, parameters and shapes are those of the paper, or of the course.

    Attributes:
        params: Number of parameters; None where the paper gives none.
        shapes: Shape without the batch of the output of modules, by their path in the network.
        inputs: Shapes of inputs it must run on, each with the shape of its output.
        oracle: The same network as a chain of functions.
        tolerance: Largest difference from the oracle's output, over the largest number in it; 0 asks for equality
            bit for bit, which holds where both run the same kernels.
    """

    params: int | None
    shapes: dict[str, tuple[int, ...]]
    inputs: dict[tuple[int, ...], tuple[int, ...]]
    oracle: Oracle
    tolerance: float = 0.0


def randomised(model: nn.Module) -> nn.Module:
    """Give every norm statistics, scale and shift of its own: with the usual ones it would hide mistakes."""
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            assert module.running_mean is not None and module.running_var is not None
            nn.init.normal_(module.running_mean, std=0.1)
            nn.init.uniform_(module.running_var, 0.5, 2)
        if isinstance(module, nn.modules.batchnorm._BatchNorm | nn.LayerNorm):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, std=0.1)
    for name, parameter in model.named_parameters():
        if not parameter.detach().any():  # class token, position embedding, biases
            nn.init.normal_(parameter, std=0.02)
        assert torch.isfinite(parameter).all(), name
    return model


def drawn(model: nn.Module) -> nn.Module:
    """Fill every parameter so that signals neither fade nor grow, and nothing is hidden by being small."""
    for parameter in model.parameters():
        spread = (2 / parameter[0].numel()) ** 0.5 if parameter.dim() > 1 else 0.1
        with torch.no_grad():
            for part in parameter.view(-1).split(len(_NOISE)):
                torch.mul(_NOISE[: len(part)], spread, out=part)
    return randomised(model)


def output_of(model: nn.Module, images: Tensor) -> Tensor:
    """Run a network without gradients, its attention as separate operations, as the engine runs it."""
    with torch.no_grad():
        output: Tensor = model(images)
    return output


_LEGACY = {"init_weights": True}  # torchvision asks to be told, else it warns

PROOFS: dict[str, Parity | Published] = {
    "lenet5": Published(
        61_706,
        {"conv1": (6, 28, 28), "pool1": (6, 14, 14), "conv2": (16, 10, 10), "pool2": (16, 5, 5)},
        {(1, 28, 28): (10,)},
        oracles.lenet5,
    ),
    "alexnet_2012": Published(
        60_965_224,
        {
            "conv1": (96, 55, 55),
            "pool1": (96, 27, 27),
            "conv2": (256, 27, 27),
            "pool2": (256, 13, 13),
            "conv3": (384, 13, 13),
            "conv4": (384, 13, 13),
            "conv5": (256, 13, 13),
            "pool5": (256, 6, 6),
        },
        {(3, 227, 227): (1000,)},
        oracles.alexnet_2012,
        tolerance=1e-5,
    ),
    "alexnet": Parity("torchvision", "alexnet"),
    "alexnet_course": Published(
        64_370_472,
        {"conv1": (96, 54, 54), "conv2": (256, 26, 26), "conv5": (384, 12, 12), "pool5": (384, 5, 5)},
        {(1, 224, 224): (1000,)},
        oracles.alexnet_course,
    ),
    "zfnet": Published(
        62_357_608,
        {
            "conv1": (96, 110, 110),
            "pool1": (96, 55, 55),
            "conv2": (256, 26, 26),
            "pool2": (256, 13, 13),
            "conv3": (384, 13, 13),
            "conv4": (384, 13, 13),
            "conv5": (256, 13, 13),
            "pool5": (256, 6, 6),
        },
        {(3, 224, 224): (1000,)},
        oracles.zfnet,
        tolerance=1e-5,
    ),
    **{
        f"vgg{depth}{norm}": Parity("torchvision", f"vgg{depth}{norm}", size=96)
        for depth in (11, 13, 16, 19)
        for norm in ("", "_bn")
    },
    "vgg11_course": Published(128_806_154, {}, {(1, 224, 224): (10,)}, oracles.vgg11_course),
    "googlenet": Parity("torchvision", "googlenet", options=_LEGACY),
    "inception_naive": Published(
        None,
        # Channels grow by the paper's filters in each module, for its pooling passes on what came in:
        # out = in + 1x1 + 3x3 + 5x5, from the 192 of the stem.
        {
            "inception3a": (192 + 64 + 128 + 32, 28, 28),  # 416
            "inception3b": (416 + 128 + 192 + 96, 28, 28),  # 832
            "inception4a": (832 + 192 + 208 + 48, 14, 14),  # 1280
            "inception4b": (1280 + 160 + 224 + 64, 14, 14),  # 1728
            "inception4c": (1728 + 128 + 256 + 64, 14, 14),  # 2176
            "inception4d": (2176 + 112 + 288 + 64, 14, 14),  # 2640
            "inception4e": (2640 + 256 + 320 + 128, 14, 14),  # 3344
            "inception5a": (3344 + 256 + 320 + 128, 7, 7),  # 4048
            "inception5b": (4048 + 384 + 384 + 128, 7, 7),  # 4944
        },
        {(3, 224, 224): (1000,)},
        oracles.inception_naive,
        tolerance=1e-5,
    ),
    "inception_v3": Parity("torchvision", "inception_v3", size=139, options=_LEGACY),
    **{
        f"resnet{depth}": Parity("torchvision", f"resnet{depth}", size=128)
        for depth in (18, 34, 50, 101, 152)
    },
    **{
        name: Parity("torchvision", name, size=96)
        for name in ("resnext50_32x4d", "resnext101_32x8d", "wide_resnet50_2", "wide_resnet101_2")
    },
    "se_resnet50": Parity("timm", "legacy_seresnet50", size=128),
    "senet154": Parity("timm", "legacy_senet154", size=96),
    **{
        f"densenet{depth}": Parity("torchvision", f"densenet{depth}", size=96)
        for depth in (121, 161, 169, 201)
    },
    "mobilenet_v1": Published(
        4_231_976,
        {
            "conv1": (32, 112, 112),
            "layers.0": (64, 112, 112),
            "layers.1": (128, 56, 56),
            "layers.2": (128, 56, 56),
            "layers.3": (256, 28, 28),
            "layers.4": (256, 28, 28),
            **{f"layers.{index}": (512, 14, 14) for index in range(5, 11)},
            "layers.11": (1024, 7, 7),
            "layers.12": (1024, 7, 7),
            "pool": (1024, 1, 1),
        },
        {(3, 224, 224): (1000,)},
        oracles.mobilenet_v1,
        tolerance=1e-5,
    ),
    **{
        name: Parity("torchvision", name)
        for name in (
            "mobilenet_v2",
            "mobilenet_v3_small",
            "mobilenet_v3_large",
            "shufflenet_v2_x1_0",
            "mnasnet1_0",
        )
    },
    "shufflenet_v1": Published(
        None,
        {
            "conv1": (24, 112, 112),
            "maxpool": (24, 56, 56),
            "stage2": (240, 28, 28),
            "stage3": (480, 14, 14),
            "stage4": (960, 7, 7),
        },
        {(3, 224, 224): (1000,)},
        oracles.shufflenet_v1,
        tolerance=1e-5,
    ),
    **{
        f"efficientnet_b{scale}": Parity("torchvision", f"efficientnet_b{scale}", size=128)
        for scale in range(8)
    },
    "efficientnet_lite0": Parity("timm", "tf_efficientnet_lite0"),
    **{name: Parity("torchvision", name, tolerance=1e-5) for name in ("vit_b_16", "vit_b_32", "vit_l_16")},
    "vit_cifar": Published(9_485_674, {}, {(3, 32, 32): (10,)}, oracles.vit_cifar, tolerance=1e-5),
    "mixer_s16": Parity("timm", "mixer_s16_224", tolerance=1e-5),
    "mixer_b16": Parity("timm", "mixer_b16_224", tolerance=1e-5),
    "cifar_net": Published(191_316, {}, {(3, 32, 32): (10,)}, oracles.cifar_net, tolerance=1e-5),
    "gap_cnn": Published(6_186, {}, {(3, 32, 32): (10,), (3, 500, 333): (10,)}, oracles.gap_cnn),
    "char_cnn": Published(
        None,
        {"embedding": (12, 16), "width2": (24, 11), "width3": (32, 10), "width4": (40, 9)},
        {(12,): (2,)},
        oracles.char_cnn,
    ),
}
