"""What verbs answer: text for a person, or one JSON document; messages go to standard error."""

import json
import sys
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any

from explorer.records.forward import Forward
from explorer.records.text import printable


def say(*lines: str) -> None:
    """Print lines to standard error, without what a terminal would obey: names in them come from strangers."""
    for line in lines:
        print(printable(line), file=sys.stderr)


def say_failure(forward: Forward) -> int:
    """Say where the forward failed, if it did, and which sizes would have worked; return the exit code."""
    if forward.trace.error is None:
        return 0
    hint = f" {forward.sizes.sentence}" if forward.sizes else ""
    say(f"arch-explorer: {forward.trace.failure}{hint}")
    return 1


def lines(answer: Iterable[str]) -> str:
    """Return the lines of an answer, without what a terminal would obey: names in them come from strangers."""
    return "\n".join(map(printable, answer))


def document(value: Any) -> str:
    """Return the JSON document of dictionaries, sequences, texts and numbers."""
    return json.dumps(_speakable(value), allow_nan=False)


def _speakable(value: Any) -> Any:
    """JSON has no NaN and no infinity: they become null."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {key: _speakable(each) for key, each in value.items()}
    return [_speakable(each) for each in value] if isinstance(value, (list, tuple)) else value


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return lines of columns; cells but those of the first that are numbers or absent stand to the right."""
    shown = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *shown, strict=True)]
    lines = []
    for row in (list(header), *shown):
        cells = [
            cell.ljust(width) if k == 0 or not _is_number(cell) else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.3f}" if value < 100 else f"{value:.1f}"
    return f"{value:,}" if isinstance(value, int) else printable(str(value))


def _is_number(cell: str) -> bool:
    return cell == "–" or cell.replace(",", "").replace(".", "").replace("-", "").isdigit()


def times(values: Sequence[float] | None) -> str | None:
    """Return sizes for a person: `3×224×224`; None if there are none."""
    return None if values is None else "×".join(f"{v:g}" for v in values)
