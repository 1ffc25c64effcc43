"""What a person chooses among the cards."""

from dataclasses import dataclass

from explorer.window.cards import Hint


@dataclass(frozen=True)
class CardChoice:
    """The card that is read in the place of the network's own; None for that.

    Attributes:
        card: Its id.
        model: Full name of the network beside which it is read: with another one, that one's own card comes.
    """

    card: str | None = None
    model: str = ""


@dataclass(frozen=True)
class Followed:
    """The hint that the person wants to see, until it is seen."""

    hint: Hint | None = None
