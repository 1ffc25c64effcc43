"""The command line run in-process, with folders of the test's own."""

from pathlib import Path

import cli_networks
import pytest
from command_runs import Named, Ran, Run

from explorer.__main__ import main
from explorer.engine import input_sizes, looking
from explorer.records.samples import samples


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run `arch-explorer` with the given arguments; whatever happens, it must not be an internal error."""
    monkeypatch.setenv("ARCH_EXPLORER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    for search in (input_sizes, looking):  # what is said does not depend on who else computes
        monkeypatch.setattr(search, "PATIENCE_SECONDS", 60.0)

    def call(*arguments: object) -> Ran:
        capsys.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as left:  # argparse's way to say that the command is wrong
            assert isinstance(left.code, int)
            code = left.code
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        assert not (tmp_path / "home" / "commands.log").exists(), captured.err
        return Ran(code, captured.out, captured.err)

    return call


@pytest.fixture
def own() -> Named:
    """Return the full name of a network in the tests' own file of networks."""
    return lambda name: f"{cli_networks.__file__}:{name}"


@pytest.fixture
def photos() -> dict[str, Path]:
    """Return the sample photos by the stem of their file's name."""
    return {sample.path.stem: sample.path for sample in samples()}
