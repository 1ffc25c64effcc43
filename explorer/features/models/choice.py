"""What a person chooses about models, beside the model itself."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reach:
    """The control of the top line that the person wants to reach by a key, until it is reached.

    Attributes:
        what: `picker`, `size`, or empty for none.
    """

    what: str = ""


@dataclass(frozen=True)
class Browsing:
    """Whether the person has looked into the list of models: from then on it is wanted before all else."""

    begun: bool = False


@dataclass(frozen=True)
class Download:
    """The pretrained weights that are being fetched.

    Attributes:
        name: Full name of their model; empty for none.
    """

    name: str = ""
