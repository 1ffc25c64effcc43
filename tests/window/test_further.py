"""A second seat: loaded behind the first, recorded on the same image, let go; and the first never notices."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from desk_fakes import TOY, FakeNotices
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.engine.messages import EmptySeat, LoadModel, OpenImage, Record, SwapSeats
from explorer.records.images import ImageSource
from explorer.window import loading
from explorer.window.desk import Desk
from explorer.window.further import FurtherSeats
from explorer.window.scene import EngineState, Scene, Seat
from explorer.window.settings import Settings
from explorer.window.stage import Stage

OTHER = LoadModel("zoo:other", seed=0, seat=1)
THIRD = LoadModel("zoo:third", seed=0, seat=1)


class Setting:
    """A desk with nothing but what follows the seats, the first one with a model, two photos, and a forward."""

    def __init__(self, qtbot: QtBot, link: FakeLink, notices: FakeNotices, *names: str) -> None:
        photos = [ImageSource(f"{name}.png", path=f"/photos/{name}.png") for name in names]
        self.qtbot, self.link = qtbot, link
        self.desk = Desk(link, notices, Settings(), Scene(seats=(Seat(wanted=TOY),)).with_inputs(*photos))
        self.followers = (Stage(self.desk), FurtherSeats(self.desk))
        self.settle()

    @property
    def scene(self) -> Scene:
        return self.desk.scene

    @property
    def keys(self) -> list[str]:
        return [image.key for image in self.scene.images]

    def settle(self) -> None:
        self.desk.refresh()
        self.qtbot.waitUntil(lambda: self.desk.is_idle)

    def wait(self, kind: type) -> None:
        self.qtbot.waitUntil(lambda: bool(self.link.waiting(kind)))

    def beside(self, command: LoadModel = OTHER, **facts: Any) -> None:
        loading.want_beside(self.desk, command, **facts)

    def die(self, command: Any) -> None:
        self.link.die(command)
        self.qtbot.waitUntil(lambda: self.scene.engine is EngineState.STARTING)
        self.link.manual = set()
        self.link.revive()
        self.settle()


@pytest.fixture
def begin(qtbot: QtBot, link: FakeLink, notices: FakeNotices) -> Iterator[Callable[..., Setting]]:
    settings: list[Setting] = []

    def make(*names: str) -> Setting:
        settings.append(Setting(qtbot, link, notices, *(names or ("a", "b"))))
        return settings[-1]

    yield make
    for setting in settings:
        setting.desk.close(0.0)


@pytest.fixture
def two(begin: Any) -> Setting:
    """Two seats, both with a forward on the first photo."""
    setting = begin()
    setting.beside()
    setting.settle()
    return setting


def test_the_second_is_loaded_and_recorded_and_the_first_is_as_it_was(begin: Any, link: FakeLink) -> None:
    setting = begin()
    first, node = setting.scene.seat, setting.scene.node
    setting.beside()
    setting.settle()
    second = setting.scene.seats[1]
    assert second.loaded == OTHER and second.forward.key == setting.scene.image
    assert setting.scene.seat is first and setting.scene.node == node
    assert link.asked(Record)[-1].seat == 1 and len({it.forward for it in link.asked(Record)}) == 2


def test_another_image_is_recorded_in_both_seats_the_first_one_first(two: Setting, link: FakeLink) -> None:
    two.desk.set(image=two.keys[1])
    two.settle()
    assert [it.seat for it in link.asked(Record)[-2:]] == [0, 1]
    assert [seat.forward.key for seat in two.scene.seats] == [two.keys[1]] * 2


def test_the_first_seat_does_not_wait_for_a_recording_in_the_second(two: Setting, link: FakeLink) -> None:
    link.manual = {Record}
    two.desk.put(two.scene.with_seat(1, size=(4, 4)))
    two.wait(Record)
    two.desk.set(image=two.keys[1])
    two.qtbot.waitUntil(lambda: bool(link.cancelled))


def test_an_image_and_a_size_of_its_own(begin: Any, link: FakeLink) -> None:
    setting = begin()
    setting.beside(size=(16, 16), image=setting.keys[1])
    setting.settle()
    second = setting.scene.seats[1]
    assert second.size == (16, 16) and second.forward.key == setting.keys[1]
    assert link.asked(Record)[-1].size == (16, 16)
    first = setting.scene.forward
    setting.desk.set(images=setting.scene.images[:1])
    setting.settle()
    assert setting.scene.forward is first and setting.scene.seats[1].forward.key == setting.keys[0]


def test_another_network_is_given_its_inputs_at_its_own_size(two: Setting) -> None:
    two.beside(OTHER, size=(16, 16))
    two.settle()
    two.beside(THIRD)
    two.settle()
    assert two.scene.seats[1].size is None


def test_what_is_closed_is_let_go_by_the_engine(two: Setting, link: FakeLink) -> None:
    loading.close_beside(two.desk)
    two.settle()
    assert len(two.scene.seats) == 1 and link.asked(EmptySeat) == [EmptySeat(1)]
    two.beside()
    two.settle()
    assert two.scene.seats[1].forward is not None


def test_what_is_closed_while_it_loads_is_let_finish_and_let_go(begin: Any, link: FakeLink) -> None:
    setting = begin()
    link.manual = {LoadModel}
    setting.beside()
    setting.wait(LoadModel)
    loading.close_beside(setting.desk)
    setting.desk.settle()
    assert not link.cancelled, "what does not stop in time would end the engine, and the first seat with it"
    link.answer(LoadModel)
    setting.settle()
    assert link.asked(EmptySeat) == [EmptySeat(1)] and len(setting.scene.seats) == 1


def test_the_one_that_is_wanted_last_sits_there_in_the_end(two: Setting, link: FakeLink) -> None:
    link.manual = {LoadModel}
    two.beside(THIRD)
    two.wait(LoadModel)
    two.beside(OTHER, size=(4, 4))
    two.desk.settle()
    link.answer(LoadModel)
    link.manual = set()
    two.settle()
    second = two.scene.seats[1]
    assert second.loaded == OTHER and second.forward.size == (4, 4)
    assert [it for it in link.asked(LoadModel) if it.seat] == [OTHER, THIRD, OTHER], "it was let go meanwhile"


def test_a_recording_of_what_is_closed_meanwhile_is_not_kept(two: Setting, link: FakeLink) -> None:
    link.manual = {Record}
    two.desk.put(two.scene.with_seat(1, size=(4, 4)))
    two.wait(Record)
    loading.close_beside(two.desk)
    two.qtbot.waitUntil(lambda: bool(link.cancelled))
    link.answer(Record)
    two.settle()
    assert len(two.scene.seats) == 1


def test_swapped_seats_are_what_they_were_in_each_others_place(two: Setting, link: FakeLink) -> None:
    first, second = two.scene.seats
    asked = len(link.asked(Record)), len(link.asked(LoadModel))
    loading.swap(two.desk, "body.conv")
    two.settle()
    assert [seat.loaded for seat in two.scene.seats] == [replace(OTHER, seat=0), replace(TOY, seat=1)]
    assert [seat.forward for seat in two.scene.seats] == [second.forward, first.forward]
    assert (len(link.asked(Record)), len(link.asked(LoadModel))) == asked, "nothing runs again"
    assert two.scene.current.name == "body.conv"
    assert two.scene.images[0].answer is not None, "that of the other network"


def test_with_the_seats_an_image_of_its_own_is_swapped(begin: Any) -> None:
    setting = begin()
    setting.beside(replace(OTHER, device="cuda:0"), image=setting.keys[1])
    setting.settle()
    loading.swap(setting.desk, None)
    setting.settle()
    assert setting.scene.image == setting.keys[1] and setting.scene.seats[1].image == setting.keys[0]


def test_what_was_asked_of_the_seats_as_they_were_is_not_begun(two: Setting, link: FakeLink) -> None:
    link.manual = {SwapSeats}
    loading.swap(two.desk, None)
    two.wait(SwapSeats)
    two.desk.set(image=two.keys[1])
    two.desk.settle()
    before = len(link.asked(Record))
    link.answer(SwapSeats)
    two.settle()
    loads = {seat: it.loaded for seat, it in enumerate(two.scene.seats)}
    assert [it.seat for it in link.asked(Record)[before:]] == [0, 1]
    assert loads[0].name == "zoo:other" and two.scene.seats[1].forward.key == two.keys[1]


def test_a_second_that_is_closed_before_both_are_swapped_leaves_the_first(
    two: Setting, link: FakeLink
) -> None:
    link.manual = {SwapSeats}
    loading.swap(two.desk, None)
    two.wait(SwapSeats)
    loading.close_beside(two.desk)
    two.desk.settle()
    link.answer(SwapSeats)
    two.settle()
    kinds = [type(it) for it in link.sent if isinstance(it, SwapSeats | EmptySeat | LoadModel)]
    assert kinds[-3:] == [SwapSeats, EmptySeat, LoadModel], (
        "the engine had the second's model in the first seat"
    )
    assert link.asked(LoadModel)[-1] == TOY and two.scene.seat.loaded == TOY
    assert two.scene.forward.number == link.asked(Record)[-1].forward


def test_what_is_opened_again_before_it_was_let_go_is_there(two: Setting, link: FakeLink) -> None:
    link.manual = {LoadModel}
    two.beside(THIRD)
    two.wait(LoadModel)
    loading.close_beside(two.desk)
    two.desk.settle()
    two.beside(THIRD)
    two.desk.settle()
    link.answer(LoadModel)
    two.settle()
    assert not link.asked(EmptySeat) and two.scene.seats[1].loaded == THIRD


def test_what_is_let_go_though_it_is_wanted_again_is_loaded_again(two: Setting, link: FakeLink) -> None:
    link.manual = {EmptySeat}
    loading.close_beside(two.desk)
    two.wait(EmptySeat)
    two.beside()
    two.desk.settle()
    link.answer(EmptySeat)
    two.settle()
    assert [type(it) for it in link.sent if getattr(it, "seat", 0) == 1][-3:] == [
        EmptySeat,
        LoadModel,
        Record,
    ]
    assert two.scene.seats[1].is_live and two.scene.seats[1].forward is not None


@pytest.mark.parametrize("cancelled", [True, False])
def test_a_model_that_cannot_be_loaded_leaves_the_one_before(
    two: Setting, link: FakeLink, notices: FakeNotices, cancelled: bool
) -> None:
    link.manual = {LoadModel}
    two.beside(THIRD, size=(16, 16), image=two.keys[1])
    two.wait(LoadModel)
    link.fail(LoadModel, "no such network", cancelled=cancelled)
    two.settle()
    second = two.scene.seats[1]
    assert second.wanted == OTHER and second.is_live
    assert (second.size, second.image) == (None, None), "those were chosen for another network"
    assert second.forward.key == two.keys[0]
    assert ("Network B of Compare was not loaded: no such network" in notices.texts()) is not cancelled


def test_a_head_of_another_size_may_be_left_random(
    two: Setting, link: FakeLink, notices: FakeNotices
) -> None:
    link.manual = {LoadModel}
    two.beside(THIRD)
    two.wait(LoadModel)
    link.fail(LoadModel, "its head has another size", allows="random_head")
    link.manual = set()
    two.settle()
    notices.press("Leave the head random")
    two.settle()
    assert two.scene.seats[1].loaded == replace(THIRD, random_head=True)
    assert two.scene.seat.loaded == TOY


def test_a_forward_that_fails_in_the_second_seat_holds_no_image(
    two: Setting, link: FakeLink, notices: FakeNotices
) -> None:
    link.manual = {Record}
    first = two.scene.forward
    two.desk.put(two.scene.with_seat(1, size=(4, 4)))
    two.wait(Record)
    link.fail(Record, "too small")
    two.settle()
    assert two.scene.forward is first and not any(it.held for it in two.scene.images)
    assert two.scene.seats[1].held[1] == "too small"
    assert "Network B of Compare (other) was not run on a.png: too small." in notices.texts()
    link.manual = set()
    notices.press("Record again")
    two.settle()
    assert two.scene.seats[1].forward.size == (4, 4)


def test_a_new_engine_gets_both_seats(two: Setting, link: FakeLink) -> None:
    sent = len(link.sent)
    two.die(None)
    assert [seat.forward is not None for seat in two.scene.seats] == [True, True]
    assert [it.seat for it in link.sent[sent:] if isinstance(it, LoadModel)] == [0, 1]


def test_a_second_model_that_ends_the_engine_is_not_loaded_again(two: Setting, link: FakeLink) -> None:
    link.manual = {LoadModel}
    two.beside(THIRD)
    two.wait(LoadModel)
    two.die(THIRD)
    assert [it for it in link.asked(LoadModel) if it.seat] == [OTHER, THIRD, OTHER]
    assert two.scene.seat.forward is not None and two.scene.seats[1].loaded == OTHER


def test_a_forward_of_the_second_that_ends_the_engine_is_not_run_again(
    two: Setting, link: FakeLink, notices: FakeNotices
) -> None:
    link.manual = {Record}
    two.desk.put(two.scene.with_seat(1, size=(4, 4)))
    two.wait(Record)
    two.die(link.asked(Record)[-1])
    assert not any(it.held for it in two.scene.images) and two.scene.forward is not None
    assert two.scene.seats[1].forward is None and two.scene.seats[1].loaded == OTHER
    assert link.asked(Record)[-1].seat == 0
    notices.press("Record again")
    two.settle()
    assert two.scene.seats[1].forward is not None


def test_an_image_that_is_not_open_yet_is_waited_for(begin: Any, link: FakeLink) -> None:
    setting = begin()
    link.manual = {OpenImage}
    setting.desk.put(setting.scene.with_inputs(ImageSource("c.png", path="/photos/c.png")))
    setting.beside(image=setting.keys[2])
    setting.wait(OpenImage)
    assert setting.scene.seats[1].forward is None
    link.answer(OpenImage)
    setting.settle()
    assert setting.scene.seats[1].forward.key == setting.keys[2]
