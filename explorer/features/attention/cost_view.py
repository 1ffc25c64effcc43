"""What an attention takes, and how that grows with the number of tokens."""

import numpy as np
from PySide6.QtWidgets import QWidget

from explorer.features.attention.messages import Cost
from explorer.window import format as fmt
from explorer.window.widgets.curves import Curve, CurvePlot, Numbers, Scale
from explorer.window.widgets.elided import FACTS, FactsLabel
from explorer.window.widgets.line import Line, shorter
from explorer.window.widgets.parts import column, paragraph

_POINTS = 65
_TICKS = 4
_FURTHEST = 4  # times as many tokens as there are


class CostView(QWidget):
    """Multiply-accumulates of the products and of the linear layers, over the number of tokens."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cost: Cost | None = None
        self._x: Numbers = np.zeros(0)
        self._line, self._second = FactsLabel(), FactsLabel(role="muted")
        self._formula = paragraph("muted")
        self._plot = CurvePlot()
        self._plot.setAccessibleName("Multiply-accumulates against the number of tokens")
        self._plot.setToolTip(
            fmt.tip(
                "Multiply-accumulates for so many tokens, computed from this forward; the line is this forward."
            )
        )
        self._legend = Line("muted", "muted")
        under = column(self, self._line, self._second, self._formula, self._legend, self._plot)
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
        self._line.say(
            f"Products {fmt.macs(cost.products)} MACs{FACTS}linear layers {fmt.macs(cost.projections)} MACs"
        )
        self._second.say(FACTS.join(_facts(cost)))
        self._formula.setText(formula(cost))
        self._x = np.linspace(1, _FURTHEST * tokens(cost), _POINTS)
        curves, scale = curves_of(cost, self._x)
        self._plot.set_curves(self._x, curves, scale)
        self._plot.mark(tokens(cost))
        self._rest()

    @property
    def line(self) -> str:
        """What it takes, in a line."""
        return self._line.text()

    def _describe(self, point: int) -> None:
        if self._cost is not None and 0 <= point < len(self._x):
            n = float(self._x[point])
            both = [fmt.macs(part(self._cost, n)) for part in (products_at, linear_at)]
            self._legend.say((f"{round(n):,} tokens: products {both[0]}, linear layers {both[1]} MACs", ""))

    def _rest(self) -> None:
        if self._cost is not None:
            grows = "n²" if self._cost.grows == 2 else "n"
            long = f"MACs against tokens · blue: products, with {grows} · orange: linear layers, with n"
            self._legend.say(*((words, "") for words in (long, *shorter(long.partition(" · ")[2]))))


def tokens(cost: Cost) -> int:
    """Return how many tokens look, in all windows."""
    return cost.queries * cost.windows


def products_at(cost: Cost, n: float) -> float | None:
    """Return the multiply-accumulates of q kᵀ and of gathering the values for n tokens."""
    return None if cost.products is None else float(cost.products * (n / tokens(cost)) ** cost.grows)


def linear_at(cost: Cost, n: float) -> float | None:
    """Return those of the linear layers for n tokens."""
    return None if cost.projections is None else float(cost.projections * n / tokens(cost))


def formula(cost: Cost) -> str:
    """Return the formula with the numbers of this attention, and from where on the products take more."""
    n, d = cost.queries, cost.width
    if cost.grows == 2:
        text = (
            f"Products 2 n² d = 2 × {n:,}² × {d:,}. Linear layers of queries, keys, values, output: 4 n d²."
        )
    elif cost.windows > 1:
        text = (
            f"Products 2 n² d in each of {cost.windows} windows of n = {n:,}; more tokens are more windows."
        )
    else:
        text = f"Products 2 n m d = 2 × {n:,} × {cost.keys:,} × {d:,}: n tokens look at m others."
    if cost.grows == 2 and cost.products and cost.projections:
        equal = n * cost.projections / cost.products
        text += f" From {round(equal):,} tokens on the products take more than the linear layers."
    return text


def curves_of(cost: Cost, x: Numbers) -> tuple[list[Curve], Scale]:
    """Return the curves over numbers of tokens, and the vertical axis."""
    parts = [[part(cost, n) for n in x] for part in (products_at, linear_at)]
    drawn = [
        Curve(np.array(values, np.float64), series)
        for series, values in enumerate(parts)
        if all(value is not None for value in values)
    ]
    top = max([float(curve.y.max()) for curve in drawn] or [1.0]) or 1.0
    ticks = tuple((top * k / _TICKS, fmt.macs(top * k / _TICKS)) for k in range(_TICKS + 1))
    return drawn, Scale(0.0, top, ticks)


def _facts(cost: Cost) -> tuple[str, ...]:
    many = f"{cost.windows} × " if cost.windows > 1 else ""
    return (
        f"{many}{cost.queries:,} × {cost.keys:,} weights a head",
        f"{fmt.bytes_(cost.weight_bytes)} for all of them",
        f"{cost.width:,} features",
    )
