"""The sign at the end of the tree's headings that a column has no room."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QHeaderView, QLabel

_SIGN = "»"


class HiddenSign(QLabel):
    """Stands over the end of headings while a column is hidden; its tooltip says which, and how it is seen."""

    def __init__(self, header: QHeaderView, title: str) -> None:
        super().__init__(_SIGN, header)
        self._header = header
        self.setProperty("role", "muted")
        self.setAccessibleName(f"{title} is hidden")
        self.setToolTip(
            f"{title} is hidden: pull the edge of the tree to the right, or make the window wider"
        )
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        header.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the end."""
        if event.type() == QEvent.Type.Resize:
            width = self.sizeHint().width() + self.fontMetrics().averageCharWidth()
            self.setGeometry(self._header.width() - width, 0, width, self._header.height() - 1)
        return super().eventFilter(watched, event)
