"""What holds for every command: exit codes, one line for each complaint, consent, and processes of their own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from command_runs import Named, Run

from explorer import cli
from explorer.features.models import terminal

SMALL = ("trace", "torchvision:squeezenet1_1", "--shape", "1,3,64,64")


# ---- wrong usage ----


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("trace", "resnet5O"), "close are resnet50"),
        (("trace", "zoo:resnet5O"), "no model is named 'zoo:resnet5O'"),
        (("trace", "keras:resnet50"), "no source 'keras'"),
        (("classify", "a.png", "--model", "zzzz"), "no model is named 'zzzz'"),
        (("profile", "zzzz"), "no model is named 'zzzz'"),
        (("receptive-field", "zzzz", "--layer", "a"), "no model is named 'zzzz'"),
        (("screenshot", "--out", "a.png", "--model", "zzzz"), "no model is named 'zzzz'"),
        (("trace", "alexnet", "--device", "tpu"), "'tpu' is not"),
        (("trace", "alexnet", "--device", "mps"), "use cpu, cuda or cuda:N"),
        (("trace", "alexnet", "--device", "cpu:1"), "use cpu, cuda or cuda:N"),
        (("trace", "alexnet", "--device", "cuda:99"), "cuda:99"),
    ],
)
def test_what_does_not_exist_is_wrong_usage_in_one_line(
    run: Run, arguments: tuple[str, ...], complaint: str
) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.complaint.startswith("arch-explorer: ") and complaint in ran.complaint


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("trace",), "M"),
        (("classify",), "IMAGE"),
        (("models", "--source", "keras"), "invalid choice: 'keras'"),
        (("classify", "a.png", "--top", "0"), "'0' is not a whole number of at least 1"),
        (("classify", "a.png", "--top", "many"), "'many' is not a whole number of at least 1"),
        (("trace", "alexnet", "--seed", "1.5"), "'1.5' is not a whole number"),
        (("trace", "alexnet", "--seed", str(2**64)), "at most 64 bits"),
        (("trace", "alexnet", "--shape", "1,3,x"), "not a list of whole numbers such as 1,3,224,224"),
        (("trace", "alexnet", "--shape", "1,3,0,224"), "holds a zero"),
        (("trace", "alexnet", "--shape", "1,3", "--image", "a.png"), "not allowed with"),
        (("receptive-field", "alexnet"), "--layer"),
        (("receptive-field", "alexnet", "--layer", "a", "--unit=-1,2"), "negative"),
        (("profile", "alexnet", "--batch", "0"), "holds a zero"),
        (("screenshot",), "--out"),
        (("screenshot", "--out", "a.png", "--size", "10x10"), "at least 320x240"),
        (("screenshot", "--out", "a.png", "--size", "wide"), "not a size such as 1440x900"),
        (("screenshot", "--out", "a.png", "--theme", "pink"), "invalid choice: 'pink'"),
        (("clasify", "a.png"), "'clasify' is neither a command nor a file"),
        (("--models",), "--models"),
        (("trace", "alexnet", "--memory", "lots"), "lots is not a size of memory such as 2G"),
        (("--memory", "-1"), "--memory"),
        (("--memory", "2X"), "2X is not a size of memory such as 2G"),
    ],
)
def test_wrong_arguments_are_named(run: Run, arguments: tuple[str, ...], complaint: str) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert complaint in ran.err.splitlines()[-1]


@pytest.mark.parametrize("arguments", [("--help",), *((name, "--help") for name in cli.commands())])
def test_help_is_no_error(run: Run, arguments: tuple[str, ...]) -> None:
    ran = run(*arguments)
    assert ran.code == 0 and ran.out.startswith("usage: arch-explorer") and ran.err == ""


# ---- consent ----


@pytest.mark.parametrize(
    "command",
    [
        ("trace",),
        ("profile",),
        ("receptive-field", "--layer", "a"),
        ("classify", "a.png", "--model"),
        ("screenshot", "--out", "a.png", "--model"),
    ],
)
def test_users_file_does_not_run_without_consent(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    file = tmp_path / "net.py"
    file.write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n", encoding="utf-8")
    ran = run(*command, f"{file}:net")
    assert (ran.code, ran.out) == (2, "")
    assert "--trust" in ran.complaint and "was not run" in ran.complaint
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["Absent", ""])
def test_users_file_without_the_named_network_is_one_line(run: Run, own: Named, name: str) -> None:
    ran = run("trace", own(name), "--trust")
    assert ran.code in (1, 2) and ran.out == ""
    assert "networks.py" in ran.err.splitlines()[-1]


# ---- weights ----


def test_pretrained_weights_that_are_not_on_disk_are_one_line(run: Run) -> None:
    ran = run(*SMALL, "--weights", "pretrained", "--json")
    assert (ran.code, ran.out) == (1, "")
    assert "not on disk" in ran.complaint


def test_damaged_download_is_not_taken_for_pretrained(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "torch" / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    (folder / "squeezenet1_1-b8a52dc0.pth").write_bytes(b"half a file")
    for wanted in ((), ("--weights", "pretrained")):
        ran = run(*SMALL, *wanted)
        assert ran.code == 1 and "not the published file" in ran.complaint
    assert run(*SMALL, "--weights", "random").code == 0


class Hostile:
    """Unpickling it would create a file."""

    def __init__(self, trap: Path) -> None:
        self.trap = trap

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.trap}",)


def test_weights_that_would_run_code_are_refused(run: Run, tmp_path: Path) -> None:
    torch.save({"weight": Hostile(tmp_path / "ran")}, tmp_path / "evil.pth")
    ran = run(*SMALL, "--weights", tmp_path / "evil.pth")
    assert ran.code == 1 and "system, which was not run), no tensors by name" in ran.complaint
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["missing.pth", "broken.pth", "broken.safetensors", "other.pth"])
def test_weights_that_cannot_be_used_are_one_line(run: Run, tmp_path: Path, name: str) -> None:
    for broken in ("broken.pth", "broken.safetensors"):
        (tmp_path / broken).write_bytes(b"no weights")
    torch.save({"conv.weight": torch.ones(3)}, tmp_path / "other.pth")
    ran = run(*SMALL, "--weights", tmp_path / name, "--json")
    assert (ran.code, ran.out) == (1, "")
    wanted = "other.pth does not fit the network" if name == "other.pth" else name
    assert wanted in ran.complaint


# ---- what nobody foresaw ----


def test_internal_error_is_one_line_and_its_traceback_goes_to_the_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def break_down(*_: object) -> None:
        raise KeyError("first line\nsecond line")

    monkeypatch.setenv("ARCH_EXPLORER_HOME", str(tmp_path))
    monkeypatch.setattr(terminal, "carry_out", break_down)
    assert cli.main(["models"]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and len(captured.err.splitlines()) == 1
    assert "internal error: KeyError" in captured.err and str(tmp_path / "commands.log") in captured.err
    assert "in break_down" in (tmp_path / "commands.log").read_text(encoding="utf-8")


def test_interruption_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(terminal, "carry_out", interrupt)
    assert cli.main(["models"]) == 130
    assert capsys.readouterr().err == "arch-explorer: interrupted\n"


# ---- processes of their own ----


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "ARCH_EXPLORER_HOME": str(tmp_path / "home"), "TORCH_HOME": str(tmp_path / "torch")}


def test_module_and_console_script_are_the_same_program(environment: dict[str, str]) -> None:
    script = Path(sys.executable).with_name("arch-explorer")
    for program in ([sys.executable, "-m", "explorer"], [str(script)]):
        ran = subprocess.run(
            [*program, "models", "--source", "zoo"],
            capture_output=True,
            text=True,
            env=environment,
            timeout=120,
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        assert any(line.startswith("zoo:efficientnet_lite0 ") for line in ran.stdout.splitlines())


def test_reader_that_goes_away_is_no_error_worth_a_word(environment: dict[str, str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "explorer", "models", "--source", "torchvision"],
            stdout=writer, stderr=subprocess.PIPE, text=True, env=environment, timeout=120,
        )  # fmt: skip
    finally:
        os.close(writer)
    assert ran.stderr == "" and ran.returncode == 1


def test_output_that_knows_ascii_only_gets_escapes(environment: dict[str, str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "explorer", "models", "--source", "timm"],
        capture_output=True, text=True, env={**environment, "PYTHONIOENCODING": "ascii"}, timeout=120,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "\\u2013" in ran.stdout
