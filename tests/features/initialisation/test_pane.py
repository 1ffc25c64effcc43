"""The comparison of initialisations: begun by the person, gone with its forward."""

from dataclasses import replace

import pytest
from desk_fakes import KEY, scene, without_forward
from panes import seated
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink, forward

from explorer.features.initialisation import FEATURE
from explorer.features.initialisation.messages import StudyInitialisation
from explorer.features.initialisation.pane import InitialisationPane
from explorer.records.trace import TraceError
from explorer.window.desk import Desk

(COMPARE,) = FEATURE.actions


@pytest.fixture
def pane(qtbot: QtBot, desk: Desk) -> InitialisationPane:
    return seated(qtbot, desk, InitialisationPane(desk))


def test_nothing_is_compared_until_the_person_begins(pane: InitialisationPane, link: FakeLink) -> None:
    assert link.asked(StudyInitialisation) == []
    assert "built anew with each kind of random weights" in pane.widget.hint


def test_the_button_in_the_middle_begins_and_goes_while_it_runs(
    qtbot: QtBot, pane: InitialisationPane, desk: Desk, link: FakeLink
) -> None:
    desk.action("compareInitialisations").triggered.connect(lambda: COMPARE.run(desk))
    (button,) = (it for it in pane.widget.findChildren(QPushButton) if it.isVisible())
    link.manual = {StudyInitialisation}
    button.click()
    qtbot.waitUntil(lambda: bool(link.waiting(StudyInitialisation)))
    assert not button.isVisible()


def test_it_is_compared_with_the_seed_of_the_model_and_shown(
    qtbot: QtBot, pane: InitialisationPane, desk: Desk, link: FakeLink
) -> None:
    model = replace(desk.scene.model, seed=7)
    desk.put(desk.scene.with_seat(model=model))
    COMPARE.run(desk)
    qtbot.waitUntil(lambda: desk.is_idle and bool(link.asked(StudyInitialisation)))
    assert link.asked(StudyInitialisation) == [StudyInitialisation(1, 7)]
    assert desk.scene.page == "labs" and pane.widget.depth_plot.isVisible()


def test_while_it_is_compared_it_says_so_and_how_to_stop_it(
    qtbot: QtBot, pane: InitialisationPane, desk: Desk, link: FakeLink
) -> None:
    link.manual = {StudyInitialisation}
    COMPARE.run(desk)
    qtbot.waitUntil(lambda: bool(link.waiting(StudyInitialisation)))
    assert "Esc stops it" in pane.widget.hint
    desk.cancel()
    link.fail(StudyInitialisation, "Cancelled.", cancelled=True)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert pane.widget.hint == "Cancelled."
    link.manual = set()
    COMPARE.run(desk)
    qtbot.waitUntil(lambda: pane.widget.depth_plot.isVisible())


def test_another_forward_wants_another_comparison(
    qtbot: QtBot, pane: InitialisationPane, desk: Desk, link: FakeLink
) -> None:
    COMPARE.run(desk)
    qtbot.waitUntil(lambda: pane.widget.depth_plot.isVisible())
    desk.put(desk.scene.with_seat(forward=forward(KEY, 2)))
    qtbot.waitUntil(lambda: desk.is_idle)
    assert not pane.widget.depth_plot.isVisible() and "again" in pane.widget.hint
    assert len(link.asked(StudyInitialisation)) == 1


def test_an_operation_clicked_in_the_curves_is_shown_everywhere(pane: InitialisationPane, desk: Desk) -> None:
    pane.widget.node_selected.emit(3)
    assert (desk.scene.node, desk.scene.layer) == (3, "body.conv")


def test_it_can_be_compared_only_where_a_forward_went_through() -> None:
    assert COMPARE.enabled(scene()) and not COMPARE.enabled(without_forward())
    whole = forward(KEY)
    broken = replace(whole, trace=replace(whole.trace, error=TraceError("body.add", "add", "body", "no")))
    assert not COMPARE.enabled(scene().with_seat(forward=broken))
