"""Carry out a command: call the engine, print what it answers, say what went wrong in one line."""

import argparse
import logging
import os
import sys

from explorer.cli.arguments import command_parser
from explorer.paths import user_data
from explorer.records.errors import ExplorerError


class UsageError(ExplorerError):
    """The command asks for something that does not exist."""


def main(arguments: list[str]) -> int:
    """Run one command.

    Returns:
        0 if all went well, 1 if some input failed, 2 if the command was wrong, 130 if it was interrupted.
    """
    options = command_parser().parse_args(arguments)
    try:
        return _command(options)
    except KeyboardInterrupt:
        return _complain("interrupted", 130)
    except BrokenPipeError:  # the reader of our output went away, e.g. `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except ExplorerError as error:
        return _complain(str(error), 2 if _is_usage(error) else 1)
    except Exception as error:  # noqa: BLE001 - the last line of defence; the traceback goes to the log
        return _complain(_logged(error), 1)


def _command(options: argparse.Namespace) -> int:
    from explorer.cli import commands

    return commands.COMMANDS[options.command](options)


def _is_usage(error: ExplorerError) -> bool:
    from explorer import zoo

    return isinstance(error, (UsageError, zoo.UnknownModelError, zoo.UntrustedFileError))


def _complain(message: str, code: int) -> int:
    print(f"arch-explorer: {message}", file=sys.stderr)
    return code


def _logged(error: Exception) -> str:
    log = user_data() / "commands.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(log, encoding="utf-8")
        logging.getLogger().addHandler(handler)
        logging.getLogger(__name__).error("internal error", exc_info=error)
    except OSError as unwritable:
        return f"internal error: {type(error).__name__}: {error} (no log: {unwritable})"
    return f"internal error: {type(error).__name__}: {error} (details in {log})"
