"""The lens of feature maps: what it asks of the engine, and what it shows of the scene."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from desk_fakes import FakeNotices, scene, without_forward
from panes import seated
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from window_fakes import ANSWERS, FakeLink, of_grid, value

from explorer.engine.messages import LocateUnits, ViewValue
from explorer.features import features
from explorer.features.maps.pane import MapsPane
from explorer.features.maps.telling import Telling
from explorer.features.maps.view import FeatureMapView
from explorer.records.trace import ReceptiveField, TensorInfo
from explorer.records.values import Layout, Mosaic, ValueView
from explorer.window.desk import Desk
from explorer.window.frame import MainWindow
from explorer.window.of_network import for_another
from explorer.window.scene import Pixel, Scene, Unit
from explorer.window.widgets.value_choice import ValueChoice, coarse, likely_next, view_value


@pytest.fixture
def pane(qtbot: QtBot, desk: Desk) -> MapsPane:
    return seated(qtbot, desk, MapsPane(desk), (726, 620))


# ---- what is wished ----


def test_it_wishes_the_value_of_the_operation_as_the_person_wants_it_drawn(pane: MapsPane) -> None:
    assert pane.wants(without_forward()) is None
    wish = pane.wants(scene().with_choice(ValueChoice(shared_scale=False, aspect=2.0)))
    assert wish is not None and wish.command == ViewValue(1, 1, 0, False, 2.0) and wish.beside == ()


@pytest.mark.parametrize(
    ("node", "heading", "ahead"),
    [(2, 1, [3, 1, 4]), (2, -1, [1, 3, 0]), (0, -1, [1]), (5, 1, [4])],
)
def test_what_comes_next_is_fetched_in_the_direction_of_the_last_step(
    pane: MapsPane, node: int, heading: int, ahead: list[int]
) -> None:
    now = scene(node=node, heading=heading)
    wish = pane.wants(now)
    assert wish is not None and [command.node for command in wish.ahead] == ahead == likely_next(now)


def test_the_direction_of_a_step_stays_until_another_one(desk: Desk) -> None:
    assert desk.scene.heading == 1
    desk.set(node=0)
    assert desk.scene.heading == -1
    desk.set(chosen_channel=3)
    assert desk.scene.heading == -1
    desk.set(node=4)
    assert desk.scene.heading == 1


# ---- what is shown ----


def test_units_that_see_the_pixel_asked_about_shine(
    qtbot: QtBot, pane: MapsPane, desk: Desk, link: FakeLink
) -> None:
    plain = pane.widget.large.grab().toImage()
    desk.set(place=Pixel(4, 5))
    qtbot.waitUntil(lambda: desk.is_idle)
    assert link.asked(LocateUnits) == [LocateUnits(1, 1, (4, 5))]
    assert pane.widget.large.grab().toImage() != plain
    desk.set(place=None)
    qtbot.waitUntil(lambda: pane.widget.large.grab().toImage() == plain)


def test_another_operation_and_its_channel_are_drawn_in_one_go(
    pane: MapsPane, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane.show(scene(node=1, chosen_channel=0), value(1))
    drawn: list[int] = []
    large = pane.widget.large
    monkeypatch.setattr(large, "set_quantised", lambda *_: drawn.append(pane.widget.channel))
    pane.show(scene(node=2, chosen_channel=3), value(2))
    assert drawn == [3]


def test_delete_on_the_map_takes_the_mark_away(qtbot: QtBot, pane: MapsPane, desk: Desk) -> None:
    for picture in (pane.widget.large, pane.widget.mosaic):
        desk.set(place=Pixel(4, 5))
        QTest.keyClick(picture, Qt.Key.Key_Delete)
        assert desk.scene.place is None


def test_a_copied_map_is_told(pane: MapsPane, desk: Desk, notices: FakeNotices) -> None:
    pane.widget.large.actions()[0].trigger()
    assert notices.texts() == ["Copied the picture"]


def test_the_place_and_the_channel_stay_from_operation_to_operation(
    qtbot: QtBot, pane: MapsPane, desk: Desk
) -> None:
    pane.widget.channel_selected.emit(3)
    pane.widget.unit_selected.emit(2, 6)
    assert desk.scene.place == Unit.of((2, 6), (8, 8)) and desk.scene.channel == 3
    desk.set(node=2)
    qtbot.waitUntil(lambda: pane.widget.value.node == 2)
    assert pane.widget.readout.startswith("channel 3, row 2, column 6 = ")


def of_channels(node: int, count: int, most: int) -> ValueView:
    """A value of so many channels, one of which varies most."""
    values = np.zeros((count, 8, 8), np.float32)
    values[most, :4] = 200.0
    known = value(node)
    pixels = np.full((9 * count - 1, 8), 9, np.uint8)
    mosaic = Mosaic(pixels, 1, np.tile([0.0, 1.0], (count, 1)), False)
    return replace(known, shape=(1, count, 8, 8), values=values, mosaic=mosaic)


MADE = {1: (6, 4), 2: (6, 1), 3: (5, 3), 4: (7, 2)}  # channels of operations, and the most telling of them


class Stepping:
    """The lens over operations of several channels, one of which varies most, beside a pane that notes the channel."""

    def __init__(self, qtbot: QtBot, desk: Desk) -> None:
        self.qtbot, self.desk, self.telling, self.pane = qtbot, desk, Telling(desk), MapsPane(desk)
        self.noted: list[tuple[int, bool, int]] = []  # operation, whether its channel is known, channel
        qtbot.addWidget(self.pane.widget)
        desk.seat(self.pane, lambda: desk.scene.lens == "maps")
        desk.seat(self, lambda: True)

    def wants(self, scene: Scene) -> None:
        """Wish nothing: what it notes is of the scene."""

    def show(self, scene: Scene, answer: Any) -> None:
        self.noted.append((scene.node or 0, not scene.seeks_channel, scene.channel))

    def channel_at(self, node: int) -> int:
        self.desk.set(node=node)
        self.qtbot.waitUntil(lambda: self.desk.is_idle)
        assert not self.desk.scene.seeks_channel
        return self.desk.scene.channel

    def shown_at(self, node: int) -> tuple[int, int, str]:
        channel, view = self.channel_at(node), self.pane.widget
        assert view.value is not None and view.value.node == node
        return view.channel, channel, view.parts.reading.whole[0]


@pytest.fixture
def stepping(qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Stepping:
    monkeypatch.setitem(ANSWERS, ViewValue, lambda it: of_channels(it.node, *MADE.get(it.node, (6, 0))))
    forward = desk.scene.forward
    assert forward is not None
    nodes = list(forward.trace.nodes)
    for node, (count, _) in MADE.items():
        nodes[node] = replace(nodes[node], outputs=(TensorInfo((1, count, 8, 8), "float32", 256 * count),))
    trace = replace(forward.trace, nodes=tuple(nodes))
    desk.put(desk.scene.with_seat(forward=replace(forward, trace=trace)))
    return Stepping(qtbot, desk)


def test_the_channel_that_varies_most_is_shown_until_the_person_chooses_one(stepping: Stepping) -> None:
    desk, pane, shown_at = stepping.desk, stepping.pane, stepping.shown_at
    assert shown_at(1) == (4, 4, "channel 4, varies most")
    assert shown_at(2) == (1, 1, "channel 1, varies most")  # its own, though there are as many as before
    assert shown_at(1) == (4, 4, "channel 4, varies most")
    assert shown_at(3) == (3, 3, "channel 3, varies most")
    pane.widget.channel_selected.emit(0)
    assert shown_at(4) == (0, 0, "channel 0")
    assert shown_at(1) == (0, 0, "channel 0")
    desk.put(for_another(desk.scene))
    assert shown_at(1) == (4, 4, "channel 4, varies most")


def test_who_picks_the_channel_that_was_shown_by_itself_has_chosen_it(stepping: Stepping) -> None:
    assert stepping.shown_at(1) == (4, 4, "channel 4, varies most")
    stepping.pane.widget.channel_selected.emit(4)
    assert stepping.shown_at(4) == (4, 4, "channel 4")
    assert stepping.shown_at(1) == (4, 4, "channel 4")


def test_who_picks_the_first_channel_in_another_lens_has_chosen_it(stepping: Stepping) -> None:
    stepping.desk.set(lens="likes")
    assert stepping.channel_at(3) == 3
    stepping.desk.set(chosen_channel=0, lens="maps")
    assert stepping.shown_at(4) == (0, 0, "channel 0")


@pytest.mark.parametrize("lens", ["maps", "kernels", "field", "ablation", "likes"])
def test_the_channel_is_the_same_whichever_lens_is_opened_first(
    stepping: Stepping, link: FakeLink, lens: str
) -> None:
    stepping.desk.set(lens=lens)
    assert [stepping.channel_at(node) for node in (3, 1, 2, 4)] == [3, 4, 1, 2]
    if lens != "maps":
        assert {it.node for it in link.asked(ViewValue)} == {3, 1, 2, 4}
    stepping.desk.set(lens="maps")
    assert stepping.shown_at(4) == (2, 2, "channel 2, varies most")


@pytest.mark.parametrize("lens", ["attention", "why", "cost", "details"])
def test_a_lens_without_channels_asks_for_no_value(stepping: Stepping, link: FakeLink, lens: str) -> None:
    assert lens in {spec.id for feature in features() for spec in feature.panes}
    stepping.desk.set(lens=lens)
    for node in (3, 1, 2, 4):
        stepping.channel_at(node)
    assert {it.node for it in link.asked(ViewValue)} <= {1}, "that of Maps before"
    stepping.desk.set(lens="maps")
    assert stepping.shown_at(4) == (2, 2, "channel 2, varies most")


def test_the_channel_stays_for_another_image(stepping: Stepping, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = stepping.desk
    desk.put(desk.scene.with_seat(like=1))
    assert stepping.channel_at(1) == 4
    monkeypatch.setitem(ANSWERS, ViewValue, lambda it: of_channels(it.node, 6, 2))
    desk.put(desk.scene.with_seat(forward=replace(desk.scene.forward, number=9)))
    assert stepping.channel_at(1) == 4, "images can be held against each other"
    assert stepping.channel_at(2) == 2


def test_no_pane_beside_the_maps_is_shown_the_channel_of_before(stepping: Stepping) -> None:
    for node in (1, 3, 4):
        stepping.shown_at(node)
    assert {(node, channel) for node, is_known, channel in stepping.noted if is_known} == {
        (1, 4),
        (3, 3),
        (4, 2),
    }


def test_where_there_is_no_value_to_be_seen_nobody_waits_for_the_channel(
    stepping: Stepping, link: FakeLink
) -> None:
    link.failing[ViewValue] = "stem has 99 million values."
    assert [stepping.channel_at(node) for node in (3, 4)] == [0, 0]


def test_of_heads_the_one_that_varies_most_is_shown_as_well(stepping: Stepping) -> None:
    forward = stepping.desk.scene.forward
    assert forward is not None
    nodes = tuple(replace(it, receptive_field=None) for it in forward.trace.nodes)
    trace = replace(forward.trace, nodes=nodes)
    stepping.desk.put(stepping.desk.scene.with_seat(forward=replace(forward, trace=trace)))
    assert [stepping.channel_at(node) for node in (1, 2, 3)] == [4, 1, 3]


def test_where_rows_and_columns_are_no_places_no_unit_is_marked_or_read(
    qtbot: QtBot, pane: MapsPane, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ANSWERS, ViewValue, lambda it: of_grid(value(it.node), 5, 5))  # of a grid of 8 by 8
    pane.widget.unit_selected.emit(2, 6)
    desk.set(node=4)
    qtbot.waitUntil(lambda: pane.widget.value.node == 4)
    assert not list(pane.widget.large._boxes) and pane.widget.readout == pane.widget.hint
    chosen = desk.scene.place
    pane.widget.unit_selected.emit(1, 1)
    assert desk.scene.place is chosen  # there is nothing to choose


def test_a_cell_of_channels_by_positions_chooses_the_channel_and_stays_marked(
    qtbot: QtBot, pane: MapsPane, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = np.zeros((1, 6, 5), np.float32)  # six channels along five positions
    matrix = replace(of_grid(value(4), 6, 5), layout=Layout.MATRIX, shape=(1, 6, 5), values=values)
    monkeypatch.setitem(ANSWERS, ViewValue, lambda it: matrix)
    nodes = list(desk.scene.trace.nodes)
    nodes[4] = replace(nodes[4], receptive_field=ReceptiveField("exact", (2,), (1.0,), (0.0,), (5,)))
    trace = replace(desk.scene.trace, nodes=tuple(nodes))
    desk.put(desk.scene.with_seat(forward=replace(desk.scene.forward, trace=trace)))
    desk.set(node=4)
    qtbot.waitUntil(lambda: pane.widget.value is matrix)
    pane.widget.unit_selected.emit(3, 1)
    assert desk.scene.channel == 3 and desk.scene.place == Unit.of((0, 1), (1, 5))
    assert [box.rect for box in pane.widget.mosaic._boxes] == [(3, 0, 4, 5), (3, 1, 4, 2)]


def test_while_the_next_value_comes_the_one_before_stays(
    qtbot: QtBot, pane: MapsPane, desk: Desk, link: FakeLink
) -> None:
    link.manual.add(ViewValue)
    desk.set(node=4)
    desk.settle()
    assert pane.widget.value.node == 1
    qtbot.waitUntil(lambda: pane.widget.is_busy_shown)
    link.answer(ViewValue)
    qtbot.waitUntil(lambda: pane.widget.value.node == 4)
    assert not pane.widget.is_busy_shown


def test_the_maps_of_another_network_do_not_stay_under_the_new_title(
    qtbot: QtBot, pane: MapsPane, desk: Desk, link: FakeLink
) -> None:
    assert pane.widget.value is not None
    link.manual = {ViewValue}
    other = desk.scene.forward
    assert other is not None
    trace = replace(other.trace, model="zoo:other")
    desk.put(desk.scene.with_seat(forward=replace(other, number=2, trace=trace)))
    desk.settle()
    assert pane.widget.value is None
    link.answer(ViewValue)
    qtbot.waitUntil(lambda: pane.widget.value is not None)
    desk.set(node=2)  # of the same network: what is there stays
    desk.settle()
    assert pane.widget.value is not None


def test_the_room_is_known_before_the_first_value_is_asked_for(
    qtbot: QtBot, link: FakeLink, desk: Desk
) -> None:
    link.sent.clear()
    pane = MapsPane(desk)
    qtbot.addWidget(pane.widget)
    pane.widget.resize(726, 400)
    pane.widget.show()
    desk.seat(pane, lambda: True)
    qtbot.waitUntil(lambda: pane.widget.value is not None and desk.is_idle)
    aspects = [
        command.aspect for command in link.sent if isinstance(command, ViewValue) and command.node == 1
    ]
    assert len(aspects) == 1 and aspects[0] != ValueChoice().aspect


def test_what_cannot_be_shown_says_why_and_an_empty_window_what_to_do(
    qtbot: QtBot, pane: MapsPane, desk: Desk, link: FakeLink
) -> None:
    link.failing[ViewValue] = "stem has 99 million values."
    desk.set(node=5)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert pane.widget.value is None and pane.widget._message.text() == "stem has 99 million values."
    desk.put(replace(without_forward(), images=(), image=None))
    desk.settle()
    assert "Open an image" in pane.widget._message.text()


def test_another_scale_is_a_choice_of_the_scene(pane: MapsPane, desk: Desk) -> None:
    pane.widget.scale_changed.emit(False)
    assert not desk.scene.choice(ValueChoice).shared_scale
    desk.settle()
    assert not pane.widget.parts.shared_scale.isChecked()


# ---- room ----


def test_both_halves_are_equally_wide_and_grow_with_the_window(qtbot: QtBot, pane: MapsPane) -> None:
    view = pane.widget
    for width in (726, 1014, 3000):
        view.resize(width, 700)
        qtbot.waitUntil(lambda width=width: abs(view.large.width() - (width - 16) // 2) <= 1)
        assert view.mosaic.width() == view.large.width()
    assert view.minimumSizeHint().width() < 384  # what is left at the smallest window


def test_in_the_window_as_it_opens_both_pictures_have_350_pixels_and_500_beside_a_folded_edge(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.desk.put(scene())
    qtbot.waitUntil(lambda: window.findChild(FeatureMapView, "featureMapView") is not None)
    view = window.findChild(FeatureMapView, "featureMapView")
    for folded, least in (((False, False), 350), ((False, True), 500), ((True, False), 500)):
        window.desk.set(folded=folded)
        qtbot.waitUntil(lambda least=least: view.large.width() - 2 * view.large.margin >= least)
        assert view.mosaic.width() == view.large.width()


def test_resizing_asks_once_it_is_calm_and_only_for_another_shape(
    qtbot: QtBot, pane: MapsPane, desk: Desk, link: FakeLink
) -> None:
    before = len(link.asked(ViewValue))
    for width in range(730, 760, 3):
        pane.widget.resize(width, 620)
        qtbot.wait(2)
    qtbot.wait(250)
    assert len(link.asked(ViewValue)) == before
    pane.widget.resize(3000, 620)
    qtbot.waitUntil(lambda: desk.scene.choice(ValueChoice).aspect > 2)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert link.asked(ViewValue)[before] == view_value(desk.scene, 1)


def test_aspects_are_few() -> None:
    assert len({coarse(aspect) for aspect in np.linspace(0.5, 2, 500)}) == 9
    assert (coarse(1.0), coarse(1e-9), coarse(1e9)) == (1.0, 1 / 16, 16.0)


# ---- what is said ----


def test_a_scale_that_leaves_values_out_says_so(pane: MapsPane) -> None:
    known = value(1)
    cut = replace(known, mosaic=replace(known.mosaic, clipped=1234))
    pane.widget.set_value(cut)
    note = pane.widget.parts.scale_note
    assert note.whole[1] == "1,234 beyond the scale"
    room = note.fontMetrics().horizontalAdvance
    for width, said in ((room("1,234 beyond the scale"), "1,234 beyond"), (room("1,234 beyond"), "…")):
        note.resize(width, 20)
        assert "".join(note.said) == said, "what is left out has a sign"
        assert "1,234 of 256 values lie beyond" in note.toolTip(), "in any size"
    pane.widget.set_shared_scale(False)
    pane.widget.set_value(replace(cut, statistics=replace(cut.statistics, sampled=True)))
    assert "those of a sample" in note.toolTip()
    pane.widget.set_value(known)
    assert note.whole[1] == ""


def test_the_histogram_is_that_of_the_channel_or_of_all(qtbot: QtBot, pane: MapsPane) -> None:
    view = pane.widget
    view.select_channel(2)
    qtbot.waitUntil(lambda: view.parts.distribution.whole == ("values of channel 2", "zeros 0 %"))
    assert view.parts.histogram._histogram.counts.sum() == 64
    place = view.parts.histogram.mapTo(view, QPoint(0, 0))
    view.parts.whole.click()
    qtbot.waitUntil(lambda: view.parts.distribution.whole[0] == "all values")
    assert view.parts.histogram._histogram is view.value.histogram
    qtbot.wait(20)
    assert view.parts.histogram.mapTo(view, QPoint(0, 0)) == place, "nothing moves"


def test_what_is_shown_can_be_saved(pane: MapsPane, desk: Desk) -> None:
    assert pane.widget.mosaic.bar in pane.widget.controls, "a figure has no use for it"
    (export,) = pane.exports()
    assert export.name == "toy-stem.conv-maps" and export.kinds == (".png", ".pdf", ".svg")
    pane.widget.set_value(None)
    assert pane.exports() == ()
