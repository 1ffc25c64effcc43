"""What if follows a changed input: it is, to the bit, that of the changed picture opened as an ordinary image."""

from dataclasses import replace

import numpy as np
import pytest
import what_if_networks
from edited import record_edited
from engine_asks import Asker
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink, ranking

from explorer.engine.messages import LoadModel, Record
from explorer.features.ablation.messages import AnswerWithout, How, Off, RankChannels
from explorer.features.ablation.pane import AblationPane
from explorer.features.live import doing
from explorer.features.live.pace import Pace
from explorer.records.edits import NOTHING, Edit, Patch
from explorer.window.desk import Desk
from explorer.window.live import Live

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


class Trying:
    """The lens at a desk where changes are tried."""

    def __init__(self, qtbot: QtBot, desk: Desk, link: FakeLink) -> None:
        self.qtbot, self.desk, self.link, self.pace = qtbot, desk, link, Pace(desk)
        self.pane = AblationPane(desk)
        qtbot.addWidget(self.pane.widget)
        self.pane.widget.resize(800, 600)
        self.pane.widget.show()
        desk.seat(self.pane, lambda: True)
        desk.set(lens="ablation")

    def settle(self) -> None:
        self.desk.settle()
        self.qtbot.waitUntil(lambda: self.desk.is_idle)

    def edit(self, edit: Edit) -> None:
        self.desk.choose(replace(self.desk.scene.choice(Live), edit=edit))
        self.desk.settle()


@pytest.fixture
def trying(qtbot: QtBot, desk: Desk, link: FakeLink) -> Trying:
    trying = Trying(qtbot, desk, link)
    trying.settle()
    doing.toggle(desk)
    trying.settle()
    return trying


def test_the_answer_without_a_part_follows(trying: Trying) -> None:
    view = trying.pane.widget
    view.controls.shown.click()
    trying.settle()
    trying.edit(LEFT)
    trying.settle()
    assert trying.link.asked(AnswerWithout)[-1].edit == LEFT
    assert view.head.text() == "Whole network → 1 part off    photo.png, changed"
    trying.edit(NOTHING)
    trying.settle()
    assert view.head.text() == "Whole network → 1 part off    photo.png"


def test_a_ranking_waits_until_nothing_moves_and_is_said_to_be_of_before(trying: Trying) -> None:
    view, said = trying.pane.widget, "of the input before the last change"
    view.controls.rank.click()
    trying.edit(LEFT)
    trying.settle()
    assert trying.link.asked(RankChannels)[-1].edit == LEFT and said not in view.caption.text()
    trying.link.manual.add(RankChannels)
    trying.edit(RIGHT)
    assert view.caption.text().startswith(said) and len(view.ranking.effects.rows) == 4
    trying.qtbot.waitUntil(lambda: bool(trying.link.waiting(RankChannels)))
    trying.link.answer(RankChannels)
    trying.settle()
    assert trying.link.asked(RankChannels)[-1].edit == RIGHT and said not in view.caption.text()


@pytest.mark.parametrize("cancelled", [False, True])
def test_why_a_changed_input_has_no_ranking_is_said_over_that_of_before(
    trying: Trying, cancelled: bool
) -> None:
    view, why = trying.pane.widget, "The ranking is not there: no memory."
    view.controls.rank.click()
    trying.edit(LEFT)
    trying.settle()
    trying.link.manual.add(RankChannels)
    trying.edit(RIGHT)
    trying.qtbot.waitUntil(lambda: bool(trying.link.waiting(RankChannels)))
    assert "score with all on" in view.caption.text() and "so far" not in view.caption.text()
    trying.link.fail(RankChannels, why, cancelled)
    trying.settle()
    assert view.caption.text().startswith(f"not of this input: {why}    Each of 4 channels")
    assert len(view.ranking.effects.rows) == 4 and view.controls.rank.isEnabled()


def test_a_ranking_of_before_that_was_not_ended_is_not_said_to_go_on(trying: Trying) -> None:
    view = trying.pane.widget
    trying.link.manual.add(RankChannels)
    view.controls.rank.click()
    trying.edit(LEFT)
    trying.qtbot.waitUntil(lambda: bool(trying.link.waiting(RankChannels)))
    trying.link.part(RankChannels, ranking(trying.link.asked(RankChannels)[-1], 2))
    trying.qtbot.waitUntil(lambda: "2 of 4 channels set to zero, so far" in view.caption.text())
    trying.edit(RIGHT)
    trying.qtbot.waitUntil(lambda: len(trying.link.waiting(RankChannels)) > 0)
    trying.desk.settle()
    assert view.caption.text() == (
        "of the input before the last change    2 of 4 channels set to zero, then stopped"
    )
