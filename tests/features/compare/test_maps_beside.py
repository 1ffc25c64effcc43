"""The values of a pair beside each other: which colours they have, and what is read of them."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_fakes import value

from explorer.features.compare.maps_beside import MapsBeside
from explorer.features.compare.messages import DifferenceView
from explorer.records.values import Layout, ValueView
from explorer.window import theme
from explorer.window.scene import Unit


@pytest.fixture
def maps(qtbot: QtBot) -> MapsBeside:
    made = MapsBeside()
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.show()
    return made


def pair(a: ValueView, b: ValueView, reason: str = "") -> DifferenceView:
    same = a.values.shape == b.values.shape
    between = replace(a, title="difference", values=a.values - b.values) if same else None
    return DifferenceView(a, b, between, reason)


def ends(maps: MapsBeside) -> list[str]:
    return [part.scale.accessibleName() for part in maps.columns[:2]]


def test_both_have_the_scale_that_they_came_with_or_each_its_own(maps: MapsBeside) -> None:
    a, b = value(1), value(5)
    b = replace(b, mosaic=a.mosaic)
    maps.show_pair(("a", "b"), pair(a, b), 1)
    assert ends(maps)[0] == ends(maps)[1] == "Colours from 1 to 256"
    maps.show_pair(("a", "b"), pair(a, b), 1, own_scales=True)
    assert ends(maps) == ["Colours from 65 to 128", "Colours from 69 to 132"]


def test_a_scale_that_leaves_values_out_says_on_which_side(maps: MapsBeside) -> None:
    a = value(1)
    assert a.mosaic is not None
    cut = replace(a, mosaic=replace(a.mosaic, levels=a.mosaic.levels - [0, 9], clipped=9))
    maps.show_pair(("a", "b"), pair(cut, cut), 1)
    assert ends(maps)[0] == "Colours from 1 to > 247"
    maps.show_pair(("a", "b"), pair(cut, cut), 1, own_scales=True)
    assert ends(maps)[0] == "Colours from 65 to 128"


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.5, "Point at a value to read it in each."),
        (
            0.01,
            "B is weak in this channel, at most 1.27 where A reaches 127: take “One scale for A and B” off to see it.",
        ),
        (0.0, "B is 0 everywhere in this channel."),
    ],
)
def test_what_one_scale_hides_is_said_with_what_shows_it(maps: MapsBeside, share: float, said: str) -> None:
    a = value(0)
    b = replace(a, values=a.values * np.float32(share))
    maps.show_pair(("a", "b"), pair(a, b), 1)
    assert maps.reading.whole[0] == said
    if "weak" in said:
        maps.resize(760, 400)
        QApplication.processEvents()
        assert maps.reading.said[0] == "B is weak: take “One scale for A and B” off to see it.", (
            "whole, not cut"
        )
    maps.show_pair(("a", "b"), pair(a, b), 1, own_scales=True)
    assert "weak" not in maps.reading.whole[0]
    maps.show_pair(("a", "b"), pair(b, a), 1)
    turned = said.replace("B", "*").replace("A", "B").replace("*", "A")
    assert maps.reading.whole[0] == turned.replace("B and A”", "A and B”")


def test_a_value_that_is_not_finite_has_the_colour_of_none(maps: MapsBeside) -> None:
    a = value(1)
    a = replace(a, values=a.values.copy())
    a.values[0, 0, 0] = np.nan
    maps.show_pair(("a", "b"), pair(a, a), 0, own_scales=True)
    assert maps.columns[0].large.image().pixelColor(0, 0).name() == theme.current().gap
    assert "NaN" not in ends(maps)[0]


def test_where_shapes_differ_each_is_shown_and_the_reason_is_said(maps: MapsBeside) -> None:
    b = replace(value(1), values=np.zeros((2, 8, 8), np.float32))
    maps.show_pair(("a", "b"), pair(value(1), b, "Their shapes differ."), 3)
    assert not maps.columns[2].isVisible() and maps.columns[0].width() > 400, (
        "no third of the room for a word"
    )
    assert maps.reading.whole[0] == "Their shapes differ."
    assert maps.channel.maximum() == 3 and maps.channel.text() == "Channel 3 (0 to 3)"
    maps.columns[0].large.hovered.emit(0, 0)
    assert maps.reading.said[0].count(" = ") == 1, "the other has no channel 3"
    other = maps.columns[1]
    assert other.pages.currentWidget() is other.message and not other.scale.isVisible()
    assert other.message.text() == "B has 2 channels: none numbered 3."
    maps.show_pair(("a", "b"), pair(value(1), b, "Their shapes differ."), 1)
    assert other.pages.currentWidget() is other.large and other.scale.isVisible()


def test_a_channel_that_neither_has_is_the_last_one(maps: MapsBeside) -> None:
    maps.show_pair(("a", "b"), pair(value(1), value(2)), 548)
    assert all(part.pages.currentWidget() is part.large for part in maps.columns)
    maps.columns[0].large.hovered.emit(0, 0)
    assert maps.reading.said[0].startswith("channel 3,")


def test_what_singles_a_channel_out_that_the_person_did_not_choose_is_said(maps: MapsBeside) -> None:
    both = pair(value(1), value(2))
    maps.show_pair(("one", "two"), both, 2, why="differs most")
    assert maps.reading.whole[0] == "Channel 2 differs most. Point at a value to read it in each."
    maps.show_pair(("one", "two"), both, 2)
    assert maps.reading.whole[0] == "Point at a value to read it in each."


def test_vectors_are_bars_on_one_axis(maps: MapsBeside) -> None:
    flat = replace(value(1), layout=Layout.VECTOR, mosaic=None, values=np.arange(6.0))
    maps.show_pair(("a", "b"), pair(flat, flat), 0)
    assert maps.columns[1].pages.currentWidget() is maps.columns[1].bars
    assert not maps.channel.isVisible() and maps.same.isVisible()
    maps.columns[0].bars.value_hovered.emit(4)
    assert maps.reading.said[0] == "index 4:  A = 4  B = 4  A − B = 0"


def test_the_same_place_is_marked_on_grids_of_any_size(maps: MapsBeside) -> None:
    b = replace(value(1), values=np.zeros((4, 4, 4), np.float32))
    b = replace(b, mosaic=replace(b.mosaic, pixels=np.full((9, 9), 9, np.uint8)))
    maps.show_pair(("a", "b"), pair(value(1), b, "no"), 0)
    maps.mark(Unit(0.5, 0.9))
    assert [part.large._boxes[0].rect[:2] for part in maps.columns[:2]] == [(4, 7), (2, 3)]
    maps.mark(None)
    assert maps.columns[0].large._boxes == ()


def test_a_place_is_cleared_by_the_key_for_it(qtbot: QtBot, maps: MapsBeside) -> None:
    with qtbot.waitSignal(maps.place_chosen) as told:
        maps.columns[1].large.delete_pressed.emit()
    assert told.args == [None]
