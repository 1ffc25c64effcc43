"""The model in the top line: what it wishes, what it shows, and what a person does there."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from desk_fakes import TOY, FakeNotices, scene, without_forward
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink, loaded

from explorer.engine.envelopes import Failure, Heartbeat
from explorer.engine.messages import ListModels, LoadModel
from explorer.features.models.choice import Browsing, Download, Reach
from explorer.features.models.pane import ModelPane
from explorer.features.models.popup import Popup, memory_text
from explorer.records.initialisation import Scheme
from explorer.records.measures import EngineLoad
from explorer.records.models import Catalogue, ModelEntry, TextInput
from explorer.window import loading
from explorer.window.cards import Followed, cards
from explorer.window.desk import Desk
from explorer.window.scene import EngineState
from explorer.window.spec import Waiting, Wish

CATALOGUE = Catalogue((ModelEntry("toy", "zoo", "Toy"), ModelEntry("other", "zoo", "Toy")))
OTHER = LoadModel("zoo:other", seed=0)


@pytest.fixture
def pane(qtbot: QtBot, desk: Desk) -> Iterator[ModelPane]:
    pane = ModelPane(desk)
    qtbot.addWidget(pane.widget)
    pane.show(desk.scene, CATALOGUE)
    yield pane
    popup(pane).hide()


def popup(pane: ModelPane) -> Popup:
    found = pane.picker.findChild(Popup)
    assert isinstance(found, Popup)
    return found


def search(pane: ModelPane) -> QLineEdit:
    found = pane.picker.findChild(QLineEdit, "modelSearch")
    assert isinstance(found, QLineEdit)
    return found


# ---- what it wishes ----


def test_the_list_waits_for_the_first_forward_unless_the_person_looks_into_it(pane: ModelPane) -> None:
    assert pane.wants(scene()) == Wish(ListModels())
    coming = without_forward()
    assert coming.is_coming and pane.wants(coming) is None
    assert pane.wants(coming.with_choice(Browsing(True))) == Wish(ListModels())
    assert pane.wants(without_forward(images=(), image=None)) == Wish(ListModels())


# ---- what it shows ----


def test_name_and_badge_tell_the_model_and_its_weights(pane: ModelPane) -> None:
    assert pane.picker.text() == "toy  pretrained"
    pane.show(scene(pretrained=False), CATALOGUE)
    assert pane.picker.text() == "toy  random weights"
    own = replace(loaded(TOY, False), weights="random_start.pth")
    pane.show(scene().with_seat(model=own), CATALOGUE)
    assert pane.picker.text() == "toy  random_start.pth", (
        "own weights are no chance, whatever they are called"
    )


def test_while_another_model_loads_it_says_so(pane: ModelPane) -> None:
    before = pane.picker.sizeHint()
    pane.show(scene().with_seat(wanted=LoadModel("timm:a_network_with_quite_a_long_name")), CATALOGUE)
    assert pane.picker.text() == "a_network_with_quite_a_long_name  loading…"
    assert "; toy stays until it is there" in pane.picker.toolTip()
    assert pane.picker.sizeHint() == before, "nothing beside it moves"
    off = scene(engine=EngineState.OFF).with_seat(wanted=OTHER, loaded=None)
    pane.show(off, CATALOGUE)
    assert pane.picker.text() == "toy  pretrained"


def test_an_own_file_is_named_shortly(pane: ModelPane) -> None:
    command = LoadModel("/home/me/nets/net.py:Net", seed=0)
    pane.show(scene().with_seat(wanted=command), CATALOGUE)
    assert pane.picker.text() == "net.py:Net  loading…"


def test_the_size_in_use_is_shown_and_words_have_none(pane: ModelPane) -> None:
    assert pane.size_box.currentText() == "8×8"
    pane.show(scene().with_seat(size=(32, 48)), CATALOGUE)
    assert pane.size_box.currentText() == "32×48"
    words = replace(loaded(TOY), preprocess=TextInput("abc", 4, 9))
    pane.show(scene().with_seat(model=words), CATALOGUE)
    assert not pane.size_box.isEnabled()


def test_devices_of_the_engine_are_offered(pane: ModelPane) -> None:
    there = scene(load=EngineLoad(("Fast GPU",), 1, 2))
    pane.show(there.with_seat(wanted=replace(TOY, device="cuda:0")), CATALOGUE)
    box = pane.device_box
    assert [box.itemText(row) for row in range(box.count())] == ["cpu", "cuda:0, Fast GPU"]
    assert box.device == box.shown_text() == "cuda:0" and "Fast GPU" in box.toolTip()


def test_a_list_that_failed_says_why_and_comes_when_it_is_asked_anew(pane: ModelPane) -> None:
    pane.show(scene(), Failure(0, "The models cannot be listed."))
    said = [label.text() for label in pane.picker.findChildren(type(pane.picker._popup.notes))]
    assert "The models cannot be listed." in said
    pane.show(scene(), Waiting("listing the models"))
    pane.show(scene(), CATALOGUE)
    pane.picker.open_popup()
    assert pane.picker._popup.current_entry() == CATALOGUE.entries[0]


def test_opening_the_list_after_a_failure_asks_again(
    qtbot: QtBot, desk: Desk, link: FakeLink, pane: ModelPane
) -> None:
    link.failing[ListModels] = "The models cannot be listed."
    desk.seat(pane, lambda: True)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert len(link.asked(ListModels)) == 1
    link.failing.clear()
    pane.picker.open_popup()
    qtbot.waitUntil(lambda: desk.is_idle)
    assert len(link.asked(ListModels)) == 2 and pane.picker._popup.current_entry() is not None


# ---- what a person does ----


def test_a_chosen_model_is_wanted_on_the_device_of_the_last(desk: Desk, pane: ModelPane) -> None:
    desk.put(desk.scene.with_seat(wanted=replace(TOY, device="cuda:0")))
    pane.picker.model_chosen.emit("zoo:other")
    assert desk.scene.seat.wanted == replace(OTHER, device="cuda:0")
    assert desk.scene.model.entry.name == "toy", "it stays until the other is there"


def test_a_model_starts_from_the_weights_that_were_chosen_beside_the_table(
    desk: Desk, pane: ModelPane
) -> None:
    pane.picker.open_popup()
    weights = pane.picker.findChild(type(pane.picker.start._weights), "startFrom")
    weights.setCurrentIndex(3)
    pane.picker.start._seed.setValue(7)
    pane.picker.model_chosen.emit("zoo:other")
    wanted = desk.scene.seat.wanted
    assert (wanted.weights, wanted.seed, wanted.initialisation) == ("random", 7, Scheme.KAIMING)


def test_the_model_that_is_there_is_built_anew_when_it_is_chosen(desk: Desk, pane: ModelPane) -> None:
    pane.picker.model_chosen.emit("zoo:toy")
    assert desk.scene.seat.wanted == TOY and not desk.scene.seat.is_live


def test_a_key_reaches_picker_and_size(qtbot: QtBot, desk: Desk, pane: ModelPane) -> None:
    desk.seat(pane, lambda: True)
    pane.widget.show()
    desk.choose(Reach("picker"))
    desk.settle()
    assert search(pane).isVisible()
    popup(pane).hide()
    desk.settle()
    assert not search(pane).isVisible(), "it is reached once"
    desk.choose(Reach("size"))
    desk.settle()
    assert pane.size_box.lineEdit().hasSelectedText()


def test_to_be_shown_a_scene_changes_nothing(desk: Desk, pane: ModelPane) -> None:
    desk.choose(Reach("picker"))
    before = desk.scene
    pane.show(before, CATALOGUE)
    assert desk.scene is before and not search(pane).isVisible()


def test_enter_while_the_models_are_listed_is_not_swallowed(
    qtbot: QtBot, desk: Desk, pane: ModelPane
) -> None:
    pane.picker.set_listing()
    pane.picker.open_popup()
    qtbot.keyClicks(search(pane), "other")
    qtbot.keyClick(search(pane), Qt.Key.Key_Return)
    assert desk.scene.seat.wanted == TOY
    pane.show(desk.scene, replace(CATALOGUE))
    assert desk.scene.seat.wanted == OTHER and not search(pane).isVisible()


def test_a_size_is_used_for_all_images(desk: Desk, pane: ModelPane) -> None:
    desk.seat(pane, lambda: True)
    pane.size_box.size_entered.emit("32x48")
    assert desk.scene.seat.size == (32, 48) and pane.size_box.currentText() == "32×48"
    pane.size_box.size_entered.emit("8")
    assert desk.scene.seat.size is None and pane.size_box.currentText() == "8×8"


def test_nonsense_is_refused_in_one_notice_that_goes_with_the_next_size(
    desk: Desk, pane: ModelPane, notices: FakeNotices
) -> None:
    before = desk.scene
    pane.size_box.size_entered.emit("huge")
    assert "no input size" in notices.texts()[0] and pane.size_box.currentText() == "8×8"
    assert desk.scene.seat == before.seat
    pane.size_box.size_entered.emit("8")
    assert notices.texts() == []


def test_another_device_is_wanted_for_the_same_model(desk: Desk, pane: ModelPane) -> None:
    pane.device_box.device_chosen.emit("cuda:0")
    assert desk.scene.seat.wanted == replace(TOY, device="cuda:0")


def test_a_download_is_asked_for(desk: Desk, pane: ModelPane) -> None:
    pane.picker.download_requested.emit("zoo:other")
    assert desk.scene.choice(Download).name == "zoo:other"


def test_a_hint_is_followed_with_the_weights_that_were_chosen(desk: Desk, pane: ModelPane) -> None:
    hint = cards()["resnet"].hints[0]
    pane.picker.open_popup()
    pane.picker.start._weights.setCurrentIndex(1)
    pane.picker.hint_chosen.emit(hint)
    assert desk.scene.choice(Followed).hint is hint
    assert (desk.scene.seat.wanted.name, desk.scene.seat.wanted.weights) == (f"zoo:{hint.network}", "random")


# ---- with the stage ----


def test_devices_come_with_the_heartbeat_and_a_move_loads_the_model_there(
    qtbot: QtBot, staged: Desk, settle: Callable[[], None], link: FakeLink
) -> None:
    pane: Any = ModelPane(staged)
    qtbot.addWidget(pane.widget)
    staged.seat(pane, lambda: True)
    link._listener(Heartbeat(EngineLoad(("Fast GPU",), 1, 2)))
    qtbot.waitUntil(lambda: pane.device_box.count() == 2)
    pane.device_box.setCurrentIndex(1)
    pane.device_box.activated.emit(1)
    settle()
    assert link.asked(LoadModel) == [replace(TOY, device="cuda:0")]


def test_a_model_picked_to_be_compared_sits_beside_the_first(
    qtbot: QtBot, pane: ModelPane, desk: Desk, link: FakeLink
) -> None:
    first = desk.scene.seat
    desk.choose(loading.Picking(beside=True))
    desk.settle()
    list_ = popup(pane)
    assert list_.isVisible() and list_.memory.isVisible() and "Compare" in list_.use.text()
    assert not desk.scene.choice(loading.Picking).beside
    list_.chosen.emit("zoo:other")
    assert desk.scene.seat is first and desk.scene.seats[1].wanted == LoadModel("zoo:other", seed=0, seat=1)
    pane.picker.open_popup()
    assert not list_.memory.isVisible()
    list_.chosen.emit("zoo:third")
    assert desk.scene.seat.wanted == LoadModel("zoo:third", seed=0)


def test_a_hint_is_seen_in_the_first_whatever_the_list_was_opened_for(pane: ModelPane, desk: Desk) -> None:
    pane.picker.open_popup(beside=True)
    hint = cards()["resnet"].hints[0]
    pane.picker.hint_chosen.emit(hint)
    assert desk.scene.seat.wanted.name == f"zoo:{hint.network}" and len(desk.scene.seats) == 1


def test_what_a_second_model_takes_is_told_as_an_estimate() -> None:
    told = memory_text(ModelEntry("vgg16", "zoo", "VGG", params=138_357_544))
    assert "553 MB" in told and "estimate" in told
    assert "known when it is loaded" in memory_text(ModelEntry("own", "file", ""))
