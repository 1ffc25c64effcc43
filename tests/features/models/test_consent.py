"""A person's own file runs only after consent, which is kept until its content changes, whoever asked for it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from desk_fakes import TOY, FakeNotices
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.engine.messages import LoadModel
from explorer.features.models import kept_inputs
from explorer.features.models.watching import ABOUT as CHANGED
from explorer.records.models import ToldInputs
from explorer.window import loading
from explorer.window.desk import Desk
from explorer.window.settings import Settings, content_hash
from explorer.window.spec import Level

Settle = Callable[[], None]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "net.py"
    file.write_text("import torch\ndef tiny(): ...\nclass Net: ...\ndef _hidden(): ...\n")
    return file


def test_a_file_is_loaded_only_after_consent(
    staged: Desk, settle: Settle, link: FakeLink, notices: FakeNotices, file: Path
) -> None:
    name = f"{file}:tiny"
    loading.load(staged, name)
    settle()
    assert link.asked(LoadModel) == [] and str(file) in notices.texts()[0]
    assert "--trust" not in notices.texts()[0]
    assert staged.scene.seat.is_live and staged.scene.seat.wanted == TOY, "what was there stays"
    notices.press("Run this file")
    settle()
    agreed = content_hash(file)
    assert link.asked(LoadModel) == [LoadModel(name, seed=0, trusted=agreed)]
    assert staged.scene.seat.is_live and Settings().is_trusted(agreed)


def test_consent_is_kept_until_the_content_changes(
    staged: Desk, settle: Settle, link: FakeLink, notices: FakeNotices, file: Path
) -> None:
    staged.settings.trust(content_hash(file))
    loading.load(staged, f"{file}:tiny")
    settle()
    assert len(link.asked(LoadModel)) == 1 and notices.texts() == []
    loading.load(staged, f"{file}:Net")
    settle()
    assert link.asked(LoadModel)[-1].name == f"{file}:Net"
    file.write_text("import os")
    loading.reload(staged)
    settle()
    assert len(link.asked(LoadModel)) == 2 and "Run it only if you trust" in notices.texts()[0]
    assert staged.scene.seat.loaded.name == f"{file}:Net"


def test_a_wish_that_did_not_come_through_loading_is_asked_about_too(
    staged: Desk, settle: Settle, link: FakeLink, notices: FakeNotices, file: Path
) -> None:
    staged.put(staged.scene.with_seat(wanted=LoadModel(f"{file}:tiny", seed=0)))
    settle()
    assert link.asked(LoadModel) == [] and len(notices.texts()) == 1


@pytest.mark.parametrize("trusted", [True, "agreed"])
def test_what_was_said_of_its_inputs_holds_however_it_comes_back(
    staged: Desk, settle: Settle, link: FakeLink, file: Path, trusted: bool | str
) -> None:
    staged.settings.trust(content_hash(file))
    kept_inputs.keep(staged.settings, f"{file}:tiny", "1×13", takes_image=False)
    agreed = True if trusted is True else content_hash(file)
    staged.put(staged.scene.with_seat(wanted=LoadModel(f"{file}:tiny", seed=0, trusted=agreed)))
    settle()
    assert [it.told for it in link.asked(LoadModel)] == [ToldInputs((("", (1, 13)),))]
    assert staged.scene.seat.is_live


def test_what_was_agreed_to_at_the_terminal_is_not_asked_again(
    staged: Desk, settle: Settle, link: FakeLink, notices: FakeNotices, file: Path
) -> None:
    agreed = LoadModel(f"{file}:tiny", seed=0, trusted=True)
    staged.put(staged.scene.with_seat(wanted=agreed))
    settle()
    loading.reload(staged)
    settle()
    assert link.asked(LoadModel) == [agreed, agreed] and notices.texts() == []


def test_on_another_device_the_engine_is_told_what_was_agreed_to(
    staged: Desk, settle: Settle, link: FakeLink, file: Path
) -> None:
    staged.settings.trust(content_hash(file))
    loading.load(staged, f"{file}:tiny")
    settle()
    loading.move(staged, "cuda:0")
    settle()
    assert link.asked(LoadModel)[-1].trusted == content_hash(file)


def test_a_file_that_is_gone_is_said_in_one_line(
    staged: Desk, settle: Settle, link: FakeLink, notices: FakeNotices, tmp_path: Path
) -> None:
    loading.load(staged, f"{tmp_path / 'gone.py'}:net")
    settle()
    assert link.asked(LoadModel) == []
    assert "gone.py cannot be read: No such file or directory" in notices.texts()[0]


def test_the_callable_is_asked_for_and_enter_loads_the_one_that_is_chosen(
    qtbot: QtBot, staged: Desk, settle: Settle, link: FakeLink, notices: FakeNotices, file: Path
) -> None:
    loading.load_file(staged, str(file))
    settle()
    (question,) = notices.texts()
    box = notices.fields[question]
    assert isinstance(box, QComboBox)
    assert [box.itemText(row) for row in range(box.count())] == ["tiny", "Net"]
    assert box.currentText() == "tiny"
    box.setCurrentText("Net")
    qtbot.keyClick(box.lineEdit(), Qt.Key.Key_Return)
    settle()
    assert question not in notices.texts()
    notices.press("Run this file")
    settle()
    assert link.asked(LoadModel)[-1].name == f"{file}:Net"


def test_where_there_is_only_one_callable_nobody_is_asked_which(
    staged: Desk, settle: Settle, link: FakeLink, notices: FakeNotices, file: Path
) -> None:
    file.write_text("class Only: ...\n")
    loading.load_file(staged, str(file))
    settle()
    notices.press("Run this file")
    settle()
    assert link.asked(LoadModel)[-1].name == f"{file}:Only"


def test_a_file_that_has_changed_when_the_engine_is_back_is_asked_about_again(
    staged: Desk, settle: Settle, link: FakeLink, notices: FakeNotices, file: Path
) -> None:
    staged.settings.trust(content_hash(file))
    loading.load(staged, f"{file}:tiny")
    settle()
    link.die(None)
    file.write_text("import os")
    link.revive()
    settle()
    assert len(link.asked(LoadModel)) == 1 and staged.scene.seat.wanted is None
    notices.press("Run this file")
    settle()
    assert link.asked(LoadModel)[-1].trusted == content_hash(file)


def test_a_file_that_builds_nothing_is_told_at_once_and_nobody_is_asked_for_a_name(
    staged: Desk, settle: Settle, notices: FakeNotices, file: Path
) -> None:
    file.write_text("def build(:\n")
    loading.load_file(staged, str(file))
    settle()
    (text,) = notices.texts()
    assert "syntax error in line 1 of net.py" in text and notices.fields[text] is None


def test_without_a_name_the_question_stays_and_says_so(
    staged: Desk, settle: Settle, link: FakeLink, notices: FakeNotices, file: Path
) -> None:
    loading.load_file(staged, str(file))
    settle()
    notices.fields[notices.texts()[0]].setCurrentText(" ")
    notices.press("Load")
    settle()
    (text,) = notices.texts()
    assert text.startswith("No name was given") and link.asked(LoadModel) == []


def test_the_question_stands_alone_and_names_its_key(
    staged: Desk, settle: Settle, notices: FakeNotices, file: Path
) -> None:
    staged.tell(Level.INFO, "net.py has changed", about=CHANGED)
    loading.load(staged, f"{file}:tiny")
    settle()
    ((_, text, action, _),) = notices.told
    assert action is not None and text.endswith("Alt+Enter runs it.")


def test_a_file_for_the_second_seat_is_asked_about_as_well(
    staged: Desk, settle: Settle, notices: FakeNotices, file: Path
) -> None:
    wanted = LoadModel(f"{file}:tiny", seed=0, seat=1)
    loading.want_beside(staged, wanted)
    settle()
    assert staged.scene.seats[1].wanted is None and str(file) in notices.texts()[0]
    notices.press("Run this file")
    assert staged.scene.seats[1].wanted == replace(wanted, trusted=content_hash(file))
    assert staged.scene.seat.wanted == TOY


def test_a_second_seat_that_was_closed_meanwhile_gets_nothing(
    staged: Desk, settle: Settle, notices: FakeNotices, file: Path
) -> None:
    loading.want_beside(staged, LoadModel(f"{file}:tiny", seed=0))
    settle()
    loading.close_beside(staged)
    notices.press("Run this file")
    settle()
    assert len(staged.scene.seats) == 1 and staged.scene.seat.wanted == TOY


def test_each_seat_has_its_own_question(
    staged: Desk, settle: Settle, link: FakeLink, notices: FakeNotices, file: Path
) -> None:
    # As at a start at which two files come back of which neither is as it was agreed to.
    loading.load(staged, f"{file}:tiny")
    loading.want_beside(staged, LoadModel(f"{file}:Net", seed=0))
    settle()
    assert len(notices.texts()) == 2 and link.asked(LoadModel) == []


def test_what_was_said_of_a_bad_file_goes_when_another_network_is_wanted(
    qtbot: QtBot, staged: Desk, settle: Settle, link: FakeLink, notices: FakeNotices, file: Path
) -> None:
    file.write_text("def net(:")
    loading.load(staged, f"{file}:")
    settle()
    assert len(notices.texts()) == 1
    link.manual.add(LoadModel)
    loading.load(staged, "zoo:other")
    qtbot.waitUntil(lambda: notices.texts() == [])
