"""From the start of the process to the window, and to the first answer."""

from statistics import median

from table import SAMPLE, Row, child

REPEATS = 5


def rows():
    for name in ("empty_window", "full_window"):  # once unmeasured, so that files are in the page cache
        child(name)
    pairs = [(child("empty_window")["shown_s"], child("full_window")["shown_s"]) for _ in range(REPEATS)]
    empty, full = median(p[0] for p in pairs), median(p[1] for p in pairs)
    yield Row("start to window shown", f"{full:.2f} s", "≤ 0.6 s", full <= 0.6)
    yield Row(
        "start to window shown, against an empty PySide6 + pyqtgraph window",
        f"{full / empty:.2f}x ({empty:.2f} s)",
        "≤ 1.4x",
        full / empty <= 1.4,
    )
    answers = [
        (child("bare_script", str(SAMPLE))["answer_s"], child("first_answer", str(SAMPLE))["answer_s"])
        for _ in range(REPEATS)
    ]
    bare, ours = median(a[0] for a in answers), median(a[1] for a in answers)
    yield Row(
        "start to first answer on a sample, against a bare script",
        f"{ours / bare:.2f}x ({ours:.2f} s against {bare:.2f} s)",
        "≤ 1.2x",
        ours / bare <= 1.2,
    )
