"""Networks that read words: what is typed, what is found in it, what is marked."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from desk_fakes import READER, TOY, FakeNotices
from panes import settle
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot
from window_fakes import ANSWERS, FakeLink, forward, loaded

from explorer.engine.messages import Classify, LoadModel, OpenImage, Record
from explorer.features.words import FEATURE
from explorer.features.words.messages import FindNGrams
from explorer.features.words.opening import with_word
from explorer.features.words.pane import WordPane, asked_about
from explorer.features.words.sample import SampleWord
from explorer.records.models import TextInput
from explorer.records.ngrams import NGram
from explorer.records.trace import TensorInfo
from explorer.window.desk import Desk
from explorer.window.scene import Scene, Seat, Unit
from explorer.window.settings import Settings
from explorer.window.stage import Stage

TEXT = TextInput("abcdefghijklmnopqrstuvwxyz", shortest=4, usual=8)
NGRAMS = (NGram(1, "stem.conv", 0, 1, "ar", 1.0), NGram(1, "stem.conv", 2, 4, "hit", 2.0))
ENTER = next(spec for spec in FEATURE.actions if spec.id == "enterWord")
PANE = next(spec for spec in FEATURE.panes if spec.id == "word")


def read(command: Record, word: str | None) -> object:
    """A forward on a word: its convolutions give 4 filters by 8 positions."""
    seen = forward(command.key, command.forward)
    if word is None:
        return seen
    nodes = [replace(it, outputs=(TensorInfo((1, 4, 8), "float32", 128),)) for it in seen.trace.nodes]
    trace = replace(seen.trace, nodes=tuple(nodes))
    return replace(seen, trace=trace, picture=None, characters=TEXT.characters(word))


@pytest.fixture(autouse=True)
def reader(link: FakeLink, monkeypatch: pytest.MonkeyPatch) -> None:
    """`zoo:reader` reads words; forwards on words have characters and no picture."""

    def load(command: LoadModel) -> object:
        model = loaded(command)
        return replace(model, preprocess=TEXT) if command.name == "zoo:reader" else model

    def record(command: Record) -> object:
        words = {it.key: it.source.text for it in link.asked(OpenImage)}
        return read(command, words[command.key])

    monkeypatch.setitem(ANSWERS, LoadModel, load)
    monkeypatch.setitem(ANSWERS, Record, record)
    monkeypatch.setitem(ANSWERS, FindNGrams, lambda _: NGRAMS)


@pytest.fixture
def words(qtbot: QtBot, link: FakeLink, notices: FakeNotices) -> Iterator[Desk]:
    """A desk with the network that reads words, the sample word recorded."""
    desk = Desk(link, notices, Settings(), Scene(seats=(Seat(wanted=READER),)))
    followers = [SampleWord(desk), Stage(desk)]
    qtbot.waitUntil(lambda: desk.scene.forward is not None and desk.is_idle)
    yield desk
    desk.close(0.0)
    del followers


@pytest.fixture
def pane(qtbot: QtBot, words: Desk) -> WordPane:
    pane = WordPane(words)
    qtbot.addWidget(pane.widget)
    pane.widget.show()
    words.seat(pane, lambda: True)
    qtbot.waitUntil(lambda: pane.widget.table.rows.model().rowCount() == len(NGRAMS))
    return pane


def asked_keys(link: FakeLink, start: int) -> set[Any]:
    return {it.key for it in link.sent[start:] if isinstance(it, Record | Classify)}


def test_a_reader_opens_with_a_sample_word(words: Desk, link: FakeLink) -> None:
    (opened,) = link.asked(OpenImage)
    assert (opened.source.text, opened.source.name) == ("architecture", "“architecture”")
    assert words.scene.forward.characters == "‹architecture›"


def test_the_word_and_its_ngrams_are_shown(pane: WordPane, words: Desk) -> None:
    assert pane.wants(words.scene).command == FindNGrams(words.scene.forward.number)
    assert pane.widget.letters.characters == "‹architecture›"


def test_a_forward_on_an_image_wishes_nothing(pane: WordPane, words: Desk) -> None:
    seen = forward("photo")
    assert pane.wants(words.scene.with_seat(forward=seen)) is None
    assert pane.wants(words.scene.with_seat(forward=None)) is None


def test_enter_opens_the_word_and_the_same_again_selects_it(
    qtbot: QtBot, pane: WordPane, words: Desk, link: FakeLink
) -> None:
    line = pane.widget.findChild(QLineEdit, "wordInput")
    for word in ("cat", "architecture"):
        line.clear()
        qtbot.keyClicks(line, word)
        qtbot.keyClick(line, Qt.Key.Key_Return)
        settle(qtbot, words)
        assert pane.widget.letters.characters == f"‹{word}›"
    assert [it.source.text for it in link.asked(OpenImage)] == ["architecture", "cat"]


def test_the_action_brings_the_line_in_sight(qtbot: QtBot, pane: WordPane, words: Desk) -> None:
    words.set(folded=(True, True), page="history")
    pane.widget.activateWindow()
    ENTER.run(words)
    words.settle()
    assert words.scene.folded == (True, False) and words.scene.page == "explore"
    line = pane.widget.findChild(QLineEdit, "wordInput")
    qtbot.waitUntil(lambda: pane.widget.focusWidget() is line)


def test_pane_and_action_are_for_readers_only(words: Desk) -> None:
    assert ENTER.enabled(words.scene) and not PANE.misfit(words.scene)
    seer = words.scene.with_seat(model=loaded(TOY))
    assert not ENTER.enabled(seer) and PANE.misfit(seer)


def test_a_unit_of_the_convolution_marks_what_its_filter_found(
    qtbot: QtBot, pane: WordPane, words: Desk
) -> None:
    words.set(node=1, chosen_channel=2, place=Unit(0.5, 0.0))
    words.settle()
    assert pane.widget.letters.marked == "hit"
    for changes in ({"chosen_channel": 3}, {"node": 2, "chosen_channel": 0}):
        words.set(**changes)  # a filter without an n-gram, another operation
        words.settle()
        assert pane.widget.letters.marked == "hit"


def test_a_filter_that_gives_a_map_is_its_channel(words: Desk) -> None:
    seen = forward("word")
    as_maps = replace(words.scene.with_seat(forward=seen), node=1, chosen_channel=2, place=Unit(0.1, 0.1))
    assert asked_about(as_maps, NGRAMS) is NGRAMS[1]
    assert asked_about(replace(as_maps, place=None), NGRAMS) is None
    assert asked_about(replace(as_maps, node=5), NGRAMS) is None


def test_choosing_an_ngram_goes_to_its_convolution(qtbot: QtBot, pane: WordPane, words: Desk) -> None:
    words.set(node=4, layer="body.add", place=Unit.of((0, 0), (4, 8)))
    words.settle()
    pane.widget.table.rows.selectRow(0)
    settle(qtbot, words)
    scene = words.scene
    assert (scene.node, scene.layer, scene.channel, scene.place) == (1, "stem.conv", 2, None)
    assert pane.widget.letters.marked == "hit"


def test_another_word_has_nothing_marked(qtbot: QtBot, pane: WordPane, words: Desk) -> None:
    words.set(node=1, chosen_channel=2, place=Unit(0.5, 0.0))
    words.settle()
    words.set(place=None)
    pane.widget.word_entered.emit("cat")
    settle(qtbot, words)
    assert pane.widget.letters.characters == "‹cat›" and pane.widget.letters.marked == ""


def test_words_and_images_wait_for_a_model_of_their_kind(qtbot: QtBot, words: Desk, link: FakeLink) -> None:
    words.put(with_word(words.scene, "cat"))
    word = words.scene.image
    words.put(words.scene.with_inputs(*[replace(words.scene.images[0].source, text=None, path="/a.png")]))
    settle(qtbot, words)
    photo = words.scene.images[2].key
    assert words.scene.image == word and photo not in asked_keys(link, 0)
    for model, key in ((TOY, photo), (READER, word), (TOY, photo)):
        start = len(link.sent)
        words.put(words.scene.with_seat(wanted=model))
        settle(qtbot, words)
        assert asked_keys(link, start) == {key} and words.scene.image == key
    assert [it.key for it in words.scene.images] == [word, photo]  # the sample went, and came not again


def test_the_sample_goes_with_the_network_that_reads_and_comes_again(qtbot: QtBot, words: Desk) -> None:
    words.put(words.scene.with_seat(wanted=TOY))
    settle(qtbot, words)
    assert words.scene.images == () and words.scene.image is None
    words.put(words.scene.with_seat(wanted=READER))
    settle(qtbot, words)
    assert words.scene.forward.characters == "‹architecture›"


def test_a_seer_with_nothing_but_words_shows_nothing(qtbot: QtBot, words: Desk) -> None:
    words.put(with_word(words.scene, "cat"))
    words.put(words.scene.with_seat(wanted=TOY))
    settle(qtbot, words)
    assert words.scene.image is None and words.scene.forward is None and len(words.scene.images) == 1


def test_closing_the_last_word_leaves_nothing_of_it(qtbot: QtBot, pane: WordPane, words: Desk) -> None:
    words.put(replace(words.scene.with_seat(forward=None), images=(), image=None, node=None))
    settle(qtbot, words)
    assert words.scene.images == ()  # the sample does not come back
    assert pane.widget.letters.characters == "" and pane.widget.table.rows.model().rowCount() == 0


def test_ngrams_that_ended_the_engine_are_not_asked_for_again(
    qtbot: QtBot, pane: WordPane, words: Desk, link: FakeLink
) -> None:
    link.die(FindNGrams(words.scene.forward.number))
    qtbot.waitUntil(lambda: words.scene.forward is None)
    link.revive()
    qtbot.waitUntil(lambda: words.scene.forward is not None)
    settle(qtbot, words)
    assert pane.widget.letters.characters == "‹architecture›"
    assert len(link.asked(FindNGrams)) == 1 and pane.widget.table.rows.model().rowCount() == 0
    pane.widget.word_entered.emit("cat")  # another word is another matter
    settle(qtbot, words)
    assert len(link.asked(FindNGrams)) == 2


def test_words_are_back_after_a_death(qtbot: QtBot, pane: WordPane, words: Desk, link: FakeLink) -> None:
    link.die(None)
    qtbot.waitUntil(lambda: words.scene.forward is None)
    link.revive()
    qtbot.waitUntil(lambda: words.scene.forward is not None)
    settle(qtbot, words)
    assert [it.source.text for it in link.asked(OpenImage)] == ["architecture"] * 2
    assert pane.widget.letters.characters == "‹architecture›" and len(link.asked(FindNGrams)) == 2
