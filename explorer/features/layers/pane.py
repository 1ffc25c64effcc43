"""The navigator of layers: the tree under its filter."""

from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QTabBar, QToolButton, QVBoxLayout, QWidget

from explorer.features.layers.choice import LayersChoice, MenuAsked
from explorer.features.layers.columns import COLUMNS
from explorer.features.layers.filter_line import FilterLine
from explorer.features.layers.tree import EMPTY, LayerTree
from explorer.records.measures import Measurement
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.desk import Desk
from explorer.window.saving import save_rows
from explorer.window.scene import Scene
from explorer.window.spec import Waiting, Wish

_KEPT = "layers/shown"  # with the name, which is always there: an empty list was never kept


class LayersPane:
    """Shows the trace of the forward; a selected row is the operation that all panes show."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._had_trace = False
        self._menus_asked = 0
        self.tree = LayerTree()
        self.filter_line = FilterLine(self.tree)
        self.widget = QWidget()
        column = QVBoxLayout(self.widget)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACING // 2)
        inset = QVBoxLayout()
        inset.setContentsMargins(theme.SPACING, theme.SPACING, theme.SPACING, 0)
        inset.addWidget(self.filter_line)
        inset.addWidget(self._sorted_line())
        column.addLayout(inset)
        column.addWidget(self.tree, 1)
        self.columns = self._column_menu()
        save = QAction("Save as CSV…", self.tree)
        save.setToolTip("Save all rows with headings and plain numbers")
        save.triggered.connect(lambda: save_rows(desk, self.tree, "layers"))
        self.order = self._order_menu()
        self.tree.addActions([save, self.order.menuAction(), self.columns.menuAction()])
        header = self.tree.header()
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._on_heading_menu)
        self.tree.node_selected.connect(self._on_node_selected)
        self.tree.failure_selected.connect(self._on_failure_selected)
        if kept := frozenset(desk.settings.texts(_KEPT)):
            desk.choose(LayersChoice(kept & {it.id for it in COLUMNS if it.optional}))

    def _sorted_line(self) -> QToolButton:
        """Return what says by which column the tree is sorted, and brings back the order of execution."""
        line = QToolButton(autoRaise=True)
        line.setObjectName("sortedBy")
        line.setAccessibleName("Back to the order of execution")
        line.setToolTip(
            "A sorted tree is a flat list. Press to see the operations in the order they ran again."
        )
        line.clicked.connect(self.tree.restore_order)
        line.hide()

        def tell(text: str) -> None:
            line.setText(f"{text}  ✕")
            line.setVisible(bool(text))

        self.tree.sorted_by.connect(tell)
        return line

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the time of each operation, if it is to be shown; all else stands in the scene."""
        asked = scene.seat.measure
        return Wish(asked) if asked is not None and "time" in scene.choice(LayersChoice).columns else None

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the operations and which is looked at; while this input has none, what is there stays."""
        tree, chosen = self.tree, scene.choice(LayersChoice).columns
        stays = scene.trace is None and (scene.is_coming or scene.seat.forward is not None)
        tree.setEnabled(not stays or scene.is_coming)
        if (hint := "The layers are on their way." if scene.is_coming else EMPTY) != tree.hint:
            tree.hint = hint
            tree.viewport().update()
        if scene.trace is not tree.layers.trace and not stays:
            self._forget_filter(scene)
            tree.set_trace(scene.trace)
            self._take_focus()
        for action in self.columns.actions():
            action.setChecked(action.data() in chosen)
        tree.show_columns(chosen)
        if isinstance(answer, Measurement):
            tree.set_timing(answer.timing)
        elif not isinstance(answer, Waiting):
            tree.set_timing(None)
        if scene.node is not None and scene.trace is not None:
            tree.select_node(scene.node, is_of_module=bool(scene.module))
        self._open_menu(scene.choice(MenuAsked))

    def wished_width(self) -> int:
        """Return the pixels that the tree would like."""
        return self.tree.wished_width

    def _forget_filter(self, scene: Scene) -> None:
        """Show all of another network, and have its steps by the keys at once."""
        before, now = self.tree.layers.trace, scene.trace
        if before is not None and now is not None and before.model != now.model:
            self.filter_line.clear()
            self.filter_line.leave()

    def _open_menu(self, asked: MenuAsked) -> None:
        if asked.times > self._menus_asked:
            self._menus_asked = asked.times
            menu = self.order if asked.menu == "order" else self.columns
            menu.popup(self.tree.viewport().mapToGlobal(QPoint(0, 0)))

    def _take_focus(self) -> None:
        """Take the keys at the first forward, unless somebody types: arrows step and Space plays at once."""
        if not self._had_trace and self.tree.layers.trace is not None:
            self._had_trace = True
            focused = QApplication.focusWidget()
            if focused is None or isinstance(focused, QAbstractButton | QTabBar):
                self.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_node_selected(self, node: int) -> None:
        self._desk.pick(self.tree.layers.trace, node, module=self.tree.module)

    def _on_failure_selected(self) -> None:
        scene = self._desk.scene
        if scene.trace is not None and scene.trace is self.tree.layers.trace:
            self._desk.set(node=None, playing=False)
            self._desk.settle()

    # ---- columns ----

    def _column_menu(self) -> QMenu:
        menu = QMenu("Columns", self.tree)
        for column in COLUMNS:
            if column.optional:
                action = menu.addAction(column.title)
                action.setCheckable(True)
                action.setData(column.id)
                action.setToolTip(fmt.tip(column.tip))
                action.triggered.connect(self._on_columns_chosen)
        menu.setToolTipsVisible(True)
        return menu

    def _order_menu(self) -> QMenu:
        menu = QMenu("Sort by", self.tree)
        for number, column in enumerate(COLUMNS):
            action = menu.addAction(column.title)
            action.triggered.connect(lambda _=False, at=number: self.tree.turn_order(at))
        menu.addAction("Order of execution").triggered.connect(self.tree.restore_order)
        return menu

    def _on_columns_chosen(self) -> None:
        chosen = [action.data() for action in self.columns.actions() if action.isChecked()]
        self._desk.settings.put(_KEPT, [COLUMNS[0].id, *chosen])
        self._desk.choose(LayersChoice(frozenset(chosen)))
        self._desk.settle()

    def _on_heading_menu(self, place: QPoint) -> None:
        self.columns.popup(self.tree.header().mapToGlobal(place))
