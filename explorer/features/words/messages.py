"""What can be asked of a network that reads words."""

from dataclasses import dataclass

from explorer.engine.command import Command, Lane, Urgency
from explorer.records.ngrams import NGram


@dataclass(frozen=True)
class FindNGrams(Command[tuple[NGram, ...]]):
    """Asks where in the word of a forward each filter of the convolutions over characters answers most."""

    lane, urgency, doing = Lane.VIEW, Urgency.SELECTED, "looking for n-grams"

    forward: int
