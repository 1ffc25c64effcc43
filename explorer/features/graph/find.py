"""The search line over the drawing: what is typed is marked, Enter walks from one hit to the next."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QLabel, QLineEdit

from explorer.records.describe import words
from explorer.records.trace import Trace
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.search import EXAMPLES, SEARCHED, Query

_HINTS = (f"Find: {SEARCHED}", "Find: name, type", "Find")


class FindLine(QLineEdit):
    """Finds operations by the same words as the filter of the tree. Ctrl+F comes here while the graph is in sight.

    Signals:
        found(object): Ids of the operations that answer to the words, rising; empty if nothing is searched for.
        walked(int): Id of the hit that the person went to.
        left(): The person goes back to the drawing.
    """

    found = Signal(object)
    walked = Signal(int)
    left = Signal()

    def __init__(self) -> None:
        super().__init__(placeholderText=_HINTS[0], clearButtonEnabled=True)
        self.hits: tuple[int, ...] = ()
        self._trace: Trace | None = None
        self._at: int | None = None
        self.setObjectName("graphSearch")
        self.setAccessibleName("Find in the graph")
        self.setToolTip(
            fmt.tip(
                f"Mark the operations with these words: {EXAMPLES} (Ctrl+F)\n"
                "Enter: to the next of them; Shift+Enter: to the one before; Esc: none; Esc once more: back"
            )
        )
        self.setAcceptDrops(False)  # a dropped file is for the window, not a text
        self.count = QLabel()  # whoever shows the drawing lays it over it: the line has no room
        self.count.setProperty("role", "panel")
        self.count.setMargin(theme.SPACING // 2)
        self.count.hide()
        self.count.setAccessibleName("Hits")
        self.textChanged.connect(self._on_typed)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self._on_find)

    def set_trace(self, trace: Trace | None) -> None:
        """Search another forward from here on."""
        if trace is not self._trace:
            self._trace = trace
            self._search()

    def set_place(self, node: int | None) -> None:
        """Walk on from this operation."""
        self._at = node
        self._say()

    def walk(self, way: int) -> None:
        """Go to the next hit (1) or to the one before (-1), from the last to the first and back."""
        if not self.hits:
            return
        here = -1 if self._at is None else self._at
        onwards = [hit for hit in self.hits if (hit > here if way > 0 else hit < here)]
        if onwards:
            self.walked.emit(onwards[0] if way > 0 else onwards[-1])
        else:
            self.walked.emit(self.hits[0] if way > 0 else self.hits[-1])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say in a hint that is not cut what is typed here."""
        super().resizeEvent(event)
        room = self.width() - 3 * theme.SPACING
        fitting = (it for it in _HINTS if self.fontMetrics().horizontalAdvance(it) <= room)
        self.setPlaceholderText(next(fitting, _HINTS[-1]))

    def event(self, event: QEvent) -> bool:
        """Keep Esc to itself: it clears or leaves, and cancels only elsewhere."""
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk, clear or leave; all else is typed."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.walk(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Down):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _on_find(self) -> None:
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def _on_typed(self) -> None:
        self._search()

    def _search(self) -> None:
        query, trace = Query(self.text()), self._trace
        self.hits = (
            tuple(node.id for node in trace.nodes if query.finds(words(node, trace)))
            if query and trace is not None
            else ()
        )
        self._say()
        self.found.emit(self.hits)

    def _say(self) -> None:
        self.count.setVisible(bool(self.text().strip()))
        if not self.text().strip():
            self.count.setText("")
        elif not self.hits:
            self.count.setText("no hits")
        else:
            at = f"{self.hits.index(self._at) + 1:,} of " if self._at in self.hits else ""
            self.count.setText(f"{at}{len(self.hits):,} hit{'' if len(self.hits) == 1 else 's'}")
        self.count.adjustSize()
