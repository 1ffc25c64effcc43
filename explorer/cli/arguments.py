"""The command line's grammar."""

import argparse
from pathlib import Path

from explorer import __version__

COMMANDS = {
    "models": "list the models that can be loaded",
    "classify": "name what is in images",
    "trace": "record every operation of one forward pass",
    "receptive-field": "tell what one unit of a layer sees of the input",
    "profile": "time the forward pass and each operation in it",
    "screenshot": "draw the window into a PNG file, without a screen",
}
_MODEL_HELP = "NAME, SOURCE:NAME (zoo, torchvision, timm) or path/to/file.py:callable"
DEFAULT_MODEL = "zoo:efficientnet_lite0"


def window_options(arguments: list[str]) -> argparse.Namespace:
    """Parse the arguments of the window: images to open and the model to start with."""
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:<{width}}  {text}" for name, text in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="arch-explorer",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="See a vision network think: open the window on IMAGEs.",
        epilog=f"commands without a window (arch-explorer COMMAND --help tells more):\n{commands}",
    )
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="image files to open")
    parser.add_argument(
        "--model", metavar="M", help=f"{_MODEL_HELP}; default: the last one, or {DEFAULT_MODEL}"
    )
    parser.add_argument("--version", action="version", version=f"Architecture Explorer {__version__}")
    options = parser.parse_args(arguments)
    if options.images and _looks_like_command(options.images[0]):
        parser.error(
            f"{options.images[0]!r} is neither a command nor a file; commands: {', '.join(COMMANDS)}"
        )
    return options


def _looks_like_command(word: str) -> bool:
    return word.replace("-", "").isalpha() and not Path(word).exists()


def command_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(prog="arch-explorer")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    made = {name: commands.add_parser(name, help=text, description=text) for name, text in COMMANDS.items()}
    _models(made["models"])
    _classify(made["classify"])
    _trace(made["trace"])
    _receptive_field(made["receptive-field"])
    _profile(made["profile"])
    _screenshot(made["screenshot"])
    return parser


def _models(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--source", choices=["zoo", "torchvision", "timm"], help="only this source")
    _json(parser)


def _classify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("images", nargs="+", metavar="IMAGE")
    parser.add_argument("--model", default=DEFAULT_MODEL, metavar="M", help=_MODEL_HELP)
    _loading(parser)
    parser.add_argument("--top", type=_positive, default=5, metavar="K", help="classes to name (default 5)")
    _json(parser)


def _trace(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="M", help=_MODEL_HELP)
    _loading(parser)
    given = parser.add_mutually_exclusive_group()
    given.add_argument("--input", type=Path, metavar="FILE.npy", help="input tensor")
    given.add_argument("--image", type=Path, metavar="FILE", help="image, preprocessed for the model")
    _shape(given)
    parser.add_argument("--save", type=Path, metavar="DIR", help="write each value to DIR/<id>.npy")
    _json(parser)


def _receptive_field(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="M", help=_MODEL_HELP)
    parser.add_argument(
        "--layer", required=True, metavar="L", help="name of an operation or path of a module"
    )
    parser.add_argument(
        "--unit", type=_numbers, metavar="Y,X", help="position on the map; default: its centre"
    )
    _shape(parser)
    _trust(parser)
    _json(parser)


def _profile(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="M", help=_MODEL_HELP)
    parser.add_argument(
        "--batch", type=_sizes, default=(1,), metavar="1,8,16", help="images at once (default 1)"
    )
    parser.add_argument("--train", action="store_true", help="time forward and backward in training mode")
    _loading(parser)
    _json(parser)


def _screenshot(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.png")
    parser.add_argument("--model", metavar="M", help=_MODEL_HELP)
    parser.add_argument("--image", metavar="FILE")
    parser.add_argument("--layer", metavar="L", help="name of an operation")
    panes = "feature maps, kernels, receptive field, memory, embeddings or initialisation"
    parser.add_argument("--tab", metavar="NAME", help=panes)
    parser.add_argument("--size", type=_size, default=(1440, 900), metavar="WxH", help="default 1440x900")
    parser.add_argument("--theme", choices=["light", "dark"], default="light")
    _trust(parser)


def _loading(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--weights", metavar="W", help="pretrained, random or a file; default: pretrained if on disk"
    )
    parser.add_argument(
        "--seed", type=_seed, metavar="N", help="given to torch.manual_seed before the model is built"
    )
    parser.add_argument("--device", default="cpu", metavar="D", help="cpu (default), cuda or cuda:N")
    _trust(parser)


def _trust(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--trust", action="store_true", help="agree to run the Python file that M names")


def _shape(parser: argparse._ActionsContainer) -> None:
    parser.add_argument(
        "--shape", type=_sizes, metavar="1,3,224,224", help="shape of an input of noise (seed 0)"
    )


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def _numbers(text: str) -> tuple[int, ...]:
    try:
        numbers = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a list of whole numbers such as 1,3,224,224"
        ) from None
    if min(numbers) < 0:
        raise argparse.ArgumentTypeError(f"{text!r} holds a negative number")
    return numbers


def _sizes(text: str) -> tuple[int, ...]:
    sizes = _numbers(text)
    if 0 in sizes:
        raise argparse.ArgumentTypeError(f"{text!r} holds a zero: sizes are at least 1")
    return sizes


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _seed(text: str) -> int:
    digits = text.removeprefix("-")
    if not digits.isdecimal() or not -(2**63) <= int(text) < 2**64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at most 64 bits")
    return int(text)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (
        width.isdecimal() and height.isdecimal() and 320 <= int(width) <= 8192 and 240 <= int(height) <= 8192
    ):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 1440x900 (at least 320x240)")
    return int(width), int(height)
