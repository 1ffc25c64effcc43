"""Start of the program: a command without a window, or the window."""

import gc
import sys


def main(arguments: list[str] | None = None) -> int:
    """Run `arch-explorer` with `arguments` (those of the process by default); return its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    from explorer import cli

    if arguments and arguments[0] in cli.COMMANDS:
        return cli.main(arguments)
    options = cli.window_options(arguments)
    return _window(options.images, options.model)


def _window(images: list[str], model: str | None) -> int:
    from explorer.engine.link import EngineLink

    gc.disable()  # the window collects in its own way; until then there is nothing to collect
    # The engine imports torch on one core while Qt is imported and the window drawn on another.
    client = EngineLink()
    client.start()
    from explorer.ui.app import run

    return run(images, model, client)


if __name__ == "__main__":
    sys.exit(main())
