"""Answers what is asked about reasons."""

from explorer.engine.bench import Bench
from explorer.engine.command import answers
from explorer.engine.task import Task
from explorer.features.reasons.aim import labels_of
from explorer.features.reasons.explaining import Explaining
from explorer.features.reasons.messages import Explain, Explanation, ListClasses
from explorer.features.reasons.opening import opened


@answers(Explain)
def explain(ask: Explain, bench: Bench, task: Task) -> Explanation:
    """Let the model of a forward run again, and tell why a class got its score."""
    held = bench.forward(ask.forward)
    node = None if ask.node is None else bench.node(ask.forward, ask.node)[1]
    held.background.finish(task.check)
    with opened(held, ask, task) as network:
        return Explaining(network, ask.method, ask.settings, task, node).run()


@answers(ListClasses)
def list_classes(ask: ListClasses, bench: Bench, _task: Task) -> tuple[str, ...]:
    """Name all classes of a forward's answer."""
    return labels_of(bench.forward(ask.forward), ask.way)
