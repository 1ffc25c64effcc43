"""The weight that an operation was given where it is no parameter: normed, standardised, cut out, a fixed filter."""

from torch import Tensor, nn

from explorer.forward.arguments import bind
from explorer.forward.recording import Recording
from explorer.records.kernels import reads_a_weight
from explorer.records.trace import Node


def used_weight(recording: Recording, model: nn.Module, node: Node) -> dict[str, Tensor]:
    """Return the weight that a convolution or a linear layer used, as it was then, by the name it would have.

    Empty if it is a parameter, or if the operation has none.

    Raises:
        LetGoError: It was made by an operation whose value is not held.
    """
    operation = recording.operations[node.id]
    if operation.asked is None or not reads_a_weight(node):
        return {}
    weight = (bind(*operation.asked) or {}).get("weight")
    if not isinstance(weight, Tensor) or isinstance(weight, nn.Parameter):
        return {}
    buffers = {id(buffer): name for name, buffer in model.named_buffers()}
    name = buffers.get(id(weight), f"{node.module}.weight" if node.module else "weight")
    for source in node.inputs:
        made = recording.operations[source]
        for number, result in enumerate(made.results):
            if result is weight:
                return {name: recording.value(source, number)}  # as it was before anything wrote into it
    return {name: weight}
