"""A recorded forward as the window knows it: its trace, its answer, what the model saw, what it costs to hold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.records.answers import Answer, Prediction
from explorer.records.measures import Memory
from explorer.records.sizes import SizeRange
from explorer.records.trace import Trace


@dataclass(frozen=True, eq=False)
class Forward:
    """A recorded forward.

    Attributes:
        number: The number that whoever asked gave it; every view into it names it.
        key: The image.
        size: Height and width of the input in pixels, as asked; None for the model's own.
        trace: Receptive fields filled in.
        answer: What the network answers; without classes if the forward failed.
        picture: (H, W, 3) uint8 RGB: what the model saw, input pixel for pixel; None for a word or an array.
        memory: Derived from the trace.
        held_bytes: Memory that the engine holds for the values of this forward.
        record_ms: Wall time of the recorded forward, in milliseconds.
        characters: What the network read, one character a position; empty unless it was a word.
        sizes: If the forward on an image failed: the square sizes that the network works on, where some were found.
        beside: Keys of the images for further inputs.
    """

    number: int
    key: str
    size: tuple[int, int] | None
    trace: Trace
    answer: Answer
    picture: NDArray[np.uint8] | None
    memory: Memory
    held_bytes: int
    record_ms: float
    characters: str = ""
    sizes: SizeRange | None = None
    beside: tuple[str, ...] = ()

    @property
    def predictions(self) -> tuple[Prediction, ...]:
        """The first classes of its answer; empty if there are none."""
        return self.answer.predictions
