"""What a person's own network takes is found by looking and running it, without changing it."""

import copy
from collections.abc import Callable
from typing import Any, TypedDict

import pytest
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from explorer.engine import looking
from explorer.engine.arguments import noise_for, together
from explorer.records.errors import CancelledError, ExplorerError
from explorer.records.models import Passing, Preprocess, Slot, ToldInputs

USUAL = Preprocess(256, 224, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
POOL = (nn.AdaptiveAvgPool2d(1), nn.Flatten())


class Of(nn.Module):
    """A network whose forward is a function of itself and its inputs."""

    def __init__(self, forward: Callable[..., Any], **parts: Any) -> None:
        super().__init__()
        self.forward = forward.__get__(self)  # type: ignore[method-assign]
        for name, part in parts.items():
            setattr(self, name, part)


def lenet() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 10)
    )  # fmt: skip


def flat(side: int, channels: int = 3) -> nn.Module:
    return nn.Sequential(nn.Conv2d(channels, 2, 3, padding=1), nn.Flatten(), nn.Linear(2 * side * side, 4))


def siamese(self: Any, a: Tensor, b: Tensor) -> Tensor:
    return (self.c(a) - self.c(b)).mean((2, 3))


def two_streams(self: Any, rgb: Tensor, depth: Tensor) -> Tensor:
    return self.a(rgb) + self.b(depth)


def keyword_only(self: Any, *, x: Tensor) -> Tensor:
    return self.c(x)


def from_dictionary(self: Any, batch: Any) -> Tensor:
    return self.c(batch["image"]).mean((2, 3))


def from_two_keys(self: Any, batch: dict[str, Tensor]) -> Tensor:
    return self.c(batch["image"]).mean((2, 3)) + self.e(batch["input_ids"]).mean((1, 2))[:, None]


def from_list(self: Any, images: list[Tensor]) -> Tensor:
    return self.c(images[0]) + self.c(images[1])


def diffusion(self: Any, x: Tensor, t: Tensor) -> Tensor:
    return self.c(x) + self.time(t)[:, :, None, None]


def described(self: Any, image: Tensor, input_ids: Tensor) -> Tensor:
    return self.c(image).mean((2, 3)) + self.e(input_ids).mean(1)


def masked(self: Any, tokens: Tensor, mask: Tensor) -> Tensor:
    return self.e(tokens) * mask[..., None]


def optional(self: Any, x: Tensor | None = None, scale: float = 2.0) -> Tensor:
    assert x is not None
    return self.c(x) * scale


def flattened(self: Any, x: Tensor) -> Tensor:
    return self.fc(x.view(x.size(0), -1))


class Batch(TypedDict):
    image: Tensor


def typed(self: Any, batch: Batch) -> Tensor:
    return self.c(batch["image"])


class Configured(nn.Module):
    """As timm's networks say what they take."""

    def __init__(self) -> None:
        super().__init__()
        self.default_cfg = {
            "input_size": (3, 96, 96),
            "mean": (0.1, 0.2, 0.3),
            "std": (0.4, 0.5, 0.6),
            "crop_pct": 0.5,
        }
        self.c = nn.Conv2d(3, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.c(x)


class Patches(nn.Module):
    """A transformer over patches of a fixed number."""

    def __init__(self, img_size: int) -> None:
        super().__init__()
        self.img_size = img_size
        self.embed = nn.Conv2d(3, 8, 10, stride=10)
        self.place = nn.Parameter(torch.zeros(1, (img_size // 10) ** 2, 8))

    def forward(self, x: Tensor) -> Tensor:
        return self.embed(x).flatten(2).transpose(1, 2) + self.place


def conv(channels: int = 3) -> nn.Conv2d:
    return nn.Conv2d(channels, 4, 3)


def attribute(network: nn.Module, **values: Any) -> nn.Module:
    vars(network).update(values)
    return network


# network -> what it takes, as it is told to a person; "!" before the name of one passed by name, "[]" in a list or dict
NETWORKS: dict[str, tuple[Callable[[], nn.Module], str]] = {
    "colour": (lambda: nn.Sequential(conv(), *POOL), "3×224×224 pixels, colour"),
    "grey": (lambda: nn.Sequential(conv(1), *POOL), "1×224×224 pixels, luminance"),
    "LeNet": (lenet, "1×32×32 pixels, luminance"),
    "28": (lambda: flat(28, 1), "1×28×28 pixels, luminance"),
    "64": (lambda: flat(64), "3×64×64 pixels, colour"),
    "299": (lambda: flat(299), "3×299×299 pixels, colour"),
    "an unusual side": (lambda: flat(45), "3×45×45 pixels, colour"),
    "a side of its own": (lambda: Patches(50), "3×50×50 pixels, colour"),
    "timm's settings": (Configured, "3×96×96 pixels, colour"),
    "Lightning's example": (
        lambda: attribute(nn.Sequential(conv(1)), example_input_array=torch.ones(1, 1, 40, 48)),
        "1×40×48 pixels, luminance",
    ),
    "Lightning's examples": (
        lambda: attribute(Of(siamese, c=conv()), example_input_array=(torch.ones(1, 3, 9, 9),) * 2),
        "a: 3×9×9 pixels, colour; b: 3×9×9 pixels, colour",
    ),
    "five channels": (lambda: nn.Sequential(conv(5)), "1×5×224×224"),
    "grouped": (lambda: nn.Sequential(nn.Conv2d(3, 6, 3, groups=3)), "3×224×224 pixels, colour"),
    "generator": (lambda: nn.Sequential(nn.ConvTranspose2d(100, 8, 4), nn.ReLU()), "1×100×1×1"),
    "generator from a vector": (
        lambda: nn.Sequential(nn.Linear(10, 32), nn.Unflatten(1, (8, 2, 2)), nn.ConvTranspose2d(8, 3, 4)), "1×10",
    ),
    "vector": (lambda: nn.Sequential(nn.Linear(13, 4)), "1×13"),
    "digits, flattened": (lambda: Of(flattened, fc=nn.Linear(784, 10)), "1×28×28 pixels, luminance"),
    "photos, flattened": (lambda: nn.Sequential(nn.Flatten(), nn.Linear(3072, 10)), "3×32×32 pixels, colour"),
    "digits as a vector": (lambda: nn.Sequential(nn.Linear(784, 10), nn.BatchNorm1d(10)), "1×784"),
    "signal": (lambda: nn.Sequential(nn.Conv1d(2, 4, 5)), "1×2×1024"),
    "volume": (lambda: nn.Sequential(nn.Conv3d(3, 2, 3)), "1×3×16×112×112"),
    "whole numbers": (lambda: nn.Sequential(nn.Embedding(50, 4)), "1×16, whole numbers below 50"),
    "whole numbers, then a recurrent layer": (
        lambda: nn.Sequential(nn.Embedding(50, 4), nn.GRU(4, 3, batch_first=True)), "1×16, whole numbers below 50",
    ),
    "sequence": (lambda: nn.Sequential(nn.LSTM(7, 3, batch_first=True)), "1×16×7"),
    "sequence, batch second": (lambda: nn.Sequential(nn.RNN(7, 3)), "16×1×7"),
    "transformer": (
        lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 1), "1×16×8",
    ),
    "two images": (lambda: Of(siamese, c=conv()), "a: 3×224×224 pixels, colour; b: 3×224×224 pixels, colour"),
    "two images of different channels": (
        lambda: Of(two_streams, a=conv(), b=conv(1)),
        "rgb: 3×224×224 pixels, colour; depth: 1×224×224 pixels, luminance",
    ),
    "by name": (lambda: Of(keyword_only, c=conv()), "!x: 3×224×224 pixels, colour"),
    "optional": (lambda: Of(optional, c=conv()), "3×224×224 pixels, colour"),
    "dictionary": (lambda: Of(from_dictionary, c=conv()), "[]image: 3×224×224 pixels, colour"),
    "typed dictionary": (lambda: Of(typed, c=conv(1)), "[]image: 1×224×224 pixels, luminance"),
    "dictionary of two": (
        lambda: Of(from_two_keys, c=conv(), e=nn.Embedding(9, 4)),
        "[]image: 3×224×224 pixels, colour; []input_ids: 1×16, whole numbers below 9",
    ),
    "list": (lambda: Of(from_list, c=conv()), "[]3×224×224 pixels, colour; []3×224×224 pixels, colour"),
    "image and time": (
        lambda: Of(diffusion, c=conv(), time=nn.Embedding(1000, 4)),
        "x: 3×224×224 pixels, colour; t: 1, whole numbers below 1,000",
    ),
    "image and words": (
        lambda: Of(described, c=conv(), e=nn.Embedding(9, 4)),
        "image: 3×224×224 pixels, colour; input_ids: 1×16, whole numbers below 9",
    ),
    "words and mask": (
        lambda: Of(masked, e=nn.Embedding(9, 4)),
        "tokens: 1×16, whole numbers below 9; mask: 1×16, whole numbers below 2",
    ),
    "lazy": (lambda: nn.Sequential(nn.LazyConv2d(4, 3), *POOL, nn.LazyLinear(2)), "3×224×224 pixels, colour"),
    "compiled": (lambda: torch.jit.script(nn.Sequential(conv(1), *POOL)), "1×224×224 pixels, luminance"),
    "in double precision": (lambda: nn.Sequential(conv(1)).double(), "1×224×224 pixels, luminance"),
    "without parameters": (lambda: nn.Sequential(nn.ReLU()), "3×224×224 pixels, colour"),
}  # fmt: skip


def told_of(slots: tuple[Slot, ...]) -> str:
    """Return what a person is told; the name of the only input, which says nothing, is left out."""
    marks = {Passing.NAME: "!", Passing.KEY: "[]", Passing.ITEM: "[]"}
    is_plain = len(slots) == 1 and slots[0].passing is Passing.POSITION
    return "; ".join(
        marks.get(slot.passing, "") + (Slot("", slot.takes) if is_plain else slot).sentence for slot in slots
    )


@pytest.mark.filterwarnings("ignore:Lazy modules are a new feature", "ignore:enable_nested_tensor is True")
@pytest.mark.parametrize(("make", "takes"), NETWORKS.values(), ids=NETWORKS)
def test_what_a_network_takes_is_found(make: Callable[[], nn.Module], takes: str) -> None:
    network = make().eval()
    state = None if any(map(is_lazy, network.parameters())) else copy.deepcopy(network.state_dict())
    before = torch.get_rng_state()

    slots = looking.look(network, ToldInputs(), USUAL)

    assert told_of(slots) == takes
    inputs, named = together(slots, [looking.fitting(network, noise_for(slot)) for slot in slots])
    network(*inputs, **named)
    assert not any(map(is_lazy, network.parameters()))
    if state is not None:
        assert torch.equal(torch.get_rng_state(), before)
        assert all(torch.equal(now, state[key]) for key, now in network.state_dict().items())


def test_settings_bring_their_normalisation() -> None:
    (slot,) = looking.look(Configured(), ToldInputs(), USUAL)
    assert slot.takes == Preprocess(192, (96, 96), (0.1, 0.2, 0.3), (0.4, 0.5, 0.6))


# ---- what a person says ----


def shapes(*told: Any) -> ToldInputs:
    return ToldInputs(tuple((name, shape) for name, shape in told))


TOLD: dict[str, tuple[Callable[[], nn.Module], ToldInputs, str]] = {
    "one": (lambda: nn.Sequential(conv(1)), shapes(("", (1, 1, 9, 8))), "1×9×8 pixels, luminance"),
    "two in order": (
        lambda: Of(siamese, c=conv()), shapes(("", (1, 3, 8, 8)), ("", (1, 3, 8, 8))),
        "a: 3×8×8 pixels, colour; b: 3×8×8 pixels, colour",
    ),
    "by name": (
        lambda: Of(siamese, c=conv()), shapes(("b", (1, 3, 9, 9)), ("", (1, 3, 8, 8))),
        "a: 3×8×8 pixels, colour; b: 3×9×9 pixels, colour",
    ),
    "keys": (lambda: Of(from_dictionary, c=conv()), shapes(("image", (1, 3, 8, 8))), "[]image: 3×8×8 pixels, colour"),
    "by name only": (lambda: Of(keyword_only, c=conv()), shapes(("x", (1, 3, 8, 8))), "!x: 3×8×8 pixels, colour"),
    "a list": (
        lambda: Of(from_list, c=conv()), shapes(("", (1, 3, 8, 8)), ("", (1, 3, 8, 8))),
        "[]3×8×8 pixels, colour; []3×8×8 pixels, colour",
    ),
    "whole numbers": (lambda: nn.Sequential(nn.Embedding(9, 4)), shapes(("", (2, 5))), "2×5, whole numbers below 9"),
    "a batch": (lambda: nn.Sequential(conv()), shapes(("", (4, 3, 8, 8))), "4×3×8×8"),
    "size": (lambda: nn.Sequential(conv(1)), ToldInputs(size=(20, 30)), "1×20×30 pixels, luminance"),
}  # fmt: skip


@pytest.mark.parametrize(("make", "told", "takes"), TOLD.values(), ids=TOLD)
def test_what_a_person_says_is_taken(make: Callable[[], nn.Module], told: ToldInputs, takes: str) -> None:
    slots = looking.look(make().eval(), told, USUAL)
    assert told_of(slots) == takes


def test_mean_and_deviation_are_those_that_were_told() -> None:
    (slot,) = looking.look(lenet().eval(), ToldInputs(mean=(0.1307,), std=(0.3081,)), USUAL)
    assert isinstance(slot.takes, Preprocess)
    assert (slot.takes.mean, slot.takes.std, slot.takes.size) == ((0.1307,), (0.3081,), (32, 32))


def test_too_few_shapes_are_one_line() -> None:
    with pytest.raises(ExplorerError) as caught:
        looking.look(Of(siamese, c=conv()), shapes(("", (1, 3, 8, 8))), USUAL)
    assert str(caught.value) == (
        "the network takes 2 inputs (a, b) and was told the shape of 1; give --shape for each"
    )


# ---- networks that run on nothing ----


def test_a_network_that_fails_is_given_what_it_seems_to_take() -> None:
    network = nn.Sequential(conv(1), conv(7)).eval()
    assert looking.look(network, ToldInputs(), USUAL)[0].sentence.endswith("1×224×224 pixels, luminance")


def test_the_search_ends_in_time_and_when_it_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(looking.time, "monotonic", lambda: now[0])

    def slow(self: Any, x: Tensor) -> Tensor:
        now[0] += looking.PATIENCE_SECONDS / 20  # of some hundred that would be tried
        return x + torch.ones(7, 7, 7)

    looking.look(Of(slow), ToldInputs(), USUAL)
    assert 0 < now[0] < 3 * looking.PATIENCE_SECONDS

    def cancel() -> None:
        raise CancelledError("no")

    with pytest.raises(CancelledError):
        looking.look(lenet(), ToldInputs(), USUAL, cancel)


def test_a_network_that_leaves_or_cannot_be_copied_is_tried_all_the_same() -> None:
    def leave(self: Any, x: Tensor) -> Tensor:
        raise SystemExit(3)

    assert looking.look(Of(leave), ToldInputs(), USUAL)[0].is_image
    held = nn.Sequential(conv(1))
    held.lock = (n for n in ())  # type: ignore[assignment] # what cannot be copied
    assert looking.look(held, ToldInputs(), USUAL)[0].sentence.endswith("1×224×224 pixels, luminance")
