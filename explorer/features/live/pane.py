"""The changes at the side: what is in hand, and sliders."""

from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from explorer.features.live.sliders import Scale, ScaleSlider
from explorer.records.edits import Colour, Fill
from explorer.window import format as fmt
from explorer.window.desk import Desk
from explorer.window.live import Live, Tool
from explorer.window.scene import Scene
from explorer.window.spec import Wish
from explorer.window.theme import SPACING
from explorer.window.widgets.hand import HINTS
from explorer.window.widgets.list_rows import ListBox

_COLOURS: dict[str, Colour] = {
    "black": (0, 0, 0),
    "white": (255, 255, 255),
    "gray": (128, 128, 128),
    "red": (220, 40, 40),
    "green": (40, 160, 60),
    "blue": (40, 80, 220),
    "yellow": (240, 210, 40),
}


def _percent(number: float) -> str:
    return f"{round(100 * number)} %".replace("-", "−")


def _degrees(number: float) -> str:
    return f"{number:.0f}°".replace("-", "−")


def _pixels(number: float) -> str:
    return f"{number:.1f} px"


SCALES = (
    Scale("size", "Size", 0.01, 1, 0.25, 0.01, _percent, "Side of the patch, or width of the brush, as a share of the "
          "picture's shorter side"),
    Scale("crop", "Crop", 0, 1, 1, 0.01, _percent, "How much of height and width is kept; the rest is gray"),
    Scale("blur", "Blur", 0, 8, 0, 0.1, _pixels, "Standard deviation of the Gaussian that blurs it, in pixels"),
    Scale("noise", "Noise", 0, 100, 0, 1, lambda it: f"{it:.0f} of 255", "Standard deviation of what is added"),
    Scale("brightness", "Brightness", 0, 2, 1, 0.01, _percent, "What each value is multiplied by"),
    Scale("contrast", "Contrast", 0, 2, 1, 0.01, _percent, "What the distance to the mean luminance is multiplied by"),
    Scale("down", "Shift down", -0.5, 0.5, 0, 0.005, _percent, "How far it is shifted, of its height"),
    Scale("right", "Shift right", -0.5, 0.5, 0, 0.005, _percent, "How far it is shifted, of its width"),
    Scale("rotation", "Rotation", -180, 180, 0, 1, _degrees, "To the left, in degrees"),
    Scale("scale", "Scale", 0.25, 3, 1, 0.01, _percent, "How large it is made around its middle"),
)  # fmt: skip


class LivePane:
    """Sets what is tried; what comes of it is shown by whoever shows the input, its maps and its answer."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.widget = QWidget()
        self._tools, self._fill, self._colour = _tools(), ListBox(), ListBox()
        self.sliders = {scale.name: ScaleSlider(scale) for scale in SCALES}
        self._describe()
        self._arrange()
        self._connect()

    def wants(self, scene: Scene) -> Wish | None:
        """Wish nothing: what is tried stands in the scene."""
        return None

    def show(self, scene: Scene, answer: Any) -> None:
        """Show what is tried."""
        choice, edit = scene.choice(Live), scene.choice(Live).edit
        for name, slider in self.sliders.items():
            slider.set_number(choice.size if name == "size" else getattr(edit, name))
        is_brush = choice.tool is Tool.BRUSH
        self._tools[choice.tool].setChecked(True)
        self._fill.setVisible(not is_brush)
        self._colour.setVisible(is_brush)
        self._fill.setCurrentIndex(list(Fill).index(choice.in_hand.fill))
        if choice.colour in _COLOURS.values():
            self._colour.setCurrentIndex(list(_COLOURS.values()).index(choice.colour))

    # ---- facts from the parts ----

    def _choose(self, choice: Live) -> None:
        self._desk.choose(choice)

    def _on_moved(self, name: str, number: float) -> None:
        choice = self._desk.scene.choice(Live)
        change: dict[str, Any] = {name: number}
        is_size = name == "size"
        self._choose(
            choice.with_size(number) if is_size else replace(choice, edit=replace(choice.edit, **change))
        )

    def _on_tool(self, tool: Tool) -> None:
        self._choose(replace(self._desk.scene.choice(Live), tool=tool))

    def _on_fill(self, row: int) -> None:
        choice, fill = self._desk.scene.choice(Live), list(Fill)[row]
        patch = replace(choice.in_hand, fill=fill)
        self._choose(choice.with_patch(patch) if choice.edit.patch else replace(choice, spare=patch))

    def _on_colour(self, row: int) -> None:
        self._choose(replace(self._desk.scene.choice(Live), colour=list(_COLOURS.values())[row]))

    # ---- building ----

    def _describe(self) -> None:
        self._fill.addItems([fill.value for fill in Fill])
        self._colour.addItems(list(_COLOURS))
        self._fill.setAccessibleName("What the patch covers the picture with")
        self._fill.setToolTip("What the patch covers the picture with")
        self._colour.setAccessibleName("Colour of the brush")
        self._colour.setToolTip("Colour of the brush")

    def _arrange(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(SPACING // 2)
        for button in self._tools.values():
            tools.addWidget(button)
        tools.addWidget(self._fill, 1)
        tools.addWidget(self._colour, 1)
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * SPACING)
        grid.setVerticalSpacing(SPACING // 2)
        for place, slider in enumerate(self.sliders.values()):
            grid.addWidget(slider, place // 2, place % 2)
        column = QVBoxLayout(self.widget)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        column.addLayout(tools)
        column.addLayout(grid)

    def _connect(self) -> None:
        for name, slider in self.sliders.items():
            slider.moved.connect(partial(self._on_moved, name))
        for tool, button in self._tools.items():
            button.clicked.connect(partial(self._on_tool, tool))
        self._fill.activated.connect(self._on_fill)
        self._colour.activated.connect(self._on_colour)


def _tools() -> dict[Tool, QToolButton]:
    """Return a button for each tool, of which one is pressed."""
    made: dict[Tool, QToolButton] = {}
    group: QButtonGroup | None = None
    for tool, text in ((Tool.PATCH, "Patch"), (Tool.BRUSH, "Brush")):
        button = made[tool] = QToolButton()
        button.setCheckable(True)
        button.setProperty("role", "choice")
        button.setText(text)
        button.setAccessibleName(text)
        button.setToolTip(fmt.tip(HINTS[tool]))
        group = group or QButtonGroup(button)
        group.addButton(button)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return made
