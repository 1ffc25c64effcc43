"""The search over everything: type a few words, move with the arrows, Return does it."""

from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QRect, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from explorer.engine.envelopes import Failure
from explorer.engine.messages import ListModels
from explorer.features.program import entries
from explorer.features.program.choice import InFront
from explorer.features.program.matching import Entry, find
from explorer.records.models import Catalogue
from explorer.records.trace import Trace
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.desk import Desk
from explorer.window.frame import MainWindow
from explorer.window.scene import Scene
from explorer.window.spec import Waiting, Wish
from explorer.window.theme import SPACING
from explorer.window.widgets.elided import ElidedLabel
from explorer.window.widgets.overlay import Overlay
from explorer.window.widgets.tables import Index, end_on_whole_rows, paint_hint

_SIZE = QSize(88 * SPACING, 64 * SPACING)
_ROW = 4 * SPACING
_ENTRY_ROLE = Qt.ItemDataRole.UserRole
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class FoundModel(QAbstractListModel):
    """What was found, the best first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []

    def replace(self, found: list[Entry]) -> None:
        """Show other entries."""
        self.beginResetModel()
        self.entries = found
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of entries."""
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return an entry's name, the whole of it for a reader, or itself."""
        entry = self.entries[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return entry.title
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                facts = (entry.title, entry.kind, entry.keys, entry.detail, entry.why_not)
                return fmt.tip("\n".join(fact for fact in facts if fact))
        return entry if role == _ENTRY_ROLE else None


class _Row(QStyledItemDelegate):
    """Draws name and detail at the left, shortcut and kind at the right; what does not work is dimmed and says why."""

    _KIND_WIDTH = 10 * SPACING

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: Entry = index.data(_ENTRY_ROLE)
        tokens, area = theme.current(), option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(tokens.accent_ground))
            painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), QColor(tokens.accent))
        inner = area.adjusted(SPACING + SPACING // 2, 0, -SPACING, 0)
        metrics = option.fontMetrics
        kind = QRect(inner.right() - self._KIND_WIDTH + 1, inner.top(), self._KIND_WIDTH, inner.height())
        self._write(painter, kind, entry.kind, tokens.muted, Qt.AlignmentFlag.AlignRight)
        keys = metrics.horizontalAdvance(entry.keys) + 2 * SPACING if entry.keys else 0
        beside = QRect(kind.left() - keys, inner.top(), keys, inner.height())
        self._write(painter, beside, entry.keys, tokens.text, Qt.AlignmentFlag.AlignRight)
        room = beside.left() - inner.left() - SPACING
        title = metrics.elidedText(entry.title, Qt.TextElideMode.ElideMiddle, room)
        first = QRect(inner.left(), inner.top(), room, inner.height())
        self._write(painter, first, title, tokens.text if entry.works else tokens.muted)
        used = metrics.horizontalAdvance(title) + 2 * SPACING
        words = entry.detail if entry.works else entry.why_not
        rest = metrics.elidedText(words, Qt.TextElideMode.ElideRight, max(room - used, 0))
        self._write(painter, first.adjusted(used, 0, 0, 0), rest, tokens.muted)

    @staticmethod
    def _write(
        painter: QPainter,
        area: QRect,
        text: str,
        colour: str,
        side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        painter.setPen(QColor(colour))
        painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, text)


class _Found(QListView):
    """The list of what was found, with a hint where that is nothing."""

    hint = ""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hint and self.model().rowCount() == 0:
            paint_hint(self, self.hint)


class Palette:
    """A pane over the window: it wishes the list of models while it is seen.

    Attributes:
        widget: The overlay.
        line: Where one types.
        list: What was found.
    """

    def __init__(self, desk: Desk, window: MainWindow) -> None:
        self._desk, self._actions = desk, window.actions_
        self._front: InFront | None = None  # what brought it to the front
        self._answer: Any = None
        self._note_said = ""
        self._trace: Trace | None = None
        self._catalogue: Catalogue | None = None
        self._possible: list[Entry] = []
        self._operations: list[Entry] = []
        self._models: list[Entry] = []
        self._all: list[Entry] = []
        self.widget = Overlay(window, "commandPalette", "Search", _SIZE)
        self.line = QLineEdit(placeholderText="An action, an operation or a model", clearButtonEnabled=True)
        self.line.setObjectName("commandLine")
        self.line.setAcceptDrops(False)
        self.line.setAccessibleName("Search actions, operations and models")
        self.line.setToolTip("Type a few letters or words; arrows move, Return chooses, Esc closes")
        self.list = _Found()
        self.list.setUniformItemSizes(True)
        end_on_whole_rows(self.list, _ROW)
        self.list.setAccessibleName("Found")
        self.list.setToolTip("Click or press Return to choose")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the arrows of the line move in it
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.found = FoundModel(self.list)
        self.list.setModel(self.found)
        self.list.setItemDelegate(_Row(self.list))
        self._note = ElidedLabel(role="muted")
        for part in (self.line, self.list, self._note):
            self.widget.panel.addWidget(part)
        self._keys = _Keys(self)
        self.line.installEventFilter(self._keys)
        self.line.textChanged.connect(self._on_typed)
        self.list.clicked.connect(self._choose)

    # ---- as a pane ----

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the list of all models while it is in front."""
        return Wish(ListModels()) if scene.choice(InFront).name == "search" else None

    def show(self, scene: Scene, answer: Any) -> None:
        """Take in what can be found now; when it comes to the front, what was typed last can be typed over."""
        front = scene.choice(InFront)
        if front.name != "search":
            return
        has_come = front is not self._front
        self._front = front
        if self._take_in(scene, answer) or has_come:
            self._search(self.line.text(), self.list.currentIndex().row() if not has_come else 0)
        if has_come:
            self.line.selectAll()
            if isinstance(answer, Failure):
                self._desk.ask_again(ListModels())
        self._answer = answer
        self._say_note(anew=has_come)

    def _say_note(self, anew: bool = False) -> None:
        """Say how much was found, unless that is said already: what does not work may be said instead."""
        note = _note(self._answer, self.found.rowCount(), self.line.text().strip())
        if anew or note != self._note_said:
            self._note_said = note
            self._note.say(note)

    def _take_in(self, scene: Scene, answer: Any) -> bool:
        """Take in what can be found now; return False if that is what could be found before."""
        possible = entries.of_actions(self._actions, self._desk)
        catalogue = answer if isinstance(answer, Catalogue) else None
        same = list(map(_seen, possible)) == list(map(_seen, self._possible))
        if same and scene.trace is self._trace and catalogue is self._catalogue:
            return False
        if scene.trace is not self._trace:
            self._trace, self._operations = scene.trace, entries.of_operations(scene.trace, self._desk)
        if catalogue is not self._catalogue:
            self._catalogue, self._models = catalogue, entries.of_models(catalogue, self._desk)
        self._possible = possible
        self._all = [*possible, *self._operations, *self._models]
        return True

    # ---- what the person does ----

    def move(self, key: int) -> None:
        """Move by a row or a page."""
        page = max(1, self.list.viewport().height() // _ROW - 1)
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -page}.get(Qt.Key(key), page)
        row = min(max(self.list.currentIndex().row() + step, 0), self.found.rowCount() - 1)
        self.list.setCurrentIndex(self.found.index(row))

    def choose_current(self) -> None:
        """Do what the row with the mark says."""
        self._choose(self.list.currentIndex())

    def _on_typed(self, query: str) -> None:
        self._search(query)
        self._say_note(anew=True)

    def _search(self, query: str, row: int = 0) -> None:
        self.list.hint = f"Nothing is called “{query.strip()}”; try fewer letters or another word."
        self.found.replace(find(query, self._all))
        self.list.setCurrentIndex(self.found.index(max(0, min(row, self.found.rowCount() - 1))))

    def _choose(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        entry = self.found.entries[index.row()]
        if not entry.works:
            self._note.say(f"{entry.title}: {entry.why_not}.")
            return
        self.widget.closed.emit()
        entry.run()
        self._desk.settle()


class _Keys(QObject):
    """Hands the keys that move and choose from the line to the list."""

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette.widget)
        self._palette = palette

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in _MOVES:
                self._palette.move(event.key())
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._palette.choose_current()
                return True
        return super().eventFilter(watched, event)


def _seen(entry: Entry) -> tuple[str, str, bool]:
    """Return what a person sees of an action, which may change with the scene."""
    return entry.title, entry.keys, entry.works


def _note(answer: Any, count: int, query: str) -> str:
    if isinstance(answer, Waiting):
        return "Listing the models…"
    if isinstance(answer, Failure):
        return f"No models: {answer.message}"
    if query:
        return f"{count:,} found"
    return f"{count:,} actions, operations and models"
