"""What if follows a changed input: it is, to the bit, that of the changed picture opened as an ordinary image."""

from dataclasses import replace

import numpy as np
import pytest
import what_if_networks
from edited import record_edited
from engine_asks import Asker
from panes import Trying, seated
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink, ranking

from explorer.engine.messages import LoadModel, Record
from explorer.features.ablation.messages import AnswerWithout, How, Off, RankChannels
from explorer.features.ablation.pane import AblationPane
from explorer.records.edits import NOTHING, Edit, Patch
from explorer.window.desk import Desk

LEFT, RIGHT = (Edit(brightness=0.6, patch=Patch(0.4, x, 0.5)) for x in (0.2, 0.8))


def test_answer_and_ranking_are_those_of_the_changed_picture(ask: Asker) -> None:
    ask(LoadModel(f"{what_if_networks.__file__}:Residual", seed=0, trusted=True))
    ask.open("coffee")
    ask(Record(1, "coffee"))
    stem = ask.engine._bench.forward(1).trace.by_name["stem"].id
    without = AnswerWithout(1, frozenset({Off("stem", number=1, how=How.MEAN)}))
    ranking = RankChannels(1, stem, 1)
    plain, ranked = ask(without), ask(ranking)
    tried = [ask(replace(command, edit=LEFT)) for command in (without, ranking)]
    assert tried[0] != plain and not np.array_equal(tried[1].values, ranked.values)
    assert ask(without) == plain and np.array_equal(ask(ranking).values, ranked.values), (
        "the recorded one stays"
    )
    record_edited(ask, LEFT, 2)
    opened = [ask(replace(command, forward=2)) for command in (without, ranking)]
    for one, other in ((tried[0].before, opened[0].before), (tried[0].after, opened[0].after)):
        assert one.predictions == other.predictions
    assert tried[0].shifts == opened[0].shifts
    assert np.array_equal(tried[1].numbers, opened[1].numbers)
    assert np.array_equal(tried[1].values, opened[1].values) and tried[1].value == opened[1].value


@pytest.fixture
def trying(qtbot: QtBot, desk: Desk) -> Trying:
    trying = Trying(qtbot, desk)
    desk.set(lens="ablation")
    trying.begin()
    return trying


@pytest.fixture
def pane(qtbot: QtBot, trying: Trying) -> AblationPane:
    return seated(qtbot, trying.desk, AblationPane(trying.desk), (800, 600))


def test_the_answer_without_a_part_follows(trying: Trying, pane: AblationPane, link: FakeLink) -> None:
    view = pane.widget
    view.controls.shown.click()
    trying.settle()
    trying.edit(LEFT)
    trying.settle()
    assert link.asked(AnswerWithout)[-1].edit == LEFT
    assert view.head.text() == "Whole network → 1 part off    photo.png, changed"
    trying.edit(NOTHING)
    trying.settle()
    assert view.head.text() == "Whole network → 1 part off    photo.png"


def test_a_ranking_waits_until_nothing_moves_and_is_said_to_be_of_before(
    qtbot: QtBot, trying: Trying, pane: AblationPane, link: FakeLink
) -> None:
    view, said = pane.widget, "of the input before the last change"
    view.controls.rank.click()
    trying.edit(LEFT)
    trying.settle()
    assert link.asked(RankChannels)[-1].edit == LEFT and said not in view.caption.text()
    link.manual.add(RankChannels)
    trying.edit(RIGHT)
    assert view.caption.text().startswith(said) and len(view.ranking.effects.rows) == 4
    qtbot.waitUntil(lambda: bool(link.waiting(RankChannels)))
    link.answer(RankChannels)
    trying.settle()
    assert link.asked(RankChannels)[-1].edit == RIGHT and said not in view.caption.text()


@pytest.mark.parametrize("cancelled", [False, True])
def test_why_a_changed_input_has_no_ranking_is_said_over_that_of_before(
    qtbot: QtBot, trying: Trying, pane: AblationPane, link: FakeLink, cancelled: bool
) -> None:
    view, why = pane.widget, "The ranking is not there: no memory."
    view.controls.rank.click()
    trying.edit(LEFT)
    trying.settle()
    link.manual.add(RankChannels)
    trying.edit(RIGHT)
    qtbot.waitUntil(lambda: bool(link.waiting(RankChannels)))
    assert "score with all on" in view.caption.text() and "so far" not in view.caption.text()
    link.fail(RankChannels, why, cancelled)
    trying.settle()
    assert view.caption.text().startswith(f"not of this input: {why}    Each of 4 channels")
    assert len(view.ranking.effects.rows) == 4 and view.controls.rank.isEnabled()


def test_a_ranking_of_before_that_was_not_ended_is_not_said_to_go_on(
    qtbot: QtBot, trying: Trying, pane: AblationPane, link: FakeLink
) -> None:
    view = pane.widget
    link.manual.add(RankChannels)
    view.controls.rank.click()
    trying.edit(LEFT)
    qtbot.waitUntil(lambda: bool(link.waiting(RankChannels)))
    link.part(RankChannels, ranking(link.asked(RankChannels)[-1], 2))
    qtbot.waitUntil(lambda: "2 of 4 channels set to zero, so far" in view.caption.text())
    trying.edit(RIGHT)
    qtbot.waitUntil(lambda: len(link.waiting(RankChannels)) > 0)
    trying.desk.settle()
    assert view.caption.text() == (
        "of the input before the last change    2 of 4 channels set to zero, then stopped"
    )
