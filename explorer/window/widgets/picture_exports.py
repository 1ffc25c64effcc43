"""What a pane shows, as a figure: drawn from the widget itself, in the colours of the screen, with a title."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPoint, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPageSize, QPainter, QPdfWriter, QRegion
from PySide6.QtWidgets import QApplication, QScrollBar, QWidget

from explorer.records.trace import Node
from explorer.window import theme
from explorer.window.live import tried
from explorer.window.save_path import file_name
from explorer.window.scene import Scene
from explorer.window.spec import DeskLike, Export, Level
from explorer.window.widgets.canvas import ImageCanvas
from explorer.window.widgets.figures import drawing

_MARGIN = 2 * theme.SPACING
_HEAD = 3 * theme.SPACING
_PER_PIXEL = {".png": 2, ".pdf": 4, ".svg": 4}  # pixels of a picture for one of the screen
_DOTS_PER_INCH = 96


def figure_of(
    scene: Scene, widget: QWidget, what: str, without: Sequence[QWidget] = (), of_input: bool = True
) -> tuple[Export, ...]:
    """Return what a widget shows of the scene's operation, to be saved or copied; nothing without an operation.

    Args:
        scene: The scene that it shows.
        widget: What is drawn.
        what: What it is, in one word, for the name of the file.
        without: Its controls, of which a figure has no use.
        of_input: Whether what it shows depends on the input that is open, whose name the title then bears.
    """
    return () if scene.current is None else figure_at(scene, scene.current, widget, what, without, of_input)


def figure_at(
    scene: Scene,
    node: Node | None,
    widget: QWidget,
    what: str,
    without: Sequence[QWidget] = (),
    of_input: bool = True,
) -> tuple[Export, ...]:
    """Return what a widget shows of an operation, which need not be the scene's; None for the whole network."""
    model = scene.model
    if model is None:
        return ()
    name, said = ((), ()) if node is None else ((node.name,), (node.person_name,))
    weights = "random weights" if model.is_random else model.weights
    title = ", ".join((model.entry.full_name, *said, weights, *(_input_of(scene) if of_input else ())))
    return figure(widget, file_name(model.entry.name, *name, what), title, without)


def _input_of(scene: Scene) -> tuple[str, ...]:
    """Return what the input is called that the values are of; nothing without one."""
    read, edit = None if scene.forward is None else scene.find(scene.forward.key), tried(scene)
    if read is None:
        return ()
    if edit.frame is not None:
        return ("a frame of a stream",)
    return (read.source.name if edit.is_nothing else f"{read.source.name} (changed)",)


def figure(widget: QWidget, name: str, title: str, without: Sequence[QWidget] = ()) -> tuple[Export, ...]:
    """Return what a widget shows under a title, to be saved or copied; `name` is that of its file."""

    def content(kind: str) -> bytes:
        with hidden(without, widget):
            return content_of(widget, title, kind)

    def copy() -> None:
        with hidden(without, widget):
            QGuiApplication.clipboard().setImage(image_of(widget, title))

    return (Export(name, tuple(_PER_PIXEL), content, copy),)


def tell_of_copies(desk: DeskLike, widget: QWidget) -> None:
    """Say so when a picture in a widget was copied."""
    for canvas in widget.findChildren(ImageCanvas):
        canvas.copied.connect(lambda: desk.tell(Level.INFO, "Copied the picture", about="save"))


@contextmanager
def hidden(widgets: Sequence[QWidget], holder: QWidget) -> Iterator[None]:
    """Hide parts of `holder` for a moment in which the others have their room; then all is as before, the focus too."""
    focus = QApplication.focusWidget()
    shown = [widget for widget in widgets if not widget.isHidden()]
    views = [canvas.view() for canvas in holder.findChildren(ImageCanvas)]
    bars = [(bar, bar.value()) for bar in holder.findChildren(QScrollBar)]
    for widget in shown:
        widget.hide()
    _lay_out(shown, holder)
    try:
        yield
    finally:
        for widget in shown:
            widget.show()
        _lay_out(shown, holder)
        for put_back in views:
            put_back()
        for bar, value in bars:
            bar.setValue(value)
        if focus is not None:
            focus.setFocus()


def _lay_out(parts: Sequence[QWidget], holder: QWidget) -> None:
    """Share the room anew, and now, in all that lies between parts and their holder."""
    for part in parts:
        around = part.parentWidget()
        while around is not None and (around is holder or holder.isAncestorOf(around)):
            layout = around.layout()
            if layout is not None:
                layout.activate()
            around = around.parentWidget()


def content_of(widget: QWidget, title: str, kind: str) -> bytes:
    """Return a file of kind `.png`, `.pdf` or `.svg` that shows a widget under a title."""
    if kind == ".png":
        return png_of(image_of(widget, title))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if kind == ".pdf":
        _write_pdf(widget, title, buffer)
    else:
        _write_svg(widget, title, buffer)
    return bytes(buffer.data().data())


def png_of(image: QImage) -> bytes:
    """Return an image as a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def image_of(widget: QWidget, title: str) -> QImage:
    """Return a picture of a widget under a title, twice as fine as the screen."""
    fine = _PER_PIXEL[".png"]
    image = QImage(_size(widget) * fine, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(fine)
    _draw(QPainter(image), widget, title, fine)
    return image


def _write_pdf(widget: QWidget, title: str, buffer: QBuffer) -> None:
    writer = QPdfWriter(buffer)
    writer.setResolution(_DOTS_PER_INCH)
    inches = QSizeF(_size(widget)) / _DOTS_PER_INCH
    writer.setPageSize(QPageSize(inches, QPageSize.Unit.Inch))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setTitle(title)
    _draw(QPainter(writer), widget, title, _PER_PIXEL[".pdf"])


def _write_svg(widget: QWidget, title: str, buffer: QBuffer) -> None:
    from PySide6.QtSvg import QSvgGenerator  # here: few save one

    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(_size(widget))
    generator.setViewBox(QRectF(0, 0, _size(widget).width(), _size(widget).height()))
    generator.setTitle(title)
    _draw(QPainter(generator), widget, title, _PER_PIXEL[".svg"])


def _size(widget: QWidget) -> QSize:
    shown = _filled(widget)
    return QSize(shown.width() + 2 * _MARGIN, shown.height() + _HEAD + 2 * _MARGIN)


def _filled(widget: QWidget) -> QRect:
    """Return the widget without the empty room below what is in it."""
    parts = [part for part in widget.findChildren(QWidget) if part.isVisibleTo(widget)]
    holders = {part.parentWidget() for part in parts}
    ends = [part.mapTo(widget, QPoint(0, part.height())).y() for part in parts if part not in holders]
    return QRect(0, 0, widget.width(), min(max(ends, default=widget.height()), widget.height()))


def _draw(painter: QPainter, widget: QWidget, title: str, fine: float) -> None:
    tokens, size = theme.current(), _size(widget)
    painter.fillRect(QRectF(0, 0, size.width(), size.height()), QColor(tokens.window))
    painter.setPen(QColor(tokens.text))
    painter.setFont(widget.font())
    room = size.width() - 2 * _MARGIN
    said = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideMiddle, room)
    painter.drawText(QRectF(_MARGIN, _MARGIN, room, _HEAD), Qt.AlignmentFlag.AlignTop, said)
    flags = QWidget.RenderFlag.DrawChildren
    with drawing(fine):
        widget.render(painter, QPoint(_MARGIN, _MARGIN + _HEAD), QRegion(_filled(widget)), flags)
    painter.end()
