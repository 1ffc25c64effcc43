"""The lens of attention: the photo, a matrix, positions or costs at the left; all heads at the right."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QToolButton, QWidget

from explorer.features.attention import text
from explorer.features.attention.choice import AttentionChoice, Sight
from explorer.features.attention.controls import AttentionControls
from explorer.features.attention.cost_view import CostView
from explorer.features.attention.figures_view import HeadFigures
from explorer.features.attention.heads import HeadStrip, heads_of, limit_of, scale_of, scale_said
from explorer.features.attention.matrix import MatrixView, PositionsView
from explorer.features.attention.messages import MEAN, AttentionView, Matrix, Positions
from explorer.features.attention.row import RowView
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.elided import FACTS, SIGN, FactsLabel, WordsLabel
from explorer.window.widgets.line import Line
from explorer.window.widgets.parts import BusyBar, column, paragraph
from explorer.window.widgets.scale_bar import ScaleBar

_COMING, _LONG = "Reading the attention…", 200  # milliseconds; what is there sooner needs no words
_AROUND_PHOTO = 72  # pixels: what is said below the photo


class AttentionLens(QWidget):
    """Shows an `AttentionView`, and tells what the person chooses.

    Signals:
        head_chosen(int): A head, or `MEAN`, `MOST`, `ROLLOUT`.
        token_chosen(float, float): The place of a token, as fractions (y, x) of the grid of those that are asked about.
        cleared(): No token any more.
    """

    head_chosen = Signal(int)
    token_chosen = Signal(float, float)
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("attentionView")
        self.setAccessibleName("Attention")
        self._view: AttentionView | None = None
        self._choice = AttentionChoice()
        self._busy = BusyBar()
        self._coming = QTimer(self, singleShot=True, interval=_LONG)
        self._coming.timeout.connect(lambda: self.set_message(_COMING))
        self._facts = FactsLabel(role="title")
        self.badge = WordsLabel(role="warning")
        self.controls = AttentionControls()
        self.row = RowView()
        self.matrix, self.positions, self.cost = MatrixView(), PositionsView(), CostView()
        self.message = paragraph("muted")
        self.way = QToolButton()
        self.way.setProperty("role", "button")
        self._nothing = QWidget()
        self._left = QStackedWidget()
        self._sights: dict[Sight, QWidget] = {
            Sight.PHOTO: self.row,
            Sight.MATRIX: self.matrix,
            Sight.POSITIONS: self.positions,
            Sight.COST: self.cost,
        }
        self.strip = HeadStrip()
        self._scale, self._note = ScaleBar(), Line("muted", "muted")
        self.figures = HeadFigures()
        self._body = QWidget()
        self._arrange()
        self._connect()
        self._body.installEventFilter(self)
        self.set_view(None)

    # ---- records in ----

    def set_message(self, words: str) -> None:
        """Set what stands in the place of all: why there is nothing, or what to do next."""
        self.message.setText(words)

    def set_picture(self, picture: NDArray[np.uint8] | None) -> None:
        """Take the (H, W, 3) picture that the model saw; None for none."""
        self.row.set_picture(picture)

    def set_view(self, view: AttentionView | None) -> None:
        """Show an attention; None shows the message."""
        self._view = view
        for part in (self._facts, self.badge, self.controls, self.controls.arrows, self._body):
            part.setVisible(view is not None)
        self._nothing.setVisible(view is None)
        if view is None:
            self._facts.say("")
            self.strip.set_view(None, (1.0, 1.0))
            return
        self._facts.say(FACTS.join(text.facts(view)), view.title)
        self.figures.set_view(view)
        self._lay_heads()
        self.cost.set_cost(view.cost)
        self._show_head()

    def set_choice(self, choice: AttentionChoice) -> None:
        """Show what the person chose."""
        self._choice = choice
        view = self._view
        has_class = view is not None and view.own.extra > 0
        at_class = has_class and view is not None and view.place is None
        where = (0, 0) if view is None else (view.number, view.count)
        self.controls.set_choice(choice, at_class, has_class, where)
        self._left.setCurrentWidget(self._sights[choice.sight])
        self._show_head()

    def set_matrix(self, matrix: Matrix | str) -> None:
        """Show a matrix, or why there is none."""
        if self._view is not None:
            self.matrix.set_matrix(matrix, self._view)

    def set_positions(self, positions: Positions | str) -> None:
        """Show the similarity of positions, or why there is none."""
        self.positions.set_positions(positions, None if self._view is None else self._view.place)

    def set_busy(self, busy: bool) -> None:
        """Show, if it takes a while, that the next answer is on its way."""
        self._busy.set_busy(busy)
        if busy and self._view is None:
            self._coming.start()
        else:
            self._coming.stop()

    # ---- state ----

    @property
    def view(self) -> AttentionView | None:
        """The attention that is shown."""
        return self._view

    @property
    def head(self) -> int:
        """The head that is shown large."""
        heads = () if self._view is None else heads_of(self._view)
        return self._choice.head if self._choice.head in heads else MEAN

    @property
    def facts(self) -> str:
        """What the attention is, in a line."""
        return self._facts.text()

    @property
    def body(self) -> QWidget:
        """All but the controls, for a figure."""
        return self._body

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Lay the heads out for another room."""
        if watched is self._body and event.type() == QEvent.Type.Resize:
            self._lay_heads()
        return super().eventFilter(watched, event)

    # ---- inside ----

    def _lay_heads(self) -> None:
        """Lay out the tiles for the room there is; the figures are hidden whole where the photo needs it."""
        room, wide = self._body.height(), (self._body.width() - theme.SPACING) // 2
        self.figures.fill(room - self._photo_height(wide) - _AROUND_PHOTO)
        if self._view is not None:
            high = room - self._scale.sizeHint().height() - theme.SPACING
            self.strip.set_view(self._view, (max(wide, 1), max(high, 1)))
            self._mark_head()

    def _photo_height(self, wide: int) -> int:
        """Return how high the photo is where there is so much width."""
        return self.row.photo.height_at(wide) or wide

    def _show_head(self) -> None:
        view = self._view
        if view is None:
            return
        self._mark_head()
        told = MEAN if scale_of(view, self.head) is None else self.head  # all heads keep theirs
        self._scale.set_scale(0.0, limit_of(view, told), False)
        said = scale_said(told, scale_of(view, told))
        self._note.say(*((words, "") for words in said), (SIGN, ""))
        self.row.set_row(view, self.head)

    def _mark_head(self) -> None:
        if self.head in self.strip.heads:
            self.strip.select_channel(self.strip.heads.index(self.head))
        self.figures.mark(self.head)

    def _on_head_hovered(self, tile: int, y: int, x: int) -> None:
        if self._view is not None and tile < len(self.strip.heads) and y >= 0:
            self.row.read(self._view, self.strip.heads[tile], y, x)

    def _connect(self) -> None:
        self.strip.channel_selected.connect(lambda tile: self.head_chosen.emit(self.strip.heads[tile]))
        self.strip.value_hovered.connect(self._on_head_hovered)
        self.strip.left.connect(self.row.rest)
        self.figures.head_chosen.connect(self.head_chosen)
        self.row.token_chosen.connect(self.token_chosen)
        self.row.cleared.connect(self.cleared)
        self.positions.token_chosen.connect(self.token_chosen)
        self.matrix.row_chosen.connect(self._on_row_chosen)

    def _on_row_chosen(self, cell: int) -> None:
        view = self._view
        if view is None:
            return
        if cell < 0:
            self.controls.class_chosen.emit()
        elif view.queries.grid is not None:
            row, column_ = divmod(cell, view.queries.grid[1])
            self.token_chosen.emit((row + 0.5) / view.queries.grid[0], (column_ + 0.5) / view.queries.grid[1])
        else:
            self.token_chosen.emit((cell + 0.5) / view.queries.count, 0.5)

    def _arrange(self) -> None:
        self.strip.setToolTip(
            fmt.tip(
                "All heads: a click or the arrow keys choose one. One scale of colours for all heads and tokens, on "
                "tiles, photo and matrix; each rollout has its own.\n"
                "rollout: attention multiplied over the layers so far (Abnar and Zuidema 2020).\n"
                "gradient rollout: the same where it speaks for the first class (Chefer et al. 2021); a click computes "
                "it, for the model runs again."
            )
        )
        for widget in self._sights.values():
            self._left.addWidget(widget)
        left, right = QWidget(), QWidget()
        column(left, self._left, self.figures).setStretchFactor(self._left, 1)
        under = column(right, self.strip, _row(self._scale, self._note, wide=self._note))
        under.setStretchFactor(self.strip, 1)
        under.addStretch(0)
        halves = QHBoxLayout(self._body)
        halves.setContentsMargins(0, 0, 0, 0)
        halves.setSpacing(theme.SPACING)
        for half in (left, right):
            half.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
            halves.addWidget(half, 1)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty = column(self._nothing)
        empty.addStretch(1)
        empty.addWidget(self.message)
        empty.addWidget(self.way, 0, Qt.AlignmentFlag.AlignHCenter)
        empty.addStretch(1)
        whole = column(
            self,
            self._busy,
            self.controls,
            _row(self.controls.arrows, self._facts, self.badge, wide=self._facts),
            self._body,
            self._nothing,
        )
        whole.setStretchFactor(self._body, 1)
        whole.setStretchFactor(self._nothing, 1)
        self.way.hide()


def _row(*parts: QWidget, wide: QWidget) -> QHBoxLayout:
    """Return widgets beside each other; the one that is `wide` takes the room that is left."""
    made = QHBoxLayout()
    made.setSpacing(theme.SPACING)
    for part in parts:
        made.addWidget(part, 1 if part is wide else 0)
    return made
