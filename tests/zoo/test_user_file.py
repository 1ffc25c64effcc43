"""The user's own files: consent, what may be named, and what goes wrong in them."""

import hashlib
import pickle
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from explorer import zoo
from explorer.records.errors import ExplorerError
from explorer.records.models import WeightsStatus

FILE = """
from torch import nn

from neighbour import WIDTH

class Net(nn.Linear):
    def __init__(self):
        super().__init__(WIDTH, 1)

def make():
    return Net()

def broken():
    raise ValueError("no such\\nlayer")

def wrong():
    return 3

ready = nn.Linear(3, 3)
number = 7
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "neighbour.py").write_text("WIDTH = 2\n", encoding="utf-8")
    path = tmp_path / "net.py"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _forget_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "neighbour", raising=False)


@pytest.mark.parametrize(("name", "shape"), [("Net", (1, 2)), ("make", (1, 2)), ("ready", (3, 3))])
def test_class_function_and_instance_give_the_network(file: Path, name: str, shape: tuple[int, int]) -> None:
    spec = zoo.resolve(f"{file}:{name}", trusted=True)
    assert spec.entry.full_name == f"{file}:{name}"
    assert spec.entry.weights is WeightsStatus.NONE
    model = spec.build()
    assert isinstance(model, nn.Linear) and model.weight.shape == shape


def test_seed_decides_the_weights(file: Path) -> None:
    spec = zoo.resolve(f"{file}:ready", trusted=True)
    torch.manual_seed(1)
    first = spec.build().state_dict()["weight"]
    torch.manual_seed(1)
    assert torch.equal(spec.build().state_dict()["weight"], first)


def test_nothing_runs_without_consent(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n", encoding="utf-8")
    with pytest.raises(zoo.UntrustedFileError) as caught:
        zoo.resolve(f"{path}:net")
    assert caught.value.path == str(path)
    assert caught.value.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    zoo.resolve(f"{path}:net", trusted=True)
    zoo.resolve(f"{path}:net", trusted=caught.value.sha256)
    assert not (tmp_path / "ran").exists()
    path.write_text("another = 1\n", encoding="utf-8")
    with pytest.raises(zoo.UntrustedFileError):
        zoo.resolve(f"{path}:net", trusted=caught.value.sha256)


def test_neighbours_of_one_file_are_not_taken_for_those_of_another(tmp_path: Path) -> None:
    widths = {}
    for folder, width in (("p", 4), ("q", 8)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "layers_of_mine.py").write_text(f"WIDTH = {width}\n", encoding="utf-8")
        net = tmp_path / folder / "net.py"
        net.write_text(
            "import torch\nfrom layers_of_mine import WIDTH\n\ndef net():\n    return torch.nn.Linear(WIDTH, 1)\n",
            encoding="utf-8",
        )
        widths[folder] = zoo.resolve(f"{net}:net", trusted=True).build().in_features
    assert widths == {"p": 4, "q": 8}


def test_what_runs_is_what_was_agreed_to(file: Path, tmp_path: Path) -> None:
    spec = zoo.resolve(f"{file}:Net", trusted=True)
    file.write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n", encoding="utf-8")
    assert isinstance(spec.build(), nn.Linear)
    assert not (tmp_path / "ran").exists()


def test_missing_consent_crosses_processes(file: Path) -> None:
    with pytest.raises(zoo.UntrustedFileError) as caught:
        zoo.resolve(f"{file}:Net")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (copy.path, copy.sha256, str(copy)) == (caught.value.path, caught.value.sha256, str(caught.value))


def test_import_path_is_as_before(file: Path) -> None:
    before = list(sys.path)
    zoo.resolve(f"{file}:Net", trusted=True).build()
    with pytest.raises(ExplorerError):
        zoo.resolve(f"{file}:broken", trusted=True).build()
    assert sys.path == before


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent", "net.py has no absent; it has Net, make, broken, wrong, ready"),
        (
            "broken",
            "net.py:broken raised ValueError: no such layer (net.py, line 14); it is called without arguments",
        ),
        ("wrong", "net.py:wrong gave an int, not a torch.nn.Module; let it return the network"),
        ("number", "net.py:number gave an int, not a torch.nn.Module; let it return the network"),
    ],
)
def test_what_is_wrong_with_the_callable_is_one_line(file: Path, name: str, message: str) -> None:
    with pytest.raises(ExplorerError) as caught:
        zoo.resolve(f"{file}:{name}", trusted=True).build()
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import nothing_of_that_name", "raised ModuleNotFoundError: No module named 'nothing_of_that_name'"),
        ("def net(:", "raised SyntaxError"),
        ("import sys; sys.exit(3)", "raised SystemExit: 3"),
    ],
)
def test_file_that_does_not_run_says_why(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "net.py"
    path.write_text(text, encoding="utf-8")
    known = set(sys.modules)
    with pytest.raises(ExplorerError, match=f"^net.py {message}") as caught:
        zoo.resolve(f"{path}:net", trusted=True).build()
    assert "\n" not in str(caught.value)
    assert not {name for name in set(sys.modules) - known if name.startswith("_explorer_user")}


def test_missing_file_is_said_before_consent_is_asked(tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match="No such file") as caught:
        zoo.resolve(f"{tmp_path / 'none.py'}:net")
    assert not isinstance(caught.value, zoo.UntrustedFileError)


def test_missing_callable_says_how_to_name_it(file: Path) -> None:
    with pytest.raises(ExplorerError, match=r"net\.py:NAME"):
        zoo.resolve(str(file), trusted=True)
