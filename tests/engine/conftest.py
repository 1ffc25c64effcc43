"""An engine in the test's own process, and folders of the test's own."""

from pathlib import Path

import pytest
from engine_asks import Asker, Own

from explorer.engine import messages


@pytest.fixture
def weights_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return tmp_path / "torch" / "hub" / "checkpoints"


@pytest.fixture
def ask(weights_folder: Path) -> Asker:
    return Asker()


@pytest.fixture
def own() -> Own:
    """Return the command that loads a network of the tests' own file of networks."""
    path = Path(__file__).with_name("networks.py")
    return lambda name: messages.LoadModel(f"{path}:{name}", seed=0, trusted=True)


@pytest.fixture
def recorded(ask: Asker, own: Own) -> Asker:
    """An engine that has recorded a small network on a photo."""
    ask(own("Classifier"))
    ask.open("coffee")
    ask(messages.Record("coffee"))
    return ask
