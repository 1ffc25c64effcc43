"""What both ends of the pipe agree on besides the messages: lanes, words for what is done, the engine's state."""

from dataclasses import dataclass
from enum import IntEnum

from explorer.engine.messages import (
    Classify,
    CloseImage,
    Command,
    DownloadWeights,
    EmbedImages,
    FindNGrams,
    ListModels,
    LoadModel,
    LocateField,
    LocateUnits,
    Measure,
    OpenImage,
    Record,
    SaveBackbone,
    SaveEmbeddings,
    SaveFigure,
    StudyInitialisation,
    SummariseModel,
    ViewKernel,
    ViewValue,
)


class Lane(IntEnum):
    """Requests of one lane are answered one after the other; lanes do not wait for each other."""

    WORK = 0  # the main thread: loads and forwards
    VIEW = 1  # looks into a recording; must never wait for a long forward
    SIDE = 2  # lists and downloads


def lane_of(command: Command) -> Lane:
    """Return the lane that answers `command`."""
    match command:
        case ViewValue() | ViewKernel() | LocateField() | LocateUnits() | FindNGrams():
            return Lane.VIEW
        case ListModels() | DownloadWeights():
            return Lane.SIDE
        case _:
            return Lane.WORK


def activity(command: Command) -> str:
    """Say what `command` does, to be put after "while": `loading resnet50`."""
    match command:
        case ListModels():
            return "listing the models"
        case LoadModel(name=name):
            return f"loading {name}"
        case OpenImage(source=source):
            return f"opening {source.name}"
        case CloseImage():
            return "closing an image"
        case Classify():
            return "classifying an image"
        case Record():
            return "recording a forward pass"
        case ViewValue() | ViewKernel():
            return "reading a value"
        case LocateField() | LocateUnits():
            return "locating a receptive field"
        case FindNGrams():
            return "looking for n-grams"
        case Measure():
            return "measuring the model"
        case StudyInitialisation():
            return "comparing initialisations"
        case SaveFigure(path=path):
            return f"drawing {path}"
        case EmbedImages():
            return "embedding images"
        case SaveBackbone(path=path) | SaveEmbeddings(path=path):
            return f"writing {path}"
        case SummariseModel():
            return "summarising the model"
        case DownloadWeights(name=name):
            return f"downloading the weights of {name}"


# ---- what passes through the pipe besides messages ----


@dataclass(frozen=True)
class Ready:
    """The engine is built; from now on it must be responsive."""


@dataclass(frozen=True)
class Broken:
    """The engine cannot be built, and would not be if it were tried again."""

    message: str


@dataclass(frozen=True)
class Begun:
    """Request `id` is being worked on."""

    id: int


@dataclass(frozen=True)
class Stop:
    """The client asks the host to end."""
