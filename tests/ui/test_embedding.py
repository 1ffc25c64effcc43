"""A layer used as backbone: what is asked of the engine, when it is asked anew, what stays and what goes."""

from dataclasses import replace

import pytest
from explorer.ui.window import MainWindow
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton
from pytestqt.qtbot import QtBot
from window_fakes import ANSWERS, FakeLink, recording, trace

from explorer.engine.messages import (
    EmbedImages,
    LoadModel,
    Measure,
    Record,
    Recording,
    SaveBackbone,
    SaveEmbeddings,
)
from explorer.records.embeddings import Pooling


def settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.controller.is_idle)


@pytest.fixture
def opened(qtbot: QtBot, window: MainWindow) -> MainWindow:
    """A window with two images that stands at `body.conv`, operation 3."""
    window.controller.open_files(["/a.png", "/b.png"])
    settle(qtbot, window)
    window.controller.stepping.go_to(3)
    settle(qtbot, window)
    return window


@pytest.fixture
def used(qtbot: QtBot, opened: MainWindow) -> MainWindow:
    """The same, with that operation as backbone."""
    opened.actions_["useAsBackbone"].trigger()
    settle(qtbot, opened)
    return opened


def near(window: MainWindow) -> list[str]:
    model = window.embeddings.table.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_nothing_can_be_a_backbone_before_an_image_is_open(window: MainWindow) -> None:
    assert not window.actions_["useAsBackbone"].isEnabled()


def test_the_operation_shown_becomes_the_backbone_and_its_pane_opens(
    used: MainWindow, link: FakeLink
) -> None:
    assert link.asked(EmbedImages) == [EmbedImages(("image-1", "image-2"), 3)]
    assert used.tabs.currentWidget() is used.embeddings
    assert used.embeddings.texts[:2] == ("Backbone up to body.conv", "2 numbers: mean · output 1×4×8×8")
    assert near(used) == ["image-2.png"]


def test_it_is_offered_in_the_menu_and_in_the_tree(window: MainWindow) -> None:
    action = window.actions_["useAsBackbone"]
    menus = [menu.title() for menu in window.menuBar().findChildren(QMenu) if action in menu.actions()]
    assert menus == ["&Model"] and action in window.layer_tree.actions()
    assert action.shortcut().toString() == "Ctrl+B"


def test_a_new_image_is_embedded_too(qtbot: QtBot, used: MainWindow, link: FakeLink) -> None:
    used.controller.open_files(["/c.png"])
    settle(qtbot, used)
    assert link.asked(EmbedImages)[-1].keys == ("image-1", "image-2", "image-3")
    # It is selected: 3 lies between the directions of none but is nearest to 2.
    assert near(used) == ["image-2.png", "image-1.png"]


def test_choosing_a_neighbour_selects_it_and_the_backbone_stays(
    qtbot: QtBot, used: MainWindow, link: FakeLink
) -> None:
    used.embeddings.image_selected.emit("image-2")
    assert near(used) == ["image-1.png"]  # at once: its embedding is known
    settle(qtbot, used)
    assert link.asked(Record)[-1].key == "image-2"
    assert used.controller.session.selected == "image-2" == used.image_strip._key
    assert used.embeddings.texts[0] == "Backbone up to body.conv"
    assert near(used) == ["image-1.png"]


def test_the_recording_that_is_meant_is_named(
    qtbot: QtBot, opened: MainWindow, link: FakeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = iter(range(41, 99))

    def numbered(command: Record) -> Recording:
        return replace(recording(command.key), number=next(count))

    monkeypatch.setitem(ANSWERS, Record, numbered)
    opened.image_strip.image_selected.emit("image-1")
    opened.image_strip.image_selected.emit("image-2")
    settle(qtbot, opened)
    opened.actions_["useAsBackbone"].trigger()
    settle(qtbot, opened)
    assert link.asked(EmbedImages)[-1].recording == opened.controller.session.recording_number >= 41
    opened.image_strip.image_selected.emit("image-1")
    settle(qtbot, opened)
    assert link.asked(EmbedImages)[-1].recording == opened.controller.session.recording_number


def test_a_closed_image_is_no_neighbour(qtbot: QtBot, used: MainWindow, link: FakeLink) -> None:
    used.controller.images.close("image-2")
    assert near(used) == []
    settle(qtbot, used)
    assert link.asked(EmbedImages)[-1].keys == ("image-1",)
    assert used.embeddings.table.hint == "Open two or more images to compare them."


def test_another_way_to_a_vector_asks_again(qtbot: QtBot, used: MainWindow, link: FakeLink) -> None:
    used.embeddings._pooling.setCurrentIndex(1)
    settle(qtbot, used)
    assert link.asked(EmbedImages)[-1].pooling is Pooling.FLATTEN
    assert "2 numbers: flatten" in used.embeddings.texts[1]


def test_what_is_known_is_not_asked_again(qtbot: QtBot, used: MainWindow, link: FakeLink) -> None:
    used.actions_["useAsBackbone"].trigger()
    used.controller.stepping.go_to(1)
    settle(qtbot, used)
    assert len(link.asked(EmbedImages)) == 1


def test_another_model_with_that_layer_keeps_the_backbone(
    qtbot: QtBot, used: MainWindow, link: FakeLink
) -> None:
    link.manual = {EmbedImages}
    used.tool_bar.model_picker.model_chosen.emit("zoo:other")
    qtbot.waitUntil(lambda: bool(link.waiting(EmbedImages)))
    # What the old model gave is not shown as the new one's.
    assert near(used) == [] and used.embeddings.texts[0] == "Backbone up to body.conv"
    link.answer(EmbedImages)
    settle(qtbot, used)
    assert near(used) == ["image-2.png"]


def test_another_model_without_that_layer_drops_it_and_says_so(
    qtbot: QtBot, used: MainWindow, link: FakeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    used.controller.session.backbone = "features.7"
    asked = len(link.asked(EmbedImages))
    used.tool_bar.model_picker.model_chosen.emit("zoo:other")
    settle(qtbot, used)
    assert used.controller.session.backbone is None and len(link.asked(EmbedImages)) == asked
    assert used.embeddings.texts[0] == "No backbone" and "no operation features.7" in used.embeddings.texts[1]


def test_embeddings_of_images_at_another_size_are_not_shown_as_those_of_this(
    qtbot: QtBot, used: MainWindow, link: FakeLink
) -> None:
    link.manual = {EmbedImages}
    nodes = [replace(n, outputs=(replace(n.outputs[0], shape=(1, 4, 9, 9)),)) for n in trace().nodes]
    grown = replace(recording("image-1"), trace=replace(trace(), nodes=tuple(nodes)), number=5)
    used.controller.session.recording = grown
    used.controller.images.recorded.emit(grown)
    assert near(used) == [] and used.embeddings.texts[0] == "Backbone up to body.conv"
    qtbot.waitUntil(lambda: bool(link.waiting(EmbedImages)))


def test_a_running_embedding_is_withdrawn_when_the_model_goes(
    qtbot: QtBot, opened: MainWindow, link: FakeLink
) -> None:
    link.manual = {EmbedImages}
    opened.actions_["useAsBackbone"].trigger()
    (request,) = link.waiting(EmbedImages)
    link.manual.add(LoadModel)
    opened.tool_bar.model_picker.model_chosen.emit("zoo:other")
    assert link.cancelled == [request]


def test_the_embedding_of_many_gives_way_to_what_the_person_looks_at(
    qtbot: QtBot, opened: MainWindow, link: FakeLink
) -> None:
    link.manual = {EmbedImages}
    opened.actions_["useAsBackbone"].trigger()
    (request,) = link.waiting(EmbedImages)
    assert opened.controller._work.running.text == "embedding 2 images…"
    opened.image_strip.image_selected.emit("image-2")
    assert link.cancelled == [request]
    link.manual.clear()
    link.fail(EmbedImages, "Cancelled.", cancelled=True)
    settle(qtbot, opened)
    kinds = [type(command) for command in link.sent if isinstance(command, Record | EmbedImages)]
    assert kinds[-3:] == [EmbedImages, Record, EmbedImages]
    assert near(opened) == ["image-1.png"]


def test_it_comes_before_measuring(qtbot: QtBot, opened: MainWindow, link: FakeLink) -> None:
    link.manual = {Measure}
    opened.controller.measuring.measure()
    opened.actions_["useAsBackbone"].trigger()
    assert link.cancelled == link.waiting(Measure)
    link.manual.clear()
    link.fail(Measure, "Cancelled.", cancelled=True)
    settle(qtbot, opened)
    kinds = [type(command) for command in link.sent if isinstance(command, Measure | EmbedImages)]
    assert kinds[-3:] == [Measure, EmbedImages, Measure]


def test_cancelling_says_how_to_go_on(qtbot: QtBot, opened: MainWindow, link: FakeLink) -> None:
    link.manual = {EmbedImages}
    opened.actions_["useAsBackbone"].trigger()
    assert opened.embeddings.table.hint == "Embedding the open images…"
    opened.actions_["cancelWork"].trigger()
    link.fail(EmbedImages, "Cancelled.", cancelled=True)
    settle(qtbot, opened)
    assert opened.notices.texts() == [] and "Use this layer as backbone" in opened.embeddings.table.hint


@pytest.mark.parametrize("cancelled", [True, False])
def test_a_way_to_a_vector_that_was_not_taken_is_not_shown_as_chosen(
    qtbot: QtBot, used: MainWindow, link: FakeLink, cancelled: bool
) -> None:
    link.manual = {EmbedImages}
    used.embeddings._pooling.setCurrentIndex(1)
    link.fail(EmbedImages, "There is not enough memory.", cancelled)
    settle(qtbot, used)
    assert used.embeddings.pooling is Pooling.MEAN and "2 numbers: mean" in used.embeddings.texts[1]
    assert len(link.asked(EmbedImages)) == 2  # putting it back asks for nothing


def test_while_other_work_comes_first_it_says_that_images_will_be_embedded(
    qtbot: QtBot, used: MainWindow, link: FakeLink
) -> None:
    link.manual = {Record, EmbedImages}
    used.controller.open_files(["/c.png"])
    qtbot.waitUntil(lambda: bool(link.waiting(Record)))
    assert used.embeddings.table.hint == "Embedding the open images…"
    link.answer(Record)
    qtbot.waitUntil(lambda: bool(link.waiting(EmbedImages)))
    assert used.embeddings.table.hint == "Embedding the open images…"
    link.manual = set()
    link.answer(EmbedImages)
    settle(qtbot, used)
    assert len(near(used)) == 2


def test_an_engine_that_stays_dead_embeds_nothing(qtbot: QtBot, opened: MainWindow, link: FakeLink) -> None:
    link.manual = {EmbedImages}
    opened.actions_["useAsBackbone"].trigger()
    link.die(None, restarting=False)
    qtbot.waitUntil(lambda: bool(opened.notices.texts()))
    assert "Not embedded yet" in opened.embeddings.table.hint
    assert not opened.actions_["useAsBackbone"].isEnabled()
    assert not any(it.isEnabled() for it in saving(opened))


def test_the_failure_goes_with_the_embedding_that_succeeds(
    qtbot: QtBot, opened: MainWindow, link: FakeLink
) -> None:
    link.failing[EmbedImages] = "There is nothing to embed: no luck."
    opened.actions_["useAsBackbone"].trigger()
    settle(qtbot, opened)
    link.failing.clear()
    opened.actions_["useAsBackbone"].trigger()
    settle(qtbot, opened)
    assert opened.notices.texts() == []


def test_a_pane_that_nobody_sees_is_filled_when_it_is_opened(
    qtbot: QtBot, used: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    used.tabs.setCurrentWidget(used.feature_maps)
    table, filled = used.embeddings.table, []
    with monkeypatch.context() as patch:
        patch.setattr(table, "set_neighbours", lambda *it: filled.append(it))
        used.controller.open_files(["/c.png"])
        settle(qtbot, used)
        assert filled == []
    used.tabs.setCurrentWidget(used.embeddings)
    assert near(used) == ["image-2.png", "image-1.png"]


def test_a_failure_is_told(qtbot: QtBot, opened: MainWindow, link: FakeLink) -> None:
    link.failing[EmbedImages] = "There is nothing to embed: no luck."
    opened.actions_["useAsBackbone"].trigger()
    settle(qtbot, opened)
    assert opened.notices.texts() == ["There is nothing to embed: no luck."]


def test_an_engine_that_dies_of_it_is_not_asked_again(
    qtbot: QtBot, opened: MainWindow, link: FakeLink
) -> None:
    link.manual = {EmbedImages}
    opened.actions_["useAsBackbone"].trigger()
    qtbot.waitUntil(lambda: bool(link.waiting(EmbedImages)))
    link.die(link.asked(EmbedImages)[-1])
    link.revive()
    qtbot.waitUntil(lambda: opened.controller.session.recording is not None)
    settle(qtbot, opened)
    assert len(link.asked(EmbedImages)) == 1 and opened.controller.session.backbone is None


# ---- files ----


def test_weights_and_embeddings_are_saved_where_the_person_says(
    qtbot: QtBot, used: MainWindow, link: FakeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[str] = []

    def choose(_: object, title: str, name: str, filters: str) -> tuple[str, str]:
        offered.append(name)
        return "/tmp/body.conv", ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    used.embeddings.weights_requested.emit()
    settle(qtbot, used)
    assert used.notices.texts() == ["Saved /tmp/body.conv.safetensors"]
    used.embeddings.embeddings_requested.emit()
    settle(qtbot, used)
    assert used.notices.texts() == ["Saved /tmp/body.conv.npz"]
    assert link.asked(SaveBackbone) == [SaveBackbone(3, "/tmp/body.conv.safetensors")]
    assert link.asked(SaveEmbeddings) == [SaveEmbeddings(("image-1", "image-2"), 3, "/tmp/body.conv.npz")]
    assert offered == ["toy-body.conv.safetensors", "toy-body.conv.npz"]


def saving(window: MainWindow) -> list[QPushButton]:
    return [it for it in window.embeddings.findChildren(QPushButton) if "Save" in it.text()]


def test_nothing_can_be_saved_while_there_is_no_recording_to_save_from(
    qtbot: QtBot, used: MainWindow, link: FakeLink
) -> None:
    assert [it.isEnabled() for it in saving(used)] == [True, True]
    link.manual = {Record}
    used.tool_bar.input_size.size_entered.emit("32")
    qtbot.waitUntil(lambda: bool(link.waiting(Record)))
    assert [it.isEnabled() for it in saving(used)] == [False, False]
    link.manual = set()
    link.answer(Record)
    settle(qtbot, used)
    assert [it.isEnabled() for it in saving(used)] == [True, True]


def test_what_is_saved_is_what_was_shown_when_the_dialog_opened(
    qtbot: QtBot, used: MainWindow, link: FakeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = used.controller.session.recording

    def choose(*_: object) -> tuple[str, str]:
        used.controller.session.recording = None  # another one is on its way
        return "/tmp/a.npz", ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    used.embeddings.embeddings_requested.emit()
    used.controller.session.recording = shown
    settle(qtbot, used)
    assert link.asked(SaveEmbeddings) == [SaveEmbeddings(("image-1", "image-2"), 3, "/tmp/a.npz")]


def test_no_file_is_written_if_none_is_chosen(
    used: MainWindow, link: FakeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    used.embeddings.weights_requested.emit()
    used.embeddings.embeddings_requested.emit()
    assert not link.asked(SaveBackbone) and not link.asked(SaveEmbeddings)


def test_a_file_that_cannot_be_written_is_told_until_one_can(
    qtbot: QtBot, used: MainWindow, link: FakeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("/absent/a.pt", ""))
    link.failing[SaveBackbone] = why = "/absent/a.pt cannot be written (No such file or directory)."
    used.embeddings.weights_requested.emit()
    settle(qtbot, used)
    assert used.notices.texts() == [why]
    used.embeddings._pooling.setCurrentIndex(1)
    settle(qtbot, used)
    assert used.notices.texts() == [why]  # embedding writes no file
    link.failing.clear()
    used.embeddings.weights_requested.emit()
    settle(qtbot, used)
    assert used.notices.texts() == ["Saved /absent/a.pt"]
