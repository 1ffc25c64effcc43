"""Changes that are tried: what is asked, how fast, what is shown meanwhile, and how one gets out again."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from desk_fakes import FakeNotices, image, scene, with_reader, without_forward
from panes import Trying, seated
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.qtbot import QtBot
from window_fakes import ANSWERS, FakeLink, forward

from explorer.engine.messages import ViewValue
from explorer.features.answer.pane import AnswerPane
from explorer.features.answer.view import BEFORE_ROLE, SHARE_ROLE
from explorer.features.field.input_pane import InputPane
from explorer.features.images.pane import StripPane
from explorer.features.live import FEATURE, doing
from explorer.features.live.choice import question
from explorer.features.live.fit import not_trying, why_not
from explorer.features.live.messages import LookLive
from explorer.features.live.pane import SCALES, LivePane
from explorer.features.maps.pane import MapsPane
from explorer.records.answers import Answer, Prediction
from explorer.records.editing import Editing
from explorer.records.edits import NOTHING, Edit, Fill, LiveView, Patch
from explorer.records.models import Slot, TensorInput
from explorer.window.desk import Desk
from explorer.window.live import Live, Tool, live, said, shown_edit, shown_picture, tried
from explorer.window.widgets.live_tools import IN_HAND, LiveTools

LEFT, RIGHT, TOP = (Edit(patch=Patch(y, x)) for y, x in ((0.5, 0.2), (0.5, 0.8), (0.1, 0.5)))


class Panes(Trying):
    """The panes in which changes are seen."""

    def __init__(self, qtbot: QtBot, desk: Desk) -> None:
        super().__init__(qtbot, desk)
        self.input, self.maps, self.answer, self.live, self.strip = (
            seated(qtbot, desk, it(desk), (300, 500))
            for it in (InputPane, MapsPane, AnswerPane, LivePane, StripPane)
        )

    @property
    def hand(self) -> LiveTools:
        assert self.strip.tools is not None, "changes are tried"
        return self.strip.tools

    @property
    def rows(self) -> dict[str, QModelIndex]:
        """The cells of the shares by their classes, the largest first: rows stay where they are while one tries."""
        model = self.answer.view.model()
        cells = [model.index(row, 1) for row in range(model.rowCount())]
        cells.sort(key=lambda it: it.data(SHARE_ROLE), reverse=True)
        return {str(it.siblingAtColumn(0).data()): it for it in cells}

    @property
    def classes(self) -> list[str]:
        return list(self.rows)


@pytest.fixture
def panes(qtbot: QtBot, desk: Desk) -> Panes:
    return Panes(qtbot, desk)


@pytest.fixture
def trying(panes: Panes) -> Panes:
    panes.begin()
    return panes


# ---- where it is possible ----


def test_where_there_is_no_one_picture_it_says_why() -> None:
    assert why_not(scene()) == "" and "press E" in not_trying(scene())
    assert "Open an image" in why_not(without_forward())
    assert "reads words" in why_not(with_reader(scene())) and not doing.can_try(with_reader(scene()))
    two = scene()
    slots = (Slot("a", two.model.preprocess), Slot("b", TensorInput((1, 3))))
    assert "more than one input" in why_not(two.with_seat(model=replace(two.model, slots=slots)))
    clip = replace(two.model.preprocess, frames=8)
    assert "more than one input" in why_not(two.with_seat(model=replace(two.model, preprocess=clip)))
    stopped = replace(two.forward, trace=replace(two.trace, error=("conv", "no")))
    assert "stopped" in why_not(two.with_seat(forward=stopped))
    (spec,) = FEATURE.panes
    assert spec.misfit(scene()) and not spec.misfit(scene().with_choice(Live(on=True)))


def test_where_no_changes_can_be_tried_none_are_shown_however_they_were_begun() -> None:
    trying = scene().with_choice(Live(on=True, edit=LEFT, asked=LEFT, asks=question))
    assert tried(trying) == shown_edit(trying) == LEFT and "shown: changed input" in said(trying)[0]
    model = trying.model
    two = trying.with_seat(
        model=replace(model, slots=(Slot("a", model.preprocess), Slot("b", model.preprocess)))
    )
    assert why_not(two) and tried(two) is shown_edit(two) is NOTHING
    assert shown_picture(two) is two.forward.picture and "shown: changed input" not in said(two)[0]


def test_only_what_is_in_sight_is_asked() -> None:
    now = scene().with_choice(Live(True, LEFT, asked=LEFT, asks=question))
    assert live(now) == LookLive(1, LEFT, 1)
    assert live(replace(now, lens="kernels")) == LookLive(1, LEFT, None)
    for changes in ({"on": False}, {"peeks": True}, {"edit": NOTHING}, {"asked": NOTHING}):
        assert live(now.with_choice(replace(now.choice(Live), **changes))) is None, changes
    assert live(with_reader(now)) is None and live(now.with_seat(forward=None)) is None


# ---- what is shown ----


def test_maps_answer_and_picture_are_those_of_the_changed_input(trying: Panes, link: FakeLink) -> None:
    edit = trying.desk.scene.choice(Live).edit
    assert edit.patch is not None
    assert [(it.forward, it.edit, it.node) for it in link.asked(LookLive)] == [(1, edit, 1)]
    assert trying.maps.widget.value.title == "changed"
    assert trying.maps.widget.parts.badge.isVisible()
    assert trying.classes == ["tiger cat", "tabby"]
    assert [it.data(BEFORE_ROLE) for it in trying.rows.values()] == [0.3, 0.6]
    trying.answer.view.resize(400, 200)
    assert trying.answer.view.caption() == "weights: pretrained; bar: changed input, line: before"
    trying.answer.view.resize(240, 200)
    assert trying.answer.view.caption() == "pretrained; bar: now, line: before"
    trying.answer.view.resize(150, 200)
    assert trying.answer.view.caption() == "pretrained; line: before", "the marks are always explained"
    tip = trying.desk.action("tryChanges").toolTip()
    assert "E brings them back" in tip, "Done says what becomes of the changes"
    before = trying.desk.scene.forward.picture
    assert np.array_equal(trying.input.widget.shown, Editing(before).edited(edit))
    assert not np.array_equal(trying.input.widget.shown, before) or (before == 128).all()
    assert trying.hand.line.whole[0] == "maps and answer of the changed input"


def test_a_tooltip_and_a_screen_reader_are_told_what_a_class_got_before(trying: Panes) -> None:
    index = trying.rows["tiger cat"]
    assert "before the change: 30.0 %" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert "before the change 30.0 %" in index.data(Qt.ItemDataRole.AccessibleTextRole)


def test_before_reset_and_the_end_show_what_was(qtbot: QtBot, trying: Panes, link: FakeLink) -> None:
    desk, picture = trying.desk, trying.desk.scene.forward.picture
    for leave in (doing.peek, doing.reset, doing.toggle):
        trying.edit(LEFT)
        qtbot.waitUntil(lambda: desk.is_idle)
        assert trying.classes == ["tiger cat", "tabby"]
        asked = len(link.asked(LookLive))
        leave(desk)
        qtbot.waitUntil(lambda: desk.is_idle)
        assert trying.classes == ["tabby", "tiger cat"] and trying.input.widget.shown is picture, leave
        assert trying.maps.widget.value.title == "node 1" and not trying.maps.widget.parts.badge.isVisible()
        assert trying.answer.view.caption() == "weights: pretrained"
        assert len(link.asked(LookLive)) == asked, "nothing runs for what is known"
        desk.choose(replace(desk.scene.choice(Live), on=True, peeks=False))
        desk.settle()


def test_before_is_shown_as_long_as_it_is_held(trying: Panes) -> None:
    trying.input.bar.before.pressed.emit()
    assert trying.classes == ["tabby", "tiger cat"] and shown_edit(trying.desk.scene) is NOTHING
    trying.input.bar.before.released.emit()
    assert trying.classes == ["tiger cat", "tabby"]


def test_begun_again_the_changes_are_there_again(qtbot: QtBot, trying: Panes) -> None:
    trying.edit(LEFT)
    doing.toggle(trying.desk)
    doing.toggle(trying.desk)
    assert trying.desk.scene.choice(Live).edit == LEFT


def test_a_lens_that_does_not_follow_says_so() -> None:
    now = scene().with_choice(Live(True, LEFT, asked=LEFT, asks=question))
    assert said(now) == (("maps and answer of the changed input", "shown: changed input"), False)
    assert said(replace(now, lens="kernels"))[1] is False and said(replace(now, lens="likes"))[1] is True
    assert said(replace(now, lens="ablation"))[0][0] == "both answers of the changed input"
    for lens in ("field", "why", "attention"):
        assert said(replace(now, lens=lens))[0][0].endswith("answer of the changed input"), lens
    assert "gradient" not in said(replace(now, lens="field"))[0][0], "it may be that over noise"
    assert said(replace(now, lens="attention"))[0] == ("answer of the changed input",), (
        "there is no attention"
    )
    (text, _), warns = said(replace(now, lens="likes"))
    assert warns and text == "this lens still shows the unchanged input"
    assert said(now.with_choice(Live(True)))[0] == ("nothing is changed",)


def test_a_failure_is_told_in_the_place_of_the_answer(trying: Panes, link: FakeLink, qtbot: QtBot) -> None:
    link.failing[LookLive] = "zoo:toy cannot run on the changed input: too dark"
    trying.edit(RIGHT)
    qtbot.waitUntil(lambda: trying.desk.is_idle)
    assert trying.classes == [] and "too dark" in trying.answer.view.hint
    del link.failing[LookLive]
    trying.edit(LEFT)
    qtbot.waitUntil(lambda: trying.desk.is_idle)
    assert trying.classes == ["tiger cat", "tabby"]


def test_an_operation_that_cannot_be_met_says_so_and_the_answer_stays(
    trying: Panes, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Answer("image-photo", (Prediction(1, "moped", 0.9),))
    monkeypatch.setitem(ANSWERS, LookLive, lambda _: LiveView(answer, (), None, "part of a call"))
    trying.edit(RIGHT)
    qtbot.waitUntil(lambda: trying.desk.is_idle)
    assert trying.classes == ["moped"] and trying.maps.widget.value is None


# ---- how fast ----


def test_the_newest_change_is_asked_when_the_one_before_is_answered(
    qtbot: QtBot, trying: Panes, link: FakeLink
) -> None:
    link.manual.add(LookLive)
    link.sent.clear()
    trying.edit(LEFT)
    for share in np.linspace(0.2, 0.8, 20):
        trying.edit(Edit(patch=Patch(0.5, float(share))))
    trying.edit(RIGHT)
    assert [it.edit for it in link.asked(LookLive)] == [LEFT], "nothing queues"
    assert np.array_equal(trying.input.widget.shown, Editing(trying.desk.scene.forward.picture).edited(RIGHT))
    link.answer(LookLive)
    qtbot.waitUntil(lambda: len(link.asked(LookLive)) == 2)
    assert link.asked(LookLive)[1].edit == RIGHT, "and what came between is passed over"
    link.answer(LookLive)
    qtbot.waitUntil(lambda: trying.desk.is_idle)
    assert len(link.asked(LookLive)) == 2 and link.cancelled == []


def test_each_answer_is_shown_also_where_the_person_went_on(
    qtbot: QtBot, trying: Panes, link: FakeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: Any = lambda it: LiveView(Answer("", (Prediction(1, "moped", it.edit.patch.x),)))  # noqa: E731
    monkeypatch.setitem(ANSWERS, LookLive, told)
    link.manual.add(LookLive)
    trying.edit(LEFT)
    for share in (0.3, 0.4, 0.5):
        shown = live(trying.desk.scene).edit.patch.x
        trying.edit(Edit(patch=Patch(0.5, share)))
        link.answer(LookLive)
        qtbot.waitUntil(lambda: bool(link.waiting(LookLive)))
        assert trying.answer.view.model().index(0, 1).data() == f"{100 * shown:.1f} %"


def test_nobody_is_told_of_each_run(trying: Panes, link: FakeLink, notices: FakeNotices) -> None:
    link.manual.add(LookLive)
    trying.edit(RIGHT)
    assert link.waiting(LookLive) and not trying.desk.scene.busy and trying.desk.working == []
    assert notices.texts() == []


def test_answers_of_changes_that_are_gone_are_not_kept(qtbot: QtBot, trying: Panes, link: FakeLink) -> None:
    trying.edit(LEFT)
    qtbot.waitUntil(lambda: trying.desk.is_idle)
    former = live(trying.desk.scene)
    assert trying.desk.known(former) is not None
    trying.edit(RIGHT)
    qtbot.waitUntil(lambda: trying.desk.is_idle)
    assert trying.desk.known(former) is None and trying.desk.known(live(trying.desk.scene)) is not None
    assert trying.desk.known(link.asked(ViewValue)[-1]) is not None, "what is asked of the forward stays"


def test_what_is_refused_holds_nothing_up(qtbot: QtBot, trying: Panes, link: FakeLink) -> None:
    link.manual.add(LookLive)
    trying.edit(LEFT)
    link.die(live(trying.desk.scene))
    link.revive()
    link.manual.discard(LookLive)
    qtbot.waitUntil(lambda: trying.desk.is_idle)
    assert trying.classes == [] and "ended while it worked" in trying.answer.view.hint
    trying.edit(RIGHT)
    qtbot.waitUntil(lambda: trying.desk.is_idle)
    assert trying.classes == ["tiger cat", "tabby"] and live(trying.desk.scene).edit == RIGHT


def test_the_answer_of_another_input_never_stands_here(qtbot: QtBot, trying: Panes, link: FakeLink) -> None:
    trying.edit(LEFT)
    qtbot.waitUntil(lambda: trying.desk.is_idle)
    link.manual.add(LookLive)
    desk, other = trying.desk, image("image-2", "other.png")
    scene = replace(desk.scene, images=(*desk.scene.images, other), image="image-2")
    desk.put(scene.with_seat(forward=forward("image-2", 2)))
    desk.settle()
    assert link.waiting(LookLive) and trying.classes == ["tabby", "tiger cat"]
    assert trying.answer.view.caption() == "weights: pretrained", (
        "until it is answered, what is known of this one"
    )
    link.answer(LookLive)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert trying.classes == ["tiger cat", "tabby"]


# ---- an image of its own ----


def test_a_kept_picture_is_another_input_and_ends_the_trying(qtbot: QtBot, trying: Panes) -> None:
    trying.edit(LEFT)
    picture = trying.input.widget.shown.copy()
    doing.keep(trying.desk)
    now = trying.desk.scene
    assert [it.source.name for it in now.images] == ["photo.png", "photo.png, changed"]
    assert now.image == now.images[1].key and not now.choice(Live).on and now.choice(Live).edit is NOTHING
    assert np.array_equal(now.images[1].source.pixels.rows.reshape(8, 8, 3), picture)


# ---- the controls ----


def test_what_is_in_hand_has_the_place_of_the_inputs_so_that_the_answer_stays_where_it_is(
    panes: Panes,
) -> None:
    strip, bar = panes.strip.widget, panes.input.bar
    before = strip.height(), bar.sizeHint().height()
    assert panes.strip.strip.isVisible()
    panes.begin()
    assert panes.hand.isVisible() and not panes.strip.strip.isVisible()
    assert (strip.height(), bar.sizeHint().height()) == before
    assert panes.hand.sizeHint().height() <= strip.height(), "nothing is cut"
    doing.toggle(panes.desk)
    panes.settle()
    assert panes.strip.strip.isVisible()


def test_sliders_set_and_show_what_is_tried(trying: Panes) -> None:
    trying.edit(NOTHING)
    sliders = trying.live.sliders | trying.hand.sliders
    for scale in (*SCALES, *IN_HAND[1:]):
        slider = sliders[scale.name]
        slider.slider.setValue(slider.slider.maximum())
        assert getattr(trying.desk.scene.choice(Live).edit, scale.name) == scale.high
        trying.desk.settle()
        assert slider.said == scale.said(scale.high)
        slider.slider.put_back.emit()
        trying.desk.settle()
        assert trying.desk.scene.choice(Live).edit.is_nothing and slider.said == scale.said(scale.rest)


def test_the_size_is_that_of_what_is_in_hand(trying: Panes) -> None:
    desk, size = trying.desk, trying.hand.sliders["size"]
    size.moved.emit(0.4)
    assert desk.scene.choice(Live).edit.patch.side == 0.4
    trying.hand.tools[Tool.BRUSH].click()
    size.moved.emit(0.1)
    choice = desk.scene.choice(Live)
    assert (choice.tool, choice.brush, choice.edit.patch.side) == (Tool.BRUSH, 0.1, 0.4)
    desk.settle()
    assert size.said == "10 %"
    doing.reset(desk)
    trying.hand.tools[Tool.PATCH].click()
    size.moved.emit(0.6)
    choice = desk.scene.choice(Live)
    assert choice.edit.is_nothing and choice.spare.side == 0.6, (
        "a patch that is not there is not laid by that"
    )


def test_fill_and_colour_are_chosen(trying: Panes) -> None:
    trying.hand.fill.activated.emit(list(Fill).index(Fill.NOISE))
    assert trying.desk.scene.choice(Live).edit.patch.fill is Fill.NOISE
    trying.hand.colour.activated.emit(1)
    assert trying.desk.scene.choice(Live).colour == (255, 255, 255)
