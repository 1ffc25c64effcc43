"""The engine: answers commands with records, at one bench."""

from typing import TypeVar

import torch

from explorer.engine import compute  # noqa: F401  what every session needs is imported before the first command
from explorer.engine.bench import Bench
from explorer.engine.command import Command, answerer
from explorer.engine.task import Task
from explorer.records.measures import EngineLoad

R = TypeVar("R")


class Engine:
    """Answers commands, one at a time in each lane; views may be asked for while a model runs."""

    def __init__(self) -> None:
        self._bench = Bench()
        # Attention must take the same path whether it is recorded or not, so that both give the same answer.
        torch.backends.mha.set_fastpath_enabled(False)

    def handle(self, command: Command[R], task: Task) -> R:
        """Carry out one command and return the record that its docstring names.

        Raises:
            ExplorerError: With a line for a person, if it cannot be done.
            CancelledError: It was cancelled.
        """
        return answerer(type(command))(command, self._bench, task)

    def load(self) -> EngineLoad:
        """Return the names of the CUDA devices and, while a model is on one, the use of that one's memory."""
        return self._bench.load()
