"""What can be asked of a network that reads words."""

from dataclasses import dataclass

from explorer.engine.command import Urgency
from explorer.engine.messages import Look
from explorer.records.ngrams import NGram


@dataclass(frozen=True)
class FindNGrams(Look[tuple[NGram, ...]]):
    """Asks where in the word of a forward each filter of the convolutions over characters answers most."""

    urgency, doing = Urgency.SELECTED, "looking for n-grams"

    forward: int
