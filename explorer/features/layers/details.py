"""The lens of details: every fact about the operation as a table of terms and values."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QColor, QFont, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QTableView, QVBoxLayout, QWidget

from explorer.features.layers.known_time import known_time
from explorer.records.describe import grouped
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.desk import Desk
from explorer.window.glossary import explain
from explorer.window.save_path import file_name
from explorer.window.saving import save_rows
from explorer.window.scene import Scene
from explorer.window.spec import Export, Wish
from explorer.window.widgets.parts import TOP
from explorer.window.widgets.tables import Index, RowModel, add_copy, lay_rows, paint_hint, table_of

_HEADINGS = (("Term", ""), ("Value", ""))
_NO_VALUE = ""  # the value of a row that is the heading of those below it
_LEAST_TERM = 15 * theme.SPACING
_HINT = "Open an image, and the facts about each operation stand here."

Facts = tuple[tuple[str, str], ...]


class _Facts(RowModel[tuple[str, str]]):
    """Terms and values."""

    def __init__(self) -> None:
        super().__init__(_HEADINGS)
        self._bold = QFont()
        self._bold.setBold(True)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        term, value = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return value if index.column() else term
        if role == Qt.ItemDataRole.ToolTipRole:
            return fmt.tip(
                "\n".join(part for part in (value if index.column() else "", explain(term)) if part)
            )
        if value == _NO_VALUE:
            return self._bold if role == Qt.ItemDataRole.FontRole else None
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == 0:
            return QColor(theme.current().muted)
        return None


class DetailsTable(QTableView):
    """The table."""

    def __init__(self, model: _Facts) -> None:
        super().__init__()
        self.setObjectName("detailsTable")
        self.setAccessibleName("Details of the operation")
        self.setModel(model)
        self.setFrameShape(self.Shape.NoFrame)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        lay_rows(self)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        self.setColumnWidth(0, _LEAST_TERM)
        add_copy(self)

    def fit_terms(self) -> None:
        """Give the terms the room that they need and the values the rest; what they got they keep from step to step."""
        model = self.model()
        terms = (model.index(row, 0).data() for row in range(model.rowCount()))
        widest = max((self.fontMetrics().horizontalAdvance(term) for term in terms), default=0)
        self.setColumnWidth(0, max(self.columnWidth(0), widest + 2 * theme.SPACING))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or what to do while there are none."""
        super().paintEvent(event)
        if self.model().rowCount() == 0:
            paint_hint(self, _HINT)


class DetailsPane:
    """Says everything that the trace knows of the operation."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._model = _Facts()
        self.table = DetailsTable(self._model)
        save = QAction("Save as CSV…", self.table)
        save.triggered.connect(lambda: save_rows(desk, self.table, "details"))
        self.table.addAction(save)
        self.widget = QWidget()
        column = QVBoxLayout(self.widget)
        column.setContentsMargins(0, TOP, 0, 0)
        column.addWidget(self.table)
        desk.settled.connect(self._on_settled)

    def exports(self) -> tuple[Export, ...]:
        """Offer the facts of the operation."""
        node, model = self._desk.scene.current, self._desk.scene.model
        if node is None or model is None or not self._model.rows:
            return ()
        return (table_of(self.table, file_name(model.entry.name, node.name, "details")),)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish nothing: the trace says it all."""
        return None

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the facts; while another forward is on its way, what is there stays."""
        if scene.current is not None and scene.trace is not None:
            groups = grouped(scene.current, scene.trace)
            told = tuple(fact for heading, facts in groups for fact in ((heading, _NO_VALUE), *facts))
            facts = (*told, *_let_go(scene), *self._time(scene))
        elif scene.is_coming:
            return
        else:
            facts = (("Failed", scene.failure),) if scene.failure else ()
        if facts != self._model.rows:
            self._model.replace(facts)
            self.table.fit_terms()

    def _time(self, scene: Scene) -> Facts:
        """Return the time as the last of the facts, so that none moves when it comes."""
        spread = known_time(self._desk, scene)
        if spread is None:
            return ()
        return (("Time", f"{fmt.milliseconds(spread.median)}, the median of {spread.runs} runs"),)

    def _on_settled(self) -> None:
        """Add the time when it comes, without a step."""
        if self.widget.isVisible():
            self.show(self._desk.scene, None)


def _let_go(scene: Scene) -> Facts:
    """Say of a value that it is not held in memory now."""
    if scene.forward is None or scene.node not in scene.load.values_gone.get(scene.forward.number, ()):
        return ()
    return (("Value", "not held in the memory for values; the model runs again when it is looked at"),)
