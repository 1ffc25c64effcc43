"""The lens of cost: the whole forward as bars and as a table, the operation that is shown marked in both."""

from typing import Any

from explorer.engine.envelopes import Failure
from explorer.features.cost import measuring
from explorer.features.cost.allowance import allow
from explorer.features.cost.choice import Allowing
from explorer.features.cost.view import NO_TIME, MeasuresView
from explorer.records.forward import Forward
from explorer.records.measures import Measurement
from explorer.window.desk import Desk
from explorer.window.scene import Scene
from explorer.window.spec import Export, Waiting, Wish
from explorer.window.widgets.elided import FACTS
from explorer.window.widgets.picture_exports import figure_of
from explorer.window.widgets.tables import table_of, with_figure


class CostPane:
    """Shows what is known at once; times join it when they are measured."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._forward: Forward | None = None
        self._answer: Any = None
        self.widget = MeasuresView(desk.action("measure"))
        self.widget.node_selected.connect(self._on_node_selected)
        self.widget.memory.entered.connect(self._on_memory_entered)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the times of the forward."""
        return measuring.wish(scene)

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the forward and its times, or why there are none."""
        view, forward = self.widget, scene.forward
        if forward is None and scene.is_coming:
            return
        if forward is not self._forward:
            self._forward, self._answer = forward, None
            view.set_trace(*((forward.trace, forward.memory) if forward else (None, None)))
        if forward is None:
            return
        if answer is not self._answer and not isinstance(answer, Waiting):
            self._answer = answer
            view.set_measurement(answer if isinstance(answer, Measurement) else None)
        if not isinstance(answer, Measurement):
            view.set_note(_why_no_time(forward, answer), isinstance(answer, Waiting))
        if scene.node is not None:
            view.select_node(scene.node)
        view.memory.say(scene.load, forward, measuring.holding(scene))
        if scene.choice(Allowing).wanted:
            self._desk.choose(Allowing())
            view.memory.edit()

    def exports(self) -> tuple[Export, ...]:
        """Offer the table, and the bars as a figure."""
        return tuple(
            with_figure(table_of(self.widget.table, figure.name), figure)
            for figure in figure_of(self._desk.scene, self.widget.charts, "cost", of_input=False)
            if self.widget.table.operations
        )

    def _on_memory_entered(self, text: str) -> None:
        allow(self._desk, text)
        self.widget.memory.restore()  # until the engine says that it is so

    def _on_node_selected(self, node: int) -> None:
        if self._forward is not None and node != self._desk.scene.node:
            self._desk.pick(self._forward.trace, node)


def _why_no_time(forward: Forward, answer: Any) -> str:
    if forward.trace.error is not None:
        return "A forward that fails is not measured."
    if isinstance(answer, Failure):
        return FACTS.join(("The time was not measured; “Measure time” asks again", measuring.why_not(answer)))
    if isinstance(answer, Waiting):
        if answer.total:
            return f"Measuring the time of the network, {answer.done} of {answer.total} runs…"
        return "The time of the network will be measured when nothing else is going on…"
    return NO_TIME
