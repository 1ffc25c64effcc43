"""The button that names the current model, and its popup: all models, searchable and sortable."""

from collections.abc import Callable

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from explorer.features.models.model_table import ModelEntries, ModelMatches, ModelTable
from explorer.features.models.start_row import StartRow
from explorer.records.initialisation import Scheme
from explorer.records.models import LoadedModel, ModelEntry, WeightsStatus
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.cards import Hint, card_of, cards
from explorer.window.theme import SPACING
from explorer.window.widgets.card import CardView

_PRETRAINED, _RANDOM = "pretrained", "random weights"
_WIDTH, _HEIGHT = 145 * SPACING, 68 * SPACING
_CARD_WIDTH, _TABLE_WIDTH = 40 * SPACING, 52 * SPACING
_CARD_AFTER_MS = 40  # the popup is painted, and a run of keys has ended
_MOVES = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
_ENTERS = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class _Popup(QFrame):
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
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.entries = ModelEntries(self)
        self.matches = ModelMatches(self.entries)
        self.search = self._make_search()
        self.table = ModelTable(self)
        self.table.setModel(self.matches)
        self.table.setSortingEnabled(True)
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.table.set_widths()
        self.table.setMinimumWidth(
            _TABLE_WIDTH
        )  # on a small screen its columns scroll, so that the card fits
        self.table.doubleClicked.connect(self._choose)
        self.table.selectionModel().currentRowChanged.connect(self._on_current_changed)
        self.card = self._make_card()
        self._card_timer = QTimer(self, singleShot=True, interval=_CARD_AFTER_MS)
        self._card_timer.timeout.connect(self._fill_card)
        self.count = QLabel()
        self.count.setProperty("role", "muted")
        self.notes = QLabel(wordWrap=True)
        self.notes.setProperty("role", "muted")
        self.notes.hide()
        self.start = StartRow()
        self.use = self._button("&Use model", "Load the marked model (Enter, double click)", self._choose)
        self.download = self._button("&Download weights", "Fetch its pretrained weights", self._on_download)
        self.file = self._button("&Open Python file…", "Use a model of your own", self._on_open_file)
        self._lay_out()

    def _make_search(self) -> QLineEdit:
        field = QLineEdit(placeholderText="Search: resnet 2015, vit imagenet21k, timm mobilenet …")
        field.setObjectName("modelSearch")
        field.setAccessibleName("Search models")
        field.setToolTip(
            "Words in any order, found in name, source, family and year. Enter uses the marked model."
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
        button.setToolTip(tip)
        button.setAutoDefault(True)
        button.clicked.connect(on_click)
        return button

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.search, 1)
        top.addWidget(self.count)
        bottom = QHBoxLayout()
        bottom.addWidget(self.file)
        bottom.addWidget(self.notes, 1)
        bottom.addStretch()
        bottom.addWidget(self.download)
        bottom.addWidget(self.use)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING)
        layout.addLayout(top)
        middle = QHBoxLayout()
        middle.addWidget(self.table, 1)
        middle.addWidget(self.card)
        layout.addLayout(middle)
        layout.addWidget(self.start)
        layout.addLayout(bottom)
        self._refresh()

    def replace(self, entries: tuple[ModelEntry, ...], notes: tuple[str, ...], hint: str) -> None:
        kept = self.current_entry()
        self.entries.replace(entries)
        self.table.hint = hint
        self.notes.setText("\n".join(notes))
        self.notes.setVisible(bool(notes))
        self.mark(kept.full_name if kept else "")
        self._refresh()

    def mark(self, name: str) -> None:
        """Make the model of that name the current row, else the first one."""
        row = max(0, self.matches.row_of(name)) if name else 0
        self.table.setCurrentIndex(self.matches.index(row, 0))
        self._card_timer.start()
        if self.table.isVisible():
            self.table.scrollTo(self.table.currentIndex(), QAbstractItemView.ScrollHint.PositionAtCenter)

    def current_entry(self) -> ModelEntry | None:
        index = self.table.currentIndex()
        return self.matches.entry(index.row()) if index.isValid() else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched is self.search:
            if event.key() in _MOVES:
                QApplication.sendEvent(self.table, event)
                return True
            if event.key() in _ENTERS:
                self._choose()
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTERS:
            self._choose()
        elif event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _on_search(self, text: str) -> None:
        self.matches.search(text)
        if self.entries.rows:
            self.table.hint = f"No model matches “{text.strip()}”. Search for fewer or shorter words."
        self.mark(text.strip().lower())
        self._refresh()

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
        if entry := self.current_entry():
            self.hide()
            self.chosen.emit(entry.full_name)

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
        self.download.setEnabled(entry is not None and entry.weights == WeightsStatus.DOWNLOADABLE)
        shown, known = self.matches.rowCount(), len(self.entries.rows)
        self.count.setText(f"{known:,} models" if shown == known else f"{shown:,} of {known:,} models")


class ModelPicker(QToolButton):
    """Names the model and what its weights are; a click opens the list of all models.

    Signals:
        model_chosen: The full name of the model to load.
        download_requested: The full name of the model whose pretrained weights to fetch.
        file_requested: The person wants to open a Python file of their own.
        hint_chosen: A `Hint` of a card: what the person wants to look at.
    """

    model_chosen = Signal(str)
    download_requested = Signal(str)
    file_requested = Signal()
    hint_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modelPicker")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._name = ""
        self._badge = ""
        self._current = ""
        self._popup = _Popup(self)
        self._popup.chosen.connect(self.model_chosen)
        self._popup.download_requested.connect(self.download_requested)
        self._popup.file_requested.connect(self.file_requested)
        self._popup.hint_chosen.connect(self.hint_chosen)
        self.clicked.connect(self.open_popup)
        self.set_listing()
        self.set_model(None)

    def set_listing(self) -> None:
        """Say that the catalogue is on its way."""
        self._popup.replace((), (), "Listing models…")

    def set_catalogue(self, entries: tuple[ModelEntry, ...], notes: tuple[str, ...] = ()) -> None:
        """Show all models, and a line for each source that could not be listed."""
        self._popup.replace(entries, notes, "No models were found.")

    def set_model(self, model: LoadedModel | None) -> None:
        """Name the model that is loaded; None if there is none."""
        self._name = model.entry.name if model else "Choose a model"
        self._badge = _badge(model) if model else ""
        self._current = model.entry.full_name if model else ""
        self.setText(f"{self._name}  {self._badge}".rstrip())
        self.setAccessibleName(f"Model: {self._current}, {self._badge}" if model else "Choose a model")
        self.setToolTip(_describe(model) if model else "Choose a model (Ctrl+K)")
        self.updateGeometry()
        self.update()

    @property
    def start(self) -> StartRow:
        """What a chosen model is to start from."""
        return self._popup.start

    def open_popup(self) -> None:
        """Open the list below the button, the loaded model marked, the search field ready for typing."""
        popup = self._popup
        popup.setGeometry(self._place())
        popup.search.setText("")
        popup.start.reset()
        popup.show()
        popup.mark(self._current)
        popup.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_popup(self) -> None:
        """Close the list."""
        self._popup.hide()

    def sizeHint(self) -> QSize:
        """Return room for name, badge and arrow."""
        metrics = self.fontMetrics()
        texts = metrics.horizontalAdvance(self._name) + metrics.horizontalAdvance(self._badge)
        return QSize(texts + 7 * SPACING, metrics.height() + 3 * SPACING // 2)

    def minimumSizeHint(self) -> QSize:
        """Return the size hint: the badge must always be seen."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the button, the name, the badge as a pill, and an arrow."""
        painter = QStylePainter(self)
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.text = ""
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        area = self.rect().adjusted(SPACING, 0, -SPACING, 0)
        painter.setPen(QColor(theme.current().text))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self._name)
        area.setLeft(area.left() + self.fontMetrics().horizontalAdvance(self._name) + SPACING)
        if self._badge:
            self._paint_badge(painter, area)
        option.rect = QRect(self.width() - 5 * SPACING // 2, 0, SPACING, self.height())
        painter.drawPrimitive(QStyle.PrimitiveElement.PE_IndicatorArrowDown, option)

    def _paint_badge(self, painter: QPainter, area: QRect) -> None:
        tokens = theme.current()
        kind = self._badge.partition(":")[0]
        colour = QColor({_PRETRAINED: tokens.ok, _RANDOM: tokens.warning}.get(kind, tokens.muted))
        metrics = self.fontMetrics()
        height = metrics.height() + SPACING // 4
        pill = QRect(area.left(), 0, metrics.horizontalAdvance(self._badge) + 2 * SPACING, height)
        pill.moveTop((self.height() - height) // 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colour)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(pill, height / 2, height / 2)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, self._badge)

    def _place(self) -> QRect:
        """Return where the popup goes: below the button, within the screen."""
        screen = self.screen().availableGeometry()
        size = QSize(min(_WIDTH, screen.width()), min(_HEIGHT, screen.height()))
        corner = self.mapToGlobal(QPoint(0, self.height()))
        place = QRect(corner, size)
        place.moveRight(min(place.right(), screen.right()))
        place.moveBottom(min(place.bottom(), screen.bottom()))
        place.moveLeft(max(place.left(), screen.left()))
        return place


def _badge(model: LoadedModel) -> str:
    if model.pretrained:
        return _PRETRAINED
    if not model.weights.startswith("random"):
        return model.weights  # a file of the user's own is not published knowledge, but neither is it chance
    scheme = model.initialisation
    return _RANDOM if scheme is Scheme.DEFAULT else f"{_RANDOM}: {scheme.label}"


def _describe(model: LoadedModel) -> str:
    lines = [
        f"{model.entry.full_name} on {model.device}",
        f"weights: {model.weights}, {fmt.bytes_(model.weight_bytes)}, {fmt.count(model.params)} parameters",
        *model.notes,
        "Choose another model (Ctrl+K)",
    ]
    return "\n".join(lines)
