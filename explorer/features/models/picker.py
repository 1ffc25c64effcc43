"""The button that names the current model and what its weights are; a click opens the list of all models."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QSizePolicy,
    QTableView,
    QToolButton,
    QWidget,
)

from explorer.features.models.popup import Popup
from explorer.features.models.start_row import StartRow
from explorer.records.initialisation import Scheme
from explorer.records.models import LoadedModel, ModelEntry
from explorer.records.names import plain
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.loading import short_name
from explorer.window.theme import SPACING
from explorer.window.widgets.list_rows import draw_arrow
from explorer.window.widgets.overlay import VEIL

_PRETRAINED, _RANDOM, _LOADING = "pretrained", "random weights", "loading…"
_WIDTH, _HEIGHT = 149 * SPACING, 74 * SPACING
_ROOM, _LEAST_ROOM = 38 * SPACING, 30 * SPACING  # of the button; no name is given more or less
_ARROW = 3 * SPACING


class Shade(QWidget):
    """Darkens the window while the list lies over it, as behind an overlay."""

    def cover(self, window: QWidget) -> None:
        """Lie over all of a window."""
        self.setParent(window)
        self.setGeometry(window.rect())
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the veil."""
        QPainter(self).fillRect(event.rect(), VEIL)


class ModelPicker(QToolButton):
    """Names the model and what its weights are, in a room that no name changes.

    Attributes:
        is_beside: Whether the model that is chosen is to be compared with the one that is loaded.

    Signals:
        opened(): The list of models was opened.
        model_chosen: The full name of the model to load.
        download_requested: The full name of the model whose pretrained weights to fetch.
        file_requested: The person wants to open a Python file of their own.
        hint_chosen: A `Hint` of a card: what the person wants to look at.
    """

    opened = Signal()
    model_chosen = Signal(str)
    download_requested = Signal(str)
    file_requested = Signal()
    hint_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modelPicker")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAutoRaise(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(_ROOM)
        self._name = ""
        self._badge = ""
        self._current = ""
        self.is_beside = False
        self._popup = Popup(self)
        self._popup.installEventFilter(self)
        self._shade = Shade(self)
        self._shade.hide()
        self._popup.chosen.connect(self.model_chosen)
        self._popup.download_requested.connect(self.download_requested)
        self._popup.file_requested.connect(self.file_requested)
        self._popup.hint_chosen.connect(self.hint_chosen)
        self.clicked.connect(lambda: self.open_popup())
        self.set_listing()
        self.set_model(None)

    def set_listing(self) -> None:
        """Say that the catalogue is on its way."""
        self._popup.set_listing()

    def set_catalogue(self, entries: tuple[ModelEntry, ...], notes: tuple[str, ...] = ()) -> None:
        """Show all models, and a line for each source that could not be listed."""
        self._popup.set_entries(entries, notes)

    def set_model(self, model: LoadedModel | None, coming: str = "") -> None:
        """Name the model that is loaded; None if there is none.

        Args:
            model: What is loaded.
            coming: Full name of the model that is being loaded in its place; empty for none.
        """
        self._current = coming or (model.entry.full_name if model else "")
        self._name = short_name(self._current) if self._current else "Choose a model"
        self._badge = _LOADING if coming else _badge(model) if model else ""
        self.setText(f"{self._name}  {self._badge}".rstrip())
        said = f"Model: {self._current}, {self._badge}" if self._current else "Choose a model"
        self.setAccessibleName(said)
        self.setToolTip(fmt.tip(_tip(model, coming)))
        self.update()

    @property
    def table(self) -> QTableView:
        """The table of the models, to be saved."""
        return self._popup.table

    @property
    def start(self) -> StartRow:
        """What a chosen model is to start from."""
        return self._popup.start

    def open_popup(self, beside: bool = False) -> None:
        """Open the list below the button, the loaded model marked, the search field ready for typing.

        Args:
            beside: True if the model is to be compared with the one that is loaded.
        """
        popup, self.is_beside = self._popup, beside
        self._shade.cover(self.window())
        popup.take(self._place())
        popup.begin(self._current, beside)
        self.opened.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the window be as bright as before when the list is closed."""
        if watched is self._popup and event.type() == QEvent.Type.Hide:
            self._shade.hide()
        return super().eventFilter(watched, event)

    def sizeHint(self) -> QSize:
        """Return a room that is the same for every name."""
        return QSize(_ROOM, self.fontMetrics().height() + 2 * SPACING)

    def minimumSizeHint(self) -> QSize:
        """Return room for a badge and the ends of a name: the badge must always be seen."""
        return QSize(_LEAST_ROOM, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the button, the name, the badge as a pill, and an arrow."""
        painter = QPainter(self)
        self._paint_ground(painter)
        area = self.rect().adjusted(SPACING, 0, -_ARROW, 0)
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        metrics = QFontMetrics(bold)
        pill = self._pill_width(area.width(), metrics.horizontalAdvance(self._name))
        name = metrics.elidedText(self._name, Qt.TextElideMode.ElideMiddle, area.width() - pill)
        painter.setFont(bold)
        painter.setPen(QColor(theme.current().text))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(self.font())
        end = area.left() + metrics.horizontalAdvance(name)
        if self._badge:
            area.setLeft(end + SPACING)
            self._paint_badge(painter, area, pill - SPACING)
        draw_arrow(painter, min(end + pill + SPACING, self.width() - 2 * SPACING), self.height())

    def _paint_ground(self, painter: QPainter) -> None:
        """Paint the ground that shows under the mouse."""
        tokens = theme.current()
        if self.underMouse() or self.isDown():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.hover))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), SPACING / 2, SPACING / 2)

    def _pill_width(self, room: int, name: int) -> int:
        """Return the width of the badge with its distance to the name.

        A long file name gets what the model's name leaves, at least half the room.
        """
        if not self._badge:
            return 0
        whole = self.fontMetrics().horizontalAdvance(self._badge) + 3 * SPACING
        least = self.fontMetrics().horizontalAdvance(_RANDOM) + 3 * SPACING
        return min(whole, max(room // 2, room - name, least))

    def _paint_badge(self, painter: QPainter, area: QRect, room: int) -> None:
        tokens = theme.current()
        kind = self._badge.partition(":")[0]
        colour = QColor({_PRETRAINED: tokens.ok, _RANDOM: tokens.warning}.get(kind, tokens.muted))
        metrics = self.fontMetrics()
        height = metrics.height() + SPACING // 4
        pill = QRect(area.left(), (self.height() - height) // 2, room, height)
        text = metrics.elidedText(self._badge, Qt.TextElideMode.ElideMiddle, room - 2 * SPACING + 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colour)
        painter.setBrush(theme.blend(colour.name(), tokens.surface, 0.1))
        painter.drawRoundedRect(pill, height / 2, height / 2)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)

    def _place(self) -> QRect:
        """Return where the popup goes: below the button, in the middle of the window, within it and the screen."""
        room = self.window().geometry() & self.screen().availableGeometry()
        corner = self.mapToGlobal(QPoint(0, self.height()))
        below = max(room.bottom() + 1 - corner.y(), self._popup.minimumSizeHint().height())
        place = QRect(corner, QSize(min(_WIDTH, room.width()), min(_HEIGHT, below, room.height())))
        place.moveLeft(max(room.center().x() - place.width() // 2, room.left()))
        place.moveBottom(min(place.bottom(), room.bottom()))
        return place


def _badge(model: LoadedModel) -> str:
    if model.pretrained:
        return _PRETRAINED
    if not model.is_random:
        return model.weights  # a file of the user's own is not published knowledge, but neither is it chance
    scheme = model.initialisation
    return _RANDOM if scheme is Scheme.DEFAULT else f"{_RANDOM}: {scheme.label}"


def _tip(model: LoadedModel | None, coming: str) -> str:
    if coming:
        stays = f"; {plain(model.entry.full_name)} stays until it is there" if model else ""
        return f"Loading {plain(coming)}{stays} (Esc stops it)"
    if model is None:
        return "Choose a model (Ctrl+K)"
    lines = [
        f"{plain(model.entry.full_name)} on {model.device}",
        f"weights: {model.weights}, {fmt.bytes_(model.weight_bytes)}, {fmt.count(model.params)} parameters",
        *model.notes,
        "Choose another model (Ctrl+K)",
    ]
    return "\n".join(lines)
