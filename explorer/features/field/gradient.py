"""The row that lays over the picture what the unit really uses of its field."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from explorer.features.field.messages import EffectiveField, FindEffectiveField, Source
from explorer.records.edits import NOTHING
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.live import tried
from explorer.window.scene import Scene
from explorer.window.widgets.elided import FACTS, shorter
from explorer.window.widgets.line import Line
from explorer.window.widgets.list_rows import ListBox
from explorer.window.widgets.scale_bar import ScaleBar

_TIP = (
    "What the unit really uses: how much its value changes for each step of a normalised pixel, of one image or on "
    "average (root of the mean square) over all open ones or eight of noise – the effective receptive field of Luo et "
    "al. 2016. The strongest 1 % share the last colour. Below the picture: how far from the middle of the field half "
    "and 95 % of the squared gradient lie."
)
_STEP = (
    "How much the value of the unit changes for each step of a pixel, its colours together (the length of the "
    "gradient). A step is 1 of what the network reads, the pixel after normalisation."
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
        self._scale.setToolTip(fmt.tip(_STEP))
        self._said = Line()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACING)
        row.addWidget(name)
        row.addWidget(self._box)
        row.addWidget(self._scale)
        row.addWidget(self._said, 1)
        self._scale.hide()
        self._box.activated.connect(lambda place: self.source_chosen.emit(self._box.itemData(place)))

    def set_source(self, source: Source | None, is_of_unit: bool = True) -> None:
        """Show what the person chose, nobody is told; while a pixel is looked at, no unit, there is no choice."""
        self._box.setEnabled(is_of_unit)
        source = source if is_of_unit else None
        with QSignalBlocker(self._box):
            self._box.setCurrentIndex(self._box.findText(source.value if source is not None else _OFF))

    def set_found(self, found: EffectiveField | None) -> None:
        """Show what the colours are; None for nothing."""
        self._scale.setVisible(found is not None and found.heat.full > 0)
        if found is not None:
            self._scale.set_scale(0, float(f"{found.heat.full:.2g}"), False)
        self._say(("",) if found is None else described(found), "" if found is None else _STEP)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the colours give way to the words beside them where there is little room."""
        super().resizeEvent(event)
        self._scale.set_short(self.width() < _ROOM_FOR_COLOURS)

    def say(self, text: str) -> None:
        """Say why there is nothing, or nothing new."""
        self._say((text,))

    def _say(self, wordings: tuple[str, ...], more: str = "") -> None:
        self._said.say(*((it, "") for it in wordings))
        self._said.explain(more)

    @property
    def box(self) -> ListBox:
        """Where the person chooses."""
        return self._box

    @property
    def tip(self) -> str:
        """What the tooltip of that says."""
        return self._said.toolTip()

    @property
    def said(self) -> str:
        """What is said where there is room."""
        return self._said.whole[0]


def reach_of(found: EffectiveField) -> tuple[str, ...]:
    """Return how far from the middle of the field the squared gradient lies, the longest wording first, or none."""
    if found.half is None or found.most is None:
        return ()
    half, most = _pixels(found.half), _pixels(found.most)
    return (
        FACTS.join((f"half of the gradient within {half} of the middle", f"95 % within {most}")),
        f"half within {half} of the middle, 95 % within {math.ceil(found.most)}",
        f"half within {math.ceil(found.half)}, 95 % within {most}",
        f"half in {math.ceil(found.half)}, 95 % in {most}",
    )


def described(found: EffectiveField) -> tuple[str, ...]:
    """Return what the colours are, and of how many inputs, the longest wording first."""
    facts = [f"{found.inputs:,} inputs"] if found.inputs != 1 else []
    if found.left_out:
        facts.append(f"{found.left_out:,} left out: closed, or of another size")
    if found.half is None or found.most is None:
        said = FACTS.join(("the gradient is zero", "no small change of a pixel changes this value", *facts))
        return tuple(shorter(said))
    long, short = ((said, *facts) for said in ("change of the value per step of a pixel", "change per pixel"))
    return (*shorter(FACTS.join(long)), *shorter(FACTS.join(short)))


def _pixels(radius: float) -> str:
    """Return the least whole number of pixels that holds a radius: no eye tells parts of one."""
    whole = math.ceil(radius)
    return f"{whole} pixel{'' if whole == 1 else 's'}"
