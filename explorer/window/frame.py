"""The frame: where things are. It places what the features declare and follows the scene; it decides nothing else."""

from collections.abc import Sequence

from PySide6.QtCore import QChildEvent, QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from explorer.window import drops, icons
from explorer.window import format as fmt
from explorer.window.actions import Actions
from explorer.window.desk import Desk
from explorer.window.drop_hint import DropHint
from explorer.window.explore import Explore
from explorer.window.file_dialog import tidy
from explorer.window.focus import KeyFocus, give_menu
from explorer.window.holder import Holder
from explorer.window.keys import KeyPlaces, PlainKeys
from explorer.window.leaving import LeavingFields
from explorer.window.notices import NoticeBar
from explorer.window.spec import Feature, PaneSpec, Place
from explorer.window.tab_order import put_in_order
from explorer.window.theme import SPACING
from explorer.window.ways import full_screen, ways
from explorer.window.wheel import ScrollingWheel

_FIRST_SIZE = QSize(1440, 900)
_SMALLEST = QSize(960, 600)  # below, the panes would cut what they show
_BAR_HEIGHT, _RAIL_WIDTH = 40, 64
_FOOT_HEIGHT = 36  # a notice of two lines has room in it, and covers nothing above
_STATUS_WIDTH = 56 * SPACING  # of what is going on, at the right of the foot
_RAIL_ICON = QSize(24, 24)
EXPLORE = PaneSpec(
    "explore", "Explore", "The network, operation by operation", Place.PAGE, "", "Ctrl+1", "explore"
)


class MainWindow(QMainWindow):
    """The window of the sketch in the design.

    Attributes:
        desk: What its features ask and show.
        notices: Where notices appear, over the foot.
        actions_: Everything a person can do.
        explore: The first page.
        followers: What follows the scene without being seen; kept as long as the window.

    Signals:
        dropped(object): `QMimeData` of a drop; valid while the signal is handled.
        closing(): The window is about to close.
    """

    dropped = Signal(object)
    closing = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("Architecture Explorer")
        self.setWindowIcon(icons.app_icon())
        self.setAcceptDrops(True)
        self._fit_the_screen()
        self._drop_hint = DropHint(self)
        self.followers: list[object] = []
        self._key_places = KeyPlaces(self)
        self._plain_keys = PlainKeys(self)
        self._leaving = LeavingFields(self)
        self._wheel = ScrollingWheel(self)
        self._focus = KeyFocus(self)

    def _fit_the_screen(self) -> None:
        """Be as large as planned, or as the screen allows."""
        room = self.screen().availableSize() if self.screen() is not None else _FIRST_SIZE
        self.setMinimumSize(_SMALLEST.boundedTo(room))
        self.resize(_FIRST_SIZE.boundedTo(room * 0.95))

    # ---- building ----

    def furnish(self, desk: Desk, features: Sequence[Feature], notices: NoticeBar) -> None:
        """Place what the features declare; the panes themselves are built when they are first seen."""
        self.desk, self.notices = desk, notices
        specs = [spec for feature in features for spec in feature.panes]
        self.actions_ = Actions(desk, self)
        self.actions_.add(ways([EXPLORE, *specs]))
        for feature in features:
            self.actions_.add(feature.actions)
        self.actions_.add([full_screen(self)])
        self.explore = Explore(specs, desk)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.explore)
        self._page_specs = [EXPLORE, *(spec for spec in specs if spec.place is Place.PAGE)]
        for spec in self._page_specs[1:]:
            self._pages.addWidget(Holder(spec, desk))
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._rail())
        middle.addWidget(self._pages, 1)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar(specs))
        column.addLayout(middle, 1)
        foot = self._foot(specs)
        column.addWidget(foot)
        self.setCentralWidget(centre)
        notices.setParent(centre)
        facts = foot.findChild(Holder, options=Qt.FindChildOption.FindDirectChildrenOnly)
        notices.lie_over(foot, _STATUS_WIDTH, facts)
        desk.front = self.pane_in_front
        desk.settled.connect(self.follow)
        self.follow()

    def _bar(self, specs: Sequence[PaneSpec]) -> QFrame:
        bar = _strip("topBar", _BAR_HEIGHT)
        row = bar.layout()
        assert isinstance(row, QHBoxLayout)
        self.menu_button = QToolButton(autoRaise=True, popupMode=QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setObjectName("menuButton")
        self.menu_button.setText("☰")
        self.menu_button.setAccessibleName("Menu")
        self.menu_button.setToolTip("All that can be done (F10)")
        self.menu_button.setShortcut("F10")
        menu = QMenu(self.menu_button)
        self.actions_.fill(menu)
        give_menu(self.menu_button, menu)
        row.addWidget(self.menu_button)
        self._place(row, [spec for spec in specs if spec.place is Place.BAR])
        for spec, action in self.actions_:
            if spec.in_bar:
                button = QToolButton(autoRaise=True)
                button.setDefaultAction(action)
                button.setAccessibleName(action.text())
                row.addWidget(button)
        return bar

    def _foot(self, specs: Sequence[PaneSpec]) -> QFrame:
        foot = _strip("foot", _FOOT_HEIGHT)
        row = foot.layout()
        assert isinstance(row, QHBoxLayout)
        self._place(row, [spec for spec in specs if spec.place is Place.FOOT])
        return foot

    def _place(self, row: QHBoxLayout, specs: Sequence[PaneSpec]) -> None:
        for spec in specs:
            row.addWidget(Holder(spec, self.desk), spec.stretch)

    def _rail(self) -> QFrame:
        rail = QFrame()
        rail.setObjectName("pageRail")
        rail.setAccessibleName("Pages")
        rail.setFixedWidth(_RAIL_WIDTH)
        column = QVBoxLayout(rail)
        column.setContentsMargins(0, SPACING, 0, SPACING)
        column.setSpacing(0)
        self._rail_buttons = QButtonGroup(self, exclusive=True)
        for number, spec in enumerate(self._page_specs):
            button = QToolButton(toolButtonStyle=Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setCheckable(True)
            button.setText(spec.title)
            button.setToolTip(fmt.tip(f"{spec.tip} ({spec.key})"))
            button.setAccessibleName(spec.title)
            button.setFixedSize(_RAIL_WIDTH, _RAIL_WIDTH)
            button.setIconSize(_RAIL_ICON)
            button.clicked.connect(lambda _=False, id=spec.id: self.desk.set(page=id))
            self._rail_buttons.addButton(button, number)
            column.addWidget(button)
        column.addStretch(1)
        self._dress_rail()
        return rail

    def _dress_rail(self) -> None:
        for number, spec in enumerate(self._page_specs):
            self._rail_buttons.button(number).setIcon(icons.icon(spec.icon or "info"))

    # ---- following the scene ----

    def follow(self) -> None:
        """Bring to the front what the scene says."""
        scene = self.desk.scene
        ids = [spec.id for spec in self._page_specs]
        number = ids.index(scene.page) if scene.page in ids else 0
        self._pages.setCurrentIndex(number)
        self._rail_buttons.button(number).setChecked(True)
        if number == 0:
            self.explore.follow(scene)

    def pane_in_front(self) -> object | None:
        """Return the pane of the page in front, of the Explore page its lens; None while it is not there."""
        page = self._pages.currentWidget()
        return self.explore.pane_in_front() if page is self.explore else getattr(page, "pane", None)

    # ---- what the person does ----

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Say what would be done with what is dragged."""
        if text := drops.promise(event.mimeData()):
            _copy(event)
            self._drop_hint.reveal(text)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Take it anywhere on the window."""
        _copy(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Hide the frame."""
        self._drop_hint.hide()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand on what was dropped."""
        self._drop_hint.hide()
        mime: QMimeData = event.mimeData()
        if drops.promise(mime):
            _copy(event)
            self.dropped.emit(mime)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the frame of a drop over the whole window."""
        super().resizeEvent(event)
        if self._drop_hint.isVisible():
            self._drop_hint.setGeometry(self.rect())

    def showEvent(self, event: QShowEvent) -> None:
        """Listen to the keys and the wheel from here on."""
        super().showEvent(event)
        self._key_places.watch()
        self._wheel.watch()

    def childEvent(self, event: QChildEvent) -> None:
        """Lay out a dialog for files before it is seen, whoever opens it."""
        super().childEvent(event)
        child = event.child()
        if event.polished() and isinstance(child, QFileDialog):
            tidy(child, self.desk.settings)

    def changeEvent(self, event: QEvent) -> None:
        """Redraw the icons in a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "actions_"):
            self.actions_.dress()
            self._dress_rail()
            self.explore.follow(self.desk.scene)
        elif event.type() == QEvent.Type.WindowStateChange and hasattr(self, "actions_"):
            self.actions_.be_true()

    def focusNextPrevChild(self, next: bool) -> bool:
        """Move the focus at Tab. From a control that goes out of sight or use it goes to the navigator.

        Qt would give it to the next in the row, maybe a line that takes the keys of steps for a text.
        """
        held = self.focusWidget()
        if held is None or (held.isVisible() and held.isEnabled()):
            put_in_order(self)  # only now: panes are built when they are first seen, and few people press Tab
            return super().focusNextPrevChild(next)
        front = self.explore.navigators.front
        views = front.findChildren(QAbstractItemView) if front is not None else []
        heirs = [view for view in views if view.isVisible() and view is not held]
        if heirs:
            heirs[0].setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            held.clearFocus()
        return True

    def closeEvent(self, event: QCloseEvent) -> None:
        """Disappear at once, then let the program end."""
        self.hide()
        self.closing.emit()
        super().closeEvent(event)


def _copy(event: QDropEvent) -> None:
    """Take a drop as a copy: told that it was moved, a file manager would remove the original."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()


def _strip(name: str, height: int) -> QFrame:
    strip = QFrame()
    strip.setObjectName(name)
    strip.setFixedHeight(height)
    row = QHBoxLayout(strip)
    row.setContentsMargins(SPACING, 0, SPACING, 0)
    row.setSpacing(SPACING)
    return strip
