"""Where weights are looked for, and how they are verified."""

import hashlib
from pathlib import Path

import pytest
import torch

from explorer import weights
from explorer.records.errors import CancelledError
from explorer.records.models import WeightsSpec, WeightsStatus

SPEC = WeightsSpec("http://127.0.0.1/net.pth", "net.pth", hashlib.sha256(b"net").hexdigest()[:8], 3)


@pytest.mark.parametrize(
    "variables", [{"TORCH_HOME": "/a/torch"}, {"XDG_CACHE_HOME": "/b/cache"}, {"TORCH_HOME": "~/t"}, {}]
)
def test_folder_is_that_of_torch_hub(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("TORCH_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    assert weights.folder() == Path(torch.hub.get_dir()) / "checkpoints"


def test_weights_are_downloadable_until_they_are_on_disk(folder: Path) -> None:
    assert weights.find(SPEC) is None
    assert weights.status(SPEC) is WeightsStatus.DOWNLOADABLE
    folder.mkdir(parents=True)
    (folder / "net.pth.part").write_bytes(b"n")
    assert weights.status(SPEC) is WeightsStatus.DOWNLOADABLE
    (folder / "net.pth").write_bytes(b"net")
    assert weights.find(SPEC) == folder / "net.pth"
    assert weights.status(SPEC) is WeightsStatus.ON_DISK


def test_packaged_weights_come_first(folder: Path, tmp_path: Path) -> None:
    packaged = tmp_path / "packaged.pth"
    spec = WeightsSpec(None, "net.pth", path=str(packaged))
    assert weights.status(spec) is WeightsStatus.NONE
    folder.mkdir(parents=True)
    (folder / "net.pth").write_bytes(b"net")
    assert weights.find(spec) == folder / "net.pth"
    packaged.write_bytes(b"net")
    assert weights.find(spec) == packaged


def test_content_is_verified_by_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    path.write_bytes(b"net")
    assert weights.is_published(path, SPEC)
    path.write_bytes(b"nit")
    assert not weights.is_published(path, SPEC)


def test_published_size_may_be_rounded_where_the_hash_is_known(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    path.write_bytes(b"net")
    assert weights.is_published(path, WeightsSpec(None, "net.pth", SPEC.sha256_prefix, 4))
    assert not weights.is_published(path, WeightsSpec(None, "net.pth", "", 4))


def test_verifying_can_be_cancelled(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    path.write_bytes(b"net")
    with pytest.raises(CancelledError):
        weights.is_published(path, SPEC, cancelled=lambda: True)
