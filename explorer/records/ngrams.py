"""What the filters of a network over characters look for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NGram:
    """The place in a word where one filter answers most.

    Attributes:
        node: Id of the convolution in the trace.
        layer: Its name.
        filter: The filter, counted from 0.
        start: The first character it sees there, counted from 0 in what the network reads.
        text: The characters it sees there.
        activation: What it answers there: the largest value of its output.
    """

    node: int
    layer: str
    filter: int
    start: int
    text: str
    activation: float

    @property
    def stop(self) -> int:
        """One behind the last character it sees."""
        return self.start + len(self.text)
