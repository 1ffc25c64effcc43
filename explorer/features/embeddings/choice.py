"""What a person chooses of a backbone."""

from dataclasses import dataclass

from explorer.records.embeddings import Pooling


@dataclass(frozen=True)
class Backbone:
    """Where the network is cut.

    Attributes:
        layer: Name of the operation at which images are embedded; None where none is used so.
        pooling: How its output becomes a vector.
    """

    layer: str | None = None
    pooling: Pooling = Pooling.MEAN
