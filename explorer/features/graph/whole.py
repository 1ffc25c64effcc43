"""The whole drawing as a file, whatever part of it is in sight."""

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSizeF
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPageSize, QPainter, QPdfWriter

from explorer.drawing.picture import picture
from explorer.drawing.svg import svg
from explorer.features.graph.dot import dot
from explorer.features.graph.web import web_page
from explorer.records import units
from explorer.records.trace import Trace
from explorer.window import theme
from explorer.window.save_path import file_name
from explorer.window.spec import Export
from explorer.window.widgets.graph.camera import MARGIN, Camera
from explorer.window.widgets.graph.canvas import GraphCanvas
from explorer.window.widgets.graph.sight import Sight
from explorer.window.widgets.picture_exports import png_of

_KINDS = (".svg", ".pdf", ".png", ".html", ".dot")
_DOTS_PER_INCH = 96
_LONGEST_PAGE = 199.0  # inches; readers of PDF show no longer one
_FINE, _LONGEST, _MOST = 2.0, 30_000, 120_000_000  # pixels of a PNG for one of the drawing; of a side; of all


def whole(canvas: GraphCanvas, trace: Trace) -> Export:
    """Return the drawing of a canvas to be saved or copied: vectors with text, a picture, or a page to be moved in."""

    def content(kind: str) -> bytes:
        atlas = canvas.atlas
        assert atlas is not None, "offered only with a drawing"
        caption = f"{trace.model}, input {units.shape(trace.input_shape)}"
        if kind == ".png":
            return png_of(_image(canvas))
        if kind == ".pdf":
            return _pdf(canvas, caption)
        if kind == ".dot":
            return dot(atlas.drawing, caption, canvas.across).encode()
        drawn = picture(atlas.drawing, caption, canvas.across)
        return (web_page(drawn, caption) if kind == ".html" else svg(drawn)).encode()

    def copy() -> None:
        QGuiApplication.clipboard().setImage(_image(canvas))

    return Export(file_name(trace.model.rpartition(":")[2], "graph"), _KINDS, content, copy)


def _size(canvas: GraphCanvas) -> QSizeF:
    width, height = canvas.size_of_drawing
    return QSizeF(width + 2 * MARGIN, height + 2 * MARGIN)


def _image(canvas: GraphCanvas) -> QImage:
    """Return a picture twice as fine as the screen, or as fine as there is room for."""
    size = _size(canvas)
    room = (_MOST / (size.width() * size.height())) ** 0.5
    fine = min(_FINE, room, _LONGEST / max(size.width(), size.height()))
    image = QImage((size * fine).toSize(), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.scale(fine, fine)
    _draw(painter, canvas)
    return image


def _pdf(canvas: GraphCanvas, title: str) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    inches = _size(canvas) / _DOTS_PER_INCH
    share = min(1.0, _LONGEST_PAGE / max(inches.width(), inches.height()))
    writer.setResolution(_DOTS_PER_INCH)
    writer.setPageSize(QPageSize(inches * share, QPageSize.Unit.Inch))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setTitle(title)
    painter = QPainter(writer)
    painter.scale(share, share)
    _draw(painter, canvas)
    return bytes(buffer.data().data())


def _draw(painter: QPainter, canvas: GraphCanvas) -> None:
    assert canvas.atlas is not None, "offered only with a drawing"
    page = QRectF(0, 0, _size(canvas).width(), _size(canvas).height())
    painter.fillRect(page, QColor(theme.current().surface))
    sight = Sight(canvas.atlas, canvas.across, canvas.font())
    sight.paint(painter, page, Camera(1.0, MARGIN, MARGIN), canvas.marks.ground, on_screen=False)
    painter.end()
