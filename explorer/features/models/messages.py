"""What can be asked about models beside loading them."""

from dataclasses import dataclass

from explorer.engine.command import Command, Lane, Urgency


@dataclass(frozen=True)
class SummariseModel(Command[str]):
    """Asks for torchinfo's table of the layers, shapes and parameters of a forward's model."""

    lane, urgency, doing = Lane.WORK, Urgency.SELECTED, "summarising the model"

    forward: int


@dataclass(frozen=True)
class DownloadWeights(Command[str]):
    """Asks to download the pretrained weights of `name`; answered by the path of the verified file."""

    lane, urgency, doing = Lane.SIDE, Urgency.BESIDE, "downloading the weights of {name}"

    name: str
