"""A heading under which something is folded away."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton

from explorer.window import format as fmt


class Fold(QToolButton):
    """Says what lies below it; pressed, it folds that away or opens it. `toggled` tells whether it is open."""

    def __init__(self, title: str, tip: str) -> None:
        super().__init__(autoRaise=True)
        self.setCheckable(True)
        self.setChecked(True)
        self.setText(title)
        self.setProperty("role", "title")
        self.setToolTip(fmt.tip(f"{tip}\nFolds and opens what is below. (Space)"))
        self.setAccessibleName(f"{title}: fold or open")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._point)
        self._point(True)

    def _point(self, is_open: bool) -> None:
        self.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
