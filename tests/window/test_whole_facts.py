"""At the size the window opens at on a screen of 1440×900 every line of facts is whole, in all lenses."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

import explorer
from explorer.features import features
from explorer.features.ablation.choice import what_if
from explorer.features.ablation.messages import How, Off, Part
from explorer.features.attention.choice import AttentionChoice, Sight
from explorer.paths import resources
from explorer.window.frame import MainWindow
from explorer.window.spec import Place
from explorer.window.widgets.elided import SIGN, ElidedLabel
from explorer.window.widgets.line import Line

CHELSEA = str(resources() / "samples" / "chelsea.png")
PATIENCE_MS = 60_000
SIZE = 1370, 850  # of the window that opens on a screen of 1440×900


@pytest.fixture
def opened(
    request: pytest.FixtureRequest, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    """The program's own window with a network and a photo."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))  # no weights but those of the package
    before = set(psutil.Process().children())
    window = explorer.build_window(model=f"zoo:{request.param}", images=[CHELSEA])
    qtbot.addWidget(window)
    window.resize(*SIZE)
    window.show()
    qtbot.waitUntil(lambda: window.desk.scene.forward is not None, timeout=PATIENCE_MS)
    yield window
    engines = [child for child in psutil.Process().children() if child not in before]
    window.close()
    psutil.wait_procs(engines, timeout=3.0)


@pytest.mark.parametrize(
    ("opened", "operations"),
    [
        ("efficientnet_lite0", ("blocks.0.0.bn2", "blocks.5.1.conv_pwl")),
        ("vit_b_16", ("encoder.layers.encoder_layer_0.self_attention.softmax",)),
    ],
    indirect=["opened"],
)
def test_no_line_of_facts_is_cut(qtbot: QtBot, opened: MainWindow, operations: tuple[str, ...]) -> None:
    desk, cut = opened.desk, set()
    for lens in [spec.id for it in features() for spec in it.panes if spec.place is Place.LENS]:
        desk.set(lens=lens)
        for name in operations:
            desk.put(desk.scene.at_node(desk.scene.trace.find(name).id))
            for sight in Sight if lens == "attention" else (Sight.PHOTO,):
                desk.choose(AttentionChoice(sight=sight))
                _settle(qtbot, opened)
                cut |= {(lens, name, *found) for found in cut_lines(opened)}
    assert cut == set()


@pytest.mark.parametrize("opened", ["efficientnet_lite0"], indirect=True)
def test_what_is_said_of_a_ranking_and_of_what_is_off_is_whole(qtbot: QtBot, opened: MainWindow) -> None:
    desk = opened.desk
    node = desk.scene.trace.find("blocks.0.0.bn2")
    desk.put(desk.scene.at_node(node.id))
    off = frozenset(Off(node.name, Part.CHANNEL, number, How.ZERO) for number in (3, 7))
    begun = desk.scene.forward.number, node.id, Part.CHANNEL, How.ZERO
    desk.set(lens="ablation")
    _settle(qtbot, opened)
    desk.choose(replace(what_if(desk.scene), off=off, begun=begun))
    _settle(qtbot, opened)
    view = opened.findChild(QWidget, "ablationView")
    qtbot.waitUntil(lambda: len(view.ranking.effects.rows) == 16, timeout=PATIENCE_MS)
    _settle(qtbot, opened)
    assert cut_lines(opened) == []
    assert view.caption.said_in(view.caption.width()) == view.caption.text()
    assert "chelsea.png" in view.head.said_in(view.head.width())


def cut_lines(window: MainWindow) -> list[tuple[str, int]]:
    """Return what is painted of each line in sight that has no room for all that it says, and that room."""
    found = []
    for label in [it for it in window.findChildren(ElidedLabel) if it.isVisible()]:
        room = label.contentsRect().width()
        said = label.said_in(room)
        is_short = said.endswith(SIGN) and not label.text().endswith(SIGN)
        if is_short or label.fontMetrics().horizontalAdvance(said) > room:
            found.append((said, room))
    for line in [it for it in window.findChildren(Line) if it.isVisible()]:
        if any(SIGN in said and said not in line.whole for said in line.said):
            found.append((" ".join(line.said), line.width()))
    return found


def _settle(qtbot: QtBot, window: MainWindow) -> None:
    window.desk.settle()
    qtbot.waitUntil(lambda: not window.desk.working, timeout=PATIENCE_MS)
    QApplication.processEvents()
