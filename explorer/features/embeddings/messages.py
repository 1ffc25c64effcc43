"""What can be asked of a network as a backbone."""

from dataclasses import dataclass

from explorer.engine.command import Command, Lane, Urgency
from explorer.records.embeddings import Embeddings, Pooling


@dataclass(frozen=True)
class EmbedImages(Command[Embeddings]):
    """Asks for the embeddings of the images `keys` at operation `node`; those known already cost no forward.

    Attributes:
        forward: Number of the forward whose model is cut; images come at its size.
        pooling: How the output of the operation becomes a vector.
    """

    lane, urgency, doing = Lane.WORK, Urgency.BESIDE, "embedding images"

    forward: int
    keys: tuple[str, ...]
    node: int
    pooling: Pooling = Pooling.MEAN


@dataclass(frozen=True)
class SaveBackbone(Command[str]):
    """Asks to write the weights that lead to `node` into a `.safetensors` or `.pt` file; answered by the path.

    Attributes:
        forward: Number of the forward whose model is cut.
        pooling: How the output of the operation becomes a vector; only told in the file.
    """

    lane, urgency, doing = Lane.WORK, Urgency.SELECTED, "writing {path}"

    forward: int
    node: int
    path: str
    pooling: Pooling = Pooling.MEAN


@dataclass(frozen=True)
class SaveEmbeddings(Command[str]):
    """Asks to write what `EmbedImages` answers into an `.npz` file; answered by its path."""

    lane, urgency, doing = Lane.WORK, Urgency.SELECTED, "writing {path}"

    forward: int
    keys: tuple[str, ...]
    node: int
    path: str
    pooling: Pooling = Pooling.MEAN
