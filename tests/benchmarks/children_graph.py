"""How long a step takes with which a drawing is moved or zoomed, and the memory of a window that shows it.

Usage: python children_graph.py panning START FILE, FILE holding a pickled drawing; prints one JSON line.
"""

import pickle
import sys
import time
from pathlib import Path

from children import report, wait_for, window

STEPS, SIZE = 200, (960, 800)


def panning(path):
    """Move and zoom a drawing in full size, at once and with everything open; the milliseconds of each step."""
    import psutil

    from explorer.window.widgets.graph.view import GraphView

    _, shown = window()
    wait_for(lambda: shown.desk.is_idle)
    view = GraphView()
    view.resize(*SIZE)
    view.show()
    wait_for(lambda: view.windowHandle() is not None and view.windowHandle().isExposed())
    view.set_drawing(pickle.loads(Path(path).read_bytes()))
    view.repaint()
    pans, zooms = [], []
    for scale in (1.0, 0.3, None):
        view.fit() if scale is None else view.zoom(scale / view.camera.scale)
        view.repaint()
        for step in range(STEPS):
            begin = time.perf_counter()
            if step % 10 == 9:
                view.zoom(1.2 if step % 20 == 9 else 1 / 1.2)
            else:
                view.pan(7.0 if step % 4 < 2 else -7.0, -13.0)
            view.repaint()
            (zooms if step % 10 == 9 else pans).append((time.perf_counter() - begin) * 1e3)
    report(pans_ms=pans, zooms_ms=zooms, memory_mb=psutil.Process().memory_info().rss / 1e6)
    shown.close()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[3:])
