"""The same for a module and tensors: what `explorer.explain` does."""

from dataclasses import replace
from typing import Any

from torch import Tensor, nn

from explorer.engine.aim import plain_aim
from explorer.engine.arguments import Arguments
from explorer.engine.recorded import record
from explorer.engine.task import Task
from explorer.features.reasons.explaining import Explaining
from explorer.features.reasons.messages import Explanation, MethodSettings
from explorer.features.reasons.methods import Method
from explorer.features.reasons.network import Network
from explorer.features.reasons.opening import SHARE, free_on
from explorer.records.errors import ExplorerError, UsageError


def explain(
    model: nn.Module,
    image: Tensor,
    method: str,
    target: int | None,
    layer: str | None,
    settings: dict[str, Any],
) -> Explanation:
    """Record `model(image)` and explain the score of a class; arguments as for `explorer.explain`.

    Raises:
        UsageError: There is no such method, class, layer or setting, or `image` is no picture.
        ExplorerError: It cannot be explained.
    """
    wanted, told = _method(method), _settings(settings)
    if not isinstance(image, Tensor) or image.dim() != 4 or len(image) != 1 or not image.is_floating_point():
        raise UsageError("Reasons are told on one picture: give a tensor of real numbers (1, C, H, W).")
    forward = record(model, (image,), {})
    if forward.trace.error is not None:
        raise ExplorerError(f"{forward.trace.failure}; what gave no answer cannot be explained.")
    if layer is not None and not wanted.about.at_layer:
        raise UsageError(f"{wanted.about.title} looks at pixels, at no layer; leave out the layer.")
    node = None if layer is None else forward.trace.find(layer)

    def arguments(images: Tensor) -> Arguments:
        return Arguments((images,), {})

    aim = plain_aim(forward, target)
    free = 0 if model.training else free_on(str(image.device)) // SHARE
    with forward.course.again as again:
        network = Network(forward, again, arguments, image.detach(), aim, free)
        return Explaining(network, wanted, told, Task(), node).run()


def _method(name: str) -> Method:
    if name not in list(Method):
        raise UsageError(f"There is no method named {name!r}; there are {', '.join(Method)}.")
    return Method(name)


def _settings(told: dict[str, Any]) -> MethodSettings:
    try:
        return replace(MethodSettings(), **told)
    except TypeError:
        names = ", ".join(vars(MethodSettings()))
        raise UsageError(f"Among {', '.join(told)} is no setting of a method; there are {names}.") from None
