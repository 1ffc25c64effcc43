"""A process of the engine as the window holds it: how it is started, its pipe, the thread that writes to it.

The engine is a program of its own (`__main__.py` of this folder) and no child of `multiprocessing`, which would run
the window's own program a second time: whoever wrote that need not know that there are two processes.
"""

import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import spawn
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue

from explorer.engine.transport import MessageReceiver, send_to_engine

LARGE_PAGES = "glibc.malloc.hugetlb=1"
_PROGRAM = Path(__file__).absolute().with_name("__main__.py")


class EngineProcess:
    """One process of the engine; raises OSError if it cannot be started.

    Writing has a thread of its own, because a pipe whose other end is busy holds the writer up.

    Args:
        factory: `module:callable` that builds the engine.
        outbox: What is to be written to the pipe; None ends it.
        on_unsendable: Called in the writing thread with what cannot be written, and why.
    """

    def __init__(
        self,
        factory: str,
        outbox: SimpleQueue[object],
        on_unsendable: Callable[[object, Exception], None],
    ) -> None:
        self.connection, theirs = multiprocessing.Pipe()
        self.receiver = MessageReceiver(self.connection, outbox.put)
        self._outbox = outbox
        self._on_unsendable = on_unsendable
        try:
            self._process = _start(theirs, factory)
        except BaseException:
            self.connection.close()
            raise
        finally:
            theirs.close()  # or the pipe would not end with the process
        self._writer = threading.Thread(target=self._write, name="engine writer", daemon=True)
        try:
            self._writer.start()
        except RuntimeError:  # the machine has no more threads to give
            self._process.kill()
            self._process.wait()
            self.connection.close()
            raise

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """True if it is no more; what it said before may still be in the pipe."""
        return self._process.poll() is not None

    def kill(self) -> None:
        """End it by force."""
        self._process.kill()

    def close(self) -> int:
        """Make sure that nothing of it is left; return its exit code (negative: the signal that ended it)."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)  # its pipe ends a moment before it does, with an exit code worth telling
        self._process.kill()
        exit_code = self._process.wait()
        self._outbox.put(None)
        self._writer.join()
        self.connection.close()
        self.receiver.close()
        return exit_code

    def _write(self) -> None:
        while (item := self._outbox.get()) is not None:
            try:
                send_to_engine(self.connection, item)
            except OSError:  # it is dead, which the reading end notices
                return
            except Exception as error:  # noqa: BLE001 - nothing of it was written; what comes next may be sound
                self._on_unsendable(item, error)


def _start(theirs: Connection, factory: str) -> "subprocess.Popen[bytes]":
    """Start the program with its end of the pipe, and with nothing else of ours."""
    handle, output = theirs.fileno(), _output()
    # Not `sys.executable`: a program that embeds Python is one itself, and says here where a Python is.
    python, environment = os.fsdecode(spawn.get_executable()), dict(os.environ)
    _ask_for_large_pages(environment)
    startup = None
    if sys.platform == "win32":
        os.set_handle_inheritable(handle, True)
        startup = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [handle]})
        if python == sys.executable != sys._base_executable:  # a venv's Python only starts another and waits
            python, environment["__PYVENV_LAUNCHER__"] = sys._base_executable, sys.executable
    # -P: nothing beside the program's file is mistaken for a module of the library.
    command = [python, "-P", str(_PROGRAM), str(handle), str(os.getpid()), factory, *_folders()]
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env=environment,
        startupinfo=startup,
        pass_fds=[handle] if sys.platform != "win32" else [],
    )


def _ask_for_large_pages(environment: dict[str, str]) -> None:
    """Let glibc ask Linux for pages of 2 MB: the values of a forward lie on tens of thousands of small ones.

    It is asked before Python starts, or not at all; whoever has set it himself knows better.
    """
    tunables = environment.get("GLIBC_TUNABLES", "")
    if "glibc.malloc.hugetlb" not in tunables:
        environment["GLIBC_TUNABLES"] = ":".join(filter(None, (tunables, LARGE_PAGES)))


def _output() -> int:
    """Where the engine, and a model's own code in it, print: the window's standard error, if it has one.

    The window's standard output is for the answers of a command, or of the program that the window is part of.
    """
    try:
        return sys.__stderr__.fileno() if sys.__stderr__ is not None else subprocess.DEVNULL
    except (OSError, ValueError):  # closed, or something without a descriptor
        return subprocess.DEVNULL


def _folders() -> list[str]:
    """Where the engine looks for modules: where the window does, but in the current folder last.

    Python looks there first, and a `torch.py` that happens to lie there would be taken for torch.
    """
    return sorted(map(str, sys.path), key=_is_current)


def _is_current(folder: str) -> bool:
    with suppress(OSError):
        return Path(folder).samefile(Path())
    return False
