"""What the legend of the kinds of operation says of a measured forward: the share of the time of each."""

from explorer.features.cost.operation_table import Operation
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.kind_legend import OTHER, Entry

_WIDEST = "0.00 %"
_OF = " of the time"


def shares(operations: tuple[Operation, ...]) -> list[tuple[str, float | None]]:
    """Return the kinds of operation that are there and their shares of the time, 0 to 1, the largest first.

    Without times the shares are None, and the kinds come in the order of `theme.KINDS`.
    """
    spent: dict[str, float] = {}
    for row in operations:
        if row.node.is_operation:
            kind = theme.kind_of(row.node.op) or OTHER
            spent[kind] = spent.get(kind, 0.0) + (row.time or 0.0)
    total = sum(spent.values())
    if total:
        return [(kind, spent[kind] / total) for kind in sorted(spent, key=lambda it: -spent[it])]
    return [(kind, None) for kind in (*theme.KINDS, OTHER) if kind in spent]


def entries_of(operations: tuple[Operation, ...]) -> tuple[list[Entry], str]:
    """Return what the legend says of operations, and what stands over its tooltip."""
    found = shares(operations)
    entries: list[Entry] = []
    for kind, share in found:
        of = "" if entries else _OF  # said once, of the first
        number = "" if share is None else f"{fmt.percent(share, 1.0)}{of}"
        entries.append(Entry(kind, kind, number=number, widest=f"{_WIDEST}{of}"))
    if any(share is not None for _, share in found):
        return entries, "Share of the measured time by kind of operation:"
    return entries, "Kinds of operation:"
