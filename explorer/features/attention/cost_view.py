"""What an attention takes, and how that grows with the number of tokens."""

import math

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QWidget

from explorer.features.attention.messages import Cost
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.curve import Curve, Numbers, Scale
from explorer.window.widgets.curves import CurvePlot
from explorer.window.widgets.elided import FACTS, FactsLabel
from explorer.window.widgets.parts import column, paragraph

_POINTS = 65
_MOST_TICKS = 6
_FURTHEST = 4  # times as many tokens as there are, where the two curves do not meet
_BEYOND = 1.25  # times as many as where they meet
_PRODUCTS, _LINEAR = 0, 1  # of the series of colours


class CostView(QWidget):
    """Multiply-accumulates of the products and of the linear layers, over the number of tokens."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cost: Cost | None = None
        self._x: Numbers = np.zeros(0)
        self._line, self._second = FactsLabel(), FactsLabel(role="muted")
        self._formula, self._legend = paragraph("muted"), paragraph("muted")
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self._plot = CurvePlot(axes=("tokens n", "MACs"))
        self._plot.setAccessibleName("Multiply-accumulates (MACs) against the number of tokens")
        self._plot.setToolTip(
            fmt.tip(
                "Multiply-accumulates (MACs) for so many tokens, computed from this forward. Point at the curves to "
                "read them above."
            )
        )
        under = column(self, self._line, self._second, self._formula, self._plot, self._legend)
        under.setStretchFactor(self._plot, 1)
        self._plot.point_hovered.connect(self._describe)
        self._plot.point_left.connect(self._rest)

    def set_cost(self, cost: Cost | None) -> None:
        """Show what an attention takes; None shows nothing."""
        if cost == self._cost:
            return
        self._cost = cost
        if cost is None:
            return
        self._second.say(FACTS.join(_facts(cost, " for all of them")), "", FACTS.join(_facts(cost)))
        self._formula.setText(formula(cost))
        self._x = places(cost)
        self._plot.set_curves(self._x, *curves_of(cost, self._x))
        self._plot.mark(tokens(cost))
        self._legend.setText(legend(cost))
        self._rest()

    @property
    def line(self) -> str:
        """What it takes, in a line."""
        return self._line.text()

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_legend") and self._cost is not None:
            self._legend.setText(legend(self._cost))

    def _describe(self, point: int) -> None:
        if self._cost is not None and 0 <= point < len(self._x):
            n = float(self._x[point])
            products, linear = (fmt.macs(part(self._cost, n)) for part in (products_at, linear_at))
            said = f"{round(n):,} tokens", f"products {products} MACs", f"linear layers {linear} MACs"
            short = f"{round(n):,} tokens", f"products {products}", f"linear {linear} MACs"
            self._line.say(FACTS.join(said), "", FACTS.join(short))

    def _rest(self) -> None:
        if self._cost is not None:
            products, linear = fmt.macs(self._cost.products), fmt.macs(self._cost.projections)
            self._line.say(f"Products {products} MACs{FACTS}linear layers {linear} MACs")


def tokens(cost: Cost) -> int:
    """Return how many tokens look, in all windows."""
    return cost.queries * cost.windows


def products_at(cost: Cost, n: float) -> float | None:
    """Return the multiply-accumulates of q kᵀ and of gathering the values for n tokens."""
    return None if cost.products is None else float(cost.products * (n / tokens(cost)) ** cost.grows)


def linear_at(cost: Cost, n: float) -> float | None:
    """Return those of the linear layers for n tokens."""
    return None if cost.projections is None else float(cost.projections * n / tokens(cost))


def crossing(cost: Cost) -> float | None:
    """Return from how many tokens on the products take more than the linear layers; None if they never do."""
    if cost.grows != 2 or not cost.products or not cost.projections:
        return None
    return cost.queries * cost.projections / cost.products


def places(cost: Cost) -> Numbers:
    """Return the numbers of tokens that are drawn: this network's and the crossing are among them."""
    own, equal = float(tokens(cost)), crossing(cost)
    last = _FURTHEST * own if equal is None else max(_BEYOND * equal, 2 * own)
    return np.unique(np.append(np.linspace(1, last, _POINTS), [own] if equal is None else [own, equal]))


def formula(cost: Cost) -> str:
    """Return the formula with the numbers of this attention."""
    n, d = cost.queries, cost.width
    if cost.grows == 2:
        return f"Products 2 n² d, linear layers 4 n d², with n = {n:,} tokens of d = {d:,} features."
    if cost.windows > 1:
        return f"Products 2 n² d in each of {cost.windows} windows of n = {n:,} tokens; more tokens are more windows."
    return f"Products 2 n m d: n = {n:,} tokens look at m = {cost.keys:,} others, with d = {d:,} features."


def legend(cost: Cost) -> str:
    """Return what the colours and marks of the plot are, as rich text."""
    colours, equal = theme.current().series, crossing(cost)
    parts = [
        _entry("━", colours[_PRODUCTS], f"products, grow with {'n²' if cost.grows == 2 else 'n'}"),
        _entry("━", colours[_LINEAR], "linear layers, with n"),
        _entry("┃", theme.current().accent, f"this network, {tokens(cost):,}"),
    ]
    if equal is not None:
        parts.append(_entry("●", theme.series_colour(None).name(), f"equal at {round(equal):,}"))
    return " &nbsp; ".join(parts)


def curves_of(cost: Cost, x: Numbers) -> tuple[list[Curve], Scale]:
    """Return the curves over numbers of tokens, a dot where they meet, and the vertical axis."""
    parts = [[part(cost, n) for n in x] for part in (products_at, linear_at)]
    drawn = [
        Curve(np.array(values, np.float64), series)
        for series, values in zip((_PRODUCTS, _LINEAR), parts, strict=True)
        if all(value is not None for value in values)
    ]
    top = max([float(curve.y.max()) for curve in drawn] or [1.0]) or 1.0
    equal = crossing(cost)
    if equal is not None:
        drawn.append(Curve(np.where(x == equal, drawn[0].y, np.nan), None))
    step = _step(top)
    ticks = tuple((step * k, _whole(step * k)) for k in range(int(top / step) + 1))
    return drawn, Scale(0.0, 1.02 * top, ticks)


def _step(top: float) -> float:
    """Return 1, 2 or 5 times a power of ten that divides an axis into a few parts."""
    power: float = 10.0 ** math.floor(math.log10(top / _MOST_TICKS))
    return next(power * k for k in (1, 2, 5, 10) if power * k * _MOST_TICKS >= top)


def _whole(count: float) -> str:
    """Return a round number of multiply-accumulates without the zeros behind its point: `2 G`."""
    return fmt.macs(count).replace(".00", "").replace(".0", "")


def _entry(sign: str, colour: str, words: str) -> str:
    return f'<span style="white-space:nowrap"><span style="color:{colour}">{sign}</span> {words}</span>'


def _facts(cost: Cost, for_all: str = "") -> tuple[str, ...]:
    """Return the weights and their size; `for_all` says that it is of all heads together."""
    many = f"{cost.windows}×" if cost.windows > 1 else ""
    return (
        f"{many}{cost.queries:,}×{cost.keys:,} weights a head",
        f"{fmt.bytes_(cost.weight_bytes)}{for_all}",
        f"{cost.width:,} features",
    )
