"""Which input sizes work: against trying every single one."""

import copy
import threading
from collections.abc import Callable
from contextlib import suppress
from math import inf

import pytest
import torch
import torchvision
from torch import Tensor, nn

from explorer.engine import input_sizes
from explorer.records.errors import CancelledError
from explorer.records.sizes import SizeRange
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


class Only(nn.Module):
    """Works on the sides of a given rule."""

    def __init__(self, rule: Callable[[int], bool]) -> None:
        super().__init__()
        self.rule, self.conv = rule, nn.Conv2d(3, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        if not self.rule(x.shape[-1]):
            raise ValueError("not this size")
        return self.conv(x)


class Counted(Only):
    """Runs slowly in as many operations as are asked for, and counts them where they cost."""

    def __init__(self, steps: int, rule: Callable[[int], bool] = lambda side: True) -> None:
        super().__init__(rule)
        self.steps, self.ran = steps, [0]

    def __deepcopy__(self, memo: dict) -> "Counted":
        copied = Counted(self.steps, self.rule)
        copied.conv, copied.ran = copy.deepcopy(self.conv, memo), self.ran
        return copied

    def forward(self, x: Tensor) -> Tensor:
        x = super().forward(x)
        for _ in range(0 if x.is_meta else self.steps):
            self.ran[0] += 1
            x = x + 1
        return x


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
        (lambda: torchvision.models.alexnet(), 3, 80, range(1, 165)),
        (lambda: torchvision.models.resnet18(), 3, 16, range(1, 35)),
        (lambda: torchvision.models.vgg11(init_weights=False), 3, 40, range(1, 82)),
        (torchvision_net("inception_v3"), 3, 80, range(1, 77)),
        (GapCnn, 3, 20, range(1, 42)),
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

    found = input_sizes.find(module, torch.zeros(1, channels, usual, usual), seconds=inf)

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
    assert input_sizes.find(Flatten().eval(), torch.zeros(1, 1, 64, 64), seconds=inf) == SizeRange(28, 31)


def test_nothing_is_said_of_a_network_that_works_on_no_size() -> None:
    assert input_sizes.find(Mismatch().eval(), torch.zeros(1, 3, 16, 16)) is None
    assert input_sizes.find(nn.Conv1d(1, 1, 3), torch.zeros(1, 1, 16)) is None


def test_the_network_is_left_as_it_was() -> None:
    module = Remembering().eval()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    assert input_sizes.find(module, torch.zeros(1, 3, 16, 16)) == SizeRange(2)
    assert module.last is None
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())


@pytest.mark.parametrize(
    ("rule", "usual", "known", "sentence"),
    [
        (
            lambda side: side in (5, 7) or side >= 9,
            33,
            SizeRange(5, None, None, 33),
            "5×5 works, and so does the usual 33×33, but not every larger one does.",
        ),
        (lambda side: side == 1 or side >= 32, 32, SizeRange(1, None, None, 32), None),
        (lambda side: 16 <= side <= 40 or side >= 60, 32, SizeRange(16, None, None, 32), None),
        (lambda side: 16 <= side <= 40 or side >= 60, 24, SizeRange(16, None, None, 24), None),
        (lambda side: side % 8 == 0 or side > 70, 24, SizeRange(8, None, None, 24), None),
        (
            lambda side: 8 <= side <= 50,
            25,
            SizeRange(8, 50, 1, None, True),
            "Sizes from 8×8 to 50×50 work; not every larger one was tried.",
        ),
        (lambda side: 8 <= side <= 49, 25, SizeRange(8, 49), None),
        (lambda side: side % 4 == 0, 25, SizeRange(4, None, 4), None),
    ],
)
def test_a_rule_is_said_only_if_no_side_breaks_it(
    rule: Callable[[int], bool], usual: int, known: SizeRange, sentence: str | None
) -> None:
    found = input_sizes.find(Only(rule).eval(), torch.zeros(1, 3, usual, usual), seconds=inf)
    assert found == known
    assert sentence is None or found.sentence == sentence


def test_every_side_said_to_work_works_in_a_network_of_several_resolutions() -> None:
    """Maps that are halved and doubled again fit each other on some sizes only, as in HRNet."""

    class Resolutions(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.down = nn.Sequential(*(nn.Conv2d(3, 3, 3, stride=2, padding=1) for _ in range(3)))

        def forward(self, x: Tensor) -> Tensor:
            low = self.down(x)
            return self.down[0](x) + nn.functional.interpolate(low, scale_factor=4.0)

    module = Resolutions().eval()
    working = sides_that_work(module, 3, range(1, 65))
    found = input_sizes.find(module, torch.zeros(1, 3, 32, 32), seconds=inf)
    assert found is not None and found.smallest == working[0]
    assert [side for side in range(1, 65) if found.holds(side)] == [s for s in working if found.holds(s)]
    assert found.holds(32) and abs(found.nearest(33) - 33) == 1


def test_the_search_can_be_cancelled() -> None:
    tries = 0

    def check() -> None:
        nonlocal tries
        tries += 1
        if tries > 3:
            raise CancelledError("stop")

    with pytest.raises(CancelledError):
        input_sizes.find(torchvision.models.alexnet().eval(), torch.zeros(1, 3, 224, 224), check)


def test_the_search_can_be_cancelled_within_a_forward_of_the_network() -> None:
    module = Counted(1000, lambda side: side >= 8).eval()

    def check() -> None:
        if module.ran[0] >= 5:
            raise CancelledError("stop")

    with pytest.raises(CancelledError):
        input_sizes.find(module, torch.zeros(1, 3, 8, 8), check, inf)
    assert module.ran[0] == 5


def test_a_network_that_catches_what_ends_it_does_not_go_on() -> None:
    class Catching(Counted):
        def forward(self, x: Tensor) -> Tensor:
            try:
                return super().forward(x)
            except Exception as error:
                raise ValueError("another") from error

    def check() -> None:
        raise CancelledError("stop")

    with pytest.raises(CancelledError):
        input_sizes.find(Catching(3).eval(), torch.zeros(1, 3, 8, 8), check, inf)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock of the test's own, in seconds."""
    now = [0.0]
    monkeypatch.setattr(input_sizes.time, "monotonic", lambda: now[0])
    return now


def test_where_the_time_is_out_less_is_said(clock: list[float]) -> None:
    class Slow(Only):
        def forward(self, x: Tensor) -> Tensor:
            clock[0] += 0.1
            return super().forward(x)

        def __deepcopy__(self, memo: dict) -> "Slow":
            copied = Slow(self.rule)
            copied.conv = copy.deepcopy(self.conv, memo)
            return copied

    usual = torch.zeros(1, 3, 32, 32)
    found = input_sizes.find(Slow(lambda side: side >= 8).eval(), usual)
    assert found.smallest == 8 and found.is_open and 8 < found.largest < 32 and found.usual == 32
    last = f"{found.largest}×{found.largest}"
    assert found.sentence == (
        f"Sizes from 8×8 to {last} work, and so does the usual 32×32; not every larger one was tried."
    )
    assert found.nearest(500) == 32 and found.nearest(9) == 9 and found.nearest(1) == 8
    assert input_sizes.find(Slow(lambda side: side >= 30).eval(), usual) is None


def test_a_forward_that_takes_too_long_is_not_waited_for(clock: list[float]) -> None:
    class Heavy(Counted):
        def forward(self, x: Tensor) -> Tensor:
            clock[0] += 0.0 if x.is_meta or x.shape[-1] <= 8 else 10.0
            return super().forward(x)

        def __deepcopy__(self, memo: dict) -> "Heavy":
            copied = Heavy(self.steps, self.rule)
            copied.conv, copied.ran = copy.deepcopy(self.conv, memo), self.ran
            return copied

    module = Heavy(7, lambda side: side % 8 == 0).eval()
    assert input_sizes.find(module, torch.zeros(1, 3, 32, 32)) == SizeRange(8, None, 8)
    assert module.ran[0] == 7  # the smallest, and nothing of the far one


@pytest.mark.parametrize(
    ("sizes", "asked", "nearest", "sentence"),
    [
        (SizeRange(63), 32, 63, "The smallest size that works is 63×63."),
        (SizeRange(63), 100, 100, "The smallest size that works is 63×63."),
        (SizeRange(28, 31), 224, 31, "Sizes from 28×28 to 31×31 work."),
        (SizeRange(32, None, 32), 100, 96, "Squares with sides that are multiples of 32 work."),
        (SizeRange(33, None, 32), 100, 97, "Sizes from 33×33 on work, in steps of 32 pixels."),
        (SizeRange(8, 32, 8), 100, 32, "Squares with sides that are multiples of 8 work up to 32×32."),
        (
            SizeRange(16, 112, 16, 224, True),
            200,
            224,
            "Squares with sides that are multiples of 16 work (tried up to 112×112, and 224×224).",
        ),
        (
            SizeRange(16, 112, 16, 225, True),
            200,
            225,
            "Squares with sides that are multiples of 16 work up to 112×112, and so does the usual 225×225; "
            "not every larger one was tried.",
        ),
        (SizeRange(221, None, None), 300, 221, "221×221 works, but not every larger one does."),
        (
            SizeRange(29, None, None, 224),
            225,
            224,
            "29×29 works, and so does the usual 224×224, but not every larger one does.",
        ),
        (SizeRange(29, None, None, 224), 33, 29, None),
        (SizeRange(16, 48, 16, None, True), 224, 48, None),
        (SizeRange(16, 16, 1, None, True), 224, 16, "16×16 works; not every larger one was tried."),
    ],
)
def test_the_nearest_size_that_works(
    sizes: SizeRange, asked: int, nearest: int, sentence: str | None
) -> None:
    assert sizes.nearest(asked) == nearest and sizes.holds(nearest)
    assert sizes.holds(asked) is (asked == nearest)
    assert sentence is None or sizes.sentence == sentence


def test_a_module_that_is_used_under_two_names_is_left_as_it_was() -> None:
    module = Shared().eval()
    assert input_sizes.find(module, torch.zeros(1, 3, 8, 8)) == SizeRange(3)
    assert {value.device.type for value in module.state_dict().values()} == {"cpu"}


def test_a_network_that_cannot_be_copied_is_unknown() -> None:
    module = GapCnn().eval()
    module.lock = threading.Lock()
    assert input_sizes.find(module, torch.zeros(1, 3, 8, 8)) is None
