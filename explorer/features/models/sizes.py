"""The size of the input: how a person writes it, and how it comes into the scene."""

import re

from explorer.engine.messages import Size
from explorer.records.models import TextInput
from explorer.window.scene import Scene
from explorer.window.spec import DeskLike

LARGEST_SIDE = 4096
MOST_PIXELS = 1024 * 1024  # the values of a forward take twenty times the memory that they take at 224×224

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


def text_of(size: Size) -> str:
    """Return a height and a width as `224×224`."""
    return f"{size[0]}×{size[1]}"


def own_size(scene: Scene) -> Size | None:
    """Return the height and width that the network was made for; None if it reads no images."""
    model = scene.model
    return None if model is None or isinstance(model.preprocess, TextInput) else model.preprocess.size


def use(desk: DeskLike, size: Size) -> None:
    """Give all images to the network at this height and width; without a forward the same size is tried again."""
    scene, own = desk.scene, own_size(desk.scene)
    if own is None:
        return
    wanted = None if size == own else size
    if wanted != scene.seat.size or scene.forward is None:
        desk.put(scene.at_size(wanted))
