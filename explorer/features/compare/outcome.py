"""What comes out of comparing the layers of two networks: one sentence, and all the rest for its tooltip."""

from collections.abc import Sequence
from math import isnan

from explorer.features.compare.messages import Matching, ValueComparison
from explorer.features.compare.rows import Row, name_of, summary
from explorer.records.trace import Trace
from explorer.window import format as fmt

_INPUTS = (
    "Different inputs ({told}): each network prepares the photo in its own way (size, crop, colours), or was given "
    "another one. Values then differ from the first layer on, whatever the layers do."
)


def sentence(matching: Matching, found: ValueComparison | None, first: Trace, tolerance: float) -> str:
    """Return what matters most: `113 of 136 matched layers differ in shape or settings; values part at conv_stem`.

    Args:
        matching: Which operation is which.
        found: How far values agree, as far as that is known; None while nothing of it is.
        first: Of the first network, whose operations are named.
        tolerance: The relative error up to which values agree.
    """
    pairs = len(matching.pairs)
    if not pairs:
        return "No layer of A is the same part as one of B"
    changed = sum(bool(it.changes) for it in matching.pairs)
    verb = "differs" if changed == 1 else "differ"
    settings = (
        f"{changed:,} of {pairs:,} matched layers {verb} in shape or settings"
        if changed
        else f"All {pairs:,} matched layers have the same shape and settings"
    )
    return "; ".join(filter(None, (settings, _values(found, first, tolerance))))


def _values(found: ValueComparison | None, first: Trace, tolerance: float) -> str:
    if found is None:
        return ""
    at = found.first_beyond(tolerance)
    if at is not None:
        why = "" if found.inputs.identical else " (different inputs)"
        return f"values part at {name_of(first.nodes[at.a])}{why}"
    is_whole = len(found.agreements) == len(found.matching.pairs)
    return "all values agree within the tolerance" if is_whole else ""


def details(rows: Sequence[Row], found: ValueComparison | None, first: Trace, tolerance: float) -> str:
    """Return what is to be known beside the sentence, a line each: the counts, where they part, the inputs."""
    lines = list(summary(rows))
    at = found.first_beyond(tolerance) if found is not None else None
    if at is not None:
        by = (
            "shapes differ" if isnan(at.relative_error) else f"relative error {fmt.number(at.relative_error)}"
        )
        lines.append(f"Values part at {name_of(first.nodes[at.a])}: {by}.")
    if found is not None and not found.inputs.identical:
        lines.append(_INPUTS.format(told=found.inputs.told))
    return "\n".join(lines)
