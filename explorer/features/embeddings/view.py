"""The pane "Embeddings": what the open images become at the layer that is used as backbone."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from explorer.features.embeddings.neighbour_table import Neighbour, NeighbourTable
from explorer.records.embeddings import Embeddings, Pooling
from explorer.records.names import plain
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.bars import VectorView
from explorer.window.widgets.elided import FACTS, FactsLabel
from explorer.window.widgets.list_rows import ListBox
from explorer.window.widgets.parts import Beginning, BusyBar, column, keep_place, label, page_head, paragraph

NO_BACKBONE = (
    "The network turns each open image into a list of numbers. Images with similar numbers look alike to it."
)
_TERMS = (
    "The network up to this layer is used as a backbone; the numbers it makes of an image are its embedding."
)
_PROPOSED = "The layer that the answer is read from. For another, step to it on Explore and press Ctrl+B."
_LISTED = 320  # pixels of the list of images
_LONGEST = 36  # letters of a name on the button
_COMPARE = "Open two or more images to compare them."
_POINT = "Point at a bar to read its value."
_POOLINGS = {Pooling.MEAN: "Average over positions", Pooling.FLATTEN: "Flatten"}


class EmbeddingView(QWidget):
    """The backbone, the images nearest to the selected one, the vector of that one.

    Signals:
        pooling_chosen(object): The `Pooling` that the person wants.
        image_selected(str): The person chose the image of this key.
        weights_requested(): The person wants the weights that lead to the backbone's layer in a file.
        embeddings_requested(): The person wants the embeddings in a file.
        begun(): The person wants to begin with what is proposed.
    """

    pooling_chosen = Signal(object)
    image_selected = Signal(str)
    weights_requested = Signal()
    embeddings_requested = Signal()
    begun = Signal()

    def __init__(self, use_as_backbone: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("embeddingView")
        self.setAccessibleName("Embeddings")
        self._used: str | None = None  # the layer at which images are compared
        self._current: str | None = None  # and the one that is shown elsewhere
        self._is_busy = False
        self._embeddings: Embeddings | None = None
        self._vector: NDArray[np.float32] | None = None
        self._left_out: tuple[Neighbour, ...] = ()
        self._savable = False
        self._layer = label("muted")
        self._note = label("muted")
        # An action of its own: the window's is called the same in each menu and search.
        self._use_this = QAction(use_as_backbone.text(), self)
        self._use_this.setToolTip(use_as_backbone.toolTip())
        self._use_this.triggered.connect(lambda: use_as_backbone.trigger())
        self._use = QToolButton()
        self._use.setProperty("role", "button")
        self._use.setDefaultAction(self._use_this)
        self._use.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self._pooling = ListBox()
        for part in (self._use, self._pooling):
            keep_place(part)
        self._busy = BusyBar()
        self._remarks = paragraph("warning")
        self._before = Beginning("Which images look alike to this network?")
        self._near = label("title")
        self._open = NeighbourTable(compared=False)
        self._table = NeighbourTable()
        self._unmet = FactsLabel(role="muted")
        self._own = label("title")
        self._bars = VectorView()
        self._readout = label()
        self._save_weights = QPushButton("Save weights up to here…")
        self._save_embeddings = QPushButton("Save embeddings…")
        self._pages = QStackedWidget()
        self._describe_parts()
        self._arrange()
        self._connect()
        self.set_backbone(None)
        self.propose(None)

    # ---- records in ----

    def set_backbone(self, layer: str | None, message: str = NO_BACKBONE) -> None:
        """Name the layer at which images are compared; None shows `message`, what the page is for."""
        used = layer is not None
        self._used = layer
        self._layer.setText(f"Compared at {layer}" if used else "not compared yet")
        self._layer.setToolTip(fmt.tip(f"{layer}\n{_TERMS}" if used else ""))
        self._before.says.setText(message)
        self._pooling.setVisible(used)
        self._pages.setCurrentIndex(1 if used else 0)
        self._offer_one()
        if not used:
            self.set_embeddings(None)

    def name_layer(self, name: str | None) -> None:
        """Name the layer that the button at the top would use; None if there is none."""
        self._use_this.setIconText(
            f"Compare at {_short(name or 'this layer')}"
        )  # a button shows this one, whole
        self._use_this.setEnabled(name is not None)
        self._current = name
        self._offer_one()

    def propose(self, name: str | None, has_two: bool = True) -> None:
        """Offer to begin at a layer, or to open more images where there are no two; None offers nothing."""
        compare = f"Compare the images at {_short(name or 'this layer')}"
        self._before.button.setText(compare if has_two else "Open more images…")
        self._before.button.setToolTip(fmt.tip(_PROPOSED if has_two else _COMPARE))
        self._before.button.setVisible(name is not None)
        self._offer_one()

    def set_open(self, images: Sequence[Neighbour]) -> None:
        """Take the open images, in their order; those of which nothing is known say why."""
        self._open.set_neighbours(images, _COMPARE)
        self._left_out = tuple(it for it in images if it.why)
        self._tell_left_out()

    def set_embeddings(self, embeddings: Embeddings | None) -> None:
        """Take the embeddings of the open images; None while there are none. `select_image` shows one of them."""
        self._embeddings = embeddings
        self._tell_left_out()
        self._enable()
        self._offer_one()
        if embeddings is None:
            self._note.setText("")
            self._say(())
            return
        self._note.setText(f"{embeddings.note}{FACTS}output {fmt.shape(embeddings.shape)}")
        source = f"{plain(embeddings.model)}, weights: {embeddings.weights}"
        self._note.setToolTip(fmt.tip(f"{self._note.text()}\n{source}"))
        failed = tuple(f"{image.name}: {image.reason}" for image in embeddings.failed)
        self._say((*embeddings.remarks, *failed))

    def select_image(
        self, key: str | None, name: str, thumbnails: Mapping[str, NDArray[np.uint8]], waiting: str = ""
    ) -> None:
        """Show the vector of an image and the images nearest to it.

        Args:
            key: The window's name for it; None for no image.
            name: What a person calls it.
            thumbnails: (h, w, 3) uint8 of each open image by its key; others are left out.
            waiting: Why there is no embedding of it yet.
        """
        self._open.mark(key)
        embeddings = self._embeddings
        vector = embeddings.of(key) if embeddings is not None and key is not None else None
        self._show_vector(vector, name)
        self._near.setText(f"Most similar to {name}" if vector is not None else "Most similar images")
        if embeddings is None or vector is None or key is None:
            self._table.set_neighbours((), waiting or f"There is no embedding of {name}.")
            return
        row = embeddings.similarity[embeddings.keys.index(key)]
        beside = [
            Neighbour(other, embeddings.names[place], float(row[place]), thumbnails[other])
            for place, other in enumerate(embeddings.keys)
            if other != key and other in thumbnails
        ]
        self._table.set_neighbours(beside, _COMPARE)

    def set_pooling(self, pooling: Pooling) -> None:
        """Put back how an output becomes a vector, without telling of it."""
        with QSignalBlocker(self._pooling):
            self._pooling.setCurrentIndex(self._pooling.findData(str(pooling)))

    def set_savable(self, savable: bool) -> None:
        """Offer to write files, or not: there is nothing to save from without a backbone in a forward."""
        self._savable = savable
        self._enable()

    def set_busy(self, busy: bool) -> None:
        """Show, if it takes a while, that images are being embedded."""
        self._busy.set_busy(busy)
        self._is_busy = busy
        self._offer_one()

    # ---- state ----

    @property
    def pooling(self) -> Pooling:
        """How an output becomes a vector."""
        return Pooling(self._pooling.currentData())

    @property
    def table(self) -> NeighbourTable:
        """The images nearest to the selected one."""
        return self._table

    @property
    def bars(self) -> VectorView:
        """The vector of the selected image."""
        return self._bars

    @property
    def texts(self) -> tuple[str, ...]:
        """The lines that are shown, from top to bottom."""
        parts = (
            self._layer,
            self._note,
            self._remarks,
            self._before.says,
            self._near,
            self._unmet,
            self._own,
            self._readout,
        )
        return tuple(part.text() for part in parts if part.isVisibleTo(self) and part.text())

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """What a figure of it has no use for."""
        return (self._use, self._save_weights, self._save_embeddings, self._readout)

    # ---- inside ----

    def _offer_one(self) -> None:
        """Offer the layer that is shown, unless images are compared at it, or another is proposed to begin with."""
        if self._used is None:
            self._use.setVisible(self._before.button.isHidden())
        else:
            is_done = self._embeddings is not None or self._is_busy
            self._use.setVisible(self._current != self._used or not is_done)

    def _tell_left_out(self) -> None:
        """Say below the ranking which open images are not in it, and why in the tooltip."""
        compared = self._embeddings.keys if self._embeddings is not None else ()
        left_out = [it for it in self._left_out if it.key not in compared]
        names = FACTS.join(it.name for it in left_out)
        self._unmet.say(f"Not compared: {names}" if left_out else "", "\n".join(it.line for it in left_out))
        self._unmet.setVisible(bool(left_out))

    def _show_vector(self, vector: NDArray[np.float32] | None, name: str) -> None:
        self._vector = vector
        self._own.setText("" if vector is None else f"Embedding of {name}")
        self._bars.set_values(np.zeros(0, np.float32) if vector is None else vector)
        self._on_left()

    def _say(self, lines: tuple[str, ...]) -> None:
        rest = f" ({len(lines) - 1:,} more: see the tooltip)" if len(lines) > 1 else ""
        self._remarks.setText(f"{lines[0]}{rest}" if lines else "")
        self._remarks.setToolTip(fmt.tip("\n".join(lines)))
        self._remarks.setVisible(bool(lines))

    def _enable(self) -> None:
        self._save_weights.setEnabled(self._savable)
        self._save_embeddings.setEnabled(self._savable and self._embeddings is not None)

    def _on_pointed(self, index: int) -> None:
        if self._vector is not None:
            remark = self._bars.describe(index)
            text = f"index {index} = {fmt.number(self._vector[index])}"
            self._readout.setText(f"{text}{FACTS}{remark}" if remark else text)

    def _on_left(self) -> None:
        self._readout.setText("" if self._vector is None else _POINT)

    def _describe_parts(self) -> None:
        for pooling, text in _POOLINGS.items():
            self._pooling.addItem(text, str(pooling))
        self._pooling.setAccessibleName("How an output becomes a vector")
        self._pooling.setToolTip(
            fmt.tip(
                "Average over positions: one number a channel, wherever it fired.\n"
                "Flatten: every number of the output, so that places count as well."
            )
        )
        self._save_weights.setToolTip(
            fmt.tip(
                "Write the weights that lead to this layer, under the model's own names, as .safetensors or .pt"
            )
        )
        self._save_embeddings.setToolTip("Write the vectors of all open images into an .npz file for numpy")
        self._busy.setAccessibleName("Embedding images")
        self._readout.setAccessibleName("Value under the cursor")

    def _arrange(self) -> None:
        unit = theme.SPACING
        head = page_head("Images", self._layer, self._use)
        form = QHBoxLayout()
        form.setSpacing(unit)
        form.addWidget(self._pooling)
        form.addWidget(self._note, 1)
        near, own = QWidget(), QWidget()
        column(near, self._near, self._table, self._unmet).setStretch(1, 1)
        column(own, self._own, self._bars, self._readout).setStretch(1, 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setHandleWidth(unit)
        split.setChildrenCollapsible(False)
        split.addWidget(near)
        split.addWidget(own)
        split.setSizes([340, 220])
        foot = QHBoxLayout()
        foot.setSpacing(unit)
        foot.addWidget(self._save_weights)
        foot.addWidget(self._save_embeddings)
        foot.addStretch(1)
        content = QWidget()
        column(content, self._remarks, split, foot).setStretch(1, 1)
        self._pages.addWidget(self._before)
        self._pages.addWidget(content)
        listed, title = QWidget(), label("title")
        title.setText("Open images")
        column(listed, title, self._open).setStretch(1, 1)
        body = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        body.setHandleWidth(unit)
        body.addWidget(listed)
        body.addWidget(self._pages)
        body.setStretchFactor(1, 1)
        body.setSizes([_LISTED, 3 * _LISTED])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(unit, unit, unit, unit)
        whole.setSpacing(unit // 2)
        whole.addLayout(head)
        whole.addLayout(form)
        whole.addWidget(self._busy)
        whole.addWidget(body, 1)

    def _connect(self) -> None:
        self._pooling.currentIndexChanged.connect(lambda _: self.pooling_chosen.emit(self.pooling))
        for table in (self._table, self._open):
            table.image_chosen.connect(self.image_selected)
        self._bars.value_hovered.connect(self._on_pointed)
        self._bars.value_left.connect(self._on_left)
        self._before.button.clicked.connect(self.begun)
        self._save_weights.clicked.connect(self.weights_requested)
        self._save_embeddings.clicked.connect(self.embeddings_requested)


def _short(name: str) -> str:
    """Return a name that fits on a button: in the middle less of a long one."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST // 3]}…{name[-_LONGEST // 2 :]}"
