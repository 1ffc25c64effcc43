"""The engine's program: `python -P __main__.py HANDLE WINDOW FACTORY FOLDER...`. The window starts it, nobody else.

HANDLE is its end of the pipe, WINDOW the process id of the window, FACTORY what builds the engine, and each FOLDER one
to look for modules in. It is named by its file, so that `explorer` need not be looked for before they are known.
"""

import sys
from pathlib import Path


def main() -> None:
    """Be the engine; never returns."""
    handle, window, factory, *folders = sys.argv[1:]
    del sys.argv[1:]  # a model's own code may look for options of its own
    sys.path.insert(0, str(Path(__file__).absolute().parents[2]))
    import explorer  # noqa: F401 - the window's own, whatever else the folders hold under this name

    sys.path[:] = folders
    from explorer.engine import host

    host.run(host.connect(int(handle)), factory, int(window))


if __name__ == "__main__":  # a model's own processes read this file again
    main()
