"""What is said of maps, and how two of them are laid beside each other; pure."""

import math

import numpy as np

from explorer.features.reasons.messages import Explanation, SanityCheck
from explorer.features.reasons.methods import Group, Method
from explorer.features.reasons.picture import Panel
from explorer.records.heat import HeatMap
from explorer.window import format as fmt
from explorer.window.widgets.elided import FACTS

_ALIKE = 0.5


def headline(found: Explanation, elsewhere: str = "") -> str:
    """Return what a map shows: `Grad-CAM for tiger cat · of layer act2 (7×7), not of conv1 · logit 9.25`.

    Args:
        found: The map, and what it is of.
        elsewhere: The layer that a person could take it to be of; empty for none.
    """
    parts = [found.heat.title]
    if found.layer:
        high, wide = found.heat.values.shape
        other = f", not of {elsewhere}" if elsewhere else ""
        parts.append(f"of layer {found.layer} ({high}×{wide}){other}")
    return FACTS.join((*parts, f"{found.score_is} {fmt.number(found.score)}"))


def details(found: Explanation) -> str:
    """Return what the method was told and assumed, and what a person should know."""
    whole = () if found.completeness is None else (found.completeness.told,)
    count = f"the network ran {'once' if found.forwards == 1 else f'{found.forwards:,} times'}"
    why = (found.layer_why,) if found.layer_why else ()
    return FACTS.join((*found.notes, *whole, *why, *found.facts, count))


def about(method: Method) -> str:
    """Return what is to be known of a method, in paragraphs."""
    known = method.about
    return "\n\n".join((known.says, known.formula, known.paper))


def is_fine(found: Explanation) -> bool:
    """Tell whether a map is of single pixels, few of them strong."""
    return found.method.about.group is Group.PIXELS


def compared(one: Explanation, other: Explanation) -> list[Panel]:
    """Return two maps on one scale, and the first less the second; no difference where their grids differ."""
    full = max(one.heat.full, other.heat.full)
    fine = is_fine(one)
    panels = [
        Panel(_at_most(it.heat, full), f"{it.label} · {fmt.number(it.score)}", fine) for it in (one, other)
    ]
    if one.heat.values.shape == other.heat.values.shape:
        difference = one.heat.values - other.heat.values
        title = f"{one.label} less {other.label}"
        limit = full if one.heat.limit is not None or other.heat.limit is not None else None
        panels.append(Panel(HeatMap(difference, True, title, limit, one.heat.lies), title, fine))
    return panels


def checked(found: SanityCheck) -> list[Panel]:
    """Return the map of the weights as loaded beside that of random ones, each on its own scale."""
    return [
        Panel(found.before.heat, "weights as loaded", is_fine(found.before)),
        Panel(found.after.heat, f"random weights: {found.randomised}", is_fine(found.after)),
    ]


def verdict(found: SanityCheck) -> str:
    """Say whether a map depends on the weights, with the two numbers."""
    if math.isnan(found.correlation) or math.isnan(found.similarity):
        return "One of the two maps is flat: they cannot be compared"
    if abs(found.correlation) < _ALIKE:
        said = "The map changes with the weights, as it should"
    else:
        said = "The map stays much the same without what was learned: it tells more of the picture than of the network"
    numbers = (f"rank correlation {_short(found.correlation)}", f"SSIM {_short(found.similarity)}")
    return FACTS.join((said, *numbers))


def _short(number: float) -> str:
    return fmt.number(round(number, 2))


def _at_most(heat: HeatMap, full: float) -> HeatMap:
    return HeatMap(np.asarray(heat.values), heat.signed, heat.title, full, heat.lies)
