"""Answers what is asked of all operations of a forward."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from explorer.engine import recall
from explorer.engine.bench import Bench
from explorer.engine.command import answers
from explorer.engine.task import Task
from explorer.features.layers.messages import SaveValues
from explorer.forward import trace
from explorer.records.errors import ExplorerError
from explorer.writing import beside


@answers(SaveValues)
def save_values(ask: SaveValues, bench: Bench, task: Task) -> str:
    """Write one file an output."""
    forward, folder = bench.forward(ask.forward), Path(ask.folder)
    operations = forward.recording.operations

    def write(node: int, output: int, tensor: Tensor) -> None:
        task.report(node, len(operations), f"writing {operations[node].name}")
        name = f"{node}.npy" if output == 0 else f"{node}.{output}.npy"
        with beside(folder / name) as file:
            np.save(file, _savable(tensor), allow_pickle=False)

    try:
        folder.mkdir(parents=True, exist_ok=True)
        recall.show(forward, write, task)
    except OSError as error:
        raise ExplorerError(f"Values cannot be written to {folder}: {error.strerror or error}.") from error
    return ask.folder


def _savable(tensor: Tensor) -> NDArray[Any]:
    """Return what numpy can hold: a dtype that it lacks is widened to float32."""
    try:
        array: NDArray[Any] = trace.numpy_of(tensor)
    except TypeError:
        array = trace.numpy_of(tensor.float())
    return array
