"""A model with weights from a file: what is said of them, and what the person may decide."""

from collections.abc import Callable
from pathlib import Path

import cli_networks
import pytest
import torch
from engine_asks import Asker

from explorer.engine.envelopes import Failure
from explorer.engine.host import _failure
from explorer.engine.messages import LoadModel
from explorer.records.errors import ExplorerError
from explorer.weights import HeadError

OWN = f"{cli_networks.__file__}:Classifier"


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[object], str]:
    def save(content: object) -> str:
        torch.save(content, tmp_path / "w.ckpt")
        return str(tmp_path / "w.ckpt")

    return save


def test_what_was_done_to_the_weights_is_one_note(ask: Asker, saved: Callable[[object], str]) -> None:
    state = {f"net.{key}": tensor for key, tensor in cli_networks.Classifier().state_dict().items()}
    path = saved({"state_dict": {**state, "loss.weight": torch.ones(1)}})
    loaded = ask(LoadModel(OWN, path, trusted=True))
    assert (loaded.weights, loaded.pretrained, loaded.is_random) == ("w.ckpt", False, False)
    assert loaded.notes == (
        "w.ckpt: taken from “state_dict”; “net.” before every name dropped; "
        "1 tensor that the network lacks left out (loss.weight).",
    )
    assert ask(LoadModel(OWN, saved(cli_networks.Classifier().state_dict()), trusted=True)).notes == ()


def test_a_head_of_another_size_is_the_persons_decision(ask: Asker, saved: Callable[[object], str]) -> None:
    small = "torchvision:shufflenet_v2_x0_5"
    ask(LoadModel(small, "random", seed=3))
    drawn = {key: t.clone() for key, t in ask.engine._bench.model(0).module.state_dict().items()}
    state = {key: t + 1 for key, t in drawn.items()}
    state |= {"fc.weight": torch.ones(7, 1024), "fc.bias": torch.ones(7)}
    command = LoadModel(small, saved(state), seed=3)
    assert "fits the network but for its head" in ask.complaint(command)
    loaded = ask(LoadModel(small, saved(state), seed=3, random_head=True))
    assert loaded.weights == "w.ckpt, head random" and "the head stays random" in loaded.notes[0]
    now = ask.engine._bench.model(0).module.state_dict()
    assert all(torch.equal(now[key], drawn[key]) for key in ("fc.weight", "fc.bias"))
    assert all(torch.equal(now[key], state[key]) for key in now if not key.startswith("fc."))


def test_the_window_learns_what_would_let_it_go_on() -> None:
    failed = _failure(1, LoadModel("a"), HeadError("it fits but for its head"))
    assert failed == Failure(1, "it fits but for its head", allows="random_head")
    assert _failure(1, LoadModel("a"), ExplorerError("no")).allows == ""
    assert hasattr(LoadModel("a"), failed.allows)


def test_a_name_of_a_file_comes_without_what_a_terminal_would_obey(ask: Asker, tmp_path: Path) -> None:
    path = tmp_path / "\x1b[31mred.pt"
    torch.save(cli_networks.Classifier().state_dict(), path)
    assert ask(LoadModel(OWN, str(path), trusted=True)).weights == "\\x1b[31mred.pt"
