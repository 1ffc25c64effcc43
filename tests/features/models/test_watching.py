"""When a file of the loaded model has changed, the person is offered to load it again."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from desk_fakes import FakeNotices
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.engine.messages import LoadModel
from explorer.features.models import watching
from explorer.window import loading
from explorer.window.desk import Desk
from explorer.window.further import FurtherSeats
from explorer.window.scene import Seat
from explorer.window.settings import content_hash

Settle = Callable[[], None]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_CALM_MS", 10)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "net.py"
    file.write_text("class Net: ...\n")
    return file


@pytest.fixture
def loaded(staged: Desk, settle: Settle, file: Path) -> Desk:
    """A desk with the file's network loaded."""
    staged.settings.trust(content_hash(file))
    loading.load(staged, f"{file}:Net")
    settle()
    return staged


def replaced(file: Path, text: str) -> None:
    """Write as editors do: into another file, which then takes the place of the first."""
    new = file.with_suffix(".new")
    new.write_text(text)
    new.replace(file)


def test_a_changed_file_is_run_again_by_the_button_which_is_the_consent(
    qtbot: QtBot, loaded: Desk, settle: Settle, link: FakeLink, notices: FakeNotices, file: Path
) -> None:
    replaced(file, "class Net: depth = 3\n")
    qtbot.waitUntil(lambda: len(notices.texts()) == 1)
    assert "net.py has changed" in notices.texts()[0] and "all your rights" in notices.texts()[0]
    assert len(link.asked(LoadModel)) == 1
    notices.press("Run and reload")
    settle()
    assert link.asked(LoadModel)[-1].trusted == content_hash(file)
    assert loaded.scene.seat.is_live


def test_each_time_the_file_is_replaced_it_is_noticed(
    qtbot: QtBot, loaded: Desk, settle: Settle, notices: FakeNotices, file: Path
) -> None:
    for depth in (3, 4):
        replaced(file, f"class Net: depth = {depth}\n")
        qtbot.waitUntil(lambda: len(notices.texts()) == 1)
        notices.press("Run and reload")
        settle()
    assert loaded.scene.seat.loaded.trusted == content_hash(file)


def test_a_file_that_is_gone_for_a_while_is_noticed_when_it_is_back(
    qtbot: QtBot, loaded: Desk, notices: FakeNotices, file: Path
) -> None:
    file.unlink()
    qtbot.wait(60)
    assert notices.texts() == []
    file.write_text("class Net: depth = 5\n")
    qtbot.waitUntil(lambda: len(notices.texts()) == 1)


def test_content_that_was_agreed_to_before_is_reloaded_without_a_word_of_rights(
    qtbot: QtBot, loaded: Desk, settle: Settle, link: FakeLink, notices: FakeNotices, file: Path
) -> None:
    other = file.with_name("other.py")
    other.write_text("class Net: depth = 7\n")
    loaded.settings.trust(content_hash(other))
    replaced(file, other.read_text())
    qtbot.waitUntil(lambda: notices.texts() == ["net.py has changed since it was loaded."])
    notices.press("Reload")
    settle()
    assert link.asked(LoadModel)[-1].trusted == content_hash(other)


def test_what_is_taken_back_needs_no_word(
    qtbot: QtBot, loaded: Desk, notices: FakeNotices, file: Path
) -> None:
    before = file.read_text()
    replaced(file, "class Net: depth = 3\n")
    qtbot.waitUntil(lambda: len(notices.texts()) == 1)
    replaced(file, before)
    qtbot.waitUntil(lambda: notices.texts() == [])


def test_changed_weights_are_loaded_again(
    qtbot: QtBot, staged: Desk, settle: Settle, link: FakeLink, notices: FakeNotices, tmp_path: Path
) -> None:
    weights = tmp_path / "mine.pth"
    weights.write_bytes(b"1")
    os.utime(weights, (1, 1))
    loading.load_weights(staged, str(weights))
    settle()
    weights.write_bytes(b"2")
    qtbot.waitUntil(lambda: notices.texts() == ["mine.pth has changed since it was loaded."])
    notices.press("Reload")
    settle()
    asked = link.asked(LoadModel)
    assert len(asked) == 2 and asked[0] == asked[1] and asked[0].weights == str(weights)


def test_another_model_is_not_told_of_the_file_of_the_last(
    qtbot: QtBot, loaded: Desk, settle: Settle, notices: FakeNotices, file: Path
) -> None:
    loading.load(loaded, "zoo:other")
    settle()
    replaced(file, "class Net: depth = 3\n")
    qtbot.wait(60)
    assert notices.texts() == []


def test_what_was_told_of_a_file_goes_with_its_model(
    qtbot: QtBot, loaded: Desk, settle: Settle, notices: FakeNotices, file: Path
) -> None:
    replaced(file, "class Net: depth = 3\n")
    qtbot.waitUntil(lambda: len(notices.texts()) == 1)
    loading.load(loaded, "zoo:other")
    settle()
    assert notices.texts() == []


def test_a_file_of_the_network_beside_is_watched_as_well(
    qtbot: QtBot, loaded: Desk, settle: Settle, link: FakeLink, notices: FakeNotices, tmp_path: Path
) -> None:
    other = tmp_path / "other.py"
    other.write_text("class Net: ...\n")
    loaded.settings.trust(content_hash(other))
    further = FurtherSeats(loaded)
    loading.want_beside(loaded, LoadModel(f"{other}:Net", seed=0))
    settle()
    qtbot.waitUntil(lambda: loaded.scene.seats[1].is_live)
    before = loaded.scene.seat.loaded
    replaced(other, "class Net: depth = 3\n")
    qtbot.waitUntil(lambda: len(notices.texts()) == 1)
    assert "other.py has changed since it was loaded as network B" in notices.texts()[0]
    notices.press("Run and reload")
    settle()
    qtbot.waitUntil(lambda: loaded.scene.seats[1].is_live)
    asked = link.asked(LoadModel)[-1]
    assert (asked.seat, asked.trusted) == (1, content_hash(other))
    assert loaded.scene.seat.loaded is before and further is not None


def test_beside_a_seat_that_is_still_empty_no_letter_is_said(
    qtbot: QtBot, staged: Desk, settle: Settle, notices: FakeNotices, tmp_path: Path
) -> None:
    weights = tmp_path / "weights.pt"
    weights.write_bytes(b"1")
    loading.load(staged, "zoo:toy", str(weights))
    settle()
    staged.put(replace(staged.scene, seats=(*staged.scene.seats, Seat())))
    settle()
    weights.write_bytes(b"2")
    qtbot.waitUntil(lambda: notices.texts() == ["weights.pt has changed since it was loaded."])


def test_what_has_changed_is_told_of_the_seat_that_its_network_has_after_a_swap(
    qtbot: QtBot, staged: Desk, settle: Settle, notices: FakeNotices, tmp_path: Path
) -> None:
    weights = tmp_path / "weights.pt"
    weights.write_bytes(b"1")
    further = FurtherSeats(staged)
    loading.load(staged, "zoo:toy", str(weights))
    loading.want_beside(staged, LoadModel("zoo:other", seed=0))
    settle()
    qtbot.waitUntil(lambda: all(seat.is_live for seat in staged.scene.seats))
    weights.write_bytes(b"2")
    qtbot.waitUntil(lambda: len(notices.texts()) == 1)
    assert "loaded as network A of Compare" in notices.texts()[0]
    loading.swap(staged, None)
    settle()
    qtbot.waitUntil(lambda: staged.scene.seats[1].loaded.weights == str(weights))
    qtbot.waitUntil(lambda: len(notices.texts()) == 1 and "loaded as network B" in notices.texts()[0])
    assert further is not None
