"""From a hint to the operation and pane it names; from the timeline to a network; the card in its dock."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from explorer.ui.window import MainWindow
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDockWidget, QPushButton
from pytestqt.qtbot import QtBot
from window_fakes import ANSWERS, FakeLink, kernels

from explorer.engine.messages import Catalogue, ListModels, LoadModel, OpenImage, Record, ViewKernel
from explorer.records.images import ImageSource
from explorer.records.models import ModelEntry
from explorer.window.cards import Hint, cards

HERE = Hint("Look.", "toy", "body.conv", "Kernels")
ELSEWHERE = Hint("Look.", "lenet5", "head", "Memory & time")


@pytest.fixture
def recorded(qtbot: QtBot, window: MainWindow) -> MainWindow:
    window.controller.open_files(["/cat.png"])
    settle(qtbot, window)
    return window


def settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.controller.is_idle)


def pane(window: MainWindow) -> str:
    return window.tabs.tabText(window.tabs.currentIndex()).replace("&&", "&")


def layer(window: MainWindow) -> str | None:
    current = window.controller.session.current
    return current.name if current else None


def loaded(link: FakeLink) -> list[str]:
    return [command.name for command in link.asked(LoadModel)]


def test_every_hint_names_a_pane_of_the_window(window: MainWindow) -> None:
    titles = {window.tabs.tabText(place).replace("&&", "&") for place in range(window.tabs.count())}

    assert {hint.pane for card in cards().values() for hint in card.hints} <= titles


def test_a_hint_for_the_loaded_network_is_followed_at_once(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    before = loaded(link)
    recorded.card.hint_chosen.emit(HERE)
    settle(qtbot, recorded)

    assert (layer(recorded), pane(recorded)) == ("body.conv", "Kernels")
    assert loaded(link) == before


def test_a_hint_for_another_network_waits_for_its_recording(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    link.manual = {LoadModel, Record}
    recorded.tool_bar.model_picker.hint_chosen.emit(ELSEWHERE)
    assert loaded(link)[-1] == "zoo:lenet5"
    assert pane(recorded) == "Feature maps"

    link.answer(LoadModel)
    qtbot.waitUntil(lambda: bool(link.waiting(Record)))
    link.answer(Record)

    qtbot.waitUntil(lambda: layer(recorded) == "head")
    assert pane(recorded) == "Memory & time"


def test_a_network_chosen_meanwhile_makes_the_hint_pointless(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    link.manual = {LoadModel}
    recorded.card.hint_chosen.emit(ELSEWHERE)
    recorded.tool_bar.model_picker.model_chosen.emit("zoo:other")
    link.manual = set()
    link.fail(LoadModel, "withdrawn", cancelled=True)
    settle(qtbot, recorded)
    assert loaded(link)[-1] == "zoo:other"

    recorded.tool_bar.model_picker.model_chosen.emit("zoo:lenet5")
    settle(qtbot, recorded)

    assert pane(recorded) == "Feature maps"
    assert layer(recorded) != "head"


def test_without_an_image_a_notice_offers_a_sample_and_then_the_hint_is_shown(
    qtbot: QtBot, window: MainWindow, link: FakeLink
) -> None:
    window.card.hint_chosen.emit(ELSEWHERE)
    settle(qtbot, window)
    assert any("none is open" in text for text in window.notices.texts())

    window.notices.findChild(QPushButton, "noticeAction").click()
    settle(qtbot, window)

    assert len(link.asked(OpenImage)) == 1
    assert (layer(window), pane(window)) == ("head", "Memory & time")
    assert not any("none is open" in text for text in window.notices.texts())


@pytest.mark.parametrize("cancelled", [False, True])
def test_the_offer_of_a_sample_goes_with_its_network(
    qtbot: QtBot, window: MainWindow, link: FakeLink, cancelled: bool
) -> None:
    link.manual = {LoadModel}
    window.card.hint_chosen.emit(ELSEWHERE)
    assert any("none is open" in text for text in window.notices.texts())

    if cancelled:
        link.fail(LoadModel, "Cancelled.", cancelled=True)
    else:
        link.answer(LoadModel)
        settle(qtbot, window)
        window.tool_bar.model_picker.model_chosen.emit("zoo:other")
        link.answer(LoadModel)
    settle(qtbot, window)

    assert window.notices.texts() == []


def test_hints_of_the_list_take_its_weights_and_those_of_the_dock_do_not(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    recorded.findChild(QComboBox, "startFrom").setCurrentIndex(2)  # and the list is closed again
    recorded.card.hint_chosen.emit(ELSEWHERE)
    settle(qtbot, recorded)
    assert link.asked(LoadModel)[-1] == LoadModel("zoo:lenet5", None, seed=0)

    there = Hint("Look.", "resnet18", "head", "Kernels")
    recorded.tool_bar.model_picker.hint_chosen.emit(there)
    settle(qtbot, recorded)
    command = link.asked(LoadModel)[-1]
    assert (command.name, command.weights) == ("zoo:resnet18", "random")


def test_a_word_is_no_image_to_follow_a_hint_on(qtbot: QtBot, window: MainWindow) -> None:
    window.controller.images.open([ImageSource("“cat”", text="cat")])
    settle(qtbot, window)

    window.card.hint_chosen.emit(ELSEWHERE)

    assert any("none is open" in text for text in window.notices.texts())


def test_a_network_that_reads_words_needs_no_image(qtbot: QtBot, window: MainWindow, link: FakeLink) -> None:
    window.card.hint_chosen.emit(cards()["char_cnn"].hints[0])
    settle(qtbot, window)

    assert loaded(link)[-1] == "zoo:char_cnn"
    assert not any("none is open" in text for text in window.notices.texts())


def test_a_layer_that_was_not_reached_is_told(qtbot: QtBot, recorded: MainWindow) -> None:
    recorded.card.hint_chosen.emit(Hint("Look.", "toy", "tail", "Kernels"))

    assert any(text.startswith("tail was not reached") for text in recorded.notices.texts())


# ---- the card in its dock ----


def test_the_dock_shows_the_card_of_the_loaded_network(qtbot: QtBot, window: MainWindow) -> None:
    dock = window.findChild(QDockWidget, "architectureDock")
    assert window.card.toPlainText().startswith("No card for this network")

    window.tool_bar.model_picker.model_chosen.emit("zoo:resnet18")
    settle(qtbot, window)

    assert dock.widget() is window.card
    assert window.card.card is cards()["resnet"]
    layers = window.findChild(QDockWidget, "layersDock")
    assert window.tabifiedDockWidgets(dock) == []
    assert dock.geometry().top() > layers.geometry().bottom()


def test_the_predecessors_card_is_shown_with_a_way_back(qtbot: QtBot, window: MainWindow) -> None:
    window.tool_bar.model_picker.model_chosen.emit("torchvision:resnet18")
    settle(qtbot, window)

    window.card.card_requested.emit("vgg")
    assert window.card.card is cards()["vgg"]
    assert "back to ResNet" in window.card.toPlainText()
    window.card.card_requested.emit("resnet")
    assert window.card.card is cards()["resnet"]
    assert "back to" not in window.card.toPlainText()


# ---- the timeline ----


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = (
        ModelEntry("lenet5", "zoo", "LeNet", 1998, 61_706),
        ModelEntry("resnet18", "zoo", "ResNet", 2015, 11_689_512, 1, 69.758),
        ModelEntry("resnet18", "torchvision", "ResNet", 2015, 11_689_512, 1, 69.758),
    )
    monkeypatch.setitem(ANSWERS, ListModels, lambda _: Catalogue(entries))


def test_the_timeline_shows_the_zoo_and_opens_a_network(
    qtbot: QtBot, catalogue: None, window: MainWindow, link: FakeLink
) -> None:
    window.actions_["showTimeline"].trigger()
    assert window.timeline.isVisible()
    assert not window.welcome.isVisible()
    assert [dot.entry.full_name for dot in window.timeline.canvas.dots] == ["zoo:resnet18", "zoo:lenet5"]

    window.timeline.network_chosen.emit("zoo:lenet5")
    settle(qtbot, window)

    assert loaded(link)[-1] == "zoo:lenet5"
    assert not window.timeline.isVisible()
    assert window.welcome.isVisible()


def test_space_opens_the_network_of_the_dot_instead_of_playing(
    qtbot: QtBot, catalogue: None, window: MainWindow, link: FakeLink
) -> None:
    window.activateWindow()
    window.actions_["showTimeline"].trigger()
    qtbot.waitUntil(lambda: window.timeline.canvas.hasFocus())
    window.timeline.canvas.point_at("zoo:resnet18")

    qtbot.keyClick(window.timeline.canvas, Qt.Key.Key_Space)

    assert loaded(link)[-1] == "zoo:resnet18"


def test_escape_and_the_action_lead_back_to_where_one_was(qtbot: QtBot, recorded: MainWindow) -> None:
    action = recorded.actions_["showTimeline"]
    action.trigger()
    qtbot.keyClick(recorded.timeline.canvas, Qt.Key.Key_Escape)
    assert recorded.tabs.isVisible()
    assert not action.isChecked()

    action.trigger()
    action.trigger()
    assert recorded.tabs.isVisible()


def test_the_timeline_waits_for_the_list_and_tells_if_there_is_none(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink, catalogue: None
) -> None:
    recorded.controller.session.catalogue = None
    link.manual = {ListModels}
    recorded.actions_["showTimeline"].trigger()
    assert recorded.timeline.canvas.dots == ()

    link.answer(ListModels)

    qtbot.waitUntil(lambda: len(recorded.timeline.canvas.dots) == 2)


def test_an_opened_image_is_not_left_behind_the_timeline(qtbot: QtBot, recorded: MainWindow) -> None:
    recorded.actions_["showTimeline"].setChecked(True)
    recorded.controller.open_files(["/dog.png"])
    settle(qtbot, recorded)

    assert not recorded.actions_["showTimeline"].isChecked()
    assert recorded.tabs.isVisibleTo(recorded)


@pytest.mark.parametrize(
    "ask",
    [
        lambda window: window.actions_["useAsBackbone"].trigger(),
        lambda window: window.actions_["compareInitialisations"].trigger(),
        lambda window: window.actions_["stepForward"].trigger(),
        lambda window: window.actions_["play"].trigger(),
        lambda window: window.layer_tree.node_selected.emit(2),
        lambda window: window.word_view.word_entered.emit("word"),
    ],
)
def test_what_is_asked_for_is_not_shown_behind_the_timeline(
    qtbot: QtBot, recorded: MainWindow, ask: Callable[[MainWindow], None]
) -> None:
    recorded.actions_["showTimeline"].trigger()
    assert recorded.timeline.isVisible()

    ask(recorded)
    recorded.controller.stepping.play(False)
    settle(qtbot, recorded)

    assert recorded.tabs.isVisible()
    assert not recorded.actions_["showTimeline"].isChecked()


def test_a_new_recording_leaves_the_timeline_open(qtbot: QtBot, recorded: MainWindow) -> None:
    recorded.actions_["showTimeline"].trigger()
    recorded.controller.models.load("zoo:other")
    settle(qtbot, recorded)

    assert recorded.timeline.isVisible()


def test_the_images_give_their_room_to_the_timeline(qtbot: QtBot, recorded: MainWindow) -> None:
    recorded.controller.open_files(["/dog.png"])
    settle(qtbot, recorded)
    assert recorded.image_strip.isVisible()

    recorded.actions_["showTimeline"].trigger()
    assert not recorded.image_strip.isVisible()
    recorded.actions_["showTimeline"].trigger()
    assert recorded.image_strip.isVisible()


def test_escape_leaves_the_timeline_wherever_the_focus_is(qtbot: QtBot, recorded: MainWindow) -> None:
    recorded.activateWindow()
    recorded.actions_["showTimeline"].trigger()
    recorded.layer_tree.setFocus()
    qtbot.waitUntil(recorded.layer_tree.hasFocus)

    qtbot.keyClick(recorded, Qt.Key.Key_Escape)

    assert recorded.tabs.isVisible()
    assert not recorded.actions_["cancelWork"].isEnabled()


def test_escape_elsewhere_cancels_the_work_before_it_leaves_the_timeline(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    recorded.activateWindow()
    link.manual = {LoadModel}
    recorded.controller.models.load("zoo:other")
    recorded.actions_["showTimeline"].trigger()
    recorded.layer_tree.setFocus()
    qtbot.waitUntil(recorded.layer_tree.hasFocus)

    qtbot.keyClick(recorded, Qt.Key.Key_Escape)

    assert len(link.cancelled) == 1
    assert recorded.timeline.isVisible()
    link.fail(LoadModel, "cancelled", cancelled=True)
    settle(qtbot, recorded)
    qtbot.keyClick(recorded, Qt.Key.Key_Escape)
    assert not recorded.timeline.isVisible()


def test_a_hint_to_kernels_shows_the_weight_whatever_was_looked_at_before(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = lambda asked: replace(kernels(asked.node), names=("kernel", "layer.bias"))  # noqa: E731
    monkeypatch.setitem(ANSWERS, ViewKernel, two)
    recorded.tabs.setCurrentWidget(recorded.kernels)
    settle(qtbot, recorded)
    box = next(it for it in recorded.kernels.findChildren(QComboBox) if it.accessibleName() == "Tensor")
    box.activated.emit(1)
    settle(qtbot, recorded)
    assert link.asked(ViewKernel)[-1].parameter == "bias"

    recorded.card.hint_chosen.emit(HERE)
    settle(qtbot, recorded)

    assert link.asked(ViewKernel)[-1].parameter == ""
