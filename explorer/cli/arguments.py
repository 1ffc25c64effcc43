"""The command line's grammar: its verbs, and the arguments of the window."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from explorer import __version__
from explorer.records.names import DEFAULT_MODEL
from explorer.terminal.options import MODEL_HELP, add_memory

if TYPE_CHECKING:
    from explorer.window.spec import Verb

_PATH_HELP = (
    "an image, a folder for all images in it, a video, a network (.py) or weights, as dropped on the window"
)


def commands() -> "dict[str, Verb]":
    """Return the verbs by name: those of the features, and the picture of the window that shows them."""
    from explorer.features import features  # here: a window without arguments starts its engine before numpy
    from explorer.window.spec import Verb

    verbs = [verb for feature in features() for verb in feature.verbs]
    verbs.append(
        Verb("screenshot", "draw the window into a PNG file, without a screen", "explorer.cli.screenshot")
    )
    return {verb.name: verb for verb in verbs}


def window_options(arguments: list[str]) -> argparse.Namespace:
    """Parse the arguments of the window: what to open and the model to start with."""
    verbs = commands()
    width = max(map(len, verbs))
    listing = "\n".join(f"  {name:<{width}}  {verb.help}" for name, verb in verbs.items())
    parser = argparse.ArgumentParser(
        prog="arch-explorer",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="See a vision network think: open the window on what PATHs name.",
        epilog=f"commands without a window (arch-explorer COMMAND --help tells more):\n{listing}",
    )
    parser.add_argument("images", nargs="*", metavar="PATH", help=_PATH_HELP)
    parser.add_argument(
        "--model", metavar="M", help=f"{MODEL_HELP}; default: the last one, or {DEFAULT_MODEL}"
    )
    add_memory(parser)
    parser.add_argument("--version", action="version", version=f"Architecture Explorer {__version__}")
    options = parser.parse_args(arguments)
    if options.images and _looks_like_command(options.images[0]):
        parser.error(f"{options.images[0]!r} is neither a command nor a file; commands: {', '.join(verbs)}")
    return options


def _looks_like_command(word: str) -> bool:
    return word.replace("-", "").isalpha() and not Path(word).exists()
