"""All keyboard shortcuts, by menu, to be looked through and searched."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QWidget

from explorer.features.program.entries import plain, shown_keys
from explorer.window import format as fmt
from explorer.window.actions import MENUS, Actions
from explorer.window.frame import MainWindow
from explorer.window.theme import SPACING
from explorer.window.widgets.overlay import Overlay
from explorer.window.widgets.tables import add_copy, end_on_whole_rows, paint_hint

_SIZE = QSize(88 * SPACING, 80 * SPACING)
_ROW = QSize(0, 3 * SPACING)
ELSEWHERE = (
    ("Space", "Play or pause; press the button that has the focus"),
    ("Ctrl+F", "Filter the layers, search the graph"),
    ("Arrow keys", "Move from unit to unit, from pixel to pixel, from row to row, along the graph"),
    ("Return  Backspace", "Open a group of the graph, close the one around an operation"),
    ("+  −  0", "Zoom a picture or the graph in and out, fit it"),
    ("1", "Show the box of the operation in the middle of the graph"),
    ("Ctrl+C", "Copy the selected rows of a table"),
    ("Tab", "Go to the next control; Shift+Tab to the one before"),
    ("Esc", "Close what lies over the window, the newest notice first"),
    ("Alt+Return", "Press the button of the newest notice"),
    ("F10", "Open the menu"),
)
"""What is no action of the window."""

Line = tuple[str, str, str]
"""What is done, its keys, and in more words."""


class _Lines(QTreeWidget):
    """The shortcuts, with a hint where none is found."""

    hint = ""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hint:
            paint_hint(self, self.hint)


class ShortcutSheet(Overlay):
    """A page over the window; the line on top finds shortcuts by what they do or by their keys."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window, "shortcutSheet", "Keyboard shortcuts", _SIZE)
        self.line = QLineEdit(placeholderText="Find a shortcut", clearButtonEnabled=True)
        self.line.setAcceptDrops(False)
        self.line.setAccessibleName("Find a shortcut")
        self.line.setToolTip("Show only shortcuts with these words")
        self.list = _Lines()
        self.list.setObjectName("shortcutList")
        self.list.setAccessibleName("Keyboard shortcuts")
        self.list.setToolTip("Ctrl+C copies the selected rows")
        self.list.setHeaderLabels(["What it does", "Keys"])
        self.list.setRootIsDecorated(False)
        self.list.setIndentation(SPACING)
        self.list.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        add_copy(self.list)
        end_on_whole_rows(self.list, _ROW.height())
        self.panel.addWidget(self.line)
        self.panel.addWidget(self.list, 1)
        self._actions = window.actions_
        self._groups: list[tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = []
        self.line.textChanged.connect(self._filter)

    def reveal(self, focus: QWidget) -> None:
        """Appear, filled anew: what a key does may be called differently now."""
        self._groups.clear()
        self.list.clear()
        for title, lines in grouped(self._actions).items():
            self._add_group(title, lines)
        self.list.expandAll()
        self._filter(self.line.text())
        self.line.selectAll()
        super().reveal(focus)

    def _add_group(self, title: str, lines: list[Line]) -> None:
        group = QTreeWidgetItem([title])
        bold = QFont(self.list.font())
        bold.setBold(True)
        group.setFont(0, bold)
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        group.setSizeHint(0, _ROW)
        rows = [QTreeWidgetItem([text, keys]) for text, keys, _ in lines]
        for row, (*_, tip) in zip(rows, lines, strict=True):
            row.setToolTip(0, fmt.tip(tip))
            row.setSizeHint(0, _ROW)
        group.addChildren(rows)
        self.list.addTopLevelItem(group)
        self._groups.append((group, rows))

    def _filter(self, query: str) -> None:
        words = query.lower().split()
        for group, rows in self._groups:
            for row in rows:
                text = f"{row.text(0)} {row.text(1)} {row.toolTip(0)}".lower()
                row.setHidden(not all(word in text for word in words))
            group.setHidden(all(row.isHidden() for row in rows))
        found = any(not group.isHidden() for group, _ in self._groups)
        self.list.hint = (
            "" if found else f"No shortcut is called “{query.strip()}”; Ctrl+Shift+P searches everything."
        )


def grouped(actions: Actions) -> dict[str, list[Line]]:
    """Return the shortcuts of all actions by menu, and at the end those that are no action."""
    groups: dict[str, list[Line]] = {title: [] for title in MENUS}
    rest = groups.setdefault("Elsewhere", [])
    taken: set[str] = set()
    for spec, action in actions:
        if keys := shown_keys(action):
            taken.update(spec.keys)
            groups.get(spec.menu.partition("/")[0], rest).append((plain(action), keys, spec.tip))
    rest.extend((text, keys, "") for keys, text in ELSEWHERE if keys not in taken or keys == "Esc")
    return {title: lines for title, lines in groups.items() if lines}
