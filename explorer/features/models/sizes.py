"""The size of the input: how a person writes it, and how it comes into the scene."""

import re

from explorer.engine.messages import Size
from explorer.records.models import Preprocess, TensorInput, ToldInputs
from explorer.records.sizes import LARGEST_SIDE, MOST_PIXELS
from explorer.window.scene import Scene
from explorer.window.spec import DeskLike

LARGEST_LENGTH = 1_000_000

_NUMBERS = re.compile(r"(\d+)(?:\s*[×xX*]\s*(\d+))?")


def parse(text: str) -> Size:
    """Return the height and width that a person typed: `128`, `333×500`, `333x500`, `333*500`.

    Raises:
        ValueError: In one line, what is wrong with it.
    """
    match = _NUMBERS.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            f"“{text}” is no input size; type a side such as 128, or a height and a width such as 333×500."
        )
    height = int(match[1])
    size = (height, int(match[2] or height))
    if not all(1 <= side <= LARGEST_SIDE for side in size):
        raise ValueError(
            f"An input of {text_of(size)} is out of reach; sides are 1 to {LARGEST_SIDE} pixels."
        )
    if size[0] * size[1] > MOST_PIXELS:
        raise ValueError(
            f"An input of {text_of(size)} has {size[0] * size[1] / 1e6:.1f} million pixels, too many to record; "
            "choose at most as many as 1024×1024 has."
        )
    return size


def told(text: str, takes_image: bool) -> ToldInputs:
    """Return what a person typed of the inputs of their own network, one after the other, with `;` between.

    Args:
        text: `128`, `333×500`; `1×28×28`, channels first; or any shape with the batch first, such as `1×784`.
        takes_image: True if the network takes a picture first: two numbers are then its height and width.

    Raises:
        ValueError: In one line, what is wrong with it.
    """
    shapes = [_shape(part) for part in text.split(";")]
    if takes_image and len(shapes) == 1 and len(shapes[0]) <= 2:
        return ToldInputs(size=parse(text))
    pictures = ((1, *shape) if takes_image and len(shape) == 3 else shape for shape in shapes)
    return ToldInputs(tuple(("", shape) for shape in pictures))


def _shape(text: str) -> tuple[int, ...]:
    try:
        shape = tuple(int(number) for number in re.split(r"\s*[×xX*,]\s*", text.strip()))
    except ValueError:
        shape = ()
    if not shape or min(shape) < 1 or max(shape) > LARGEST_LENGTH:
        raise ValueError(
            f"“{text.strip()}” is no shape of an input; type one such as 1×28×28, and a ; between several."
        )
    return shape


def text_of(size: Size) -> str:
    """Return a height and a width as `224×224`."""
    return f"{size[0]}×{size[1]}"


def own_size(scene: Scene) -> Size | None:
    """Return the height and width that the network was made for; None if its first input is no image."""
    takes = scene.model.preprocess if scene.model is not None else None
    return takes.size if isinstance(takes, Preprocess) else None


def shapes_of(scene: Scene) -> str:
    """Return the shapes of a network's inputs where they are no single picture; empty else."""
    model = scene.model
    if model is None or (len(model.inputs) == 1 and not isinstance(model.preprocess, TensorInput)):
        return ""
    return "; ".join("×".join(map(str, slot.takes.shape)) for slot in model.inputs)


def use(desk: DeskLike, size: Size) -> None:
    """Give all images to the network at this height and width; without a forward the same size is tried again."""
    scene, own = desk.scene, own_size(desk.scene)
    if own is None:
        return
    wanted = None if size == own else size
    if wanted != scene.seat.size or scene.forward is None:
        desk.put(scene.at_size(wanted))
