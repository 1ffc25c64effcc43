"""All weights of a head as one picture, and the position embeddings as a map for each patch."""

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from explorer.features.attention import text
from explorer.features.attention.heads import quantised
from explorer.features.attention.messages import AttentionView, Matrix, Positions
from explorer.records.values import Mosaic
from explorer.window import format as fmt
from explorer.window.widgets.canvas import ImageCanvas
from explorer.window.widgets.line import Line
from explorer.window.widgets.mosaic import MosaicView
from explorer.window.widgets.overlays import Box
from explorer.window.widgets.parts import column
from explorer.window.widgets.scale_bar import ScaleBar


class _Drawn(ImageCanvas):
    margin = 3
    hugs = True


class MatrixView(QWidget):
    """A row for each token that looks, a column for each that is looked at.

    Signals:
        row_chosen(int): The patch, counted row by row, of the query whose row was clicked; its number without a grid,
            and below 0 for a token beside the grid.
    """

    row_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._matrix: Matrix | None = None
        self._view: AttentionView | None = None
        self._canvas = _Drawn()
        self._canvas.setAccessibleName("Matrix of attention")
        self._canvas.setToolTip(
            fmt.tip(
                "Rows: the token that looks. Columns: the token looked at. A click chooses the row's token."
            )
        )
        self._caption = Line("", "muted")
        under = column(self, self._canvas, self._caption)
        under.setStretchFactor(self._canvas, 1)
        under.addStretch(0)
        self._canvas.hovered.connect(self._on_hovered)
        self._canvas.left.connect(self._rest)
        self._canvas.clicked.connect(self._on_clicked)

    def set_matrix(self, matrix: Matrix | str, view: AttentionView) -> None:
        """Show a matrix, or say why there is none; of `view` the token that is asked about is marked."""
        self._view = view
        if isinstance(matrix, str):
            self._matrix = None
            self._canvas.set_message(matrix)
            self._canvas.set_quantised(None, False)
        elif matrix is not self._matrix:
            self._matrix = matrix
            self._canvas.set_quantised(quantised(matrix.values, matrix.scale.full), False)
        self._mark()
        self._rest()

    @property
    def canvas(self) -> ImageCanvas:
        """The picture."""
        return self._canvas

    @property
    def caption(self) -> str:
        """What is said under it."""
        return self._caption.whole[0]

    def _mark(self) -> None:
        matrix, view = self._matrix, self._view
        if matrix is None or view is None:
            self._canvas.set_boxes(())
            return
        rows, columns = matrix.values.shape
        at = view.token
        whole = (0, at, rows, at + 1) if view.reverse else (at, 0, at + 1, columns)
        self._canvas.set_boxes((Box(whole, field=True),))

    def _rest(self) -> None:
        if self._matrix is None or self._view is None:
            self._caption.say(("", ""))
        else:
            name = text.head_name(self._matrix.head)
            size = fmt.shape(self._matrix.values.shape)
            self._caption.say((f"{name}: rows look, columns are looked at", size), (name, size))

    def _on_hovered(self, y: int, x: int) -> None:
        matrix, view = self._matrix, self._view
        if matrix is None or view is None:
            return
        row = text.token_name(view.queries, y, _cell(matrix.query_cells, y))
        seen = text.token_name(view.keys, x, _cell(matrix.key_cells, x))
        weight = fmt.number(matrix.values[y, x])
        long = f"{text.head_name(matrix.head)}: {text.the(row)} looks at {text.the(seen)} = {weight}"
        self._caption.say((long, ""), (f"{row} looks at {seen}: {weight}", ""))

    def _on_clicked(self, y: int, x: int) -> None:
        if self._matrix is not None:
            cell = _cell(self._matrix.query_cells, y)
            self.row_chosen.emit(y if cell is None else cell)


def _cell(cells: object, token: int) -> int | None:
    return None if cells is None else int(cells[token])  # type: ignore[index]


class PositionsView(QWidget):
    """A map for each patch: how much its position embedding is like that of every patch.

    Signals:
        token_chosen(float, float): The place of the patch whose map was clicked, as fractions (y, x) of the grid.
    """

    token_chosen = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._positions: Positions | None = None
        self._mosaic = MosaicView()
        self._mosaic.setAccessibleName("Similarity of position embeddings")
        self._mosaic.setToolTip(
            fmt.tip(
                "A map for each patch, at its place: the cosine between its position embedding and that of every patch "
                "(Dosovitskiy et al. 2021, figure 7). A click chooses the patch."
            )
        )
        self._caption, self._scale = Line("", "muted"), ScaleBar()
        under = column(self, self._mosaic, self._caption, self._scale)
        under.setStretchFactor(self._mosaic, 1)
        under.addStretch(0)
        self._mosaic.value_hovered.connect(self._on_hovered)
        self._mosaic.left.connect(self._rest)
        self._mosaic.channel_selected.connect(self._on_selected)

    def set_positions(self, positions: Positions | str, place: int | None) -> None:
        """Show the similarities, or say why there are none; `place` is the patch that is asked about."""
        if isinstance(positions, str):
            self._positions = None
            self._mosaic.set_message(positions)
            self._mosaic.set_mosaic(None, (0, 1, 1))
            self._scale.hide()
            self._caption.say(("", ""))
            return
        if positions is not self._positions:
            self._positions = positions
            high, wide = positions.grid
            tiles = np.zeros((high, wide, high + 1, wide + 1), np.uint8)
            level = np.clip((positions.similarity + 1) / 2 * 254 + 1.5, 1, 255).astype(np.uint8)
            tiles[:, :, :high, :wide] = level.reshape(high, wide, high, wide)
            pixels = tiles.swapaxes(1, 2).reshape(high * (high + 1), wide * (wide + 1))[:-1, :-1]
            levels = np.tile([-1.0, 1.0], (high * wide, 1))
            self._mosaic.set_mosaic(
                Mosaic(np.ascontiguousarray(pixels), wide, levels, True), (high * wide, high, wide)
            )
            self._scale.set_scale(-1.0, 1.0, True)
            self._scale.show()
        self._mosaic.select_channel(place)
        self._rest()

    @property
    def mosaic(self) -> MosaicView:
        """The maps."""
        return self._mosaic

    @property
    def caption(self) -> str:
        """What is said under them."""
        return self._caption.whole[0]

    def _rest(self) -> None:
        if self._positions is not None:
            self._caption.say(
                (f"{self._positions.title}: cosine between patches", ""), ("cosine between patches", "")
            )

    def _on_hovered(self, tile: int, y: int, x: int) -> None:
        if self._positions is None:
            return
        wide = self._positions.grid[1]
        cosine = fmt.number(self._positions.similarity[tile, y * wide + x])
        one, other = fmt.place(divmod(tile, wide)), fmt.place((y, x))
        self._caption.say((f"patch at {one} and patch at {other}: cosine {cosine}", ""), (cosine, ""))

    def _on_selected(self, tile: int) -> None:
        if self._positions is not None:
            high, wide = self._positions.grid
            row, column_ = divmod(tile, wide)
            self.token_chosen.emit((row + 0.5) / high, (column_ + 0.5) / wide)
