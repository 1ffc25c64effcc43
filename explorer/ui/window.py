"""The main window: where everything is. It decides nothing; the controller fills it and listens to it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDockWidget,
    QLineEdit,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from explorer.features.answer.view import PredictionView
from explorer.features.layers.tree import LayerTree
from explorer.features.models.size_box import Size
from explorer.records.models import LoadedModel, TextInput
from explorer.ui.actions import Actions
from explorer.ui.bars import StatusLine, ToolBar
from explorer.ui.help import ShortcutList
from explorer.ui.welcome import Welcome
from explorer.window import drops, icons
from explorer.window.drop_hint import DropHint
from explorer.window.notices import NoticeBar
from explorer.window.theme import SPACING
from explorer.window.widgets.card import CardView
from explorer.window.widgets.input import InputView

if TYPE_CHECKING:
    from explorer.ui.controller import Controller

_STATE_VERSION = 2
_MOST_FOR_LAYERS, _INPUT_WIDTH = 600, 300
_TREE_AND_CARD = [480, 320]  # heights, in proportion
_SMALLEST = (960, 600)  # below, the panes would cut what they show
_TAKE_SPACE = (QAbstractButton, QComboBox, QAbstractItemView, QTextBrowser)
_MENUS: dict[str, tuple[str, ...]] = {
    "&File": ("openImages", "pasteImage", "enterWord", "recent", "", "saveFigure", "", "quit"),
    "&Model": (
        "chooseModel",
        "chooseInputSize",
        "openModelFile",
        "",
        "loadWeightsFile",
        "downloadWeights",
        "",
        "useAsBackbone",
        "compareInitialisations",
        "copySummary",
        "",
        "cancelWork",
    ),
    "&Step": ("stepFirst", "stepBackward", "stepForward", "stepLast", "", "play", "", "measure"),
    "&View": ("showTimeline", "", "toggleTheme", "docks"),
    "&Help": ("showShortcuts", "about"),
}


class MainWindow(QMainWindow):
    """The window of the sketch in the design.

    Attributes:
        controller: What makes it work; set by whoever assembles the window.

    Signals:
        dropped(object): `QMimeData` of a drop that may hold images; valid while the signal is handled.
        closing(): The window is about to close.
    """

    dropped = Signal(object)
    closing = Signal()
    controller: "Controller"

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("Architecture Explorer")
        self.setWindowIcon(icons.app_icon())
        self.setAcceptDrops(True)
        option = QMainWindow.DockOption
        self.setDockOptions(option.AnimatedDocks | option.AllowNestedDocks | option.AllowTabbedDocks)
        self.resize(1440, 900)
        self.setMinimumSize(*_SMALLEST)
        self.actions_ = Actions(self)
        self.addActions(self.actions_.all())
        self._build_views()
        self._build_centre()
        self._build_docks()
        self.tool_bar = ToolBar(self.actions_)
        self.addToolBar(self.tool_bar)
        self.status_line = StatusLine(self.actions_["cancelWork"])
        self.setStatusBar(self.status_line)
        self._build_menus()
        self._drop_hint = DropHint(self)
        self._space = QShortcut(QKeySequence(Qt.Key.Key_Space), self)
        self._space.activated.connect(self.actions_["play"].trigger)
        application = QApplication.instance()
        assert isinstance(application, QApplication), "a window has an application"
        application.focusChanged.connect(self._on_focus_changed)
        self._first_layout = (self.saveGeometry(), self.saveState(_STATE_VERSION))

    def _build_views(self) -> None:
        self.layer_tree = LayerTree()
        self.layer_tree.addAction(self.actions_["useAsBackbone"])
        self.input_view = InputView()
        self.predictions = PredictionView()
        self.notices = NoticeBar()
        self.card = CardView()
        openings = (self.actions_["openImages"], self.actions_["enterWord"])
        self.welcome = Welcome(*openings, self.actions_["showTimeline"])

    def _build_centre(self) -> None:
        self.tabs = QTabWidget(documentMode=True)
        self.tabs.setObjectName("views")
        self._home = QStackedWidget()
        self._home.addWidget(self.welcome)
        self._home.addWidget(self.tabs)
        self._home_and_strip = _stacked(self._home)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._home_and_strip)
        self.setCentralWidget(_stacked(self.notices, self._pages))

    def furnish(self) -> None:
        """Build what lies behind the first page; called once, before anything is done with the window.

        It takes as long as all that is seen at first, so the window may be painted before.
        """
        from explorer.features.cards.timeline import TimelineView
        from explorer.features.images.strip import ImageStrip
        from explorer.features.words.view import WordView
        from explorer.ui.panes import Panes

        panes = Panes(self.tabs, self.actions_)
        self.feature_maps, self.kernels = panes.feature_maps, panes.kernels
        self.receptive_field, self.measures = panes.receptive_field, panes.measures
        self.embeddings, self.initialisation = panes.embeddings, panes.initialisation
        self.word_view = WordView()
        self._input_pages.addWidget(self.word_view)
        self.image_strip = ImageStrip()
        layout = self._home_and_strip.layout()
        assert layout is not None
        layout.addWidget(self.image_strip)
        self.image_strip.hide()
        self.timeline = TimelineView()
        self._pages.addWidget(self.timeline)
        self._leave_drops_to_the_window()

    def _build_docks(self) -> None:
        self.layer_filter = QLineEdit(placeholderText="Filter layers", clearButtonEnabled=True)
        self.layer_filter.setObjectName("layerFilter")
        self.layer_filter.setAccessibleName("Filter layers")
        self.layer_filter.setToolTip(
            "Show only layers whose name, class or operation has these words (Ctrl+F)"
        )
        self.layer_filter.textChanged.connect(self.layer_tree.filter)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self.layer_filter.setFocus)
        layers = QWidget()
        column = QVBoxLayout(layers)
        column.setContentsMargins(SPACING // 2, SPACING // 2, 0, 0)
        column.setSpacing(SPACING // 2)
        column.addWidget(self.layer_filter)
        column.addWidget(self.layer_tree)
        self._input_pages = QStackedWidget()
        self._input_pages.addWidget(self.input_view)
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        self._docks = [
            self._dock("layersDock", "Layers", layers, left),
            self._dock("inputDock", "Input", _inset(self._input_pages), right),
            self._dock("predictionsDock", "Predictions", _inset(self.predictions), right),
        ]
        self._build_shortcut_dock()
        layers.setMinimumWidth(220)
        self._input_pages.setMinimumWidth(30 * SPACING)
        wanted = self.layer_tree.header().length() + 6 * SPACING  # with room for the scroll bar
        widths = [min(wanted, _MOST_FOR_LAYERS), _INPUT_WIDTH]
        self.resizeDocks(self._docks[:2], widths, Qt.Orientation.Horizontal)
        self.resizeDocks(self._docks[1:], [_INPUT_WIDTH + 6 * SPACING, 300], Qt.Orientation.Vertical)
        self._build_architecture_dock(self._docks[0])

    def _build_architecture_dock(self, layers: QDockWidget) -> None:
        """Put the card under the tree, which keeps the larger part."""
        area = Qt.DockWidgetArea.LeftDockWidgetArea
        dock = self._dock("architectureDock", "Architecture", self.card, area)
        self.splitDockWidget(layers, dock, Qt.Orientation.Vertical)
        self.resizeDocks([layers, dock], _TREE_AND_CARD, Qt.Orientation.Vertical)
        self._docks.insert(1, dock)

    def _build_shortcut_dock(self) -> None:
        right = Qt.DockWidgetArea.RightDockWidgetArea
        dock = self._dock("shortcutsDock", "Keyboard shortcuts", QWidget(), right)
        dock.hide()
        dock.visibilityChanged.connect(lambda seen: self._fill_shortcuts(dock) if seen else None)
        self.actions_["showShortcuts"].toggled.connect(dock.setVisible)
        dock.visibilityChanged.connect(self.actions_["showShortcuts"].setChecked)

    def _fill_shortcuts(self, dock: QDockWidget) -> None:
        if not isinstance(dock.widget(), ShortcutList):
            dock.setWidget(ShortcutList(self.actions_))

    def _dock(self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setWidget(widget)
        dock.setStyleSheet("QDockWidget { font-weight: 600; }")
        self.addDockWidget(area, dock)
        return dock

    def _build_menus(self) -> None:
        self.recent_menu = QMenu("Open recent", self)
        for title, names in _MENUS.items():
            menu = self.menuBar().addMenu(title)
            for name in names:
                self._add_to_menu(menu, name)

    def _add_to_menu(self, menu: QMenu, name: str) -> None:
        if not name:
            menu.addSeparator()
        elif name == "recent":
            menu.addMenu(self.recent_menu)
        elif name == "docks":
            menu.addSeparator()
            for dock in self._docks:
                menu.addAction(dock.toggleViewAction())
            menu.addAction("Reset layout").triggered.connect(self._reset_layout)
        else:
            menu.addAction(self.actions_[name])

    def _leave_drops_to_the_window(self) -> None:
        # A line edit would take a dropped file as text.
        for child in self.findChildren(QLineEdit):
            child.setAcceptDrops(False)

    # ---- what the controller sets ----

    def show_welcome(self, empty: bool) -> None:
        """Show how to begin, or the views; behind the timeline if that is open."""
        self._home.setCurrentWidget(self.welcome if empty else self.tabs)

    def show_timeline(self, shown: bool) -> None:
        """Show the timeline, or what lies behind it."""
        self.actions_["showTimeline"].setChecked(shown)
        self._pages.setCurrentIndex(1 if shown else 0)
        if shown:
            self.timeline.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_pane(self, title: str) -> None:
        """Show the pane of that title, in front of the timeline."""
        self.show_timeline(False)
        for place in range(self.tabs.count()):
            if self.tabs.tabText(place).replace("&&", "&") == title:
                self.tabs.setCurrentIndex(place)

    def set_model(self, model: LoadedModel, size: Size | None = None) -> None:
        """Show which model lives, on what, and whether its weights can be downloaded; `size` as in the session."""
        self.tool_bar.model_picker.set_model(model)
        self.set_input_size(model, size)
        self.tool_bar.set_device(model.device)
        self.status_line.resource_panel.set_weights(model.weight_bytes)
        self.actions_["downloadWeights"].setEnabled(model.can_download)

    def set_input_size(self, model: LoadedModel, size: Size | None) -> None:
        """Show the height and width of the model's input; None for its own."""
        preprocess = model.preprocess
        own = None if isinstance(preprocess, TextInput) else preprocess.size
        self.tool_bar.input_size.set_sizes(own, size)

    def show_reading(self, words: bool) -> None:
        """Show in the Input dock, and how to begin with, the word or the picture."""
        self.welcome.set_reading(words)
        self._input_pages.setCurrentWidget(self.word_view if words else self.input_view)

    def set_recent(self, paths: list[str]) -> None:
        """Offer files in File > Open recent; each action's data is its path."""
        self.recent_menu.clear()
        self.recent_menu.setEnabled(bool(paths))
        for path in paths:
            action = self.recent_menu.addAction(path)
            action.setData(path)

    def restore_layout(self, geometry: QByteArray, state: QByteArray) -> None:
        """Put the window and its docks where they were."""
        if not geometry.isEmpty():
            self.restoreGeometry(geometry)
        if not state.isEmpty():
            self.restoreState(state, _STATE_VERSION)

    def layout_state(self) -> tuple[QByteArray, QByteArray]:
        """Return the geometry and the state of the docks."""
        return self.saveGeometry(), self.saveState(_STATE_VERSION)

    def _reset_layout(self) -> None:
        self.restore_layout(*self._first_layout)

    # ---- what the person does ----

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Show that an image may be dropped."""
        if drops.accepts(event.mimeData()):
            event.acceptProposedAction()
            self._drop_hint.reveal()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Take an image anywhere on the window."""
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Hide the frame."""
        self._drop_hint.hide()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand on what was dropped."""
        self._drop_hint.hide()
        mime: QMimeData = event.mimeData()
        if drops.accepts(mime):
            event.acceptProposedAction()
            self.dropped.emit(mime)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the frame over the whole window."""
        super().resizeEvent(event)
        if self._drop_hint.isVisible():
            self._drop_hint.reveal()

    def changeEvent(self, event: QEvent) -> None:
        """Redraw the icons in a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "actions_"):
            self.actions_.dress()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Disappear at once, then let the controller end the engine."""
        self.hide()
        self.closing.emit()
        super().closeEvent(event)

    def _on_focus_changed(self, _: QWidget | None, focused: QWidget | None) -> None:
        """Leave Space to a control that it means something to; elsewhere, and in the tree, it plays."""
        self._space.setEnabled(focused is self.layer_tree or not isinstance(focused, _TAKE_SPACE))


def _stacked(*parts: QWidget) -> QWidget:
    """Return parts under each other; the stack of pages among them takes the room."""
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for part in parts:
        column.addWidget(part, 1 if isinstance(part, QStackedWidget) else 0)
    return box


def _inset(view: QWidget) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(SPACING // 2, 0, SPACING // 2, 0)
    column.addWidget(view)
    return box
