"""Which operations see more than there is, and how large an input has to be for each to see something new."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from explorer.records.trace import Node, Trace


@dataclass(frozen=True)
class Reach:
    """How far one operation sees.

    Attributes:
        node: The operation.
        size: (rows, columns) of its exact field.
        exceeds: Whether that is more than the input has, in either direction.
        new_from: (rows, columns): an input has to have so many for the operation to see more than every one before it;
            None where it sees no more than those, however large the input is.
    """

    node: Node
    size: tuple[int, int]
    exceeds: bool
    new_from: tuple[int, int] | None


def reaches(trace: Trace) -> Iterator[Reach]:
    """Yield the operations with an exact field, in the order of execution.

    An operation sees something new on an input that has at least one pixel more than the largest field before it: on
    any smaller one, that field held the whole input already.
    """
    rows, columns = trace.input_shape[-2:] if len(trace.input_shape) > 3 else (0, 0)
    largest = (0, 0)
    for node in trace.nodes:
        field = node.receptive_field
        if field is None or field.status != "exact" or field.size is None or len(field.size) != 2:
            continue
        size = (field.size[0], field.size[1])
        grows = size[0] > largest[0] or size[1] > largest[1]
        new_from = (largest[0] + 1, largest[1] + 1) if grows else None
        yield Reach(node, size, bool(rows) and (size[0] > rows or size[1] > columns), new_from)
        largest = max(largest[0], size[0]), max(largest[1], size[1])


def table(trace: Trace) -> str:
    """Return all of them as comma-separated values with headings."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        (
            "id",
            "operation",
            "field rows",
            "field columns",
            "larger than the input",
            "new from rows",
            "new from columns",
        )
    )
    for it in reaches(trace):
        new_from = it.new_from or ("", "")
        exceeds = "yes" if it.exceeds else "no"
        writer.writerow((it.node.id, it.node.person_name, *it.size, exceeds, *new_from))
    return text.getvalue()


def first_beyond(trace: Trace) -> Node | None:
    """Return the first operation whose field is larger than the input; None if none is."""
    return next((it.node for it in reaches(trace) if it.exceeds), None)
