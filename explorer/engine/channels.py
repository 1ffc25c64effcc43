"""Which values of a tensor belong to one channel: what is left beside the dimensions that run over places."""

from dataclasses import dataclass
from math import prod

import numpy as np
from torch import Tensor

from explorer.fields.algebra import Field


def places(shape: tuple[int, ...], field: Field | None) -> tuple[int, ...]:
    """Return the dimensions of a tensor that run over the places of a picture or of a word.

    They are one of tokens or characters, or those of rows and columns in this order; empty where none are known.

    Args:
        shape: Of the tensor.
        field: Its receptive field; None if there is none.
    """
    if field is None or field.ndim != len(shape) or len(field.rules) > 2:
        return ()
    tokens = [d for d, axes in enumerate(field.axes) if axes == (0, 1)]
    count = field.extra + prod(field.grid)
    # Tokens by tokens, as attention scores are, is a matrix: laying one side back would tear it apart.
    if tokens and list(shape).count(count) == 1 and shape[tokens[0]] == count:
        return (tokens[0],)
    found = [d for k in range(len(field.rules)) for d in _first(field, k)]
    return tuple(found) if len(found) == len(field.rules) else ()


def _first(field: Field, axis: int) -> list[int]:
    return [d for d, axes in enumerate(field.axes) if axes == (axis,)][:1]


@dataclass(frozen=True)
class Channels:
    """The channels of a tensor, counted as its maps are in the window.

    Attributes:
        shape: Of the tensor.
        places: Its dimensions that run over places; all others together count the channels.
    """

    shape: tuple[int, ...]
    places: tuple[int, ...]

    @classmethod
    def of(cls, shape: tuple[int, ...], field: Field | None) -> "Channels | None":
        """Return the channels of a tensor, each value one where it is a vector; None where none are known."""
        found = places(shape, field)
        is_vector = sum(size > 1 for size in shape) <= 1
        return cls(shape, found) if prod(shape) and (found or is_vector) else None

    @property
    def count(self) -> int:
        """How many there are."""
        return prod(self.beside)

    @property
    def beside(self) -> tuple[int, ...]:
        """Sizes of the dimensions that count them, those of one entry left out."""
        return tuple(size for d, size in enumerate(self.shape) if d not in self.places and size != 1)

    @property
    def size(self) -> int:
        """How many values each of them has."""
        return prod(self.shape[d] for d in self.places)

    def select(self, tensor: Tensor, number: int) -> Tensor:
        """Return the values of a channel, counted from 0, of a tensor of that shape: a view, its dimensions places."""
        beside = [size for d, size in enumerate(self.shape) if d not in self.places]
        last = range(-len(self.places), 0)
        return tensor.movedim(self.places, tuple(last))[
            tuple(int(k) for k in np.unravel_index(number, beside))
        ]
