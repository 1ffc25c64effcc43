"""A drawing as PNG or PDF: the marks of the SVG, drawn by matplotlib; in a PDF lines are vectors and text is text."""

from io import BytesIO
from typing import Any

from explorer.drawing.picture import Mark, Picture, Rectangle, Text
from explorer.records.errors import ExplorerError

_POINTS = 72 / 96  # points of a pixel
_MOST_PIXELS = 120_000_000
_LONGEST = 65_000  # pixels of a side of a PNG


def paper(picture: Picture, kind: str, scale: float = 2.0) -> bytes:
    """Return the file's content.

    Args:
        picture: What is drawn.
        kind: `png` or `pdf`.
        scale: Pixels of a PNG for each device-independent pixel; fewer where it would become too large a picture.

    Raises:
        ExplorerError: It is too large for a picture that could be read.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.figure import Figure

    if kind == "png":
        room = (_MOST_PIXELS / (picture.width * picture.height)) ** 0.5
        scale = min(scale, room, _LONGEST / max(picture.width, picture.height))
        if scale < 0.25:
            raise ExplorerError(
                f"The drawing is {picture.width:.0f}×{picture.height:.0f} pixels, too large for a PNG that could be "
                "read; write an SVG, a PDF or an HTML page, or open fewer levels with --depth."
            )
    with rc_context({"pdf.fonttype": 42, "font.family": ["DejaVu Sans"]}):
        figure = Figure((picture.width / 96, picture.height / 96), dpi=96)
        canvas = FigureCanvasAgg(figure) if kind == "png" else FigureCanvasPdf(figure)
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, picture.width), ylim=(picture.height, 0))
        axes.set_axis_off()
        for mark in picture.marks:
            _draw(axes, mark)
        content = BytesIO()
        # No date in it: the same drawing is the same file.
        metadata = {"CreationDate": None} if kind == "pdf" else {"Software": None}
        canvas.figure.savefig(content, format=kind, dpi=96 * scale, metadata=metadata)
    return content.getvalue()


def _draw(axes: Any, mark: Mark) -> None:
    from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
    from matplotlib.path import Path

    if isinstance(mark, Text):
        weight, end = ("bold" if mark.is_bold else "normal"), ("right" if mark.is_end else "left")
        axes.text(
            mark.left, mark.base, mark.text, fontsize=mark.size * _POINTS, color=mark.colour, weight=weight, ha=end,
            va="baseline", parse_math=False,
        )  # fmt: skip
    elif isinstance(mark, Rectangle):
        axes.add_patch(
            FancyBboxPatch(
                (mark.left, mark.top), mark.width, mark.height, mutation_scale=1, linewidth=_POINTS,
                boxstyle=f"round,pad=0,rounding_size={mark.radius}", facecolor=mark.fill,
                edgecolor=mark.stroke or "none",
            )
        )  # fmt: skip
    else:
        corners, codes = [mark.points[0]], [Path.MOVETO]
        for piece in mark.pieces():
            corners += piece
            codes += [Path.LINETO] if len(piece) == 1 else [Path.CURVE4] * 3
        line = Path(corners, codes)
        axes.add_patch(
            PathPatch(line, facecolor="none", edgecolor=mark.stroke, linewidth=mark.width * _POINTS)
        )
        axes.add_patch(Polygon(mark.arrow(), facecolor=mark.stroke, edgecolor="none"))
