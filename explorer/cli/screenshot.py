"""`arch-explorer screenshot`: the window drawn into a file; apart from the others, for it asks no engine here."""

import argparse
from pathlib import Path

from explorer.records.errors import UsageError
from explorer.records.names import split_file
from explorer.terminal import options as common
from explorer.terminal import text
from explorer.terminal.verb import Ask, Outcome


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.png")
    parser.add_argument("--model", metavar="M", help=common.MODEL_HELP)
    parser.add_argument("--image", metavar="FILE")
    parser.add_argument("--layer", metavar="L", help="name of an operation")
    parser.add_argument("--page", metavar="P", help="page in front: explore, compare, images, labs, history")
    parser.add_argument(
        "--tab",
        metavar="NAME",
        help="lens in front: maps, kernels, field, attention, why, ablation, likes, cost, details",
    )
    parser.add_argument("--size", type=_size, default=(1440, 900), metavar="WxH", help="default 1440x900")
    parser.add_argument("--theme", choices=["light", "dark"], default="light")
    common.add_trust(parser)


def carry_out(options: argparse.Namespace, _ask: Ask) -> Outcome:
    """Draw the window into a file.

    Raises:
        UsageError: A pane, a layer or a model of that name does not exist.
        ExplorerError: The picture cannot be made or written.
    """
    from explorer.features import features
    from explorer.window.screenshot import Shot, render

    own = split_file(options.model or "")
    if own is not None and not options.trust:
        raise UsageError(f"{own[0]} was not run: it is a program of its own; read it, then pass --trust.")
    shot = Shot(
        model=options.model,
        image=options.image,
        layer=options.layer,
        page=options.page,
        tab=options.tab,
        size=options.size,
        theme=options.theme,
        trusted=options.trust,
    )
    render(shot, features(), str(options.out))
    text.say(f"wrote {options.out}")
    return "", 0


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (
        width.isdecimal() and height.isdecimal() and 320 <= int(width) <= 8192 and 240 <= int(height) <= 8192
    ):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 1440x900 (at least 320x240)")
    return int(width), int(height)
