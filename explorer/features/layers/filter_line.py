"""The line over the tree: what is typed filters it, Down and Enter go on into it."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QLineEdit

from explorer.features.layers.tree import LayerTree
from explorer.window import format as fmt
from explorer.window.search import EXAMPLES, SEARCHED


class FilterLine(QLineEdit):
    """Filters a tree. Ctrl+F comes here from anywhere in the window."""

    def __init__(self, tree: LayerTree) -> None:
        super().__init__(placeholderText=f"Filter: {SEARCHED}", clearButtonEnabled=True)
        self._tree = tree
        self.setObjectName("layerFilter")
        self.setAccessibleName("Filter layers")
        self.setToolTip(
            fmt.tip(
                f"Show only layers with these words: {EXAMPLES} (Ctrl+F)\n"
                "Enter or Down: to the first of them; Esc: all again; Esc once more: back to the tree"
            )
        )
        self.setAcceptDrops(False)  # a dropped file is for the window, not a text
        self.textChanged.connect(tree.filter)
        tree.installEventFilter(self)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self._on_find)

    def event(self, event: QEvent) -> bool:
        """Keep Esc to itself: it clears or leaves, and cancels only elsewhere."""
        if event.type() == QEvent.Type.ShortcutOverride and _is_escape(event):
            event.accept()
            return True
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Esc in the tree clear the filter as well."""
        kind = event.type()
        if kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress) and self._clears(event):
            event.accept()
            if kind == QEvent.Type.KeyPress:
                self.clear()
            return True
        return super().eventFilter(watched, event)

    def _clears(self, event: QEvent) -> bool:
        return _is_escape(event) and bool(self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Clear, or go into the tree; all else is typed."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._tree.select_first():
                self._tree.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Leave the keys to the tree where the line comes back in sight: Qt gives them to who had them there last."""
        super().showEvent(event)
        if not event.spontaneous():
            QTimer.singleShot(0, self, self.leave)

    def leave(self) -> None:
        """Let the tree have the keys: those of steps are not typed any more."""
        if self.hasFocus():
            self._tree.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_find(self) -> None:
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()


def _is_escape(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
