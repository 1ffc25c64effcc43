"""What a unit sees, from the moment the pane of receptive fields is opened."""

from explorer.ui.window import MainWindow
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.engine.messages import LocateField


def test_the_pane_of_receptive_fields_begins_with_the_unit_in_the_middle(
    qtbot: QtBot, window: MainWindow, link: FakeLink
) -> None:
    window.controller.open_files(["/cat.png"])
    qtbot.waitUntil(lambda: window.controller.is_idle)
    assert not link.asked(LocateField)

    window.tabs.setCurrentWidget(window.receptive_field)
    qtbot.waitUntil(lambda: bool(link.asked(LocateField)))

    height, width = window.controller.probing.grid
    asked = link.asked(LocateField)[-1]
    assert asked.node == window.controller.session.node
    assert asked.unit == (height // 2, width // 2)
