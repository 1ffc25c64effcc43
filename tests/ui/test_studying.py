"""Initialisations in the window: chosen in the picker, compared on demand, dropped when they do not hold any more."""

from dataclasses import replace
from pathlib import Path

import pytest
from explorer.ui.window import MainWindow
from PySide6.QtWidgets import QComboBox, QFileDialog, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot
from window_fakes import ANSWERS, FakeLink, loaded

from explorer.engine.messages import DownloadWeights, LoadModel, StudyInitialisation
from explorer.records.initialisation import Scheme
from explorer.window.settings import Settings, content_hash


def settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.controller.is_idle)


def choose(window: MainWindow, row: int, seed: int) -> None:
    window.findChild(QComboBox, "startFrom").setCurrentIndex(row)
    window.findChild(QSpinBox, "seed").setValue(seed)


@pytest.fixture
def recorded(qtbot: QtBot, window: MainWindow) -> MainWindow:
    window.controller.open_files(["/cat.png"])
    settle(qtbot, window)
    return window


def shows_study(window: MainWindow) -> bool:
    window.tabs.setCurrentWidget(window.initialisation)
    return window.initialisation.depth_plot.isVisible()


# ---- the picker ----


def test_the_choice_applies_to_what_is_used_from_the_list(
    qtbot: QtBot, window: MainWindow, link: FakeLink
) -> None:
    picker = window.tool_bar.model_picker
    for row, scheme in enumerate(Scheme, 1):
        choose(window, row, 10 + row)
        picker.model_chosen.emit("zoo:toy")
        settle(qtbot, window)
        command = link.asked(LoadModel)[-1]
        assert (command.weights, command.seed, command.initialisation) == ("random", 10 + row, scheme)
    choose(window, 0, 3)
    picker.model_chosen.emit("zoo:toy")
    settle(qtbot, window)
    assert link.asked(LoadModel)[-1] == LoadModel("zoo:toy", None, seed=3)


def test_another_device_and_another_engine_keep_the_choice(
    qtbot: QtBot, window: MainWindow, link: FakeLink
) -> None:
    choose(window, 3, 5)
    window.tool_bar.model_picker.model_chosen.emit("zoo:toy")
    settle(qtbot, window)
    kaiming = link.asked(LoadModel)[-1]
    assert kaiming.initialisation is Scheme.KAIMING

    window.tool_bar.device_chosen.emit("cuda:0")
    settle(qtbot, window)
    assert link.asked(LoadModel)[-1] == replace(kaiming, device="cuda:0")

    link.die(None)
    link.revive()
    settle(qtbot, window)
    assert link.asked(LoadModel)[-1] == replace(kaiming, device="cuda:0")


def test_weights_from_a_file_or_the_net_take_the_place_of_drawn_ones(
    qtbot: QtBot, window: MainWindow, link: FakeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(window, 2, 5)
    window.tool_bar.model_picker.model_chosen.emit("zoo:toy")
    settle(qtbot, window)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/mine.pth", ""))
    window.actions_["loadWeightsFile"].trigger()
    settle(qtbot, window)
    command = link.asked(LoadModel)[-1]
    assert (command.weights, command.initialisation) == ("/mine.pth", Scheme.DEFAULT)

    window.tool_bar.model_picker.model_chosen.emit("zoo:toy")
    settle(qtbot, window)
    window.tool_bar.model_picker.download_requested.emit("zoo:toy")
    settle(qtbot, window)
    assert link.asked(DownloadWeights) == [DownloadWeights("zoo:toy")]
    command = link.asked(LoadModel)[-1]
    assert (command.weights, command.initialisation) == (None, Scheme.DEFAULT)


def test_a_file_from_the_list_takes_its_weights_and_one_from_the_menu_does_not(
    qtbot: QtBot, window: MainWindow, link: FakeLink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def tiny():\n    pass\n")
    Settings().trust(content_hash(file))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    choose(window, 2, 5)

    def start_of_loaded() -> tuple[str | None, int | None]:
        window.notices.findChild(QPushButton, "noticeAction").click()
        settle(qtbot, window)
        command = link.asked(LoadModel)[-1]
        return command.weights, command.seed

    window.tool_bar.model_picker.file_requested.emit()
    assert start_of_loaded() == ("random", 5)
    window.actions_["openModelFile"].trigger()
    assert start_of_loaded() == (None, 0)


# ---- the study ----


def test_nothing_is_compared_until_it_is_asked_for(recorded: MainWindow, link: FakeLink) -> None:
    assert not shows_study(recorded)
    assert link.asked(StudyInitialisation) == []
    assert recorded.actions_["compareInitialisations"].isEnabled()


def test_without_an_image_there_is_nothing_to_compare(window: MainWindow) -> None:
    assert not window.actions_["compareInitialisations"].isEnabled()


def test_comparing_opens_the_pane_and_shows_the_study_at_the_operation(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    recorded.actions_["compareInitialisations"].trigger()
    settle(qtbot, recorded)

    assert recorded.tabs.currentWidget() is recorded.initialisation
    assert shows_study(recorded)
    assert recorded.initialisation.readout.startswith("1 stem.conv")
    recorded.actions_["stepForward"].trigger()
    assert recorded.initialisation.readout.startswith("2 stem.act")
    recorded.initialisation.node_selected.emit(4)
    assert recorded.controller.session.current.name == "body.add"


@pytest.mark.parametrize(("own_seed", "asked"), [(None, 6), (9, 9)])
def test_the_seed_is_the_models_own_else_the_one_in_the_picker(
    qtbot: QtBot,
    window: MainWindow,
    link: FakeLink,
    monkeypatch: pytest.MonkeyPatch,
    own_seed: int | None,
    asked: int,
) -> None:
    monkeypatch.setitem(ANSWERS, LoadModel, lambda it: replace(loaded(it), seed=own_seed))
    window.controller.models.load("zoo:toy")
    window.controller.open_files(["/cat.png"])
    choose(window, 1, 6)
    settle(qtbot, window)
    window.actions_["compareInitialisations"].trigger()
    settle(qtbot, window)
    assert [command.seed for command in link.asked(StudyInitialisation)] == [asked]


def test_progress_is_shown_and_cancelling_leaves_things_as_they_are(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    link.manual = {StudyInitialisation}
    action = recorded.actions_["compareInitialisations"]
    action.trigger()
    assert not action.isEnabled()
    (id,) = link.waiting(StudyInitialisation)
    link.progress(StudyInitialisation, 2, 5, "initialisation: Xavier")
    qtbot.waitUntil(lambda: recorded.status_line.message == "initialisation: Xavier")

    recorded.actions_["cancelWork"].trigger()
    assert link.cancelled == [id]
    link.fail(StudyInitialisation, "Cancelled.", cancelled=True)
    settle(qtbot, recorded)

    assert recorded.notices.texts() == []
    assert not shows_study(recorded)
    assert action.isEnabled()


def test_a_failed_study_is_one_line(qtbot: QtBot, recorded: MainWindow, link: FakeLink) -> None:
    link.failing[StudyInitialisation] = "toy could not be built; mend it."
    recorded.actions_["compareInitialisations"].trigger()
    settle(qtbot, recorded)
    assert recorded.notices.texts() == ["toy could not be built; mend it."]


def test_the_failure_goes_with_the_study_that_succeeds(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    link.failing[StudyInitialisation] = "toy could not be built; mend it."
    recorded.actions_["compareInitialisations"].trigger()
    settle(qtbot, recorded)
    link.failing.clear()
    recorded.actions_["compareInitialisations"].trigger()
    settle(qtbot, recorded)
    assert recorded.notices.texts() == [] and shows_study(recorded)


def test_another_size_drops_the_study_and_says_what_may_have_changed(
    qtbot: QtBot, recorded: MainWindow
) -> None:
    recorded.actions_["compareInitialisations"].trigger()
    settle(qtbot, recorded)
    recorded.tool_bar.input_size.size_entered.emit("32")
    settle(qtbot, recorded)
    assert not shows_study(recorded)
    assert "size" in recorded.initialisation.hint and "has changed" in recorded.initialisation.hint


def test_a_study_is_forgotten_with_the_last_image(qtbot: QtBot, recorded: MainWindow) -> None:
    recorded.actions_["compareInitialisations"].trigger()
    settle(qtbot, recorded)
    recorded.controller.images.close("image-1")
    recorded.controller.open_files(["/dog.png"])
    settle(qtbot, recorded)
    recorded.tabs.setCurrentWidget(recorded.initialisation)
    assert "has changed" not in recorded.initialisation.hint


def test_another_image_drops_the_study_and_asks_to_compare_again(qtbot: QtBot, recorded: MainWindow) -> None:
    recorded.actions_["compareInitialisations"].trigger()
    settle(qtbot, recorded)
    recorded.controller.open_files(["/dog.png"])
    settle(qtbot, recorded)
    recorded.image_strip.image_selected.emit("image-2")
    settle(qtbot, recorded)

    assert not shows_study(recorded)
    assert "has changed" in recorded.initialisation.hint


def test_another_model_drops_the_study_even_one_that_comes_late(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink
) -> None:
    link.manual = {StudyInitialisation}
    recorded.actions_["compareInitialisations"].trigger()
    (id,) = link.waiting(StudyInitialisation)
    recorded.controller.models.load("zoo:other")
    assert link.cancelled == [id]
    link.answer(StudyInitialisation)  # it was done before the wish to stop arrived
    settle(qtbot, recorded)
    assert not shows_study(recorded)

    recorded.image_strip.image_closed.emit("image-1")
    settle(qtbot, recorded)
    assert not recorded.actions_["compareInitialisations"].isEnabled()
