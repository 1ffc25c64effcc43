"""Draw one operation's value as a figure for a report or a slide, with matplotlib."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from explorer.records.errors import ExplorerError
from explorer.records.values import ValueView

FORMATS = (".png", ".pdf", ".svg")
_DOTS_PER_INCH = 200


def save(view: ValueView, model: str, path: Path) -> None:
    """Write the mosaic (or the bars of a vector), its colour scale, histogram and statistics to `path`.

    Args:
        view: What is shown.
        model: Full name of the model, for the title.
        path: Its suffix chooses the format: `.png`, `.pdf` or `.svg`.

    Raises:
        ExplorerError: The suffix is another, or the file cannot be written.
    """
    if path.suffix.lower() not in FORMATS:
        raise ExplorerError(f"{path.name} has no suffix for a figure; choose one of {', '.join(FORMATS)}.")
    figure = Figure(figsize=(8, 8), layout="constrained")
    top, bottom = figure.subplots(2, 1, height_ratios=[4, 1])
    figure.suptitle(f"{model} · {view.title} · {'×'.join(map(str, view.shape))}")
    if view.mosaic is None:
        top.bar(np.arange(view.values.size), view.values, width=1.0)
        top.set_xlabel("index")
    else:
        _draw_mosaic(figure, top, view)
    _draw_histogram(bottom, view)
    try:
        figure.savefig(path, dpi=_DOTS_PER_INCH)
    except OSError as error:
        raise ExplorerError(f"{path} cannot be written ({error.strerror}); choose another place.") from error


def _draw_mosaic(figure: Figure, axes: Any, view: ValueView) -> None:
    assert view.mosaic is not None
    from matplotlib import colormaps

    name = "RdBu_r" if view.mosaic.signed else "viridis"
    colours = ListedColormap(colormaps[name](np.linspace(0, 1, 255))).with_extremes(bad="0.8")
    pixels = np.ma.masked_equal(view.mosaic.pixels, 0)
    image = axes.imshow(pixels, cmap=colours, vmin=1, vmax=255, interpolation="nearest")
    axes.set_axis_off()
    levels = np.unique(view.mosaic.levels, axis=0)
    bar = figure.colorbar(image, ax=axes, ticks=[1, 128, 255], shrink=0.8)
    if len(levels) == 1:
        low, high = levels[0]
        bar.set_ticklabels([f"{v:.4g}" for v in (low, (low + high) / 2, high)])
    else:
        bar.set_ticklabels(["lowest", "middle", "highest"])
        bar.set_label("of each channel")


def _draw_histogram(axes: Any, view: ValueView) -> None:
    if view.histogram is not None:
        axes.stairs(view.histogram.counts, view.histogram.edges, fill=True)
    s = view.statistics
    dead = f" · dead channels {s.dead} of {s.channels}" if s.channels else ""
    axes.set_xlabel(f"min {s.minimum:.4g} · max {s.maximum:.4g} · mean {s.mean:.4g} · std {s.std:.4g}{dead}")
    axes.set_ylabel("values")
