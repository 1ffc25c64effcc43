"""The pane of the graph over a fake engine that draws."""

import pytest
from pytestqt.qtbot import QtBot

from explorer.features.graph import FEATURE
from explorer.features.graph.pane import GraphPane
from explorer.window.desk import Desk


@pytest.fixture
def pane(qtbot: QtBot, desk: Desk) -> GraphPane:
    """The pane, as wide as it is in the window, its network drawn."""
    for spec in FEATURE.actions:
        desk.action(spec.id).setText(str(spec.text))
        desk.action(spec.id).setToolTip(spec.tip)
    pane = GraphPane(desk)
    qtbot.addWidget(pane.widget)
    pane.widget.resize(328, 620)
    pane.widget.show()
    desk.set(navigator="graph")
    desk.seat(pane, lambda: True)
    qtbot.waitUntil(lambda: desk.is_idle and pane.graph.atlas is not None)
    return pane
