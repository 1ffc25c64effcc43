"""The real window over the real engine, its model moved to a CUDA device and back."""

from pathlib import Path

import psutil
import pytest
import torch
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

import explorer
from explorer.records.samples import samples

pytestmark = pytest.mark.cuda


def test_a_person_moves_the_network_to_the_device_and_back(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, device: str
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    before = set(psutil.Process().children())
    (cat,) = (str(it.path) for it in samples() if it.path.stem == "chelsea")
    window = explorer.build_window(model="zoo:efficientnet_lite0", images=[cat])
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    desk = window.desk

    def wait_for(place: str) -> None:
        qtbot.waitUntil(
            lambda: desk.is_idle and desk.scene.forward is not None and desk.scene.model.device == place,
            timeout=60_000,
        )

    wait_for("cpu")
    box, answers = (window.findChild(QWidget, name) for name in ("deviceBox", "predictionView"))
    assert box.count() == 1 + torch.cuda.device_count()
    for place in (device, "cpu"):
        box.setCurrentIndex(box.findData(place))
        box.activated.emit(box.currentIndex())
        wait_for(place)
        qtbot.waitUntil(
            lambda: "tiger cat" in str(answers.model().index(0, 0).data()).lower(), timeout=30_000
        )
        figures = window.findChild(QWidget, "resourcePanel").figures()
        assert any("GPU" in it for it in figures), figures
    assert window.desk.scene.forward.trace.error is None
    engines = [child for child in psutil.Process().children() if child not in before]
    window.close()
    _, left = psutil.wait_procs(engines, timeout=10)
    assert left == []
