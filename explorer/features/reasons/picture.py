"""One map over the photo, with its scale below and the value under the mouse."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.features.reasons.methods import About, Group
from explorer.records.heat import HeatMap
from explorer.window import format as fmt
from explorer.window.widgets.heat_layer import HeatLayer
from explorer.window.widgets.input import InputView
from explorer.window.widgets.parts import column
from explorer.window.widgets.scale_bar import ScaleBar

_DIM = 0.5
"""How much darker the photo is under gradients of pixels, of which few are strong."""
_SCALE = "Which value of {} each colour stands for, in units of {}; not a share of the answer."
_TIP = "The map over what the model saw. The line below tells the value under the mouse. The wheel or + and − zoom."


@dataclass(frozen=True, eq=False)
class Panel:
    """One map and what is said below it.

    Attributes:
        heat: The map; None while it is on its way.
        said: What is said.
        about: The method that made it; None while there is none.
    """

    heat: HeatMap | None
    said: str
    about: About | None = None


class ReasonPicture(QWidget):
    """The photo, a heat map over it, what it is, and its scale."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._heat: HeatMap | None = None
        self._said = ("", "")
        self._opacity = 0.75
        self.input = InputView()
        self.input.setObjectName(name)
        self.input.canvas.setToolTip(fmt.tip(_TIP))
        self.input.canvas.setAccessibleName("The photo and the map over it")
        self.scale = ScaleBar()
        policy = self.scale.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.scale.setSizePolicy(policy)
        self.scale.hide()
        self.input.put_below(self.scale)
        column(self, self.input)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.input.canvas.hovered.connect(self._on_hovered)
        self.input.canvas.left.connect(lambda: self.input.say(self._said))
        self.input.pixel_selected.connect(self._on_pixel)

    def set_picture(self, picture: NDArray[np.uint8] | None, why_none: str = "") -> None:
        """Show the (H, W, 3) RGB picture that the model saw; None shows why there is none."""
        self.input.set_message(why_none)
        if picture is not self.input.shown:
            self.input.set_picture(picture)

    def set_panel(self, panel: Panel, opacity: float) -> None:
        """Lay a map over the picture, its strongest value hiding so much of it; what is said stands below."""
        heat = panel.heat
        self._said = (panel.said, "")
        self.input.say(self._said)
        if heat is self._heat and opacity == self._opacity:
            return
        self._heat, self._opacity = heat, opacity
        about = panel.about
        dim = _DIM if about is not None and about.group is Group.PIXELS else 0.0
        self.input.set_layer(None if heat is None else HeatLayer(heat, opacity, dim=dim))
        self.scale.setVisible(heat is not None and heat.full > 0)
        if heat is not None:
            self.scale.set_scale(
                -heat.full if heat.signed else 0.0,
                heat.full,
                heat.signed,
                opacity=opacity,
                unit=about.title if about is not None else "",
            )
        if about is not None:
            self.scale.setToolTip(fmt.tip(_SCALE.format(about.title, about.unit)))

    @property
    def heat(self) -> HeatMap | None:
        """The map that lies over the picture."""
        return self._heat

    def _on_hovered(self, y: int, x: int) -> None:
        picture = self.input.shown
        if self._heat is not None and picture is not None:
            value = self._heat.at((y + 0.5) / picture.shape[0], (x + 0.5) / picture.shape[1])
            self.input.say((f"{fmt.place((y, x))}: {fmt.number(value)}", ""), (fmt.number(value), ""))

    def _on_pixel(self, y: int, x: int) -> None:
        """Tell the value there, for those who have no mouse; nothing stays marked."""
        self._on_hovered(y, x)
