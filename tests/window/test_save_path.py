"""Where a file is saved: a known suffix, and nothing replaced unasked."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from explorer.window.save_path import ask_where_to_save, file_name
from explorer.window.settings import Settings

SUFFIXES = (".npz", ".npy")


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def ask(parent: QWidget, monkeypatch: pytest.MonkeyPatch, answers: list[str]) -> tuple[str, list[str]]:
    proposed: list[str] = []

    def dialog(_parent: QWidget, _title: str, name: str, _filters: str) -> tuple[str, str]:
        proposed.append(name)
        return answers.pop(0), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", dialog)
    return ask_where_to_save(parent, Settings(), "Save", "a.npz", "Arrays (*.npz)", SUFFIXES), proposed


@pytest.mark.parametrize(
    ("answer", "path"),
    [("/x/b.npz", "/x/b.npz"), ("/x/b.NPY", "/x/b.NPY"), ("/x/layer.1", "/x/layer.1.npz"), ("", "")],
)
def test_a_missing_suffix_is_added(
    parent: QWidget, monkeypatch: pytest.MonkeyPatch, answer: str, path: str
) -> None:
    assert ask(parent, monkeypatch, [answer]) == (path, ["a.npz"])


def test_a_name_that_the_suffix_makes_one_of_a_file_is_asked_for_again(
    parent: QWidget, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "old.npz").touch()
    old, new = str(tmp_path / "old"), str(tmp_path / "new.npz")
    assert ask(parent, monkeypatch, [old, new]) == (new, ["a.npz", f"{old}.npz"])


def test_the_folder_of_the_last_time_is_offered_again(
    parent: QWidget, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ask(parent, monkeypatch, [str(tmp_path / "one.npz")])
    assert ask(parent, monkeypatch, [""]) == ("", [str(tmp_path / "a.npz")])


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("/tmp/nets/mynet.py:build", "features.0", "details"), "mynet-features.0-details"),
        (("zoo:toy", "answer"), "toy-answer"),
        (("toy", "body/conv"), "toy-body-conv"),
    ],
)
def test_a_name_is_short(parts: tuple[str, ...], name: str) -> None:
    assert file_name(*parts) == name
