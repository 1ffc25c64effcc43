"""What a person asked of the pane of the word."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Typing:
    """How many times the person wanted to type a word; the pane takes the focus when it has grown."""

    times: int = 0
