"""Options that several verbs have, and what they take."""

import argparse
from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, TypeVar

from explorer.records.errors import UsageError
from explorer.records.units import read_bytes

if TYPE_CHECKING:
    from explorer.records.models import ToldInputs

T = TypeVar("T")

MODEL_HELP = (
    "NAME, SOURCE:NAME (zoo, torchvision, timm, transformers), path/to/file.py:callable "
    "or a folder of timm's or transformers'"
)


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add the model as a positional argument."""
    parser.add_argument("model", metavar="M", help=MODEL_HELP)


def add_loading(parser: argparse.ArgumentParser, several: bool = False) -> None:
    """Add how the model is loaded: `--weights`, `--random-head`, `--seed`, `--device`, `--trust`.

    Of `several` models each may have its own weights, seed and size of images: these options are lists then, empty for
    nothing said, and `of_each` gives them out.
    """
    action, each = (
        ("append", "; once for all models, or once a model, in order") if several else ("store", "")
    )
    parser.add_argument(
        "--weights", action=action, metavar="W",
        help=f"pretrained, random or a file; default: pretrained if on disk{each}",
    )  # fmt: skip
    parser.add_argument(
        "--random-head", action="store_true", help="leave a head random that has another size in the file"
    )
    parser.add_argument(
        "--seed", type=_seed, action=action, metavar="N",
        help=f"given to torch.manual_seed before the model is built{each}",
    )  # fmt: skip
    parser.add_argument("--device", default="cpu", metavar="D", help="cpu (default), cuda or cuda:N")
    add_trust(parser)
    add_images(parser, several)


def _said(several: bool) -> tuple[str, str]:
    """Return how an option is taken of one model or of several, and what its help says of that."""
    return ("append", "; once for all models, or once a model, in order") if several else ("store", "")


def of_each(name: str, said: Sequence[T] | None, models: int) -> tuple[T | None, ...]:
    """Return what was said by the option `name`, one a model; None where nothing was.

    Raises:
        UsageError: It was said neither once nor once a model.
    """
    if said is None:
        return (None,) * models
    if len(said) not in (1, models):
        raise UsageError(
            f"{name} was given {len(said)} times for {models} models; give it once for all or once a model."
        )
    return tuple(said) if len(said) == models else tuple(said) * models


def add_trust(parser: argparse.ArgumentParser) -> None:
    """Add the consent to run a person's file."""
    parser.add_argument("--trust", action="store_true", help="agree to run the Python file that M names")


def add_images(parser: argparse.ArgumentParser, several: bool = False) -> None:
    """Add how images become the input of a network that does not say so: `--size`, `--mean`, `--std`."""
    action, each = _said(several)
    parser.add_argument(
        "--size", type=_size, action=action, metavar="HxW", help=f"height and width of images in pixels{each}"
    )
    parser.add_argument(
        "--mean",
        type=_reals,
        default=(),
        metavar="R,G,B",
        help="subtracted from images in [0, 1], a channel each",
    )
    parser.add_argument("--std", type=_reals, default=(), metavar="R,G,B", help="and divided by")


def add_shape(parser: argparse._ActionsContainer) -> None:
    """Add the shape of an input of noise, several times for several inputs."""
    parser.add_argument(
        "--shape", type=_shape, action="append", default=[], metavar="[NAME=]1,3,224,224",
        help="shape of an input of noise (seed 0); again for each further input, by its place or name",
    )  # fmt: skip


def told(options: argparse.Namespace) -> "ToldInputs":
    """Return what the person says of the network's inputs."""
    from explorer.records.models import ToldInputs  # here: the window's start reads this file before numpy

    size, mean, std = (getattr(options, name, None) for name in ("size", "mean", "std"))
    if mean and std and len(mean) != len(std):
        raise UsageError(f"--mean is of {len(mean)} channels and --std of {len(std)}; give as many of both.")
    return ToldInputs(tuple(getattr(options, "shape", ())), size, mean or (), std or ())


def add_memory(parser: argparse.ArgumentParser) -> None:
    """Add how much memory the values of a recorded forward may take."""
    parser.add_argument(
        "--memory", type=_memory, metavar="SIZE",
        help="memory for recorded values, such as 2G; the rest is computed again; default: half of what is free",
    )  # fmt: skip


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the wish for JSON instead of text."""
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def numbers(text: str) -> tuple[int, ...]:
    """Read whole numbers of at least 0, separated by commas."""
    try:
        read = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a list of whole numbers such as 1,3,224,224"
        ) from None
    if min(read) < 0:
        raise argparse.ArgumentTypeError(f"{text!r} holds a negative number")
    return read


def sizes(text: str) -> tuple[int, ...]:
    """Read whole numbers of at least 1, separated by commas."""
    read = numbers(text)
    if 0 in read:
        raise argparse.ArgumentTypeError(f"{text!r} holds a zero: sizes are at least 1")
    return read


def _shape(text: str) -> tuple[str, tuple[int, ...]]:
    name, _, shape = text.rpartition("=")
    return name, sizes(shape)


def _size(text: str) -> tuple[int, int]:
    high, _, wide = text.lower().partition("x")
    sides = [positive(side) for side in (high, wide or high)]
    return sides[0], sides[1]


def _reals(text: str) -> tuple[float, ...]:
    try:
        read = tuple(float(part) for part in text.split(","))
    except ValueError:
        read = ()
    if len(read) not in (1, 3) or not all(map(isfinite, read)):
        raise argparse.ArgumentTypeError(f"{text!r} is not one number or three, such as 0.485,0.456,0.406")
    return read


def positive(text: str) -> int:
    """Read a whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _memory(text: str) -> int:
    try:
        return read_bytes(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error).removesuffix(".")) from None


def _seed(text: str) -> int:
    digits = text.removeprefix("-")
    if not digits.isdecimal() or not -(2**63) <= int(text) < 2**64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at most 64 bits")
    return int(text)
