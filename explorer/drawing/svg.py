"""A drawing as SVG: vectors, and text that stays text."""

from collections.abc import Iterator
from html import escape

from explorer.drawing.picture import Line, Mark, Picture, Rectangle, Text

FONT = "Inter, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif"


def svg(picture: Picture) -> str:
    """Return an SVG document."""
    size = f'width="{_n(picture.width)}" height="{_n(picture.height)}"'
    view = f'viewBox="0 0 {_n(picture.width)} {_n(picture.height)}"'
    font = escape(FONT, quote=True)
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view} font-family="{font}">']
    for mark in picture.marks:
        lines += _mark(mark)
    return "\n".join([*lines, "</svg>", ""])


def _mark(mark: Mark) -> Iterator[str]:
    if isinstance(mark, Rectangle):
        yield _rectangle(mark)
    elif isinstance(mark, Line):
        yield from _line(mark)
    else:
        yield _text(mark)


def _rectangle(it: Rectangle) -> str:
    stroke = f' stroke="{it.stroke}"' if it.stroke else ""
    corner = f'x="{_n(it.left)}" y="{_n(it.top)}" rx="{_n(it.radius)}"'
    shape = f'{corner} width="{_n(it.width)}" height="{_n(it.height)}" fill="{it.fill}"{stroke}'
    return f"<rect {shape}>{_tip(it.tip)}</rect>" if it.tip else f"<rect {shape}/>"


def _line(it: Line) -> Iterator[str]:
    x, y = it.points[0]
    path = [f"M{_n(x)} {_n(y)}"]
    for piece in it.pieces():
        path.append(("L" if len(piece) == 1 else "C") + " ".join(f"{_n(x)} {_n(y)}" for x, y in piece))
    yield (
        f'<path d="{"".join(path)}" fill="none" stroke="{it.stroke}" stroke-width="{_n(it.width)}">'
        f"{_tip(it.tip)}</path>"
    )
    corners = " ".join(f"{_n(x)},{_n(y)}" for x, y in it.arrow())
    yield f'<polygon points="{corners}" fill="{it.stroke}"/>'


def _text(it: Text) -> str:
    bold = ' font-weight="600"' if it.is_bold else ""
    end = ' text-anchor="end"' if it.is_end else ""
    place = f'x="{_n(it.left)}" y="{_n(it.base)}" font-size="{_n(it.size)}" fill="{it.colour}"{bold}{end}'
    return f"<text {place}>{escape(it.text)}</text>"


def _tip(text: str) -> str:
    return f"<title>{escape(text)}</title>"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
