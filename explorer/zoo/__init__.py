"""The models: those written here, torchvision's, timm's, transformers' and the user's own, all found by name."""

from explorer.zoo.initialisation import expected_stds, initialise
from explorer.zoo.registry import ModelSpec
from explorer.zoo.sources import Listing, UnknownModelError, entries, resolve
from explorer.zoo.user_file import UntrustedFileError

__all__ = [
    "Listing",
    "ModelSpec",
    "UnknownModelError",
    "UntrustedFileError",
    "entries",
    "expected_stds",
    "initialise",
    "resolve",
]
