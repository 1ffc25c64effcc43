"""The pane of initialisations: what is drawn, what is said, what can be chosen."""

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel
from samples import trace

from explorer.features.initialisation.study_curves import cut_bin, depth_curves, weight_curves
from explorer.features.initialisation.view import CHANGED, InitialisationView
from explorer.records.initialisation import DepthCurve, InitialisationStudy, Scheme, WeightSpread
from explorer.window import theme
from explorer.window.widgets.curves import CurvePlot

COUNT = 40


def study(**changed: tuple[int, float, int]) -> InitialisationStudy:
    """A study of `trace()`: variances fall by half each operation; `changed` gives node, variance, number of NaNs."""
    curves = []
    for scheme in (None, *Scheme):
        variances, bad = 0.5 ** np.arange(COUNT), np.zeros(COUNT, np.int64)
        if scheme is not None and (change := changed.get(scheme.name.lower())):
            variances[change[0]], bad[change[0]] = change[1:]
        curves.append(DepthCurve(scheme, variances, bad))
    rng = np.random.default_rng(0)
    edges = np.linspace(-1, 1, 65)
    tables = [np.histogram(rng.normal(0, std, 1000), edges)[0] for std in (0.1, 0.1, 0.2, 0.3, 0.1)]
    stds = np.array([0.1, 0.1, 0.2, 0.3, 0.1])
    expected = np.array([math.nan, math.nan, 0.21, 0.31, math.nan])
    spread = WeightSpread(edges, np.array(tables), np.zeros(5), stds, expected)
    read = tuple("conv.weight" if node % 3 == 0 and node else None for node in range(COUNT))
    return InitialisationStudy(4, 1, tuple(curves), read, {"conv.weight": spread})


@pytest.fixture
def view(qtbot):
    action = QAction("Compare initialisations")
    widget = InitialisationView(action)
    widget.compare = action
    qtbot.addWidget(widget)
    widget.resize(900, 700)
    widget.show()
    return widget


@pytest.fixture
def compared(view):
    view.set_trace(trace(COUNT))
    view.select_node(3)
    view.set_study(study())
    return view


def texts(view: InitialisationView) -> str:
    return "\n".join(label.text() for label in view.findChildren(QLabel) if label.isVisible())


def cells(view: InitialisationView) -> list[list[str]]:
    model = view.table.model()
    return [[model.index(row, column).data() for column in range(4)] for row in range(model.rowCount())]


def test_it_says_what_to_do_before_there_is_anything_to_see(view):
    assert view.objectName() == "initialisationView"
    assert "Open an image" in texts(view)
    view.set_trace(trace(COUNT))
    assert "built anew with each kind" in texts(view)
    view.set_trace(trace(COUNT), CHANGED)
    assert "has changed" in texts(view)


def test_the_operation_shown_is_read_out_for_every_network(compared):
    for label in ("as loaded", "default", "Xavier", "Kaiming", "last norm zero"):
        assert f"{label}: 0.125" in compared.readout
    assert compared.readout.startswith("3 blocks.0.3")


def test_zero_and_overflow_are_said_to_be_what_they_are(view):
    view.set_trace(trace(COUNT))
    view.set_study(study(xavier=(5, 0.0, 0), kaiming=(5, math.nan, 12)))
    view.select_node(5)
    assert "Xavier: zero" in view.readout
    assert "Kaiming: not finite (12 values are NaN or infinite)" in view.readout


def test_the_legend_tells_the_line_and_the_triangles(view):
    view.set_trace(trace(COUNT))
    view.set_study(study())
    assert "the operation that is shown" in texts(view) and "▼" not in texts(view)
    view.set_study(study(xavier=(5, 0.0, 0), kaiming=(5, math.nan, 12)))
    assert "▼&nbsp;zero" in texts(view) and "▲&nbsp;not&nbsp;finite" in texts(view)
    assert view.depth_plot.area._bottom.labelText == "operations, in the order they ran"


def test_the_table_gives_spread_and_theory(compared):
    assert [row[0] for row in cells(compared)] == ["as loaded", *(scheme.label for scheme in Scheme)]
    assert [row[2] for row in cells(compared)] == ["0.100", "0.100", "0.200", "0.300", "0.100"]
    assert [row[3] for row in cells(compared)] == ["–", "–", "0.210", "0.310", "–"]
    assert "conv.weight" in texts(compared)


def test_an_operation_without_weights_says_so(compared):
    compared.select_node(4)
    assert not compared.table.isVisible() and not compared.weight_plot.isVisible()
    assert "reads no weights" in texts(compared)
    compared.select_node(6)
    assert compared.table.isVisible()


def test_the_plots_stay_readable_where_the_pane_is_low(compared):
    compared.resize(480, 360)
    QApplication.processEvents()  # what explains them gives its room back
    compared.grab()
    assert compared.depth_plot.height() >= 100 and compared.weight_plot.height() >= 80
    assert "in evaluation mode" not in texts(compared)
    compared.resize(900, 700)
    assert "in evaluation mode" in texts(compared)


def test_a_click_jumps_to_the_operation_and_selecting_tells_nobody(compared, qtbot):
    compared.grab()
    plot = compared.depth_plot
    with qtbot.waitSignal(compared.node_selected, timeout=1000) as chosen:
        QTest.mouseClick(plot.area.viewport(), Qt.MouseButton.LeftButton, pos=plot.position_of(21))
    assert chosen.args == [21]
    assert compared.readout.startswith("21 ")
    with qtbot.assertNotEmitted(compared.node_selected):
        compared.select_node(7)


def test_the_keyboard_reads_and_chooses(compared, qtbot):
    area = compared.depth_plot.area
    QTest.keyClick(area, Qt.Key.Key_Right)  # from the operation shown
    assert compared.readout.startswith("4 ")
    with qtbot.waitSignal(compared.node_selected, timeout=1000) as chosen:
        QTest.keyClick(area, Qt.Key.Key_Return)
    assert chosen.args == [4]


def test_only_convolutions_are_drawn_on_demand(compared, qtbot):
    compared.findChild(QComboBox, "depthChoice").setCurrentIndex(1)
    convolutions = [node.id for node in trace(COUNT).nodes if node.op == "conv2d"]
    compared.grab()
    with qtbot.waitSignal(compared.node_selected, timeout=1000) as chosen:
        spot = compared.depth_plot.position_of(2)
        QTest.mouseClick(compared.depth_plot.area.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert chosen.args == [convolutions[2]]


def test_a_choice_of_no_operation_draws_nothing(compared):
    compared.findChild(QComboBox, "depthChoice").setCurrentIndex(2)  # there is no sum
    QTest.keyClick(compared.depth_plot.area, Qt.Key.Key_Right)
    assert not compared.grab().isNull()


def test_a_new_recording_takes_the_study_away(compared):
    compared.set_trace(trace(9))
    assert not compared.depth_plot.isVisible()
    compared.set_trace(None)
    assert "Open an image" in texts(compared)


def test_it_follows_the_theme(compared, qapp):
    theme.apply(qapp, "light")
    light = compared.grab().toImage()
    theme.apply(qapp, "dark")
    assert compared.grab().toImage() != light
    assert theme.DARK.series[1] in texts(compared)
    theme.apply(qapp, "light")


# ---- the curves ----


def test_logarithms_are_drawn_and_what_has_none_is_marked() -> None:
    curves, scale = depth_curves(
        study(xavier=(5, 0.0, 0), kaiming=(6, math.inf, 0), default=(7, math.nan, 3)), range(COUNT)
    )
    loaded, default, xavier, kaiming, zeroed = curves
    assert loaded.y == pytest.approx(-np.arange(COUNT) * math.log10(2))
    assert loaded.series is None and [c.series for c in curves[1:]] == [0, 1, 2, 3]
    assert zeroed.dashed and not default.dashed
    ticks = {text: place for place, text in scale.ticks}
    assert xavier.marks.tolist() == [[5, ticks["zero"]]]
    assert kaiming.marks.tolist() == [[6, ticks["not finite"]]]
    assert default.marks.tolist() == [[7, ticks["not finite"]]]
    assert [np.flatnonzero(np.isnan(c.y)).tolist() for c in curves] == [[], [7], [5], [6], []]
    assert scale.low < ticks["zero"] < loaded.y.min() and loaded.y.max() < ticks["not finite"] < scale.high
    assert ticks["10⁰"] == 0


def test_the_axis_has_no_line_for_what_does_not_occur() -> None:
    _, scale = depth_curves(study(), range(COUNT))
    assert {"zero", "not finite"}.isdisjoint(text for _, text in scale.ticks)


def test_nothing_but_zeros_can_be_drawn() -> None:
    none = DepthCurve(Scheme.DEFAULT, np.zeros(3), np.zeros(3, np.int64))
    curves, scale = depth_curves(InitialisationStudy(0, 1, (none,), (None,) * 3, {}), range(3))
    assert np.isnan(curves[0].y).all() and len(curves[0].marks) == 3
    assert scale.low < curves[0].marks[0, 1] < scale.high


def test_histograms_are_shares_over_the_stretch_that_holds_the_values() -> None:
    result = study()
    spread = result.weights["conv.weight"]
    curves, scale, ends = weight_curves(spread, result)
    assert [curve.y.sum() for curve in curves] == pytest.approx([100.0] * 5)
    assert scale.high > max(curve.y.max() for curve in curves)
    widest = spread.counts.nonzero()[1]
    assert spread.edges[widest.min()] <= ends[0] < -0.6 and 0.6 < ends[1] <= spread.edges[widest.max() + 1]


def test_a_bin_that_dwarfs_all_others_is_cut_and_said() -> None:
    result = study()
    spread = result.weights["conv.weight"]
    assert cut_bin(spread) == ""
    counts = spread.counts.copy()
    counts[1:] = 0
    counts[1:, 5] = 1000  # weights of a norm, which are all 1 at first
    spike = replace(spread, counts=counts)
    _, scale, _ = weight_curves(spike, result)
    assert 100 * counts[0].max() / 1000 < scale.high < 30
    assert cut_bin(spike) == "highest bin cut: 100 %"


def test_what_was_compared_can_be_compared_again(qtbot, compared) -> None:
    assert compared.button.text() == "Compare again" and compared.button.isVisible()
    with qtbot.waitSignal(compared.compare.triggered):
        compared.button.click()


def test_no_tip_covers_the_curves_that_are_read(compared):
    plots = compared.findChildren(CurvePlot)
    assert len(plots) == 2 and not any(it.toolTip() for it in plots)
    assert all(it.accessibleName() for it in plots)
