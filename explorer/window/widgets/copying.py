"""Copy a picture: the whole of it, pixel for pixel, in the colours of the screen."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication, QImage, QKeySequence
from PySide6.QtWidgets import QWidget

from explorer.window.widgets.sampling import Pixels, to_image

_LEAST_SIDE = (
    512  # a map of 7×7 pixels is magnified, each pixel to a square, before it goes to another program
)


def add_copy_picture(widget: QWidget, image: Callable[[], QImage | None]) -> None:
    """Give a widget the action "Copy picture" (Ctrl+C, context menu)."""
    action = QAction("Copy picture", widget)
    action.setObjectName("copyPicture")
    action.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
    action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)

    def copy() -> None:
        shown = image()
        if shown is not None:
            QGuiApplication.clipboard().setImage(shown)

    action.triggered.connect(copy)
    widget.addAction(action)
    widget.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)


def copy_of(pixels: Pixels, table: list[int]) -> QImage:
    """Return an image with memory of its own of pixels as for `to_image`; a small one is magnified, not smoothed."""
    times = max(1, _LEAST_SIDE // max(pixels.shape[:2]))
    large = np.ascontiguousarray(pixels.repeat(times, axis=0).repeat(times, axis=1))
    return to_image(large, table).convertToFormat(QImage.Format.Format_RGB32)
