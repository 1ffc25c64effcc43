"""Whatever a person does, in whatever order: no exception, no dead engine, no window that stands still.

Slow, and therefore run only on request: `pytest -m slow tests/test_random_actions.py`.
"""

import gc
import random
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from explorer.features import features
from explorer.window import loading
from explorer.window.app import assemble
from explorer.window.frame import MainWindow
from explorer.window.start import Start

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

ACTIONS = 500
LONGEST_GAP_S = 0.5
SAMPLES = Path(__file__).parent.parent / "resources" / "samples"
MODELS = (
    *(
        "zoo:lenet5",
        "zoo:alexnet",
        "zoo:char_cnn",
        "zoo:mobilenet_v3_small",
        "zoo:efficientnet_lite0",
        "zoo:no_such",
    ),
    *("torchvision:resnet18", "torchvision:mobilenet_v2", "torchvision:shufflenet_v2_x0_5"),
)
NOT_TRIED = {"quit", "downloadWeights"}  # the one ends the program, the other asks a server
KEYS = (
    *(Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Tab, Qt.Key.Key_Space),
    *(
        Qt.Key.Key_Return,
        Qt.Key.Key_Escape,
        Qt.Key.Key_Delete,
        Qt.Key.Key_Period,
        Qt.Key.Key_Comma,
        Qt.Key.Key_A,
    ),
    *(Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageDown, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_0),
)
SIZES = ((960, 600), (1440, 900), (1000, 1400), (2200, 1200))


class Person:
    """Somebody who does anything anywhere."""

    def __init__(self, window: MainWindow, folder: Path, seed: int) -> None:
        self.window = window
        self.random = random.Random(seed)
        self.done: list[str] = []
        broken = folder / "broken.png"
        broken.write_bytes((SAMPLES / "coffee.png").read_bytes()[:2000])
        named = folder / "named.png"
        named.write_text("no picture", encoding="utf-8")
        self.files = [*sorted(SAMPLES.glob("*.png")), broken, named, folder, folder / "gone.jpg"]
        self.ways: tuple[Callable[[], str], ...] = (
            *(self.trigger,) * 6,
            *(self.press,) * 6,
            *(self.click,) * 6,
            *(self.step,) * 3,
            self.wheel,
            self.choose,
            self.open_list,
            self.drop,
            self.load,
            self.resize,
        )

    def act(self) -> None:
        self.done.append(self.random.choice(self.ways)())

    def trigger(self) -> str:
        actions = [it for spec, it in self.window.actions_ if spec.id not in NOT_TRIED and it.isEnabled()]
        action = self.random.choice(actions)
        action.trigger()
        return f"action {action.objectName()}"

    def press(self) -> str:
        key, held = self.random.choice(KEYS), QApplication.focusWidget() or self.window
        QTest.keyClick(held, key)
        return f"{key.name} on {type(held).__name__}"

    def click(self) -> str:
        place = QPoint(
            self.random.randrange(self.window.width()), self.random.randrange(self.window.height())
        )
        hit = self.window.childAt(place) or self.window
        QTest.mouseClick(hit, Qt.MouseButton.LeftButton, pos=hit.mapFrom(self.window, place))
        return f"click on {type(hit).__name__} {hit.objectName()}"

    def step(self) -> str:
        scene = self.window.desk.scene
        if scene.trace is not None:
            self.window.desk.put(scene.at_node(self.random.randrange(len(scene.trace.nodes))))
        return "jump"

    def wheel(self) -> str:
        place = QPointF(
            self.random.randrange(self.window.width()), self.random.randrange(self.window.height())
        )
        hit = self.window.childAt(place.toPoint()) or self.window
        at = QPointF(hit.mapFrom(self.window, place.toPoint()))
        turn = QPoint(0, self.random.choice((-120, 120)))
        none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
        QApplication.sendEvent(
            hit, QWheelEvent(at, QPointF(hit.mapToGlobal(at.toPoint())), turn, turn, *none, False)
        )
        return f"wheel on {type(hit).__name__}"

    def choose(self) -> str:
        boxes = [it for it in self.window.findChildren(QComboBox) if it.isVisible() and it.count()]
        if boxes:
            box = self.random.choice(boxes)
            box.setCurrentIndex(self.random.randrange(box.count()))
            box.activated.emit(box.currentIndex())
        return "choose in a box"

    def open_list(self) -> str:
        boxes = [it for it in self.window.findChildren(QComboBox) if it.isVisible() and it.count()]
        if boxes:
            self.random.choice(boxes).showPopup()
        return "open a list that drops down"

    def drop(self) -> str:
        files = self.random.sample(self.files, self.random.randint(1, 3))
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
        self.window.dropped.emit(mime)
        return f"drop {[file.name for file in files]}"

    def load(self) -> str:
        name = self.random.choice(MODELS)
        loading.load(self.window.desk, name)
        return f"load {name}"

    def resize(self) -> str:
        self.window.resize(*self.random.choice(SIZES))
        return "resize"


class Clock:
    """Measures how long the event loop does not turn."""

    def __init__(self, owner: QWidget) -> None:
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(owner, interval=5)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now


@pytest.fixture(autouse=True)
def uncollected() -> Iterator[None]:
    """As in the program, Python collects by hand, and nothing that was there before: here that is pytest and torch."""
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Dialogs answer at once, no browser opens, menus close again."""
    saved, photo = str(tmp_path / "saved.png"), str(SAMPLES / "chelsea.png")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (saved, ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (photo, ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_, **__: ([photo], ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: str(SAMPLES))
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda *_: True)

    def close_popups() -> None:
        for widget in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
            if widget is not None:
                widget.close()

    timer = QTimer(interval=100)
    timer.timeout.connect(close_popups)
    timer.start()
    yield
    timer.stop()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_is_done_nothing_breaks_and_the_window_goes_on(
    qtbot: QtBot, answered: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    raised: list[str] = []
    monkeypatch.setattr(
        sys, "excepthook", lambda *it: raised.append("".join(traceback.format_exception(*it)))
    )
    window = assemble(Start("zoo:efficientnet_lite0", (str(SAMPLES / "chelsea.png"),)), features())
    died: list[str] = []
    window.desk.died.connect(lambda it: died.append(it.message))
    window.resize(1440, 900)
    window.show()
    qtbot.waitUntil(lambda: window.desk.scene.forward is not None and window.desk.is_idle, timeout=120_000)
    clock, person = Clock(window), Person(window, tmp_path, seed)
    try:
        for _ in range(ACTIONS):
            person.act()
            qtbot.wait(person.random.choice((1, 5, 20, 100)))
            recent = person.done[-12:]
            assert not raised and not died, (raised, died, recent)
            assert not any("nternal error" in text for text in window.notices.texts()), recent
            assert clock.longest < LONGEST_GAP_S, (clock.longest, recent)
        window.desk.cancel()
        qtbot.waitUntil(lambda: window.desk.is_idle, timeout=120_000)
        assert not raised and not died
    finally:
        window.close()
        shiboken6.delete(window)  # or the next one shares every change of the theme with it
