"""The networks of a course in a table, as the catalogue knows them: why is ResNet-152 lighter than VGG-16?"""

from collections.abc import Sequence

from explorer.features.compare.facts import FactRow, number_row, percent, text_row
from explorer.records import units
from explorer.records.models import Catalogue, ModelEntry

COURSE = {"alexnet": "AlexNet", "vgg16": "VGG-16", "googlenet": "GoogLeNet", "resnet152": "ResNet-152"}
"""Names in the zoo, and what they are called."""
SHOW = "Show the course's four networks"


def entries(catalogue: object) -> tuple[ModelEntry, ...]:
    """Return what the catalogue knows of them; nothing while it is not there."""
    if not isinstance(catalogue, Catalogue):
        return ()
    known = {it.name: it for it in catalogue.entries if it.source == "zoo"}
    return tuple(known[name] for name in COURSE if name in known)


def rows(course: Sequence[ModelEntry]) -> tuple[FactRow, ...]:
    """Return the table of at least one network that is not loaded."""
    weights = [None if it.params is None else 4 * it.params for it in course]
    return (
        text_row("year", [None if it.year is None else str(it.year) for it in course]),
        number_row("parameters", [it.params for it in course], units.count),
        number_row("MACs", [it.macs for it in course], units.count),
        number_row("weights at 4 bytes a parameter", weights, units.bytes_),
        number_row("published top-1 in %", [it.top1 for it in course], percent),
    )
