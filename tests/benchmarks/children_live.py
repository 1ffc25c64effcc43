"""Small programs about changes that are tried on an input, started as `children.py`'s are."""

import gc
import sys
import time
from contextlib import nullcontext
from statistics import median

from children import SAMPLE, Gaps, is_recorded, load, maps_of, report, wait_for, window

MOVES_A_SECOND = 60  # Qt hands over the moves of a faster mouse together


def again(name, rounds=25):
    """Ratio to the plain forward of one that meets one operation, with all that is put back; taken in turns."""
    import torch
    from table import network

    from explorer.engine.host import _reuse_memory
    from explorer.forward.again import Again, can_be_met
    from explorer.forward.recorder import record

    _reuse_memory()  # as in the engine
    model, value = network(name), torch.randn(1, 3, 224, 224)
    recording = record(model, (value,))
    nodes = [node for node, it in enumerate(recording.operations) if can_be_met(it)]
    node, rerun = nodes[len(nodes) // 2], Again(model, recording.operations)
    seen = []

    def plain():
        with torch.no_grad():
            model(value)

    def met(context):
        with context:
            rerun.run(lambda: ((value,), {}), {node: lambda it: seen.append(it.clone())})

    def timed(run):
        gc.collect(0)
        seen.clear()
        start = time.perf_counter()
        run()
        return time.perf_counter() - start

    inside = []
    for _ in range(int(rounds)):
        with rerun:
            inside.append((timed(plain), timed(lambda: met(nullcontext()))))
    around = [(timed(plain), timed(lambda: met(rerun))) for _ in range(int(rounds))]
    report(
        plain=median(lap[0] for lap in around) * 1e3,
        inside=median(b / a for a, b in inside[2:]),
        around=median(b / a for a, b in around[2:]),
    )


def drag(name, moves):
    """Drag a patch: from a move to the painted maps and answer, move by move and at the pace of a mouse."""
    from explorer.engine.messages import Measure

    _, shown = window([str(SAMPLE)])
    shown.resize(1440, 900)
    desk = shown.desk
    load(desk, name)
    wait_for(lambda: is_recorded(desk, name) and desk.is_idle, 300)
    shown.actions_["tryChanges"].trigger()
    wait_for(lambda: desk.is_idle)
    held = Dragged(shown)
    single = [held.one(k) for k in range(1, int(moves) + 1)]
    stream, frames = held.stream(4 * int(moves))
    wait_for(lambda: desk.is_idle)
    gaps = (
        Gaps()
    )  # apart: its timer, a thousand times a second, takes time that two cores do not have to spare
    held.stream(4 * int(moves))
    stream_gaps = gaps.take()
    gaps.timer.stop()
    wait_for(lambda: desk.is_idle)
    timed = []
    desk.do(Measure(desk.scene.forward.number, 30), timed.append)
    wait_for(lambda: bool(timed))
    report(
        plain=timed[0].timing.forward.median,
        single_ms=single,
        stream_ms=stream,
        stream_gaps_ms=stream_gaps,
        frames=frames,
    )
    shown.close()


class Dragged:
    """A patch that is held by the mouse, in a window in which changes are tried."""

    def __init__(self, shown):
        from PySide6.QtCore import QEvent, QObject

        self.desk, self.maps = shown.desk, maps_of(shown)
        self.canvas = shown.findChild(QObject, "inputView").canvas
        self.mouse(QEvent.Type.MouseButtonPress, 0)
        wait_for(lambda: self.desk.is_idle)

    def mouse(self, kind, k):
        """Send an event at the place number `k` of a way from left to right, again and again."""
        from PySide6.QtCore import QPointF, Qt
        from PySide6.QtGui import QMouseEvent
        from PySide6.QtWidgets import QApplication

        area = self.canvas.rect_of((0, 0, *self.canvas.size_of_picture))
        at = QPointF(area.left() + (0.2 + 0.01 * (k % 60)) * area.width(), area.center().y())
        left, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        event = QMouseEvent(kind, at, self.canvas.mapToGlobal(at), left, left, keys)
        QApplication.sendEvent(self.canvas, event)

    def move(self, k):
        """Move there."""
        from PySide6.QtCore import QEvent

        self.mouse(QEvent.Type.MouseMove, k)

    def shown(self):
        """Return what is tried as far as its maps are shown, and the answer; None while they are not."""
        from explorer.window.live import live

        question = live(self.desk.scene)
        known = None if question is None else self.desk.known(question)
        return (
            (question.edit, known) if known is not None and self.maps.value is known.value else (None, None)
        )

    def one(self, k):
        """Return the milliseconds from a move to its painted maps and answer; then let a moment pass."""
        from PySide6.QtCore import QEventLoop

        loop = QEventLoop()
        start = time.perf_counter()
        seen = self.when_shown(lambda edit: loop.quit() if round(100 * edit.patch.x) - 20 == k % 60 else None)
        self.move(k)
        loop.exec()
        took = (time.perf_counter() - start) * 1e3
        self.desk.settled.disconnect(seen)
        pause(0.02)
        return took

    def when_shown(self, call):
        """Call it with what is tried whenever its maps and answer are shown, and painted; return what is connected."""
        from PySide6.QtWidgets import QApplication

        _, last = self.shown()

        def see():  # at the next turn of the event loop it is passed over, where the person went on
            nonlocal last
            edit, known = self.shown()
            if known is not None and known is not last:
                last = known
                QApplication.sendPostedEvents()  # paints what has asked for it
                call(edit)

        self.desk.settled.connect(see)
        return see

    def stream(self, moves):
        """Move at the pace of a mouse; return the milliseconds of what was shown, and how many a second that was."""
        moved, painted = {}, []

        def paint(edit):
            place = round(100 * edit.patch.x) - 20
            painted.append((time.perf_counter() - moved[place]) * 1e3)

        seen = self.when_shown(paint)
        begin = time.perf_counter()
        for k in range(moves):
            moved[k % 60] = time.perf_counter()
            self.move(k)
            pause(begin + (k + 1) / MOVES_A_SECOND - time.perf_counter())
        self.desk.settled.disconnect(seen)
        return painted, len(painted) / (time.perf_counter() - begin)


def pause(seconds):
    """Let the event loop run for some time, without a look at the clock in between."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(max(0, round(seconds * 1e3)), loop.quit)
    loop.exec()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[3:])
