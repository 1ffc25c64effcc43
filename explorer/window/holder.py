"""The place of a pane in the frame: empty until it is first seen, then filled."""

from importlib import import_module
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QLayout, QLineEdit, QVBoxLayout, QWidget

from explorer.window.desk import Desk
from explorer.window.spec import PaneSpec


class Holder(QWidget):
    """Builds its pane when it is first seen, behind what is painted already.

    Attributes:
        spec: What it is a place for.
        pane: The pane; None until it was seen.
    """

    def __init__(self, spec: PaneSpec, desk: Desk) -> None:
        super().__init__()
        self.spec = spec
        self.pane: Any = None
        self._desk = desk
        self.setObjectName(f"{spec.id}Pane")
        self.setAccessibleName(spec.title)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.setSizeConstraint(
            QLayout.SizeConstraint.SetMinAndMaxSize
        )  # the pane's own bounds are its

    def build(self) -> None:
        """Build the pane now; it is asked and shown from here on, whenever it is in sight."""
        if self.pane is None:
            module, _, name = self.spec.pane.partition(":")
            self.pane = getattr(import_module(module), name)(self._desk)
            self._column.addWidget(self.pane.widget)
            for line in self.pane.widget.findChildren(QLineEdit):
                line.setAcceptDrops(False)  # it would take a dropped file as text: drops are the window's
            self._desk.seat(self.pane, self.isVisible)
            self.pane.widget.show()  # else in a later turn; and before it is painted all around it finds its place
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)

    def showEvent(self, event: QShowEvent) -> None:
        """Build the pane, or let it catch up."""
        super().showEvent(event)
        if self.pane is None:
            self._desk.later(self.build)  # not in the turn that paints the window: it is to be seen first
        else:
            self._desk.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """What it wished is not wanted any more."""
        super().hideEvent(event)
        self._desk.refresh()
