"""Options that several verbs have, and what they take."""

import argparse

MODEL_HELP = "NAME, SOURCE:NAME (zoo, torchvision, timm), path/to/file.py:callable or a folder of timm's"


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add the model as a positional argument."""
    parser.add_argument("model", metavar="M", help=MODEL_HELP)


def add_loading(parser: argparse.ArgumentParser) -> None:
    """Add how the model is loaded: `--weights`, `--random-head`, `--seed`, `--device`, `--trust`."""
    parser.add_argument(
        "--weights", metavar="W", help="pretrained, random or a file; default: pretrained if on disk"
    )
    parser.add_argument(
        "--random-head", action="store_true", help="leave a head random that has another size in the file"
    )
    parser.add_argument(
        "--seed", type=_seed, metavar="N", help="given to torch.manual_seed before the model is built"
    )
    parser.add_argument("--device", default="cpu", metavar="D", help="cpu (default), cuda or cuda:N")
    add_trust(parser)


def add_trust(parser: argparse.ArgumentParser) -> None:
    """Add the consent to run a person's file."""
    parser.add_argument("--trust", action="store_true", help="agree to run the Python file that M names")


def add_shape(parser: argparse._ActionsContainer) -> None:
    """Add the shape of an input of noise."""
    parser.add_argument(
        "--shape", type=sizes, metavar="1,3,224,224", help="shape of an input of noise (seed 0)"
    )


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


def positive(text: str) -> int:
    """Read a whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _seed(text: str) -> int:
    digits = text.removeprefix("-")
    if not digits.isdecimal() or not -(2**63) <= int(text) < 2**64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at most 64 bits")
    return int(text)
