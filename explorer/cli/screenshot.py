"""The command that draws the window; apart from the others, for the window's process never imports torch."""

import argparse

from explorer.cli import output
from explorer.records.errors import UsageError


def carry_out(options: argparse.Namespace) -> tuple[str, int]:
    """Draw the window into a file.

    Returns:
        What to print on standard output, and the exit code.

    Raises:
        UsageError: A pane, a layer or a model of that name does not exist.
        ExplorerError: The picture cannot be made or written.
    """
    from explorer.ui.screenshot import render

    file = (options.model or "").rpartition(":")[0]
    if file.endswith(".py") and not options.trust:
        raise UsageError(f"{file} was not run: it is a program of its own; read it, then pass --trust.")
    render(
        out=str(options.out),
        model=options.model,
        image=options.image,
        layer=options.layer,
        tab=options.tab,
        size=options.size,
        theme=options.theme,
        trusted=options.trust,
    )
    output.say(f"wrote {options.out}")
    return "", 0
