"""Small programs about changes that are tried on an input, started as `children.py`'s are."""

import gc
import sys
import time
from contextlib import nullcontext
from statistics import median

from children import SAMPLE, Gaps, is_recorded, load, maps_of, report, wait_for, window

MOVES_A_SECOND = 125


def again(name, rounds=25):
    """Ratio to the plain forward of one that meets one operation, with all that is put back around it; taken in turns."""
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
            rerun.run((value,), {node: lambda it: seen.append(it.clone())})

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
        fastest=min(b for _, b in around) / min(a for a, _ in around),
    )


def drag(name, moves):
    """Drag a patch: from a move to the painted maps and answer, move by move and at the pace of a mouse."""
    from PySide6.QtCore import QObject, QPointF, Qt
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    from explorer.engine.messages import Measure
    from explorer.window.live import Live, live

    _, shown = window([str(SAMPLE)])
    shown.resize(1440, 900)
    desk = shown.desk
    load(desk, name)
    wait_for(lambda: is_recorded(desk, name) and desk.is_idle, 300)
    shown.actions_["tryChanges"].trigger()
    wait_for(lambda: desk.is_idle)
    maps = maps_of(shown)
    canvas = shown.findChild(QObject, "inputView").canvas
    area = canvas.rect_of((0, 0, *canvas.size_of_picture))

    def mouse(kind, share):
        at = QPointF(area.left() + share * area.width(), area.center().y())
        left = Qt.MouseButton.LeftButton
        event = QMouseEvent(kind, at, canvas.mapToGlobal(at), left, left, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(canvas, event)

    def edit():
        return desk.scene.choice(Live).edit

    def is_shown(wanted):
        question = live(desk.scene)
        known = None if question is None or question.edit != wanted else desk.known(question)
        return known is not None and maps.value is known.value

    def share(k):
        return 0.2 + 0.6 * ((k % 60) / 60)

    mouse(QMouseEvent.Type.MouseButtonPress, share(0))
    wait_for(lambda: desk.is_idle)
    gaps, single = Gaps(), []
    for k in range(1, int(moves) + 1):
        start = time.perf_counter()
        mouse(QMouseEvent.Type.MouseMove, share(k))
        wait_for(lambda wanted=edit(): is_shown(wanted))
        QApplication.sendPostedEvents()  # paints what has asked for it
        single.append((time.perf_counter() - start) * 1e3)
        until = time.perf_counter() + 0.02
        wait_for(lambda until=until: time.perf_counter() >= until)
    single_gaps = gaps.take()
    moved, painted, last = {}, [], desk.known(live(desk.scene))
    begin = time.perf_counter()
    for k in range(int(moves) * 4):
        mouse(QMouseEvent.Type.MouseMove, share(k))
        moved[edit()] = time.perf_counter()

        def passed(due=begin + (k + 1) / MOVES_A_SECOND):
            nonlocal last
            question = live(desk.scene)
            known = None if question is None else desk.known(question)
            if known is not None and known is not last and maps.value is known.value:
                last = known
                QApplication.sendPostedEvents()
                painted.append((time.perf_counter() - moved[question.edit]) * 1e3)
            return time.perf_counter() >= due

        wait_for(passed)
    seconds = time.perf_counter() - begin
    stream_gaps = gaps.take()
    mouse(QMouseEvent.Type.MouseButtonRelease, share(0))
    wait_for(lambda: desk.is_idle)
    answered = []
    desk.do(Measure(desk.scene.forward.number, 30), answered.append)
    wait_for(lambda: bool(answered))
    report(
        plain=answered[0].timing.forward.median,
        single_ms=single,
        single_gaps_ms=single_gaps,
        stream_ms=painted,
        stream_gaps_ms=stream_gaps,
        frames=len(painted) / seconds,
    )
    shown.close()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[3:])
