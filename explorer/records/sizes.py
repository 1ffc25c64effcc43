"""Sizes of the input of a network for images: those that a person may choose, those that it works on."""

from dataclasses import dataclass

LARGEST_SIDE = 4096
MOST_PIXELS = 1024 * 1024  # the values of a forward take twenty times the memory that they take at 224×224


def in_reach(height: int, width: int) -> bool:
    """Tell whether a person may choose an input of that size in pixels."""
    return all(1 <= side <= LARGEST_SIDE for side in (height, width)) and height * width <= MOST_PIXELS


def square(side: int, wide: int | None = None) -> str:
    """Return a size in pixels, height and width: `224×224`."""
    return f"{side}×{side if wide is None else wide}"


@dataclass(frozen=True)
class SizeRange:
    """The square sizes of the input that a network for images works on.

    Attributes:
        smallest: The shortest side that works, in pixels; no shorter one does.
        largest: The longest side known to follow the rule; None if they go on without an end, as far as sides of
            three times the usual one tell, or where there is no rule.
        step: Pixels from one side that works to the next, none between working; None if they follow no such rule.
        usual: The network's usual side, where it works and the rule does not say so.
        is_open: True if not every side above `largest` was tried, so that more may work.
    """

    smallest: int
    largest: int | None = None
    step: int | None = 1
    usual: int | None = None
    is_open: bool = False

    def holds(self, side: int) -> bool:
        """Tell whether `side` is among the sides that are known to work."""
        return side == self.nearest(side)

    def nearest(self, side: int) -> int:
        """Return the side that is nearest to `side` among those that are known to work."""
        near = self._on_rule(side)
        return near if self.usual is None else min(near, self.usual, key=lambda known: abs(known - side))

    def _on_rule(self, side: int) -> int:
        if self.step is None:
            return self.smallest
        near = self.smallest + max(0, round((side - self.smallest) / self.step)) * self.step
        return near if self.largest is None else min(near, self.largest)

    @property
    def is_one(self) -> bool:
        """True if just one size works."""
        return self.largest == self.smallest and self.usual is None and not self.is_open

    @property
    def sentence(self) -> str:
        """What works, for a person."""
        first, last = square(self.smallest), square(self.largest or 0)
        also = f", and so does the usual {square(self.usual)}" if self.usual is not None else ""
        rest = f"{also}; not every larger one was tried." if self.is_open else f"{also}."
        if self.step is None:
            return f"{first} works{also}, but not every larger one does."
        if self.largest == self.smallest:
            return f"{first} works{rest}" if self.is_open else f"Only {first} works."
        if self.step == self.smallest > 1:
            return f"Squares with sides that are multiples of {self.step} work{self._end_of_multiples}."
        if self.step > 1:
            end = f"to {last}" if self.largest is not None else "on"
            return f"Sizes from {first} {end} work, in steps of {self.step} pixels{rest}"
        if self.largest is not None:
            return f"Sizes from {first} to {last} work{rest}"
        return f"The smallest size that works is {first}."

    @property
    def _end_of_multiples(self) -> str:
        """How far the multiples of the smallest side are known to work."""
        if self.largest is None:
            return ""
        last, usual = square(self.largest), self.usual
        if self.is_open and (usual is None or usual % self.smallest == 0):
            return f" (tried up to {last}{f', and {square(usual)}' if usual is not None else ''})"
        also = f", and so does the usual {square(usual)}" if usual is not None else ""
        return f" up to {last}{also}{'; not every larger one was tried' if self.is_open else ''}"
