"""What tests of several folders need: a home of their own, and an engine in-process."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if "PYTEST_XDIST_WORKER" in os.environ:  # processes that share the tests share the processors, too
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import engine_networks
from desk_fakes import FakeNotices, scene
from engine_asks import Asker, Own
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.engine.messages import LoadModel, Record
from explorer.features import features
from explorer.window import desk as desk_module
from explorer.window import theme
from explorer.window.app import assemble
from explorer.window.desk import Desk
from explorer.window.frame import MainWindow
from explorer.window.settings import Settings
from explorer.window.start import Start


@pytest.fixture(autouse=True, scope="session")
def dressed(qapp: QApplication) -> None:
    """The application in its light theme, once: it takes as long as to build a window."""
    theme.apply(qapp, "light")


@pytest.fixture(autouse=True, scope="module")
def lean() -> None:
    """What is there for good, such as torch, is looked through once, not at each collection, which takes long."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def isolated(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings of its own for each test, and no dialog that would wait for a person."""
    monkeypatch.setenv("ARCH_EXPLORER_HOME", str(tmp_path / "home"))

    def no_dialog(*_: object) -> tuple[str, str]:
        raise AssertionError("a dialog was opened that the test does not answer")

    for name in ("getOpenFileName", "getOpenFileNames", "getSaveFileName", "getExistingDirectory"):
        monkeypatch.setattr(QFileDialog, name, no_dialog)
    monkeypatch.setattr(desk_module, "_CALM_MS", 1)
    yield
    # What a test leaves open would share every change of the theme with all that follow.
    for left in [it for it in qapp.topLevelWidgets() if type(it).__module__.startswith("explorer.")]:
        left.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    if theme.current() is not theme.LIGHT:
        theme.apply(qapp, "light")


# ---- an engine in the test's own process ----


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
    return lambda name: LoadModel(f"{engine_networks.__file__}:{name}", seed=0, trusted=True)


@pytest.fixture
def recorded(ask: Asker, own: Own) -> Asker:
    """An engine that has recorded a small network on a photo, as forward number 1."""
    ask(own("Classifier"))
    ask.open("coffee")
    ask(Record(1, "coffee"))
    return ask


# ---- a window over an engine that is not there ----


@pytest.fixture
def link() -> FakeLink:
    return FakeLink()


@pytest.fixture
def notices() -> FakeNotices:
    return FakeNotices()


@pytest.fixture
def desk(qtbot: QtBot, link: FakeLink, notices: FakeNotices) -> Iterator[Desk]:
    """A desk over the fake engine, whose scene has a model, an image and a forward; nobody else sits at it."""
    desk = Desk(link, notices, Settings(), scene())
    yield desk
    desk.close(0.0)


@pytest.fixture
def window(qtbot: QtBot, link: FakeLink) -> MainWindow:
    """The real window with all features over the fake engine, shown, its model loaded."""
    window = assemble(Start("zoo:toy"), features(), link)
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    qtbot.waitUntil(lambda: window.desk.is_idle)
    return window
