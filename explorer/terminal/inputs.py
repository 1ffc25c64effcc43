"""What a model is run on where no image is given, and how the one that is asked for is loaded."""

import argparse
from dataclasses import replace

from explorer.engine.messages import LoadModel, OpenNoise
from explorer.records.models import LoadedModel, TextInput
from explorer.terminal import text
from explorer.terminal.verb import Ask

INPUT = "input"
"""The key of a verb's one input."""


def load(options: argparse.Namespace, ask: Ask) -> LoadedModel:
    """Load the model that the options name, and say what should be known of it."""
    command = LoadModel(options.model, options.weights, options.seed, options.device, options.trust)
    model = ask(replace(command, random_head=options.random_head))
    text.say(*model.notes)
    return model


def noise(model: LoadedModel, shape: tuple[int, ...] | None = None) -> OpenNoise:
    """Return the command that opens noise of a shape, by default that of the model's own input, under `INPUT`."""
    preprocess = model.preprocess
    vocabulary = preprocess.vocabulary if isinstance(preprocess, TextInput) else 0
    return OpenNoise(INPUT, shape or preprocess.shape, vocabulary)


def no_images(model: str) -> str:
    """Return one line for a person who gave an image to a network that reads text."""
    return f"{model} reads words, no images; `arch-explorer trace {model}` gives it random letters."
