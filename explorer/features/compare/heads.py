"""Who is compared: name, weights, input and image of a network, in the colour of its letter."""

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from explorer.records import units
from explorer.records.names import plain
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.loading import short_name
from explorer.window.scene import Scene, Seat
from explorer.window.theme import SPACING
from explorer.window.widgets.elided import FACTS, ElidedLabel, FactsLabel
from explorer.window.widgets.parts import label

MEMORY = (
    "What both take in memory now: weights as loaded, and the values that are held to look at: the output of each "
    "operation, also of one that writes in place. Activations in the table of facts are without what is written in "
    "place."
)


class SeatHead(QWidget):
    """Two lines about one network.

    Args:
        letter: What it is called in short.
        series: The colour of the letter in the theme.
    """

    def __init__(self, letter: str, series: int) -> None:
        super().__init__()
        self.setAccessibleName(f"Network {letter}")
        self._series = series
        self.letter = label("heading")
        self.letter.setText(letter)
        self.letter.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.name = ElidedLabel(role="title")
        self.weights = label("muted")
        self.weights.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.facts = FactsLabel(role="muted")
        first = QHBoxLayout()
        first.setSpacing(SPACING)
        first.addWidget(self.name)
        first.addWidget(self.weights)
        first.addStretch(1)
        lines = QVBoxLayout()
        lines.setSpacing(0)
        lines.addLayout(first)
        lines.addWidget(self.facts)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING)
        row.addWidget(self.letter)
        row.addLayout(lines, 1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.dress()

    def dress(self) -> None:
        """Give the letter its colour in the theme."""
        self.letter.setStyleSheet(f"color: {theme.series_colour(self._series).name()}")

    def show_seat(self, scene: Scene, seat: Seat) -> None:
        """Tell of a seat: the network that is there, and which one is coming in its place."""
        model, wanted = seat.model, seat.wanted
        coming = wanted is not None and not seat.is_live
        if coming and wanted is not None:
            self.name.say(short_name(wanted.name))
            self._say_weights("loading…", "muted")
            self.facts.say(
                f"{plain(model.entry.full_name)} stays until it is there" if model is not None else ""
            )
        elif model is None:
            self.name.say("no network")
            self._say_weights("", "muted")
            self.facts.say("")
        else:
            self.name.say(short_name(model.entry.full_name), plain(model.entry.full_name))
            role = "ok" if model.pretrained else "warning" if model.is_random else "muted"
            self._say_weights(model.weights, role)
            self.weights.setToolTip(fmt.tip("\n".join((model.weights, *model.notes))))
            self.facts.say(FACTS.join(_facts(scene, seat)))

    def _say_weights(self, text: str, role: str) -> None:
        self.weights.setText(text)
        if self.weights.property("role") != role:
            self.weights.setProperty("role", role)
            self.weights.style().unpolish(self.weights)
            self.weights.style().polish(self.weights)


def _facts(scene: Scene, seat: Seat) -> list[str]:
    model, forward, image = seat.model, seat.forward, scene.image_of(seat)
    assert model is not None, "asked only of a seat with a model"
    if forward is not None and forward.trace.error is not None:
        return [f"stopped at {forward.trace.error.name}: {forward.trace.error.told}"]
    told = [image.source.name] if image is not None else []
    if forward is not None:
        told.append(units.shape(forward.trace.input_shape[-2:]))
    return [*told, f"{units.count(model.params)} parameters", model.device]


def together(scene: Scene) -> str:
    """Return what both take in memory: weights as loaded, and values as held to look at."""
    models = [seat.model for seat in scene.seats if seat.model is not None]
    forwards = [seat.forward for seat in scene.seats if seat.forward is not None]
    weights = units.bytes_(sum(it.weight_bytes for it in models))
    values = units.bytes_(sum(it.held_bytes for it in forwards))
    return (
        f"both: {weights} of weights, {values} held to look at"
        if len(models) > 1 and len(forwards) > 1
        else ""
    )
