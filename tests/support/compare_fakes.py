"""What an engine that is not there answers about two toy networks: which operation is which, how far they agree."""

from dataclasses import replace

import numpy as np

from explorer.features.compare.messages import (
    Agreement,
    Change,
    Cka,
    CompareValues,
    DifferenceView,
    Match,
    MatchedPair,
    Matching,
    MeasureCka,
    ValueComparison,
    ViewDifference,
    Why,
)
from explorer.records.values import ValueView

_AGREE = {
    1: {"cosine": 1.0, "relative_error": 0.0, "max_difference": 0.0, "identical": True},
    2: {"cosine": 1.0, "relative_error": 1e-7, "max_difference": 1e-6},
    3: {"cosine": 0.5, "relative_error": 0.25, "max_difference": 2.0},
    5: {"cosine": 0.4, "relative_error": 0.75, "max_difference": 3.0},
}


def matching(ask: Match | CompareValues) -> Matching:
    """All but the sum belong together, the second convolution was changed; and what a person mends."""
    pairs = {1: 1, 2: 2, 3: 3, 5: 5}
    for a, b in ask.by_hand:
        pairs = {x: y for x, y in pairs.items() if x != a and y != b}
        if a is not None and b is not None:
            pairs[a] = b
    changes = {(3, 3): (Change("kernel_size", (3, 3), (5, 5)),)}
    made = tuple(
        MatchedPair(a, b, Why.HAND if (a, b) in ask.by_hand else Why.NAME, changes.get((a, b), ()))
        for a, b in sorted(pairs.items())
    )
    firsts, seconds = {it.a for it in made}, {it.b for it in made}
    alone = [tuple(it for it in range(1, 6) if it not in known) for known in (firsts, seconds)]
    return Matching(made, *alone)


def values(ask: CompareValues) -> ValueComparison:
    known = matching(ask)
    agreements = tuple(
        Agreement(it.a, it.b, **_AGREE.get(it.a, {}) if it.a == it.b else {}) for it in known.pairs
    )
    return ValueComparison(known, Agreement(0, 0, identical=True), agreements)


def difference(ask: ViewDifference, a: ValueView, b: ValueView) -> DifferenceView:
    return DifferenceView(a, b, replace(a, title="difference", values=a.values - b.values))


def cka(ask: MeasureCka) -> Cka:
    layers = (1, 2, 3, 4, 5)
    matrix = np.abs(np.subtract.outer(np.arange(5.0), np.arange(5.0)))
    matrix = 1 - matrix / 10
    matrix[0, 4] = np.nan
    examples = f"{len(ask.images)} open images" if ask.images else "the places of each map"
    over = "images" if ask.images else "places"
    pairs = tuple((it, it) for it in (1, 2, 3, 5))
    return Cka(layers, layers, matrix, pairs, examples, 3, "all operations", over=over, is_rough=True)
