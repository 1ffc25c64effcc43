"""Both drawings on one sheet of paper, whatever part of them is in sight: as vectors with text, or as a picture."""

from collections.abc import Iterator

from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QGuiApplication, QImage, QPainter

from explorer.drawing import letters
from explorer.drawing.letters import SMALL
from explorer.drawing.picture import (
    MUTED,
    PAPER,
    Mark,
    Picture,
    Rectangle,
    Stamp,
    Text,
    moved,
    picture,
    stamped,
)
from explorer.drawing.svg import svg
from explorer.features.compare import badges
from explorer.features.compare.graphs_view import GraphsView, Half
from explorer.features.compare.rows import MEANINGS, Sign
from explorer.window import theme
from explorer.window.scene import letter
from explorer.window.spec import Export
from explorer.window.widgets.picture_exports import png_of

_BETWEEN, _MARGIN, _LINE = 32.0, 24.0, 20.0  # pixels
_FINE, _LONGEST, _MOST = 2.0, 30_000, 120_000_000  # pixels of a PNG for one of the sheet; of a side; of all


def export(graphs: GraphsView, name: str, title: str) -> Export:
    """Return both drawings to be saved or copied."""

    def content(kind: str) -> bytes:
        page = sheet([it for it in graphs.halves if it is not None], title)
        return png_of(_image(page)) if kind == ".png" else svg(page).encode()

    def copy() -> None:
        QGuiApplication.clipboard().setImage(
            _image(sheet([it for it in graphs.halves if it is not None], title))
        )

    return Export(name, (".svg", ".png"), content, copy)


def sheet(halves: list[Half], title: str) -> Picture:
    """Return the drawings beside each other, under a title, over what their signs mean."""
    marks: list[Mark] = []
    left = height = 0.0
    found: set[Sign] = set()
    for side, half in enumerate(halves):
        signs = badges.signs_of(half.drawing, half.rows)
        found |= set(signs.values())
        caption = f"{letter(side)} {half.trace.model}"
        drawn = picture(half.drawing, caption, stamps={key: _stamp(it) for key, it in signs.items()})
        marks += [moved(it, left, _LINE) for it in drawn.marks[1:]]
        left, height = left + drawn.width + _BETWEEN, max(height, drawn.height)
    width = max(left - _BETWEEN, letters.width(title, SMALL) + 2 * _MARGIN)
    signs_said = [sign for sign in badges.BADGES if sign in found]
    whole = height + _LINE * (1 + len(signs_said)) + _MARGIN
    paper = Rectangle(0, 0, width, whole, 0, PAPER)
    head = Text(_MARGIN, _LINE, title, SMALL, MUTED)
    return Picture(width, whole, (paper, head, *marks, *_legend(signs_said, height + _LINE)))


def _legend(signs: list[Sign], top: float) -> Iterator[Mark]:
    for place, sign in enumerate(signs):
        base = top + _LINE * place + 12
        yield from stamped(_MARGIN + 8, base - 4, _stamp(sign))
        yield Text(_MARGIN + 24, base, MEANINGS[sign], SMALL, MUTED)


def _stamp(sign: Sign) -> Stamp:
    badge = badges.BADGES[sign]
    colour = MUTED if badge.series is None else theme.LIGHT.series[badge.series]
    return Stamp(badge.sign, colour, badge.is_strong)


def _image(page: Picture) -> QImage:
    """Return a picture twice as fine as the sheet, or as fine as there is room for."""
    from PySide6.QtSvg import QSvgRenderer  # here: few save one

    room = (_MOST / (page.width * page.height)) ** 0.5
    fine = min(_FINE, room, _LONGEST / max(page.width, page.height))
    image = QImage(round(page.width * fine), round(page.height * fine), QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(svg(page).encode())).render(painter, QRectF(image.rect()))
    painter.end()
    return image
