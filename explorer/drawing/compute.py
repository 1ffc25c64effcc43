"""Answers how a forward is drawn."""

from explorer.drawing import page
from explorer.drawing.draft import Draft
from explorer.drawing.messages import DrawGraph, Drawing
from explorer.drawing.structure import build
from explorer.engine.bench import Bench
from explorer.engine.command import answers
from explorer.engine.recorded import RecordedForward
from explorer.engine.task import Task


@answers(DrawGraph)
def draw_graph(ask: DrawGraph, bench: Bench, _task: Task) -> Drawing:
    """Draw a forward; what was laid out for one drawing is kept for the next."""
    draft = bench.forward(ask.forward).memo(_draft)
    opened = ask.opened
    if opened is None:
        opened = (
            page.readable(draft.structure) if ask.depth is None else page.to_depth(draft.structure, ask.depth)
        )
    if ask.showing is not None:
        bench.node(ask.forward, ask.showing)  # says so if there is none
        opened |= page.around(draft.structure, ask.showing)
    return draft.draw(opened, ask.across)


def _draft(forward: RecordedForward) -> Draft:
    return Draft(build(forward.trace))
