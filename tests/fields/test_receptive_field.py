"""The receptive fields of whole networks: against the gradient, and against published sizes."""

import logging
import random

import pytest
import torch
import torchvision
from gradient_oracle import Oracle, slim, some_units
from torch import Tensor, nn
from torchvision.models.convnext import CNBlockConfig

from explorer.fields.receptive_field import ReceptiveFields
from explorer.forward.recorder import record
from explorer.forward.recording import Recording
from explorer.records.errors import ExplorerError

SPATIAL = ("conv", "pool", "add", "cat", "flatten", "linear", "mean", "chunk", "mul")
SIZES = {"alexnet": (63, 63), "vgg16": (32, 32), "googlenet": (15, 15), "resnet50": (1, 1)}


def build(name: str) -> nn.Module:
    own = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    return torchvision.models.get_model(name, weights=None, **own).eval()


def fields_of(model: nn.Module, *shape: int) -> tuple[Recording, ReceptiveFields]:
    recording = record(model.eval(), (torch.rand(shape),))
    assert recording.failure is None
    return recording, ReceptiveFields(recording)


def node_of(recording: Recording, name: str) -> int:
    return [operation.name for operation in recording.operations].index(name)


# ---- against the gradient ----


def assert_equals_oracle(oracle: Oracle) -> None:
    operations = oracle.recording.operations
    nodes = [n for n in oracle.outputs if any(word in operations[n].op for word in SPATIAL)]
    statuses = oracle.check_all(nodes)
    oracle.check_rules(nodes)
    on_maps = [n for n in nodes if operations[n].results[0].dim() == 4]
    assert set(statuses) <= {"exact", "global", "bound"}
    assert not [n for n in on_maps if oracle.fields.describe(n).status in ("bound", "unknown")]


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("size", [None, (97, 131)])
def test_every_spatial_operation(name: str, size: tuple[int, int] | None) -> None:
    assert_equals_oracle(Oracle(slim(build(name)), torch.rand(1, 3, *(size or SIZES[name]))))


@pytest.mark.parametrize("name", ["mobilenet_v3_small", "squeezenet1_1"])
def test_light_networks(name: str) -> None:
    assert_equals_oracle(Oracle(slim(build(name)), torch.rand(1, 3, 65, 50)))


def test_shuffled_halves() -> None:
    net = torchvision.models.ShuffleNetV2([2, 2, 1], [8, 8, 12, 16, 24], num_classes=5)
    assert_equals_oracle(Oracle(net, torch.rand(1, 3, 65, 50)))


def test_dense_network() -> None:
    net = torchvision.models.DenseNet(4, (2, 3), 8, num_classes=5)
    assert_equals_oracle(Oracle(net, torch.rand(1, 3, 49, 58)))


def test_convnext_permutes_to_channels_last() -> None:
    net = torchvision.models.ConvNeXt([CNBlockConfig(8, 16, 1), CNBlockConfig(16, None, 1)], num_classes=5)
    assert_equals_oracle(Oracle(net, torch.rand(1, 3, 45, 58)))


def test_swin_sees_windows_first() -> None:
    net = torchvision.models.SwinTransformer([2, 2], 12, [1, 1], [2, 2], [4, 4], num_classes=5)
    oracle = Oracle(net, torch.rand(1, 3, 32, 48))
    oracle.check_all()
    first = node_of(oracle.recording, "features.1.0.add:1")
    assert oracle.fields.grid(first) == (16, 24)
    assert oracle.fields.of_unit(first, (5, 9)).box == (8, 16, 16, 24)


def test_vision_transformer() -> None:
    net = torchvision.models.VisionTransformer(32, 8, 1, 2, 8, 16, num_classes=5)
    oracle = Oracle(net, torch.rand(1, 3, 32, 32))
    oracle.check_all()
    patches = node_of(oracle.recording, "encoder.layers.encoder_layer_0.ln_1")
    assert oracle.fields.of_unit(patches, (1, 3)).box == (8, 24, 16, 32)
    assert oracle.fields.describe(node_of(oracle.recording, "encoder.ln")).status == "global"


class RandomNet(nn.Module):
    """A few random layers and branches."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self.steps = nn.ModuleList()
        self.joins: list[str] = []
        channels = 2
        for _ in range(rng.randint(2, 5)):
            join = rng.choice(["none", "none", "add", "cat", "half"])
            layer = _branch(rng, channels) if join != "none" else _layer(rng, channels)
            self.steps.append(layer)
            self.joins.append(join)
            channels *= 2 if join == "cat" else 1

    def forward(self, x: Tensor) -> Tensor:
        for step, join in zip(self.steps, self.joins, strict=True):
            y = step(x)
            if join == "add":
                y = y + x
            elif join in ("cat", "half"):
                y = torch.cat([x, y], 1)
                y = y.chunk(2, 1)[1] if join == "half" else y
            x = y
        return x


def _layer(rng: random.Random, channels: int) -> nn.Module:
    kernel = (rng.randint(1, 4), rng.randint(1, 4))
    stride = (rng.randint(1, 3), rng.randint(1, 3))
    pad = (rng.randint(0, kernel[0] // 2), rng.randint(0, kernel[1] // 2))
    kind = rng.choice(["conv", "conv", "max", "average", "transposed", "depthwise", "upsample"])
    if kind == "max":
        return nn.MaxPool2d(kernel, stride, pad, dilation=rng.randint(1, 2), ceil_mode=rng.random() < 0.5)
    if kind == "average":
        return nn.AvgPool2d(kernel, stride, pad, ceil_mode=rng.random() < 0.5)
    if kind == "transposed":
        return nn.ConvTranspose2d(channels, channels, kernel, stride, pad)
    if kind == "upsample":
        return nn.Upsample(scale_factor=rng.choice([2, 1.5, 0.5]), mode=rng.choice(["nearest", "bilinear"]))
    groups = channels if kind == "depthwise" else 1
    dilation = (rng.randint(1, 3), rng.randint(1, 2))
    return nn.Conv2d(channels, channels, kernel, stride, pad, dilation, groups)


def _branch(rng: random.Random, channels: int) -> nn.Module:
    """A layer that keeps the size."""
    kernel = rng.choice([1, 3, 5])
    if rng.random() < 0.3:
        return nn.MaxPool2d(kernel, 1, kernel // 2)
    dilation = rng.randint(1, 2)
    return nn.Conv2d(channels, channels, kernel, padding=dilation * (kernel // 2), dilation=dilation)


@pytest.mark.parametrize("block", range(6))
def test_random_networks(block: int) -> None:
    units_by_rule = 0
    for seed in range(block * 10, block * 10 + 10):
        rng = random.Random(seed)
        net, size = RandomNet(rng), (rng.randint(20, 60), rng.randint(20, 60))
        if record(net.eval(), (torch.rand(1, 2, *size),)).failure is None:  # a map may have shrunk to nothing
            oracle = Oracle(net, torch.rand(1, 2, *size))
            assert set(oracle.check_all()) <= {"exact", "global"}, seed
            units_by_rule += oracle.check_rules(oracle.outputs)
    assert units_by_rule >= 10


# ---- against published sizes ----


@pytest.mark.parametrize(
    ("name", "layer", "size", "stride", "start"),
    [
        ("resnet18", "layer4.1.conv2", 435, 32, -217),
        ("resnet34", "layer4.2.conv2", 899, 32, -449),
        ("resnet50", "layer4.2.conv3", 427, 32, -213),
        ("resnet101", "layer4.2.conv3", 971, 32, -485),
        ("resnet152", "layer4.2.conv3", 1451, 32, -725),
        ("alexnet", "features.12", 195, 32, -66),
        ("vgg16", "features.30", 212, 32, -90),
    ],
)
def test_known_sizes(name: str, layer: str, size: int, stride: int, start: int) -> None:
    recording, fields = fields_of(build(name), 1, 3, 64, 64)
    described = fields.describe(node_of(recording, layer))
    assert (described.status, described.size) == ("exact", (size, size))
    assert (described.stride, described.start) == ((stride, stride), (start, start))


def test_known_size_of_googlenet() -> None:
    recording, fields = fields_of(build("googlenet"), 1, 3, 224, 224)
    described = fields.describe(node_of(recording, "inception5b.cat"))
    assert (described.status, described.size, described.stride) == ("exact", (379, 379), (32, 32))


# ---- what the records say ----


@pytest.fixture(scope="module")
def small() -> tuple[Recording, ReceptiveFields]:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.MaxPool2d(2), nn.Conv2d(4, 4, 3, stride=2),
                        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))  # fmt: skip
    return fields_of(net, 1, 3, 20, 26)


def test_pixel_mask_is_membership_in_the_boxes(small: tuple[Recording, ReceptiveFields]) -> None:
    recording, fields = small
    for node in range(1, len(recording.operations)):
        grid = fields.grid(node)
        if grid is None:
            continue
        boxes = fields.boxes(node)
        assert boxes is not None and boxes.shape == (*grid, 4)
        for pixel in [(0, 0), (19, 25), (7, 13), (10, 0)]:
            mask = fields.of_pixel(node, pixel).mask
            assert mask.shape == grid
            for y in range(grid[0]):
                for x in range(grid[1]):
                    top, left, bottom, right = fields.of_unit(node, (y, x)).box
                    assert boxes[y, x].tolist() == [top, left, bottom, right]
                    assert mask[y, x] == (top <= pixel[0] < bottom and left <= pixel[1] < right)


def test_statuses_down_a_network(small: tuple[Recording, ReceptiveFields]) -> None:
    recording, fields = small
    described = [fields.describe(node) for node in range(len(recording.operations))]
    assert [d.status for d in described] == ["exact"] * 8
    assert described[0].size == described[0].stride == (1, 1)
    assert described[3].size == (8, 8) and described[3].stride == (4, 4) and described[3].start == (-1, -1)
    # The strided convolution leaves the last row unseen, so that not even the classifier sees everything.
    assert fields.of_unit(6, ()).box == (0, 0, 19, 26)
    assert described[6].size == (19, 26) and described[6].stride is None
    assert described[7] == described[6], "what is returned sees what the operation sees that made it"


def test_a_unit_off_the_grid_is_refused(small: tuple[Recording, ReceptiveFields]) -> None:
    _, fields = small
    for unit in [(10, 0), (0, -1), (0,), (0, 0, 0)]:
        with pytest.raises(ExplorerError, match="its grid is 10×13"):
            fields.of_unit(2, unit)


def test_elements_without_a_grid_are_bounded_together() -> None:
    recording, fields = fields_of(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten()), 1, 3, 8, 9)
    node = node_of(recording, "1")
    assert fields.grid(node) is None
    assert fields.of_unit(node, (0, 0)).status == "bound"
    assert fields.of_unit(node, (0, 0)).box == (0, 0, 8, 9)
    assert fields.of_pixel(node, (0, 0)).mask is None


def test_second_input_is_not_followed() -> None:
    class Sum(nn.Module):
        def forward(self, x: Tensor, y: Tensor) -> Tensor:
            return x + torch.nn.functional.max_pool2d(y, 3, 1, 1)

    recording = record(Sum(), (torch.rand(1, 1, 6, 6), torch.rand(1, 1, 6, 6)))
    fields = ReceptiveFields(recording)
    assert [fields.describe(n) is None for n in range(4)] == [False, True, True, False]
    assert fields.of_unit(3, (2, 2)).box == (2, 2, 3, 3)


def test_a_forward_that_fails_has_fields_so_far() -> None:
    recording = record(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Linear(7, 2)).eval(), (torch.rand(1, 3, 8, 8),))
    assert recording.failure is not None
    assert ReceptiveFields(recording).describe(1).size == (3, 3)


def test_training_mode_batch_norm_mixes_the_picture() -> None:
    recording = record(
        nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)).train(), (torch.rand(2, 3, 8, 8),)
    )
    assert ReceptiveFields(recording).describe(node_of(recording, "1")).status == "global"


@pytest.mark.parametrize(
    "name", ["swin_v2_t", "maxvit_t", "efficientnet_b0", "densenet121", "inception_v3", "regnet_y_400mf"]
)
def test_nothing_is_unknown_in_known_architectures(name: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        recording, fields = fields_of(
            build(name), 1, 3, *(2 * ((299,) if name == "inception_v3" else (224,)))
        )
    described = [fields.describe(node) for node in range(len(recording.operations))]
    assert not [
        o.name for o, d in zip(recording.operations, described, strict=True) if d and d.status == "unknown"
    ]
    assert described[-1].status == "global"
    assert not caplog.records


@pytest.mark.parametrize(
    "name", ["mixer_s32_224", "deit_tiny_distilled_patch16_224", "resnetv2_50", "coatnet_0_rw_224"]
)
def test_nothing_is_unknown_in_timm(name: str) -> None:
    timm = pytest.importorskip("timm")
    recording, fields = fields_of(timm.create_model(name), 1, 3, 224, 224)
    described = [fields.describe(node) for node in range(len(recording.operations))]
    assert not [d for d in described if d and d.status in ("unknown", "bound")]
    assert described[-1].status == "global"


def test_units_probed_are_distinct() -> None:
    assert len(some_units((5, 7))) == 6
    assert some_units(None) == [()]


class Patches(nn.Module):
    """Pixels laid into channels, mixed, and two branches that see differently side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.mix, self.narrow, self.wide = nn.Linear(48, 8), nn.Conv2d(3, 2, 1), nn.Conv2d(3, 2, 5, padding=2)

    def forward(self, x: Tensor) -> Tensor:
        laid = x.reshape(1, 3, 8, 4, 8, 4).permute(0, 2, 4, 1, 3, 5).flatten(3)
        both = torch.cat([self.narrow(x), self.wide(x)], 1)
        same = torch.cat([self.narrow(x), self.narrow(x)], 1)
        return self.mix(laid).sum() + both.sum() + same.sum()


def test_of_values_whose_channels_differ_the_size_is_told_of_them_together() -> None:
    recording, fields = fields_of(Patches(), 1, 3, 32, 32)
    told = {
        name: fields.describe(node_of(recording, name))
        for name in ("input", "mix", "narrow", "wide", "cat:1")
    }
    assert all(it is not None and it.each for it in told.values())
    for name, size in (("reshape", (4, 4)), ("permute", (4, 4)), ("flatten", (4, 4)), ("cat", (5, 5))):
        field = fields.describe(node_of(recording, name))
        assert field is not None and not field.each and field.size == size and field.status == "exact"
