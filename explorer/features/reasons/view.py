"""The lens of reasons: controls, one map or several beside each other, and what can be done with them."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QSlider,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from explorer.features.reasons.controls import ReasonControls
from explorer.features.reasons.picture import Panel, ReasonPicture
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.elided import FactsLabel
from explorer.window.widgets.list_rows import ListBox
from explorer.window.widgets.parts import BusyBar, column, label, paragraph
from explorer.window.widgets.wrapping import Wrapping

_ALONE = 2  # times as wide as what is said beside it
SHARES = {1.0: "all layers", 0.5: "the last half", 0.25: "the last quarter", 0.0: "the last layer"}
_CHECK = (
    "Does it depend on the weights?\nThe same method on a copy of the network whose weights are shuffled. A map that "
    "stays the same tells of the picture, not of what the network learned. Adebayo et al. 2018, arXiv:1810.03292"
)


class ReasonsView(QWidget):
    """Shows maps; without one it says why.

    Signals:
        changed(object): A dictionary of the fields of `Reasons` that the person wants otherwise.
        start: The person wants what is slow to be computed.
        laid(bool): Whether the map is to lie over the input at the side.
    """

    changed = Signal(object)
    start = Signal()
    laid = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("reasonsView")
        self.setAccessibleName("Reasons")
        self.controls = ReasonControls()
        self.controls.changed.connect(self.changed)
        self.busy = BusyBar()
        self.line, self.second = FactsLabel(role="title"), FactsLabel(role="muted")
        self.line.setAccessibleName("What the map shows")
        self.second.setAccessibleName("What is to be known of it")
        self.elsewhere = label()
        self.elsewhere.setMinimumWidth(0)  # of its own: it is never cut
        self.pictures = [ReasonPicture(f"reasonsPicture{place}") for place in range(3)]
        self.about = paragraph("muted")
        self.about.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.about.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.about.setAccessibleName("What the method tells")
        self.compute = QPushButton("Compute")
        self.compute.setToolTip("Compute the map (it takes a while; Esc stops it)")
        self.compute.clicked.connect(self.start)
        self.message = paragraph("muted")
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.anyway = QPushButton("Show all the same")
        self.anyway.setToolTip("Show the maps of random weights: they tell nothing about the picture")
        self.anyway.clicked.connect(lambda: self.changed.emit({"shows_random": True}))
        self.opacity = _slider()
        self.opacity.valueChanged.connect(lambda value: self.changed.emit({"opacity": value / 100}))
        self.on_input = QCheckBox("On the input")
        self.on_input.setToolTip(
            fmt.tip("Keeps this map over the input at the side, whatever lens is in front")
        )
        self.on_input.toggled.connect(self.laid)
        self.check = QPushButton("Does it depend on the weights?")
        self.check.setCheckable(True)
        self.check.setToolTip(fmt.tip(_CHECK))
        self.check.toggled.connect(lambda on: self.changed.emit({"checks": on}))
        self.share = ListBox()
        self.share.addItems(list(SHARES.values()))
        self.share.setAccessibleName("Layers that get random weights")
        self.share.setToolTip("Which layers get random weights")
        self.share.activated.connect(lambda at: self.changed.emit({"share": list(SHARES)[at]}))
        self._arrange()

    # ---- what is shown ----

    def set_message(self, text: str, offers_anyway: bool = False) -> None:
        """Show why there is no map, in the place of all else."""
        self.message.setText(text)
        self.anyway.setVisible(offers_anyway)
        self._pages.setCurrentIndex(0)

    def set_panels(
        self, picture: NDArray[np.uint8] | None, panels: list[Panel], opacity: float, why_none: str = ""
    ) -> None:
        """Show one to three maps over the same picture, all of one size; without one, `why_none` in its place.

        Beside a single one it is said what the method tells.
        """
        self._pages.setCurrentIndex(1)
        self._row.setStretch(0, _ALONE if len(panels) == 1 else 1)
        for place, shown in enumerate(self.pictures):
            shown.setVisible(place < len(panels))
            if place < len(panels):
                shown.set_picture(picture, why_none)
                shown.set_panel(panels[place], opacity)
        self.about.setVisible(len(panels) == 1)

    def set_opacity(self, opacity: float) -> None:
        """Show how strong the colours are that the person wants."""
        with QSignalBlocker(self.opacity):
            self.opacity.setValue(round(100 * opacity))

    def say(self, text: str, second: str, about: str = "", more: str = "", elsewhere: str = "") -> None:
        """Say above the maps what they show, `more` in its tooltip, and beside a single one what its method tells.

        That they are of a layer `elsewhere` stands whatever the width; a figure has no use of it.
        """
        self.line.say(text, more)
        self.elsewhere.setText(elsewhere)
        self.elsewhere.setVisible(bool(elsewhere))
        self.second.say(second)
        self.about.setText(about)

    def offer(self, compute: bool, checks: bool, share: float, laid: bool) -> None:
        """Offer to compute what is slow, where that waits for the person; show what else is on."""
        self.compute.setVisible(compute)
        for box, on in ((self.check, checks), (self.on_input, laid)):
            with QSignalBlocker(box):
                box.setChecked(on)
        self.share.setVisible(checks)
        with QSignalBlocker(self.share):
            self.share.setCurrentIndex(list(SHARES).index(share))

    # ---- inside ----

    def _arrange(self) -> None:
        unit = theme.SPACING
        self._row = QHBoxLayout()
        self._row.setSpacing(2 * unit)
        for part in (*self.pictures, self.about):
            self._row.addWidget(part, 1)
        page, self.maps = QWidget(), QWidget()
        for part in (self.compute, self.share):
            policy = part.sizePolicy()
            policy.setRetainSizeWhenHidden(True)  # or the pictures would jump
            part.setSizePolicy(policy)
        head = QHBoxLayout()
        head.setSpacing(unit)
        words = QWidget()
        told = QHBoxLayout()
        told.setSpacing(2 * unit)
        for part in (self.second, self.elsewhere):
            told.addWidget(part)
        told.addStretch(1)
        column(words, self.line, told)
        head.addWidget(words, 1)
        head.addWidget(self.compute)
        column(self.maps, head).addLayout(self._row, 1)
        column(page, self.busy, self.controls, self._looks()).addWidget(self.maps, 1)
        empty = QWidget()
        middle = QVBoxLayout(empty)
        middle.addStretch(1)
        middle.addWidget(self.message)
        middle.addWidget(self.anyway, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(1)
        self._pages = QStackedLayout(self)
        self._pages.setContentsMargins(0, 0, 0, 0)
        self._pages.addWidget(empty)
        self._pages.addWidget(page)

    def _looks(self) -> QWidget:
        strength = label("muted")
        strength.setText("Overlay")
        strength.setBuddy(self.opacity)
        strength.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        looks = ((strength, 0), (self.opacity, 0), (self.on_input, 0))
        return Wrapping(looks, ((self.share, 0), (self.check, 0)), apart=True)


def _slider() -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, 100)
    slider.setFixedWidth(12 * theme.SPACING)
    slider.setAccessibleName("Strength of the colours over the photo")
    slider.setToolTip("How strong the colours over the photo are")
    return slider
