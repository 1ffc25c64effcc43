"""The program's own icons: SVG strokes drawn in the colours of the theme."""

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from explorer.paths import resources
from explorer.window import theme

_SCALES = (1, 2)
_SIDE = 20


def icon(name: str, colour: str | None = None) -> QIcon:
    """Return the icon `name` in the text colour of the current theme (muted where disabled).

    Args:
        name: File in `resources/icons` without its ending.
        colour: `#rrggbb` in place of the theme's text colour.

    Raises:
        FileNotFoundError: There is no icon of that name.
    """
    tokens = theme.current()
    drawing = (resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    result = QIcon()
    for scale in _SCALES:
        result.addPixmap(_pixmap(drawing, colour or tokens.text, scale), QIcon.Mode.Normal)
        result.addPixmap(_pixmap(drawing, tokens.border, scale), QIcon.Mode.Disabled)
    return result


def app_icon() -> QIcon:
    """Return the program's icon."""
    drawing = (resources() / "icons" / "app.svg").read_text(encoding="utf-8")
    result = QIcon()
    for side in (16, 32, 64, 128):
        result.addPixmap(_render(drawing, QSize(side, side)))
    return result


def _pixmap(drawing: str, colour: str, scale: int) -> QPixmap:
    pixmap = _render(drawing.replace("currentColor", colour), QSize(_SIDE * scale, _SIDE * scale))
    pixmap.setDevicePixelRatio(scale)
    return pixmap


def _render(drawing: str, size: QSize) -> QPixmap:
    pixmap = QPixmap(size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(drawing.encode())).render(painter, QRectF(0, 0, size.width(), size.height()))
    painter.end()
    return pixmap
