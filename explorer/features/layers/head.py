"""The head over the lenses: what the operation is, in a sentence, and a line of facts about it."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.features.layers.known_time import known_time
from explorer.records import describe, phrases
from explorer.records.trace import Node, Trace
from explorer.window import format as fmt
from explorer.window.desk import Desk
from explorer.window.explore import HEAD_HEIGHT
from explorer.window.glossary import explain_all
from explorer.window.scene import Scene
from explorer.window.spec import Wish
from explorer.window.theme import SPACING
from explorer.window.widgets.elided import FACTS, ElidedLabel, FactsLabel, fitting, names_of

_HEADING = 3 * SPACING
_LINE = HEAD_HEIGHT - _HEADING
_ANY_TIME = f"time {fmt.milliseconds(0.444)}"  # as wide as a time can be
_NOTHING = "Open an image to see what the network makes of it"


class _Heading(ElidedLabel):
    """A sentence that is shortened by whole parts: first what stands behind the colon, then behind commas."""

    def said_in(self, width: int) -> str:
        text = self.text()
        shorter = (text, phrases.deed(text), phrases.deed(text).partition(", ")[0])
        fits = (it for it in shorter if self.fontMetrics().horizontalAdvance(it) <= width)
        return next(fits, shorter[-1])


class _Line(FactsLabel):
    """Where there is little room, what the operation does goes first: the heading says it; then facts in other words.

    The time is measured later than the rest is known: its room is kept from the beginning, so that nothing goes for it,
    and where there is none the sign of more stands there from the beginning.
    """

    time = ""

    def say_facts(self, wordings: Sequence[Sequence[str]], tip: str, time: str) -> None:
        """Show facts, the longest wording first, and after them the time, empty until it is known."""
        self.time = time
        first, *others = (FACTS.join(filter(None, (*facts, _ANY_TIME))) for facts in wordings)
        self.say(first.replace(_ANY_TIME, time).rstrip(), tip, first, *others)

    def said_in(self, width: int) -> str:
        if not self._shorter:
            return super().said_in(width)
        said = fitting(self._shorter, self.fontMetrics(), width)
        return self._most_of(said.split(FACTS), width).replace(_ANY_TIME, self.time).rstrip()


class HeadPane:
    """Two lines of fixed heights, so that nothing moves while one steps."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._said: tuple[Node, Trace, str, float | None] | None = None
        self.heading = _Heading(role="heading")
        self.heading.setFixedHeight(_HEADING)
        self.heading.setAccessibleName("What the operation does")
        self.line = _Line(role="muted")
        self.line.setFixedHeight(_LINE)
        self.line.setAccessibleName("Facts about the operation")
        self.widget = QWidget()
        column = QVBoxLayout(self.widget)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.heading)
        column.addWidget(self.line)
        desk.settled.connect(self._on_settled)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish nothing: the trace says it all, and the time is added once somebody else has asked for it."""
        return None

    def show(self, scene: Scene, answer: Any) -> None:
        """Say what the operation is; while another forward is on its way, what is there stays."""
        node, trace = scene.current, scene.trace
        if node is not None and trace is not None:
            self._say(node, trace, scene.module, _time(self._desk, scene))
        elif trace is not None and trace.error is not None:
            self._said = None
            self.heading.say(f"{trace.error.name or trace.error.op or trace.model} failed")
            self.line.say(trace.error.message, "The operations before it can be looked at.")
        elif not scene.is_coming:
            self._said = None
            self.heading.say(_NOTHING if scene.selected is None else "No operation to show yet")
            self.line.say("")

    def _on_settled(self) -> None:
        """Add the time when it comes, without a step."""
        if self._said is not None and self._said[3] is None:
            scene = self._desk.scene
            if scene.current is self._said[0] and (time := _time(self._desk, scene)) is not None:
                self._say(*self._said[:3], time)

    def _say(self, node: Node, trace: Trace, module: str, time: float | None) -> None:
        """Say what an operation does; of a module that was picked, that its output is that of this operation."""
        if self._said is not None and self._said[0] is node and self._said[2:] == (module, time):
            return
        self._said = (node, trace, module, time)
        sentence = describe.sentence(node, trace)
        does = describe.summary(node)
        stopped = describe.stopped_after(node, trace)
        where = f"then stopped at {stopped}" if stopped else ""
        if module:
            self.heading.say(f"Output of {module}: {phrases.channels(node.shape)}", sentence)
        else:
            self.heading.say(sentence, explain_all(sentence))
        tip = stopped or explain_all("receptive field bytes")
        whose = "its last operation: " if module else ""
        names = [f"{whose}{it}" for it in names_of(node.person_name)]
        field, short = _field(node, trace)
        rest = (where.partition(": ")[0], short, _memory(node))
        wordings = [(names[0], where, does, field, rest[-1]), (names[0], where, field, rest[-1])]
        wordings += [(names[0], rest[0], field, rest[-1]), *((name, *rest) for name in names)]
        self.line.say_facts(wordings, tip, f"time {fmt.milliseconds(time)}" if time is not None else "")


def _field(node: Node, trace: Trace) -> tuple[str, str]:
    """Return the receptive field of a unit far from the border, and the same in short.

    A unit nearer to the border sees less of the input.
    """
    field = node.receptive_field
    has_size = field is not None and field.size is not None and field.status not in ("global", "unknown")
    said = describe.field_text(field, trace.input_shape)
    if has_size:
        return f"receptive field {said}", f"field {said.removesuffix(' pixels')}"
    return f"one value sees {said}", f"sees {said}"


def _memory(node: Node) -> str:
    """Return the memory of an operation's output; what is returned has none of its own."""
    if node.op == "output":
        return ""
    return "not kept" if node.within is not None else f"output {fmt.bytes_(node.bytes)}"


def _time(desk: Desk, scene: Scene) -> float | None:
    spread = known_time(desk, scene)
    return spread.median if spread is not None else None
