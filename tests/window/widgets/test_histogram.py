import numpy as np
from PySide6.QtWidgets import QApplication, QLabel
from pytest import MonkeyPatch
from pytestqt.qtbot import QtBot

from explorer.window.widgets.histogram import HistogramView, histogram_of


def test_the_histogram_of_one_channel_counts_what_is_finite() -> None:
    counted = histogram_of(np.array([[0.0, 1.0], [np.nan, 0.5]], np.float32))
    assert counted is not None and counted.counts.sum() == 3
    assert (counted.edges[0], counted.edges[-1]) == (0.0, 1.0)
    same = histogram_of(np.full((2, 2), 7))
    assert same is not None and same.counts.sum() == 4 and same.edges[0] < 7 < same.edges[-1]
    assert histogram_of(np.full((2, 2), np.inf)) is None


def test_counts_have_whole_ticks(qtbot: QtBot) -> None:
    view = HistogramView()
    qtbot.addWidget(view)
    view.set_histogram(histogram_of(np.array([0.0, 1.0])))
    QApplication.processEvents()
    spacings = view.area._left.tickSpacing(0, 1, 300)
    assert spacings and all(step == int(step) for step, _ in spacings)


def test_of_several_histograms_in_one_turn_only_the_last_is_drawn(
    qtbot: QtBot, monkeypatch: MonkeyPatch
) -> None:
    view, drawn = HistogramView(), []
    qtbot.addWidget(view)
    monkeypatch.setattr(view, "set_bars", lambda edges, *_: drawn.append(edges[-1]))
    for last in (1.0, 2.0, 3.0):
        view.set_histogram(histogram_of(np.array([0.0, last])))
    assert not drawn, "the pictures beside it are painted first"
    assert view.describe(0).startswith("0 to"), "but it can be read"
    QApplication.processEvents()
    assert drawn == [3.0]


def test_what_is_said_of_the_bar_that_is_cut_does_not_lie_over_it(qtbot: QtBot) -> None:
    view = HistogramView()
    qtbot.addWidget(view)
    view.resize(320, 110)
    view.show()
    for zeros_at in (0.0, 1.0):
        values = np.concatenate([np.linspace(0, 1, 96), np.full(5000, zeros_at)])
        view.set_histogram(histogram_of(values))
        QApplication.processEvents()
        note = view.findChild(QLabel)
        assert note.text() == "highest bar cut: 5,002"
        bar = view.position_of(0 if zeros_at == 0 else 47).x()
        assert not note.geometry().left() <= bar <= note.geometry().right()


def test_in_a_narrow_view_what_is_said_of_the_cut_bar_leaves_the_axis_alone(qtbot: QtBot) -> None:
    view = HistogramView()
    qtbot.addWidget(view)
    view.show()
    values = np.concatenate([np.linspace(0, 1, 96), np.full(5000, 0.0)])
    view.set_histogram(histogram_of(values))
    QApplication.processEvents()
    for width in (320, 188, 150, 90):
        view.resize(width, 110)
        note = view.findChild(QLabel)
        assert not note.text() or note.geometry().left() >= 72
        assert note.geometry().right() <= width


def test_the_axes_say_what_they_are_of_where_there_is_room(qtbot: QtBot) -> None:
    view = HistogramView()
    qtbot.addWidget(view)
    view.resize(320, 200)
    view.show()
    view.set_histogram(histogram_of(np.linspace(0, 1, 96)))
    QApplication.processEvents()
    titles = [(axis.labelText, axis.label.isVisible()) for axis in (view.area._bottom, view.area._left)]
    assert titles == [("value", True), ("count", True)]
    view.resize(320, 72)
    QApplication.processEvents()
    assert not view.area._bottom.label.isVisible()


def test_it_tells_when_what_was_set_last_is_seen(qtbot: QtBot, monkeypatch: MonkeyPatch) -> None:
    view, order = HistogramView(), list[str]()
    qtbot.addWidget(view)
    monkeypatch.setattr(view, "set_bars", lambda *_: order.append("bars"))
    view.drawn.connect(lambda: order.append("told"))
    view.set_histogram(histogram_of(np.array([0.0, 1.0])))
    assert order == []
    QApplication.processEvents()
    assert order == ["bars", "told"]
