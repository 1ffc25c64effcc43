"""What can be asked of the tensors that an operation reads."""

from dataclasses import dataclass

from explorer.engine.command import Urgency
from explorer.engine.messages import Look
from explorer.records.kernels import KernelOrder, KernelPicture


@dataclass(frozen=True)
class ViewKernel(Look[KernelPicture]):
    """Asks for a parameter of operation `node`, or a norm's running statistics; fails if it has none.

    Attributes:
        forward: Number of the forward.
        shared_scale, aspect: As for a value.
        parameter, order, descending, colour: As in `KernelChoice`.
    """

    urgency, doing = Urgency.SELECTED, "reading a kernel"

    forward: int
    node: int
    shared_scale: bool = True
    aspect: float = 1.0
    parameter: str = ""
    order: KernelOrder = KernelOrder.INDEX
    descending: bool = False
    colour: bool = True
