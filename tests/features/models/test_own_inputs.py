"""What a person's own network takes is shown in the size box, changed there, and kept with the file."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from desk_fakes import FakeNotices, scene
from pytestqt.qtbot import QtBot
from window_fakes import loaded

from explorer.engine.messages import NOTHING_TOLD, LoadModel
from explorer.features.models import kept_inputs, sizes
from explorer.features.models.pane import ModelPane
from explorer.records.models import ModelEntry, Preprocess, Slot, TensorInput, ToldInputs
from explorer.window.desk import Desk
from explorer.window.settings import Settings

OWN = LoadModel("/of/mine/net.py:Net", seed=0, trusted="agreed")
GREY = Slot("x", Preprocess(32, 28, (0.5,), (0.5,), channels=1))
NUMBERS = Slot("x", TensorInput((1, 784)))
PAIR = (Slot("a", Preprocess(36, 32, (0.5,) * 3, (0.5,) * 3)), Slot("ids", TensorInput((1, 16), 50)))


@pytest.fixture
def pane(qtbot: QtBot, desk: Desk) -> Iterator[ModelPane]:
    pane = ModelPane(desk)
    qtbot.addWidget(pane.widget)
    return pane


def seat(desk: Desk, pane: ModelPane, *slots: Slot) -> None:
    model = replace(
        loaded(OWN), entry=ModelEntry(OWN.name, "file", "own file"), preprocess=slots[0].takes, slots=slots
    )
    desk.put(scene().with_seat(wanted=OWN, loaded=OWN, model=model))
    pane.show(desk.scene, None)


@pytest.mark.parametrize(
    ("slots", "text", "tip"),
    [
        ((GREY,), "28×28", "It takes x: 1×28×28 pixels, luminance."),
        ((NUMBERS,), "1×784", "It takes x: 1×784."),
        (PAIR, "1×3×32×32; 1×16", "a: 3×32×32 pixels, colour; ids: 1×16, whole numbers below 50."),
    ],
)
def test_what_it_takes_is_shown(
    desk: Desk, pane: ModelPane, slots: tuple[Slot, ...], text: str, tip: str
) -> None:
    seat(desk, pane, *slots)
    box = pane.size_box
    assert box.isEnabled() and box.currentText() == text
    assert tip in box.toolTip().replace("&nbsp;", " ")


@pytest.mark.parametrize(
    ("slots", "text", "told"),
    [
        ((GREY,), "3×64×64", ToldInputs((("", (1, 3, 64, 64)),))),
        ((GREY,), "1x1x20x30", ToldInputs((("", (1, 1, 20, 30)),))),
        ((NUMBERS,), "1×13", ToldInputs((("", (1, 13)),))),
        ((NUMBERS,), "1×3×32×32", ToldInputs((("", (1, 3, 32, 32)),))),
        (PAIR, "3×64×64; 1×8", ToldInputs((("", (1, 3, 64, 64)), ("", (1, 8))))),
    ],
)
def test_what_is_typed_is_told_and_kept(
    desk: Desk, pane: ModelPane, slots: tuple[Slot, ...], text: str, told: ToldInputs
) -> None:
    seat(desk, pane, *slots)
    pane.size_box.size_entered.emit(text)
    assert desk.scene.seat.wanted == replace(OWN, told=told)
    again = kept_inputs.with_kept(Settings(), LoadModel(OWN.name))
    assert again.told == told
    assert kept_inputs.with_kept(Settings(), LoadModel("/of/mine/other.py:Net")).told == NOTHING_TOLD


def test_height_and_width_need_no_new_build_and_are_kept(desk: Desk, pane: ModelPane) -> None:
    seat(desk, pane, GREY)
    pane.size_box.size_entered.emit("64×48")
    assert desk.scene.seat.wanted == OWN and desk.scene.seat.size == (64, 48)
    assert kept_inputs.with_kept(Settings(), OWN).told == ToldInputs(size=(64, 48))
    pane.size_box.size_entered.emit("28×28")
    assert desk.scene.seat.size is None
    assert kept_inputs.with_kept(Settings(), OWN).told == NOTHING_TOLD


@pytest.mark.parametrize("text", ["three", "1×0×3", "1×2;", "9999999×2×3", "", "1×-1×3"])
def test_nonsense_is_refused_in_one_line(
    desk: Desk, pane: ModelPane, notices: FakeNotices, text: str
) -> None:
    seat(desk, pane, GREY)
    pane.size_box.size_entered.emit(text)
    (line,) = notices.texts()
    assert "type" in line or "choose" in line
    assert desk.scene.seat.wanted == OWN and pane.size_box.currentText() == "28×28"


def test_settings_that_hold_nonsense_are_ignored() -> None:
    settings = Settings()
    kept_inputs.keep(settings, OWN.name, "nonsense", takes_image=True)
    assert kept_inputs.with_kept(settings, OWN) == OWN
    assert sizes.told("2×3×4", takes_image=False).shapes == (("", (2, 3, 4)),)
