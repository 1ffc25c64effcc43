"""What is shown, taken along: offered by the pane in front, saved whole or not at all, copied, and said."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from desk_fakes import FakeNotices, scene
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QLabel, QListWidget, QTableWidget, QTableWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from explorer.features.export import FEATURE
from explorer.features.export.follower import Follower
from explorer.features.live.messages import LookLive
from explorer.records.edits import Edit
from explorer.records.images import ImageSource
from explorer.window.desk import Desk
from explorer.window.frame import MainWindow
from explorer.window.live import Live
from explorer.window.scene import Scene
from explorer.window.spec import Export
from explorer.window.theme import current
from explorer.window.widgets.canvas import ImageCanvas
from explorer.window.widgets.parts import column
from explorer.window.widgets.picture_exports import content_of, figure_of
from explorer.window.widgets.tables import table_of

SAVE, COPY = FEATURE.actions


@pytest.fixture
def offering(desk: Desk) -> list[str]:
    """A pane in front that offers a table; what was copied."""
    copied: list[str] = []
    export = Export("table", (".csv", ".tsv"), lambda kind: kind.encode(), lambda: copied.append("table"))
    desk.front = lambda: SimpleNamespace(exports=lambda: (export,))
    return copied


def choose(monkeypatch: pytest.MonkeyPatch, path: Path | str) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))


# ---- actions ----


def test_it_can_be_done_exactly_while_the_pane_in_front_offers_something(
    desk: Desk, offering: list[str]
) -> None:
    follower = Follower(desk)
    desk.settle()
    assert SAVE.enabled(desk.scene) and COPY.enabled(desk.scene)
    for nothing in (None, SimpleNamespace(), SimpleNamespace(exports=tuple)):
        desk.front = lambda nothing=nothing: nothing
        desk.settle()
        assert not SAVE.enabled(desk.scene) and not COPY.enabled(desk.scene)
    assert follower is not None


def test_it_is_saved_as_the_ending_says_and_told(
    desk: Desk,
    offering: list[str],
    notices: FakeNotices,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    choose(monkeypatch, tmp_path / "mine.tsv")
    SAVE.run(desk)
    assert (tmp_path / "mine.tsv").read_bytes() == b".tsv"
    choose(monkeypatch, tmp_path / "mine")
    SAVE.run(desk)
    assert (tmp_path / "mine.csv").read_bytes() == b".csv"
    assert notices.texts() == ["Saved mine.csv"]


def test_who_chooses_no_file_saves_nothing(
    desk: Desk, offering: list[str], notices: FakeNotices, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(monkeypatch, "")
    SAVE.run(desk)
    assert notices.texts() == []


def test_a_file_that_cannot_be_written_is_told_with_a_way_out(
    desk: Desk,
    offering: list[str],
    notices: FakeNotices,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    choose(monkeypatch, tmp_path / "absent" / "mine.csv")
    SAVE.run(desk)
    (text,) = notices.texts()
    assert text.startswith("mine.csv was not saved: ") and "Choose another place" in text


def test_it_is_copied_and_told(desk: Desk, offering: list[str], notices: FakeNotices) -> None:
    COPY.run(desk)
    assert offering == ["table"] and notices.texts() == ["Copied what is shown"]


# ---- figures ----


@pytest.fixture
def label(qtbot: QtBot) -> QLabel:
    made = QLabel()
    made.setStyleSheet("background: #12ab34")
    qtbot.addWidget(made)
    made.resize(200, 100)
    made.show()
    return made


@pytest.mark.parametrize(("kind", "start"), [(".png", b"\x89PNG"), (".pdf", b"%PDF"), (".svg", b"<?xml")])
def test_each_kind_is_what_it_says(label: QLabel, kind: str, start: bytes) -> None:
    assert content_of(label, "zoo:toy, stem", kind).startswith(start)


def test_a_figure_shows_the_screen_under_its_title(label: QLabel) -> None:
    image = QImage.fromData(content_of(label, "zoo:toy, stem", ".png"))
    assert (image.width(), image.height()) == (2 * (200 + 32), 2 * (100 + 24 + 32))
    assert image.pixelColor(2 * 116, 2 * 90) == QColor("#12ab34")
    assert image.pixelColor(2, 2) == QColor(current().window)
    head = image.copy(0, 0, image.width(), 2 * 40)
    assert any(head.pixelColor(x, y) != QColor(current().window) for x in range(464) for y in range(32, 70))


def test_the_page_is_no_larger_than_what_is_on_it(label: QLabel) -> None:
    pdf = content_of(label, "title", ".pdf")
    box = pdf.split(b"/MediaBox [")[1].split(b"]")[0].split()
    assert [float(number) for number in box] == pytest.approx([0, 0, 232 * 0.75, 156 * 0.75], abs=1)


@pytest.mark.parametrize(("pretrained", "word"), [(True, "pretrained"), (False, "random weights")])
def test_a_figure_says_whose_weights_it_shows(label: QLabel, pretrained: bool, word: str) -> None:
    (export,) = figure_of(scene(pretrained), label, "maps")
    assert f"<title>zoo:toy, stem.conv, {word}, photo.png</title>" in export.content(".svg").decode()
    assert figure_of(scene(node=None), label, "maps") == ()


def test_a_figure_names_the_input_that_its_values_are_of(label: QLabel) -> None:
    def title(now: Scene, of_input: bool = True) -> str:
        (export,) = figure_of(now, label, "maps", of_input=of_input)
        return export.content(".svg").decode().partition("<title>")[2].partition("</title>")[0]

    blurred = Edit(blur=3.7)
    changed = scene().with_choice(Live(True, blurred, asked=blurred, asks=lambda _: LookLive(1, blurred, 1)))
    assert title(changed).endswith("pretrained, photo.png (changed)")
    assert title(changed.with_choice(replace(changed.choice(Live), peeks=True))).endswith(", photo.png")
    other = scene().with_inputs(ImageSource("other.png", path="/other.png"))
    assert other.selected.source.name == "other.png" and other.forward is not None
    assert title(other).endswith(", photo.png"), "the values of the other are not there yet"
    assert title(scene(), of_input=False).endswith("stem.conv, pretrained"), "such as kernels"
    assert title(replace(scene(), images=(), image=None)).endswith("stem.conv, pretrained")


def test_a_copied_figure_is_on_the_clipboard(label: QLabel) -> None:
    (export,) = figure_of(scene(), label, "maps")
    export.copy()
    assert QGuiApplication.clipboard().image().width() == 464


def test_controls_are_not_on_a_figure_and_empty_room_below_is_cut(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(200, 400)
    shown, control = QLabel("shown", page), QLabel(page)
    shown.setGeometry(0, 0, 200, 80)
    control.setGeometry(0, 0, 50, 50)
    control.setStyleSheet("background: #12ab34")
    page.show()
    (export,) = figure_of(scene(), page, "maps", (control,))
    image = QImage.fromData(export.content(".png"))
    assert image.height() == 2 * (80 + 24 + 32)
    assert image.pixelColor(2 * 30, 2 * 60) != QColor("#12ab34") and control.isVisible()


def test_no_room_of_controls_is_left_on_a_figure_and_the_window_is_as_before(qtbot: QtBot) -> None:
    page, listed, inner = QWidget(), QListWidget(), QWidget()
    qtbot.addWidget(page)
    listed.addItems([str(at) for at in range(50)])
    canvas, controls, top = ImageCanvas(), QLabel("a control"), QLabel("another one")
    canvas.set_picture(np.full((40, 40, 3), 200, np.uint8))
    column(inner, controls, canvas, listed).setStretch(1, 1)
    column(page, top, inner).setStretch(1, 1)
    for part in (controls, top):
        part.setFixedHeight(60)
    page.resize(300, 500)
    page.show()
    canvas.zoom(1.05)
    listed.scrollToBottom()
    parts = (canvas, controls, inner, listed, top)
    looked_at, places = canvas.rect_of((0, 0, 40, 40)), [it.geometry() for it in parts]
    scrolled = listed.verticalScrollBar().value()
    (export,) = figure_of(scene(), page, "likes", (controls, top))
    image = QImage.fromData(export.content(".png"))
    ground, first = QColor(current().window), 2 * (24 + 16)  # below the margin and the title
    drawn = [
        y
        for y in range(first, image.height())
        if any(image.pixelColor(x, y) != ground for x in range(0, image.width(), 3))
    ]
    assert drawn[0] - first < 2 * 12
    QCoreApplication.processEvents()
    assert [it.geometry() for it in parts] == places
    assert canvas.rect_of((0, 0, 40, 40)) == looked_at and canvas.is_part
    assert listed.verticalScrollBar().value() == scrolled


# ---- tables ----


def test_a_table_is_saved_and_copied_with_its_headings(qtbot: QtBot) -> None:
    view = QTableWidget(0, 2)
    qtbot.addWidget(view)
    view.setHorizontalHeaderLabels(["layer", "bytes"])
    view.insertRow(0)
    view.setItem(0, 0, QTableWidgetItem("stem"))
    view.setItem(0, 1, QTableWidgetItem("12"))
    export = table_of(view, "toy-cost")
    assert (export.name, export.content(".csv")) == ("toy-cost", b"layer,bytes\nstem,12\n")
    export.copy()
    assert QGuiApplication.clipboard().text().splitlines() == ["layer\tbytes", "stem\t12"]


# ---- in the window ----


def test_the_lens_in_front_is_found(qtbot: QtBot, window: MainWindow) -> None:
    desk = window.desk
    assert not window.actions_["saveShown"].isEnabled()
    desk.put(scene())
    qtbot.waitUntil(lambda: window.actions_["saveShown"].isEnabled())
    assert [it.name for it in desk.exports()] == ["toy-stem.conv-maps"]
    desk.set(lens="kernels")
    qtbot.waitUntil(lambda: [it.name for it in desk.exports()] == ["toy-stem.conv-kernels"])
    desk.set(lens="cost")
    qtbot.waitUntil(lambda: [it.kinds[0] for it in desk.exports()] == [".csv"])
    desk.set(page="labs")  # nothing has been compared yet
    qtbot.waitUntil(lambda: desk.exports() == () and not window.actions_["saveShown"].isEnabled())
    assert window.actions_["saveShown"].shortcut().toString() == "Ctrl+S"
