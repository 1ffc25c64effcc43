from pathlib import Path

import numpy as np
import pytest
from explorer.ui import feed
from explorer.ui.app import assemble
from explorer.ui.model_files import callables_in
from explorer.ui.window import MainWindow
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot
from window_fakes import ANSWERS, FakeLink

from explorer.engine.messages import (
    Classify,
    CloseImage,
    DownloadWeights,
    Heartbeat,
    ListModels,
    LoadModel,
    LocateField,
    LocateUnits,
    Measure,
    OpenImage,
    Record,
    ViewKernel,
    ViewValue,
)
from explorer.records.images import OpenedImage
from explorer.records.measures import EngineLoad
from explorer.window.settings import Settings, content_hash


def settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.controller.is_idle)


@pytest.fixture
def recorded(qtbot: QtBot, window: MainWindow) -> MainWindow:
    """A window with one image, recorded and measured."""
    window.controller.open_files(["/cat.png"])
    settle(qtbot, window)
    return window


def press_notice_button(window: MainWindow) -> None:
    window.notices.findChild(QPushButton, "noticeAction").click()


# ---- start ----


def test_the_default_model_comes_first_and_the_list_of_models_after_it(qtbot: QtBot, link: FakeLink) -> None:
    window = assemble(link)
    qtbot.addWidget(window)
    window.show()
    settle(qtbot, window)

    assert link.sent[0] == LoadModel("zoo:efficientnet_lite0", seed=0)
    assert [type(command) for command in link.sent] == [LoadModel, ListModels]
    assert window.status_line.message == "ready"


def test_with_an_image_the_list_of_models_waits_for_the_first_answer(qtbot: QtBot, link: FakeLink) -> None:
    window = assemble(link, "zoo:toy", ["/cat.png"])
    qtbot.addWidget(window)
    window.show()
    settle(qtbot, window)

    order = [type(command) for command in link.sent]
    assert order.index(Record) < order.index(ListModels) < order.index(Measure)


def test_the_model_used_last_is_loaded_at_the_next_start(qtbot: QtBot, window: MainWindow) -> None:
    window.tool_bar.model_picker.model_chosen.emit("torchvision:alexnet")
    settle(qtbot, window)
    window.close()
    link = FakeLink()

    again = assemble(link)
    qtbot.addWidget(again)

    assert link.asked(LoadModel)[0].name == "torchvision:alexnet"


# ---- images ----


def test_the_first_of_several_images_is_recorded_and_the_others_classified(
    qtbot: QtBot, window: MainWindow, link: FakeLink
) -> None:
    window.controller.open_files(["/a.png", "/b.png", "/c.png"])
    settle(qtbot, window)

    assert [command.key for command in link.asked(Record)] == ["image-1"]
    order = [command for command in link.sent if isinstance(command, Record | Classify)]
    # A cold engine's first answer comes before its recording, then the recording, then the other images.
    assert order[:2] == [Classify("image-1"), Record("image-1")]
    assert {command.key for command in order[2:]} == {"image-2", "image-3"}
    assert window.predictions.model().rowCount() == 2


def test_choosing_another_image_records_it_and_keeps_the_layer(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    recorded.controller.open_files(["/b.png"])
    settle(qtbot, recorded)
    recorded.layer_tree.node_selected.emit(4)

    recorded.image_strip.image_selected.emit("image-1")
    settle(qtbot, recorded)

    assert [command.key for command in link.asked(Record)] == ["image-1", "image-2", "image-1"]
    assert recorded.controller.session.current.name == "body.add"


def test_a_quick_change_of_mind_cancels_the_recording_under_way(
    qtbot: QtBot, window: MainWindow, link: FakeLink
) -> None:
    window.controller.open_files(["/a.png", "/b.png"])
    settle(qtbot, window)
    link.manual = {Record}
    window.image_strip.image_selected.emit("image-2")
    (id,) = link.waiting(Record)

    window.image_strip.image_selected.emit("image-1")

    assert window.controller.session.selected == "image-1"
    assert link.cancelled == [id]
    link.fail(Record, "Cancelled.", cancelled=True)
    link.manual = set()
    settle(qtbot, window)
    assert window.notices.texts() == []
    assert window.controller.session.recording.key == "image-1"


def test_what_was_converted_is_said_of_the_image_that_is_looked_at(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(command: OpenImage) -> OpenedImage:
        picture = np.zeros((8, 8, 3), np.uint8)
        return OpenedImage(command.key, command.source.name, 8, 8, picture, ("CMYK converted",))

    monkeypatch.setitem(ANSWERS, OpenImage, opened)
    window.controller.open_files(["/a.png", "/b.png"])
    settle(qtbot, window)

    assert window.notices.texts() == ["a.png: CMYK converted"]


def test_an_image_that_is_not_recorded_leaves_the_one_that_is_shown_selected(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    recorded.controller.open_files(["/b.png"])
    settle(qtbot, recorded)  # image-2 is shown
    link.manual = {Record}
    recorded.image_strip.image_selected.emit("image-1")
    qtbot.waitUntil(lambda: bool(link.waiting(Record)))
    recorded.actions_["cancelWork"].trigger()
    link.fail(Record, "Recording was cancelled.", cancelled=True)
    settle(qtbot, recorded)
    assert recorded.controller.session.selected == "image-2" == recorded.controller.session.recording.key
    assert recorded.notices.texts() == [] and recorded.actions_["stepForward"].isEnabled()

    recorded.image_strip.image_selected.emit("image-1")
    qtbot.waitUntil(lambda: bool(link.waiting(Record)))
    link.fail(Record, "There is not enough memory.")
    settle(qtbot, recorded)
    assert recorded.controller.session.selected == "image-2"
    assert recorded.notices.texts() == ["There is not enough memory."]


def test_after_closing_an_image_nothing_of_it_stays_if_the_next_is_not_recorded(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    recorded.controller.open_files(["/b.png"])
    settle(qtbot, recorded)
    link.failing[Record] = "There is not enough memory."
    recorded.image_strip.image_closed.emit("image-2")
    settle(qtbot, recorded)
    assert recorded.controller.session.recording is None
    assert recorded.layer_tree.model().rowCount() == 0

    link.failing.clear()
    press_notice_button(recorded)
    settle(qtbot, recorded)
    assert recorded.controller.session.recording.key == "image-1"
    recorded.controller.images.close("image-1")
    assert recorded.notices.texts() == []


def test_a_broken_image_gives_one_line_and_leaves_the_result_before(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    link.failing[OpenImage] = "bad.png is cut short; open another file."
    recorded.controller.open_files(["/bad.png"])
    settle(qtbot, recorded)

    assert recorded.notices.texts() == ["bad.png is cut short; open another file."]
    assert recorded.controller.session.selected == "image-1"
    assert recorded.predictions.model().rowCount() == 2
    assert len(link.asked(Record)) == 1


def test_nothing_but_a_broken_image_leaves_the_window_empty(
    qtbot: QtBot, window: MainWindow, link: FakeLink
) -> None:
    link.failing[OpenImage] = "bad.png is empty; open another file."
    window.controller.open_files(["/bad.png"])
    settle(qtbot, window)

    assert window.welcome.isVisible()
    assert window.image_strip.keys() == ()
    assert len(window.notices.texts()) == 1


def test_closing_an_image_shows_the_one_beside_it(qtbot: QtBot, window: MainWindow, link: FakeLink) -> None:
    window.controller.open_files(["/a.png", "/b.png"])
    settle(qtbot, window)

    window.image_strip.image_closed.emit("image-1")
    settle(qtbot, window)

    assert link.asked(CloseImage) == [CloseImage("image-1")]
    assert window.controller.session.recording.key == "image-2"


def test_closing_the_last_image_empties_the_window(qtbot: QtBot, recorded: MainWindow) -> None:
    recorded.image_strip.image_closed.emit("image-1")
    settle(qtbot, recorded)

    assert recorded.welcome.isVisible()
    assert recorded.layer_tree.model().rowCount() == 0
    assert not recorded.actions_["stepForward"].isEnabled()


# ---- steps ----


def test_a_recording_opens_at_the_first_convolution(recorded: MainWindow, link: FakeLink) -> None:
    assert recorded.controller.session.current.name == "stem.conv"
    assert link.asked(ViewValue)[0].node == 1
    assert recorded.layer_tree.model().rowCount() == 4


def test_the_tool_bar_numbers_operations_as_the_trace_does(qtbot: QtBot, recorded: MainWindow) -> None:
    nodes = recorded.controller.session.trace.nodes
    for node in (nodes[0], nodes[2], nodes[-1]):
        recorded.controller.stepping.go_to(node.id)
        text = recorded.findChild(QLabel, "stepPosition").text()
        assert text == f"{node.id}/{nodes[-1].id}  {node.name}"


def test_steps_go_through_the_operations_and_stop_at_both_ends(qtbot: QtBot, recorded: MainWindow) -> None:
    names = []
    recorded.actions_["stepFirst"].trigger()
    for _ in range(8):
        names.append(recorded.controller.session.current.name)
        recorded.actions_["stepForward"].trigger()

    assert names == ["input", "stem.conv", "stem.act", "body.conv", "body.add", "head", "head", "head"]
    assert not recorded.actions_["stepForward"].isEnabled()
    recorded.actions_["stepBackward"].trigger()
    assert recorded.controller.session.current.name == "body.add"


@pytest.mark.parametrize("key", [Qt.Key.Key_Period, Qt.Key.Key_Right])
def test_the_keyboard_steps(qtbot: QtBot, recorded: MainWindow, key: Qt.Key) -> None:
    alt = Qt.KeyboardModifier.AltModifier
    recorded.layer_tree.setFocus()

    qtbot.keyClick(recorded, key, Qt.KeyboardModifier.NoModifier if key == Qt.Key.Key_Period else alt)

    assert recorded.controller.session.current.name == "stem.act"


def test_the_next_operation_is_there_before_it_is_asked_for(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    link.manual = {ViewValue}
    shown = []
    recorded.controller.stepping.value_shown.connect(lambda view: shown.append(view.node))

    recorded.actions_["stepForward"].trigger()

    assert shown == [2]  # at once, without an answer of the engine


def test_values_too_large_to_be_kept_together_are_not_fetched_over_and_over(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "_MOST_BYTES", 1)
    before = len(link.asked(ViewValue))
    recorded.controller.stepping.go_to(4)
    settle(qtbot, recorded)
    assert recorded.feature_maps._value.node == 4
    assert len(link.asked(ViewValue)) - before <= 4  # itself and at most three ahead


def test_while_keys_repeat_the_operations_between_are_skipped(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    recorded.controller.stepping.go_to(5)
    settle(qtbot, recorded)
    recorded.feature_maps.scale_changed.emit(
        False
    )  # nothing of this scale is cached but 5 and its neighbours
    settle(qtbot, recorded)
    link.manual = {ViewValue}
    before = len(link.asked(ViewValue))

    for node in (0, 1, 2):
        recorded.controller.stepping.go_to(node)

    assert [command.node for command in link.asked(ViewValue)[before:]] == [0]
    link.answer(ViewValue)
    qtbot.waitUntil(lambda: len(link.asked(ViewValue)) == before + 2)
    assert link.asked(ViewValue)[-1].node == 2


def test_an_answer_of_the_old_recording_is_not_shown(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    link.manual = {ViewValue}
    recorded.feature_maps.scale_changed.emit(False)
    (stale,) = link.waiting(ViewValue)
    shown = []
    recorded.controller.stepping.value_shown.connect(shown.append)
    recorded.controller.open_files(["/b.png"])
    qtbot.waitUntil(lambda: len(link.waiting(ViewValue)) == 2)

    link.answer(stale)
    qtbot.wait(30)

    assert shown == []


def test_another_scale_asks_again(qtbot: QtBot, recorded: MainWindow, link: FakeLink) -> None:
    recorded.feature_maps.scale_changed.emit(False)
    settle(qtbot, recorded)

    assert (1, False) in [(asked.node, asked.shared_scale) for asked in link.asked(ViewValue)]


def test_a_value_that_cannot_be_had_says_why_in_its_pane(
    qtbot: QtBot, window: MainWindow, link: FakeLink
) -> None:
    link.failing[ViewValue] = "This value was not kept."
    window.controller.open_files(["/cat.png"])
    settle(qtbot, window)

    assert window.feature_maps._message.text() == "This value was not kept."


def test_kernels_are_asked_for_only_where_they_are_looked_at(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    assert link.asked(ViewKernel) == []

    recorded.tabs.setCurrentWidget(recorded.kernels)
    settle(qtbot, recorded)
    assert [command.node for command in link.asked(ViewKernel)] == [1]

    recorded.actions_["stepForward"].trigger()  # relu reads no parameters
    settle(qtbot, recorded)
    assert [command.node for command in link.asked(ViewKernel)] == [1]
    assert "reads no parameters" in recorded.kernels._message.text()


def test_play_goes_to_the_last_operation_and_stops(qtbot: QtBot, recorded: MainWindow) -> None:
    recorded.controller.stepping._player.setInterval(5)

    recorded.actions_["play"].trigger()
    qtbot.waitUntil(lambda: not recorded.actions_["play"].isChecked())

    assert recorded.controller.session.current.name == "head"
    assert recorded.actions_["play"].text() == "Play"


# ---- receptive field ----


def test_a_click_in_the_map_draws_the_field_on_the_input(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    recorded.feature_maps.unit_selected.emit(4, 5)
    settle(qtbot, recorded)

    assert link.asked(LocateField) == [LocateField(1, (4, 5))]
    assert recorded.input_view.caption == "receptive field"


def test_the_same_place_is_followed_from_operation_to_operation(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    recorded.feature_maps.unit_selected.emit(4, 6)
    recorded.actions_["stepForward"].trigger()
    settle(qtbot, recorded)
    assert link.asked(LocateField)[-1] == LocateField(2, (4, 6))

    recorded.controller.open_files(["/b.png"])
    settle(qtbot, recorded)
    assert link.asked(LocateField)[2:] == [LocateField(2, (4, 6))]
    assert recorded.input_view.caption == "receptive field"


def test_a_click_in_the_input_marks_the_units_that_see_it(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    marked = []
    recorded.feature_maps.set_marked_units = marked.append

    recorded.input_view.pixel_selected.emit(3, 2)
    settle(qtbot, recorded)

    assert link.asked(LocateUnits) == [LocateUnits(1, (3, 2))]
    assert marked[-1].sum() == 8


# ---- models ----


def test_another_model_answers_for_every_open_image_again(
    qtbot: QtBot, window: MainWindow, link: FakeLink
) -> None:
    window.controller.open_files(["/a.png", "/b.png"])
    settle(qtbot, window)
    before = len(link.sent)

    window.tool_bar.model_picker.model_chosen.emit("torchvision:alexnet")
    settle(qtbot, window)

    later = link.sent[before:]
    assert later[0] == LoadModel("torchvision:alexnet", seed=0)
    assert [type(command) for command in later if isinstance(command, Record | Classify)] == [
        Record,
        Classify,
    ]


def test_a_model_that_cannot_be_loaded_leaves_the_old_one(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    link.failing[LoadModel] = "vgg99 is not known; choose another model."
    recorded.tool_bar.model_picker.model_chosen.emit("vgg99")
    settle(qtbot, recorded)

    assert recorded.notices.texts() == ["vgg99 is not known; choose another model."]
    assert recorded.controller.session.model.entry.name == "toy"
    recorded.actions_["stepForward"].trigger()
    assert recorded.controller.session.current.name == "stem.act"


def test_loading_shows_what_it_does_and_can_be_cancelled(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    link.manual = {LoadModel}
    recorded.tool_bar.model_picker.model_chosen.emit("torchvision:vgg19")
    assert recorded.status_line.message == "loading vgg19…"
    link.progress(LoadModel, 10, 100, "reading weights")
    qtbot.waitUntil(lambda: recorded.status_line.message == "reading weights")
    (id,) = link.waiting(LoadModel)

    recorded.actions_["cancelWork"].trigger()

    assert link.cancelled == [id]
    link.fail(LoadModel, "Cancelled.", cancelled=True)
    settle(qtbot, recorded)
    assert recorded.notices.texts() == []
    assert recorded.status_line.message == "ready"
    assert not recorded.actions_["cancelWork"].isEnabled()


def test_the_last_of_several_wishes_is_the_model_that_lives(
    qtbot: QtBot, window: MainWindow, link: FakeLink
) -> None:
    link.manual = {LoadModel}
    window.tool_bar.model_picker.model_chosen.emit("zoo:a")
    window.tool_bar.model_picker.model_chosen.emit("zoo:b")
    window.tool_bar.model_picker.model_chosen.emit("zoo:c")
    link.fail(LoadModel, "Cancelled.", cancelled=True)
    qtbot.waitUntil(lambda: len(link.waiting(LoadModel)) == 1)
    link.answer(LoadModel)
    settle(qtbot, window)

    assert [command.name for command in link.asked(LoadModel)[1:]] == ["zoo:a", "zoo:c"]
    assert window.controller.session.model.entry.name == "c"


def test_devices_of_the_engine_are_offered_and_a_change_reloads(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    link._listener(Heartbeat(EngineLoad(("Fast GPU",), 1, 2)))
    box = recorded.findChild(QComboBox, "deviceBox")
    qtbot.waitUntil(lambda: box.count() == 2)
    assert box.itemText(1) == "cuda:0 · Fast GPU"

    box.setCurrentIndex(1)
    box.activated.emit(1)
    settle(qtbot, recorded)

    assert link.asked(LoadModel)[-1] == LoadModel("zoo:toy", seed=0, device="cuda:0")
    assert len(link.asked(Record)) == 2


def test_downloaded_weights_are_loaded_into_the_live_model(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    link.manual = {DownloadWeights}
    recorded.tool_bar.model_picker.download_requested.emit("zoo:toy")
    link.progress(DownloadWeights, 3 << 32, 4 << 32, "downloading 12.9 of 17.2 GB")
    qtbot.waitUntil(lambda: recorded.status_line.message == "downloading 12.9 of 17.2 GB")
    before = len(link.asked(LoadModel))

    link.answer(DownloadWeights)
    settle(qtbot, recorded)

    assert len(link.asked(LoadModel)) == before + 1
    assert len(link.asked(ListModels)) == 2


def test_cancel_stops_a_download_when_nothing_else_runs(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    link.manual = {DownloadWeights}
    recorded.tool_bar.model_picker.download_requested.emit("zoo:other")
    (id,) = link.waiting(DownloadWeights)

    recorded.actions_["cancelWork"].trigger()

    assert link.cancelled == [id]


# ---- a person's own file ----


@pytest.fixture
def model_file(tmp_path: Path) -> Path:
    file = tmp_path / "net.py"
    file.write_text("import torch\ndef tiny(): ...\nclass Net: ...\ndef _hidden(): ...\n")
    return file


def test_the_callables_of_a_file_are_read_without_running_it(model_file: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("def (")

    assert callables_in(model_file) == ["tiny", "Net"]
    assert callables_in(broken) == []
    assert callables_in(tmp_path / "gone.py") == []


def test_a_file_runs_only_after_consent_which_is_kept_until_it_changes(
    qtbot: QtBot, window: MainWindow, link: FakeLink, model_file: Path
) -> None:
    name = f"{model_file}:tiny"
    before = len(link.asked(LoadModel))
    window.controller.models.load(name)
    assert len(link.asked(LoadModel)) == before
    assert str(model_file) in window.notices.texts()[0]

    press_notice_button(window)
    settle(qtbot, window)
    agreed = content_hash(model_file)
    assert link.asked(LoadModel)[-1] == LoadModel(name, seed=0, trusted=agreed)

    window.controller.models.load(name)
    settle(qtbot, window)
    assert len(link.asked(LoadModel)) == before + 2

    model_file.write_text("import os")
    window.controller.models.load(name)
    assert len(link.asked(LoadModel)) == before + 2
    assert not Settings().is_trusted(content_hash(model_file))

    window.controller.models.move_to("cuda")  # the engine is told what was agreed to, not that all is well
    assert link.asked(LoadModel)[-1].trusted == agreed


def test_an_image_closed_while_it_is_recorded_leaves_the_engine_with_the_one_that_is_shown(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    link.manual.add(Record)
    recorded.controller.open_files(["/b.png"])
    qtbot.waitUntil(lambda: bool(link.waiting(Record)))
    late = link.waiting(Record)[0]
    recorded.controller.images.close("image-2")
    link.manual.clear()
    link.answer(late)
    settle(qtbot, recorded)
    assert recorded.controller.session.recording.key == "image-1"
    assert link.asked(Record)[-1] == Record("image-1")


def test_an_image_closed_while_it_is_opened_stops_nothing(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    link.manual.add(OpenImage)
    recorded.controller.open_files(["/b.png", "/c.png"])
    qtbot.waitUntil(lambda: bool(link.waiting(OpenImage)))
    late = link.waiting(OpenImage)[0]
    recorded.controller.images.close("image-2")
    link.manual.clear()
    link.answer(late)
    settle(qtbot, recorded)
    assert link.asked(CloseImage)[-1] == CloseImage("image-2")
    assert recorded.controller.session.images["image-3"].opened is not None


def test_another_model_stands_over_no_old_answer(qtbot: QtBot, recorded: MainWindow, link: FakeLink) -> None:
    assert recorded.predictions.model().rowCount() == 2
    link.manual.update({Record, Classify})
    recorded.controller.models.load("zoo:other")
    qtbot.waitUntil(lambda: bool(link.waiting(Record)))
    assert recorded.predictions.model().rowCount() == 0
    assert recorded.layer_tree.model().rowCount() == 0


def test_a_file_that_is_gone_is_said_in_one_line(window: MainWindow, link: FakeLink, tmp_path: Path) -> None:
    before = len(link.asked(LoadModel))

    window.controller.models.load(f"{tmp_path / 'gone.py'}:net")

    assert len(link.asked(LoadModel)) == before
    assert "gone.py cannot be read: No such file or directory" in window.notices.texts()[0]


def test_the_callable_is_asked_for_in_a_notice(
    qtbot: QtBot, window: MainWindow, link: FakeLink, model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(model_file), ""))
    window.actions_["openModelFile"].trigger()
    field = window.notices.findChild(QComboBox, "callableName")
    assert [field.itemText(row) for row in range(field.count())] == ["tiny", "Net"]
    field.setCurrentText("Net")

    press_notice_button(window)  # Load
    qtbot.waitUntil(lambda: len(window.notices.findChildren(QPushButton, "noticeAction")) == 1)
    press_notice_button(window)  # Run this file
    settle(qtbot, window)

    assert link.asked(LoadModel)[-1].name == f"{model_file}:Net"


def test_weights_from_a_file_go_into_the_live_model(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/weights.safetensors", ""))
    recorded.actions_["loadWeightsFile"].trigger()
    settle(qtbot, recorded)

    assert link.asked(LoadModel)[-1] == LoadModel("zoo:toy", "/weights.safetensors", seed=0)


# ---- time ----


def test_time_is_measured_by_itself_and_shown_everywhere(recorded: MainWindow, link: FakeLink) -> None:
    assert len(link.asked(Measure)) == 1
    assert "2.00 ms" in " ".join(recorded.status_line.resource_panel.figures())


def test_measuring_gives_way_to_the_person_and_comes_back(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    link.manual = {Measure}
    recorded.actions_["measure"].trigger()
    (id,) = link.waiting(Measure)

    recorded.controller.open_files(["/b.png"])
    assert link.cancelled == [id]
    link.fail(Measure, "Cancelled.", cancelled=True)
    link.manual = set()
    settle(qtbot, recorded)

    assert recorded.controller.session.recording.key == "image-2"
    assert recorded.notices.texts() == []
    assert len(link.asked(Measure)) == 3  # by itself, by hand, and for the new recording


# ---- death and rebirth ----


def test_after_a_death_the_model_and_the_images_are_back(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    before = len(link.sent)
    link.die(None)
    qtbot.waitUntil(lambda: recorded.notices.texts() == ["The engine ended while it worked."])
    assert recorded.status_line.message == "starting the engine…"
    assert not recorded.actions_["stepForward"].isEnabled()

    link.revive()
    settle(qtbot, recorded)

    kinds = [type(command) for command in link.sent[before:]]
    assert kinds.index(LoadModel) < kinds.index(OpenImage) < kinds.index(Record)
    assert recorded.status_line.message == "ready"
    assert recorded.actions_["stepForward"].isEnabled()


def test_a_death_during_the_start_does_not_lose_the_model(qtbot: QtBot, link: FakeLink) -> None:
    link.manual = {LoadModel}
    window = assemble(link, "zoo:toy", ["/cat.png"])
    qtbot.addWidget(window)
    link.die(None)
    qtbot.waitUntil(lambda: bool(window.notices.texts()))
    link.manual = set()

    link.revive()
    settle(qtbot, window)

    assert [command.name for command in link.asked(LoadModel)] == ["zoo:toy", "zoo:toy"]
    assert window.controller.session.recording.key == "image-1"


def test_without_any_model_the_default_is_offered(qtbot: QtBot, link: FakeLink) -> None:
    link.failing[LoadModel] = "No model is named 'zoo:gone'."
    window = assemble(link, "zoo:gone")
    qtbot.addWidget(window)
    settle(qtbot, window)
    assert window.status_line.message == "no model"
    assert len(link.asked(ListModels)) == 1

    link.failing.clear()
    press_notice_button(window)
    settle(qtbot, window)

    assert window.controller.session.model.entry.name == "efficientnet_lite0"


def test_the_recording_that_killed_the_engine_is_not_replayed(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    link.manual = {Record}
    recorded.controller.open_files(["/deadly.png"])
    qtbot.waitUntil(lambda: len(link.waiting(Record)) == 1)
    link.manual = set()
    before = len(link.sent)

    link.die(Record("image-2"))
    qtbot.waitUntil(lambda: bool(recorded.notices.texts()))
    link.revive()
    settle(qtbot, recorded)

    asked = [command.key for command in link.sent[before:] if isinstance(command, Record | Classify)]
    assert asked == ["image-1"]
    assert recorded.controller.session.selected == "image-1"

    recorded.image_strip.image_selected.emit("image-2")  # the person insists
    settle(qtbot, recorded)
    assert link.asked(Record)[-1].key == "image-2"


def test_the_model_that_killed_the_engine_is_not_replayed(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    link.manual = {LoadModel}
    recorded.tool_bar.model_picker.model_chosen.emit("zoo:deadly")
    link.manual = set()
    before = len(link.sent)

    link.die(LoadModel("zoo:deadly", seed=0))
    qtbot.waitUntil(lambda: bool(recorded.notices.texts()))
    link.revive()
    settle(qtbot, recorded)

    assert [command.name for command in link.sent[before:] if isinstance(command, LoadModel)] == ["zoo:toy"]


def test_a_value_that_killed_the_engine_is_not_asked_for_again(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    before = len(link.sent)
    link.die(ViewValue(1))
    qtbot.waitUntil(lambda: bool(recorded.notices.texts()))
    link.revive()
    settle(qtbot, recorded)

    nodes = [command.node for command in link.sent[before:] if isinstance(command, ViewValue)]
    assert 1 not in nodes
    assert recorded.feature_maps._message.text() == "The engine ended while it worked."


def test_an_engine_that_stays_dead_is_started_by_the_person(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    link.die(None, restarting=False)
    qtbot.waitUntil(lambda: bool(recorded.notices.texts()))
    assert recorded.status_line.message == "the engine is off"

    press_notice_button(recorded)
    assert link.starts == 1
    link.revive()
    settle(qtbot, recorded)

    assert recorded.controller.session.recording is not None
