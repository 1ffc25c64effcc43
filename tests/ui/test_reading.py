"""Networks that read words, in the window."""

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot
from window_fakes import ANSWERS, FakeLink, loaded, recording

from explorer.engine.messages import Classify, FindNGrams, LoadModel, OpenImage, Record
from explorer.records.models import TextInput
from explorer.records.ngrams import NGram
from explorer.ui.app import assemble
from explorer.ui.window import MainWindow

TEXT = TextInput("abcdefghijklmnopqrstuvwxyz", shortest=4, usual=8)
NGRAMS = (NGram(1, "stem.conv", 0, 1, "ar", 1.0), NGram(1, "stem.conv", 2, 4, "hit", 2.0))


def settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.controller.is_idle)


@pytest.fixture(autouse=True)
def reader(link: FakeLink, monkeypatch: pytest.MonkeyPatch) -> None:
    """`zoo:reader` reads words; recordings of words have characters and no picture."""

    def load(command: LoadModel) -> object:
        model = loaded(command)
        return replace(model, preprocess=TEXT) if command.name == "zoo:reader" else model

    def record(command: Record) -> object:
        words = {it.key: it.source.text for it in link.asked(OpenImage)}
        word = words[command.key]
        if word is None:
            return recording(command.key)
        return replace(recording(command.key), picture=None, characters=TEXT.characters(word))

    monkeypatch.setitem(ANSWERS, LoadModel, load)
    monkeypatch.setitem(ANSWERS, Record, record)
    monkeypatch.setitem(ANSWERS, FindNGrams, lambda _: NGRAMS)


@pytest.fixture
def reading(qtbot: QtBot, link: FakeLink) -> MainWindow:
    """A window with the network that reads words."""
    window = assemble(link, "zoo:reader")
    qtbot.addWidget(window)
    window.show()
    settle(qtbot, window)
    return window


def asked_about(link: FakeLink, start: int) -> list[Any]:
    return [it.key for it in link.sent[start:] if isinstance(it, Record | Classify)]


def test_a_reader_opens_with_a_sample_word(reading: MainWindow, link: FakeLink) -> None:
    (opened,) = link.asked(OpenImage)
    assert (opened.source.text, opened.source.name) == ("architecture", "“architecture”")
    assert reading.word_view.isVisible() and not reading.input_view.isVisible()
    assert reading.word_view.letters.characters == "‹architecture›"
    assert reading.word_view.table.rows.model().rowCount() == len(NGRAMS)
    assert not reading.tool_bar.input_size.isEnabled()


def test_enter_opens_the_word_and_the_same_again_selects_it(
    qtbot: QtBot, reading: MainWindow, link: FakeLink
) -> None:
    line = reading.findChild(QLineEdit, "wordInput")
    for word in ("cat", "architecture"):
        reading.actions_["enterWord"].trigger()
        qtbot.keyClicks(line, word)
        qtbot.keyClick(line, Qt.Key.Key_Return)
        settle(qtbot, reading)
        assert reading.word_view.letters.characters == f"‹{word}›"
    assert [it.source.text for it in link.asked(OpenImage)] == ["architecture", "cat"]


def test_a_row_of_the_convolution_marks_what_its_filter_found(qtbot: QtBot, reading: MainWindow) -> None:
    reading.controller.stepping.go_to(1)
    settle(qtbot, reading)
    reading.feature_maps.unit_selected.emit(2, 0)
    assert reading.word_view.letters.marked == "hit"
    reading.feature_maps.unit_selected.emit(3, 0)  # a row without an n-gram
    assert reading.word_view.letters.marked == "hit"
    reading.controller.stepping.go_to(2)  # another operation has none
    reading.feature_maps.unit_selected.emit(0, 0)
    assert reading.word_view.letters.marked == "hit"


def test_choosing_an_ngram_goes_to_its_convolution(qtbot: QtBot, reading: MainWindow) -> None:
    reading.controller.stepping.go_to(4)
    settle(qtbot, reading)
    reading.word_view.table.rows.selectRow(0)
    settle(qtbot, reading)
    assert reading.controller.session.node == 1
    assert reading.word_view.letters.marked == "hit"


def test_an_image_given_to_a_reader_is_kept_and_not_asked_for(
    qtbot: QtBot, reading: MainWindow, link: FakeLink
) -> None:
    start = len(link.sent)
    reading.controller.open_files(["/a.png", "/b.png"])
    settle(qtbot, reading)
    assert reading.notices.texts() == ["zoo:reader reads words; type one in the Input pane."]
    assert len(reading.image_strip.keys()) == 3 and asked_about(link, start) == []
    reading.image_strip.image_selected.emit("image-2")
    settle(qtbot, reading)
    assert asked_about(link, start) == [] and reading.controller.session.selected == "image-1"
    assert reading.notices.texts() == ["zoo:reader reads words; type one in the Input pane."]


def test_words_and_images_wait_for_a_model_of_their_kind(
    qtbot: QtBot, window: MainWindow, link: FakeLink
) -> None:
    window.controller.open_files(["/a.png"])
    settle(qtbot, window)
    for model, page, key in (
        ("zoo:reader", window.word_view, "image-2"),
        ("zoo:toy", window.input_view, "image-1"),
        ("zoo:reader", window.word_view, "image-2"),
    ):
        start = len(link.sent)
        window.controller.models.load(model)
        settle(qtbot, window)
        assert set(asked_about(link, start)) == {key}
        assert window.controller.session.selected == key and page.isVisible()
    assert window.notices.texts() == [] and len(window.image_strip.keys()) == 2


def test_a_seer_with_nothing_but_words_begins_anew(qtbot: QtBot, reading: MainWindow, link: FakeLink) -> None:
    reading.controller.models.load("zoo:toy")
    settle(qtbot, reading)
    assert reading.welcome.isVisible() and reading.image_strip.keys() == ("image-1",)
    reading.controller.open_files(["/a.png"])
    settle(qtbot, reading)
    assert link.asked(Record)[-1].key == "image-2" and not reading.welcome.isVisible()


def test_closing_the_last_word_leaves_nothing_of_it(qtbot: QtBot, reading: MainWindow) -> None:
    reading.controller.images.close("image-1")
    settle(qtbot, reading)
    assert reading.word_view.letters.characters == ""
    assert reading.word_view.table.rows.model().rowCount() == 0


def test_n_grams_that_killed_the_engine_are_not_asked_for_again(
    qtbot: QtBot, reading: MainWindow, link: FakeLink
) -> None:
    link.die(FindNGrams(reading.controller.session.recording_number))
    qtbot.waitUntil(lambda: reading.notices.texts() == ["The engine ended while it worked."])
    link.revive()
    settle(qtbot, reading)
    assert reading.word_view.letters.characters == "‹architecture›"
    assert len(link.asked(FindNGrams)) == 1
    assert reading.word_view.table.rows.model().rowCount() == 0

    reading.controller.reading.open("cat")  # another word is another matter
    settle(qtbot, reading)
    assert len(link.asked(FindNGrams)) == 2


def test_the_empty_window_of_a_reader_asks_for_a_word(qtbot: QtBot, reading: MainWindow) -> None:
    reading.controller.images.close("image-1")
    settle(qtbot, reading)
    welcome = reading.welcome
    assert welcome.isVisible()
    buttons = {it.text(): it for it in welcome.findChildren(QPushButton) if it.isVisible()}
    assert "Type a word…" in buttons and "Open images…" not in buttons
    assert not any("rop an image" in it.text() for it in welcome.findChildren(QLabel) if it.isVisible())
    reading.activateWindow()
    buttons["Type a word…"].click()
    qtbot.waitUntil(reading.findChild(QLineEdit, "wordInput").hasFocus)

    reading.controller.models.load("zoo:toy")
    settle(qtbot, reading)
    texts = {it.text() for it in welcome.findChildren(QLabel) if it.isVisible()}
    assert "Drop an image here" in texts


def test_words_are_back_after_a_death(qtbot: QtBot, reading: MainWindow, link: FakeLink) -> None:
    link.die(None)
    qtbot.waitUntil(lambda: reading.notices.texts() == ["The engine ended while it worked."])
    link.revive()
    settle(qtbot, reading)
    assert [it.source.text for it in link.asked(OpenImage)] == ["architecture"] * 2
    assert reading.word_view.letters.characters == "‹architecture›"
    assert len(link.asked(FindNGrams)) == 2
