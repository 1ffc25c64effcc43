"""Carry out a command: print what it answers, say what went wrong in one line."""

import argparse
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

from explorer.cli import streams
from explorer.cli.arguments import commands
from explorer.cli.streams import Printer
from explorer.engine.command import Command
from explorer.engine.task import Task
from explorer.paths import user_data
from explorer.records import faults
from explorer.records.errors import ExplorerError, UsageError
from explorer.records.text import printable
from explorer.terminal.verb import Ask, Outcome

if TYPE_CHECKING:
    from explorer.engine.engine import Engine

A = TypeVar("A")
_GRACE_SECONDS = 1.0  # for threads that are about to end


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
    threads = threading.enumerate()
    with streams.apart() as print_answer:
        code = _carried_out(verb.carry_out, options, print_answer)
        _leave_behind(threads, code)
    return code


def _carried_out(
    carry_out: Callable[[argparse.Namespace, Ask], Outcome],
    options: argparse.Namespace,
    print_answer: Printer,
) -> int:
    try:
        text, code = carry_out(options, _InProcess())
        return _print(text, print_answer) or code
    except KeyboardInterrupt:
        return _complain("interrupted", 130)
    except UsageError as error:
        return _complain(f"{error}{error.at_terminal}", 2)
    except ExplorerError as error:
        return _complain(f"{error}{error.at_terminal}", 1)
    except SystemExit as error:
        return _complain(f"the model's own code asked to exit ({error.code}); mend its file", 1)
    except BaseException as error:  # noqa: BLE001 - the last line of defence; the traceback goes to the log
        return _complain(_logged(error), 1)


def _leave_behind(known: list[threading.Thread], code: int) -> None:
    """End at once if threads were left that would keep the process from ending."""
    left = [it for it in threading.enumerate() if it not in known and not it.daemon]
    end = time.monotonic() + _GRACE_SECONDS
    for thread in left:
        thread.join(max(0.0, end - time.monotonic()))
    if any(thread.is_alive() for thread in left):
        sys.stderr.flush()
        os._exit(code)


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


def _print(text: str, print_answer: Printer) -> int:
    """Print the answer, if there is one; return 1 if it cannot be written, else 0."""
    if not text:
        return 0
    try:
        print_answer(text)
    except BrokenPipeError:  # the reader went away on purpose, e.g. `| head`
        return 1
    except OSError as error:
        return _complain(f"the answer cannot be written: {error.strerror or error}", 1)
    return 0


def _complain(message: str, code: int) -> int:
    print(f"arch-explorer: {printable(' '.join(message.split()))}", file=sys.stderr)
    return code


def _logged(error: BaseException) -> str:
    """Write the traceback to the log; return one line that says what happened and where the log is."""
    log = user_data() / "commands.log"
    cause = f"internal error: {faults.kind_and_text(error)}"
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
