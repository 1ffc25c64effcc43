"""Downloads of weights, and torchinfo's summary."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from engine_asks import Asker

from explorer import zoo
from explorer.engine.messages import LoadModel
from explorer.features.models.messages import DownloadWeights, SummariseModel
from explorer.records.errors import CancelledError
from explorer.records.models import WeightsSpec

SMALL = "torchvision:shufflenet_v2_x0_5"


def test_download_fetches_verifies_and_makes_the_model_pretrained(
    ask: Asker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, weights_folder: Path
) -> None:
    torch.manual_seed(3)
    published = tmp_path / "published.pth"
    torch.save(zoo.resolve(SMALL).build().state_dict(), published)
    sha = hashlib.sha256(published.read_bytes()).hexdigest()
    spec = replace(zoo.resolve(SMALL), weights=WeightsSpec(published.as_uri(), f"net-{sha[:8]}.pth", sha[:8]))
    monkeypatch.setattr(zoo, "resolve", lambda name, trusted=False: spec)
    assert ask(LoadModel(SMALL)).can_download
    with pytest.raises(CancelledError):
        ask(DownloadWeights(SMALL), cancel_after=0)
    assert not (weights_folder / f"net-{sha[:8]}.pth").exists()
    ask.progress.clear()
    path = ask(DownloadWeights(SMALL))
    assert Path(path) == weights_folder / f"net-{sha[:8]}.pth"
    assert Path(path).read_bytes() == published.read_bytes()
    done, total, text = ask.progress[-1]
    assert done == total == published.stat().st_size and text == f"downloading net-{sha[:8]}.pth"
    loaded = ask(LoadModel(SMALL))
    assert (loaded.weights, loaded.pretrained, loaded.can_download) == ("pretrained", True, False)


def test_download_of_what_is_not_published_is_one_line(ask: Asker) -> None:
    assert "No weights are published" in ask.complaint(DownloadWeights("timm:resnet26"))


def test_the_model_is_summarised(recorded: Asker) -> None:
    summary = recorded(SummariseModel(1))
    assert "Conv2d (conv)" in summary and "Total params: " in summary and "mult-adds" not in summary
