"""Which part of the program may import which, and what importing it brings along."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter import cli

ROOT = Path(__file__).parents[1]


def test_imports_keep_to_the_contracts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    failed = cli.lint_imports(config_filename="pyproject.toml", no_cache=True)
    assert not failed, capsys.readouterr().out


def imported(module: str) -> set[str]:
    """Return the top-level packages that a fresh interpreter holds after importing `module`."""
    code = f"import json, sys, {module}; print(json.dumps([name.partition('.')[0] for name in sys.modules]))"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    return set(json.loads(ran.stdout))


def modules_below(folder: str, name: str = "*") -> str:
    files = (ROOT / "explorer" / folder).rglob(f"{name}.py")
    paths = sorted(path.relative_to(ROOT).with_suffix("") for path in files if path.stem != "__init__")
    return ", ".join(".".join(path.parts) for path in paths)


def test_window_brings_neither_torch_nor_pillow() -> None:
    brought = imported(modules_below("window"))
    assert "PySide6" in brought
    assert not brought & {"torch", "torchvision", "timm", "transformers", "PIL", "matplotlib"}


@pytest.mark.parametrize(
    "modules",
    [
        modules_below("records"),
        modules_below("", "messages"),
        f"explorer.engine.envelopes, {modules_below('', 'terminal')}",
    ],
    ids=["records", "messages", "terminals"],
)
def test_what_crosses_to_the_window_or_is_printed_brings_neither_torch_nor_qt(modules: str) -> None:
    brought = imported(modules)
    assert "numpy" in brought
    assert not brought & {"torch", "torchvision", "PySide6", "pyqtgraph", "PIL"}


@pytest.mark.parametrize("module", ["explorer", "explorer.__main__", "explorer.cli", "explorer.window"])
def test_start_of_the_program_imports_nothing_heavy(module: str) -> None:
    """The window's process must be able to start its engine before it imports Qt."""
    assert not imported(module) & {"torch", "PySide6", "pyqtgraph", "numpy", "PIL"}
