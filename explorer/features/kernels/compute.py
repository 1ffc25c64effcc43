"""Answers what is asked of the tensors that an operation reads."""

from explorer.engine import recall
from explorer.engine.bench import Bench
from explorer.engine.command import answers
from explorer.engine.memos import Memos
from explorer.engine.task import Task
from explorer.engine.values import Summary
from explorer.features.kernels import tensors
from explorer.features.kernels.messages import ViewKernel
from explorer.features.kernels.used import used_weight
from explorer.records.errors import ExplorerError
from explorer.records.kernels import KernelChoice, KernelPicture


@answers(ViewKernel)
def view_kernel(ask: ViewKernel, bench: Bench, task: Task) -> KernelPicture:
    """Draw a tensor; its statistics are computed once, whatever the order and the scale."""
    forward, node = bench.node(ask.forward, ask.node)
    module = forward.model.module
    if ask.again:
        recall.hold(bench, forward, node.inputs, task)  # one of them may be a weight that was made
    made = used_weight(forward.recording, module, node)
    owned = made | tensors.tensors_of(module, node)
    if not owned:
        raise ExplorerError(
            f"{node.person_name} has no parameters; choose a convolution, a linear layer or a norm."
        )
    name = tensors.chosen(owned, ask.parameter)
    # Parameters are the model's; a weight that was made may be another one in the next forward, or the next call.
    summaries = forward.memo(_summaries) if name in made else forward.model.memo(_summaries)
    key = (f"{node.id}: {name}" if name in made else name, ask.colour)
    picture = tensors.view(
        owned,
        name,
        node,
        KernelChoice(ask.parameter, ask.order, ask.descending, ask.colour),
        tensors.convolution_of(module, name),
        ask.shared_scale,
        ask.aspect,
        summaries.get(key),
    )
    summaries[key] = picture.statistics, picture.histogram
    return picture


def _summaries(_of: Memos) -> dict[tuple[str, bool], Summary]:
    """Statistics and histograms of tensors, by name and whether filters are in colour; none as yet."""
    return {}
