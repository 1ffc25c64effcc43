"""Where the tip of a picture lies: on the picture, away from the mouse, where it hides little of it; else below."""

from html import escape
from typing import cast

from PySide6.QtCore import QEvent, QPoint, QSize
from PySide6.QtGui import QFontMetrics, QHelpEvent, QTextDocumentFragment
from PySide6.QtWidgets import QToolTip, QWidget

from explorer.window.theme import SPACING

_MOST_SHARE = 0.3  # of the picture's height
_FRAME = QSize(2 * SPACING, 2 * SPACING)  # its border, and the room within
_APART = QPoint(2, 16)  # that Qt leaves between a place and the tip for it: room for the mouse's arrow


def show_tip(text: str, picture: QWidget, asked: QEvent) -> None:
    """Show a tip that covers no line beside the picture, if the picture is large enough.

    Args:
        text: As `setToolTip` takes it; its lines are broken anew.
        picture: What it explains.
        asked: The event that asks the picture for its tip; it knows where the mouse is.
    """
    metrics = QFontMetrics(QToolTip.font())
    rich = text.startswith("<qt>")  # as `tip` of format writes what is long
    plain = QTextDocumentFragment.fromHtml(text).toPlainText() if rich else text
    told = _broken(plain, metrics, picture.width() - _FRAME.width() - 2 * SPACING)
    size = metrics.size(0, told) + _FRAME
    if size.height() > _MOST_SHARE * picture.height() or size.width() + SPACING > picture.width():
        QToolTip.showText(picture.mapToGlobal(picture.rect().bottomLeft()), text, picture)
        return
    is_above = cast(QHelpEvent, asked).pos().y() > picture.height() / 2
    top = SPACING if is_above else picture.height() - size.height() - SPACING
    shown = f"<p style='white-space:pre'>{escape(told, quote=False)}</p>" if rich else told
    QToolTip.showText(picture.mapToGlobal(QPoint(SPACING, top) - _APART), shown, picture)


def _broken(text: str, metrics: QFontMetrics, room: int) -> str:
    """Return a text in lines of at most so many pixels, as far as its words allow."""
    lines: list[str] = []
    for line in text.splitlines():
        said = ""
        for word in line.split():
            longer = f"{said} {word}".lstrip()
            if said and metrics.horizontalAdvance(longer) > room:
                lines.append(said)
                longer = word
            said = longer
        lines.append(said)
    return "\n".join(lines)
