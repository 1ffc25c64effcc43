"""An engine without a model: what it does is written in the name of the model or the number of the node."""

import gc
import os
import sys
import threading
import time
from types import ModuleType
from typing import Any

import numpy as np

import explorer
from explorer.engine.command import Command
from explorer.engine.envelopes import Begun, Cancel, Failure, Part, Progress, Ready, Reply, Request, Stop
from explorer.engine.messages import LoadModel, OpenImage, ViewValue
from explorer.engine.task import Task
from explorer.engine.transport import Grant, MessageSender
from explorer.features.models.messages import DownloadWeights
from explorer.records.errors import CancelledError, ExplorerError
from explorer.records.measures import EngineLoad

DEVICE = "a fake device"


class FakeEngine:
    def __init__(self) -> None:
        self.done: list[str] = []

    def load(self) -> EngineLoad:
        return EngineLoad(cuda_devices=(DEVICE,))

    def handle(self, command: Command[Any], task: Task) -> object:
        match command:
            case ViewValue(node=size):
                return numbers(size)
            case LoadModel(name=name) | DownloadWeights(name=name):
                result = self._play(name, task)
                self.done.append(name)
                return result
            case OpenImage(source=source):
                return len(source.data or b"")
        raise AssertionError(type(command))

    def _play(self, name: str, task: Task) -> object:
        """Report once that it has begun, then do what `name` says."""
        verb, _, rest = name.partition(" ")
        task.report(1, 3, verb)
        match verb:
            case "echo":
                return rest
            case "done":
                return tuple(self.done)
            case "steps":
                for step in range(1000):
                    task.report(step, 1000, "step")
                task.report(1000, 1000, "last")
            case "wait":
                while not task.is_cancelled:
                    time.sleep(0.005)
                raise CancelledError
            case "parts":
                for so_far in range(1, int(rest) + 1):
                    task.part(numbers(so_far * 1000))
            case "deaf":
                time.sleep(3600)
            case "hog":  # holds the interpreter lock for ever
                sum(range(10**15))
            case "exit":
                os._exit(int(rest))
            case "leave":
                sys.exit(int(rest))
            case "refuse":
                raise ExplorerError("cannot do\nthis; do that")
            case "fault":
                raise ValueError("a\nb" * int(rest))
            case "mute":
                raise MuteError
            case "interrupt":
                raise KeyboardInterrupt
            case "import":
                sys.modules.update((f"made{k}", ModuleType(f"made{k}")) for k in range(int(rest)))
            case "frozen":
                return gc.get_freeze_count()
            case "thread":
                thread = threading.Thread(target=_fail, name="a model's own")
                thread.start()
                thread.join()
            case "dispose":
                Undying()
            case "foreign":
                return Foreign()
            case "package":
                return explorer.__file__
            case "read":
                return sys.stdin.read()
            case "print":
                print(rest, flush=True)
            case "double":  # both processes go on and answer
                return os.fork() == 0
            case "forge":
                _forge()
            case "fork":  # leaves a process that outlives the engine for a while
                if os.fork() == 0:
                    os.closerange(0, 3)
                    time.sleep(10)
                    os._exit(0)
                os._exit(int(rest))
        return None


def _forge() -> None:
    """Send what nobody asked for."""
    frame: Any = sys._getframe()
    while not isinstance(sender := getattr(frame.f_locals.get("self"), "_sender", None), MessageSender):
        frame = frame.f_back
    for id in (0, -1, 10**9, "1", None, [1], {}):
        for message in (Reply(id, 1), Failure(id, "no"), Begun(id), Progress(id, 1, 2, "x"), Part(id, 1)):
            sender.send(message)
    for message in (
        None,
        7,
        "text",
        Stop(),
        Cancel(1),
        Ready(),
        Grant("/nowhere"),
        Request(1, LoadModel("a")),
    ):
        sender.send(message)


class MuteError(Exception):
    """An error that cannot even be read."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


class Undying:
    """An object that fails when it goes."""

    def __del__(self) -> None:
        raise ValueError("not yet")


def _fail() -> None:
    raise ValueError("the model's thread failed")


class Foreign:
    """An object of a module that the window must not import."""


class Broken:
    """An engine that cannot be built."""

    def __init__(self) -> None:
        raise ModuleNotFoundError("No module named 'torch'")


def numbers(size: int) -> dict[str, np.ndarray]:
    """Arrays of several kinds whose bytes are known; about 16 * `size` bytes."""
    return {
        "float": np.arange(size, dtype=np.float32).reshape(-1, 2),
        "columns": np.asfortranarray(np.arange(size, dtype=np.float64).reshape(2, -1)),
        "half": (np.arange(size) % 2000).astype(np.float16),
        "bytes": (np.arange(size) % 251).astype(np.uint8),
        "strided": np.arange(size)[::2],
        "empty": np.zeros((0, 3)),
    }
