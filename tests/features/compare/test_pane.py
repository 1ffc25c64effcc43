"""The page Compare: what it wishes, what it shows of two networks, and what a person does there."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from compare_fakes import cka, matching, values
from compare_scenes import OTHER, beside
from desk_fakes import TOY, FakeNotices, scene
from panes import seated
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QStyleOptionViewItem
from pytestqt.qtbot import QtBot
from window_fakes import ANSWERS, FakeLink, forward, loaded
from window_fakes import trace as toy_trace

from explorer import zoo
from explorer.engine.messages import EmptySeat, ListModels, LoadModel, Measure, SwapSeats
from explorer.features.compare import FEATURE, course
from explorer.features.compare.choice import Comparing, Mended, Picked, status
from explorer.features.compare.heat_map import AXES, HeatMap, numbered, stretches, wordings
from explorer.features.compare.messages import (
    Agreement,
    AnswerTo,
    Change,
    CompareValues,
    Match,
    Matching,
    MeasureCka,
    ValueComparison,
    ViewDifference,
)
from explorer.features.compare.outcome import caution, sentence
from explorer.features.compare.pane import ComparePane
from explorer.records.models import Catalogue, ModelEntry
from explorer.window import loading, theme
from explorer.window.desk import Desk
from explorer.window.scene import EngineState, Question, Scene, Unit
from explorer.window.spec import Waiting
from explorer.window.widgets.elided import FACTS
from explorer.window.widgets.tables import PLAIN_ROLE

Show = Callable[[Scene], None]


@pytest.fixture
def pane(qtbot: QtBot, desk: Desk) -> ComparePane:
    return seated(qtbot, desk, ComparePane(desk), (1200, 800))


@pytest.fixture
def show(qtbot: QtBot, pane: ComparePane, desk: Desk) -> Show:
    def go(scene: Scene) -> None:
        desk.put(scene)
        qtbot.waitUntil(lambda: desk.is_idle)

    return go


def cells(pane: ComparePane, column: int) -> list[str]:
    model = pane.widget.layers.table.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def current(pane: ComparePane) -> str:
    index = pane.widget.layers.table.currentIndex()
    return f"{index.siblingAtColumn(1).data()}|{index.siblingAtColumn(2).data()}"


def in_view(view: str, now: Scene | None = None, **changes: Any) -> Scene:
    return (now or beside()).with_choice(Comparing(view=view, **changes))


# ---- what is wished ----


def test_layers_wish_values_the_pair_that_is_looked_at_and_the_similarity(
    pane: ComparePane, show: Show
) -> None:
    wish = pane.wants(beside())
    assert wish is not None and wish.command == CompareValues(1, 2)
    assert Match(1, 2) in wish.beside
    show(beside())
    wish = pane.wants(beside())
    assert next(it for it in wish.beside if isinstance(it, ViewDifference)).node_b == 1


def test_each_view_wishes_its_own(pane: ComparePane) -> None:
    assert isinstance(pane.wants(in_view("cka")).command, MeasureCka)
    beside_answers = pane.wants(in_view("answers")).beside
    assert [it.key for it in beside_answers if isinstance(it, AnswerTo)] == ["image-a", "image-b", "image-c"]
    assert sum(isinstance(it, Measure) for it in beside_answers) == 2
    assert ListModels() not in beside_answers
    assert ListModels() in pane.wants(in_view("answers", course=True)).beside


def test_nothing_is_wished_of_one_network_but_the_list_for_the_table_of_a_course(pane: ComparePane) -> None:
    assert pane.wants(scene()) is None and pane.wants(beside(forward=None)) is None
    assert pane.wants(scene().with_choice(Comparing(course=True))).command == ListModels()


# ---- before there is a second network ----


def test_without_a_second_network_the_page_says_what_to_do(pane: ComparePane, show: Show, desk: Desk) -> None:
    show(scene())
    page = pane.widget
    assert page.start.isVisible() and not page.head_b.isVisible() and not pane.exports()
    page.start.choose.click()
    assert page.start.choose.text() == desk.action("compareWith").text()


@pytest.mark.parametrize("size", [(1340, 800), (860, 500)])
def test_what_the_page_is_for_is_said_in_whole_lines(
    qtbot: QtBot, pane: ComparePane, show: Show, size: tuple[int, int]
) -> None:
    pane.widget.resize(*size)
    show(scene())
    says = pane.widget.start.findChildren(QLabel, "compareSays")[0]
    qtbot.waitUntil(lambda: says.height() >= says.heightForWidth(says.width()))
    assert says.width() <= pane.widget.width()


def test_a_preset_seats_the_same_network_in_another_way(pane: ComparePane, show: Show, desk: Desk) -> None:
    show(scene(pretrained=True))
    button = pane.widget.start.groups["Other weights"]
    (item,) = button.menu().actions()
    item.trigger()
    wanted = desk.scene.seats[1].wanted
    assert wanted == LoadModel("zoo:toy", "random", seed=0, seat=1)
    assert not pane.widget.start.groups["Another seed"].isEnabled()
    assert "needs random weights" in pane.widget.start.notes["Another seed"].text()
    note = pane.widget.start.notes["Other weights"]
    assert note.text() == "same layers, other numbers: what training changed"
    assert "(estimate)" in note.toolTip() and "(estimate)" in button.toolTip()


def test_a_course_is_a_table_from_the_catalogue_and_nothing_is_loaded(
    qtbot: QtBot,
    pane: ComparePane,
    show: Show,
    desk: Desk,
    link: FakeLink,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alexnet = ModelEntry("alexnet", "zoo", "AlexNet", 2014, 61_000_000, top1=56.5, variant="one weird trick")
    entries = (alexnet, ModelEntry("vgg16", "zoo", "VGG", top1=82.3, later_recipe=True))
    monkeypatch.setitem(ANSWERS, ListModels, lambda _: Catalogue(entries))
    show(scene())
    pane.widget.start.course.click()
    qtbot.waitUntil(lambda: desk.is_idle)
    model = pane.widget.answers.facts.model()
    assert [model.headerData(it, Qt.Orientation.Horizontal) for it in range(3)] == [
        "Fact",
        "AlexNet",
        "VGG-16",
    ]
    assert model.index(1, 1).data() == "61.0 M" and model.index(1, 2).data() == "–"
    remarks = pane.widget.answers.remarks
    assert remarks.text().splitlines() == [
        "×: how many times the figure of AlexNet.",
        "AlexNet, 2014: one weird trick.",
        f"Top-1 of AlexNet: {alexnet.top1_source}.",
        "Top-1 of VGG-16: weights trained with a later recipe than the paper's.",
    ] and remarks.isVisible()  # fmt: skip
    assert remarks.height() >= remarks.heightForWidth(remarks.width()) > remarks.fontMetrics().height()
    facts = pane.widget.answers.facts
    last = facts.viewport().mapTo(
        pane.widget, facts.visualRect(model.index(model.rowCount() - 1, 0)).bottomLeft()
    )
    below = remarks.mapTo(pane.widget, QPoint()).y() - last.y()
    assert 0 < below < 2 * facts.verticalHeader().defaultSectionSize(), "the remarks follow the last row"
    assert model.index(5, 0).data() == "Input" and model.index(5, 1).data() == "1×3×224×224"
    assert not link.asked(LoadModel) and not pane.widget.answers.answers.isVisible()
    assert pane.exports()[0].content(".md").startswith(b"| Fact | AlexNet | VGG-16 |")
    assert pane.widget.answers.course.text() == "Show the course's four networks"
    assert "ResNet-152" in pane.widget.answers.course.toolTip()
    pane.widget.answers.course.click()
    assert pane.widget.start.isVisible()


# ---- layers ----


def test_the_arrow_of_other_network_stands_at_the_height_of_its_words(
    pane: ComparePane, show: Show, qapp: QApplication
) -> None:
    show(in_view("layers"))
    theme.apply(qapp, "light")  # the arrow is the style sheet's
    button = pane.widget.other
    image = button.grab().toImage()
    ground = image.pixelColor(1, 1)
    words = button.fontMetrics().horizontalAdvance(button.text()) + 8

    def middle(xs: range) -> float:
        rows = [y for y in range(image.height()) if any(image.pixelColor(x, y) != ground for x in xs)]
        assert rows, "it is drawn"
        return (rows[0] + rows[-1]) / 2

    assert abs(middle(range(words, image.width())) - middle(range(2, words))) <= 1


def test_layers_of_both_stand_side_by_side_with_what_is_said_of_them(pane: ComparePane, show: Show) -> None:
    show(beside())
    assert cells(pane, 0) == ["=", "≈", "~", "+", "−", "≠"]
    assert cells(pane, 1) == ["stem.conv", "stem.act", "body.conv", "", "body.add", "head"]
    assert cells(pane, 4) == ["1.0000", "1.0000", "0.5000", "–", "–", "0.4000"]
    assert cells(pane, 7)[2] == "kernel size 3×3 → 5×5"
    said = pane.widget.layers.said
    assert said.text() == (
        "1 of 4 pairs of layers differs in shape or settings; 1 layer only in A, 1 only in B; "
        "values first differ at body.conv (relative error 0.25)"
    )
    assert "≠ 1 beyond the tolerance" in said.toolTip(), "the counts are told on demand"
    table = pane.widget.layers.table
    width = table.fontMetrics().horizontalAdvance(cells(pane, 7)[2])
    assert width < table.columnWidth(7) < width + 40, "names have what the changes do not need"
    plain = [replace(row, pair=None) for row in table.layers.rows]
    table.set_rows(plain, plain)
    assert table.columnWidth(7) < 14 * theme.SPACING and table.horizontalScrollBar().maximum() == 0, (
        "none has any"
    )


def test_the_layers_say_where_they_part_and_with_what_care_cka_is_to_be_read(
    pane: ComparePane, show: Show, desk: Desk
) -> None:
    show(beside())
    layers = pane.widget.layers
    assert "values first differ at body.conv (relative error 0.25)" in layers.said.toolTip()
    assert layers.signs.texts == [
        "1 changed", "1 only in A", "1 only in B", "1 beyond the tolerance", "1 within the tolerance",
        "1 the same to the bit",
    ] and layers.signs.isVisible(), "what the signs mean stands under the table"  # fmt: skip
    found = desk.known(pane.wants(in_view("cka")).command)
    assert bool(layers.caution.text()) == bool(found.caution)
    layers.set_caution("3 images are too few.", "Biased towards 1.", "images")
    assert (
        layers.caution.text() == "3 images are too few." and "Biased towards 1." in layers.caution.toolTip()
    )
    show(in_view("layers", tolerance=10.0))
    assert layers.said.text().endswith("; all values agree within the tolerance")
    assert pane.widget.head_a.name.text() == "toy" and pane.widget.head_b.name.text() == "other"


def test_the_row_follows_the_operation_of_the_scene_and_the_scene_the_row(
    pane: ComparePane, show: Show, desk: Desk
) -> None:
    show(beside())
    assert current(pane) == "stem.conv|stem.conv"
    show(desk.scene.at_node(5))
    assert current(pane) == "head|head"
    table = pane.widget.layers.table
    table.setFocus()
    table.setCurrentIndex(table.model().index(2, 1))
    assert desk.scene.node == 3 and desk.scene.layer == "body.conv"


def test_an_operation_that_only_the_second_has_is_looked_at_alone(
    qtbot: QtBot, pane: ComparePane, show: Show, desk: Desk
) -> None:
    show(beside())
    table = pane.widget.layers.table
    table.setFocus()
    table.setCurrentIndex(table.model().index(3, 1))
    assert desk.scene.node == 1 and desk.scene.choice(Picked) == Picked("stem.conv", False, "body.add")
    assert current(pane) == "|body.add"
    qtbot.waitUntil(lambda: desk.is_idle)
    a, b, _ = pane.widget.layers.maps.columns
    assert (
        a.message.text() == "Only in B: no layer of A is its partner."
        and a.pages.currentWidget() is a.message
    )
    assert b.pages.currentWidget() is b.large and b.value.node == 4
    show(desk.scene.at_node(4))
    assert a.value is not None and b.value is None, "and of the first one, what it has alone"


def test_two_unlike_networks_open_at_the_first_pair_and_then_stay_where_the_person_goes(
    pane: ComparePane, show: Show, desk: Desk
) -> None:
    show(beside().at_node(4))
    assert desk.scene.node == 1 and current(pane) == "stem.conv|stem.conv"
    assert all(it.value is not None for it in pane.widget.layers.maps.columns), "maps beside each other"
    show(desk.scene.at_node(4))
    assert desk.scene.node == 4 and current(pane) == "body.add|"


def test_how_many_layers_stand_alone_is_said_in_the_sentence(
    pane: ComparePane, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = matching(Match(1, 2))
    few = Matching(few.pairs[:1], (2, 3, 4, 5), (2, 3, 4))
    monkeypatch.setitem(ANSWERS, CompareValues, lambda _: ValueComparison(few, Agreement(0, 0), ()))
    show(beside())
    assert pane.widget.layers.said.text().endswith("; 4 layers only in A, 3 only in B")


def test_values_of_a_pair_share_channel_and_place(pane: ComparePane, show: Show, desk: Desk) -> None:
    show(replace(beside(), chosen_channel=2, place=Unit(0.5, 0.5)))
    maps = pane.widget.layers.maps
    a, b, between = maps.columns
    assert maps.channel.value() == 2 and [it.large.has_picture for it in maps.columns] == [True] * 3
    a.large.hovered.emit(1, 3)
    assert "channel 2, row 1, column 3" in maps.reading.said[0]
    assert [part.split(" = ")[0] for part in maps.reading.said[0].split("  ")[1:]] == ["A", "B", "A − B"]
    b.large.clicked.emit(7, 0)
    assert desk.scene.place == Unit.of((7, 0), (8, 8))
    between.mosaic.channel_selected.emit(3)
    assert desk.scene.channel == 3
    maps.all.click()
    assert a.pages.currentWidget() is a.mosaic


def test_where_they_part_is_the_first_pair_beyond_the_tolerance(
    pane: ComparePane, show: Show, desk: Desk, notices: FakeNotices
) -> None:
    show(beside())
    parting = pane.widget.layers.parting
    assert parting.text() == "Go to first difference" and parting.isEnabled()
    pane.widget.layers.parting.click()
    desk.settle()
    assert desk.scene.node == 3 and not parting.isEnabled(), "who is there need not go"
    pane.widget.layers.tolerance.setValue(0.5)
    desk.settle()
    pane.widget.layers.parting.click()
    assert desk.scene.node == 5
    pane.widget.layers.tolerance.setValue(1.0)
    desk.settle()
    pane.widget.layers.parting.click()
    assert desk.scene.node == 5 and "All 4 pairs agree within a relative error of 1." in notices.texts()
    pane.widget.layers.tolerance.setValue(0.0)
    desk.settle()
    pane.widget.layers.parting.click()
    assert desk.scene.node == 2, "not the same bits"


def test_networks_without_common_parts_are_not_said_to_agree(
    pane: ComparePane, show: Show, notices: FakeNotices, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = Matching((), (1, 2), (3,))
    monkeypatch.setitem(
        ANSWERS, CompareValues, lambda _: ValueComparison(nothing, Agreement(0, 0, identical=True), ())
    )
    show(beside())
    pane.widget.layers.parting.click()
    assert notices.texts() == ["No operation of A is the same part as one of B: there is nothing to compare."]


def test_only_differences_and_words_leave_rows_out(pane: ComparePane, show: Show, desk: Desk) -> None:
    show(beside())
    pane.widget.layers.differences.click()
    assert cells(pane, 0) == ["~", "+", "−", "≠"]
    pane.widget.layers.filter.setText("nothing like it")
    assert cells(pane, 0) == [] and "No row has these words" in pane.widget.layers.table.hint


def test_the_match_is_mended_by_hand_and_taken_back(
    qtbot: QtBot, pane: ComparePane, show: Show, desk: Desk, link: FakeLink
) -> None:
    show(beside())
    table = pane.widget.layers.table
    alone = table.layers.rows[4]
    with_, release, undo = table.menu(alone).actions()[:3]
    assert not release.isEnabled() and not undo.isEnabled()
    first = with_.menu().actions()[0]
    assert first.text().startswith("body.add")
    first.trigger()
    qtbot.waitUntil(lambda: desk.is_idle)
    assert link.asked(Match)[-1].by_hand == ((4, 4),)
    assert cells(pane, 1) == ["stem.conv", "stem.act", "body.conv", "body.add", "head"]
    paired = next(it for it in table.layers.rows if it.a and it.a.id == 5)
    table.menu(paired).actions()[1].trigger()
    qtbot.waitUntil(lambda: desk.is_idle)
    assert link.asked(Match)[-1].by_hand == ((4, 4), (5, None))
    pane.widget.layers.undo.click()
    pane.widget.layers.undo.click()
    qtbot.waitUntil(lambda: desk.is_idle)
    assert cells(pane, 0) == ["=", "≈", "~", "+", "−", "≠"] and not pane.widget.layers.undo.isVisible()
    assert desk.scene.choice(Mended).pairs == ()


def test_columns_sort_and_what_is_unknown_comes_last_either_way(pane: ComparePane, show: Show) -> None:
    show(beside())
    table = pane.widget.layers.table
    table.sortByColumn(5, Qt.SortOrder.DescendingOrder)
    assert cells(pane, 5) == ["0.75", "0.25", "1e−07", "0", "–", "–"]
    table.sortByColumn(5, Qt.SortOrder.AscendingOrder)
    assert cells(pane, 5) == ["0", "1e−07", "0.25", "0.75", "–", "–"]


def test_parts_of_the_answer_are_shown_as_they_come(
    qtbot: QtBot, pane: ComparePane, desk: Desk, link: FakeLink
) -> None:
    link.manual = {CompareValues}
    desk.put(beside())
    qtbot.waitUntil(lambda: bool(cells(pane, 0)))
    assert cells(pane, 0) == ["·", "·", "~", "+", "−", "·"]
    link.answer(CompareValues)
    qtbot.waitUntil(lambda: cells(pane, 0)[0] == "=")


# ---- representations ----


def has_colour_beside(heat: HeatMap, series: int, across: bool) -> bool:
    """Tell whether a colour of a network is in the margin above (`across`) or at the left of the picture."""
    drawn, area = heat.grab().toImage(), heat.rect_of((0, 0, *heat.size_of_picture)).toRect()
    wanted, margin = theme.series_colour(series).name(), heat.margin
    strip = (
        QRect(area.left(), area.top() - margin, area.width(), margin)
        if across
        else QRect(area.left() - margin, area.top(), margin, area.height())
    )
    places = ((x, y) for x in range(strip.left(), strip.right()) for y in range(strip.top(), strip.bottom()))
    return any(drawn.pixelColor(x, y).name() == wanted for x, y in places)


def test_all_layers_against_all(pane: ComparePane, show: Show, desk: Desk) -> None:
    show(in_view("cka"))
    view = pane.widget.cka
    assert view.heat.has_picture and view.said.said[0] == "3 open images" and view.examples.isEnabled()
    assert view.range.isVisible() and "lowest CKA here" in view.scale.toolTip()
    for series, across in ((0, False), (1, True)):
        assert has_colour_beside(view.heat, series, across), "both axes have their letters"
    assert AXES == ("layers of A, first → last", "layers of B, first → last"), "read as their layers run"
    assert view.says.text().startswith("How alike are the layers of A and B?")
    assert "Bright: images near each other in one layer are so in the other" in view.says.text()
    assert view.reading.whole[1] not in view.heat.toolTip(), "what the page says is not said again over it"
    view.heat.hovered.emit(0, 2)
    assert view.reading.said[0] == "A stem.conv and B body.conv: CKA over images about 0.80"
    view.heat.hovered.emit(0, 4)
    assert view.reading.said[0].endswith("CKA over images –")
    view.heat.clicked.emit(2, 4)
    assert desk.scene.node == 3 and desk.scene.choice(Picked) == Picked("body.conv", True, "head")
    view.heat.arrow_pressed.emit(0, -1)
    assert desk.scene.choice(Picked).b == "body.add"
    view.heat.clicked.emit(0, 0)
    assert desk.scene.node == 1 and desk.scene.choice(Picked) == Picked(), "that is the match"


def test_the_axes_name_the_modules_that_divide_the_layers() -> None:
    names = ("conv1", *(f"layer{k}.{n}.conv" for k in (1, 2, 3) for n in range(4)), "fc")
    known = toy_trace()
    trace = replace(known, nodes=tuple(replace(known.nodes[1], id=k, name=it) for k, it in enumerate(names)))
    assert stretches(trace, range(len(names))) == (
        (0, 1, "conv1"), (1, 5, "layer1"), (5, 9, "layer2"), (9, 13, "layer3"), (13, 14, "fc"),
    )  # fmt: skip
    assert stretches(trace, range(1, 5)) == tuple((k, k + 1, "conv") for k in range(4)), "as deep as it needs"
    deep = replace(trace, nodes=tuple(replace(it, name=f"features.{it.id // 3}.conv") for it in trace.nodes))
    assert stretches(deep, range(9)) == ((0, 3, "features.0"), (3, 6, "features.1"), (6, 9, "features.2"))


def test_names_along_both_axes_are_all_whole_or_all_numbers() -> None:
    roomy = [("blocks.0", 20.0), ("blocks.1", 90.0), ("blocks.2", 90.0), ("head", 90.0)]
    whole = ["", "blocks.1", "blocks.2", "head"]
    assert wordings([roomy, roomy], lambda it: 10 * len(it)) == [whole, whole]
    narrow = [("blocks.0", 20.0), ("blocks.1", 90.0), ("blocks.2", 20.0), ("head", 20.0)]
    numbers = ["0", "1", "2", ""]
    assert wordings([roomy, narrow], lambda it: 10 * len(it)) == [numbers, numbers], "one way on both sides"
    modules = tuple((k, k + 1, name) for k, (name, _) in enumerate(roomy))
    assert numbered(modules, numbers) == "blocks" and numbered(modules, whole) == ""


def test_an_axis_of_few_modules_names_these_and_operations_as_a_person_does() -> None:
    names = [*(f"features.{k}" for k in range(9)), *(f"classifier.{k}" for k in range(3))]
    known = toy_trace()
    nodes = tuple(replace(known.nodes[1], id=k, name=it, module=it) for k, it in enumerate(names))
    trace = replace(known, nodes=nodes)
    assert stretches(trace, range(12)) == ((0, 9, "features"), (9, 12, "classifier"))
    main = replace(trace, nodes=tuple(replace(it, main=1, op="conv2d", call=0) for it in nodes))
    assert stretches(main, range(4))[0][2] == "conv2d", "as in the table"


def test_changes_without_room_are_left_out_whole(pane: ComparePane, show: Show) -> None:
    show(beside())
    table = pane.widget.layers.table
    row = table.layers.rows[2]
    assert row.pair is not None
    more = replace(row.pair, changes=(*row.pair.changes, Change("stride", (1, 1), (2, 2))))
    table.layers.replace([replace(row, pair=more)])
    option, index = QStyleOptionViewItem(), table.layers.index(0, 7)

    def painted(width: int) -> str:
        table.initViewItemOption(option)
        option.rect = QRect(0, 0, width, 20)
        table.itemDelegateForColumn(7).initStyleOption(option, index)
        return option.text

    assert painted(900) == "kernel size 3×3 → 5×5; stride 1×1 → 2×2"
    assert painted(230) == "kernel size 3×3 → 5×5; …"
    assert painted(90) == "2 changes"


def test_one_pair_is_told_as_one(pane: ComparePane, show: Show, desk: Desk) -> None:
    show(beside())
    found = desk.known(pane.wants(beside()).command)
    one = replace(found.matching, pairs=found.matching.pairs[:1], only_a=(), only_b=())
    agreed = replace(found, matching=one, agreements=found.agreements[:1])
    told = sentence(one, agreed, toy_trace(), 1e-5)
    assert (
        told
        == "The only pair of layers has the same shape and settings; all values agree within the tolerance"
    )
    changed = replace(one, pairs=found.matching.pairs[2:3])
    assert (
        sentence(changed, None, toy_trace(), 1e-5) == "The only pair of layers differs in shape or settings"
    )


def test_a_rough_cka_looks_rough_and_its_heading_names_the_examples(pane: ComparePane, show: Show) -> None:
    show(beside())
    rows = pane.widget.layers.table.layers
    heading = rows.headerData(6, Qt.Orientation.Horizontal)
    cell = rows.index(0, 6)
    assert heading == "CKA, images" and cell.data() == "1.00"
    assert cell.data(Qt.ItemDataRole.ForegroundRole).name() == theme.current().muted
    assert cell.data(PLAIN_ROLE) == "1.0", "the whole number goes to other programs"
    show(beside().with_choice(Comparing(places=True)))
    assert rows.headerData(6, Qt.Orientation.Horizontal) == "CKA, places"
    assert "places of the maps" in rows.headerData(6, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    firm = [replace(row, is_rough=False) for row in rows.rows]
    rows.replace(firm)
    assert (
        rows.index(0, 6).data() == "1.0000" and rows.index(0, 6).data(Qt.ItemDataRole.ForegroundRole) is None
    )


def test_an_error_that_says_little_is_told_as_more_than_a_thousand(pane: ComparePane, show: Show) -> None:
    show(beside())
    rows = pane.widget.layers.table.layers
    row = rows.rows[0]
    assert row.agreement is not None
    far = replace(row, agreement=replace(row.agreement, relative_error=9.1e8))
    rows.replace([far, replace(far, agreement=replace(row.agreement, relative_error=float("inf")))])
    cell, none = rows.index(0, 5), rows.index(1, 5)
    assert cell.data() == none.data() == "> 1000" and cell.data(PLAIN_ROLE) == "910000000.0"
    assert "9.1e+08 times ‖B‖: B is nearly 0" in cell.data(Qt.ItemDataRole.ToolTipRole)
    assert "B is 0 everywhere" in none.data(Qt.ItemDataRole.ToolTipRole)


def test_why_a_pair_has_no_cka_is_said(pane: ComparePane, show: Show, desk: Desk) -> None:
    show(beside())
    found = cka(MeasureCka(1, 2))
    rows = pane.widget.layers.table.layers.rows
    assert caution(found, rows) == (found.caution, found.why), "all pairs are among the layers"
    fewer = replace(found, layers_a=(1, 2), caution="Only to rank.", rule="Layers are 2 of the 5.")
    told, why = caution(fewer, rows)
    assert (
        told.split(FACTS) == ["Only to rank.", "A dash stands for layers that are not measured."]
        and "Layers are 2 of the 5." in why
    )
    table = pane.widget.layers.table
    table.layers.replace([replace(rows[0], cka=float("nan"))])
    assert "Not measured" in table.layers.index(0, 6).data(Qt.ItemDataRole.ToolTipRole)


def test_without_enough_images_the_places_of_one_are_the_examples(pane: ComparePane, show: Show) -> None:
    show(replace(in_view("cka"), images=beside().images[:2]))
    view = pane.widget.cka
    assert view.examples.currentData() is True and not view.examples.isEnabled()
    assert view.said.said[0] == "the places of each map"
    assert "places near each other" in view.says.text()
    assert view.need.text() == "3 or more open images can be the examples instead."


def test_what_takes_long_shows_how_far_it_is_and_what_was_stopped_can_be_asked_again(
    qtbot: QtBot, pane: ComparePane, desk: Desk, link: FakeLink
) -> None:
    link.manual = {MeasureCka}
    desk.put(in_view("cka"))
    qtbot.waitUntil(lambda: bool(link.waiting(MeasureCka)))
    link.progress(MeasureCka, 2, 6, "running on b.png")
    view = pane.widget.cka
    qtbot.waitUntil(lambda: view.doing.text() == "running on b.png")
    assert view.progress.value() == 2 and view.stop.isVisible()
    link.fail(MeasureCka, "Cancelled.", cancelled=True)
    qtbot.waitUntil(lambda: view.again.isVisible())
    assert not view.stop.isVisible()
    link.manual = set()
    view.again.click()
    qtbot.waitUntil(lambda: view.heat.has_picture)


# ---- answers ----


def test_answers_of_both_to_all_images_and_their_facts(pane: ComparePane, show: Show, desk: Desk) -> None:
    show(in_view("answers"))
    view = pane.widget.answers
    row = [view.opinions.model().index(0, it).data() for it in range(7)]
    assert row == ["a.png", "tabby", "60.0 %", "tiger cat", "30.0 %", "≠ differ", "2"]
    across = Qt.Orientation.Horizontal
    assert [view.ranks.model().headerData(it, across) for it in range(4)] == [
        "A",
        "Sure",
        "B",
        "Sure",
    ]
    assert view.said.text() == "same first class: 0 of 3"
    assert [view.ranks.model().index(1, it).data() for it in (0, 2)] == ["tiger cat", "tabby"]
    facts = view.facts.model()
    assert [facts.index(1, it).data() for it in range(4)] == ["Parameters", "27", "27", "the same"]
    view.opinions.selectRow(1)
    assert desk.scene.image == "image-b"


def test_what_random_weights_answer_is_said_to_be_no_knowledge(pane: ComparePane, show: Show) -> None:
    now = in_view("answers")
    model = now.seats[1].model
    show(now.with_seat(1, model=replace(model, weights="random (seed 0)", pretrained=False)))
    view = pane.widget.answers
    assert view.random.text() == "B: random weights, not knowledge"
    row = [view.opinions.model().index(0, it) for it in range(7)]
    assert [row[it].data() for it in (2, 4)] == ["60.0 %", "random"]
    assert "30.0 %" in row[4].data(Qt.ItemDataRole.ToolTipRole), "the number, for who asks"
    ranked = [view.ranks.model().index(0, it) for it in range(4)]
    assert [ranked[it].data() for it in (1, 3)] == ["60.0 %", "random"]
    assert "30.0 %" in ranked[3].data(Qt.ItemDataRole.ToolTipRole)
    muted = theme.current().muted
    for cell in (row[3], row[4]):
        option = QStyleOptionViewItem()
        view.opinions.itemDelegateForIndex(cell).initStyleOption(option, cell)
        assert option.palette.highlightedText().color().name() == muted, "dimmed in the chosen row too"


def test_of_equal_classes_none_is_said_to_be_the_answer(pane: ComparePane, show: Show) -> None:
    now = in_view("answers")
    answer = now.images[0].answer
    assert answer is not None
    show(now.with_image("image-a", answer=replace(answer, tied=1000, classes=1000)))
    view = pane.widget.answers
    row = [view.opinions.model().index(0, it).data() for it in range(7)]
    assert row == ["a.png", "all equal", "", "tiger cat", "30.0 %", "–", "–"]
    assert "A: all equal" in view.ranks_of.text()
    pane.widget.window().resize(896, 520)  # what a window of 960×600 leaves
    QTest.qWait(20)
    cell = view.opinions.visualRect(view.opinions.model().index(0, 1)).width()
    assert view.opinions.fontMetrics().horizontalAdvance(row[1]) + 2 * theme.SPACING <= cell, "it is not cut"


def test_the_table_of_a_course_has_the_input_and_no_quotient_where_it_differs() -> None:
    networks = [ModelEntry(name, "zoo", "", params=10, macs=macs) for name, macs in (("a", 5), ("b", 10))]
    table = {it.what: it for it in course.rows(networks, [(1, 3, 96, 96), course.INPUT])}
    assert table["MACs"].shown_differences == ("", "inputs differ")
    assert table["parameters"].shown_differences == ("", "the same")
    assert table["input"].shown == ("1×3×96×96", "1×3×224×224")


def test_the_catalogue_counts_the_networks_of_the_course_at_the_size_that_is_told() -> None:
    for name in course.COURSE:
        assert zoo.resolve(f"zoo:{name}").preprocess.shape == course.INPUT


# ---- what is on its way ----


@pytest.mark.parametrize(
    ("changes", "says", "comes"),
    [
        ({"loaded": None, "model": None, "forward": None}, "other is being loaded…", True),
        ({"wanted": None}, "There is no network B; choose one.", False),
        ({"forward": None}, "The networks are run on the image…", True),
    ],
)
def test_what_is_missing_is_said(changes: dict[str, Any], says: str, comes: bool) -> None:
    now = beside(**changes)
    assert status(now, now.seats[1]) == (says, comes)


def test_a_forward_that_is_held_and_an_engine_that_is_off_are_said() -> None:
    now = beside(forward=None)
    question = Question(OTHER, "image-a", None)
    held = now.with_seat(1, held=(question, "too small"))
    assert status(held, held.seats[1]) == ("B was not run: too small", False)
    assert "engine is off" in status(replace(now, engine=EngineState.OFF), now.seats[1])[0]
    empty = replace(now, images=(), image=None)
    assert "Open an image" in status(empty, empty.seats[1])[0]


def test_what_was_held_is_said_of_that_image_alone_and_of_no_other() -> None:
    now = beside(held=(Question(OTHER, "image-b", None), "too small"))
    there = replace(now, image="image-b")
    assert status(there, there.seats[1]) == ("B was not run: too small", False), (
        "that of the first is no answer"
    )
    elsewhere = replace(now, image="image-c").with_seat(1, forward=None)
    assert status(elsewhere, elsewhere.seats[1]) == ("The networks are run on the image…", True)


def test_while_another_image_is_on_its_way_the_rows_stay(pane: ComparePane, show: Show, desk: Desk) -> None:
    show(beside())
    show(replace(desk.scene, image="image-b"))
    assert len(cells(pane, 0)) == 6
    show(desk.scene.with_seat(1, wanted=replace(OTHER, seed=9)))
    assert cells(pane, 0) == [] and pane.widget.layers.table.hint == "other is being loaded…"


def test_a_fault_of_the_comparison_is_said(
    qtbot: QtBot, pane: ComparePane, show: Show, link: FakeLink
) -> None:
    link.failing[CompareValues] = "a value is gone"
    show(beside())
    assert pane.widget.layers.said.text().startswith("a value is gone")


def test_that_both_were_given_different_inputs_is_said_and_explained(
    pane: ComparePane, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(asked: CompareValues) -> ValueComparison:
        return replace(values(asked), inputs=Agreement(0, 0, 0.9, 0.25, 1.0))

    monkeypatch.setitem(ANSWERS, CompareValues, answer)
    show(beside())
    said = pane.widget.layers.said
    assert "; what A and B read differs; values first differ at body.conv (" in said.text()
    assert "(relative error 0.25): each network prepares the photo in its own way" in said.toolTip()


def test_values_whose_comparison_was_stopped_can_be_asked_for_again(
    qtbot: QtBot, pane: ComparePane, desk: Desk, link: FakeLink
) -> None:
    link.manual = {CompareValues}
    desk.put(beside())
    qtbot.waitUntil(lambda: bool(link.waiting(CompareValues)))
    link.fail(CompareValues, "Cancelled.", cancelled=True)
    qtbot.waitUntil(lambda: pane.widget.layers.said.text().startswith("Comparing was stopped"))
    link.manual = set()
    pane.widget.layers.parting.click()
    qtbot.waitUntil(lambda: cells(pane, 0)[0] == "=")


# ---- files, and the actions ----


def test_the_table_is_saved_as_csv_markdown_and_figure(pane: ComparePane, show: Show) -> None:
    show(beside())
    (export,) = pane.exports()
    assert export.name == "toy-and-other-layers" and set(export.kinds) >= {
        ".csv",
        ".md",
        ".png",
        ".svg",
        ".pdf",
    }
    lines = export.content(".csv").decode().splitlines()
    assert lines[0] == "sign,a,b,output,cosine,relative error,linear CKA,changes"
    assert lines[3] == "~,body.conv,body.conv,4×8×8,0.5,0.25,1.0,kernel size 3×3 → 5×5"
    assert export.content(".md").decode().splitlines()[1].startswith("| --- | --- |")
    assert export.content(".png")[:4] == b"\x89PNG"
    assert pane.widget.layers.maps.reading in pane.widget.layers.controls, "a file has no mouse"


def test_the_matrix_and_the_answers_are_saved(pane: ComparePane, show: Show) -> None:
    show(in_view("cka"))
    lines = pane.exports()[0].content(".csv").decode().splitlines()
    assert lines[0].split(",")[:2] == ["linear CKA", "stem.conv"] and lines[1] == "stem.conv,1.0,0.9,0.8,0.7,"
    show(in_view("answers"))
    text = pane.exports()[0].content(".md").decode()
    opinions = pane.widget.answers.opinions
    shown = opinions.itemDelegateForColumn(2).displayText("60.0 %", opinions.locale())
    assert shown == "60.0 %\u2002", (
        "a number is apart from the words of the next column; a file has no such room"
    )
    assert "| a.png | tabby | 60.0 % |" in text and "| Parameters | 27 |" in text


def action(id: str) -> Any:
    return next(it for it in FEATURE.actions if it.id == id)


def test_the_actions_know_what_they_need(desk: Desk) -> None:
    assert action("compareWith").enabled(scene()) and not action("compareWith").enabled(Scene())
    for id in ("swapNetworks", "closeSecond"):
        assert not action(id).enabled(scene()) and action(id).enabled(beside())
    assert not action("swapNetworks").enabled(beside(loaded=None))


def test_another_network_is_picked_for_the_second_seat(desk: Desk) -> None:
    action("compareWith").run(desk)
    assert desk.scene.page == "compare" and desk.scene.choice(loading.Picking).beside


def test_the_second_is_closed_and_both_are_swapped(
    qtbot: QtBot, pane: ComparePane, show: Show, desk: Desk, link: FakeLink
) -> None:
    show(beside().at_node(3))
    action("swapNetworks").run(desk)
    qtbot.waitUntil(lambda: bool(link.asked(SwapSeats)) and desk.is_idle)
    assert desk.scene.seat.loaded == replace(OTHER, seat=0) and desk.scene.current.name == "body.conv"
    assert desk.scene.seats[1].loaded == replace(TOY, seat=1)
    action("closeSecond").run(desk)
    desk.settle()
    assert pane.widget.start.isVisible() and not link.asked(EmptySeat), "nobody follows the seats here"


def test_what_was_mended_of_two_networks_of_one_name_is_swapped_with_them(
    qtbot: QtBot, show: Show, desk: Desk
) -> None:
    now = beside(wanted=(twin := replace(TOY, seed=7, seat=1)), loaded=twin, model=loaded(twin))
    now = now.with_seat(1, forward=forward("image-a", 2))
    mends = Mended(("zoo:toy", "zoo:toy")).with_pair("body.conv", "head").with_pair(None, "body.add")
    show(now.with_choice(mends))
    action("swapNetworks").run(desk)
    qtbot.waitUntil(lambda: desk.scene.seat.loaded.seed == 7)
    swapped = desk.scene.choice(Mended)
    assert swapped.pairs == (("head", "body.conv"), ("body.add", None))
    assert swapped.undone().pairs == (("head", "body.conv"),)


def test_a_comparison_on_its_way_is_shown_as_such(pane: ComparePane) -> None:
    now = beside()
    pane.show(now, Waiting("comparing values"))
    assert pane.widget.layers.isVisible() and pane.widget.layers.table.layers.rows == ()


def test_another_forward_number_is_another_question(pane: ComparePane) -> None:
    now = beside(forward=forward("image-a", 9, model="zoo:other"))
    assert pane.wants(now).command == CompareValues(1, 9)


def test_a_comparison_that_ended_the_engine_is_not_asked_again(
    qtbot: QtBot, pane: ComparePane, desk: Desk, link: FakeLink
) -> None:
    link.manual = {CompareValues}
    desk.put(beside())
    qtbot.waitUntil(lambda: bool(link.waiting(CompareValues)))
    link.die(CompareValues(1, 2))
    qtbot.waitUntil(lambda: desk.scene.engine is EngineState.STARTING)
    link.revive()
    qtbot.waitUntil(lambda: desk.scene.engine is EngineState.ALIVE)
    again = beside(forward=forward("image-a", 4, model="zoo:other"))  # a new engine has other numbers
    desk.put(again.with_seat(forward=forward("image-a", 3)))
    qtbot.waitUntil(lambda: desk.is_idle)
    assert link.asked(CompareValues) == [CompareValues(1, 2)]
    assert "ended while it worked" in pane.widget.layers.said.text()


def test_an_answer_that_was_stopped_can_be_asked_for_again(
    qtbot: QtBot, pane: ComparePane, show: Show, desk: Desk, link: FakeLink
) -> None:
    link.manual = {AnswerTo}
    desk.put(in_view("answers"))
    view = pane.widget.answers
    qtbot.waitUntil(lambda: bool(link.waiting(AnswerTo)))
    stopped = link.open[link.waiting(AnswerTo)[0]]
    link.fail(AnswerTo, "Cancelled.", cancelled=True)
    link.manual = set()
    while link.waiting(AnswerTo):
        link.answer(AnswerTo)
    qtbot.waitUntil(lambda: desk.is_idle and view.again.isVisible())
    tips = [view.opinions.model().index(row, 3).data(Qt.ItemDataRole.ToolTipRole) for row in range(3)]
    assert sum("stopped" in (it or "") for it in tips) == 1
    view.again.click()
    qtbot.waitUntil(lambda: desk.is_idle and not view.again.isVisible())
    assert link.asked(AnswerTo)[-1] == stopped
