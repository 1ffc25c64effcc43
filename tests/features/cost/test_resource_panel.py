"""The resource panel: what each figure says, and that figures keep their places."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from explorer.features.cost.resource_panel import ResourcePanel
from explorer.records.measures import EngineLoad, Memory, Spread
from explorer.window.machine import MachineLoad

DIRECT = Qt.FindChildOption.FindDirectChildrenOnly


@pytest.fixture
def panel(qtbot) -> ResourcePanel:
    widget = ResourcePanel()
    qtbot.addWidget(widget)
    widget.resize(1400, widget.sizeHint().height())
    widget.show()
    return widget


def places(panel: ResourcePanel) -> list[int]:
    QApplication.processEvents()
    return [figure.geometry().left() for figure in panel.findChildren(QWidget, options=DIRECT)]


def tip(panel: ResourcePanel, caption: str) -> str:
    return next(c.toolTip() for c in panel.children() if c.isWidgetType() and c.toolTip().startswith(caption))


def test_all_is_unknown_at_first(panel):
    assert panel.figures() == ("forward –", "activations –", "weights –")


def test_the_machine_stands_in_the_tooltip_and_not_in_the_row(panel):
    panel.set_machine(MachineLoad(63.4, 1_230_000_000, 24_100_000_000, 182_000_000, 912_000_000))
    for fact in ("912 MB", "63 %", "1.23 GB of 24.1 GB", "182 MB"):
        assert fact in panel.toolTip()
    assert len(panel.figures()) == 3


def test_an_engine_that_is_gone_is_said(panel):
    panel.set_machine(MachineLoad(3.0, 1_230_000_000, 24_100_000_000, 182_000_000, None))
    assert "holds the model: not running" in panel.toolTip()


def test_the_gpu(panel):
    panel.set_load(EngineLoad(("NVIDIA GeForce RTX 4090",), 2_100_000_000, 24_000_000_000))
    assert panel.figures()[3] == "GPU 2.10 GB of 24.0 GB"
    assert "NVIDIA GeForce RTX 4090" in tip(panel, "GPU")
    panel.set_load(EngineLoad())
    assert not any(figure.startswith("GPU") for figure in panel.figures())


def test_values_are_told_of_only_where_their_memory_is_scarce(panel):
    def told(load: EngineLoad) -> list[str]:
        panel.set_load(load)
        return [figure for figure in panel.figures() if figure.startswith("values")]

    assert told(EngineLoad(values_held=89_100_000, values_room=10_400_000_000)) == []
    assert told(EngineLoad(values_held=910, values_room=1000)) == ["values kept 910 B of at most 1.00 kB"]
    gone = {1: frozenset(), 2: frozenset((4,))}
    assert told(EngineLoad(values_held=500, values_room=1000, values_gone=gone)) != []
    assert told(EngineLoad(values_held=500, values_room=1000, values_gone={1: frozenset()})) == []


def test_the_model(panel):
    panel.set_weights(18_700_000)
    panel.set_memory(Memory(18_700_000, 42_000_000, 9_000_000))
    panel.set_forward(Spread(31.2, 29.8, 33.0, 10), "cpu, 2 threads")
    assert panel.figures()[:3] == ("forward 31.2 ms", "activations 42.0 MB", "weights 18.7 MB")
    assert "29.8 ms to 33.0 ms" in tip(panel, "forward")
    assert "10 runs, cpu, 2 threads" in tip(panel, "forward") and "9.00 MB" in tip(panel, "activations")


def test_what_is_no_longer_known_is_a_dash_again(panel):
    panel.set_forward(Spread(31.2, 29.8, 33.0, 10))
    panel.set_forward(None, "measuring")
    panel.set_memory(None)
    panel.set_weights(None)
    assert panel.figures()[:3] == ("forward –", "activations –", "weights –")
    assert "measuring" in tip(panel, "forward")


def test_every_figure_says_whether_it_was_measured(panel):
    for caption in ("GPU", "forward"):
        assert "Measured" in tip(panel, caption)
    assert "Counted" in tip(panel, "activations") and "Counted" in tip(panel, "weights")


def test_figures_keep_their_places_when_digits_change(panel):
    before = places(panel)
    panel.set_machine(MachineLoad(100.0, 23_900_000_000, 24_100_000_000, 982_000_000, 11_200_000_000))
    panel.set_forward(Spread(31.2, 29.8, 33.0, 10))
    panel.set_weights(18_700_000)
    panel.set_memory(Memory(18_700_000, 42_000_000, 9_000_000))
    assert places(panel) == before


def test_a_narrow_window_is_not_kept_wide(panel):
    panel.set_machine(MachineLoad(100.0, 23_900_000_000, 24_100_000_000, 982_000_000, 11_200_000_000))
    assert panel.minimumSizeHint().width() < 200


@pytest.mark.parametrize("width", [120, 200, 300, 520])
def test_what_has_no_room_goes_whole_the_last_first(panel, width):
    panel.set_machine(MachineLoad(63.4, 1_230_000_000, 24_100_000_000, 182_000_000, 912_000_000))
    panel.set_forward(Spread(31.2, 29.8, 33.0, 10))
    everything = panel.figures()
    panel.resize(width, panel.height())
    shown = panel.figures()
    assert shown and shown == everything[: len(shown)]
    for figure in panel.findChildren(QWidget, options=DIRECT):
        if figure.isVisible():
            assert figure.geometry().right() < width
            for label in figure.findChildren(QLabel):
                assert label.width() >= label.fontMetrics().horizontalAdvance(label.text())
