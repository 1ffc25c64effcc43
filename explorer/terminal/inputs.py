"""What a model is run on where no image is given, and how the one that is asked for is loaded."""

import argparse
from dataclasses import replace

from explorer.engine.messages import LoadModel, OpenNoise
from explorer.records.errors import UsageError
from explorer.records.models import LoadedModel, Preprocess, Slot, TensorInput, TextInput
from explorer.terminal import options as common
from explorer.terminal import text
from explorer.terminal.verb import Ask

INPUT = "input"
"""The key of a verb's first input."""


def load(options: argparse.Namespace, ask: Ask, seat: int = 0) -> LoadedModel:
    """Load the model that the options name into a seat, and say what should be known of it."""
    command = LoadModel(
        options.model, options.weights, options.seed, options.device, options.trust, seat=seat
    )
    return said(ask(replace(command, random_head=options.random_head, told=common.told(options))))


def said(model: LoadedModel) -> LoadedModel:
    """Say what should be known of a model."""
    text.say(*model.notes)
    return model


def keys_of(inputs: int) -> tuple[str, ...]:
    """Return the keys of so many inputs; the first is `INPUT`."""
    return tuple(INPUT if place == 0 else f"{INPUT} {place + 1}" for place in range(inputs))


def noise(
    model: LoadedModel, ask: Ask, shapes: list[tuple[str, tuple[int, ...]]], batch: int = 0
) -> tuple[str, ...]:
    """Open noise for each input of a model.

    Args:
        model: It takes these.
        ask: Asks the engine.
        shapes: Names and shapes that the person said; a person's own network has been told them.
        batch: How many images at once; 0 for as many as it takes or was told.

    Returns:
        The keys of the inputs, in order.
    """
    slots = _shaped(model, shapes)
    keys = keys_of(len(slots))
    for key, slot in zip(keys, slots, strict=True):
        shape, kind = slot.takes.shape, slot.takes
        vocabulary = kind.vocabulary if isinstance(kind, TextInput | TensorInput) else 0
        ask(OpenNoise(key, (batch, *shape[1:]) if batch and shape else shape, vocabulary))
    return keys


def _shaped(model: LoadedModel, shapes: list[tuple[str, tuple[int, ...]]]) -> tuple[Slot, ...]:
    if not shapes or model.entry.source == "file":
        return model.inputs
    if len(shapes) > len(model.inputs):
        raise UsageError(
            f"{model.entry.full_name} takes one input, and {len(shapes)} shapes were given; give one --shape."
        )
    vocabulary = 0 if isinstance(model.preprocess, Preprocess) else model.preprocess.vocabulary
    return (Slot(shapes[0][0], TensorInput(shapes[0][1], vocabulary)),)


def no_images(model: str) -> str:
    """Return one line for a person who gave an image to a network that reads text."""
    return f"{model} reads words, no images; `arch-explorer trace {model}` gives it random letters."
