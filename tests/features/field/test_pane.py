"""What a unit sees, in the lens and at the side, and which units see a pixel."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from desk_fakes import scene, with_reader, without_forward
from panes import seated
from pytestqt.qtbot import QtBot
from window_fakes import ANSWERS, FakeLink, of_grid, value

from explorer.engine.command import Command
from explorer.engine.messages import LocateField, LocateUnits, ViewValue
from explorer.features.field.choice import MIDDLE, misfit, no_picture, question
from explorer.features.field.gradient import GradientChoice, GradientRow, described, reach_of
from explorer.features.field.input_pane import InputPane
from explorer.features.field.messages import EffectiveField, FindEffectiveField, Source
from explorer.features.field.pane import FieldPane
from explorer.features.field.text import describe_field, field_caption, field_in_short, units_caption
from explorer.records.heat import HeatMap
from explorer.records.values import FieldOfUnit, UnitsOfPixel
from explorer.window.desk import Desk
from explorer.window.laid import Laid, laid
from explorer.window.scene import Pixel, Scene, Unit
from explorer.window.widgets.heat_layer import HeatLayer
from explorer.window.widgets.line import Line
from explorer.window.widgets.scale_bar import ScaleBar


@pytest.fixture
def pane(qtbot: QtBot, desk: Desk) -> FieldPane:
    return seated(qtbot, desk, FieldPane(desk), (726, 620))


@pytest.fixture
def side(qtbot: QtBot, desk: Desk) -> InputPane:
    return seated(qtbot, desk, InputPane(desk), (288, 400))


# ---- questions ----


def test_a_place_asks_about_the_unit_on_the_grid_of_the_operation() -> None:
    assert question(scene(), Unit(0.99, 0.0)) == LocateField(1, 1, (7, 0))
    assert question(scene(), Pixel(3, 4)) == LocateUnits(1, 1, (3, 4))
    assert question(scene(node=5), MIDDLE) is None and scene(node=5).places is None
    assert question(without_forward(), MIDDLE) is None and question(scene(), None) is None


def test_where_there_is_no_field_it_says_why() -> None:
    assert misfit(scene()) == misfit(without_forward()) == no_picture(scene()) == ""
    assert "have no places" in misfit(scene(node=5))
    assert "reads words" in misfit(with_reader(scene())) and "reads words" in no_picture(with_reader(scene()))
    blind = scene()
    nodes = tuple(replace(node, receptive_field=None) for node in blind.trace.nodes)
    forward = replace(blind.forward, trace=replace(blind.trace, nodes=nodes))
    assert "sees nothing of the input" in misfit(blind.with_seat(forward=forward))


# ---- the lens ----


def test_the_lens_begins_with_the_unit_in_the_middle(pane: FieldPane, desk: Desk, link: FakeLink) -> None:
    assert link.asked(LocateField) == [LocateField(1, 1, (4, 4))] and link.asked(ViewValue)
    assert desk.scene.place is None, "what a person asked about is the person's"
    assert pane.widget.line.startswith("The middle unit sees exactly 3×3 pixels    ")


def test_the_place_stays_from_operation_to_operation(
    qtbot: QtBot, pane: FieldPane, desk: Desk, link: FakeLink
) -> None:
    pane.widget.unit_selected.emit(2, 6)
    desk.set(node=3)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert link.asked(LocateField)[-2:] == [LocateField(1, 1, (2, 6)), LocateField(1, 3, (2, 6))]
    assert "unit at row 2, column 6" in pane.widget.line


def test_a_pixel_marks_the_units_that_see_it(qtbot: QtBot, pane: FieldPane, desk: Desk) -> None:
    pane.widget.pixel_selected.emit(4, 5)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert desk.scene.place == Pixel(4, 5)
    assert pane.widget.line == "8 of 64 units see the pixel at row 4, column 5    12 %"


def global_field(box: tuple[int, ...] | None, status: str) -> object:
    return lambda it: FieldOfUnit(it.node, status, (9, 9), None, None, it.unit, box)


@pytest.mark.parametrize(("box", "status"), [(None, "global"), ((0, 0, 8, 8), "exact")])
def test_where_a_unit_sees_everything_the_whole_photo_is_there_and_says_so(
    qtbot: QtBot,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    box: tuple[int, ...] | None,
    status: str,
) -> None:
    monkeypatch.setitem(ANSWERS, LocateField, global_field(box, status))
    pane = FieldPane(desk)
    qtbot.addWidget(pane.widget)
    desk.seat(pane, lambda: True)
    qtbot.waitUntil(lambda: desk.is_idle)
    said = "Every unit sees the whole input" if status == "global" else "sees all 8×8 pixels of the input"
    assert pane.widget.input.isVisibleTo(pane.widget) and said in pane.widget.line
    assert pane.widget.input.caption == "sees the whole input"


def test_where_there_are_no_places_nobody_is_told_to_click(qtbot: QtBot, pane: FieldPane, desk: Desk) -> None:
    desk.set(node=5)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert pane.widget.value is None and pane.widget.line == ""


def test_a_long_name_takes_nothing_from_the_photo(qtbot: QtBot, pane: FieldPane) -> None:
    known = pane.widget.value
    pane.widget.set_value(replace(known, title="features.denseblock4.denselayer16.conv2" * 4))
    qtbot.wait(20)
    assert abs(pane.widget.input.width() - pane.widget.map.width()) <= 1


def test_a_field_that_cannot_be_had_says_why(
    qtbot: QtBot, pane: FieldPane, desk: Desk, link: FakeLink
) -> None:
    link.failing[LocateField] = "There is no such unit."
    desk.set(place=Unit(0.0, 0.0))
    qtbot.waitUntil(lambda: desk.is_idle)
    assert pane.widget.line == "There is no such unit."


# ---- the side ----


def test_without_a_place_nothing_is_asked_and_the_picture_is_there(
    side: InputPane, desk: Desk, link: FakeLink
) -> None:
    assert not link.asked(LocateField) and side.wants(scene()) is None
    assert side.widget.shown is desk.scene.forward.picture
    assert "click a pixel" in side.widget.caption


def test_the_field_of_the_unit_is_drawn_and_told(qtbot: QtBot, side: InputPane, desk: Desk) -> None:
    plain = side.widget.canvas.grab().toImage()
    desk.set(place=Unit.of((2, 6), (8, 8)))
    qtbot.waitUntil(lambda: desk.is_idle)
    assert side.widget.caption == "the field of row 2, column 6: 3×3, exact"
    assert side.widget.canvas.grab().toImage() != plain
    desk.set(node=5)
    desk.settle()
    assert side.widget.canvas.grab().toImage() == plain


def test_where_nobody_chose_a_unit_lens_and_side_show_the_middle_one_and_say_so(
    qtbot: QtBot, side: InputPane, pane: FieldPane, desk: Desk
) -> None:
    desk.set(lens="field")
    qtbot.waitUntil(lambda: desk.is_idle)
    assert pane.widget.line.startswith(
        "The middle unit sees exactly 3×3 pixels    row 4, column 4    rows 0 to 2"
    )
    assert side.widget.caption == "the field of the middle unit: 3×3, exact"
    desk.set(lens="maps")
    qtbot.waitUntil(lambda: desk.is_idle)
    assert "click a pixel" in side.widget.caption


def test_a_click_asks_about_the_pixel(qtbot: QtBot, side: InputPane, desk: Desk) -> None:
    side.widget.pixel_selected.emit(4, 5)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert desk.scene.place == Pixel(4, 5) and side.widget.caption == "8 of 64 units see row 4, column 5"


def test_the_mark_of_a_pixel_is_taken_away_and_the_caption_says_how(
    qtbot: QtBot, side: InputPane, desk: Desk
) -> None:
    desk.set(place=Pixel(4, 5))
    qtbot.waitUntil(lambda: desk.is_idle)
    assert side.widget._caption.said[1] == "click again to clear"
    side.widget.canvas.clicked.emit(4, 5)
    assert desk.scene.place is None and "click a pixel" in side.widget.caption


def test_the_picture_stays_while_another_one_is_recorded_and_goes_with_its_input(
    side: InputPane, desk: Desk
) -> None:
    picture = side.widget.shown
    desk.put(without_forward())
    desk.settle()
    assert side.widget.shown is picture
    desk.put(without_forward(images=(), image=None))
    desk.settle()
    assert side.widget.shown is None


@pytest.mark.parametrize(
    ("status", "box", "said"),
    [
        ("exact", (0, 0, 3, 4), "the field of row 1, column 2: 3×4, exact"),
        ("bound", (0, 0, 3, 4), "the field of row 1, column 2: at most 3×4"),
        ("global", None, "every value of this map sees the whole input"),
        ("unknown", None, "what row 1, column 2 sees is unknown"),
        ("exact", None, "row 1, column 2 sees nothing of the input"),
    ],
)
def test_fields_in_a_few_words(status: str, box: tuple[int, ...] | None, said: str) -> None:
    assert field_caption(FieldOfUnit(1, status, (5, 7), None, None, (1, 2), box)) == said


def test_a_unit_that_sees_the_whole_input_is_said_to() -> None:
    field = FieldOfUnit(1, "exact", (85, 85), None, None, (1, 2), (0, 0, 8, 8))
    assert (
        field_caption(field, unit="the middle unit", picture=(8, 8)) == "the middle unit sees the whole input"
    )
    assert field_in_short(field, picture=(8, 8)) == "sees the whole input"
    assert field_in_short(field, picture=(9, 8)) == "sees 8×8 pixels"


def test_values_on_another_grid_than_the_units_have_no_place_in_words() -> None:
    field = FieldOfUnit(1, "exact", (5, 7), None, None, (1, 2), (0, 0, 3, 3), (8, 8))
    assert "row 1, column 2" in field_caption(field, (8, 8))
    assert field_caption(field, (197, 197)) == "each value sees at most 5×7 pixels"
    assert describe_field(field, (64, 64), (197, 197)) == ("Each value sees at most 5×7 pixels", "")
    assert "unit at" not in "".join(describe_field(replace(field, status="global"), (64, 64)))


def test_on_a_map_of_no_places_no_cell_is_marked_or_chosen(
    qtbot: QtBot, pane: FieldPane, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ANSWERS, ViewValue, lambda it: of_grid(value(it.node), 5, 5))  # of a grid of 8 by 8
    desk.set(node=4, place=Unit.of((2, 6), (8, 8)))
    qtbot.waitUntil(lambda: desk.is_idle and pane.widget.value.node == 4)
    view = pane.widget
    assert not list(view.map._boxes)
    place = desk.scene.place
    view.map.clicked.emit(1, 1)
    view.map.arrow_pressed.emit(1, 0)
    assert desk.scene.place is place and not list(view.map._boxes)


def test_units_in_a_few_words() -> None:
    mask = np.eye(4, dtype=bool)
    assert units_caption(UnitsOfPixel(1, "bound", (3, 4), mask)) == "4 of 16 units may see row 3, column 4"
    assert (
        units_caption(UnitsOfPixel(1, "unknown", (3, 4), None))
        == "which units see row 3, column 4 is unknown"
    )


# ---- what a person keeps in sight over the input ----


@dataclass(frozen=True, eq=False)
class Warm:
    heat: HeatMap


@dataclass(frozen=True)
class Warmth(Command[Warm]):
    forward: int


def warmth(scene: Scene) -> Warmth | None:
    return Warmth(scene.forward.number) if scene.forward is not None else None


def test_values_lie_over_the_input_whatever_lens_is_in_front_until_they_are_chosen_no_more(
    qtbot: QtBot, side: InputPane, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ANSWERS, Warmth, lambda _: Warm(HeatMap(np.ones((2, 2), np.float32), False, "warm")))
    desk.choose(Laid(warmth))
    qtbot.waitUntil(lambda: isinstance(side.widget.layer, HeatLayer))
    desk.set(node=2)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert isinstance(side.widget.layer, HeatLayer)
    desk.choose(Laid())
    desk.settle()
    assert side.widget.layer is None and laid(desk.scene) is None and laid(without_forward()) is None


# ---- what a unit really uses ----


def effective(values: list[list[float]]) -> EffectiveField:
    return EffectiveField(
        HeatMap(np.array(values, np.float32), False, "what it uses"), 1, 0, (4.0, 4.0), 1.5, 3.25
    )


def test_the_gradient_is_asked_for_once_it_is_chosen_and_for_the_unit_that_is_shown(
    qtbot: QtBot, pane: FieldPane, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[FindEffectiveField] = []

    def answer(command: FindEffectiveField) -> EffectiveField:
        asked.append(command)
        return effective([[0, 1], [0, 0]])

    monkeypatch.setitem(ANSWERS, FindEffectiveField, answer)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert not asked and pane.widget.input.layer is None
    desk.choose(GradientChoice(Source.IMAGE))
    qtbot.waitUntil(lambda: isinstance(pane.widget.input.layer, HeatLayer))
    assert asked[-1].unit == (4, 4) and asked[-1].keys == (desk.scene.forward.key,)
    row = pane.widget.gradient
    assert row.said == "change of the value per step of a pixel" and "after normalisation" in row.tip
    assert pane.widget.input.caption.startswith(
        "half of the gradient within 2 pixels of the middle    95 % within 4 pixels"
    )
    desk.set(place=Unit(0.0, 0.99), chosen_channel=2)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert asked[-1].unit == (0, 7) and asked[-1].channel == 2
    desk.set(place=Pixel(1, 1))
    desk.settle()
    box = pane.widget.gradient.box
    assert pane.widget.input.layer is None and "click one in the map" in pane.widget.gradient.said
    assert (box.currentText(), box.isEnabled()) == ("off", False)  # while a pixel is looked at
    desk.choose(GradientChoice(Source.NOISE))
    desk.set(place=None)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert asked[-1].keys == ()
    desk.choose(GradientChoice())
    desk.settle()
    assert pane.widget.input.layer is None and pane.widget.gradient.said == ""


def test_a_gradient_that_cannot_be_had_says_why(
    qtbot: QtBot, pane: FieldPane, desk: Desk, link: FakeLink
) -> None:
    link.failing[FindEffectiveField] = "conv cannot be differentiated: it is not float."
    desk.choose(GradientChoice(Source.IMAGES))
    qtbot.waitUntil(lambda: pane.widget.gradient.said == "conv cannot be differentiated: it is not float.")


def test_the_lens_takes_the_fields_along_as_a_table(pane: FieldPane) -> None:
    table = next(export for export in pane.exports() if export.kinds == (".csv",))
    assert (
        table.content(".csv")
        .decode()
        .startswith("id,operation,field rows,field columns,larger than the input")
    )


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("exact", "sees 3×4 pixels"),
        ("bound", "sees at most 3×4 pixels"),
        ("global", "sees the whole input"),
        ("unknown", "sees an unknown part"),
    ],
)
def test_where_there_is_little_room_a_field_is_said_without_its_unit(status: str, said: str) -> None:
    assert field_in_short(FieldOfUnit(1, status, (5, 7), None, None, (1, 2), (0, 0, 3, 4))) == said
    assert field_in_short(FieldOfUnit(1, "exact", (5, 7), None, None, (1, 2), None)) == "sees nothing of it"


def test_in_a_narrow_line_a_gradient_of_zero_is_said_in_whole_words() -> None:
    said = described(replace(effective([[0.0]]), half=None, most=None))
    assert said[0] == "the gradient is zero    no small change of a pixel changes this value"
    assert said[1:] == ("the gradient is zero …", "the gradient is zero")


def test_in_a_narrow_row_the_colours_of_the_gradient_stay_and_their_words_are_shorter(qtbot: QtBot) -> None:
    row = GradientRow()
    qtbot.addWidget(row)
    row.show()
    for width in (690, 430):
        row.resize(width, 30)
        row.set_found(replace(effective([[0, 1]]), inputs=8))
        scale, words = row.findChild(ScaleBar), row.findChild(Line)
        assert scale.isVisible() and scale.width() >= scale.minimumSizeHint().width()
        assert words.said[0].startswith("change") and words.x() > scale.x()


def test_how_far_the_gradient_reaches_is_said_of_half_and_of_nearly_all_in_any_width() -> None:
    said = reach_of(replace(effective([[1.0]]), half=12.2, most=103.5))
    assert said[0] == "half of the gradient within 13 pixels of the middle    95 % within 104 pixels"
    assert all("13" in it and "95 %" in it and "104" in it for it in said)
    assert said[-1] == "half in 13, 95 % in 104 pixels" == min(said, key=len)
