"""Answers what is asked of the value of an operation."""

from pathlib import Path

from explorer.engine import values
from explorer.engine.bench import Bench
from explorer.engine.command import answers
from explorer.engine.task import Task
from explorer.features.maps.messages import SaveFigure, ViewValue
from explorer.features.maps.summaries import Summaries
from explorer.records.errors import ExplorerError
from explorer.records.values import ValueView


@answers(ViewValue)
def view_value(ask: ViewValue, bench: Bench, _task: Task) -> ValueView:
    """Draw a value; the first look into a forward begins to summarise all its values ahead."""
    forward, node = bench.node(ask.forward, ask.node)
    summaries = forward.memo(Summaries)
    if not 0 <= ask.output < len(node.outputs):
        raise ExplorerError(
            f"{node.name} has no output {ask.output}: it has {len(node.outputs)}, counted from 0."
        )
    first = ask.output == 0  # fields and summaries are those of first outputs
    return values.view(
        forward.recording.value(node.id, ask.output),
        node.id,
        node.name,
        forward.fields.fields[node.id] if first else None,
        ask.shared_scale,
        ask.aspect,
        summary=summaries.get(node.id) if first else None,
    )


@answers(SaveFigure)
def save_figure(ask: SaveFigure, bench: Bench, task: Task) -> str:
    """Draw a value into a file."""
    from explorer.features.maps import figure  # here, because importing matplotlib takes half a second

    task.report(0, 0, "drawing")
    view = view_value(ViewValue(ask.forward, ask.node, aspect=ask.aspect), bench, task)
    figure.save(view, bench.forward(ask.forward).trace.model, Path(ask.path))
    return ask.path
