"""The row that lays over the picture what the unit really uses of its field."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from explorer.features.field.messages import EffectiveField, FindEffectiveField, Source
from explorer.records.edits import NOTHING
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.live import tried
from explorer.window.scene import Scene
from explorer.window.widgets.elided import FACTS, FactsLabel
from explorer.window.widgets.list_rows import ListBox
from explorer.window.widgets.scale_bar import ScaleBar

_TIP = (
    "What the unit really uses: how much its value changes for each step of a normalised pixel, of one image or on "
    "average (root of the mean square) over all open ones or eight of noise – the effective receptive field of Luo et "
    "al. 2016. The strongest 1 % share the last colour. Below the picture: how far from the middle of the field half "
    "and 95 % of the squared gradient lie."
)
_OFF = "off"
_ROOM_FOR_COLOURS = 480  # pixels


@dataclass(frozen=True)
class GradientChoice:
    """Over what the gradient of the unit is averaged that lies over the picture; None for no gradient."""

    source: Source | None = None


def effective_question(scene: Scene, unit: tuple[int, int] | None) -> FindEffectiveField | None:
    """Return the question for what a unit of the shown channel uses, if the person wants to see it."""
    source, forward = scene.choice(GradientChoice).source, scene.forward
    if source is None or unit is None or forward is None or scene.node is None or forward.picture is None:
        return None
    if scene.seeks_channel:
        return None
    keys = {
        Source.IMAGE: (forward.key,),
        Source.IMAGES: tuple(it.key for it in scene.images if scene.can_record(it)),
        Source.NOISE: (),
    }[source]
    edit = NOTHING if source is Source.NOISE else tried(scene)
    return FindEffectiveField(forward.number, scene.node, scene.channel, unit, keys, edit=edit)


class GradientRow(QWidget):
    """A box to choose the inputs, the colours of the values, and how far what is used reaches.

    Signals:
        source_chosen(object): The `Source` that the person wants from now on, or None.
    """

    source_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = ListBox()
        self._box.addItem(_OFF, None)
        for source in Source:
            self._box.addItem(source.value, source)
        self._box.setAccessibleName("Gradient of the unit over the picture")
        self._box.setToolTip(fmt.tip(_TIP))
        name = QLabel("Gradient")
        name.setToolTip(fmt.tip(_TIP))
        name.setBuddy(self._box)
        self._scale = ScaleBar()
        self._said = FactsLabel(role="muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACING)
        row.addWidget(name)
        row.addWidget(self._box)
        row.addWidget(self._scale)
        row.addWidget(self._said, 1, Qt.AlignmentFlag.AlignVCenter)
        self._found: EffectiveField | None = None
        self._says_found = False
        self._scale.hide()
        self._box.activated.connect(lambda place: self.source_chosen.emit(self._box.itemData(place)))

    def set_source(self, source: Source | None, is_of_unit: bool = True) -> None:
        """Show what the person chose, nobody is told; while a pixel is looked at, no unit, there is no choice."""
        self._box.setEnabled(is_of_unit)
        source = source if is_of_unit else None
        with QSignalBlocker(self._box):
            self._box.setCurrentIndex(self._box.findText(source.value if source is not None else _OFF))

    def set_found(self, found: EffectiveField | None) -> None:
        """Show how far what is used reaches; None for nothing."""
        self._found, self._says_found = found, True
        self._show_found()
        if found is not None:
            self._scale.set_scale(0, float(f"{found.heat.full:.2g}"), False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say in numbers what the colours are where there is no room for them and the words."""
        super().resizeEvent(event)
        self._show_found()

    def _show_found(self) -> None:
        found, has_room = self._found, self.width() >= _ROOM_FOR_COLOURS
        self._scale.setVisible(found is not None and found.heat.full > 0 and has_room)
        if self._says_found:
            self._said.say("" if found is None else described(found, has_room))

    def say(self, text: str) -> None:
        """Say why there is nothing, or nothing new."""
        self._says_found = False
        self._said.say(text)

    @property
    def box(self) -> ListBox:
        """Where the person chooses."""
        return self._box

    @property
    def said(self) -> str:
        """What is said."""
        return self._said.text()


def reach_of(found: EffectiveField) -> str:
    """Return how far from the middle of the field the squared gradient lies; empty where there is none."""
    if found.half is None or found.most is None:
        return ""
    return FACTS.join(
        (
            f"half of the gradient within {_pixels(found.half)} of the middle",
            f"95 % within {_pixels(found.most)}",
        )
    )


def described(found: EffectiveField, has_scale: bool = True) -> str:
    """Return what the colours are, beside their scale or without it, and of how many inputs."""
    if found.half is None or found.most is None:
        parts = ["the gradient is zero", "no small change of a pixel changes this value"]
    else:
        ends = "change" if has_scale else f"0 to {found.heat.full:.2g}"
        parts = [f"{ends} per normalised pixel"]
    if found.inputs != 1:
        parts.append(f"{found.inputs} inputs")
    if found.left_out:
        parts.append(f"{found.left_out} left out: closed, or of another size")
    return FACTS.join(parts)


def _pixels(radius: float) -> str:
    """Return the least whole number of pixels that holds a radius: no eye tells parts of one."""
    whole = math.ceil(radius)
    return f"{whole} pixel{'' if whole == 1 else 's'}"
