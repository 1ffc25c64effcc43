import numpy as np
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
    spacings = view.area._left.tickSpacing(0, 1, 300)
    assert spacings and all(step == int(step) for step, _ in spacings)
