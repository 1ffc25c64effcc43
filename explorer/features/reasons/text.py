"""What is said of maps, and how two of them are laid beside each other; pure."""

import math

import numpy as np

from explorer.features.reasons.messages import Explanation, SanityCheck
from explorer.features.reasons.methods import Method
from explorer.features.reasons.picture import Panel
from explorer.records.heat import HeatMap
from explorer.records.trace import Trace
from explorer.window import format as fmt
from explorer.window.widgets.elided import FACTS

_ALIKE = 0.5
OWN_SCALES = "Own scales: compare where, not how much"


def headline(found: Explanation, trace: Trace | None, shown: int | None) -> str:
    """Return what a map shows, where, and of how much: `Grad-CAM at act2 for tiger cat`.

    Where it is not of the operation of the trace that is `shown`, it is told apart from rows that read the same.
    """
    if not found.layer:
        return FACTS.join(filter(None, (found.heat.title, found.so_far)))
    about = found.method.about
    layer = trace.apart(found.layer) if trace is not None and elsewhere(found, shown) else found.layer
    title = f"{about.title} at {layer}{f' for {found.label}' if about.of_class else ''}"
    return FACTS.join(filter(None, (title, found.so_far)))


def elsewhere(found: Explanation, shown: int | None) -> str:
    """Return the warning that a map is not of the operation that is `shown`; empty where it is, or is of pixels."""
    is_other = shown not in (None, found.node) and found.node is not None
    return "map of another layer" if is_other else ""


def grid(found: Explanation) -> str:
    """Return how fine a map is, and why its layer was taken; empty for one of the pixels."""
    if not found.layer:
        return ""
    high, wide = found.heat.values.shape
    return f"{high}×{wide}{f', {found.layer_why}' if found.layer_why else ''}"


def details(found: Explanation) -> str:
    """Return what the method was told and assumed, and what a person should know."""
    whole = () if found.completeness is None else (found.completeness.told,)
    return FACTS.join(filter(None, (grid(found), *found.notes, *whole, *found.facts)))


def numbers(found: Explanation) -> str:
    """Return the score that is explained and what it took, for a tooltip."""
    count = "once" if found.forwards == 1 else f"{found.forwards:,} times"
    score = f"The network's {found.score_is} for {found.label}: {fmt.number(found.score)}. "
    return f"{score if found.method.about.of_class else ''}To draw this map, the network ran {count}."


def about(method: Method) -> str:
    """Return what is to be known of a method, in paragraphs."""
    known = method.about
    return "\n\n".join((known.says, known.formula, known.paper))


def compared(one: Explanation, other: Explanation) -> list[Panel]:
    """Return two maps on one scale, and once both are whole their difference; none where the grids differ."""
    full = max(one.heat.full, other.heat.full)
    about = one.method.about
    panels = [Panel(_at_most(it.heat, full), _labelled(it), about) for it in (one, other)]
    if one.heat.values.shape == other.heat.values.shape:
        if one.so_far or other.so_far:
            # It keeps its place, so that nothing moves when it comes.
            return [*panels, Panel(None, "no difference yet")]
        title = f"{one.label} less {other.label}"
        difference = one.heat.values - other.heat.values
        limit = full if one.heat.limit is not None or other.heat.limit is not None else None
        panels.append(Panel(HeatMap(difference, True, title, limit, one.heat.lies), title, about))
    return panels


def _labelled(found: Explanation) -> str:
    """Return what stands below one of two maps: the class, its score and of how much the map is, if not of all."""
    return FACTS.join(filter(None, (f"{found.label}: {fmt.number(found.score)}", found.so_far)))


def checked(found: SanityCheck) -> list[Panel]:
    """Return the map of the weights as loaded beside that of random ones, each on its own scale."""
    about = found.before.method.about
    return [
        Panel(found.before.heat, "weights as loaded", about),
        Panel(found.after.heat, f"random weights: {found.randomised}", about),
    ]


def verdict(found: SanityCheck) -> str:
    """Say whether a map depends on the weights."""
    if math.isnan(found.correlation) or math.isnan(found.similarity):
        return "One of the two maps is flat: they cannot be compared"
    if abs(found.correlation) < _ALIKE:
        return "The map changes with the weights, as it should"
    return "The map stays much the same without what was learned: it tells more of the picture than of the network"


def likeness(found: SanityCheck) -> str:
    """Return how alike the two maps are, for a tooltip."""
    return (
        f"How alike the two maps are, 1 being the same: rank correlation of their pixels {_short(found.correlation)}, "
        f"structural similarity (SSIM) {_short(found.similarity)}."
    )


def _short(number: float) -> str:
    return fmt.number(round(number, 2))


def _at_most(heat: HeatMap, full: float) -> HeatMap:
    return HeatMap(np.asarray(heat.values), heat.signed, heat.title, full, heat.lies)
