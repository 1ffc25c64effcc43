"""Which callable of a file builds its network is guessed by reading it."""

from pathlib import Path

import pytest

from explorer.features.models.callables import callables_in, fault_of

NETWORK = """
from torch import nn
class Block(nn.Module):
    def __init__(self, width): ...
class Neck(nn.Module):
    def __init__(self): ...
class Net(nn.Module):
    def __init__(self, classes=10, *, depth=3):
        self.parts = [Block(8), Neck()]
"""


@pytest.mark.parametrize(
    ("more", "first"),
    [
        ("", "Net"),
        ("def main(): ...\n", "Net"),
        ("def build(classes=10): return Net(classes)\n", "build"),
        ("def build(classes): return Net(classes)\n", "Net"),
        ("def make() -> nn.Module: ...\n", "make"),
    ],
)
def test_what_gives_a_network_and_needs_no_arguments_comes_first(
    tmp_path: Path, more: str, first: str
) -> None:
    file = tmp_path / "net.py"
    file.write_text(NETWORK + more)
    found = callables_in(file)
    assert (found[0], found[-1]) == (first, "Block")


def test_what_is_private_is_left_out_and_a_network_built_at_the_top_is_offered(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text("def _hidden(): ...\nclass Net: ...\nnet = Net()\nsteps = range(3)\n_own = Net()\n")
    assert callables_in(file) == ["Net", "net"]


def test_the_order_of_the_file_stays_among_equals(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text("import torch\ndef tiny(): ...\ndef large(): ...\nclass Net: ...\n")
    assert callables_in(file) == ["tiny", "large", "Net"]


def test_what_cannot_be_read_offers_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("def (")
    assert callables_in(broken) == callables_in(tmp_path / "gone.py") == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("def build():\n    return (\n", "syntax error in line 2 of net.py"),
        ("import torch\nx = 3\n", "net.py has no function and no class"),
        ("a = '\0'", "net.py"),
        ("def build(): ...\n", ""),
    ],
)
def test_a_file_that_can_build_nothing_is_said_in_one_line(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "net.py"
    file.write_text(content)
    fault = fault_of(file)
    assert said in fault and "\n" not in fault and bool(fault) is bool(said)
