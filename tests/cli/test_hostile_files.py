"""Files that end badly, on the command line: one line that names the file, an answer that stands alone, and an end."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_runs import Run
from PIL import Image

SMALL = """
import os, sys, threading, time
import torch
from torch import nn


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, stride=4)

    def forward(self, x):
        return self.conv(x).mean((2, 3))


def make():
    return Small()

"""
FIRST = SMALL.count("\n") + 1  # the line of what is added


def write(folder: Path, text: str) -> str:
    path = folder / "net.py"
    path.write_text(SMALL + text, "utf-8")
    return f"{path}:make"


# Each a process of its own: what it does may end it.
SOUND = {
    "writes to the descriptor, and leaves threads that do": (
        "os.write(1, b'RAW\\n'); os.close(0); os.chdir('/')\n"
        "def write():\n    while True: os.write(1, b'RAW\\n'); time.sleep(0.01)\n"
        "threading.Thread(target=write).start()\n"
        "class Loud(Small):\n    def forward(self, x):\n        os.write(1, b'RAW\\n'); print('x')\n"
        "        os.system('echo from a process')\n        sys.__stdout__.write('kept')\n"
        "        return super().forward(x)\nmake = Loud"
    ),
    "forks": "os.fork()",
}


@pytest.mark.parametrize("text", SOUND.values(), ids=SOUND)
def test_a_model_that_misbehaves_is_answered_all_the_same(tmp_path: Path, text: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "explorer", "trace", write(tmp_path, text), "--trust", "--size", "32", "--json"],
        capture_output=True, text=True, timeout=120, cwd=tmp_path,
        env={**os.environ, "ARCH_EXPLORER_HOME": str(tmp_path / "home")},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["params"] == 8 * 27 + 8


BAD = {
    "raises what is no Exception": (
        "class B(BaseException): pass\nraise B('base')",
        f"net.py raised B: base (net.py, line {FIRST + 1}) when it was run",
    ),
    "raises it in its forward": (
        "class B(BaseException): pass\nclass Bad(Small):\n    def forward(self, x): raise B('base')\nmake = Bad",
        f"net.py:make failed at model: B: base (net.py, line {FIRST + 2})",
    ),
    "raises an error without words": (
        "class E(Exception):\n    def __str__(self): raise RuntimeError('no')\n"
        "class Bad(Small):\n    def forward(self, x): raise E()\nmake = Bad",
        f"net.py:make failed at model: E: its text cannot be read (RuntimeError) (net.py, line {FIRST + 3})",
    ),
    "leaves in its forward": (
        "class Bad(Small):\n    def forward(self, x): sys.exit(7)\nmake = Bad",
        f"net.py:make failed at model: SystemExit: 7 (net.py, line {FIRST + 1})",
    ),
    "ends the process in its forward, as if all were well": (
        "import os\nclass Bad(Small):\n    def forward(self, x): os._exit(0)\nmake = Bad",
        f"net.py:make failed at model: SystemExit: 0 (net.py, line {FIRST + 2})",
    ),
    "ends the process when it is read": (
        "import os\nos._exit(0)",
        f"net.py raised SystemExit: 0 (net.py, line {FIRST + 1}) when it was run",
    ),
    "builds on no device": (
        "torch.set_default_device('meta')",
        "net.py:make has parameters on the device meta, where tensors have no values",
    ),
    "does not initialise": (
        "class Bad(nn.Module):\n    def __init__(self): self.a = 1\nmake = Bad",
        f"net.py:make cannot be used: Bad (net.py, line {FIRST + 1}) does not call super().__init__()",
    ),
    "recurses in its forward": (
        "class Bad(Small):\n    def forward(self, x): return self.forward(x)\nmake = Bad",
        "RecursionError: maximum recursion depth exceeded",
    ),
    "changes its own modules": (
        "class Bad(Small):\n    def parameters(self, *a, **k): raise ValueError('mine')\nmake = Bad",
        f"ValueError: mine (net.py, line {FIRST + 1})",
    ),
    "cannot be moved": (
        "class Bad(Small):\n    def _apply(self, *a, **k): raise ValueError('stay')\nmake = Bad",
        f"net.py:make cannot be moved to cpu: ValueError: stay (net.py, line {FIRST + 1})",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), BAD.values(), ids=BAD)
def test_a_model_that_ends_badly_is_one_line_with_file_and_line(
    run: Run, tmp_path: Path, text: str, message: str
) -> None:
    ran = run("trace", write(tmp_path, text), "--trust", "--size", "32")
    assert ran.code == 1
    (line,) = [line for line in ran.err.splitlines() if line.startswith("arch-explorer: ")]
    assert message in line and "internal error" not in line


ODD = "a\nb\x1b[31m\u202e"


@pytest.mark.parametrize(
    "asked",
    [("classify", "{image}"), ("trace", "--size", "32"), ("profile", "--size", "32"), ("compare", "{net}")],
    ids=lambda asked: asked[0],
)
def test_an_answer_has_nothing_that_a_terminal_would_obey(
    run: Run, tmp_path: Path, asked: tuple[str, ...]
) -> None:
    """Names of files and of modules come from strangers."""
    image = tmp_path / f"{ODD}.png"
    Image.new("RGB", (32, 32)).save(image)
    net = write(
        tmp_path,
        f"class Odd(Small):\n    def __init__(self):\n        super().__init__()\n"
        f"        self.add_module({ODD!r}, nn.ReLU())\n"
        f"    def forward(self, x): return getattr(self, {ODD!r})(super().forward(x))\nmake = Odd",
    )
    verb, *rest = (part.format(image=image, net=net) for part in asked)
    model = ("--model", net) if verb == "classify" else (net,)
    ran = run(verb, *model, *rest, "--trust")
    assert ran.code == 0, ran.err
    assert (ran.out + ran.err).replace("\n", "").isprintable()
    assert "a\\nb\\x1b[31m\\u202e" in ran.out or verb == "compare"
