"""The lens "What if": what it asks, what it shows and says, and what a click does."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from desk_fakes import KEY, TOY, image, scene, with_reader, without_forward
from panes import seated, settle
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from window_fakes import ANSWERS, FakeLink, forward, parts, ranking

from explorer.engine.messages import LoadModel
from explorer.features.ablation import FEATURE
from explorer.features.ablation import pane as ablation_pane
from explorer.features.ablation.choice import WhatIf, answer_question, told, what_if
from explorer.features.ablation.fit import misfit
from explorer.features.ablation.messages import AnswerWithout, How, ListParts, Off, Part, Parts, RankChannels
from explorer.features.ablation.pane import AblationPane
from explorer.features.ablation.ranking_table import points, signed
from explorer.records.answers import Answer
from explorer.records.findings import Flow
from explorer.records.placement import Placement
from explorer.window import theme
from explorer.window.desk import Desk
from explorer.window.of_network import for_another

(ALL_ON,) = FEATURE.actions
STEM = Off("stem.conv", number=2)


@pytest.fixture
def pane(qtbot: QtBot, desk: Desk) -> AblationPane:
    return seated(qtbot, desk, AblationPane(desk), (800, 600))


def test_nothing_runs_before_a_person_switches_something_off(pane: AblationPane, link: FakeLink) -> None:
    assert link.asked(ListParts) == [ListParts(1, 1)]
    assert link.asked(AnswerWithout) == link.asked(RankChannels) == []
    assert pane.widget.line.whole == ("", "")
    assert pane.widget.controls.rank.text() == "Rank channels" and "4 forwards" in pane.widget.ranking.hint
    assert pane.widget.shifts.shifts.rows == () and "Switch something off" in pane.widget.shifts.hint


def test_a_probability_that_goes_the_other_way_than_the_score_is_explained(pane: AblationPane) -> None:
    table, found = pane.widget.ranking, ranking(RankChannels(1, 1, 281))
    assert found.shares is not None
    table.set_ranking(replace(found, shares=-found.shares), ())
    tips = [str(table.effects.index(row, 0).data(Qt.ItemDataRole.ToolTipRole)) for row in range(4)]
    assert "probability rises all the same, because the scores of others fall more" in tips[0]
    assert "probability falls all the same, because the scores of others rise more" in tips[1]
    table.set_ranking(found, ())
    assert "all the same" not in str(table.effects.index(0, 0).data(Qt.ItemDataRole.ToolTipRole))


def test_nothing_moves_when_something_is_switched_off(
    qtbot: QtBot, pane: AblationPane, desk: Desk, link: FakeLink
) -> None:
    view = pane.widget
    view.resize(800, 600)
    QTest.qWait(20)
    parts = (view.controls, view.ranking, view.head, view.shifts, view.undo, view.list, view.line)

    def places() -> list[QRect]:
        return [QRect(it.mapTo(view, QPoint()), it.size()) for it in parts]

    before = places()
    view.controls.shown.click()
    settle(qtbot, desk)
    QTest.qWait(20)
    assert view.list.count() == 1 and places() == before
    assert not view.ranking.horizontalHeader().highlightSections()


def test_the_shown_channel_is_switched_off_and_on_again(
    qtbot: QtBot, pane: AblationPane, desk: Desk, link: FakeLink
) -> None:
    desk.set(chosen_channel=2)
    settle(qtbot, desk)
    button = pane.widget.controls.shown
    assert button.text() == "Channel 2 off" and not button.isChecked()
    button.click()
    settle(qtbot, desk)
    assert link.asked(AnswerWithout) == [AnswerWithout(1, frozenset({STEM}))]
    assert "channel 2 of stem.conv (zero)" in pane.widget.line.whole[0]
    assert "shows the whole network" in pane.widget.line.whole[0]
    first = pane.widget.shifts.shifts.rows[0]
    assert pane.widget.shifts.shifts.told(first) == "60.0 % → 0.0 %"
    assert button.text() == "Channel 2 off" and button.isChecked()
    button.click()
    settle(qtbot, desk)
    assert not button.isChecked()
    assert what_if(desk.scene).off == frozenset() and pane.widget.line.whole == ("", "")
    assert pane.widget.undo.toolTip().endswith("channel 2 of stem.conv (zero)")
    pane.widget.undo.click()
    settle(qtbot, desk)
    assert what_if(desk.scene).off == {STEM} and ALL_ON.enabled(desk.scene)
    ALL_ON.run(desk)
    settle(qtbot, desk)
    assert not what_if(desk.scene).off and pane.widget.list.count() == 0 and not ALL_ON.enabled(desk.scene)
    pane.widget.undo.click()
    pane.widget.clear.click()
    settle(qtbot, desk)
    assert not what_if(desk.scene).off


def test_while_the_channel_is_sought_none_is_switched(qtbot: QtBot, pane: AblationPane, desk: Desk) -> None:
    for seeks in (True, False):
        desk.set(seeks_channel=seeks)
        settle(qtbot, desk)
        assert pane.widget.controls.shown.isVisible() and pane.widget.controls.shown.isEnabled() is not seeks


def test_both_halves_end_at_one_height(pane: AblationPane) -> None:
    view = pane.widget
    ends = [it.mapTo(view, it.rect().bottomLeft()).y() for it in (view.ranking, view.list)]
    assert view.list.isVisible() and ends[0] == ends[1]


def test_a_ranking_is_begun_by_hand_and_its_rows_switch(
    qtbot: QtBot, pane: AblationPane, desk: Desk, link: FakeLink
) -> None:
    pane.widget.controls.rank.click()
    settle(qtbot, desk)
    assert link.asked(RankChannels) == [RankChannels(1, 1, 281)]
    rows = pane.widget.ranking.effects.rows
    assert [it.name for it in rows] == ["channel 3", "channel 2", "channel 1", "channel 0"]
    assert pane.widget.caption.text().startswith("Each of 4 channels set to zero    score with all on ")
    headings = [name for name, _ in pane.widget.ranking.effects.headings]
    assert headings == ["Channel", "Δ score", "Δ probability"], "what stands under both is a change"
    assert not pane.widget.controls.rank.isEnabled()
    pane.widget.ranking.clicked.emit(pane.widget.ranking.effects.index(1, 0))
    settle(qtbot, desk)
    assert what_if(desk.scene).off == {STEM} and desk.scene.channel == 2
    assert [it.is_off for it in pane.widget.ranking.effects.rows] == [False, True, False, False]
    pane.widget.controls.target_chosen.emit(282)
    settle(qtbot, desk)
    assert link.asked(RankChannels)[-1].target == 282


def test_a_ranking_shows_what_it_has_and_is_stopped(
    qtbot: QtBot, pane: AblationPane, desk: Desk, link: FakeLink
) -> None:
    link.manual = {RankChannels}
    button = pane.widget.controls.rank
    button.click()
    qtbot.waitUntil(lambda: bool(link.waiting(RankChannels)))
    link.part(RankChannels, ranking(RankChannels(1, 1, 281), 2))
    qtbot.waitUntil(lambda: len(pane.widget.ranking.effects.rows) == 2)
    assert "2 of 4" in pane.widget.caption.text() and button.text() == "Stop"
    button.click()
    assert link.cancelled
    link.fail(RankChannels, "Cancelled.", cancelled=True)
    settle(qtbot, desk)
    assert len(pane.widget.ranking.effects.rows) == 2 and "stopped" in pane.widget.caption.text()
    assert button.text() == "Rank channels" and button.isEnabled()
    link.manual = set()
    button.click()
    settle(qtbot, desk)
    assert len(pane.widget.ranking.effects.rows) == 4


def test_what_is_beside_the_button_stays_while_it_says_stop(
    qtbot: QtBot, pane: AblationPane, desk: Desk, link: FakeLink
) -> None:
    controls = pane.widget.controls
    row = (controls.rank, controls.shown, controls.whole)
    before = [it.geometry() for it in row]
    link.manual = {RankChannels}
    controls.rank.click()
    qtbot.waitUntil(lambda: controls.rank.text() == "Stop")
    QTest.qWait(20)
    assert [it.geometry() for it in row] == before
    link.fail(RankChannels, "Cancelled.", cancelled=True)
    settle(qtbot, desk)
    assert controls.rank.text() == "Rank channels" and [it.geometry() for it in row] == before


def test_what_is_beside_the_tick_of_a_channel_stays_whatever_its_number(pane: AblationPane) -> None:
    controls = pane.widget.controls
    places = []
    for channel in (3, 88, 1279):
        controls.set_channel(channel)
        QTest.qWait(20)
        assert controls.shown.width() >= controls.shown.sizeHint().width()
        places.append(controls.whole.geometry())
    assert controls.shown.text() == "Channel 1279 off" and len(set(map(QRect.getRect, places))) == 1


def press_by_key(qtbot: QtBot, desk: Desk, button: QWidget) -> None:
    """Go to a button with Tab and press it with Space."""
    button.window().activateWindow()
    qtbot.waitUntil(button.window().isActiveWindow)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(button, Qt.Key.Key_Space)
    settle(qtbot, desk)


def test_the_keyboard_goes_from_the_button_to_the_ranking_it_made(
    qtbot: QtBot, pane: AblationPane, desk: Desk
) -> None:
    view = pane.widget
    press_by_key(qtbot, desk, view.controls.rank)
    assert not view.controls.rank.isEnabled() and view.ranking.hasFocus()
    assert view.ranking.currentIndex().row() == 0
    view.shifts.setFocus()
    view.controls.how_chosen.emit(How.MEAN)
    settle(qtbot, desk)
    view.controls.rank.click()
    settle(qtbot, desk)
    assert not view.controls.rank.isEnabled() and view.shifts.hasFocus(), "who is elsewhere stays there"


def test_the_keyboard_goes_from_all_on_to_what_takes_it_back(
    qtbot: QtBot, pane: AblationPane, desk: Desk
) -> None:
    view = pane.widget
    view.controls.shown.click()
    settle(qtbot, desk)
    press_by_key(qtbot, desk, view.clear)
    assert not view.clear.isEnabled() and view.undo.hasFocus()
    while view.undo.isEnabled():
        QTest.keyClick(view.undo, Qt.Key.Key_Space)
        settle(qtbot, desk)
    assert not view.clear.isEnabled() and view.list.hasFocus()


def test_the_button_keeps_the_keyboard_while_it_leads_elsewhere(
    qtbot: QtBot, pane: AblationPane, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    button = pane.widget.controls.rank
    pane.widget.activateWindow()
    qtbot.waitUntil(pane.widget.isActiveWindow)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    monkeypatch.setitem(
        ANSWERS, ListParts, lambda it: Parts(it.node, near=3) if it.node == 2 else parts(it.node)
    )
    desk.put(desk.scene.at_node(2))
    settle(qtbot, desk)
    assert button.text() == "Go to conv" and button.hasFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    settle(qtbot, desk)
    assert button.text() == "Rank channels" and button.hasFocus()


def test_how_far_a_long_ranking_is_has_separators(
    qtbot: QtBot, pane: AblationPane, desk: Desk, link: FakeLink
) -> None:
    link.manual = {RankChannels}
    pane.widget.controls.rank.click()
    qtbot.waitUntil(lambda: bool(link.waiting(RankChannels)))
    link.part(RankChannels, replace(ranking(RankChannels(1, 1, 281), 2), total=1280))
    qtbot.waitUntil(lambda: len(pane.widget.ranking.effects.rows) == 2)
    assert pane.widget.caption.text() == "2 of 1,280 channels set to zero, so far"
    link.fail(RankChannels, "Cancelled.", cancelled=True)
    settle(qtbot, desk)


def test_what_ended_a_ranking_is_said_over_what_it_has(
    qtbot: QtBot, pane: AblationPane, desk: Desk, link: FakeLink
) -> None:
    link.manual = {RankChannels}
    pane.widget.controls.rank.click()
    qtbot.waitUntil(lambda: bool(link.waiting(RankChannels)))
    link.part(RankChannels, ranking(RankChannels(1, 1, 281), 2))
    qtbot.waitUntil(lambda: len(pane.widget.ranking.effects.rows) == 2)
    link.fail(RankChannels, "There is no memory for it.")
    settle(qtbot, desk)
    assert pane.widget.caption.text() == (
        "There is no memory for it.    2 of 4 channels set to zero, then stopped"
    )


def test_the_end_of_a_branch_is_called_so(qtbot: QtBot, pane: AblationPane, desk: Desk) -> None:
    assert pane.widget.controls.whole.text() == "Operation off"
    desk.put(desk.scene.at_node(3))
    settle(qtbot, desk)
    whole = pane.widget.controls.whole
    assert whole.text() == "Branch off" and "body.add" in whole.toolTip()
    whole.click()
    settle(qtbot, desk)
    assert what_if(desk.scene).off == {Off("body.conv", Part.WHOLE)}
    assert whole.text() == "Branch off" and whole.isChecked()
    whole.click()
    pane.widget.controls.how_chosen.emit(How.NOISE)
    settle(qtbot, desk)
    assert "noise of its mean and spread" in whole.toolTip() and not whole.isChecked()
    whole.click()
    assert what_if(desk.scene).off == {Off("body.conv", Part.WHOLE, how=How.NOISE)}


def test_heads_are_ranked_where_there_are_any(
    qtbot: QtBot, pane: AblationPane, desk: Desk, link: FakeLink
) -> None:
    desk.put(desk.scene.at_node(4))
    settle(qtbot, desk)
    controls = pane.widget.controls
    assert controls.rank.text() == "Rank heads" and controls.shown.isHidden()
    controls.rank.click()
    settle(qtbot, desk)
    assert link.asked(RankChannels)[-1].part is Part.HEAD
    pane.widget.ranking.toggled.emit(1)
    settle(qtbot, desk)
    assert what_if(desk.scene).off == {Off("body.add", Part.HEAD, 1)}
    controls.part_chosen.emit(Part.CHANNEL)
    settle(qtbot, desk)
    assert controls.rank.text() == "Rank channels" and not controls.shown.isHidden()


def test_what_is_off_stays_off_with_another_image_and_not_with_another_network(
    qtbot: QtBot, pane: AblationPane, desk: Desk, link: FakeLink
) -> None:
    pane.widget.controls.how_chosen.emit(How.MEAN)
    pane.widget.controls.shown.click()
    settle(qtbot, desk)
    off = frozenset({Off("stem.conv", how=How.MEAN)})
    assert what_if(desk.scene).off == off
    desk.put(desk.scene.with_seat(forward=forward(KEY, 2)))
    settle(qtbot, desk)
    assert link.asked(AnswerWithout)[-1] == AnswerWithout(2, off)
    other = LoadModel("zoo:other", seed=0)
    desk.put(desk.scene.with_seat(loaded=other, wanted=other))
    settle(qtbot, desk)
    assert what_if(desk.scene) == WhatIf(other, how=How.MEAN) and answer_question(desk.scene) is None
    assert pane.widget.line.whole == ("", "")
    desk.put(for_another(desk.scene))
    desk.put(desk.scene.with_seat(loaded=TOY, wanted=TOY))
    assert what_if(desk.scene) == WhatIf(TOY, how=How.MEAN)


def test_it_says_of_which_input_the_answers_are(qtbot: QtBot, pane: AblationPane, desk: Desk) -> None:
    pane.widget.controls.shown.click()
    settle(qtbot, desk)
    assert pane.widget.head.text() == "Whole network → 1 part off    photo.png"
    other = image("b", "b.png")
    desk.put(replace(desk.scene.with_seat(forward=forward("b", 2)), images=(other,), image="b"))
    settle(qtbot, desk)
    assert pane.widget.head.text() == "Whole network → 1 part off    b.png"
    ALL_ON.run(desk)
    settle(qtbot, desk)
    assert pane.widget.head.text() == "Answer"


def test_why_it_could_not_run_is_said(qtbot: QtBot, pane: AblationPane, desk: Desk, link: FakeLink) -> None:
    link.failing = {AnswerWithout: "toy cannot run with what is switched off: no"}
    pane.widget.controls.shown.click()
    settle(qtbot, desk)
    assert pane.widget.shifts.hint == "toy cannot run with what is switched off: no"


def test_random_weights_are_said_to_explain_nothing(qtbot: QtBot, pane: AblationPane, desk: Desk) -> None:
    assert pane.widget.random.isHidden()
    desk.put(scene(pretrained=False))
    settle(qtbot, desk)
    assert not pane.widget.random.isHidden() and "explains nothing" in pane.widget.random.text()


def test_where_it_does_not_fit_it_says_why() -> None:
    assert misfit(scene()) == misfit(without_forward()) == misfit(with_reader(scene())) == ""
    assert "no operation" in misfit(scene(node=0))
    assert "no classes" in misfit(replace(scene(), images=(image(answer=Answer(KEY, said="no classes")),)))
    flow = Flow(np.zeros((2, 2, 2), np.float32), 0.0, 0.0, (8, 8), Placement((8, 8)))
    said = misfit(replace(scene(), images=(image(answer=Answer(KEY, finding=flow)),)))
    assert "no score of a class for the whole picture" in said


def test_where_nothing_can_be_ranked_the_button_goes_to_what_can(
    qtbot: QtBot, pane: AblationPane, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    button = pane.widget.controls.rank
    monkeypatch.setitem(
        ANSWERS, ListParts, lambda it: Parts(it.node, near=3) if it.node == 2 else parts(it.node)
    )
    desk.put(desk.scene.at_node(2))
    settle(qtbot, desk)
    assert button.isEnabled() and button.text() == "Go to conv" and "body.conv" in button.toolTip()
    said = "The values of this operation have no channels that are known. "
    assert pane.widget.ranking.hint == f"{said}The next operation has channels: “Go to conv” shows it."
    button.click()
    settle(qtbot, desk)
    assert desk.scene.node == 3 and button.text() == "Rank channels"


def test_the_button_tells_one_of_several_operations_of_a_name_apart(
    qtbot: QtBot, pane: AblationPane, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = scene().forward
    assert found is not None
    nodes = found.trace.nodes
    trace = replace(found.trace, nodes=(*nodes[:3], replace(nodes[3], name="a.matmul:1"), *nodes[4:]))
    monkeypatch.setitem(ANSWERS, ListParts, lambda it: Parts(it.node, near=3))
    desk.put(desk.scene.with_seat(forward=replace(found, trace=trace)).at_node(2))
    settle(qtbot, desk)
    assert pane.widget.controls.rank.text() == "Go to matmul (no. 2)"


def test_of_the_weights_of_an_attention_it_says_what_its_heads_do(desk: Desk) -> None:
    found = scene().forward
    assert found is not None
    tokens = replace(found.trace.nodes[2].outputs[0], shape=(1, 12, 5, 5))
    node = replace(found.trace.nodes[2], op="softmax", outputs=(tokens,))
    trace = replace(found.trace, nodes=(*found.trace.nodes[:2], node, *found.trace.nodes[3:]))
    own = SimpleNamespace(by_node={2: SimpleNamespace(shape=(1, 12, 5, 5))})
    at = desk.scene.with_seat(forward=replace(found, trace=trace)).at_node(2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ablation_pane, "attentions", lambda _: own)
        said = ablation_pane._no_channels(at)
    assert said == "Here 12 heads weigh tokens against tokens: no features, so no channels."


@pytest.mark.parametrize(
    ("near", "where"),
    [(0, "operation 2 steps before it"), (1, "operation before it"), (4, "operation 2 steps after it")],
)
def test_the_page_says_where_the_button_goes(
    qtbot: QtBot, pane: AblationPane, desk: Desk, monkeypatch: pytest.MonkeyPatch, near: int, where: str
) -> None:
    answer = lambda it: Parts(it.node, reason="No.", near=near, near_part=Part.HEAD)  # noqa: E731
    monkeypatch.setitem(ANSWERS, ListParts, answer)
    desk.put(desk.scene.at_node(2))
    settle(qtbot, desk)
    button = pane.widget.controls.rank.text()
    assert button.startswith("Go to ")
    assert pane.widget.ranking.hint == f"No. The {where} has the outputs of the heads: “{button}” shows it."


def test_where_nothing_is_off_each_box_says_what_will_stand_there(
    qtbot: QtBot, pane: AblationPane, desk: Desk
) -> None:
    view = pane.widget
    for node in (1, 0):  # an operation, the input
        desk.put(desk.scene.at_node(node))
        settle(qtbot, desk)
        assert "with it and without it stands here" in view.shifts.hint
        assert view.list.hint == "What is off is listed here."
    ground = view.list.viewport().grab().toImage()
    inks = {ground.pixelColor(x, y).name() for x in range(ground.width()) for y in range(ground.height())}
    assert theme.current().muted in inks
    desk.put(replace(desk.scene, images=(image(answer=Answer(KEY, said="no classes")),)))
    settle(qtbot, desk)
    assert view.shifts.hint == "There are no classes to compare."
    desk.put(scene())
    settle(qtbot, desk)
    view.controls.whole.click()
    settle(qtbot, desk)
    assert view.list.count() == 1 and view.list.hint == ""


def test_channels_of_several_dimensions_are_counted_before_the_eyes(
    qtbot: QtBot, pane: AblationPane, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ANSWERS, ListParts, lambda it: Parts(it.node, 48, 64, beside=(3, 4, 4)))
    desk.put(desk.scene.at_node(2))
    settle(qtbot, desk)
    assert "each of the 48 channels (3×4×4) off alone" in pane.widget.ranking.hint


def test_what_is_off_bears_the_name_of_the_heading() -> None:
    trace = scene().trace
    assert trace is not None
    alone = replace(trace.nodes[1], main=1)
    named = replace(trace, nodes=(trace.nodes[0], alone, *trace.nodes[2:]))
    assert told(Off(alone.name, number=2), named) == f"channel 2 of {alone.person_name} (zero)"
    assert alone.person_name != alone.name
    last = replace(trace.nodes[-2], name="act2")
    alike = replace(trace, nodes=(*trace.nodes[:-2], replace(last, id=0, name="body.act2"), last))
    assert told(Off("act2", number=2), alike) == "channel 2 of the network's act2 (zero)"
    assert told(Off("gone", number=2), named) == "channel 2 of gone (zero)"


def test_it_is_empty_without_a_forward(qtbot: QtBot, pane: AblationPane, desk: Desk, link: FakeLink) -> None:
    desk.put(replace(without_forward(images=()), image=None, node=None))
    settle(qtbot, desk)
    assert "Open an image" in pane.widget.ranking.hint and pane.exports() == ()


def test_it_is_saved_as_table_and_as_figure(qtbot: QtBot, pane: AblationPane, desk: Desk) -> None:
    pane.widget.controls.rank.click()
    settle(qtbot, desk)
    (export,) = pane.exports()
    assert export.kinds[0] == ".csv" and ".png" in export.kinds
    lines = export.content(".csv").decode().splitlines()
    assert lines[:2] == ["number,change,change of probability", "3,-2.0,-0.2"]
    assert export.content(".png").startswith(b"\x89PNG")


@pytest.mark.parametrize("width", [620, 800])
def test_no_button_and_no_heading_is_cut(qtbot: QtBot, pane: AblationPane, width: int) -> None:
    pane.widget.resize(width, 600)
    qtbot.wait(30)
    view, rank = pane.widget, pane.widget.controls.rank
    assert view.fontMetrics().horizontalAdvance(rank.text()) + 8 <= rank.width()
    heading = view.off_head
    assert heading.text() == "Off: none" and heading.sizeHint().width() <= heading.width()


def test_changes_have_one_wording_and_one_order() -> None:
    assert [signed(it, 3) for it in (0.0, -0.0, 4e-4, -4e-4, 0.02, -0.6134, math.nan)] == [
        "no change", "no change", "<0.001", "<0.001", "+0.020", "−0.613", "NaN",
    ]  # fmt: skip
    assert [points(it) for it in (0.0, -0.0, 4e-4, -4e-4, 0.0005, -0.123, None)] == [
        "no change", "no change", "<0.05 points", "<0.05 points", "+0.1 points", "−12.3 points", "–",
    ]  # fmt: skip
