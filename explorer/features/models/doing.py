"""What the actions of models do; imported when one is used, for it needs Qt."""

from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog

from explorer.features.models import downloads
from explorer.features.models.messages import SummariseModel
from explorer.window import loading
from explorer.window.desk import Desk
from explorer.window.spec import Level

_WEIGHTS = f"Weights ({' '.join('*' + ending for ending in loading.WEIGHTS_ENDINGS)});;All files (*)"


def open_model_file(desk: Desk, beside: bool = False) -> None:
    """Let the person choose a Python file of their own, or the `config.json` of a folder with a network.

    Args:
        desk: Where the scene is.
        beside: True if it is to be compared with the model that is there.
    """
    if path := _ask_for_file(desk, "Load a network", "network_folder", "Networks (*.py config.json)"):
        is_folder = (
            Path(path).name == "config.json"
        )  # as Hugging Face's hub keeps a network, its weights beside it
        name = str(Path(path).parent) if is_folder else path
        if beside:
            loading.want_beside(desk, loading.command(desk.scene, name))
        else:
            loading.load_file(desk, name)


def load_weights_file(desk: Desk) -> None:
    """Let the person choose a file of weights for the model that is there."""
    if path := _ask_for_file(desk, "Load weights", "weights_folder", _WEIGHTS):
        loading.load_weights(desk, path)


def _ask_for_file(desk: Desk, title: str, kind: str, filters: str) -> str:
    """Return the file that the person chose, in the folder where they chose the last of its kind; empty if none."""
    folder = desk.settings.text(kind, "")
    path, _ = QFileDialog.getOpenFileName(QApplication.activeWindow(), title, folder, filters)
    if path:
        desk.settings.put(kind, str(Path(path).parent))
    return path


def download_weights(desk: Desk) -> None:
    """Fetch the pretrained weights of the model that is there."""
    if desk.scene.model is not None:
        downloads.start(desk, desk.scene.model.entry.full_name)


def copy_summary(desk: Desk) -> None:
    """Put torchinfo's summary of the model on the clipboard."""

    def copy(text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        lines = text.count("\n") + 1
        desk.tell(Level.INFO, f"The summary is on the clipboard ({lines} lines).", about="summary")

    if desk.scene.forward is not None:
        desk.do(SummariseModel(desk.scene.forward.number), copy)


def next_device(desk: Desk) -> None:
    """Move the model to the device after its own, after the last to the CPU."""
    devices = ["cpu", *(f"cuda:{number}" for number in range(len(desk.scene.load.cuda_devices)))]
    now = loading.device_of(desk.scene)
    place = devices.index(now) if now in devices else min(now == "cuda", len(devices) - 1)
    loading.move(desk, devices[(place + 1) % len(devices)])
