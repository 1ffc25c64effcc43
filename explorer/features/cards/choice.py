"""What a person chooses among the cards."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CardChoice:
    """The card that is read in the place of the network's own; None for that.

    Attributes:
        card: Its id.
        model: Full name of the network beside which it is read: with another one, that one's own card comes.
    """

    card: str | None = None
    model: str = ""
