"""Everything a person can do in the window, as named actions with a tooltip and a shortcut."""

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from explorer.window import icons


@dataclass(frozen=True)
class _Spec:
    name: str
    text: str
    tip: str
    icon: str = ""
    keys: tuple[str, ...] = ()
    checkable: bool = False
    enabled: bool = True


_SPECS = (
    _Spec("openImages", "Open images…", "Open image files", "open", ("Ctrl+O",)),
    _Spec("pasteImage", "Paste image", "Open the image on the clipboard", "paste", ("Ctrl+V",)),
    _Spec("enterWord", "Type a word…", "Type a word for a network that reads text", "", ("Ctrl+E",),
          enabled=False),
    _Spec("saveFigure", "Save figure…", "Draw this operation into a PNG, PDF or SVG file", "", ("Ctrl+S",),
          enabled=False),
    _Spec("copySummary", "Copy summary", "Copy torchinfo's table of the model's layers and parameters", "",
          ("Ctrl+Shift+C",), enabled=False),
    _Spec("useAsBackbone", "Use this layer as backbone", "Embed all open images at the operation that is shown", "",
          ("Ctrl+B",), enabled=False),
    _Spec("compareInitialisations", "Compare initialisations",
          "Build the network anew with each kind of random weights and compare its activations", "",
          ("Ctrl+Shift+I",), enabled=False),
    _Spec("quit", "Quit", "Close the window and end the engine", "", ("Ctrl+Q",)),
    _Spec("chooseModel", "Choose model…", "Search the models", "model", ("Ctrl+K",)),
    _Spec("chooseInputSize", "Input size…", "Choose height and width of the model's input", "", ("Ctrl+I",)),
    _Spec("openModelFile", "Open model file…", "Load a network from your Python file", "file",
          ("Ctrl+Shift+O",)),
    _Spec("loadWeightsFile", "Load weights file…", "Load a state_dict or .safetensors file", "", ("Ctrl+L",)),
    _Spec("downloadWeights", "Download weights", "Download the pretrained weights of this model", "download",
          ("Ctrl+D",), enabled=False),
    _Spec("stepFirst", "First operation", "Go to the first operation", "first", ("Alt+Home",), enabled=False),
    _Spec("stepBackward", "Step back", "Go to the operation before", "back",
          ("Alt+Left", ","), enabled=False),
    _Spec("stepForward", "Step forward", "Go to the next operation", "forward",
          ("Alt+Right", "."), enabled=False),
    _Spec("stepLast", "Last operation", "Go to the last operation", "last", ("Alt+End",), enabled=False),
    _Spec("play", "Play", "Step through the operations by itself", "play", (), checkable=True, enabled=False),
    _Spec("measure", "Measure time", "Measure the forward and every operation again", "measure", ("Ctrl+M",),
          enabled=False),
    _Spec("cancelWork", "Cancel", "Cancel what the engine works on, or leave the timeline", "cancel", ("Esc",),
          enabled=False),
    _Spec("showTimeline", "Timeline", "Show the networks by year and error; each opens with a click", "timeline",
          ("Ctrl+Y",), checkable=True),
    _Spec("toggleTheme", "Light or dark", "Change between light and dark", "theme", ("Ctrl+T",)),
    _Spec("showShortcuts", "Keyboard shortcuts", "Show all keyboard shortcuts", "", ("F1",), checkable=True),
    _Spec("about", "About Architecture Explorer", "Show the version and what the program is", "info"),
)  # fmt: skip


class Actions:
    """The window's actions by name; each is a child of the window and found by its object name."""

    def __init__(self, parent: QObject) -> None:
        self._icons = {spec.name: spec.icon for spec in _SPECS if spec.icon}
        self._actions = {spec.name: _build(spec, parent) for spec in _SPECS}
        self.dress()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def all(self) -> list[QAction]:
        """Return the actions in the order of the menus."""
        return list(self._actions.values())

    def dress(self) -> None:
        """Draw the icons in the colours of the current theme."""
        for name, icon in self._icons.items():
            self._actions[name].setIcon(icons.icon(icon))

    def show_playing(self, playing: bool) -> None:
        """Turn the play action into pause and back."""
        action = self._actions["play"]
        self._icons["play"] = "pause" if playing else "play"
        action.setIcon(icons.icon(self._icons["play"]))
        action.setText("Pause" if playing else "Play")
        action.setChecked(playing)


def _build(spec: _Spec, parent: QObject) -> QAction:
    action = QAction(spec.text, parent)
    action.setObjectName(spec.name)
    action.setCheckable(spec.checkable)
    action.setEnabled(spec.enabled)
    shortcuts = [QKeySequence(key) for key in spec.keys]
    action.setShortcuts(shortcuts)
    # Space plays through a shortcut of the window, which leaves it to a control that has the focus.
    shown = ["Space"] if spec.name == "play" else [keys.toString() for keys in shortcuts]
    action.setToolTip(f"{spec.tip} ({' or '.join(shown)})" if shown else spec.tip)
    return action
