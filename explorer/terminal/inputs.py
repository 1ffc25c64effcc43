"""What a model is run on where no image is given."""

from explorer.engine.messages import OpenNoise
from explorer.records.models import LoadedModel, TextInput

INPUT = "input"
"""The key of a verb's one input."""


def noise(model: LoadedModel, shape: tuple[int, ...] | None = None) -> OpenNoise:
    """Return the command that opens noise of a shape, by default that of the model's own input, under `INPUT`."""
    preprocess = model.preprocess
    vocabulary = preprocess.vocabulary if isinstance(preprocess, TextInput) else 0
    return OpenNoise(INPUT, shape or preprocess.shape, vocabulary)


def no_images(model: str) -> str:
    """Return one line for a person who gave an image to a network that reads text."""
    return f"{model} reads words, no images; `arch-explorer trace {model}` gives it random letters."
