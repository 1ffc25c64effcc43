"""The networks of a course in a table, as the catalogue knows them: why is ResNet-152 lighter than VGG-16?"""

from collections.abc import Sequence
from dataclasses import replace

from explorer.features.compare.facts import FactRow, input_row, number_row, of_equal_inputs, percent, text_row
from explorer.records import units
from explorer.records.models import Catalogue, ModelEntry
from explorer.window.scene import Seat

COURSE = {"alexnet": "AlexNet", "vgg16": "VGG-16", "googlenet": "GoogLeNet", "resnet152": "ResNet-152"}
"""Names in the zoo, and what they are called."""
INPUT = (1, 3, 224, 224)
"""Of which the catalogue counts their MACs."""
SHOW = "Show the course's four networks"


def entries(catalogue: object) -> tuple[ModelEntry, ...]:
    """Return what the catalogue knows of them; nothing while it is not there."""
    if not isinstance(catalogue, Catalogue):
        return ()
    known = {it.name: it for it in catalogue.entries if it.source == "zoo"}
    return tuple(known[name] for name in COURSE if name in known)


def entry_of(seat: Seat) -> ModelEntry:
    """Return what is known of a network that is loaded and ran as the catalogue would tell it."""
    assert seat.model is not None, "asked only of seats with a forward"
    macs = seat.forward.trace.macs if seat.forward is not None else None
    return replace(seat.model.entry, params=seat.model.params, macs=macs)


def remarks(names: Sequence[str], networks: Sequence[ModelEntry]) -> str:
    """Return what is to be known of ratios, years and top-1 of networks of these names; empty for nothing."""
    known = list(zip(names, networks, strict=True))
    variants = [f"{name}, {it.year or units.UNKNOWN}: {it.variant}." for name, it in known if it.variant]
    sources: dict[str, list[str]] = {}
    for name, it in known:
        sources.setdefault(it.top1_source, []).append(name)
    told = [f"Top-1 of {', '.join(whose)}: {source}." for source, whose in sources.items() if source]
    ratios = [f"×: how many times the figure of {names[0]}."] if len(names) > 1 else []
    return "\n".join((*ratios, *variants, *told))


def inputs(seats: Sequence[Seat], listed: Sequence[ModelEntry]) -> list[tuple[int, ...] | None]:
    """Return the shapes of the inputs that the costs are of: as the seats ran, then as the catalogue counts."""
    ran = [None if it.forward is None else it.forward.trace.input_shape for it in seats]
    return [*ran, *(INPUT for _ in listed)]


def rows(course: Sequence[ModelEntry], shapes: Sequence[tuple[int, ...] | None]) -> tuple[FactRow, ...]:
    """Return the table of at least one network, with the shape of the input of each; None where it is unknown."""
    weights = [None if it.params is None else 4 * it.params for it in course]
    return (
        text_row("year", [None if it.year is None else str(it.year) for it in course]),
        number_row("parameters", [it.params for it in course], units.count),
        of_equal_inputs(number_row("MACs", [it.macs for it in course], units.count), shapes),
        number_row("weights at 4 bytes a parameter", weights, units.bytes_),
        number_row("published top-1 in %", [it.top1 for it in course], percent),
        input_row(shapes),
    )
