"""One token's attention: over the photo where the patches are known, else as bars."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from explorer.features.attention import text
from explorer.features.attention.heads import frame_of, limit_of, quantised, row_of
from explorer.features.attention.messages import GRADIENT, ROLLOUT, AttentionView
from explorer.features.attention.photo import AttentionPhoto
from explorer.records.heat import HeatMap
from explorer.window import format as fmt
from explorer.window.widgets.bars import VectorView
from explorer.window.widgets.elided import FACTS, shorter
from explorer.window.widgets.heat_layer import HeatLayer
from explorer.window.widgets.line import Line
from explorer.window.widgets.parts import column, paragraph


class RowView(QWidget):
    """The photo, or bars; below it what the weights are of.

    Signals:
        token_chosen(float, float): The place of a token, as fractions (y, x) of the grid of those that are asked about.
        cleared(): No token any more.
    """

    token_chosen = Signal(float, float)
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: AttentionView | None = None
        self._head = 0
        self._missing = ""
        self._picture: NDArray[np.uint8] | None = None
        self.photo, self.bars = AttentionPhoto(), VectorView(axes=("token", "attention"))
        self._caption = Line("", "muted")
        self._second = Line("muted", "muted")
        self.missing = paragraph("muted")
        self.missing.hide()
        under = column(self, self.photo, self.bars, self._caption, self._second, self.missing)
        under.setStretchFactor(self.photo, 1)
        under.setStretchFactor(self.bars, 1)
        under.addStretch(0)
        self.bars.hide()
        self.photo.clicked.connect(self._on_clicked)
        self.photo.hovered.connect(self._on_hovered)
        self.photo.left.connect(self.rest)
        self.photo.arrow_pressed.connect(self._on_arrow_pressed)
        self.photo.delete_pressed.connect(self.cleared)
        self.bars.value_hovered.connect(self._on_bar_hovered)
        self.bars.value_left.connect(self.rest)
        self.bars.bar_clicked.connect(self._on_bar_clicked)

    def set_picture(self, picture: NDArray[np.uint8] | None) -> None:
        """Take the (H, W, 3) picture that the model saw; None for none."""
        if picture is not self._picture:
            self._picture = picture
            self.photo.set_picture(None if picture is None else np.ascontiguousarray(picture))

    def set_row(self, view: AttentionView, head: int) -> None:
        """Show how a token looks at the others in a head, or how they look at it."""
        self._view, self._head = view, head
        row = row_of(view, head)
        heat = view.on_grid(row)
        self.photo.setVisible(heat is not None)
        self.bars.setVisible(heat is None)
        limit = limit_of(view, head)
        if heat is None:
            self.bars.set_values(row)
        elif self._picture is None:
            self.photo.set_quantised(quantised(heat, limit), False)
            self.photo.set_heat(None, (0, 0, 0, 0), self._cell_box(view))
        else:
            layer = HeatLayer(HeatMap(heat, False, text.head_name(head), limit), smooth=False)
            own = None if view.place is None else view.own.box(view.place)
            self.photo.set_heat(layer, view.others.area, own)
        self.rest()

    @property
    def caption(self) -> str:
        """What is said under the picture."""
        return self._caption.whole[0]

    @property
    def beside(self) -> str:
        """The line below that: what the picture does not show."""
        return self._second.whole[0]

    def say_missing(self, why: str) -> None:
        """Say, as long as it takes, why there is no rollout with gradients; empty while it may come."""
        self._missing = why
        self.rest()

    def rest(self) -> None:
        """Say what is shown, while nothing is pointed at."""
        if self._view is None:
            return
        view = self._view
        line = f"{text.head_name(self._head)}: {text.asked(view)}"
        failed = self._missing if self._head == GRADIENT else ""
        self.missing.setText(failed)
        self.missing.setVisible(bool(failed))
        self._second.setVisible(not failed)
        token = text.token_name(view.own, view.token, view.place)
        short = text.short_head(self._head) if self._head < 0 else text.head_name(self._head)
        self._caption.say((line, ""), (f"{short}: {text.asked(view)}", ""), (f"{short}: {token}", ""))
        self._second.say(*((words, "") for words in shorter(FACTS.join(self._beside(view)))))

    def read(self, view: AttentionView, head: int, y: int, x: int) -> None:
        """Say what a weight on a tile of a head is."""
        heat, frame = view.on_grid(row_of(view, head)), frame_of(view)
        if heat is None or frame is None:
            self._say(view, head, x)
        else:
            cell = frame[0] + y, frame[1] + x
            self._say_at(view, head, cell, float(heat[cell]))

    # ---- inside ----

    def _beside(self, view: AttentionView) -> list[str]:
        """Return what the picture does not show: weights on tokens that are no patch, and what rollout is over."""
        row, parts = row_of(view, self._head), list[str]()
        if view.cells is not None and not np.isnan(row).any():
            beside, filled = row[view.cells == -1], row[view.cells == -2]
            what = "class token" if len(beside) == 1 else "extra tokens"
            if len(beside):
                parts.append(f"{what} = {fmt.number(beside.sum())}")
            if len(filled):
                parts.append(f"padding = {fmt.number(filled.sum())}")
        if self._head == GRADIENT:
            known = view.gradient is not None
            return [
                *parts,
                f"for {view.label}, followed through {view.rolled}" if known else "the model runs again …",
            ]
        if view.rollout is None:
            parts.append(view.rolled)
        elif self._head == ROLLOUT:
            parts.append(f"followed through {view.rolled}")
        return parts

    def _cell_box(self, view: AttentionView) -> tuple[float, float, float, float] | None:
        """Return the box of the token on a picture of one pixel a patch; None where it has no patch there."""
        if view.place is None or view.own.grid is None or view.own.grid != view.others.grid:
            return None
        row, column_ = divmod(view.place, view.own.grid[1])
        return row, column_, row + 1, column_ + 1

    def _cell_at(self, y: int, x: int, reverse: bool = False) -> tuple[int, int] | None:
        """Return the patch under a pixel, of the tokens that are asked about, or with `reverse` of the others."""
        view = self._view
        if view is None:
            return None
        side = view.others if reverse else view.own
        return (y, x) if self._picture is None else side.cell_at(y + 0.5, x + 0.5)

    def _on_clicked(self, y: int, x: int) -> None:
        cell = self._cell_at(y, x)
        if cell is not None:
            self._choose(*cell)

    def _choose(self, row: int, column_: int) -> None:
        assert self._view is not None and self._view.own.grid is not None, "chosen on a grid"
        high, wide = self._view.own.grid
        self.token_chosen.emit((row + 0.5) / high, (column_ + 0.5) / wide)

    def _on_arrow_pressed(self, rows: int, columns: int) -> None:
        view = self._view
        if view is None or view.own.grid is None:
            return
        high, wide = view.own.grid
        row, column_ = (high // 2, wide // 2) if view.place is None else divmod(view.place, wide)
        self._choose(min(max(row + rows, 0), high - 1), min(max(column_ + columns, 0), wide - 1))

    def _on_hovered(self, y: int, x: int) -> None:
        view, cell = self._view, self._cell_at(y, x, reverse=True)
        if view is None or cell is None:
            return
        heat = view.on_grid(row_of(view, self._head))
        if heat is not None:
            self._say_at(view, self._head, cell, float(heat[cell]))

    def _say_at(self, view: AttentionView, head: int, cell: tuple[int, int], weight: float) -> None:
        other = f"patch at {fmt.place(cell)}"
        place = cell[0] * (view.others.grid or (0, 0))[1] + cell[1]
        if head == GRADIENT and view.gradient is None:
            said = "not known yet"
        else:
            met = view.cells is not None and bool((view.cells == place).any())
            said = f"= {fmt.number(weight)}" if met else "not in its window"
        self._tell(view, head, other, said)

    def _say(self, view: AttentionView, head: int, token: int) -> None:
        row = row_of(view, head)
        if 0 <= token < len(row):
            cell = None if view.cells is None else int(view.cells[token])
            self._tell(view, head, text.token_name(view.others, token, cell), f"= {fmt.number(row[token])}")

    def _tell(self, view: AttentionView, head: int, other: str, said: str) -> None:
        own = text.the(text.token_name(view.own, view.token, view.place))
        looks, seen = (text.the(other), own) if view.reverse else (own, text.the(other))
        long = f"{text.head_name(head)}: {looks} looks at {seen} {said}"
        self._caption.say(
            (long, ""), (f"{text.short_head(head)}: {other} {said}", ""), (f"{other} {said}", "")
        )

    def _on_bar_hovered(self, token: int) -> None:
        if self._view is not None:
            self._say(self._view, self._head, token)

    def _on_bar_clicked(self, token: int) -> None:
        if self._view is not None and self._view.own.grid is None:
            self.token_chosen.emit((token + 0.5) / self._view.own.count, 0.5)
