"""The whole program: the real window, the real engine in its own process, real weights, real photos."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import torch
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

import explorer
from explorer import imaging, weights, zoo
from explorer.forward.recorder import record
from explorer.paths import resources
from explorer.records.images import ImageSource
from explorer.window import loading
from explorer.window.frame import MainWindow

ROOT = Path(explorer.__file__).parent.parent
CHELSEA, COFFEE = (resources() / "samples" / name for name in ("chelsea.png", "coffee.png"))
PATIENCE_MS = 40_000
END_SECONDS = 3.0

CLOSED_WHILE_BUSY = """
import json, sys, time
import psutil
from PySide6.QtCore import QTimer
from explorer import build_window
from explorer.window import app, loading

def main(first_model_is_there):
    application = app.application_for_window()
    window = build_window(model="zoo:efficientnet_lite0")
    window.show()

    def end():
        model, doing = window.desk.scene.model, [it.command.activity for it in window.desk.working]
        pids = [psutil.Process().pid, *(child.pid for child in psutil.Process().children(recursive=True))]
        name = model.entry.name if model else ""
        print(json.dumps(dict(closed=time.time(), pids=pids, doing=str(doing), model=name)))
        window.close()

    def load():
        window.desk.settled.disconnect()
        loading.load(window.desk, "torchvision:vgg19")
        QTimer.singleShot(300, end)

    if first_model_is_there:
        window.desk.settled.connect(lambda: load() if window.desk.scene.seat.is_live else None)
    else:
        window.desk.settled.connect(lambda: None)
        load()
    return application.exec()

sys.exit(main(sys.argv[1] == "running"))
"""


@pytest.fixture
def live(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """The program's own window, shown, with the default model on its way; nothing of it is left afterwards."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))  # no weights but those of the package
    before = set(psutil.Process().children())
    window = explorer.build_window()
    window.resize(1440, 900)
    qtbot.addWidget(window)
    window.show()
    yield window
    engines = [child for child in psutil.Process().children() if child not in before]
    window.close()
    _, left = psutil.wait_procs(engines, timeout=END_SECONDS)
    for engine in left:
        engine.kill()
    assert left == []


def find(window: MainWindow, name: str) -> Any:
    found = window.findChild(QWidget, name)
    assert found is not None, f"there is no widget {name}"
    return found


def wait(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=PATIENCE_MS)


def drop(window: MainWindow, *files: Path) -> None:
    """Drag files over the window and let them go, as a file manager does."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    copy, left, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(400, 400), copy, mime, left, keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    dropped = QDropEvent(QPointF(400, 400), copy, mime, left, keys)
    QApplication.sendEvent(window, dropped)
    assert dropped.isAccepted()


def answers(window: MainWindow) -> list[tuple[str, float]]:
    """Return the rows of the predictions: label and per cent."""
    model = find(window, "predictionView").model()
    rows = [[str(model.index(row, column).data()) for column in (0, 1)] for row in range(model.rowCount())]
    return [(label, float(share.strip("<% "))) for label, share in rows]


def is_best(window: MainWindow, label: str) -> bool:
    return bool(rows := answers(window)) and label in rows[0][0].lower()


def step_shown(window: MainWindow) -> str:
    """Return the name of the operation that is shown, once its picture is there; else nothing."""
    value, current = find(window, "featureMapView").value, window.desk.scene.current
    return current.name if value is not None and current is not None and value.node == current.id else ""


def pick_image(window: MainWindow, row: int) -> None:
    strip = find(window, "imageStrip")
    place = strip.visualRect(strip.model().index(row, 0)).center()
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=place)


def cell(window: MainWindow, y: int, x: int) -> QPoint:
    """Return where the cell (y, x) of the large channel lies on its canvas."""
    return find(window, "featureMapView").large.rect_of((y, x, y + 1, x + 1)).center().toPoint()


def hover(widget: QWidget, place: QPoint) -> None:
    none, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    at, on_screen = QPointF(place), QPointF(widget.mapToGlobal(place))
    QApplication.sendEvent(widget, QMouseEvent(QEvent.Type.MouseMove, at, on_screen, none, none, keys))


def true_values(photo: Path) -> dict[str, torch.Tensor]:
    """Return what every operation of the pretrained default model puts out for a photo, computed right here."""
    spec = zoo.resolve("zoo:efficientnet_lite0")
    model = spec.build_empty()
    weights.apply(model, weights.load(weights.find(spec.weights)), spec.adapt)
    decoded = imaging.decode(imaging.read(ImageSource(photo.name, path=str(photo))), photo.name)
    prepared = imaging.prepare(decoded, spec.preprocess)
    forward = record(model.eval(), (torch.from_numpy(prepared.input),))
    return {operation.name: forward.value(i) for i, operation in enumerate(forward.operations)}


def test_drop_two_photos_read_the_answers_walk_the_layers_and_change_the_model(
    qtbot: QtBot, live: MainWindow
) -> None:
    drop(live, CHELSEA, COFFEE)
    wait(qtbot, lambda: find(live, "imageStrip").model().rowCount() == 2 and len(answers(live)) == 5)
    if not is_best(live, "cat"):
        pick_image(live, 0)
    wait(qtbot, lambda: is_best(live, "tiger cat"))
    assert answers(live)[0][1] == pytest.approx(39, abs=1.5)

    wait(qtbot, lambda: step_shown(live) == "conv_stem")
    assert find(live, "layerTree").model().rowCount() > 1
    check_the_stem(qtbot, live)
    live.findChild(QAction, "stepForward").trigger()
    wait(qtbot, lambda: step_shown(live) not in ("", "conv_stem"))
    live.findChild(QAction, "stepBackward").trigger()
    wait(qtbot, lambda: step_shown(live) == "conv_stem")

    pick_image(live, 1)
    wait(qtbot, lambda: is_best(live, "espresso"))

    loading.load(live.desk, "torchvision:squeezenet1_1")
    wait(qtbot, lambda: "random" in find(live, "modelPicker").text())
    wait(qtbot, lambda: find(live, "whyNoAnswer").isVisible())
    assert find(live, "modelPicker").text().startswith("squeezenet1_1")
    assert answers(live) == [], "random weights are no knowledge"
    QTest.mouseClick(find(live, "showRandomAnswer"), Qt.MouseButton.LeftButton)
    assert len(answers(live)) == 5 and not is_best(live, "espresso")
    assert live.notices.texts() == []


def check_the_stem(qtbot: QtBot, window: MainWindow) -> None:
    """Values and receptive field of the first convolution: 3×3, stride 2, padded only below and on the right."""
    maps = find(window, "featureMapView")
    truth = true_values(CHELSEA)["conv_stem"][0]
    for y, x in ((0, 0), (40, 50), (111, 7)):
        hover(maps.large, cell(window, y, x))
        head, _, shown = maps.readout.partition(" = ")
        assert head == f"channel {maps.channel}, row {y}, column {x}"
        true = truth[maps.channel, y, x].item()
        assert float(shown.replace("−", "-")) == pytest.approx(true, rel=6e-3, abs=1e-5)

    QTest.mouseClick(maps.large, Qt.MouseButton.LeftButton, pos=cell(window, 40, 50))
    wait(qtbot, lambda: find(window, "inputView").caption == "the field of row 40, column 50: 3×3, exact")
    QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    wait(qtbot, lambda: window.findChild(QWidget, "receptiveFieldView") is not None)
    field = find(window, "receptiveFieldView")
    wait(qtbot, lambda: "rows 80 to 82" in field.line)
    line = field.line
    QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert line.startswith("The unit at row 40, column 50 sees exactly 3×3 pixels") and "stride 2" in line
    assert "rows 80 to 82, columns 100 to 102" in line


def test_the_same_network_under_random_weights_beside_it_and_let_go(qtbot: QtBot, live: MainWindow) -> None:
    desk = live.desk
    drop(live, CHELSEA)
    wait(qtbot, lambda: desk.scene.forward is not None and desk.is_idle)
    first = desk.scene.forward
    desk.set(page="compare")
    wait(qtbot, lambda: live.pane_in_front() is not None and desk.is_idle)
    pane: Any = live.pane_in_front()
    pane.widget.start.groups["Other weights"].menu().actions()[0].trigger()
    wait(qtbot, lambda: bool(pane.widget.layers.table.layers.rows) and desk.is_idle)
    rows = pane.widget.layers.table.layers.rows
    assert len(rows) == sum(node.is_operation for node in first.trace.nodes)
    assert rows[0].sign == "=" and {it.sign for it in rows[1:]} == {"≠"}, (
        "it only pads the image, as the other does"
    )
    pane.widget.layers.parting.click()
    assert desk.scene.current.name == rows[1].a.name and desk.scene.forward is first
    maps = pane.widget.layers.maps.columns
    wait(qtbot, lambda: all(it.value is not None for it in maps))
    a, b, between = (it.value.values for it in maps)
    assert np.array_equal(between, a.astype(np.float64) - b)
    live.findChild(QAction, "closeSecond").trigger()
    wait(qtbot, lambda: pane.widget.start.isVisible() and desk.is_idle)
    assert desk.scene.forward is first


def test_a_killed_engine_is_reported_and_the_window_goes_on(qtbot: QtBot, live: MainWindow) -> None:
    wait(qtbot, lambda: live.desk.scene.seat.is_live)
    engine = max(psutil.Process().children(), key=lambda child: child.memory_info().rss)

    engine.kill()

    qtbot.waitUntil(lambda: len(live.notices.texts()) == 1, timeout=2000)
    assert "engine" in live.notices.texts()[0].lower()
    drop(live, COFFEE)
    wait(qtbot, lambda: is_best(live, "espresso"))
    assert not engine.is_running()


@pytest.mark.parametrize("engine_is", ["starting", "running"])
def test_closing_the_window_while_a_large_model_loads_ends_both_processes(
    tmp_path: Path, engine_is: str
) -> None:
    script = tmp_path / "closed_while_busy.py"
    script.write_text(CLOSED_WHILE_BUSY, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TORCH_HOME": str(tmp_path / "torch")}

    done = subprocess.run(
        [sys.executable, str(script), engine_is], env=environment, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["model"] == ("efficientnet_lite0" if engine_is == "running" else "")
    assert engine_is == "starting" or "vgg19" in report["doing"]
    assert len(report["pids"]) > 1, "there was no engine to end"
    while left := [pid for pid in report["pids"] if is_alive(pid)]:
        assert time.time() < report["closed"] + END_SECONDS, f"still there: {left}"
        time.sleep(0.02)
    assert time.time() < report["closed"] + END_SECONDS


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
