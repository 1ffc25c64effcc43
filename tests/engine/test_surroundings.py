"""What a model's own code changes of the process holds for that model, and for nobody else."""

import logging
import os
import random
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from engine_asks import Asker
from torch import nn

from explorer.engine.messages import Classify, LoadModel, Measure, OpenNoise, Record
from explorer.engine.surroundings import Surroundings
from explorer.records.models import ToldInputs

SMALL = """
import gc, logging, os, random, signal, sys, threading, warnings
import numpy as np
import torch
from torch import nn


def change():
    {change}


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 3, stride=8)
        {built}

    def forward(self, x):
        {run}
        return self.conv(x).mean((2, 3))
"""

TOLD = ToldInputs(size=(32, 32))
resource = pytest.importorskip("resource")


def limit() -> Any:
    return resource.getrlimit(resource.RLIMIT_NOFILE)


CHANGES: dict[str, tuple[str, Callable[[], Any]]] = {
    "default dtype": ("torch.set_default_dtype(torch.float64)", torch.get_default_dtype),
    "default device": ("torch.set_default_device('meta')", torch.get_default_device),
    "folder": ("os.chdir('/')", os.getcwd),
    "gradients": ("torch.set_grad_enabled(False)", torch.is_grad_enabled),
    "threads": ("torch.set_num_threads(1 + torch.get_num_threads())", torch.get_num_threads),
    "determinism": ("torch.use_deterministic_algorithms(True)", torch.are_deterministic_algorithms_enabled),
    "precision": ("torch.set_float32_matmul_precision('medium')", torch.get_float32_matmul_precision),
    "cuDNN": ("torch.backends.cudnn.benchmark = True", lambda: torch.backends.cudnn.benchmark),
    "anomalies": ("torch.autograd.set_detect_anomaly(True)", torch.is_anomaly_enabled),
    "fast path": ("torch.backends.mha.set_fastpath_enabled(True)", torch.backends.mha.get_fastpath_enabled),
    "warnings": ("warnings.simplefilter('ignore')", lambda: list(warnings.filters)),
    "a warning's text": ("warnings.showwarning = print", lambda: warnings.showwarning),
    "signals": ("signal.signal(signal.SIGTERM, signal.SIG_IGN)", lambda: signal.getsignal(signal.SIGTERM)),
    "alarm": ("signal.setitimer(signal.ITIMER_REAL, 3600)", lambda: signal.getitimer(signal.ITIMER_REAL)[0] < 400),
    "limits": (
        "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (200, r.getrlimit(r.RLIMIT_NOFILE)[1]))",
        limit,
    ),
    "torch's random state": ("torch.manual_seed(7)", lambda: torch.get_rng_state().tolist()),
    "Python's random state": ("random.seed(7)", random.getstate),
    "numpy's random state": ("np.random.seed(7)", lambda: np.random.get_state()[1].tolist()),  # type: ignore[union-attr]
    "environment": ("os.environ['OF_MINE'] = '1'; os.environ.pop('HOME', 0)", lambda: dict(os.environ)),
    "recursion": ("sys.setrecursionlimit(50_000)", sys.getrecursionlimit),
    "numpy's errors": ("np.seterr(all='raise')", np.geterr),
    "import path": ("sys.path.insert(0, '/of/mine')", lambda: list(sys.path)),
    "arguments": ("sys.argv[:] = ['mine']", lambda: list(sys.argv)),
    "output": ("sys.stdout = sys.stderr", lambda: sys.stdout),
    "hooks": ("sys.excepthook = print; sys.unraisablehook = print", lambda: (sys.excepthook, sys.unraisablehook)),
    "threads' hook": ("threading.excepthook = print", lambda: threading.excepthook),
    "modules' hooks": (
        "nn.modules.module.register_module_forward_hook(lambda m, i, o: o * 0)",
        lambda: dict(nn.modules.module._global_forward_hooks),
    ),
    "log": (
        "logging.basicConfig(level=1, force=True); logging.disable(50)",
        lambda: (logging.root.level, list(logging.root.handlers), logging.root.manager.disable),
    ),
    "umask": ("os.umask(0o777)", lambda: os.umask(os.umask(0) or 0) and None),
    "mode": (
        "torch.utils._python_dispatch._pop_mode; torch.overrides.BaseTorchFunctionMode().__enter__()",
        torch._C._len_torch_function_stack,
    ),
}  # fmt: skip


def write(folder: Path, change: str, place: str) -> str:
    parts = {"built": "pass", "run": "pass"}
    if place in parts:
        parts[place] = "change()"
    path = folder / "net.py"
    path.write_text(
        SMALL.format(change=change, **parts) + ("\nchange()\n" if place == "file" else ""), "utf-8"
    )
    return f"{path}:Net"


@pytest.mark.parametrize("place", ["file", "built", "run"])
def test_what_a_model_changes_is_put_back(ask: Asker, tmp_path: Path, place: str) -> None:
    ask(OpenNoise("noise", (1, 3, 32, 32)))
    wrong = []
    for name, (change, read) in CHANGES.items():
        before = read()
        loading = LoadModel(write(tmp_path, change, place), trusted=True, told=TOLD)
        if (name, place) == ("default device", "file"):
            assert "net.py:Net has parameters on the device meta" in ask.complaint(loading)
        else:
            ask(loading)
            ask(Record(1, "noise"))
        wrong += [(name, before, after) for after in [read()] if after != before]
    assert not wrong
    ask(LoadModel("torchvision:squeezenet1_1", seed=0))
    ask(OpenNoise("noise", (1, 3, 64, 64)))
    assert ask(Record(2, "noise")).trace.error is None


def test_what_a_model_set_holds_while_it_runs(ask: Asker, tmp_path: Path) -> None:
    """As in its own program: the default dtype and the environment of its build are those of its forward."""
    path = tmp_path / "net.py"
    path.write_text(
        "import os\nimport torch\nfrom torch import nn\ntorch.set_default_dtype(torch.float64)\n"
        "os.environ['OF_MINE'] = '1'\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.fc = nn.Linear(3, 4)\n    def forward(self, x):\n        assert os.environ['OF_MINE'] == '1'\n"
        "        return self.fc(torch.eye(3)[:1]) + x.mean()\n",
        "utf-8",
    )
    ask(LoadModel(f"{path}:Net", trusted=True))
    ask.open("coffee")
    forward = ask(Record(1, "coffee"))
    assert forward.trace.error is None and forward.trace.nodes[-1].outputs[0].dtype == "float64"
    assert ask(Classify("coffee")).predictions == forward.predictions
    assert ask(Measure(1, runs=1)).timing.forward.median > 0
    assert torch.get_default_dtype() is torch.float32 and "OF_MINE" not in os.environ


def test_the_sizes_that_work_are_looked_for_as_the_model_wants_it(ask: Asker, tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(
        "import os\nfrom torch import nn\nos.environ['OF_MINE'] = '1'\nclass Net(nn.Module):\n    def __init__(self):\n"
        "        super().__init__()\n        self.fc = nn.Linear(3 * 48 * 48, 4)\n    def forward(self, x):\n"
        "        assert os.environ['OF_MINE'] == '1'\n        return self.fc(x.flatten(1))\n",
        "utf-8",
    )
    ask(LoadModel(f"{path}:Net", trusted=True, told=ToldInputs(size=(48, 48))))
    ask(OpenNoise("noise", (1, 3, 40, 40)))
    sizes = ask(Record(1, "noise")).sizes
    assert sizes is not None and sizes.holds(48) and not sizes.holds(40)


def test_only_the_models_own_thread_is_kept_from_ending_the_process() -> None:
    ends = os._exit
    with pytest.raises(SystemExit, match="3"), Surroundings().open():
        os._exit(3)
    assert os._exit is ends
    with Surroundings().open():
        copy = os.fork()
        if not copy:
            os._exit(5)
        assert os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]) == 5


def test_surroundings_open_within_themselves() -> None:
    surroundings = Surroundings()
    with surroundings.open():
        torch.set_default_dtype(torch.float64)
        with surroundings.open():
            assert torch.get_default_dtype() is torch.float64
        assert torch.get_default_dtype() is torch.float64
    assert torch.get_default_dtype() is torch.float32
    with surroundings.open():
        assert torch.get_default_dtype() is torch.float64
    assert torch.get_default_dtype() is torch.float32


def test_a_folder_that_was_deleted_and_a_thread_of_their_own_do_no_harm(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    folder = Path.cwd()
    surroundings = Surroundings()
    with surroundings.open():
        os.chdir(gone)
        gone.rmdir()
    assert Path.cwd() == folder
    done: list[bool] = []

    def work() -> None:
        with surroundings.open():
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done and Path.cwd() == folder
