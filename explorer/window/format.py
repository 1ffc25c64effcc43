"""Numbers and names as a person reads them; what is unknown (None) is a dash everywhere."""

import cmath
import math
from collections.abc import Iterable
from html import escape
from numbers import Integral
from typing import Any

from explorer.records.answers import Prediction
from explorer.records.units import UNKNOWN as UNKNOWN
from explorer.records.units import bytes_ as bytes_
from explorer.records.units import count as count
from explorer.records.units import intensity as intensity
from explorer.records.units import milliseconds as milliseconds
from explorer.records.units import place as place
from explorer.records.units import shape as shape

_DIGITS, _MOST_DECIMALS = 3, 6  # of the numbers of a column
_LONGEST_TIP = 80  # characters in one line of a tooltip


def macs(n: float | None) -> str:
    """Return multiply-accumulates with three significant digits and an SI prefix: `1.82 G`."""
    return count(n)


def tip(text: str) -> str:
    """Return a tooltip that shows `text` as it is, on several lines where it is long.

    Qt lays out only rich text over several lines, and takes a name such as `<b>.png` for rich text.
    """
    escaped = escape(text, quote=False)
    is_short = all(len(line) <= _LONGEST_TIP for line in text.splitlines())
    return text if escaped == text and is_short else f"<qt>{escaped.replace(chr(10), '<br>')}</qt>"


def number(x: Any) -> str:
    """Return a value of a tensor: whole numbers in full, others with three significant digits, NaN, +∞ or −∞.

    A number of up to six digits before its point is written without a power of ten.

    Args:
        x: A Python or numpy scalar of any kind.
    """
    if x is None:
        return UNKNOWN
    if isinstance(x, Integral):
        return str(int(x)).replace("-", "−")
    if isinstance(x, complex):
        return f"{x:.3g}".replace("-", "−")
    value = float(x)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+∞" if value > 0 else "−∞"
    return _three_digits(value).replace("-", "−")


def exact(x: Any) -> str:
    """Return a value with nine significant digits, which tell every number of 32 bits from all others."""
    return number(x) if isinstance(x, Integral) or not cmath.isfinite(x) else f"{x:.9g}".replace("-", "−")


def _three_digits(value: float) -> str:
    """Return three significant digits; the last zeros are left out only where nothing was rounded off."""
    if 999.5 <= abs(value) < 1e6:
        return f"{value:.0f}"
    short = f"{value:.3g}"
    is_whole = math.isclose(float(short), value, rel_tol=1e-6)  # numbers of 32 bits are no closer to 0.1
    return short if is_whole else f"{value:#.3g}".removesuffix(".")


def decimals(numbers: Iterable[float]) -> int:
    """Return how many decimals a column of numbers has, so that they align: three significant digits of the largest."""
    most = max((abs(it) for it in numbers if math.isfinite(it)), default=0.0)
    return min(max(_DIGITS - 1 - math.floor(math.log10(most)), 0), _MOST_DECIMALS) if most else 0


def fixed(x: float, decimals: int) -> str:
    """Return a number of a column whose numbers all have so many decimals; NaN, +∞ or −∞."""
    if not math.isfinite(x):
        return number(x)
    text = f"{x:.{decimals}f}"
    return text.lstrip("-") if not float(text) else text.replace("-", "−")


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


def result(prediction: Prediction) -> str:
    """Return what a class got: its probability, or the network's own number where that is none."""
    return number(prediction.value) if prediction.probability is None else share(prediction.probability)


def share(probability: float) -> str:
    """Return a probability as a percentage: `39.2 %`."""
    if math.isnan(probability):
        return UNKNOWN
    return "<0.1 %" if 0 < probability < 0.0005 else f"{100 * probability:.1f} %"
