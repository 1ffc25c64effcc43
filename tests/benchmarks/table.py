"""One row of the table of benchmarks, and what several of them share."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from explorer.engine.process import LARGE_PAGES

HERE = Path(__file__).parent
SAMPLE = HERE.parent.parent / "resources" / "samples" / "chelsea.png"


@dataclass(frozen=True)
class Row:
    what: str
    measured: str
    target: str
    reached: bool


def child(name: str, *arguments: str, program: str = "children.py") -> dict:
    """Run one of the small programs and return the figures it reports."""
    command = [sys.executable, str(HERE / program), name, str(time.time()), *arguments]
    with tempfile.TemporaryDirectory() as home:  # nothing of the last run, and nothing of this user's own
        own = os.environ | {"ARCH_EXPLORER_HOME": home}
        own.pop(
            "PYTHONDONTWRITEBYTECODE", None
        )  # pip compiles what it installs, as it did Qt's modules and numpy's
        if name in ("recording", "again"):  # it is the engine, and no window that starts one
            own["GLIBC_TUNABLES"] = LARGE_PAGES
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=own)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise SystemExit(f"{name} failed: {done.stderr[-500:]}")
    return json.loads(lines[-1])


def network(name):
    """Build a classification network of torchvision with random weights, in eval mode."""
    import torch

    from explorer import zoo

    torch.manual_seed(0)
    return zoo.resolve(f"torchvision:{name}").build().eval()
