"""Start of the program: a command without a window, or the window."""

import gc
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Run `arch-explorer` with `arguments` (those of the process by default); return its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments:
        return _window()
    from explorer import cli

    if arguments[0] in cli.commands() and not Path(arguments[0]).is_file():
        return cli.main(arguments)
    options = cli.window_options(arguments)
    return _window(options.images, options.model, options.memory)


def _window(images: Sequence[str] = (), model: str | None = None, memory: int | None = None) -> int:
    from explorer.engine.link import EngineLink

    gc.disable()  # the window collects in its own way; until then there is nothing to collect
    # The engine imports torch on one core while Qt is imported and the window drawn on another.
    link = EngineLink()
    link.start()
    from explorer.features import features
    from explorer.window.app import run
    from explorer.window.start import Start

    return run(Start(model, tuple(images), memory=memory), features(), link)


if __name__ == "__main__":
    sys.exit(main())
