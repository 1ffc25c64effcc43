"""The command line's grammar: its verbs, and the arguments of the window."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from explorer import __version__
from explorer.terminal.options import DEFAULT_MODEL, MODEL_HELP


@dataclass(frozen=True)
class Verb:
    """A command without a window.

    Attributes:
        help: What it does, in a line.
        module: Holds its `add_arguments` and `carry_out`; imported only if it is asked for.
    """

    help: str
    module: str


COMMANDS = {
    "models": Verb("list the models that can be loaded", "explorer.features.models.terminal"),
    "classify": Verb("name what is in images", "explorer.features.answer.terminal"),
    "trace": Verb("record every operation of one forward pass", "explorer.features.layers.terminal"),
    "receptive-field": Verb(
        "tell what one unit of a layer sees of the input", "explorer.features.field.terminal"
    ),
    "profile": Verb("time the forward pass and each operation in it", "explorer.features.cost.terminal"),
    "screenshot": Verb("draw the window into a PNG file, without a screen", "explorer.cli.screenshot"),
}


def window_options(arguments: list[str]) -> argparse.Namespace:
    """Parse the arguments of the window: images to open and the model to start with."""
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:<{width}}  {verb.help}" for name, verb in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="arch-explorer",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="See a vision network think: open the window on IMAGEs.",
        epilog=f"commands without a window (arch-explorer COMMAND --help tells more):\n{commands}",
    )
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="image files to open")
    parser.add_argument(
        "--model", metavar="M", help=f"{MODEL_HELP}; default: the last one, or {DEFAULT_MODEL}"
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
