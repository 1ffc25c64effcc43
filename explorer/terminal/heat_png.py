"""A heat map over the picture that a model saw, as a figure for the command line: with a title and its scale."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from explorer.records.heat import HeatMap, spread

_SIDE = 6.0  # inches of the longer side of the picture
_HEAD, _FOOT = 0.6, 0.6  # inches
_DOTS = 100  # an inch
_OPACITY = 0.75


def png(picture: NDArray[np.uint8], heat: HeatMap, caption: str) -> bytes:
    """Return a PNG file.

    Args:
        picture: (H, W, 3) RGB.
        heat: What lies over it.
        caption: Whose it is: model, weights, layer.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import ListedColormap, Normalize
    from matplotlib.figure import Figure

    from explorer.records.value_colours import value_colours

    high, wide = picture.shape[:2]
    inch = _SIDE / max(high, wide)
    width, height = max(wide * inch, _SIDE / 2), high * inch + _HEAD + _FOOT
    with rc_context({"font.family": ["DejaVu Sans"], "font.size": 9}):
        figure = Figure((width, height), dpi=_DOTS)
        FigureCanvasAgg(figure)
        area = figure.add_axes((0, _FOOT / height, 1, high * inch / height))
        area.set_axis_off()
        area.imshow(picture, extent=(0, wide, high, 0))
        painted, (top, left, bottom, right) = spread(heat, _OPACITY)
        colours = painted.astype(np.float64) / 255  # (h, w, 4), alpha multiplied in
        plain = colours[..., :3] / np.maximum(colours[..., 3:], 1 / 255)
        extent = (left * wide, right * wide, bottom * high, top * high)
        area.imshow(np.dstack([plain.clip(0, 1), colours[..., 3]]), extent=extent, interpolation="bilinear")
        area.set_xlim(0, wide)
        area.set_ylim(high, 0)
        figure.text(0.02, 1 - 0.25 / height, _plain(heat.title), fontweight="bold", va="center")
        figure.text(0.02, 1 - 0.47 / height, _plain(caption), fontsize=7, va="center")
        table = [
            tuple(colour >> shift & 255 for shift in (16, 8, 0)) for colour in value_colours(heat.signed)
        ]
        full = heat.full or 1.0
        scale = ScalarMappable(
            Normalize(-full if heat.signed else 0.0, full), ListedColormap(np.array(table) / 255)
        )
        bar = figure.add_axes((0.05, 0.35 / height, 0.9, 0.12 / height))
        figure.colorbar(scale, cax=bar, orientation="horizontal").ax.tick_params(labelsize=7)
        file = BytesIO()
        figure.savefig(file, format="png")
    return file.getvalue()


def _plain(text: str) -> str:
    """Return a text in which matplotlib finds no formula."""
    return text.replace("$", r"\$")
