"""What is in hand while changes are tried on the input, and what that which is shown belongs to."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from explorer.records.edits import Colour, Fill
from explorer.window import format as fmt
from explorer.window.desk import Desk
from explorer.window.live import Live, Tool, said
from explorer.window.scene import Scene
from explorer.window.theme import SPACING
from explorer.window.widgets.hand import HINTS
from explorer.window.widgets.line import Line
from explorer.window.widgets.list_rows import ListBox
from explorer.window.widgets.parts import column
from explorer.window.widgets.scale_slider import Scale, ScaleSlider, rounded

_COLOURS: dict[str, Colour] = {
    "black": (0, 0, 0),
    "white": (255, 255, 255),
    "grey": (128, 128, 128),
    "red": (220, 40, 40),
    "green": (40, 160, 60),
    "blue": (40, 80, 220),
    "yellow": (240, 210, 40),
}
IN_HAND = (
    Scale("size", "Size", 0.01, 1, 0.25, 0.01, rounded, "Side of the patch, or width of the brush, as a share of the "
          "picture's shorter side"),
    Scale("crop", "Crop", 0, 1, 1, 0.01, rounded, "How much of height and width is kept; the rest is grey"),
)  # fmt: skip


class LiveTools(QWidget):
    """Patch or brush, its filling or colour, its size; in as much room as a strip of inputs has."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.tools, self.fill, self.colour = _tools(), ListBox(), ListBox()
        self.sliders = {scale.name: ScaleSlider(scale) for scale in IN_HAND}
        self.line, self._warning = Line("muted"), Line("warning")
        self._describe()
        self._arrange()
        for name, slider in self.sliders.items():
            slider.moved.connect(partial(self._on_moved, name))
        for tool, button in self.tools.items():
            button.clicked.connect(partial(self._on_tool, tool))
        self.fill.activated.connect(self._on_fill)
        self.colour.activated.connect(self._on_colour)

    def show_scene(self, scene: Scene) -> None:
        """Show what is in hand, and what that which is shown belongs to."""
        choice = scene.choice(Live)
        for name, slider in self.sliders.items():
            slider.set_number(choice.number(name))
        is_brush = choice.tool is Tool.BRUSH
        self.tools[choice.tool].setChecked(True)
        self.fill.setVisible(not is_brush)
        self.colour.setVisible(is_brush)
        self.fill.setCurrentIndex(list(Fill).index(choice.in_hand.fill))
        if choice.colour in _COLOURS.values():
            self.colour.setCurrentIndex(list(_COLOURS.values()).index(choice.colour))
        text, warns = said(scene)
        for line, is_there in ((self.line, not warns), (self._warning, warns)):
            line.setVisible(is_there)
            line.say(*((wording, "") for wording in text))

    # ---- facts from the parts ----

    def _on_moved(self, name: str, number: float) -> None:
        self._desk.choose(self._desk.scene.choice(Live).with_number(name, number))

    def _on_tool(self, tool: Tool) -> None:
        self._desk.choose(replace(self._desk.scene.choice(Live), tool=tool))

    def _on_fill(self, row: int) -> None:
        choice, fill = self._desk.scene.choice(Live), list(Fill)[row]
        patch = replace(choice.in_hand, fill=fill)
        self._desk.choose(choice.with_patch(patch) if choice.edit.patch else replace(choice, spare=patch))

    def _on_colour(self, row: int) -> None:
        self._desk.choose(replace(self._desk.scene.choice(Live), colour=list(_COLOURS.values())[row]))

    # ---- building ----

    def _describe(self) -> None:
        self.fill.addItems([fill.value for fill in Fill])
        self.colour.addItems(list(_COLOURS))
        for box, what in (
            (self.fill, "What the patch covers the picture with"),
            (self.colour, "Colour of the brush"),
        ):
            box.setAccessibleName(what)
            box.setToolTip(what)

    def _arrange(self) -> None:
        hand, sizes = QHBoxLayout(), QHBoxLayout()
        hand.setSpacing(SPACING // 2)
        for button in self.tools.values():
            hand.addWidget(button)
        hand.addWidget(self.fill, 1)
        hand.addWidget(self.colour, 1)
        sizes.setSpacing(2 * SPACING)
        for slider in self.sliders.values():
            sizes.addWidget(slider, 1)
        rows = column(self, self.line, self._warning, hand, sizes)
        rows.insertSpacing(2, SPACING // 2)
        rows.insertSpacing(4, SPACING // 2)
        rows.addStretch(1)


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
