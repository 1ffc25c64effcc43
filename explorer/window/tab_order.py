"""The order in which Tab goes through the window: that in which one reads, whenever a pane was built."""

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QScrollArea, QSplitter, QStackedWidget, QWidget


def put_in_order(window: QWidget) -> None:
    """Let Tab follow the layouts: from the top down and from the left to the right, into each part before the next."""
    for before, after in pairwise(_stops(window)):
        QWidget.setTabOrder(before, after)


def _stops(widget: QWidget) -> Iterator[QWidget]:
    for part in _parts(widget):
        if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.focusProxy() is None:
            yield part
        yield from _stops(part)


def _parts(widget: QWidget) -> list[QWidget]:
    """Return the widgets right inside another, as they are laid out; those in no layout come last."""
    layout = widget.layout()
    first: list[QWidget | None] = []
    match widget:
        case QScrollArea():
            first = [widget.widget()]
        case QSplitter() | QStackedWidget():
            first = [widget.widget(place) for place in range(widget.count())]
        case _ if layout is not None:
            first = [*_laid_out(layout)]
    known = [part for part in first if part is not None]
    if isinstance(widget, QScrollArea):
        return known
    seen = set(map(id, known))
    inside = widget.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return [*known, *(part for part in inside if id(part) not in seen and not part.isWindow())]


def _laid_out(layout: QLayout) -> Iterator[QWidget]:
    for place in range(layout.count()):
        item = layout.itemAt(place)
        if item is None:
            continue
        if (part := item.widget()) is not None:
            yield part
        elif (inner := item.layout()) is not None:
            yield from _laid_out(inner)
