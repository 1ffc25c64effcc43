"""Where a token looks, as a PNG: the photo with the heat of one head or of all, and below it every head alone."""

from io import BytesIO
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.features.attention.messages import AttentionView, Floats
from explorer.features.attention.text import the, token_name

_INCHES, _DOTS = 7.2, 150
_ACROSS = 8  # small maps in a row
_OPACITY = 0.75


def paper(view: AttentionView, picture: NDArray[np.uint8] | None, title: str, head: int | None) -> bytes:
    """Return the file's content.

    Args:
        view: How one token looks at the others.
        picture: (H, W, 3) what the model saw; None where it saw no picture.
        title: The line on top.
        head: The head that is shown large; None for the mean of all.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    large = view.rows.mean(0) if head is None else view.rows[head]
    rows = ceil(view.heads / _ACROSS)
    figure = Figure((_INCHES, _INCHES + 1.2 * rows), dpi=_DOTS, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    top, *below = _axes(figure, rows, min(view.heads, _ACROSS))
    seen = token_name(view.own, view.token, view.place)
    whose = "mean of all heads" if head is None else f"head {head}"
    top.set_title(f"{title}\n{whose}: where {the(seen)} looks", fontsize=9, parse_math=False)
    most = view.scale.full  # one scale for all, as in the window
    drawn = _draw(top, view, picture, large, most)
    for number, axes in enumerate(below):
        axes.set_axis_off()
        if number < view.heads:
            drawn = _draw(axes, view, None, view.rows[number], most)
            axes.set_title(f"head {number}", fontsize=7)
    figure.colorbar(
        drawn, ax=[top, *below], shrink=0.6, extend="max" if view.scale.largest > most else "neither"
    )
    content = BytesIO()
    canvas.figure.savefig(content, format="png", metadata={"Software": None})
    return content.getvalue()


def _axes(figure: Any, rows: int, columns: int) -> list[Any]:
    grid = figure.add_gridspec(rows + 1, columns, height_ratios=[6.0, *[1.0] * rows])
    small = [figure.add_subplot(grid[1 + row, column]) for row in range(rows) for column in range(columns)]
    return [figure.add_subplot(grid[0, :]), *small]


def _draw(axes: Any, view: AttentionView, picture: NDArray[np.uint8] | None, row: Floats, most: float) -> Any:
    """Draw weights from 0 to `most` over the picture, or alone; return what the scale of colours is of."""
    heat = view.on_grid(row)
    if heat is None:
        axes.set_ylim(0, most)
        axes.bar(np.arange(len(row)), row, color="#2a768e", width=1.0)
        return _scale(most)
    top, left, bottom, right = view.others.area
    axes.set_axis_off()
    if picture is not None:
        high, wide = picture.shape[:2]
        axes.imshow(picture, extent=(0, wide, high, 0))
    shares = np.clip(np.nan_to_num(heat / most), 0, 1)
    axes.imshow(
        heat, cmap="viridis", vmin=0, vmax=most, extent=(left, right, bottom, top), interpolation="nearest",
        alpha=None if picture is None else _OPACITY * shares,
    )  # fmt: skip
    if picture is not None:
        axes.set(xlim=(0, picture.shape[1]), ylim=(picture.shape[0], 0))
        if view.place is not None and view.own.grid is not None:
            y0, x0, y1, x1 = view.own.box(view.place)
            for colour, width in (("black", 3.0), ("white", 1.5)):
                axes.plot([x0, x1, x1, x0, x0], [y0, y0, y1, y1, y0], color=colour, linewidth=width)
    return _scale(most)


def _scale(most: float) -> Any:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    return ScalarMappable(Normalize(0, most), "viridis")
