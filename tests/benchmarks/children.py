"""Small programs that the benchmarks start as processes of their own; each prints one JSON line.

Usage: python children.py NAME START [ARGUMENTS], START being the clock (`time.time`) when the parent started it.
"""

import json
import sys
import time
from pathlib import Path

START = float(sys.argv[2])
SAMPLE = Path(__file__).parent.parent.parent / "resources" / "samples" / "chelsea.png"


def report(**figures):
    print(json.dumps(figures), flush=True)


def wait_for(condition, seconds=120):
    """Spin Qt's event loop until `condition()`; what the program itself does while it waits."""
    from PySide6.QtCore import QEventLoop, QTimer

    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("the program did not get there in time")
        loop = QEventLoop()
        QTimer.singleShot(1, loop.quit)
        loop.exec()


def window(images=()):
    """The steps of `explorer.__main__`, in its order."""
    import gc

    from explorer.engine.link import EngineLink

    gc.disable()
    link = EngineLink()
    link.start()
    from explorer.features import features
    from explorer.window import app
    from explorer.window.start import Start

    app.application_for_window()
    painted = []
    start = Start("zoo:efficientnet_lite0", tuple(images))
    shown = app.open_at_once(start, features(), link, lambda: painted.append(time.time() - START))
    return painted[0], shown


def load(desk, name):
    """Ask for a model as the picker does."""
    from explorer.window import loading

    loading.load(desk, name)


def is_recorded(desk, name):
    """Tell whether a forward of the model of that name is there."""
    return desk.scene.trace is not None and desk.scene.trace.model == name


def maps_of(window):
    """Return the view of feature maps."""
    from PySide6.QtCore import QObject

    return window.findChild(QObject, "featureMapView")


def empty_window():
    import pyqtgraph
    from PySide6.QtWidgets import QApplication, QMainWindow

    application = QApplication([])
    shown = QMainWindow()
    shown.setCentralWidget(pyqtgraph.GraphicsView())
    shown.show()
    application.processEvents()
    report(shown_s=time.time() - START)


def full_window():
    shown_s, shown = window()
    report(shown_s=shown_s)
    shown.close()


def first_answer(image):
    shown_s, shown = window([image])
    from PySide6.QtCore import QObject

    wait_for(lambda: shown.findChild(QObject, "predictionView") is not None)
    predictions = shown.findChild(QObject, "predictionView")
    wait_for(lambda: predictions.model().rowCount() > 1)
    shown.grab()
    report(shown_s=shown_s, answer_s=time.time() - START, label=str(predictions.model().index(0, 0).data()))
    shown.close()


def bare_script(image):
    import numpy as np
    import torch
    from PIL import Image

    from explorer import imaging, weights, zoo

    spec = zoo.resolve("zoo:efficientnet_lite0")
    model = spec.build_empty()
    weights.apply(model, weights.load(weights.find(spec.weights)), spec.adapt)
    model.eval()
    photo = Image.open(image).convert("RGB")
    scale = 256 / min(photo.size)
    photo = photo.resize((round(photo.width * scale), round(photo.height * scale)), Image.Resampling.BICUBIC)
    left, top = (photo.width - 224) // 2, (photo.height - 224) // 2
    pixels = np.asarray(photo.crop((left, top, left + 224, top + 224)), dtype=np.float32) / 255
    value = torch.from_numpy((pixels - 0.498) / 0.502).permute(2, 0, 1)[None]
    with torch.no_grad():
        best = int(model(value)[0].argmax())
    report(answer_s=time.time() - START, label=imaging.imagenet_labels()[best])


def stepping(model, steps):
    """Step and jump through a network; the longest stretches in which the event loop did not turn, meanwhile."""
    import random

    _, shown = window([str(SAMPLE)])
    desk = shown.desk
    shown.resize(1440, 900)
    gaps = Gaps()
    load(desk, f"torchvision:{model}")
    wait_for(lambda: is_recorded(desk, f"torchvision:{model}") and desk.is_idle, 300)
    loading = gaps.take()
    count = len(desk.scene.trace.nodes)
    generator = random.Random(0)
    onward = [1 + k * (count - 1) // int(steps) for k in range(int(steps))]
    forward = [timed_step(shown, node, pace) for start in onward for node, pace in run_of(start, count)]
    jumps = [timed_step(shown, generator.randrange(count), 0.2) for _ in range(int(steps))]
    stepping_gaps = gaps.take()
    report(forward_ms=forward, jumps_ms=jumps, loading_gaps_ms=loading, stepping_gaps_ms=stepping_gaps)
    shown.close()


def comparing(model):
    """Load and run a second network on the page that compares; how long the event loop stood still meanwhile."""
    from explorer.window import loading

    _, shown = window([str(SAMPLE)])
    desk = shown.desk
    shown.resize(1440, 900)
    wait_for(lambda: is_recorded(desk, "zoo:efficientnet_lite0") and desk.is_idle)
    desk.set(page="compare")
    wait_for(lambda: desk.is_idle)
    gaps = Gaps()
    loading.want_beside(desk, loading.command(desk.scene, f"torchvision:{model}", "random"))
    wait_for(lambda: desk.scene.seats[1].forward is not None, 300)
    seating = gaps.take()
    wait_for(lambda: desk.is_idle, 300)
    report(seating_gaps_ms=seating, comparing_gaps_ms=gaps.take())
    shown.close()


def run_of(start, count):
    """Four operations one after the other, at the pace of a key held down (30 a second) after the first."""
    return [(node, 0.033) for node in range(start, min(start + 4, count))]


def timed_step(window, node, pause):
    """Return the milliseconds from the wish to the painted picture of `node`; then let `pause` seconds pass."""
    from PySide6.QtWidgets import QApplication

    desk, view = window.desk, maps_of(window)
    start = time.perf_counter()
    desk.set(node=node, layer=desk.scene.trace.nodes[node].name)
    desk.settle()
    wait_for(lambda: view.value is not None and view.value.node == node)
    QApplication.sendPostedEvents()  # the views have asked to be painted; this paints them
    took = (time.perf_counter() - start) * 1e3
    until = time.perf_counter() + pause
    wait_for(lambda: time.perf_counter() >= until)
    return took


def switches(count):
    """Switch models again and again; memory of both processes after every tenth of the way, with the same model."""
    import psutil

    _, shown = window([str(SAMPLE)])
    desk = shown.desk
    names = [f"torchvision:{n}" for n in ("resnet18", "squeezenet1_1", "mobilenet_v2", "shufflenet_v2_x1_0")]
    names = ["zoo:efficientnet_lite0", *names]
    engine, own = [], []
    for k in range(int(count) + 1):
        name = names[k % len(names)]
        if k:
            load(desk, name)
        wait_for(lambda name=name: is_recorded(desk, name))
        number = desk.scene.node
        wait_for(lambda number=number: getattr(maps_of(shown).value, "node", None) == number)
        if k == 0:
            wait_for(lambda: desk.is_idle)  # the sources of models are imported, the time is measured
        if k % (int(count) // 10) == 0:
            this = psutil.Process()
            engine.append(max(child.memory_info().rss for child in this.children()) / 1e6)
            own.append(this.memory_info().rss / 1e6)
    report(engine_mb=engine, window_mb=own)
    shown.close()


def budget(network, size, room):
    """Record a network on a photo, values allowed `room` bytes; the engine's memory before, and at its peak."""
    import resource

    import psutil

    from explorer.engine.engine import Engine
    from explorer.engine.host import _reuse_memory
    from explorer.engine.messages import AllowMemory, LoadModel, OpenImage, Record
    from explorer.engine.task import Task
    from explorer.records.images import ImageSource

    _reuse_memory()
    engine = Engine()

    def ask(command):
        return engine.handle(command, Task())

    ask(AllowMemory(int(room)))
    ask(LoadModel(network, weights="random", seed=0))
    ask(OpenImage("photo", ImageSource(SAMPLE.name, str(SAMPLE))))
    before = psutil.Process().memory_info().rss / 1e6
    forward = ask(Record(1, "photo", size=(int(size), int(size))))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    gone = len(engine.load().values_gone[1])
    report(before_mb=before, peak_mb=peak, held_mb=forward.held_bytes / 1e6, let_go=gone)


def picker(count):
    """Open the list of all models again and again; milliseconds from the wish to the painted list."""
    from PySide6.QtWidgets import QApplication, QTableView, QToolButton

    from explorer.engine.messages import ListModels
    from explorer.features.models.popup import Popup

    _, shown = window([str(SAMPLE)])
    wait_for(lambda: shown.desk.known(ListModels()) is not None and shown.desk.is_idle, 300)
    button = shown.findChild(QToolButton, "modelPicker")
    opened = []
    for _ in range(int(count) + 1):
        start = time.perf_counter()
        button.open_popup()
        QApplication.sendPostedEvents()
        QApplication.processEvents()
        opened.append((time.perf_counter() - start) * 1e3)
        button.findChild(Popup).hide()
        until = time.perf_counter() + 0.1
        wait_for(lambda until=until: time.perf_counter() >= until)
    table = next(view for view in button.findChildren(QTableView) if view.accessibleName() == "Models")
    report(opened_ms=opened, names=table.model().rowCount())
    shown.close()


def rooms():
    """What a drop, a selected layer and a clicked cell pass on their way in the window's process, by file.

    Counted are the program's files that have a function on the stack when a command is sent to the engine, and when a
    value, the answer or a receptive field is handed to the view that shows it.
    """
    from PySide6.QtCore import QMimeData, QObject, QPoint, QPointF, Qt, QUrl
    from PySide6.QtGui import QDropEvent
    from PySide6.QtTest import QTest

    _, shown = window([str(SAMPLE)])
    shown.resize(1440, 900)
    desk, link = shown.desk, shown.desk._link
    wait_for(lambda: desk.scene.forward is not None and desk.is_idle)
    passed = set()
    views = [maps_of(shown), *(shown.findChild(QObject, name) for name in ("predictionView", "inputView"))]
    watch(link, "send", passed)
    for view in views:
        for name in ("set_value", "set_answer", "set_box"):
            if hasattr(view, name):
                watch(view, name, passed)

    def counted(act):
        passed.clear()
        act()
        wait_for(lambda: desk.is_idle)
        return sorted(passed)

    def drop():
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(SAMPLE.with_name("coffee.png")))])
        copy, button, key = (
            Qt.DropAction.CopyAction,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        shown.dropEvent(QDropEvent(QPointF(500, 400), copy, mime, button, key))
        wait_for(lambda: len(desk.scene.images) == 2 and desk.scene.forward.key == desk.scene.image)

    def select_layer():
        tree = shown.findChild(QObject, "layerTree")
        tree.setFocus()
        QTest.keyClick(tree, Qt.Key.Key_Down)

    def click_cell():
        mosaic = maps_of(shown).mosaic
        QTest.mouseClick(
            mosaic, Qt.MouseButton.LeftButton, pos=QPoint(mosaic.width() // 3, mosaic.height() // 3)
        )

    report(drop=counted(drop), layer=counted(select_layer), cell=counted(click_cell))
    shown.close()


def recording(name, rounds=25):
    """Ratios of a first and of a repeated recording to the plain forward, taken in turns; medians."""
    import gc
    from statistics import median

    import torch
    from table import network

    from explorer.engine.host import _reuse_memory
    from explorer.forward.recorder import record
    from explorer.forward.repeat import Plans

    _reuse_memory()  # as in the engine, for all three
    model, value, plans = network(name), torch.randn(1, 3, 224, 224), Plans()
    held = []

    def timed(run):
        gc.collect(0)
        held.clear()  # the memory of the last one is free again, for all three
        start, cpu = time.perf_counter(), time.process_time()
        held.append(run())
        return time.perf_counter() - start, time.process_time() - cpu

    with torch.no_grad():
        plans.learn(record(model, (value,), plans=plans), None)
        runs = [
            lambda: model(value),
            lambda: record(model, (value,)),
            lambda: record(model, (value,), plans=plans),
        ]
        laps = [[timed(run) for run in runs] for _ in range(int(rounds))][2:]
    assert held[0].plan is not None
    plain, first, again = ([lap[k][0] for lap in laps] for k in range(3))
    cpu = [min(lap[k][1] for lap in laps) for k in range(3)]
    report(
        plain=median(plain) * 1e3,
        first=median(a / b for a, b in zip(first, plain, strict=True)),
        again=median(a / b for a, b in zip(again, plain, strict=True)),
        fastest=[min(first) / min(plain), min(again) / min(plain)],
        processor=[cpu[1] / cpu[0], cpu[2] / cpu[0]],
    )


def watch(thing, name, passed):
    """Let `thing.name` note the program's files on the stack whenever it is called."""
    import explorer

    home = str(Path(explorer.__file__).parent)
    original = getattr(thing, name)

    def noting(*arguments, **named):
        frame = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename.startswith(home) and "__main__" not in frame.f_code.co_filename:
                passed.add(frame.f_code.co_filename.removeprefix(home + "/"))
            frame = frame.f_back
        return original(*arguments, **named)

    setattr(thing, name, noting)


class Gaps:
    """Measures by a timer how long the event loop does not turn."""

    def __init__(self):
        from PySide6.QtCore import QTimer

        self.gaps = []
        self.last = time.perf_counter()
        self.timer = QTimer(interval=1)
        self.timer.timeout.connect(self.tick)
        self.timer.start()

    def tick(self):
        now = time.perf_counter()
        self.gaps.append((now - self.last) * 1e3 - 1)
        self.last = now

    def take(self):
        gaps, self.gaps = self.gaps, []
        return [round(gap, 2) for gap in sorted(gaps, reverse=True)[: max(1, len(gaps) // 50)]] + [len(gaps)]


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[3:])
