"""The input's size: typed, used for all images, kept and reset, and mended where it does not work."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from window_fakes import ANSWERS, FakeLink, recording

from explorer.engine.messages import Classify, Record
from explorer.records.models import SizeRange
from explorer.records.trace import TraceError
from explorer.ui.sizing import parse
from explorer.ui.window import MainWindow


def settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.controller.is_idle)


def enter(qtbot: QtBot, window: MainWindow, text: str) -> None:
    window.tool_bar.input_size.size_entered.emit(text)
    settle(qtbot, window)


@pytest.fixture
def two(qtbot: QtBot, window: MainWindow) -> MainWindow:
    """A window with two images."""
    window.controller.open_files(["/a.png", "/b.png"])
    settle(qtbot, window)
    return window


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("128", (128, 128)),
        (" 333×500 ", (333, 500)),
        ("333x500", (333, 500)),
        ("1 X 4096", (1, 4096)),
        ("1024*1024", (1024, 1024)),
    ],
)
def test_sizes_are_read_in_every_spelling(text: str, size: tuple[int, int]) -> None:
    assert parse(text) == size


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no input size"),
        ("big", "no input size"),
        ("-3", "no input size"),
        ("3×4×5", "no input size"),
        ("0", "1 to 4096"),
        ("32×4097", "1 to 4096"),
        ("1025×1024", "too many to record"),
    ],
)
def test_what_is_no_size_is_refused_in_one_line(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as caught:
        parse(text)
    assert "\n" not in str(caught.value)


def test_a_size_is_asked_of_all_open_images(qtbot: QtBot, two: MainWindow, link: FakeLink) -> None:
    before = len(link.sent)
    enter(qtbot, two, "32x48")
    asked = [it for it in link.sent[before:] if isinstance(it, Record | Classify)]
    assert asked == [Record("image-1", size=(32, 48)), Classify("image-2", size=(32, 48))]
    assert two.tool_bar.input_size.currentText() == "32×48"
    two.image_strip.image_selected.emit("image-2")
    settle(qtbot, two)
    assert link.asked(Record)[-1] == Record("image-2", size=(32, 48))


def test_the_own_size_is_no_size_of_its_own(qtbot: QtBot, two: MainWindow, link: FakeLink) -> None:
    before = len(link.sent)
    enter(qtbot, two, "8")  # the toy's own
    assert len(link.sent) == before and two.controller.session.size is None


def test_nonsense_is_refused_and_changes_nothing(qtbot: QtBot, two: MainWindow, link: FakeLink) -> None:
    before = len(link.sent)
    enter(qtbot, two, "huge")
    assert "no input size" in two.notices.texts()[-1]
    assert len(link.sent) == before and two.tool_bar.input_size.currentText() == "8×8"


def test_a_recording_of_the_size_before_is_not_shown(qtbot: QtBot, two: MainWindow, link: FakeLink) -> None:
    link.manual.add(Record)
    two.image_strip.image_selected.emit("image-2")
    enter_only = two.tool_bar.input_size.size_entered
    enter_only.emit("32")
    qtbot.waitUntil(lambda: bool(link.waiting(Record)))
    link.answer(Record)  # that of 8×8 was under way and comes although it was cancelled
    assert two.controller.session.recording is None
    qtbot.waitUntil(lambda: bool(link.waiting(Record)))
    link.answer(Record)
    settle(qtbot, two)
    assert link.asked(Record)[-1].size == (32, 32) and two.controller.session.recording is not None


def test_the_size_stays_for_the_same_model_and_goes_with_another(
    qtbot: QtBot, two: MainWindow, link: FakeLink
) -> None:
    enter(qtbot, two, "32")
    two.controller.models.move_to("cpu")
    settle(qtbot, two)
    assert link.asked(Record)[-1].size == (32, 32)
    assert two.tool_bar.input_size.currentText() == "32×32"
    two.controller.models.load("zoo:other")
    settle(qtbot, two)
    assert link.asked(Record)[-1].size is None
    assert two.tool_bar.input_size.currentText() == "8×8"


def test_after_a_death_the_size_is_still_that_of_the_person(
    qtbot: QtBot, two: MainWindow, link: FakeLink
) -> None:
    enter(qtbot, two, "32")
    before = len(link.asked(Record))
    link.die(None)
    qtbot.waitUntil(lambda: two.notices.texts() == ["The engine ended while it worked."])
    link.revive()
    settle(qtbot, two)
    assert [it.size for it in link.asked(Record)[before:]] == [(32, 32)]
    assert two.tool_bar.input_size.currentText() == "32×32"


def test_a_size_that_does_not_work_says_so_and_offers_one_that_does(
    qtbot: QtBot, two: MainWindow, link: FakeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at_size(command: Record) -> object:
        done = recording(command.key)
        if command.size != (4, 4):
            return done
        error = TraceError("body.pool", "max_pool2d", "body.pool", "RuntimeError: Output size is too small.")
        trace = replace(done.trace, input_shape=(1, 3, 4, 4), error=error)
        return replace(done, trace=trace, predictions=(), sizes=SizeRange(6))

    monkeypatch.setitem(ANSWERS, Record, at_size)
    link.failing[Classify] = "toy cannot run on this image: RuntimeError: Output size is too small."
    enter(qtbot, two, "4")
    assert two.notices.texts() == [
        "toy cannot work on 4×4: it stops at body.pool (max_pool2d): Output size is too small. "
        "The smallest size that works is 6×6."
    ]
    assert two.controller.session.current is not None  # the layers up to there
    button = two.notices.findChild(QPushButton, "noticeAction")
    assert button.text() == "Use 6×6"
    del link.failing[Classify]
    button.click()
    settle(qtbot, two)
    assert two.notices.texts() == [] and two.tool_bar.input_size.currentText() == "6×6"
    assert link.asked(Record)[-1].size == (6, 6)


def test_a_size_whose_recording_is_cancelled_leaves_nothing_of_the_size_before_and_a_way_back(
    qtbot: QtBot, window: MainWindow, link: FakeLink
) -> None:
    window.controller.open_files(["/a.png"])
    settle(qtbot, window)
    link.manual = {Record}
    window.tool_bar.input_size.size_entered.emit("32")
    qtbot.waitUntil(lambda: window.feature_maps.is_busy_shown)
    window.actions_["cancelWork"].trigger()
    link.fail(Record, "Recording was cancelled.", cancelled=True)
    settle(qtbot, window)

    assert not window.feature_maps.is_busy_shown
    assert window.layer_tree.model().rowCount() == 0 and window.predictions.model().rowCount() == 0
    assert window.notices.texts() == ["a.png was not recorded at 32×32: it was cancelled."]
    again = window.notices.findChild(QPushButton, "noticeAction")
    assert again.text() == "Record again"

    link.manual = set()
    again.click()
    settle(qtbot, window)
    assert link.asked(Record)[-1] == Record("image-1", size=(32, 32))
    assert window.notices.texts() == [] and window.actions_["stepForward"].isEnabled()


def test_a_size_at_which_recording_fails_says_so_and_enter_tries_it_again(
    qtbot: QtBot, window: MainWindow, link: FakeLink
) -> None:
    window.controller.open_files(["/a.png"])
    settle(qtbot, window)
    link.failing[Record] = "There is not enough memory; choose a smaller size."
    enter(qtbot, window, "1024")
    assert window.notices.texts() == [link.failing[Record]]
    assert not window.feature_maps.is_busy_shown and window.controller.session.recording is None

    link.failing.clear()
    enter(qtbot, window, "1024")
    assert link.asked(Record)[-1] == Record("image-1", size=(1024, 1024))
    assert window.controller.session.recording is not None and window.notices.texts() == []


def test_a_recording_on_which_the_engine_died_is_offered_again(
    qtbot: QtBot, window: MainWindow, link: FakeLink
) -> None:
    window.controller.open_files(["/a.png"])
    settle(qtbot, window)
    link.manual = {Record}
    window.tool_bar.input_size.size_entered.emit("32")
    qtbot.waitUntil(lambda: bool(link.waiting(Record)))
    link.die(Record("image-1", size=(32, 32)))
    link.manual = set()
    link.revive()
    qtbot.waitUntil(lambda: len(window.notices.texts()) == 2)
    settle(qtbot, window)
    asked = len(link.asked(Record))
    assert window.notices.texts()[-1] == "a.png was not recorded at 32×32: the engine ended on it."
    qtbot.wait(250)  # longer than the sign of work waits
    assert not window.feature_maps.is_busy_shown

    window.notices.findChild(QPushButton, "noticeAction").click()
    settle(qtbot, window)
    assert len(link.asked(Record)) == asked + 1 and window.controller.session.recording is not None


def test_what_was_wrong_with_a_size_goes_with_the_next_size_or_model(
    qtbot: QtBot, window: MainWindow
) -> None:
    enter(qtbot, window, "huge")
    assert len(window.notices.texts()) == 1
    enter(qtbot, window, "8")  # the toy's own, and in use
    assert window.notices.texts() == []

    enter(qtbot, window, "huge")
    window.controller.models.load("zoo:other")
    settle(qtbot, window)
    assert window.notices.texts() == []


def test_the_shortcut_leads_to_the_box(qtbot: QtBot, window: MainWindow) -> None:
    window.actions_["chooseInputSize"].trigger()
    assert window.tool_bar.input_size.lineEdit().hasSelectedText()
