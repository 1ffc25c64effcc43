"""One rule for all panes: who is asked, what is shown, what is remembered, what is refused."""

from dataclasses import replace
from typing import Any

import pytest
from desk_fakes import FakeNotices, scene, without_forward
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink, forward, value

from explorer.engine.command import Command, Urgency
from explorer.engine.envelopes import Failure
from explorer.engine.messages import ListModels, LocateField, Measure, ViewValue
from explorer.features.embeddings.messages import SaveBackbone
from explorer.window.desk import Desk
from explorer.window.scene import EngineState, Scene
from explorer.window.spec import Level, Waiting, Wish


class Probe:
    """A pane that wishes what the test says and remembers what it was shown."""

    def __init__(self) -> None:
        self.wish: Wish | None = None
        self.shown: list[Any] = []
        self.seen = True

    def wants(self, scene: Scene) -> Wish | None:
        return self.wish

    def show(self, scene: Scene, answer: Any) -> None:
        self.shown.append(answer)


@pytest.fixture
def probe(desk: Desk) -> Probe:
    probe = Probe()
    desk.seat(probe, lambda: probe.seen)
    return probe


def settle(qtbot: QtBot, desk: Desk) -> None:
    desk.refresh()
    qtbot.waitUntil(lambda: desk.is_idle)


def kinds(shown: list[Any]) -> list[str]:
    return [type(it).__name__ for it in shown if it is not None]


def test_wish_is_asked_once_and_its_answer_shown(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    probe.wish = Wish(ViewValue(1, 2))
    settle(qtbot, desk)
    assert kinds(probe.shown) == ["Waiting", "ValueView"]
    desk.set(chosen_channel=3)
    settle(qtbot, desk)
    assert link.asked(ViewValue) == [ViewValue(1, 2)], "what is known is not asked again"
    assert probe.shown[-1] is desk.known(ViewValue(1, 2))


def test_what_was_to_give_way_when_the_engine_ended_does_not_stay_under_another_heading(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    probe.wish = Wish(ViewValue(1, 2))
    settle(qtbot, desk)
    link.manual = {ViewValue}
    probe.wish = Wish(ViewValue(1, 3))
    desk.settle()
    assert not probe.shown[-1].is_news, "a step keeps what is there until what comes is there"
    link.die(None)
    qtbot.waitUntil(lambda: desk.scene.engine is EngineState.STARTING)
    desk.settle()
    assert probe.shown[-1].is_news


def test_what_is_right_when_the_engine_ends_stays(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    probe.wish = Wish(ViewValue(1, 2))
    settle(qtbot, desk)
    link.die(None)
    qtbot.waitUntil(lambda: desk.scene.engine is EngineState.STARTING)
    desk.set(seats=(replace(desk.scene.seat, loaded=None, forward=None),), node=None)
    probe.wish = None
    desk.settle()
    assert isinstance(probe.shown[-1], Waiting) and not probe.shown[-1].is_news


def test_nothing_is_shown_twice(qtbot: QtBot, desk: Desk, probe: Probe) -> None:
    settle(qtbot, desk)
    count = len(probe.shown)
    desk.settle()
    desk.settle()
    assert len(probe.shown) == count


def test_pane_out_of_sight_is_neither_asked_nor_shown(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    probe.seen, probe.wish, probe.shown = False, Wish(ViewValue(1, 2)), []
    settle(qtbot, desk)
    assert probe.shown == [] and link.sent == []
    probe.seen = True
    settle(qtbot, desk)
    assert kinds(probe.shown)[-1] == "ValueView"


def test_what_is_likely_next_is_fetched_after_what_is_wished(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    probe.wish = Wish(ViewValue(1, 2), ahead=(ViewValue(1, 3), ViewValue(1, 1)))
    settle(qtbot, desk)
    assert link.asked(ViewValue) == [ViewValue(1, 2), ViewValue(1, 3), ViewValue(1, 1)]
    probe.wish, probe.shown = Wish(ViewValue(1, 3)), []
    desk.set(node=3)
    desk.settle()
    assert kinds(probe.shown) == ["ValueView"], "a step finds its picture there"


def test_a_look_at_what_was_let_go_lets_the_model_run_again(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    link.manual = {ViewValue}
    probe.wish = Wish(ViewValue(1, 2), ahead=(ViewValue(1, 3),))
    desk.settle()
    link.fail(ViewValue, "let go", allows="again")
    qtbot.waitUntil(lambda: len(link.sent) == 2)
    assert link.sent[1] == ViewValue(1, 2, again=True)
    link.progress(ViewValue, 3, 9, "running toy again")
    qtbot.waitUntil(lambda: getattr(probe.shown[-1], "done", 0) == 3)
    assert "Failure" not in kinds(probe.shown), "nobody is told what is only on its way"
    link.answer(ViewValue)
    qtbot.waitUntil(lambda: kinds(probe.shown)[-1] == "ValueView" and len(link.sent) == 3)
    assert probe.shown[-1] is desk.known(ViewValue(1, 2))
    link.fail(ViewValue, "let go", allows="again")
    qtbot.waitUntil(lambda: desk.is_idle)
    assert link.sent[2:] == [ViewValue(1, 3)], "for what is only likely next no model runs"
    probe.wish = Wish(ViewValue(1, 3))
    desk.settle()
    link.fail(ViewValue, "let go", allows="again")
    qtbot.waitUntil(lambda: len(link.sent) == 5)
    assert link.sent[4] == ViewValue(1, 3, again=True)


def test_who_comes_back_to_a_look_that_was_cancelled_sees_it(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    link.manual = {ViewValue}
    probe.wish = Wish(ViewValue(1, 2))
    desk.settle()
    link.fail(ViewValue, "let go", allows="again")
    qtbot.waitUntil(lambda: len(link.sent) == 2)
    link.fail(ViewValue, "Cancelled.", cancelled=True)
    qtbot.waitUntil(lambda: isinstance(probe.shown[-1], Failure))
    link.manual = set()
    for node in (5, 2):
        probe.wish = Wish(ViewValue(1, node))
        settle(qtbot, desk)
    assert kinds(probe.shown)[-1] == "ValueView"


def test_a_run_for_values_that_ended_the_engine_is_not_asked_again(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    link.manual = {ViewValue}
    probe.wish = Wish(ViewValue(1, 2))
    desk.settle()
    link.fail(ViewValue, "let go", allows="again")
    qtbot.waitUntil(lambda: len(link.sent) == 2)
    link.die(ViewValue(1, 2, again=True))
    link.revive()
    settle(qtbot, desk)
    assert len(link.sent) == 2 and isinstance(probe.shown[-1], Failure)


def test_a_wish_that_has_changed_overtakes_what_was_to_be_fetched(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    link.manual = {ViewValue}
    for node in range(1, 30):
        probe.wish = Wish(ViewValue(1, node), ahead=(ViewValue(1, node + 1),))
        desk.settle()
    assert len(link.asked(ViewValue)) == 1, "sources as fast as they like: one request in flight"
    link.answer(ViewValue)
    qtbot.waitUntil(lambda: len(link.sent) == 2)
    assert link.sent[1] == ViewValue(1, 29), "the newest wish is next"


def test_an_answer_is_shown_only_to_the_wish_that_it_answers(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    link.manual = {ViewValue}
    probe.wish = Wish(ViewValue(1, 1))
    desk.settle()
    probe.wish = Wish(ViewValue(1, 2))
    desk.settle()
    probe.shown.clear()
    link.answer(ViewValue)
    qtbot.waitUntil(lambda: len(link.sent) == 2)
    assert not [it for it in probe.shown if not isinstance(it, Waiting)]
    link.answer(ViewValue)
    qtbot.waitUntil(lambda: kinds(probe.shown)[-1:] == ["ValueView"])
    assert probe.shown[-1].node == 2


def test_further_questions_are_asked_and_looked_up(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    beside = LocateField(1, 2, (3, 3))
    link.manual = {LocateField}
    probe.wish = Wish(ViewValue(1, 2), beside=(beside,))
    desk.settle()
    qtbot.waitUntil(lambda: kinds(probe.shown)[-1] == "ValueView")
    assert desk.known(beside) is None
    count = len(probe.shown)
    link.answer(LocateField)
    qtbot.waitUntil(lambda: len(probe.shown) > count)
    assert desk.known(beside).unit == (3, 3)


def test_failure_is_shown_and_not_asked_again_until_the_person_asks(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    link.failing[ViewValue] = "too large"
    probe.wish = Wish(ViewValue(1, 2))
    settle(qtbot, desk)
    assert probe.shown[-1].message == "too large"
    desk.set(chosen_channel=1)
    settle(qtbot, desk)
    assert len(link.sent) == 1
    link.failing.clear()
    desk.ask_again(ViewValue(1, 2))
    settle(qtbot, desk)
    assert len(link.sent) == 2 and kinds(probe.shown)[-1] == "ValueView"


def test_a_forward_that_is_gone_takes_its_answers_with_it(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    probe.wish = Wish(ViewValue(1, 2))
    settle(qtbot, desk)
    desk.put(desk.scene.with_seat(forward=forward("image-photo", 2)))
    probe.wish = Wish(ViewValue(2, 2))
    settle(qtbot, desk)
    assert desk.known(ViewValue(1, 2)) is None
    assert link.asked(ViewValue) == [ViewValue(1, 2), ViewValue(2, 2)]


def test_progress_and_parts_are_shown_while_waiting(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    link.manual = {ViewValue}
    probe.wish = Wish(ViewValue(1, 2))
    desk.settle()
    link.progress(ViewValue, 2, 5, "reading")
    link.part(ViewValue, value(2))
    qtbot.waitUntil(lambda: isinstance(probe.shown[-1], Waiting) and probe.shown[-1].part is not None)
    waiting = probe.shown[-1]
    assert (waiting.done, waiting.total, waiting.text) == (2, 5, "reading")


def test_two_panes_with_one_wish_ask_once(qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe) -> None:
    other = Probe()
    desk.seat(other, lambda: True)
    probe.wish = other.wish = Wish(Measure(1))
    settle(qtbot, desk)
    assert link.asked(Measure) == [Measure(1)]
    assert kinds(probe.shown)[-1] == kinds(other.shown)[-1] == "Measurement"


# ---- the scene ----


def test_changes_are_shown_together_once_a_turn(qtbot: QtBot, desk: Desk, probe: Probe) -> None:
    settle(qtbot, desk)
    probe.shown.clear()
    desk.set(chosen_channel=1)
    desk.set(chosen_channel=2)
    assert probe.shown == []
    settle(qtbot, desk)
    assert len(probe.shown) == 1


def test_a_key_press_settles_at_once(desk: Desk, probe: Probe) -> None:
    probe.shown.clear()
    desk.set(chosen_channel=1)
    desk.settle()
    assert len(probe.shown) == 1


def test_what_was_settled_at_once_is_not_settled_again_at_the_turn(qtbot: QtBot, desk: Desk) -> None:
    settle(qtbot, desk)
    times: list[None] = []
    desk.settled.connect(lambda: times.append(None))
    desk.set(chosen_channel=1)
    desk.settle()
    qtbot.waitUntil(lambda: desk.is_idle)
    qtbot.wait(1)
    assert len(times) == 1


def test_followers_see_the_scene_first_and_may_change_it(desk: Desk) -> None:
    seen: list[tuple[int, int]] = []

    def follow(scene: Scene) -> None:
        if scene.channel != 7:
            desk.set(chosen_channel=7)

    class Witness(Probe):
        def show(self, scene: Scene, answer: Any) -> None:
            seen.append((scene.channel, scene.node or 0))

    desk.follow(follow)
    desk.seat(Witness(), lambda: True)
    desk.set(node=3)
    desk.settle()
    assert seen == [(7, 3)]


# ---- by hand ----


def test_what_a_follower_changes_is_shown_in_the_same_turn_and_once(
    qtbot: QtBot, desk: Desk, probe: Probe
) -> None:
    settled = []
    desk.settled.connect(lambda: settled.append(desk.scene.channel))
    desk.follow(
        lambda scene: desk.set(chosen_channel=1) if scene.page == "lab" and scene.channel != 1 else None
    )
    settle(qtbot, desk)
    settled.clear()
    desk.set(page="lab")
    qtbot.waitUntil(lambda: desk.is_idle)
    qtbot.wait(10)
    assert settled == [1]


def test_a_turn_that_is_planned_is_not_taken_again_after_a_key_press(qtbot: QtBot, desk: Desk) -> None:
    settle(qtbot, desk)
    settled = []
    desk.settled.connect(lambda: settled.append(desk.scene.channel))
    desk.set(chosen_channel=2)
    desk.settle()
    qtbot.wait(10)
    assert settled == [2]


def test_the_engine_is_asked_before_what_is_known_is_shown(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    settle(qtbot, desk)
    asked: list[int] = []
    probe.wish = Wish(ViewValue(1, 2))
    probe.show = lambda scene, answer: asked.append(len(link.asked(ViewValue)))  # type: ignore[method-assign]
    desk.set(chosen_channel=3)
    desk.settle()
    assert asked[0] == 1


def test_what_an_answer_leads_to_is_asked_before_the_answer_is_shown(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    first, other = ViewValue(1, 2), ViewValue(1, 3)
    link.manual = {ViewValue}
    asked: list[bool] = []
    probe.wants = lambda scene: Wish(first if desk.known(first) is None else other)  # type: ignore[method-assign]
    desk.refresh()
    qtbot.waitUntil(lambda: first in link.sent)
    probe.show = lambda scene, answer: asked.append(other in link.sent)  # type: ignore[method-assign]
    link.answer(ViewValue)
    qtbot.waitUntil(lambda: bool(asked))
    assert asked[0]


def test_an_answer_is_shown_at_once_and_settled_once(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    link.manual = {ViewValue}
    probe.wish = Wish(ViewValue(1, 2))
    desk.refresh()
    qtbot.waitUntil(lambda: bool(link.waiting(ViewValue)))
    qtbot.waitUntil(lambda: not desk.scene.busy)
    probe.shown.clear()
    settled: list[int] = []
    desk.settled.connect(lambda: settled.append(len(probe.shown)))
    link.answer(ViewValue)
    QCoreApplication.sendPostedEvents()  # and no timer
    assert settled == [1]
    qtbot.waitUntil(lambda: desk.is_idle)
    assert settled == [1]


def test_what_a_follower_asks_is_weighed_together_with_what_the_panes_wish(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    settle(qtbot, desk)
    link.manual, probe.wish = {Measure, SaveBackbone}, None
    calm, pressing = Measure(1, 1), SaveBackbone(1, 2, "a.png")
    asks = [lambda: desk.do(calm, urgency=Urgency.BESIDE), lambda: desk.do(pressing)]
    desk.follow(lambda scene: [asks.pop(0)() for _ in range(len(asks))])
    desk.settle()
    assert [it for it in link.sent if it in (calm, pressing)] == [pressing]


def test_what_is_done_by_hand_is_answered_or_told(
    qtbot: QtBot, desk: Desk, link: FakeLink, notices: FakeNotices
) -> None:
    saved: list[str] = []
    desk.do(SaveBackbone(1, 2, "a.png"), saved.append)
    settle(qtbot, desk)
    assert saved == ["a.png"]
    link.failing[SaveBackbone] = "the disk is full"
    desk.do(SaveBackbone(1, 2, "b.png"), saved.append)
    settle(qtbot, desk)
    assert saved == ["a.png"] and notices.texts() == ["the disk is full"]


def test_busy_follows_from_what_runs_and_cancel_stops_it(
    qtbot: QtBot, desk: Desk, link: FakeLink, notices: FakeNotices
) -> None:
    link.manual = {SaveBackbone}
    desk.do(SaveBackbone(1, 2, "a.png"))
    qtbot.waitUntil(lambda: bool(link.sent))
    assert desk.scene.busy and [it.text for it in desk.working] == ["writing a.png"]
    desk.cancel()
    assert link.cancelled
    link.fail(SaveBackbone, "Cancelled.", cancelled=True)
    settle(qtbot, desk)
    assert not desk.scene.busy and notices.texts() == []


# ---- the engine's life ----


def test_what_ended_the_engine_is_refused_by_name_and_never_asked_again(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    link.manual = {ViewValue}
    probe.wish = Wish(ViewValue(1, 2))
    desk.settle()
    qtbot.waitUntil(lambda: bool(link.sent))
    link.die(ViewValue(1, 2))
    qtbot.waitUntil(lambda: desk.scene.engine is EngineState.STARTING)
    link.revive()
    qtbot.waitUntil(lambda: desk.scene.engine is EngineState.ALIVE)
    # The new engine's forward has another number, but it is the same question.
    desk.put(desk.scene.with_seat(forward=forward("image-photo", 2)))
    probe.wish = Wish(ViewValue(2, 2))
    settle(qtbot, desk)
    assert "ended while it worked" in probe.shown[-1].message
    assert len(link.asked(ViewValue)) == 1
    link.manual = set()
    probe.wish = Wish(ViewValue(2, 3))
    settle(qtbot, desk)
    assert kinds(probe.shown)[-1] == "ValueView", "other operations are asked"


def test_with_the_engine_off_a_wish_says_how_to_go_on(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    link.die(None, restarting=False)
    qtbot.waitUntil(lambda: desk.scene.engine is EngineState.OFF)
    probe.wish = Wish(ViewValue(1, 2))
    desk.settle()
    assert isinstance(probe.shown[-1], Failure) and "start it again" in probe.shown[-1].message
    assert link.sent == []
    desk.start_engine()
    assert link.starts == 1
    link.revive()
    qtbot.waitUntil(lambda: kinds(probe.shown)[-1] == "ValueView")


def test_after_the_end_nothing_is_called_back(qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe) -> None:
    link.manual = {ViewValue}
    probe.wish = Wish(ViewValue(1, 2))
    desk.settle()
    desk.close(1.0)
    count = len(probe.shown)
    link.answer(ViewValue)
    qtbot.wait(20)
    assert len(probe.shown) == count and link.stopped_within == 1.0


def test_a_choice_stands_in_the_scene_by_its_kind(desk: Desk) -> None:
    class Loud(tuple[int, ...]):
        pass

    before = desk.scene
    desk.choose(Loud((1,)))
    assert desk.scene.choice(Loud) == (1,) and before.choice(Loud) == ()
    after = desk.scene
    desk.choose(Loud((1,)))
    assert desk.scene is after, "the same choice changes nothing"


def test_a_notice_about_the_same_takes_the_place_of_the_one_before(desk: Desk, notices: FakeNotices) -> None:
    desk.tell(Level.INFO, "one", about="x")
    desk.tell(Level.INFO, "two", about="x")
    assert notices.texts() == ["two"]
    desk.hush("x")
    assert notices.texts() == []


def test_a_scene_is_never_edited() -> None:
    before = scene()
    after = before.with_image("image-photo", held="why").with_seat(size=(3, 3))
    assert before.selected is not None and before.selected.held == "" and before.seat.size is None
    assert after.selected is not None and after.selected.held == "why" and after.seat.size == (3, 3)


def test_command_of_no_forward_is_refused_as_it_is(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    class Odd(Command[str]):
        doing = "being odd"

    command = Odd()
    link.manual = {Odd}
    probe.wish = Wish(command)
    desk.settle()
    link.die(command)
    qtbot.waitUntil(lambda: desk.scene.engine is EngineState.STARTING)
    link.revive()
    settle(qtbot, desk)
    assert "ended" in probe.shown[-1].message and len(link.asked(Odd)) == 1


# ---- faults that a review found ----


def test_a_pane_or_a_follower_that_raises_stops_no_other(
    qtbot: QtBot, desk: Desk, link: FakeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr("sys.excepthook", lambda kind, error, _: told.append(str(error)))

    class Broken(Probe):
        def wants(self, scene: Scene) -> Wish | None:
            raise ValueError("no wish")

        def show(self, scene: Scene, answer: Any) -> None:
            raise ValueError("no show")

    def follow(scene: Scene) -> None:
        raise ValueError("no follower")

    desk.follow(follow)
    desk.seat(Broken(), lambda: True)
    sound = Probe()
    desk.seat(sound, lambda: True)
    sound.wish = Wish(ViewValue(1, 2))
    with qtbot.waitSignal(desk.settled):
        desk.refresh()
    qtbot.waitUntil(lambda: kinds(sound.shown)[-1:] == ["ValueView"])
    assert {"no follower", "no wish", "no show"} <= set(told)


def test_answers_too_large_to_be_kept_together_are_not_asked_over_and_over(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.window.answers._MOST", 2)
    probe.wish = Wish(ViewValue(1, 2), ahead=(ViewValue(1, 3), ViewValue(1, 1), ViewValue(1, 4)))
    settle(qtbot, desk)
    for channel in range(5):
        desk.set(chosen_channel=channel)
        settle(qtbot, desk)
    assert len(link.sent) == 4, "each once"
    assert desk.known(ViewValue(1, 2)) is not None, "what is wished is never pushed out by what may come"


def test_what_was_fetched_ahead_and_is_wished_now_counts_as_missing(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    probe.wish = Wish(ViewValue(1, 2))
    settle(qtbot, desk)
    link.manual = {ViewValue}
    probe.wish = Wish(ViewValue(1, 2), ahead=(ViewValue(1, 3),))
    desk.settle()
    assert not link.waiting(ViewValue), "first what is there is painted"
    qtbot.waitUntil(lambda: bool(link.waiting(ViewValue)))
    assert desk.has_caught_up
    probe.wish = Wish(ViewValue(1, 3))
    desk.settle()
    assert not desk.has_caught_up


def test_a_list_that_is_not_there_yet_covers_nothing_and_delays_nothing(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    link.manual = {ListModels}
    probe.wish = Wish(ViewValue(1, 2), beside=(ListModels(),), ahead=(ViewValue(1, 3),))
    desk.settle()
    assert link.waiting(ListModels)
    qtbot.waitUntil(lambda: desk.known(ViewValue(1, 3)) is not None)
    assert desk.has_caught_up, "the list is not what is looked at"


def test_wished_given_up_and_wished_again_is_asked_once(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    link.manual = {ViewValue}
    for node in (1, 2, 1):
        probe.wish = Wish(ViewValue(1, node))
        desk.settle()
    link.answer(ViewValue)
    settle(qtbot, desk)
    assert link.sent == [ViewValue(1, 1)] and kinds(probe.shown)[-1] == "ValueView"


def test_what_an_engine_left_open_is_asked_of_the_next_one(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    link.manual = {ListModels}
    probe.wish = Wish(ListModels())
    desk.settle()
    qtbot.waitUntil(lambda: bool(link.waiting(ListModels)))
    link.die(None)
    qtbot.waitUntil(lambda: desk.scene.engine is EngineState.STARTING)
    link.manual = set()
    link.revive()
    qtbot.waitUntil(lambda: kinds(probe.shown)[-1] == "Catalogue")


def test_what_a_person_started_and_the_engine_never_began_is_told(
    qtbot: QtBot, desk: Desk, link: FakeLink, notices: FakeNotices
) -> None:
    link.manual = {SaveBackbone}
    for name in ("a.pt", "b.pt"):
        desk.do(SaveBackbone(1, 2, name))
    qtbot.waitUntil(lambda: len(link.sent) == 1)
    link.die(SaveBackbone(1, 2, "a.pt"))
    qtbot.waitUntil(lambda: desk.scene.engine is EngineState.STARTING)
    assert any("ended before this was done" in text for text in notices.texts())


def test_what_was_only_slow_to_stop_is_not_refused(
    qtbot: QtBot, desk: Desk, link: FakeLink, probe: Probe
) -> None:
    link.manual = {ViewValue}
    probe.wish = Wish(ViewValue(1, 2))
    desk.settle()
    qtbot.waitUntil(lambda: bool(link.sent))
    link.die(ViewValue(1, 2), by_cancel=True)
    qtbot.waitUntil(lambda: desk.scene.engine is EngineState.STARTING)
    link.manual = set()
    link.revive()
    qtbot.waitUntil(lambda: kinds(probe.shown)[-1] == "ValueView")


def test_an_operation_picked_where_an_older_forward_is_still_drawn_changes_nothing(desk: Desk) -> None:
    desk.put(scene())
    drawn = desk.scene.trace
    desk.pick(drawn, 3, lens="cost")
    assert (desk.scene.node, desk.scene.lens) == (3, "cost")
    shorter = forward("image-9", 2)
    shorter = replace(shorter, trace=replace(shorter.trace, nodes=shorter.trace.nodes[:2]))
    desk.put(replace(desk.scene.with_seat(forward=shorter), node=1))
    desk.pick(drawn, 3)
    assert desk.scene.node == 1
    desk.put(without_forward())
    gone = desk.scene
    desk.pick(drawn, 3)
    desk.pick(None, 0)
    assert desk.scene is gone
