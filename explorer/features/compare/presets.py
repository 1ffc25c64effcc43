"""Ways to a second network, one click away: the same under other weights, at another size, on another image.

What each takes in memory is told beforehand, as far as it is known.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from explorer.engine.messages import LoadModel, Size
from explorer.records import units
from explorer.records.initialisation import Scheme
from explorer.records.models import Preprocess, WeightsStatus
from explorer.window.scene import Scene

_SIZES = (0.5, 0.75, 1.25, 1.5, 2.0)  # of the usual side
_STEP = 32  # pixels; most networks halve their input five times


@dataclass(frozen=True)
class Preset:
    """A second network that a person may want.

    Attributes:
        group: What it varies: of several of one group, one is chosen.
        text: What is chosen, in a word or two; of a group with one, what the button says.
        command: How it is loaded.
        size, image: As in `Seat`.
        memory: What it takes beside the first.
    """

    group: str
    text: str
    command: LoadModel
    size: Size | None = None
    image: str | None = None
    memory: str = ""


WEIGHTS, SEED, START, SIZE, IMAGE = (
    "Other weights",
    "Another seed",
    "Another initialisation",
    "Another input size",
    "Another image",
)
GROUPS = {
    WEIGHTS: (
        "The same network, its pretrained weights against random ones",
        "pretrained weights on this computer",
        "same layers, other numbers: what training changed",
    ),
    SEED: (
        "The same network, its random weights drawn anew",
        "random weights in the first network",
        "same layers, other random numbers: what is chance",
    ),
    START: (
        "The same network, its random weights drawn by another rule",
        "a network",
        "same layers, other random start: what the rule does to the values",
    ),
    SIZE: (
        "The same network and weights, the image larger or smaller",
        "a network that reads images",
        "same weights, larger or smaller photo: what depends on size",
    ),
    IMAGE: (
        "The same network and weights, one of the other open images",
        "a second open image",
        "same weights, other photo: where the network tells the two apart",
    ),
}
"""What each group is, what it needs, and what one learns from it."""


def presets(scene: Scene) -> tuple[Preset, ...]:
    """Return what can be chosen of the network that is there."""
    seat = scene.seat
    if seat.wanted is None or seat.model is None:
        return ()
    return tuple(replace(it, memory=memory(scene, it.size)) for it in _all(scene, seat.wanted))


def _all(scene: Scene, wanted: LoadModel) -> Iterator[Preset]:
    seat, model = scene.seat, scene.model
    assert model is not None, "asked only with a model"
    here = partial(Preset, size=seat.size)
    random = replace(wanted, weights="random", random_head=False, initialisation=Scheme.DEFAULT)
    seed = wanted.seed or 0
    if not model.is_random:
        yield here(WEIGHTS, f"random weights, seed {seed}", replace(random, seed=seed))
    elif model.entry.weights is WeightsStatus.ON_DISK:
        pretrained = replace(wanted, weights="pretrained", initialisation=Scheme.DEFAULT)
        yield here(WEIGHTS, "pretrained weights", pretrained)
    if model.is_random:
        yield here(SEED, f"seed {seed + 1}", replace(wanted, seed=seed + 1))
    for scheme in Scheme:
        if not (model.is_random and scheme is wanted.initialisation):
            yield here(START, scheme.label, replace(random, seed=seed, initialisation=scheme))
    for size in _sizes(scene):
        yield Preset(SIZE, units.shape(size), wanted, size=size)
    for image in scene.images:
        if image.key != scene.image and image.opened is not None and scene.can_record(image):
            yield here(IMAGE, image.source.name, wanted, image=image.key)


def _sizes(scene: Scene) -> Iterator[Size]:
    seat = scene.seat
    takes = seat.model.preprocess if seat.model is not None else None
    if not isinstance(takes, Preprocess):
        return
    now = seat.size or takes.size
    sizes = (
        tuple(max(_STEP, round(side * share / _STEP) * _STEP) for side in takes.size) for share in _SIZES
    )
    for high, wide in dict.fromkeys(sizes):
        if (high, wide) != now:
            yield high, wide


def memory(scene: Scene, size: Size | None) -> str:
    """Return what the same network takes a second time: its weights, and values by the area of its input."""
    model, forward = scene.model, scene.forward
    if model is None:
        return ""
    weights = f"about {units.bytes_(model.weight_bytes)} more for weights"
    if forward is None:
        return weights
    shape = forward.trace.input_shape
    share = size[0] * size[1] / (shape[-2] * shape[-1]) if size is not None and len(shape) >= 4 else 1.0
    return f"{weights}, {units.bytes_(forward.held_bytes * share)} for values (estimate)"
