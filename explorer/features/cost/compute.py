"""Answers what is asked about cost."""

from explorer.engine import live
from explorer.engine.bench import Bench
from explorer.engine.command import answers
from explorer.engine.task import Task
from explorer.features.cost.messages import Measure, Measurement
from explorer.forward import timing


@answers(Measure)
def measure(ask: Measure, bench: Bench, task: Task) -> Measurement:
    """Time the forward again, nothing recorded, and once more operation by operation."""
    forward = bench.forward(ask.forward)
    forward.background.finish(task.check)
    with forward.model.mode(forward.training) as module:
        with live.one_line_for(f"{forward.trace.model} cannot be measured"):
            timed = timing.measure(
                module,
                (forward.input(),),
                forward.recording.operations,
                ask.runs,
                task.check,
                lambda done, total: task.report(done, total, "measuring"),
            )
        if not forward.training:
            return Measurement(timed, forward.memory)
        with live.one_line_for(f"{forward.trace.model} cannot be trained"):
            step = timing.train_steps(module, (forward.input(),), ask.runs, task.check)
    return Measurement(timed, forward.memory, step)
