"""The changes at the side: a slider for each that needs no hand on the picture."""

from functools import partial
from typing import Any

from PySide6.QtWidgets import QGridLayout, QWidget

from explorer.window.desk import Desk
from explorer.window.live import Live
from explorer.window.scene import Scene
from explorer.window.spec import Wish
from explorer.window.theme import SPACING
from explorer.window.widgets.scale_slider import Scale, ScaleSlider, rounded


def _degrees(number: float) -> str:
    return f"{number:.0f}°".replace("-", "−")


def _pixels(number: float) -> str:
    return f"{number:.1f} px"


SCALES = (
    Scale("blur", "Blur", 0, 8, 0, 0.1, _pixels, "Standard deviation of the Gaussian that blurs it, in pixels"),
    Scale("noise", "Noise", 0, 100, 0, 1, lambda it: f"{it:.0f} of 255", "Standard deviation of what is added"),
    Scale("brightness", "Brightness", 0, 2, 1, 0.01, rounded, "What each value is multiplied by"),
    Scale("contrast", "Contrast", 0, 2, 1, 0.01, rounded, "What the distance to the mean luminance is multiplied by"),
    Scale("down", "Shift down", -0.5, 0.5, 0, 0.005, rounded, "How far it is shifted, of its height"),
    Scale("right", "Shift right", -0.5, 0.5, 0, 0.005, rounded, "How far it is shifted, of its width"),
    Scale("rotation", "Rotation", -180, 180, 0, 1, _degrees, "To the left, in degrees"),
    Scale("scale", "Scale", 0.25, 3, 1, 0.01, rounded, "How large it is made around its middle"),
)  # fmt: skip


class LivePane:
    """Sets what is tried; what comes of it is shown by whoever shows the input, its maps and its answer."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.widget = QWidget()
        self.sliders = {scale.name: ScaleSlider(scale) for scale in SCALES}
        grid = QGridLayout(self.widget)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * SPACING)
        grid.setVerticalSpacing(SPACING // 2)
        for place, (name, slider) in enumerate(self.sliders.items()):
            grid.addWidget(slider, place // 2, place % 2)
            slider.moved.connect(partial(self._on_moved, name))

    def wants(self, scene: Scene) -> Wish | None:
        """Wish nothing: what is tried stands in the scene."""
        return None

    def show(self, scene: Scene, answer: Any) -> None:
        """Show what is tried."""
        for name, slider in self.sliders.items():
            slider.set_number(scene.choice(Live).number(name))

    def _on_moved(self, name: str, number: float) -> None:
        self._desk.choose(self._desk.scene.choice(Live).with_number(name, number))
