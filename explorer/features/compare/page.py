"""The page as a whole: who is compared, a view below; or what to do before there is a second network."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QTabBar, QToolButton, QVBoxLayout, QWidget

from explorer.features.compare.answers_view import AnswersView
from explorer.features.compare.choice import ANSWERS, CKA, LAYERS
from explorer.features.compare.cka_view import CkaView
from explorer.features.compare.course import COURSE, SHOW
from explorer.features.compare.heads import SeatHead
from explorer.features.compare.layers_view import LayersView
from explorer.features.compare.start_view import StartView
from explorer.window import format as fmt
from explorer.window.focus import give_menu
from explorer.window.theme import SPACING
from explorer.window.widgets.elided import FactsLabel
from explorer.window.widgets.parts import BusyBar, page_title

VIEWS = {
    LAYERS: ("Layers", "Which operation is which, and how far their values agree"),
    CKA: ("CKA", "How alike every layer of one network is to every layer of the other"),
    ANSWERS: ("Answers", "What both answer to the open images, what they cost and reach"),
}


class ComparePage(QWidget):
    """The parts; what they show is told by the pane.

    Args:
        choose, swap, close_: The actions for another second network, for swapping both, for closing the second.
        stop: The action that stops what the engine works on.

    Signals:
        view_chosen(str): The view that the person wants.
    """

    view_chosen = Signal(str)

    def __init__(
        self, choose: QAction, swap: QAction, close_: QAction, stop: QAction, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("compareView")
        self.setAccessibleName("Compare")
        self.tabs = QTabBar(drawBase=False, expanding=False)
        self.tabs.setObjectName("compareViews")
        self.tabs.setAccessibleName("What is compared")
        for name, (title, tip) in VIEWS.items():
            at = self.tabs.addTab(title)
            self.tabs.setTabData(at, name)
            self.tabs.setTabToolTip(at, fmt.tip(tip))
        self.tabs.currentChanged.connect(lambda at: self.view_chosen.emit(self.tabs.tabData(at)))
        self.memory = FactsLabel(role="muted")
        self.other = QToolButton(autoRaise=True)
        self.other.setText("Other network")
        self.other.setObjectName("compareOther")
        self.other.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.other.setToolTip("Compare with another network, or with this one in another way")
        self.menu = QMenu(self.other, toolTipsVisible=True)
        give_menu(self.other, self.menu)
        self.choose, self.swap, self.close_ = choose, _button(swap), _button(close_)
        self.head_a, self.head_b = SeatHead("A", 0), SeatHead("B", 1)
        self.busy = BusyBar()
        self.start = StartView(choose, SHOW, COURSE.values())
        self.layers, self.cka, self.answers = LayersView(), CkaView(stop), AnswersView()
        self.views = {LAYERS: self.layers, CKA: self.cka, ANSWERS: self.answers}
        self.pages = QStackedWidget()
        for page in (self.start, *self.views.values()):
            self.pages.addWidget(page)
        self._heads = QWidget()
        self._arrange()

    def show_start(self) -> None:
        """Show what to do before there is a second network."""
        self._show(self.start, heads=False, tabs=False)

    def show_view(self, name: str, has_two: bool) -> None:
        """Show a view; who is compared stands above it where there are two."""
        self.tabs.blockSignals(True)
        self.tabs.setCurrentIndex(list(VIEWS).index(name))
        self.tabs.blockSignals(False)
        self._show(self.views[name], heads=has_two, tabs=has_two)

    def _show(self, page: QWidget, heads: bool, tabs: bool) -> None:
        self._heads.setVisible(heads)
        self.tabs.setVisible(tabs)
        for part in (self.other, self.swap, self.close_, self.memory):
            part.setVisible(heads)
        self.pages.setCurrentWidget(page)

    def _arrange(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(SPACING)
        first.addWidget(page_title("Compare"))
        first.addSpacing(SPACING)
        first.addWidget(self.tabs)
        first.addWidget(self.memory, 1)
        first.addStretch()
        for button in (self.other, self.swap, self.close_):
            first.addWidget(button)
        second = QHBoxLayout(self._heads)
        second.setContentsMargins(0, 0, 0, 0)
        second.setSpacing(2 * SPACING)
        second.addWidget(self.head_a, 1)
        second.addWidget(self.head_b, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        whole.setSpacing(SPACING // 2)
        whole.addLayout(first)
        whole.addWidget(self._heads)
        whole.addWidget(self.busy)
        whole.addWidget(self.pages, 1)

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_heads"):
            self.head_a.dress()
            self.head_b.dress()
            self.layers.maps.dress()


def _button(action: QAction) -> QToolButton:
    button = QToolButton(autoRaise=True)
    button.setDefaultAction(action)
    return button
