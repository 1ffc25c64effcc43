"""Numbers with their units, as a person reads them; what is unknown (None) is a dash everywhere."""

import math
import re
from collections.abc import Sequence
from decimal import Decimal

from explorer.records.errors import UsageError
from explorer.records.text import shown

UNKNOWN = "–"

_SI = ("", "k", "M", "G", "T", "P")


def count(n: float | None) -> str:
    """Return a number of things with three significant digits and an SI prefix: `1.23 M`."""
    return _scaled(n, "")


def bytes_(n: float | None) -> str:
    """Return bytes with three significant digits and a decimal prefix: `42.0 MB`."""
    return _scaled(n, "B")


def read_bytes(text: str) -> int:
    """Read a size of memory such as `2G`, `1.5 GB`, `512 MiB` or `3000000000`.

    Raises:
        UsageError: It is none; the text says what is.
    """
    found = re.fullmatch(r"\s*(\d{1,15}(?:\.\d{1,9})?)\s*([kKMGTP]?)(i?)[bB]?\s*", text)
    if found is None or (found[3] and not found[2]):
        raise UsageError(f"{shown(text)} is not a size of memory such as 2G, 1.5 GB or 512 MiB.")
    number, prefix, binary = found.groups()
    return int(Decimal(number) * (1024 if binary else 1000) ** _SI.index(prefix.replace("K", "k")))


def intensity(x: float | None) -> str:
    """Return floating-point operations for each byte with three significant digits: `12.3 FLOPs/B`."""
    return UNKNOWN if x is None else f"{count(x)} FLOPs/B"


def milliseconds(x: float | None) -> str:
    """Return a time given in milliseconds with three significant digits: `85.0 µs`, `31.2 ms`, `1.25 s`."""
    if x is None or not math.isfinite(x):
        return UNKNOWN
    if 0 < x < 0.0995:
        return f"{_three_digits(x * 1e3)} µs"
    return f"{_three_digits(x)} ms" if x < 999.5 else f"{_three_digits(x / 1e3)} s"


def shape(sizes: Sequence[int] | None) -> str:
    """Return a tensor's shape: `1×3×224×224`; a tensor without dimensions is a `scalar`."""
    if sizes is None:
        return UNKNOWN
    return "×".join(str(size) for size in sizes) or "scalar"


def size_of(box: Sequence[int]) -> tuple[int, ...]:
    """Return the size along each axis of a box that names all its beginnings first, then its ends, half-open."""
    axes = len(box) // 2
    return tuple(last - first for first, last in zip(box[:axes], box[axes:], strict=True))


def place(at: Sequence[int]) -> str:
    """Return a place on a grid: `row 3, column 4`; of one that has not two axes the bare numbers."""
    return f"row {at[0]}, column {at[1]}" if len(at) == 2 else f"({', '.join(map(str, at))})"


def _scaled(n: float | None, unit: str) -> str:
    if n is None or not math.isfinite(n):
        return UNKNOWN
    if abs(n) < 999.5:
        return f"{n:.3g} {unit}".replace("-", "−").rstrip()
    exponent = 0
    value = float(n)
    while abs(value) >= 999.5 and exponent < len(_SI) - 1:
        value /= 1000
        exponent += 1
    return f"{_three_digits(value)} {_SI[exponent]}{unit}".replace("-", "−")


def _three_digits(value: float) -> str:
    """Return three significant digits, trailing zeros kept so that columns do not jump."""
    if value == 0:
        return "0"
    before_point = math.floor(math.log10(abs(float(f"{value:.3g}")))) + 1
    return f"{value:.{max(0, 3 - before_point)}f}"
