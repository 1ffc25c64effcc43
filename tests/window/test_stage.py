"""The stage: whatever the scene wants and the engine lacks is asked for, in the right order, and after every mishap."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from desk_fakes import TOY, FakeNotices
from pytestqt.qtbot import QtBot
from window_fakes import ANSWERS, FakeLink, loaded

from explorer.engine.messages import Classify, CloseImage, LoadModel, OpenImage, Record
from explorer.records.images import ImageSource
from explorer.records.models import Preprocess, Slot, TensorInput, TextInput
from explorer.window.desk import Desk
from explorer.window.of_network import OfNetwork
from explorer.window.scene import EngineState, Pixel, Scene, Seat, Unit
from explorer.window.settings import Settings
from explorer.window.spec import Level
from explorer.window.stage import Stage

OTHER = LoadModel("zoo:other", seed=0)


def photo(name: str) -> ImageSource:
    return ImageSource(f"{name}.png", path=f"/photos/{name}.png")


class Setting:
    """A desk with nothing but a stage."""

    def __init__(self, qtbot: QtBot, link: FakeLink, notices: FakeNotices, scene: Scene) -> None:
        self.qtbot, self.link, self.notices = qtbot, link, notices
        self.desk = Desk(link, notices, Settings(), scene)
        self.stage = Stage(self.desk)

    @property
    def scene(self) -> Scene:
        return self.desk.scene

    @property
    def shown(self) -> str | None:
        """Name of the input whose forward is shown."""
        image = self.scene.find(self.scene.forward.key) if self.scene.forward else None
        return image.source.name if image else None

    def settle(self) -> None:
        self.desk.refresh()
        self.qtbot.waitUntil(lambda: self.desk.is_idle)

    def wait(self, kind: type) -> None:
        self.qtbot.waitUntil(lambda: bool(self.link.waiting(kind)))

    def open(self, *names: str) -> list[str]:
        """Open photos; return their keys."""
        before = len(self.scene.images)
        self.desk.put(self.scene.with_inputs(*map(photo, names)))
        return [image.key for image in self.scene.images[before:]]

    def want(self, command: LoadModel) -> None:
        self.desk.put(self.scene.with_seat(wanted=command))


@pytest.fixture
def begin(qtbot: QtBot, link: FakeLink, notices: FakeNotices) -> Callable[..., Setting]:
    settings: list[Setting] = []

    def make(*names: str) -> Setting:
        scene = Scene(seats=(Seat(wanted=TOY),)).with_inputs(*map(photo, names))
        settings.append(Setting(qtbot, link, notices, scene))
        return settings[-1]

    yield make
    for setting in settings:
        setting.desk.close(0.0)


def names(link: FakeLink) -> list[str]:
    return [type(command).__name__ for command in link.sent]


def test_model_then_image_then_answer_then_forward(begin: Any, link: FakeLink) -> None:
    setting = begin("a")
    setting.settle()
    assert names(link) == ["LoadModel", "OpenImage", "Classify", "Record"]
    assert setting.shown == "a.png" and setting.scene.node == 1, "the first convolution is shown"
    assert setting.scene.images[0].answer is not None


def test_the_shown_image_comes_first_and_the_others_get_their_answer(begin: Any, link: FakeLink) -> None:
    setting = begin("a", "b", "c")
    setting.settle()
    assert len(link.asked(OpenImage)) == 3 and len(link.asked(Record)) == 1
    assert setting.shown == "a.png"
    assert all(image.answer is not None for image in setting.scene.images)


def test_the_others_are_not_asked_about_before_the_forward_of_the_shown_one_is_there(
    begin: Any, link: FakeLink, notices: FakeNotices
) -> None:
    setting = begin("a", "b", "c")
    setting.settle()
    link.manual.add(Record)
    link.failing[Classify] = "it cannot run on images of 100×100"
    setting.desk.set(image=setting.scene.images[2].key)
    setting.desk.put(setting.scene.at_size((100, 100)))
    setting.wait(Record)
    assert {command.key for command in link.asked(Classify) if command.size} <= {setting.scene.image}
    assert not notices.texts()


def test_each_input_of_a_network_gets_an_image_of_its_own(begin: Any, link: FakeLink) -> None:
    image = Preprocess(8, 8, (0.5,) * 3, (0.5,) * 3)
    pair = (Slot("a", image), Slot("n", TensorInput((1, 3))), Slot("b", image))
    setting = begin("a", "b", "c")
    setting.settle()
    a, b, c = (it.key for it in setting.scene.images)
    link.manual = {Record}
    setting.desk.put(setting.scene.with_seat(model=replace(setting.scene.model, slots=pair), forward=None))
    setting.wait(Record)
    assert link.asked(Record)[-1].key == a and link.asked(Record)[-1].beside == (b,)
    setting.desk.set(image=c)
    link.answer(Record)
    setting.qtbot.waitUntil(lambda: link.asked(Record)[-1].key == c)
    assert link.asked(Record)[-1].beside == (a,), "after the last comes the first"


def test_another_image_is_recorded_under_a_number_of_its_own(begin: Any, link: FakeLink) -> None:
    setting = begin("a", "b")
    setting.settle()
    first = setting.scene.forward
    setting.desk.set(image=setting.scene.images[1].key)
    setting.settle()
    assert setting.shown == "b.png" and setting.scene.forward.number != first.number
    setting.desk.set(image=setting.scene.images[0].key)
    setting.settle()
    assert len({command.forward for command in link.asked(Record)}) == len(link.asked(Record)) == 3


def test_until_the_next_forward_is_there_the_last_one_is_shown(begin: Any, link: FakeLink) -> None:
    setting = begin("a", "b")
    setting.settle()
    link.manual = {Record}
    setting.desk.set(image=setting.scene.images[1].key)
    setting.wait(Record)
    assert setting.shown == "a.png" and not setting.scene.is_coming


def test_a_wish_that_has_changed_is_withdrawn(begin: Any, link: FakeLink) -> None:
    setting = begin("a", "b", "c")
    setting.settle()
    link.manual = {Record}
    setting.desk.set(image=setting.scene.images[1].key)
    setting.wait(Record)
    setting.desk.set(image=setting.scene.images[2].key)
    setting.qtbot.waitUntil(lambda: bool(link.cancelled))
    link.fail(Record, "Cancelled.", cancelled=True)
    setting.wait(Record)
    link.answer(Record)
    setting.settle()
    assert setting.shown == "c.png"


# ---- another model, another size ----


def test_another_model_takes_the_forward_and_the_answers_with_it(begin: Any, link: FakeLink) -> None:
    setting = begin("a")
    setting.settle()
    link.manual = {Record, Classify}
    setting.want(OTHER)
    setting.qtbot.waitUntil(lambda: setting.scene.seat.loaded == OTHER)
    setting.wait(Record)
    assert setting.scene.forward is None and setting.scene.is_coming
    assert setting.scene.images[0].answer is None
    assert setting.scene.model.entry.name == "other"


def test_while_another_model_loads_the_old_one_stays_until_it_is_there(begin: Any, link: FakeLink) -> None:
    setting = begin("a")
    setting.settle()
    link.manual = {LoadModel}
    setting.want(OTHER)
    setting.wait(LoadModel)
    assert setting.scene.forward is not None and not setting.scene.seat.is_live
    link.fail(LoadModel, "no such network")
    setting.settle()
    assert setting.scene.seat.is_live and setting.scene.seat.wanted == TOY
    assert setting.shown == "a.png" and "no such network" in setting.notices.texts()
    assert len(link.asked(Record)) == 1


def test_where_there_would_be_no_model_at_all_the_default_is_offered(
    begin: Any, link: FakeLink, notices: FakeNotices
) -> None:
    link.failing[LoadModel] = "no such network"
    setting = begin()
    setting.settle()
    assert setting.scene.model is None
    link.failing.clear()
    notices.press("Load the default model")
    setting.settle()
    assert setting.scene.model.entry.full_name == "zoo:efficientnet_lite0"


def test_a_head_that_does_not_fit_is_offered_to_stay_random(
    begin: Any, link: FakeLink, notices: FakeNotices
) -> None:
    setting = begin()
    setting.settle()
    link.manual = {LoadModel}
    wanted = replace(TOY, weights="/weights/w.pt")
    setting.want(wanted)
    setting.wait(LoadModel)
    link.fail(LoadModel, "w.pt fits the network but for its head", allows="random_head")
    setting.settle()
    link.manual = set()
    notices.press("Leave the head random")
    setting.settle()
    assert setting.scene.seat.loaded == replace(wanted, random_head=True)


def test_another_size_records_anew_and_an_answer_of_the_old_one_is_dropped(
    begin: Any, link: FakeLink
) -> None:
    setting = begin("a")
    setting.settle()
    link.manual = {Record}
    setting.desk.put(setting.scene.at_size((64, 64)))
    setting.wait(Record)
    assert setting.scene.forward is None
    setting.desk.put(setting.scene.at_size((32, 32)))
    setting.qtbot.waitUntil(lambda: bool(link.cancelled))
    link.answer(Record)  # it was finished before the cancel came
    setting.wait(Record)
    assert setting.scene.forward is None
    link.answer(Record)
    setting.settle()
    assert setting.scene.forward.size == (32, 32)


def test_size_stays_with_the_network_and_goes_with_another(begin: Any) -> None:
    setting = begin("a")
    setting.settle()
    setting.desk.put(setting.scene.at_size((64, 64)))
    setting.settle()
    setting.want(replace(TOY, device="cuda"))
    setting.settle()
    assert setting.scene.seat.size == (64, 64)
    setting.want(OTHER)
    setting.settle()
    assert setting.scene.seat.size is None
    assert any("64×64 was chosen for another network" in text for text in setting.notices.texts())


def test_the_channel_stays_with_the_network_and_another_begins_at_its_first(begin: Any) -> None:
    setting = begin("a")
    setting.settle()
    setting.desk.set(chosen_channel=3)
    setting.want(replace(TOY, device="cuda"))
    setting.settle()
    assert setting.scene.channel == 3
    setting.want(OTHER)
    setting.settle()
    assert setting.scene.channel == 0


def test_the_operation_seen_last_is_found_again(begin: Any) -> None:
    setting = begin("a", "b")
    setting.settle()
    setting.desk.set(node=4, layer="body.add")
    setting.desk.set(image=setting.scene.images[1].key)
    setting.settle()
    assert setting.scene.node == 4


# ---- images that fail, are closed, are of the other kind ----


def test_an_image_that_cannot_be_opened_says_why_and_another_is_shown(begin: Any, link: FakeLink) -> None:
    setting = begin("a")
    setting.settle()
    link.failing[OpenImage] = "broken.png is no image"
    (key,) = setting.open("broken")
    setting.settle()
    assert setting.scene.find(key).failed == "broken.png is no image"
    assert setting.scene.image != key and setting.shown == "a.png"
    assert setting.notices.texts() == ["broken.png is no image"]


def test_after_an_image_that_cannot_be_opened_the_one_that_was_chosen_is_shown(
    begin: Any, link: FakeLink
) -> None:
    setting = begin("a", "b", "c")
    setting.settle()
    assert setting.shown == "a.png"
    forward = setting.scene.seat.forward
    link.failing[OpenImage] = "broken.png is no image"
    setting.open("broken")
    setting.settle()
    assert setting.shown == "a.png" and setting.scene.forward is forward


def test_the_one_that_was_chosen_is_shown_again_even_if_its_forward_is_not_there_yet(
    begin: Any, link: FakeLink
) -> None:
    setting = begin("a", "b", "c")
    setting.settle()
    link.manual.add(Record)
    chosen = setting.scene.images[1].key
    setting.desk.set(image=chosen)
    setting.desk.refresh()
    setting.wait(Record)
    link.failing[OpenImage] = "broken.png is no image"
    setting.open("broken")
    setting.desk.refresh()
    link.fail(Record, "Cancelled.", cancelled=True)
    setting.qtbot.waitUntil(lambda: bool(setting.scene.images[-1].failed))
    assert setting.scene.image == chosen


def test_what_could_not_be_opened_goes_when_something_else_is(begin: Any, link: FakeLink) -> None:
    setting = begin("a")
    setting.settle()
    link.failing[OpenImage] = "broken.png is no image"
    (broken,) = setting.open("broken")
    setting.settle()
    assert setting.scene.find(broken) is not None
    assert setting.notices.texts() == ["broken.png is no image"]
    del link.failing[OpenImage]
    setting.open("b")
    setting.settle()
    assert [it.source.name for it in setting.scene.images] == ["a.png", "b.png"]
    assert setting.notices.texts() == [], "what is said of a file does not outlive it, once another is open"


def test_an_image_that_fails_again_when_it_was_tried_by_hand_stays_and_has_no_forward(
    begin: Any, link: FakeLink
) -> None:
    setting = begin("a")
    setting.settle()
    link.failing[OpenImage] = "broken.png is no image"
    (key,) = setting.open("broken")
    setting.settle()
    setting.desk.put(replace(setting.scene.with_image(key, failed=""), image=key))
    setting.settle()
    assert setting.scene.image == key and setting.scene.selected.failed == "broken.png is no image"
    assert setting.scene.forward is None and setting.scene.seat.forward is not None


def test_what_is_closed_is_forgotten_by_the_engine(begin: Any, link: FakeLink) -> None:
    setting = begin("a", "b")
    setting.settle()
    key = setting.scene.images[1].key
    setting.desk.set(images=setting.scene.images[:1])
    setting.settle()
    assert link.asked(CloseImage) == [CloseImage(key)]


def test_an_image_closed_while_it_was_opened_is_forgotten_too(begin: Any, link: FakeLink) -> None:
    setting = begin("a")
    setting.settle()
    link.manual = {OpenImage}
    (key,) = setting.open("b")
    setting.wait(OpenImage)
    setting.desk.set(images=setting.scene.images[:1], image=setting.scene.images[0].key)
    setting.qtbot.waitUntil(lambda: bool(link.cancelled))
    link.answer(OpenImage)
    setting.settle()
    assert link.asked(CloseImage) == [CloseImage(key)]
    assert setting.scene.find(key) is None


def test_a_forward_that_was_cancelled_can_be_recorded_again(
    begin: Any, link: FakeLink, notices: FakeNotices
) -> None:
    link.manual = {Record}
    setting = begin("a")
    setting.wait(Record)
    setting.desk.cancel()
    link.fail(Record, "Cancelled.", cancelled=True)
    setting.settle()
    assert setting.scene.forward is None and len(link.asked(Record)) == 1
    assert notices.told[-1][0] is Level.INFO
    link.manual = set()
    notices.press("Record again")
    setting.settle()
    assert setting.shown == "a.png"


def test_a_network_for_words_leaves_photos_alone(begin: Any, link: FakeLink, monkeypatch: Any) -> None:
    setting = begin("a")
    setting.settle()
    words = TextInput("abc", 4, 9)
    monkeypatch.setitem(ANSWERS, LoadModel, lambda it: replace(loaded(it), preprocess=words))
    setting.desk.set(place=Unit(0.3, 0.6))
    setting.want(OTHER)
    setting.settle()
    assert setting.scene.seat.reads_words and setting.scene.image is None
    assert setting.scene.place is None, "a place in a picture is none in a word"
    assert len(link.asked(Record)) == 1 and not setting.scene.is_coming
    setting.desk.put(setting.scene.with_inputs(ImageSource("“cab”", text="cab")))
    setting.settle()
    assert setting.shown == "“cab”"


def test_after_a_network_for_words_the_photo_that_was_shown_comes_back(
    begin: Any, link: FakeLink, monkeypatch: Any
) -> None:
    setting = begin("a", "b", "c")
    setting.settle()
    setting.desk.set(image=setting.scene.images[1].key)
    setting.settle()
    with monkeypatch.context() as words:
        reader = TextInput("abc", 4, 9)
        words.setitem(ANSWERS, LoadModel, lambda it: replace(loaded(it), preprocess=reader))
        setting.want(OTHER)
        setting.settle()
        setting.desk.put(setting.scene.with_inputs(ImageSource("“cab”", text="cab")))
        setting.settle()
        assert setting.shown == "“cab”"
    setting.want(TOY)
    setting.settle()
    assert setting.shown == "b.png"


# ---- the engine's life ----


def test_a_new_engine_is_brought_to_where_the_old_one_was(begin: Any, link: FakeLink) -> None:
    setting = begin("a", "b")
    setting.settle()
    setting.desk.set(node=4, layer="body.add", module="body")
    link.die(None)
    setting.qtbot.waitUntil(lambda: setting.scene.engine is EngineState.STARTING)
    assert setting.scene.forward is None and setting.scene.model is not None
    sent = len(link.sent)
    link.revive()
    setting.qtbot.waitUntil(lambda: setting.scene.forward is not None)
    setting.settle()
    again = [type(command) for command in link.sent[sent:]]
    assert again[0] is LoadModel and again.count(OpenImage) == 2 and again.count(Record) == 1
    assert (setting.scene.node, setting.scene.module) == (4, "body")
    assert [level for level, text, *_ in setting.notices.told if "runs again" in text] == [Level.WARNING]


def test_an_image_on_which_the_engine_ended_is_held_until_the_person_asks(
    begin: Any, link: FakeLink, notices: FakeNotices
) -> None:
    link.manual = {Record}
    setting = begin("a")
    setting.wait(Record)
    link.die(link.asked(Record)[0])
    setting.qtbot.waitUntil(lambda: setting.scene.engine is EngineState.STARTING)
    link.manual = set()
    link.revive()
    setting.settle()
    assert len(link.asked(Record)) == 1 and setting.scene.forward is None
    notices.press("Record again")
    setting.settle()
    assert setting.shown == "a.png"


@pytest.mark.parametrize("revived_first", [True, False])
def test_another_model_runs_on_the_image_on_which_the_engine_ended(
    begin: Any, link: FakeLink, notices: FakeNotices, revived_first: bool
) -> None:
    link.manual = {Record}
    setting = begin("a", "b")
    setting.wait(Record)
    link.die(link.asked(Record)[0])
    setting.qtbot.waitUntil(lambda: setting.scene.engine is EngineState.STARTING)
    link.manual = set()
    if revived_first:
        link.revive()
        setting.settle()
        assert setting.scene.images[0].held, "not with the same model"
        setting.want(OTHER)
    else:
        setting.want(OTHER)
        link.revive()
    setting.settle()
    assert not any(image.held for image in setting.scene.images)
    setting.desk.set(image=setting.scene.images[0].key)
    setting.settle()
    assert setting.shown == "a.png" and setting.scene.seat.loaded == OTHER
    assert not [text for text in notices.texts() if "was not recorded" in text]


def test_an_image_on_which_the_engine_ended_while_opening_is_not_opened_again(
    begin: Any, link: FakeLink
) -> None:
    setting = begin("a")
    setting.settle()
    link.manual = {OpenImage}
    setting.open("b")
    setting.wait(OpenImage)
    link.die(link.asked(OpenImage)[-1])
    setting.qtbot.waitUntil(lambda: setting.scene.engine is EngineState.STARTING)
    link.manual = set()
    link.revive()
    setting.settle()
    assert [command.source.name for command in link.asked(OpenImage)] == ["a.png", "b.png", "a.png"]
    assert setting.shown == "a.png", "the image beside it is shown"


def test_a_model_that_ends_the_engine_is_not_loaded_again(begin: Any, link: FakeLink) -> None:
    setting = begin("a")
    setting.settle()
    link.manual = {LoadModel}
    setting.want(OTHER)
    setting.wait(LoadModel)
    link.die(OTHER)
    setting.qtbot.waitUntil(lambda: setting.scene.engine is EngineState.STARTING)
    link.manual = set()
    link.revive()
    setting.settle()
    assert link.asked(LoadModel) == [TOY, OTHER, TOY]
    assert setting.scene.model.entry.name == "toy" and setting.shown == "a.png"


def test_an_engine_that_is_off_is_started_by_hand(begin: Any, link: FakeLink, notices: FakeNotices) -> None:
    setting = begin("a")
    setting.settle()
    link.die(None, restarting=False)
    setting.qtbot.waitUntil(lambda: setting.scene.engine is EngineState.OFF)
    notices.press("Restart the engine")
    assert link.starts == 1
    link.revive()
    setting.qtbot.waitUntil(lambda: setting.scene.forward is not None)
    assert setting.shown == "a.png"


# ---- faults that a review found ----


def test_an_engine_that_dies_before_it_began_does_not_lose_the_model(begin: Any, link: FakeLink) -> None:
    link.manual = {LoadModel}
    setting = begin("a")
    setting.wait(LoadModel)
    link.die(None)
    setting.qtbot.waitUntil(lambda: setting.scene.engine is EngineState.STARTING)
    assert setting.scene.seat.wanted == TOY
    link.manual = set()
    link.revive()
    setting.qtbot.waitUntil(lambda: setting.scene.forward is not None)
    assert setting.shown == "a.png"


def test_opening_that_is_cancelled_loses_nothing(begin: Any, link: FakeLink, notices: FakeNotices) -> None:
    setting = begin("a")
    setting.settle()
    link.manual = {OpenImage}
    keys = setting.open("b", "c", "d")
    setting.wait(OpenImage)
    setting.desk.cancel()
    link.fail(OpenImage, "Cancelled.", cancelled=True)
    setting.settle()
    assert [image.source.name for image in setting.scene.images] == ["a.png", "b.png", "c.png", "d.png"]
    assert all(setting.scene.find(key).held and not setting.scene.find(key).failed for key in keys)
    assert len(link.asked(OpenImage)) == 2
    link.manual = set()
    notices.press("Open again")
    setting.settle()
    assert all(image.opened is not None for image in setting.scene.images)


def test_an_answer_that_is_cancelled_is_not_taken_for_none(begin: Any, link: FakeLink) -> None:
    link.manual = {Classify}
    setting = begin("a")
    setting.wait(Classify)
    setting.desk.cancel()
    link.fail(Classify, "Cancelled.", cancelled=True)
    setting.settle()
    (image,) = setting.scene.images
    assert image.answer is None and image.held and len(link.asked(Classify)) == 1


def test_an_input_on_which_the_engine_ended_while_opening_can_be_tried_again(
    begin: Any, link: FakeLink, notices: FakeNotices
) -> None:
    link.manual = {OpenImage}
    setting = begin("a")
    setting.wait(OpenImage)
    link.die(link.asked(OpenImage)[-1])
    setting.qtbot.waitUntil(lambda: setting.scene.engine is EngineState.STARTING)
    link.manual = set()
    link.revive()
    setting.settle()
    assert setting.scene.forward is None
    notices.press("Record again")
    setting.settle()
    assert setting.shown == "a.png"


def test_a_recording_of_an_input_closed_meanwhile_is_not_shown(begin: Any, link: FakeLink) -> None:
    link.manual = {Record}
    setting = begin("a")
    setting.wait(Record)
    setting.desk.set(images=(), image=None)
    setting.qtbot.waitUntil(lambda: bool(link.cancelled))
    link.answer(Record)  # it was finished before the cancel came
    setting.settle()
    assert setting.scene.forward is None and setting.scene.node is None


def test_the_input_that_is_chosen_while_many_are_opened_comes_next(begin: Any, link: FakeLink) -> None:
    setting = begin()
    setting.settle()
    link.manual = {OpenImage}
    keys = setting.open("a", "b", "c", "d")
    setting.wait(OpenImage)
    setting.desk.set(image=keys[3])
    setting.desk.settle()
    link.answer(OpenImage)
    setting.wait(OpenImage)
    assert [command.source.name for command in link.asked(OpenImage)] == ["a.png", "d.png"]


def test_without_any_model_nothing_is_on_its_way(begin: Any, link: FakeLink) -> None:
    link.failing[LoadModel] = "no such network"
    setting = begin("a")
    setting.settle()
    assert setting.scene.seat.wanted is None and not setting.scene.is_coming


def test_where_the_device_is_gone_the_default_is_offered_on_the_cpu(
    begin: Any, link: FakeLink, notices: FakeNotices
) -> None:
    setting = begin()
    setting.settle()
    setting.desk.put(setting.scene.with_seat(wanted=None, loaded=None, model=None))
    link.failing[LoadModel] = "cuda:0 was asked for, but torch finds 0 CUDA devices here"
    setting.want(LoadModel("zoo:efficientnet_lite0", seed=0, device="cuda:0"))
    setting.settle()
    link.failing.clear()
    notices.press("Load the default model on the CPU")
    setting.settle()
    assert setting.scene.seat.loaded == LoadModel("zoo:efficientnet_lite0", seed=0)


def test_an_engine_that_did_not_stop_in_time_is_no_fault_of_the_input(
    begin: Any, link: FakeLink, notices: FakeNotices
) -> None:
    setting = begin("a", "b")
    setting.settle()
    link.manual = {Record}
    setting.desk.set(image=setting.scene.images[1].key)
    setting.wait(Record)
    culprit = link.asked(Record)[-1]
    setting.desk.set(
        image=setting.scene.images[0].key
    )  # another one is wanted, and the engine is slow to stop
    setting.desk.settle()
    link.die(culprit, by_cancel=True)
    setting.qtbot.waitUntil(lambda: setting.scene.engine is EngineState.STARTING)
    assert not any(image.held for image in setting.scene.images)
    assert notices.told[-1][0] is Level.INFO


def test_an_input_is_forgotten_by_the_engine_even_if_the_person_cancels_just_then(
    begin: Any, link: FakeLink
) -> None:
    setting = begin("a", "b")
    setting.settle()
    link.manual = {LoadModel}
    setting.want(OTHER)
    setting.wait(LoadModel)
    key = setting.scene.images[1].key
    setting.desk.set(images=setting.scene.images[:1])
    setting.desk.settle()
    setting.desk.cancel()
    link.manual = set()
    link.fail(LoadModel, "Cancelled.", cancelled=True)
    setting.settle()
    assert link.asked(CloseImage) == [CloseImage(key)]


def test_a_pixel_that_was_asked_about_goes_with_its_size_and_with_its_model(begin: Any) -> None:
    setting = begin("a")
    setting.settle()
    setting.desk.set(place=Pixel(7, 7))
    setting.desk.put(setting.scene.at_size((4, 4)))
    setting.settle()
    assert setting.scene.place is None
    setting.desk.set(place=Pixel(3, 3))
    setting.want(OTHER)
    setting.settle()
    assert setting.scene.place is None


@dataclass(frozen=True)
class Off(OfNetwork):
    names: tuple[str, ...] = ()

    def elsewhere(self) -> "Off":
        return Off()


def test_what_was_chosen_about_a_network_is_forgotten_with_another(begin: Any) -> None:
    setting = begin("a")
    setting.settle()
    setting.desk.choose(Off(("conv",)))
    setting.want(replace(TOY, device="cuda"))
    setting.settle()
    assert setting.scene.choice(Off).names == ("conv",)
    for network in (OTHER, TOY):
        setting.want(network)
        setting.settle()
        assert setting.scene.choice(Off) == Off()


def test_the_unit_stays_with_the_network_and_another_begins_without_one(begin: Any) -> None:
    setting = begin("a", "b")
    setting.settle()
    setting.desk.set(place=Unit(0.5, 0.5))
    setting.desk.set(image=setting.scene.images[1].key)
    setting.want(replace(TOY, device="cuda"))
    setting.settle()
    assert setting.scene.place == Unit(0.5, 0.5)
    setting.want(OTHER)
    setting.settle()
    assert setting.scene.place is None
