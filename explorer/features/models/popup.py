"""The list of all models, searchable and sortable, with the card of the one that is marked."""

import re
from collections.abc import Callable

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from explorer.features.models.model_table import ModelEntries, ModelMatches, ModelTable
from explorer.features.models.start_row import StartRow
from explorer.features.models.twins import twins
from explorer.records.models import ModelEntry, WeightsStatus
from explorer.window import format as fmt
from explorer.window.cards import Hint, card_of, cards
from explorer.window.loading import file_of
from explorer.window.theme import SPACING
from explorer.window.wheel import ScrollingWheel
from explorer.window.widgets.card import CardView
from explorer.window.widgets.headings import add_sorting

_CARD_WIDTH, _TABLE_WIDTH = 40 * SPACING, 52 * SPACING
_CARD_AFTER_MS = 40  # the popup is painted, and a run of keys has ended
_MOVES = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
_ENTERS = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
_COMPLETE = re.compile(r"(zoo|torchvision|timm|transformers):\S+")


_USE, _COMPARE = "Use model", "Compare with this model"


def memory_text(entry: ModelEntry | None) -> str:
    """Say what a second model takes, as far as that can be told before it is loaded."""
    if entry is None or entry.params is None:
        return "What it takes beside the first is known when it is loaded."
    weights = fmt.bytes_(4 * entry.params)
    return f"Beside the first it takes about {weights} for weights (estimate: 4 bytes a parameter), and its values."


class Popup(QFrame):
    """Search field, table and buttons.

    Signals:
        chosen: The person wants the model of this full name.
        download_requested: The person wants its pretrained weights.
        file_requested: The person wants to open a Python file.
        hint_chosen: The person wants to see what a `Hint` of the card tells of.
    """

    chosen = Signal(str)
    download_requested = Signal(str)
    file_requested = Signal()
    hint_chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("modelPopup")
        self._wheel = ScrollingWheel(self)
        self._is_listing = False
        self._begun = ""  # what was loaded when the list was opened
        self._awaited = False  # the person pressed Enter before the models were listed
        self.entries = ModelEntries(self)
        self.matches = ModelMatches(self.entries)
        self.search = self._make_search()
        self.table = ModelTable(self)
        self.table.setModel(self.matches)
        add_sorting(self.table)
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.table.set_widths()
        self.table.setMinimumWidth(_TABLE_WIDTH)
        self.table.doubleClicked.connect(self._choose)
        self.table.selectionModel().currentRowChanged.connect(self._on_current_changed)
        self.card = self._make_card()
        self._card_timer = QTimer(self, singleShot=True, interval=_CARD_AFTER_MS)
        self._card_timer.timeout.connect(self._fill_card)
        self.all_sources = QCheckBox("All sources")
        self.all_sources.setObjectName("allSources")
        self.all_sources.setToolTip(
            fmt.tip(
                "Many networks stand in the zoo, in torchvision and in timm: list all, not only the one to take"
            )
        )
        self.all_sources.toggled.connect(self._on_all_sources)
        self.title = QLabel()
        self.count = QLabel()
        self.count.setProperty("role", "muted")
        self.notes = QLabel(wordWrap=True)
        self.notes.setProperty("role", "muted")
        self.notes.hide()
        self.start = StartRow()
        self.memory = QLabel()
        self.memory.setProperty("role", "muted")
        self.use = self._button(_USE, "Load the marked model (Enter, double click)", self._choose)
        self.download = self._button("Download weights", "Fetch its pretrained weights", self._on_download)
        self.file = self._button("Open Python file…", "Use a model of your own", self._on_open_file)
        self._lay_out()

    def _make_search(self) -> QLineEdit:
        field = QLineEdit(placeholderText="Search: resnet 2015, vit imagenet21k, detection …")
        field.setObjectName("modelSearch")
        field.setAccessibleName("Search models")
        field.setToolTip(
            fmt.tip(
                "Words in any order, found in name, source, family, year and task. Enter uses the marked model."
            )
        )
        field.setClearButtonEnabled(True)
        field.textChanged.connect(self._on_search)
        field.installEventFilter(self)
        return field

    def _make_card(self) -> CardView:
        card = CardView()
        card.setObjectName("pickerCard")
        card.setFixedWidth(_CARD_WIDTH)
        card.hint_chosen.connect(self._on_hint)
        card.card_requested.connect(self._on_card_requested)
        return card

    def _button(self, text: str, tip: str, on_click: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(fmt.tip(tip))
        button.setAutoDefault(True)
        button.clicked.connect(on_click)
        return button

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(2 * SPACING)
        top.addWidget(self.search, 1)
        top.addWidget(self.all_sources)
        bottom = QHBoxLayout()
        bottom.addWidget(self.file)
        bottom.addWidget(self.notes, 1)
        bottom.addStretch()
        bottom.addWidget(self.download)
        bottom.addWidget(self.use)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING)
        layout.addLayout(self._head())
        layout.addLayout(top)
        middle = QHBoxLayout()
        middle.addWidget(self.table, 1)
        middle.addWidget(self.card)
        layout.addLayout(middle)
        layout.addWidget(self.start)
        layout.addWidget(self.memory)
        layout.addLayout(bottom)
        self._refresh()

    def _head(self) -> QHBoxLayout:
        """Return the title, how many models there are, and what closes the list."""
        self.title.setProperty("role", "heading")
        close = QToolButton(autoRaise=True)
        close.setObjectName("closePicker")
        close.setText("✕")
        close.setAccessibleName("Close the list")
        close.setToolTip("Close the list; the model stays (Esc)")
        close.clicked.connect(self.hide)
        head = QHBoxLayout()
        head.setSpacing(2 * SPACING)
        head.addWidget(self.title)
        head.addWidget(self.count)
        head.addStretch(1)
        head.addWidget(close)
        return head

    def begin(self, name: str, beside: bool) -> None:
        """Open, the model of that name marked, the search field ready for typing; `beside` for a second model."""
        self._begun = name
        self.matches.keep(name)
        self.title.setText("Choose the second model" if beside else "Choose a model")
        self.use.setText(_COMPARE if beside else _USE)
        self.memory.setVisible(beside)
        self.search.setText("")
        self.start.reset()
        self.show()
        self._wheel.watch()
        self.mark(name)
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def set_listing(self) -> None:
        """Say that the models are on their way."""
        self._is_listing = True
        self._replace((), (), "Listing models…")

    def set_entries(self, entries: tuple[ModelEntry, ...], notes: tuple[str, ...]) -> None:
        """Show the models, and take the one that Enter was pressed for."""
        self._is_listing = False
        self._replace(entries, notes, self._no_match() if entries else "No models were found.")
        if self._awaited:
            self._awaited = False
            self._choose()

    def _replace(self, entries: tuple[ModelEntry, ...], notes: tuple[str, ...], hint: str) -> None:
        kept = self.current_entry()
        name = kept.full_name if kept is not None else self.search.text().strip().lower() or self._begun
        self.entries.show(entries, twins(entries))
        self.table.hint = hint
        self.notes.setText("\n".join(notes))
        self.notes.setVisible(bool(notes))
        self.mark(name)
        self._refresh()

    def mark(self, name: str) -> None:
        """Make the model of that name the current row, else the first one."""
        row = max(0, self.matches.row_of(name)) if name else 0
        self.table.setCurrentIndex(self.matches.index(row, 0))
        self._card_timer.start()
        if self.table.isVisible():
            self.table.scrollTo(self.table.currentIndex(), QAbstractItemView.ScrollHint.PositionAtCenter)

    def current_entry(self) -> ModelEntry | None:
        """Return the marked model; None if there is none."""
        index = self.table.currentIndex()
        return self.matches.entry(index.row()) if index.isValid() else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the keys of the search field move the mark, and Enter take the marked model."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched is self.search:
            if event.key() in _MOVES:
                QApplication.sendEvent(self.table, event)
                return True
            if event.key() in _ENTERS:
                self._choose()
                return True
        return super().eventFilter(watched, event)

    def take(self, place: QRect) -> None:
        """Take this place on the screen."""
        self._fit_card(place.width())  # or it would be as wide as table and card need
        self.setGeometry(place)

    def _fit_card(self, width: int) -> None:
        """Show the card where the table beside it keeps its most important columns."""
        self.card.setVisible(width >= self.table.least_width + _CARD_WIDTH + 4 * SPACING)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room anew."""
        super().resizeEvent(event)
        self._fit_card(self.width())

    def hideEvent(self, event: QHideEvent) -> None:
        """Forget what was to be loaded once it is listed."""
        super().hideEvent(event)
        self._awaited = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the marked model at Enter, close at Esc; Enter in a list of the last row only chooses there."""
        if event.key() in _ENTERS and isinstance(self.focusWidget(), QComboBox):
            self.use.setFocus(Qt.FocusReason.TabFocusReason)
        elif event.key() in _ENTERS:
            self._choose()
        elif event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _on_search(self, text: str) -> None:
        self.matches.search(text)
        if self.entries.rows:
            self.table.hint = self._no_match()
        self._awaited = False
        self.mark(text.strip().lower())
        self._refresh()

    def _on_all_sources(self, checked: bool) -> None:
        kept = self.current_entry()
        self.matches.list_all(checked)
        self.mark(kept.full_name if kept is not None else self._begun)
        self._refresh()

    def _no_match(self) -> str:
        return f"No model matches “{self.search.text().strip()}”. Search for fewer or shorter words."

    def _on_current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        self._refresh()
        self._card_timer.start()

    def _fill_card(self) -> None:
        """Show the card of the marked model; while the popup is closed nobody reads it."""
        if self.isVisible():
            entry = self.current_entry()
            self.card.set_card(card_of(entry.full_name) if entry else None, entry)

    def _on_card_requested(self, id: str) -> None:
        """Mark the family's first network where the search lets it, else show the card alone."""
        card = cards()[id]
        name = f"zoo:{card.networks[0]}"
        if self.matches.row_of(name) >= 0:
            self.mark(name)
        else:
            self.card.set_card(card, None)

    def _on_hint(self, hint: Hint) -> None:
        self.hide()
        self.hint_chosen.emit(hint)

    def _choose(self) -> None:
        """Take the marked model; one that is typed in full needs not be listed."""
        entry, typed = self.current_entry(), self.search.text().strip()
        is_complete = file_of(typed) is not None or (self._is_listing and _COMPLETE.fullmatch(typed))
        if entry is not None or is_complete:
            self.hide()
            self.chosen.emit(entry.full_name if entry is not None else typed)
        elif self._is_listing and typed:
            self._awaited = True
            self.table.hint = f"Listing models… “{typed}” is loaded as soon as it is found."
            self.table.viewport().update()

    def _on_download(self) -> None:
        if entry := self.current_entry():
            self.hide()
            self.download_requested.emit(entry.full_name)

    def _on_open_file(self) -> None:
        self.hide()
        self.file_requested.emit()

    def _refresh(self) -> None:
        entry = self.current_entry()
        self.use.setEnabled(entry is not None)
        self.memory.setText(memory_text(entry))
        self.download.setEnabled(entry is not None and entry.weights == WeightsStatus.DOWNLOADABLE)
        shown, known = self.matches.rowCount(), self.matches.known
        self.count.setText(f"{known:,} models" if shown == known else f"{shown:,} of {known:,} models")
