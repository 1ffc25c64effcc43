"""Reasons follow a changed input: quick ones at once, the newest change next; slow ones when nothing moves any more."""

import numpy as np
import pytest
from panes import Trying, seated
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.features.field.input_pane import InputPane
from explorer.features.live import doing
from explorer.features.live.messages import LookLive
from explorer.features.reasons import choice
from explorer.features.reasons.choice import Reasons
from explorer.features.reasons.messages import Explain, Randomised
from explorer.features.reasons.methods import Method
from explorer.features.reasons.pane import ReasonsPane
from explorer.records.editing import Editing
from explorer.records.edits import NOTHING, Edit, Patch
from explorer.window.desk import Desk
from explorer.window.laid import Laid

LEFT, MIDDLE, RIGHT = (Edit(brightness=0.5, patch=Patch(0.5, x)) for x in (0.2, 0.5, 0.8))


class Why(Trying):
    """The lens of reasons and the input."""

    def __init__(self, qtbot: QtBot, desk: Desk, link: FakeLink) -> None:
        super().__init__(qtbot, desk)
        self.link = link
        desk.set(lens="why")
        self.why, self.input = (seated(qtbot, desk, it(desk), (600, 600)) for it in (ReasonsPane, InputPane))
        self.begin()

    def choose(self, **changes: object) -> None:
        self.desk.choose(Reasons("zoo:toy", **changes))  # type: ignore[arg-type]

    @property
    def edits(self) -> list[Edit]:
        return [it.edit for it in self.link.asked(Explain)]


@pytest.fixture
def trying(qtbot: QtBot, desk: Desk, link: FakeLink) -> Why:
    return Why(qtbot, desk, link)


def test_a_quick_map_follows_and_lies_on_the_changed_picture(trying: Why) -> None:
    trying.link.sent.clear()
    trying.edit(LEFT)
    trying.settle()
    assert trying.edits == [LEFT]
    before = trying.desk.scene.forward.picture
    assert np.array_equal(trying.why.widget.pictures[0].input.shown, Editing(before).edited(LEFT))
    doing.peek(trying.desk)
    trying.settle()
    assert trying.edits == [LEFT] and trying.why.widget.pictures[0].input.shown is before


def test_the_class_stays_whatever_is_first_on_the_changed_input(trying: Why) -> None:
    first = trying.desk.scene.forward.predictions[0].index
    trying.edit(LEFT)
    trying.settle()
    assert trying.link.asked(Explain)[-1] == Explain(1, target=first, edit=LEFT)
    assert trying.link.asked(Explain)[0] == Explain(1)


def test_nothing_queues_and_the_map_before_stays_meanwhile(trying: Why) -> None:
    trying.edit(LEFT)
    trying.settle()
    shown = trying.why.widget.pictures[0].heat
    trying.link.manual.add(Explain)
    trying.link.sent.clear()
    for edit in (MIDDLE, LEFT, RIGHT):
        trying.edit(edit)
    trying.qtbot.waitUntil(lambda: bool(trying.edits))
    assert trying.edits == [MIDDLE] and trying.why.widget.pictures[0].heat is shown
    assert [it.edit for it in trying.link.asked(LookLive)] == [MIDDLE], "the answer waits for the map as well"
    trying.link.answer(Explain)
    trying.qtbot.waitUntil(lambda: len(trying.edits) == 2)
    assert trying.edits == [MIDDLE, RIGHT] and trying.link.cancelled == []
    trying.link.answer(Explain)
    trying.settle()


def test_what_is_slow_waits_until_nothing_moves_and_is_veiled_so_long(trying: Why) -> None:
    trying.choose(method=Method.RISE)
    trying.settle()
    assert Method.RISE not in [it.method for it in trying.link.asked(Explain)], "it waits for the person"
    trying.desk.choose(choice.started(trying.desk.scene))
    trying.settle()
    picture, view = trying.why.widget.pictures[0], trying.why.widget
    shown = picture.heat
    trying.link.sent.clear()
    trying.edit(LEFT)
    trying.qtbot.waitUntil(lambda: bool(trying.link.asked(LookLive)))
    assert trying.edits == [], "not as long as it moves"
    assert picture.heat is shown and view.second.text().startswith("of the input before the last change")
    assert view.opacity.value() == 75, "what the person chose stays"
    trying.settle()
    assert trying.edits == [LEFT] and picture.heat is not shown
    assert "before the last change" not in view.second.text()
    assert trying.desk.scene.choice(Reasons).started[0].edit is NOTHING


def test_a_new_change_stops_what_is_slow(trying: Why) -> None:
    trying.choose(method=Method.RISE)
    trying.desk.choose(choice.started(trying.desk.scene))
    trying.settle()
    trying.link.manual.add(Explain)
    trying.edit(LEFT)
    trying.qtbot.waitUntil(lambda: bool(trying.link.waiting(Explain)), timeout=3000)
    trying.edit(RIGHT)
    assert trying.link.cancelled == trying.link.waiting(Explain)
    trying.link.manual.clear()
    trying.link.fail(Explain, "Cancelled.", cancelled=True)
    trying.settle()
    assert trying.edits[-1] == RIGHT


def test_a_map_over_the_input_follows_too(trying: Why) -> None:
    trying.desk.choose(Laid(choice.on_input))
    trying.settle()
    shown = trying.input.widget.layer
    assert shown is not None
    trying.link.manual.add(Explain)
    trying.edit(LEFT)
    trying.qtbot.waitUntil(lambda: bool(trying.link.waiting(Explain)))
    assert trying.input.widget.layer is shown, "that of before stays meanwhile"
    trying.link.answer(Explain)
    trying.settle()
    assert trying.input.widget.layer is not None and trying.input.widget.layer is not shown


def test_the_map_of_one_method_never_stays_over_the_input_under_the_name_of_another(trying: Why) -> None:
    trying.desk.choose(Laid(choice.on_input))
    trying.edit(LEFT)
    trying.settle()
    assert trying.input.widget.layer is not None
    trying.link.manual.add(Explain)
    trying.choose(method=Method.LAYER_CAM)
    trying.desk.settle()
    assert trying.link.waiting(Explain) and trying.input.widget.layer is None
    assert trying.why.widget.pictures[0].heat is None


def test_the_check_waits_too_and_is_said_to_be_of_before(trying: Why) -> None:
    trying.choose(checks=True)
    trying.edit(LEFT)
    trying.settle()
    view, said = trying.why.widget, "of the input before the last change"
    shown = view.pictures[0].heat
    assert shown is not None and said not in view.second.text()
    trying.link.sent.clear()
    trying.edit(RIGHT)
    trying.qtbot.waitUntil(lambda: bool(trying.link.asked(LookLive)))
    assert not trying.link.asked(Randomised), "not as long as it moves"
    assert view.pictures[0].heat is shown and view.second.text().startswith(said)
    trying.settle()
    assert view.pictures[0].heat is not shown and said not in view.second.text()
