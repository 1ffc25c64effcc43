"""Carry out a command: print what it answers, say what went wrong in one line."""

import argparse
import io
import logging
import os
import sys
from contextlib import redirect_stdout
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

from explorer.cli.arguments import commands
from explorer.engine.command import Command
from explorer.engine.task import Task
from explorer.paths import user_data
from explorer.records.errors import ExplorerError, UsageError
from explorer.records.text import printable

if TYPE_CHECKING:
    from explorer.engine.engine import Engine

A = TypeVar("A")


def main(arguments: list[str]) -> int:
    """Run the command that the first argument names.

    Returns:
        0 if all went well, 1 if some input failed, 2 if the command was wrong, 130 if it was interrupted.
    """
    name, *rest = arguments
    declared = commands()[name]
    verb = import_module(declared.terminal)
    parser = argparse.ArgumentParser(prog=f"arch-explorer {name}", description=declared.help)
    verb.add_arguments(parser)
    options = parser.parse_args(rest)
    try:
        with redirect_stdout(sys.stderr):  # what a model's own code prints must not mix with the answer
            text, code = verb.carry_out(options, _InProcess())
        return _print(text) or code
    except KeyboardInterrupt:
        return _complain("interrupted", 130)
    except UsageError as error:
        return _complain(f"{error}{error.at_terminal}", 2)
    except ExplorerError as error:
        return _complain(f"{error}{error.at_terminal}", 1)
    except SystemExit as error:
        return _complain(f"the model's own code asked to exit ({error.code}); mend its file", 1)
    except Exception as error:  # noqa: BLE001 - the last line of defence; the traceback goes to the log
        return _complain(_logged(error), 1)


class _InProcess:
    """Asks an engine in this process."""

    @cached_property
    def _engine(self) -> "Engine":
        from explorer.engine.engine import (
            Engine,  # here, because nobody should wait for torch to read the help
        )

        return Engine()

    def __call__(self, command: Command[A]) -> A:
        return self._engine.handle(command, Task(command.activity))


def _print(text: str) -> int:
    """Print the answer, if there is one; return 1 if it cannot be written, else 0."""
    if not text:
        return 0
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal that lacks a character gets its code instead
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        print(text, flush=True)
    except OSError as error:
        # What is still in the buffer would be tried again, and complained of, when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # the reader went away on purpose, e.g. `| head`
            return 1
        return _complain(f"the answer cannot be written: {error.strerror or error}", 1)
    return 0


def _complain(message: str, code: int) -> int:
    print(f"arch-explorer: {printable(' '.join(message.split()))}", file=sys.stderr)
    return code


def _logged(error: Exception) -> str:
    """Write the traceback to the log; return one line that says what happened and where the log is."""
    log = user_data() / "commands.log"
    cause = f"internal error: {type(error).__name__}: {str(error)[:500]}"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(log, encoding="utf-8")
    except OSError as unwritable:
        return f"{cause} (no log: {unwritable})"
    logger = logging.getLogger(__name__)
    logger.addHandler(handler)
    logger.error("internal error", exc_info=error)
    logger.removeHandler(handler)
    handler.close()
    return f"{cause} (details in {log})"
