"""Numbers and names as a person reads them; what is unknown (None) is a dash everywhere."""

import math
from collections.abc import Sequence
from html import escape
from numbers import Integral
from typing import Any

UNKNOWN = "–"

_SI = ("", "k", "M", "G", "T", "P")


def count(n: float | None) -> str:
    """Return a number of things with three significant digits and an SI prefix: `1.23 M`."""
    return _scaled(n, "")


def macs(n: float | None) -> str:
    """Return multiply-accumulates with three significant digits and an SI prefix: `1.82 G`."""
    return _scaled(n, "")


def bytes_(n: float | None) -> str:
    """Return bytes with three significant digits and a decimal prefix: `42.0 MB`."""
    return _scaled(n, "B")


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


def tip(text: str) -> str:
    """Return a tooltip that shows `text` as it is, even if a name in it, such as `<b>.png`, looks like markup."""
    escaped = escape(text, quote=False)
    return text if escaped == text else f"<qt>{escaped.replace(chr(10), '<br>')}</qt>"


def number(x: Any) -> str:
    """Return a value of a tensor: whole numbers in full, others with four significant digits, NaN, +∞ or −∞.

    Args:
        x: A Python or numpy scalar of any kind.
    """
    if x is None:
        return UNKNOWN
    if isinstance(x, Integral):
        return str(int(x)).replace("-", "−")
    if isinstance(x, complex):
        return f"{x:.4g}".replace("-", "−")
    value = float(x)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+∞" if value > 0 else "−∞"
    return f"{value:.4g}".replace("-", "−")


def percent(part: float | None, whole: float | None) -> str:
    """Return a share: `42 %`, `3.7 %`, `0.05 %`. 0 % and 100 % are exact; no whole gives a dash."""
    if part is None or not whole:
        return UNKNOWN
    share = 100 * part / whole
    if share == 0:
        return "0 %"
    if 0 < share < 0.01:
        return "<0.01 %"
    if 99.9 < share < 100:
        return ">99.9 %"
    digits = 2 if share < 0.995 else 1 if share < 9.95 or 99.5 <= share < 100 else 0
    return f"{share:.{digits}f} %"


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


def share(probability: float) -> str:
    """Return a probability as a percentage: `39.2 %`."""
    if math.isnan(probability):
        return UNKNOWN
    return "<0.1 %" if 0 < probability < 0.0005 else f"{100 * probability:.1f} %"
