"""Architecture Explorer: see a vision network think.

Importing it brings neither torch nor Qt; its functions import what they need.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

__all__ = ["__version__", "attention", "build_window", "explain", "record"]
__version__ = "0.1.0"


def record(model: Any, /, *inputs: Any, **named: Any) -> Any:
    """Run `model(*inputs, **named)` once, without gradients, and record every operation.

    The model, its inputs and the random state are afterwards what they were before. If the forward fails, what ran
    before is there, and `trace.error` says where and why.

    Args:
        model: A `torch.nn.Module`, in the mode it is to be recorded in.
        inputs, named: What its forward takes.

    Returns:
        An `explorer.engine.recorded.RecordedForward`: its `trace`, `value(name)`, `receptive_field(name, unit)`.

    Raises:
        UsageError: There is no tensor among the inputs.
    """
    return import_module("explorer.engine.recorded").record(model, inputs, named)


def explain(
    model: Any,
    image: Any,
    /,
    *,
    method: str = "grad-cam",
    target: int | None = None,
    layer: str | None = None,
    **settings: Any,
) -> Any:
    """Run `model(image)` again and tell why a class got its score; the model is afterwards what it was.

    Args:
        model: A `torch.nn.Module` that returns a row of class scores, in the mode it is to be explained in.
        image: A tensor (1, C, H, W).
        method: `grad-cam`, `grad-cam++`, `layer-cam`, `eigen-cam`, `input-x-gradient`, `integrated-gradients`,
            `smoothgrad`, `score-cam`, `occlusion` or `rise`.
        target: Number of the class; None for the one with the highest score.
        layer: Name of an operation or path of a module, for the methods that look at a layer; None for a good one.
        settings: `steps`, `samples`, `noise`, `patch`, `stride`, `masks`, `seed`, as the methods need them.

    Returns:
        An `explorer.features.reasons.messages.Explanation`; its `heat.values` are the map (h, w), not normalised.

    Raises:
        ExplorerError: With one line on what cannot be explained, and why.
    """
    explaining = import_module("explorer.features.reasons.recorded")
    return explaining.explain(model, image, method, target, layer, settings)


def attention(forward: Any, name: str | None = None) -> Any:
    """Return how the tokens of a recorded forward look at each other, in one of its attentions.

    Args:
        forward: What `record` returned.
        name: Of an operation that belongs to it, or the path of a module; None for the last attention.

    Returns:
        An `explorer.features.attention.reading.Looks`: its `weights` (heads, queries, keys), `grid`, `extra`.

    Raises:
        UsageError: There is no operation of that name, or it belongs to no attention.
        ExplorerError: The attention keeps no weights, or too many to hand out.
    """
    return import_module("explorer.features.attention.reading").looks(forward, name)


def build_window(link: Any = None, model: str | None = None, images: Sequence[str] = ()) -> Any:
    """Return the program's main window, a `QMainWindow` that is not shown yet; a `QApplication` must be alive.

    Args:
        link: An `explorer.engine.link.EngineLink` that was started before Qt was imported; None starts one.
        model: Name of the model to load first; None for the last one used, or the default.
        images: Files and folders to open, as if they were dropped.
    """
    start = import_module("explorer.window.start").Start(model, tuple(images))
    features = import_module("explorer.features").features()
    return import_module("explorer.window.app").assemble(start, features, link)
