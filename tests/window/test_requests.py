"""What is asked when: lanes, urgencies, what gives way, what is withdrawn, what is cancelled."""

from typing import Any

import pytest

from explorer.engine.command import Command, Lane, Urgency
from explorer.engine.envelopes import Failure, Part, Progress, Reply
from explorer.engine.messages import ListModels, LoadModel, Measure, Record, ViewValue
from explorer.features.embeddings.messages import EmbedImages
from explorer.window.requests import Requests, Wanted


class Wire:
    """Takes commands and keeps them until the test answers."""

    def __init__(self) -> None:
        self.sent: list[Command[Any]] = []
        self.cancelled: list[int] = []

    def send(self, command: Command[Any]) -> int:
        self.sent.append(command)
        return len(self.sent)

    def cancel(self, request_id: int) -> None:
        self.cancelled.append(request_id)


class Asker:
    """Requests over a wire, and what was called back."""

    def __init__(self) -> None:
        self.wire = Wire()
        self.requests = Requests(self.wire)
        self.requests.is_alive = True
        self.told: list[Any] = []

    def ask(self, command: Command[Any], urgency: Urgency | None = None) -> Wanted:
        rank = command.urgency if urgency is None else urgency
        return self.requests.ask(Wanted(command, rank, self.told.append, self.told.append))

    def answer(self, command: Command[Any], result: object = "answer") -> None:
        id = max(place for place, sent in enumerate(self.wire.sent, 1) if sent == command)
        self.requests.take(Reply(id, result))

    def fail(self, command: Command[Any], cancelled: bool = False) -> None:
        id = max(place for place, sent in enumerate(self.wire.sent, 1) if sent == command)
        self.requests.take(Failure(id, "no", cancelled))


@pytest.fixture
def asker() -> Asker:
    return Asker()


LOAD, RECORD, EMBED = LoadModel("a"), Record(1, "k"), EmbedImages(1, ("k",), 0)
MEASURE, LIST = Measure(1), ListModels()


def view(node: int) -> ViewValue:
    return ViewValue(1, node)


def test_nothing_is_sent_before_the_engine_lives_and_then_the_most_urgent_first(asker: Asker) -> None:
    asker.requests.is_alive = False
    asker.ask(RECORD)
    asker.ask(LOAD)
    assert asker.wire.sent == []
    asker.requests.is_alive = True
    asker.requests.go_on()
    assert asker.wire.sent == [LOAD]
    asker.answer(LOAD)
    assert asker.wire.sent == [LOAD, RECORD]


def test_one_command_a_lane_and_lanes_do_not_wait_for_each_other(asker: Asker) -> None:
    for command in (RECORD, view(1), view(2), LIST):
        asker.ask(command)
    assert asker.wire.sent == [RECORD, view(1), LIST]
    asker.answer(view(1))
    assert asker.wire.sent[-1] == view(2)
    assert {it.command.lane for it in asker.requests.running} == set(Lane)


def test_what_may_wait_gives_way_and_is_asked_anew(asker: Asker) -> None:
    asker.ask(EMBED)
    asker.ask(RECORD)
    assert asker.wire.cancelled == [1] and asker.wire.sent == [EMBED]
    asker.fail(EMBED, cancelled=True)
    assert asker.wire.sent == [EMBED, RECORD]
    asker.answer(RECORD)
    assert asker.wire.sent == [EMBED, RECORD, EMBED] and asker.told == ["answer"]


def test_what_was_put_off_and_finished_all_the_same_is_not_asked_twice(asker: Asker) -> None:
    asker.ask(EMBED)
    asker.ask(RECORD)
    asker.answer(EMBED)
    asker.answer(RECORD)
    assert asker.wire.sent == [EMBED, RECORD] and asker.told == ["answer", "answer"]
    assert asker.requests.is_idle


def test_what_cannot_wait_does_not_give_way(asker: Asker) -> None:
    asker.ask(RECORD)
    asker.ask(LOAD)
    assert asker.wire.cancelled == []


def test_withdrawn_work_is_cancelled_and_its_failure_concerns_nobody(asker: Asker) -> None:
    wanted = asker.ask(RECORD)
    asker.requests.withdraw(wanted)
    assert asker.wire.cancelled == [1] and asker.requests.running == []
    asker.fail(RECORD, cancelled=True)
    assert asker.told == [] and asker.requests.is_idle


def test_withdrawn_work_that_succeeds_is_told_for_the_engine_has_changed(asker: Asker) -> None:
    wanted = asker.ask(LOAD)
    asker.requests.withdraw(wanted)
    asker.answer(LOAD, "model")
    assert asker.told == ["model"]


def test_withdrawn_looks_are_let_finish(asker: Asker) -> None:
    asker.requests.withdraw(asker.ask(view(1)))
    assert asker.wire.cancelled == []
    asker.answer(view(1), "picture")
    assert asker.told == ["picture"]


def test_a_list_of_models_that_nobody_wants_any_more_is_let_finish(asker: Asker) -> None:
    """It cannot be stopped half-way: a cancel that goes unheard would end the engine."""
    asker.requests.withdraw(asker.ask(LIST))
    assert asker.wire.cancelled == []
    assert not asker.requests.cancel_lane(Lane.SIDE) and asker.wire.cancelled == []
    asker.answer(LIST, "models")
    assert asker.told == ["models"]


def test_a_download_that_a_person_started_is_stopped_by_the_person(asker: Asker) -> None:
    asker.requests.ask(Wanted(LIST, LIST.urgency, by_hand=True))
    assert asker.requests.cancel_lane(Lane.SIDE) and asker.wire.cancelled == [1]


def test_withdrawn_before_its_turn_it_is_never_asked(asker: Asker) -> None:
    asker.ask(LOAD)
    asker.requests.withdraw(asker.ask(RECORD))
    asker.answer(LOAD)
    assert asker.wire.sent == [LOAD]


def test_cancelled_by_the_person_the_lane_is_given_up_but_for_what_waits_for_calm(asker: Asker) -> None:
    asker.ask(LOAD)
    asker.ask(RECORD)
    asker.ask(MEASURE)
    assert asker.requests.cancel_lane(Lane.WORK)
    assert asker.wire.cancelled == [1]
    (given_up,) = asker.told
    assert given_up.cancelled
    asker.fail(LOAD, cancelled=True)
    assert [failure.cancelled for failure in asker.told] == [True, True]
    assert not asker.requests.is_idle and asker.requests.is_calm
    assert not asker.requests.cancel_lane(Lane.SIDE)


def test_idle_work_begins_when_it_may(asker: Asker) -> None:
    asker.ask(MEASURE)
    assert asker.wire.sent == [] and asker.requests.is_calm
    asker.requests.may_idle = True
    asker.requests.go_on()
    assert asker.wire.sent == [MEASURE]
    asker.ask(RECORD)
    assert asker.wire.cancelled == [1], "it gives way even when it runs"


def test_progress_and_parts_reach_whoever_waits(asker: Asker) -> None:
    seen: list[tuple[str, Any]] = []
    wanted = Wanted(EMBED, EMBED.urgency, moved=lambda it: seen.append((it.text, it.part)))
    asker.requests.ask(wanted)
    asker.requests.take(Progress(1, 1, 3, "embedding a.png"))
    asker.requests.take(Part(1, "half"))
    assert seen == [("embedding a.png", None), ("embedding a.png", "half")]


def test_what_a_callback_asks_is_weighed_when_it_is_through(asker: Asker) -> None:
    def on_loaded(_: object) -> None:
        asker.ask(EMBED)
        asker.ask(RECORD)

    asker.requests.ask(Wanted(LOAD, LOAD.urgency, on_loaded))
    asker.answer(LOAD)
    assert asker.wire.sent == [LOAD, RECORD]


def test_what_is_asked_together_is_weighed_together(asker: Asker) -> None:
    asker.requests.may_idle = True
    with asker.requests.together():
        asker.ask(MEASURE)
        asker.ask(view(1), Urgency.AHEAD)
        with asker.requests.together():
            asker.ask(view(2))
        assert asker.wire.sent == []
    assert asker.wire.sent == [view(2)], "the most urgent; and what waits for calm sees that there is none"


def test_a_message_to_nothing_that_runs_is_dropped(asker: Asker) -> None:
    asker.requests.take(Reply(99, "stray"))
    assert asker.told == [] and asker.requests.is_idle


def test_after_a_reset_nothing_is_called_back(asker: Asker) -> None:
    asker.ask(LOAD)
    asker.ask(RECORD)
    asker.requests.reset()
    asker.answer(LOAD)
    assert asker.told == [] and asker.requests.is_idle


def test_networks_of_the_zoo_go_by_their_short_names_in_what_the_engine_says(asker: Asker) -> None:
    wanted = asker.ask(LoadModel("zoo:lenet5"))
    asker.requests.go_on()
    assert wanted.command.activity == "loading lenet5"
    asker.requests.take(Progress(1, 0, 0, "building zoo:lenet5"))
    assert wanted.text == "building lenet5"
    asker.requests.take(Failure(1, "zoo:lenet5 has no weights; load torchvision:alexnet."))
    assert asker.told[-1].message == "lenet5 has no weights; load torchvision:alexnet."
