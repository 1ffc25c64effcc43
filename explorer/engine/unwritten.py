"""Models that write into their own parameters when they run again: nobody can take that back, so it is said."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn

from explorer.records.errors import ExplorerError


@contextmanager
def unwritten(model: nn.Module, name: str) -> Iterator[None]:
    """Say so if a model writes into its parameters meanwhile: nobody can take that back.

    Raises:
        ExplorerError: It did.
    """
    before = [parameter._version for parameter in model.parameters() if not parameter.is_inference()]
    yield
    if [parameter._version for parameter in model.parameters() if not parameter.is_inference()] != before:
        raise ExplorerError(
            f"{name} writes into its own parameters when it runs or is differentiated: its answers are others now; "
            "load it again."
        )
