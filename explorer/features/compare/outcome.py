"""What comes out of comparing the layers of two networks: one sentence, and all the rest for its tooltip."""

from collections.abc import Sequence
from math import isnan

from explorer.features.compare.messages import Cka, Matching, ValueComparison
from explorer.features.compare.readings import alike, error, similarity
from explorer.features.compare.rows import Row, name_of, summary
from explorer.records.trace import Node, Trace
from explorer.window import format as fmt
from explorer.window.widgets.elided import FACTS

Pair = tuple[Node | None, Node | None]
"""An operation of each network; None where one stands alone."""
_ALONE = ("Only in A: no layer of B is its partner.", "Only in B: no layer of A is its partner.")
_DASH = "A dash stands for layers that are not measured."
_LEFT_OUT = "To save time, CKA is not measured for all layers."
_PAIR = "A pair: a layer of A and the layer of B with the same name or the same place."
_INPUTS = (
    "Different inputs ({told}): each network prepares the photo in its own way (size, crop, colours), or was given "
    "another one. Values then differ from the first layer on, whatever the layers do."
)


def sentence(matching: Matching, found: ValueComparison | None, first: Trace, tolerance: float) -> str:
    """Return what matters most: `1 of 4 pairs of layers differs in shape or settings; values first differ at stem`.

    Args:
        matching: Which operation is which.
        found: How far values agree, as far as that is known; None while nothing of it is.
        first: Of the first network, whose operations are named.
        tolerance: The relative error up to which values agree.
    """
    pairs = len(matching.pairs)
    if not pairs:
        return "No layer of A has a partner in B"
    changed = sum(bool(it.changes) for it in matching.pairs)
    values = "" if changed == pairs > 1 else _values(found, first, tolerance)
    return "; ".join(filter(None, (_build(changed, pairs), _alone(matching), values)))


def _build(changed: int, pairs: int) -> str:
    """Return how many pairs differ in what they are."""
    all_of_them = f"All {pairs:,} pairs of layers" if pairs > 1 else "The only pair of layers"
    if not changed:
        return f"{all_of_them} {'have' if pairs > 1 else 'has'} the same shape and settings"
    some = all_of_them if changed == pairs else f"{changed:,} of {pairs:,} pairs of layers"
    return f"{some} {'differ' if changed > 1 else 'differs'} in shape or settings"


def _alone(matching: Matching) -> str:
    """Return how many layers stand alone, `2 layers only in A, 1 only in B`; empty where none does."""
    alone = {"A": len(matching.only_a), "B": len(matching.only_b)}
    told = [(f"{count:,}", letter) for letter, count in alone.items() if count]
    nouns = ("layer " if told and told[0][0] == "1" else "layers ", "")
    return ", ".join(
        f"{count} {noun}only in {letter}" for (count, letter), noun in zip(told, nouns, strict=False)
    )


def _values(found: ValueComparison | None, first: Trace, tolerance: float) -> str:
    if found is None:
        return ""
    at = found.first_beyond(tolerance)
    if at is not None:
        read = "" if found.inputs.identical else "what A and B read differs; "
        by = "shapes differ" if isnan(at.relative_error) else f"relative error {error(at.relative_error)}"
        return f"{read}values first differ at {name_of(first.nodes[at.a])} ({by})"
    is_whole = len(found.agreements) == len(found.matching.pairs)
    return "all values agree within the tolerance" if is_whole else ""


def is_parting(pair: Pair, found: ValueComparison | None, tolerance: float) -> bool:
    """Tell whether a pair is the first whose values differ by more than the tolerance."""
    first = None if found is None else found.first_beyond(tolerance)
    return first is not None and [it.id for it in pair if it is not None] == [first.a, first.b]


def details(rows: Sequence[Row], found: ValueComparison | None) -> str:
    """Return what is to be known beside the sentence, a line each: what a pair is, the counts, why inputs differ."""
    lines = [_PAIR, *summary(rows)]
    if found is not None and not found.inputs.identical:
        lines.append(_INPUTS.format(told=found.inputs.told))
    return "\n".join(lines)


def caution(cka: Cka | None, rows: Sequence[Row]) -> tuple[str, str]:
    """Return with what care CKA is to be read, and why; what a dash stands for where some pairs have none."""
    if cka is None:
        return "", ""
    is_out = any(
        row.a is not None
        and row.b is not None
        and not (row.a.id in cka.layers_a and row.b.id in cka.layers_b)
        for row in rows
    )
    told = FACTS.join(filter(None, (cka.caution, _DASH))) if is_out else cka.caution
    return told, f"{cka.why}\n{_LEFT_OUT} {cka.rule}".strip() if is_out else cka.why


def alone(pair: Pair) -> str:
    """Return in which network an operation is, if it has no partner; empty for a pair, and for none."""
    return next((text for it, text in zip(pair[::-1], _ALONE, strict=True) if it is None), "")


def pair_line(pair: Pair, rows: Sequence[Row]) -> str:
    """Return in one line which two are looked at and how far their values agree; empty for none."""
    if not any(pair):
        return ""
    if told := alone(pair):
        return told
    a, b = map(name_of, pair)
    facts = [f"A and B: {a}"] if a == b else [f"A: {a}", f"B: {b}"]
    row = next((it for it in rows if (it.a, it.b) == pair), None)
    if row is not None:
        known = {"cosine": similarity(row.cosine), "relative error": error(row.relative_error)}
        facts += [f"{what} {text}" for what, text in known.items() if text != fmt.UNKNOWN]
        facts += [] if isnan(row.cka) else [alike(row.cka, row.over, row.is_rough)]
        facts += [row.changes] if row.changes else []
    return FACTS.join(facts)
