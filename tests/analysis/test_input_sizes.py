"""Which input sizes work: against trying every single one."""

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
import torch
import torchvision
from torch import Tensor, nn

from explorer.analysis import input_sizes
from explorer.records.errors import CancelledError
from explorer.records.models import SizeRange
from explorer.zoo.gap_cnn import GapCnn


class Flatten(nn.Module):
    """LeNet's form: pooled maps flattened into a dense layer that fits 4×4 of them."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 2, 5), nn.MaxPool2d(2), nn.Conv2d(2, 3, 5), nn.MaxPool2d(2)
        )
        self.classifier = nn.Linear(3 * 4 * 4, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x).flatten(1))


class Patches(nn.Module):
    """A vision transformer's beginning: patches of 8×8 pixels, no rest allowed, as many as there are."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(3 * 8 * 8, 4)

    def forward(self, x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        patches = x.reshape(n, c, h // 8, 8, w // 8, 8).permute(0, 2, 4, 1, 3, 5)
        return self.embed(patches.reshape(n, -1, c * 64)).mean(1)


class Positions(Patches):
    """The same, with places for at most 16 patches."""

    def __init__(self) -> None:
        super().__init__()
        self.places = nn.Parameter(torch.zeros(1, 16, 4))

    def forward(self, x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        patches = x.reshape(n, c, h // 8, 8, w // 8, 8).permute(0, 2, 4, 1, 3, 5).reshape(n, -1, c * 64)
        return (self.embed(patches) + self.places[:, torch.arange(patches.shape[1], device="cpu")]).mean(1)


class Branching(GapCnn):
    """Looks at a value before it goes on, and will not look at less than 5 pixels."""

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[-1] < 5:
            raise ValueError("too small")
        return super().forward(x if float(x.sum()) >= 0 else -x)


class Remembering(GapCnn):
    """Keeps its last input, and counts its calls in a buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.last: Tensor | None = None
        self.register_buffer("calls", torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        self.last = x
        self.calls += 1
        return super().forward(x)


class Shared(nn.Module):
    """One convolution under two names, its weight known to each block."""

    def __init__(self) -> None:
        super().__init__()
        conv = nn.Conv2d(3, 3, 3, padding=1)
        self.first = nn.ModuleDict({"conv": conv})
        self.second = nn.ModuleDict({"conv": conv, "last": nn.Conv2d(3, 2, 3)})

    def forward(self, x: Tensor) -> Tensor:
        return self.second["last"](self.second["conv"](self.first["conv"](x))).mean((2, 3))


class Mismatch(nn.Module):
    """Works on no size at all."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 4, 1), nn.Conv2d(5, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.second(self.first(x))


def sides_that_work(module: nn.Module, channels: int, sides: range) -> list[int]:
    """The oracle: run the network on every side."""

    def works(side: int) -> bool:
        with suppress(Exception), torch.no_grad():
            module(torch.zeros(1, channels, side, side))
            return True
        return False

    return [side for side in sides if works(side)]


def torchvision_net(name: str) -> Callable[[], nn.Module]:
    return lambda: getattr(torchvision.models, name)(weights=None, init_weights=False)


@pytest.mark.parametrize(
    ("build", "channels", "usual", "tried"),
    [
        (lambda: torchvision.models.alexnet(), 3, 224, range(1, 70)),
        (lambda: torchvision.models.resnet18(), 3, 224, range(1, 5)),
        (lambda: torchvision.models.vgg11(init_weights=False), 3, 224, range(1, 34)),
        (torchvision_net("inception_v3"), 3, 299, range(1, 77)),
        (GapCnn, 3, 224, range(1, 40)),
        (Flatten, 1, 28, range(1, 60)),
        (Patches, 3, 64, range(1, 140)),
        (Positions, 3, 32, range(1, 80)),
        (Branching, 3, 12, range(1, 30)),
    ],
    ids=[
        "alexnet",
        "resnet18",
        "vgg11",
        "inception_v3",
        "gap_cnn",
        "flatten",
        "patches",
        "positions",
        "branching",
    ],
)
def test_what_is_said_is_what_trying_every_size_finds(
    build: Callable[[], nn.Module], channels: int, usual: int, tried: range
) -> None:
    module = build().eval()
    expected = sides_that_work(module, channels, tried)

    found = input_sizes.find(module, torch.zeros(1, channels, usual, usual))

    assert found is not None and found.step is not None
    end = tried.stop if found.largest is None else found.largest + 1
    assert [side for side in range(found.smallest, end, found.step) if side in tried] == expected
    assert (found.largest is None) == (expected[-1] > tried.stop - 1 - found.step)


def test_one_size_only() -> None:
    transformer = torchvision.models.VisionTransformer(32, 8, 1, 2, 8, 8, num_classes=3).eval()
    found = input_sizes.find(transformer, torch.zeros(1, 3, 32, 32))
    assert found == SizeRange(32, 32)
    assert found.sentence == "Only 32×32 works." and found.nearest(100) == 32


def test_a_usual_size_that_does_not_work_leads_to_one_that_does() -> None:
    assert input_sizes.find(Flatten().eval(), torch.zeros(1, 1, 224, 224)) == SizeRange(28, 31)


def test_nothing_is_said_of_a_network_that_works_on_no_size() -> None:
    assert input_sizes.find(Mismatch().eval(), torch.zeros(1, 3, 16, 16)) is None
    assert input_sizes.find(nn.Conv1d(1, 1, 3), torch.zeros(1, 1, 16)) is None


def test_the_network_is_left_as_it_was() -> None:
    module = Remembering().eval()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    assert input_sizes.find(module, torch.zeros(1, 3, 16, 16)) == SizeRange(2)
    assert module.last is None
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())


def test_the_search_can_be_cancelled() -> None:
    tries = 0

    def check() -> None:
        nonlocal tries
        tries += 1
        if tries > 3:
            raise CancelledError("stop")

    with pytest.raises(CancelledError):
        input_sizes.find(torchvision.models.alexnet().eval(), torch.zeros(1, 3, 224, 224), check)
    assert tries == 4


@pytest.mark.parametrize(
    ("sizes", "asked", "nearest", "sentence"),
    [
        (SizeRange(63), 32, 63, "The smallest size that works is 63×63."),
        (SizeRange(63), 100, 100, "The smallest size that works is 63×63."),
        (SizeRange(28, 31), 224, 31, "Sizes from 28×28 to 31×31 work."),
        (SizeRange(32, None, 32), 100, 96, "Sizes from 32×32 on work, in steps of 32 pixels."),
        (SizeRange(8, 32, 8), 100, 32, "Sizes from 8×8 to 32×32 work, in steps of 8 pixels."),
        (SizeRange(221, None, None), 300, 221, "The smallest size that works is 221×221."),
    ],
)
def test_the_nearest_size_that_works(sizes: SizeRange, asked: int, nearest: int, sentence: str) -> None:
    assert (sizes.nearest(asked), sizes.sentence) == (nearest, sentence)


def test_a_module_that_is_used_under_two_names_is_left_as_it_was() -> None:
    module = Shared().eval()
    assert input_sizes.find(module, torch.zeros(1, 3, 8, 8)) == SizeRange(3)
    assert {value.device.type for value in module.state_dict().values()} == {"cpu"}


def test_a_network_that_cannot_be_copied_is_unknown() -> None:
    module = GapCnn().eval()
    module.lock = threading.Lock()
    assert input_sizes.find(module, torch.zeros(1, 3, 8, 8)) is None
