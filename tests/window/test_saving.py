"""Rows of a view in a file."""

from pathlib import Path

import pytest
from desk_fakes import FakeNotices
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFileDialog, QTableView
from pytestqt.qtbot import QtBot

from explorer.window.desk import Desk
from explorer.window.saving import add_save


@pytest.fixture
def view(qtbot: QtBot, desk: Desk) -> QTableView:
    view = QTableView()
    qtbot.addWidget(view)
    model = QStandardItemModel(0, 2, view)
    model.setHorizontalHeaderLabels(["Class", "Probability"])
    model.appendRow([QStandardItem("cat, tabby"), QStandardItem("0.5")])
    view.setModel(model)
    add_save(desk, view, "answer")
    return view


def test_rows_are_saved_with_their_headings(
    view: QTableView, notices: FakeNotices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = []

    def choose(parent: object, title: str, name: str, kinds: str) -> tuple[str, str]:
        offered.append(name)
        return str(tmp_path / "it.csv"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    view.actions()[0].trigger()
    assert offered == ["toy-answer.csv"] and notices.texts() == ["Saved it.csv"]
    assert (tmp_path / "it.csv").read_text() == 'Class,Probability\n"cat, tabby",0.5\n'


def test_a_file_that_cannot_be_written_is_said(
    view: QTableView, notices: FakeNotices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "gone" / "it.csv"), ""))
    view.actions()[0].trigger()
    assert "it.csv was not saved" in notices.texts()[0]
