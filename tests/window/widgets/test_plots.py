"""Bars with colours of their own, and ticks on whole numbers where things are counted."""

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEvent, QObject
from PySide6.QtGui import QColor

from explorer.window import theme
from explorer.window.widgets.plots import BarPlot


def plot(qtbot, **options) -> BarPlot:
    made = BarPlot(**options)
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    return made


def bars(made: BarPlot, heights: list[float], colours: tuple[str, ...] = ()) -> None:
    edges = np.arange(len(heights) + 1, dtype=np.float64) - 0.5
    made.set_bars(edges, np.array(heights, np.float64), colours=[QColor(colour) for colour in colours])


def colour_over(made: BarPlot, bar: int, up: int) -> str:
    """The colour `up` pixels above the foot of the middle of a bar."""
    drawn = made.area.grab()  # places are known once it is drawn
    spot = made.position_of(bar)
    return drawn.toImage().pixelColor(spot.x(), spot.y() - up).name()


def test_counted_things_have_no_ticks_between_two_whole_numbers(qtbot):
    whole = plot(qtbot, whole_heights=True, whole_places=True)
    bars(whole, [1, 2, 1])
    for axis, low, high in ((whole.area._left, 0, 2), (whole.area._bottom, -0.5, 2.5)):
        for size in (50, 300, 2000):
            assert all(spacing == int(spacing) for spacing, _ in axis.tickSpacing(low, high, size))
    measured = plot(qtbot)
    bars(measured, [1, 2, 1])
    assert any(spacing < 1 for spacing, _ in measured.area._left.tickSpacing(0, 2, 300))


def test_bars_have_the_colours_that_they_are_given(qtbot):
    made = plot(qtbot)
    bars(made, [2, 2, 2], ("#ff0000", "#00ff00", "#0000ff"))
    assert [colour_over(made, bar, 20) for bar in range(3)] == ["#ff0000", "#00ff00", "#0000ff"]
    bars(made, [2, 2, 2])
    assert len({colour_over(made, bar, 20) for bar in range(3)}) == 1


def test_the_mark_leaves_a_bar_its_colour_and_lies_behind_it(qtbot):
    made = plot(qtbot)
    bars(made, [2, 1, 2], ("#ff0000", "#00ff00", "#0000ff"))
    before = colour_over(made, 1, 200)
    made.mark(1)
    assert colour_over(made, 1, 20) == "#00ff00"
    assert colour_over(made, 1, 200) != before
    made.mark(None)
    assert colour_over(made, 1, 200) == before == theme.current().surface


def test_without_colours_the_marked_bar_itself_is_in_the_accent(qtbot):
    made = plot(qtbot)
    bars(made, [2, 1, 2])
    made.mark(1)
    assert colour_over(made, 1, 20) == theme.current().accent


@pytest.mark.parametrize(
    ("low", "high", "pixels"),
    [(-16.4, 16.2, 122), (-5.6, 15.6, 122), (-2.9, 1.49, 110), (0, 149, 300), (-1, 1, 90), (0, 0.85, 90)],
)
def test_an_axis_has_two_numbers_at_least_wherever_they_find_room(qtbot, low, high, pixels):
    made = plot(qtbot)
    bars(made, [1.0])
    for axis, least, size in ((made.area._bottom, low, pixels), (made.area._left, 0, 36)):
        spacing = min(it for it, _ in axis.tickSpacing(least, high, size))
        assert np.floor(high / spacing) - np.ceil(least / spacing) + 1 >= 2


def test_the_numbers_of_a_low_plot_do_not_lie_on_each_other(qtbot):
    made = plot(qtbot, whole_heights=True)
    bars(made, [108_000, 54_000])
    for size in (20, 45, 300):
        ticks = made.area._left.tickSpacing(0, 108_000, size)
        assert ticks and all(spacing * size / 108_000 >= 16 for spacing, _ in ticks)


def test_whole_numbers_stand_in_full_and_large_ones_all_by_one_prefix(qtbot):
    made = plot(qtbot)
    bars(made, [1, 2])
    for axis in (made.area._left, made.area._bottom):
        ticks = axis.tickStrings
        assert ticks([0.0, 500.0, 1000.0, 1500.0], 1.0, 500.0) == ["0", "500", "1,000", "1,500"]
        assert ticks([5000.0, 15_000.0], 1.0, 5000.0) == ["5,000", "15,000"]
        assert ticks([0.0, 50_000.0, 100_000.0], 1.0, 50_000.0) == ["0", "50 k", "100 k"]
        assert ticks([500_000.0, 1_500_000.0], 1.0, 500_000.0) == ["0.5 M", "1.5 M"]


def test_ticks_have_no_exponent_where_decimals_do_and_noise_is_zero(qtbot):
    made = plot(qtbot)
    bars(made, [1, 2, 1])
    ticks = made.area._left.tickStrings
    assert ticks([-5e-5, -1e-20, 5e-5], 1.0, 5e-5) == ["−0.00005", "0", "0.00005"]
    assert ticks([-0.2, 5.6e-17, 0.2], 1.0, 0.2) == ["−0.2", "0", "0.2"]
    assert ticks([0.0, 2e-9], 1.0, 2e-9) == ["0", "2e−09"]


def test_new_bars_are_painted_once(qtbot):
    made = plot(qtbot)
    bars(made, [1, 2, 1])
    made.area.grab()
    QCoreApplication.processEvents()
    paints = []

    class Counter(QObject):
        def eventFilter(self, watched, event):
            if event.type() == QEvent.Type.Paint:
                paints.append(event)
            return False

    counter = Counter()
    made.area.viewport().installEventFilter(counter)
    bars(made, [5, 20, 7, 3])
    until = QDeadlineTimer(200)
    while not until.hasExpired():
        QCoreApplication.processEvents()
    assert len(paints) == 1
