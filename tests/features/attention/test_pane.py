"""The lens of attention: what it asks of the engine, and what it shows of the scene."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from desk_fakes import scene, without_forward
from engine_asks import Asker
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot
from window_fakes import ANSWERS, FakeLink

from explorer import zoo
from explorer.engine.command import Lane
from explorer.features.attention import cost_view
from explorer.features.attention.choice import AttentionChoice, Sight, question
from explorer.features.attention.controls import AttentionControls
from explorer.features.attention.fit import misfit, shown
from explorer.features.attention.heads import COMPUTE, quantised, tile_of
from explorer.features.attention.messages import (
    GRADIENT,
    MOST,
    ROLLOUT,
    ViewAttention,
    ViewMatrix,
    ViewPositions,
)
from explorer.features.attention.pane import FIRST_ATTENTION, WITH_ATTENTION, AttentionPane
from explorer.features.live.choice import question as changed_question
from explorer.forward import recorder
from explorer.records.answers import AS_DERIVED, AnswerWay, Reading
from explorer.records.attention import attentions
from explorer.records.edits import Edit
from explorer.window import theme
from explorer.window.desk import Desk
from explorer.window.live import Live
from explorer.window.scene import Pixel, Scene, Unit
from explorer.window.widgets.figures import drawing
from explorer.window.widgets.scale_bar import ScaleBar


@pytest.fixture
def pane(qtbot: QtBot, desk: Desk, ask: Asker, monkeypatch: pytest.MonkeyPatch) -> AttentionPane:
    for kind in (ViewAttention, ViewMatrix, ViewPositions):
        monkeypatch.setitem(ANSWERS, kind, ask)
    pane = AttentionPane(desk)
    qtbot.addWidget(pane.widget)
    pane.widget.resize(726, 720)
    pane.widget.show()
    desk.seat(pane, lambda: True)
    return pane


def at(forward: Any, number: int = 0, **changes: Any) -> Scene:
    """The scene of a recorded forward with one of its attentions shown."""
    node = attentions(forward.trace).all[number].shown
    return scene(node=node, **changes).with_seat(forward=forward)


def put(qtbot: QtBot, desk: Desk, now: Scene) -> None:
    desk.put(now)
    desk.settle()
    qtbot.waitUntil(lambda: desk.is_idle)


def test_no_line_stands_between_the_names_of_the_heads_on_a_screen_of_any_fineness(
    qtbot: QtBot, pane: AttentionPane, desk: Desk, record: Any
) -> None:
    put(qtbot, desk, at(record("vit")))
    strip = pane.widget.strip
    for ratio in (1.0, 1.25, 1.5, 1.75):
        drawn = QImage(
            round(strip.width() * ratio) + 1, round(strip.height() * ratio) + 1, QImage.Format.Format_RGB32
        )
        drawn.setDevicePixelRatio(ratio)
        for corner in (QPoint(), QPoint(1, 0)):
            with drawing(ratio):
                strip.render(drawn, corner)
            top = strip.rect_of(strip.tile_of(1)).top()
            row = {drawn.pixelColor(x, round((top - 3) * ratio)).name() for x in range(drawn.width() - 4)}
            assert theme.current().gap not in row


def test_the_row_of_the_class_token_is_shown_and_a_click_on_the_photo_asks_about_the_patch(
    qtbot: QtBot, pane: AttentionPane, desk: Desk, record: Any
) -> None:
    put(qtbot, desk, at(record("vit")))
    view = pane.widget.view
    assert (
        view is not None
        and pane.widget.facts == "Attention 1 of 2 with 4 heads    3×5 patches and a class token"
    )
    assert pane.widget.row.caption == "mean: where the class token looks"
    asks = pane.widget.controls.of_class
    assert asks.isEnabled() and asks.isChecked()
    asks.click()
    assert asks.isChecked() and pane.widget.view.place is None, "what is chosen stays chosen"
    photo = pane.widget.row.photo
    photo.clicked.emit(5, 13)  # a pixel of patch (1, 3)
    qtbot.waitUntil(lambda: pane.widget.view is not view)
    assert pane.widget.view.place == 8 and not pane.widget.controls.of_class.isChecked()
    pane.widget.strip.channel_selected.emit(pane.widget.strip.heads.index(2))
    assert pane.widget.row.caption == "head 2: where the patch at row 1, column 3 looks"
    photo.setFocus()
    QTest.keyClick(photo, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: pane.widget.view.place == 13)
    photo.hovered.emit(0, 19)
    weight = pane.widget.view.rows[2, 5]
    seen = "the patch at row 2, column 3 looks at the patch at row 0, column 4"
    assert pane.widget.row.caption == f"head 2: {seen} = {weight:.3g}"
    QTest.keyClick(photo, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: pane.widget.view.place is None)


def test_who_looks_at_it_is_the_column(
    qtbot: QtBot, pane: AttentionPane, desk: Desk, record: Any, ask: Any
) -> None:
    now = at(record("vit"), 1, place=Unit.of((2, 0), (3, 5)))
    put(qtbot, desk, now)
    row = pane.widget.view
    pane.widget.controls.ways[True].click()
    qtbot.waitUntil(lambda: pane.widget.view.reverse)
    column = pane.widget.view
    assert pane.widget.row.caption == "mean: who looks at the patch at row 2, column 0"
    assert column.rows[0, 11] == row.rows[0, 11], "both are how it looks at itself"
    assert np.array_equal(column.rows, ask(replace(question(desk.scene, shown(desk.scene)))).rows)


def test_other_operations_of_the_block_show_the_same_and_the_buttons_step(
    qtbot: QtBot, pane: AttentionPane, desk: Desk, link: FakeLink, record: Any
) -> None:
    forward = record("vit")
    put(qtbot, desk, at(forward))
    first = pane.widget.view
    inside = next(node.id for node in forward.trace.nodes if node.module == "one" and node.op == "linear")
    put(qtbot, desk, replace(desk.scene, node=inside))
    assert pane.widget.view is first
    assert not pane.widget.controls.before.isEnabled()
    pane.widget.controls.after.click()
    qtbot.waitUntil(lambda: pane.widget.view.number == 1)
    assert desk.scene.node == attentions(forward.trace).all[1].shown
    assert not pane.widget.controls.after.isEnabled()


def test_a_pixel_that_was_asked_about_is_the_patch_around_it(record: Any) -> None:
    now = at(record("vit"), place=Pixel(11, 0))
    assert question(now, shown(now)).place == (11.5 / 12, 0.5 / 20)
    chosen = now.with_choice(AttentionChoice(at_class=True))
    assert question(chosen, shown(chosen)).place is None


def test_the_controls_work_by_their_keys(qtbot: QtBot, pane: AttentionPane, desk: Desk, record: Any) -> None:
    put(qtbot, desk, at(record("vit"), place=Unit.of((0, 0), (3, 5))))
    controls = pane.widget.controls
    for width in (700, 380):  # its words are shorter there
        pane.widget.resize(width, 720)
        keys = [button.shortcut().toString() for button in (*controls.ways.values(), controls.of_class)]
        assert keys == ["Alt+W", "Alt+Y", "Alt+T"]
    controls.of_class.click()
    qtbot.waitUntil(lambda: desk.is_idle)
    assert controls.of_class.isChecked() and pane.widget.view.place is None


def test_what_does_nothing_is_not_there_and_nothing_else_moves(
    qtbot: QtBot, pane: AttentionPane, desk: Desk, record: Any
) -> None:
    put(qtbot, desk, at(record("vit")))
    controls = pane.widget.controls
    asked = (*controls.ways.values(), controls.of_class)
    places = [it.geometry() for it in controls.sights.values()]
    for sight, button in controls.sights.items():
        button.click()
        qtbot.waitUntil(lambda: desk.is_idle)
        assert {it.isVisible() for it in asked} == {sight is Sight.PHOTO}
        assert [it.geometry() for it in controls.sights.values()] == places


@pytest.mark.parametrize("width", [432, 470, 520, 600, 640, 800])
def test_no_word_of_the_controls_is_cut(qtbot: QtBot, width: int) -> None:
    before = QApplication.instance().styleSheet()
    theme.apply(QApplication.instance(), "light")
    room = QWidget()  # a window of its own would be as wide as it wishes
    qtbot.addWidget(room)
    controls = AttentionControls(room)
    room.show()
    controls.resize(width, 40)
    QApplication.processEvents()
    buttons = [it for it in controls.findChildren(QToolButton) if it.isVisible()]
    cut = [it.text() for it in buttons if it.width() < it.sizeHint().width()]
    QApplication.instance().setStyleSheet(before)
    assert len(buttons) >= 7 and not cut


def test_matrix_positions_and_cost_stand_at_the_left(
    qtbot: QtBot, pane: AttentionPane, desk: Desk, link: FakeLink, record: Any
) -> None:
    put(qtbot, desk, at(record("vit"), 1))
    assert not link.asked(ViewMatrix) and not link.asked(ViewPositions)
    pane.widget.head_chosen.emit(MOST)
    pane.widget.controls.sights[Sight.MATRIX].click()
    qtbot.waitUntil(lambda: desk.is_idle)
    assert [command.head for command in link.asked(ViewMatrix)] == [MOST]
    matrix = pane.widget.matrix
    assert matrix.caption.startswith("max")
    matrix.canvas.hovered.emit(8, 0)
    looks = "the patch at row 1, column 2 looks at the class token = 0."
    assert matrix.caption.startswith(f"max: {looks}")
    matrix.canvas.clicked.emit(8, 0)
    qtbot.waitUntil(lambda: pane.widget.view.place == 7)
    pane.widget.controls.sights[Sight.POSITIONS].click()
    qtbot.waitUntil(lambda: desk.is_idle)
    assert pane.widget.positions.caption == "positions: cosine between patches"
    pane.widget.positions.mosaic.channel_selected.emit(14)
    qtbot.waitUntil(lambda: pane.widget.view.place == 14)
    pane.widget.controls.sights[Sight.COST].click()
    qtbot.waitUntil(lambda: desk.is_idle)
    assert pane.widget.cost.line == "Products 8.19 k MACs    linear layers 16.4 k MACs"


def test_rollout_with_gradients_is_asked_for_when_it_is_chosen(
    qtbot: QtBot, pane: AttentionPane, desk: Desk, link: FakeLink, record: Any
) -> None:
    forward = record("vit")
    put(qtbot, desk, at(forward, 1))
    strip, row = pane.widget.strip, pane.widget.row
    assert not link.asked(ViewMatrix) and GRADIENT in strip.heads
    strip.channel_selected.emit(strip.heads.index(GRADIENT))
    qtbot.waitUntil(lambda: pane.widget.view.gradient is not None)
    (asked,) = link.asked(ViewMatrix)
    assert asked.head == GRADIENT and asked.lane is Lane.WORK
    assert row.caption == "gradient rollout: where the class token looks"
    assert (
        row.beside
        == f"class token = {pane.widget.view.gradient[0]:.3g}    for {forward.predictions[0].label}, "
        + ("followed through attentions 1 to 2")
    )


def test_a_rollout_with_gradients_follows_how_the_answer_is_read(pane: AttentionPane, record: Any) -> None:
    way = AnswerWay(reading=Reading.SIGMOID)
    now = at(record("vit"), 1).with_seat(way=way).with_choice(AttentionChoice(head=GRADIENT))
    (asked,) = pane.wants(now).beside
    assert asked.way == way
    (plain,) = pane.wants(now.with_choice(AttentionChoice(head=1, sight=Sight.MATRIX))).beside
    assert plain.way == AS_DERIVED, "weights are the same however the answer is read"


def test_while_a_change_is_on_its_way_only_the_matrix_of_the_same_attention_stays(
    qtbot: QtBot, pane: AttentionPane, desk: Desk, link: FakeLink, record: Any
) -> None:
    dark, bright = Edit(brightness=0.5), Edit(brightness=1.5)
    trying = Live(on=True, edit=dark, asked=dark, asks=changed_question)
    put(
        qtbot, desk, at(record("vit"), 1).with_choice(AttentionChoice(sight=Sight.MATRIX)).with_choice(trying)
    )
    matrix = pane.widget.matrix
    known = matrix.caption
    assert known.startswith("mean")
    link.manual.add(ViewMatrix)
    desk.choose(replace(trying, edit=bright, asked=bright))
    desk.settle()
    assert matrix.caption == known, "that of before stays meanwhile"
    desk.set(node=attentions(desk.scene.trace).all[0].shown)
    desk.settle()
    qtbot.waitUntil(lambda: pane.widget.view.number == 0)
    assert matrix.caption == "" and matrix.canvas.image() is None


def test_the_tile_of_what_is_not_computed_offers_it_and_keeps_it(
    qtbot: QtBot, pane: AttentionPane, desk: Desk, record: Any
) -> None:
    put(qtbot, desk, at(record("vit"), 1))
    strip = pane.widget.strip
    assert strip.waiting == COMPUTE
    strip.channel_selected.emit(strip.heads.index(GRADIENT))
    qtbot.waitUntil(lambda: pane.widget.view.gradient is not None)
    assert strip.waiting == ""
    strip.channel_selected.emit(strip.heads.index(2))
    qtbot.waitUntil(lambda: desk.is_idle)
    assert pane.widget.view.gradient is not None and strip.waiting == "", "what was computed stays"


def test_why_there_is_no_gradient_stands_there_whole(
    qtbot: QtBot, pane: AttentionPane, desk: Desk, link: FakeLink, record: Any
) -> None:
    why = "Zero gradient: the score of a class with a rather long name does not depend on this attention."

    link.failing[ViewMatrix] = why
    put(qtbot, desk, at(record("vit"), 1).with_choice(AttentionChoice(head=GRADIENT)))
    assert pane.widget.strip.waiting == "–" and pane.widget.row.missing.text() == why
    assert pane.widget.row.missing.isVisible() and pane.widget.row.missing.wordWrap()
    assert pane.widget._note.whole[0].startswith("all heads and tokens"), "it is said once"
    assert pane.widget._scale.isVisible(), "the tiles of the heads keep their colours' scale"


def test_photo_matrix_and_tiles_have_one_scale_of_colours(
    qtbot: QtBot, pane: AttentionPane, desk: Desk, record: Any
) -> None:
    now = at(record("vit"), 1).with_choice(AttentionChoice(head=2, sight=Sight.MATRIX))
    put(qtbot, desk, now)
    view, drawn = pane.widget.view, pane.widget.matrix.canvas
    cells = quantised(tile_of(view, 2), view.scale.full)
    (of_matrix,) = [drawn._pixels[view.token, 1:]]
    assert np.array_equal(of_matrix, cells.flatten())
    assert len(pane.widget.findChildren(ScaleBar)) == 2, "its own for positions, which are cosines"
    put(qtbot, desk, replace(desk.scene, place=Unit.of((2, 0), (3, 5))))
    assert pane.widget.view.scale == view.scale, "another token leaves it as it is"


@pytest.mark.parametrize("size", [(900, 640), (640, 500), (1400, 900)])
def test_what_sums_up_all_heads_fills_a_row_of_its_own_or_stands_in_the_first(
    qtbot: QtBot, pane: AttentionPane, desk: Desk, record: Any, size: tuple[int, int]
) -> None:
    pane.widget.resize(*size)
    put(qtbot, desk, at(record("vit"), 1))
    strip = pane.widget.strip
    together = [strip.tile_of(place) for place, head in enumerate(strip.heads) if head < 0]
    rows = {top for top, *_ in together}
    first_head = strip.tile_of(len(together))
    assert len(together) == 4 and (len(rows) == 1 or first_head[0] not in rows)


def test_names_stand_above_the_tiles(qtbot: QtBot, pane: AttentionPane, desk: Desk, record: Any) -> None:
    put(qtbot, desk, at(record("vit"), 1))
    strip = pane.widget.strip
    room = strip.fontMetrics().height()
    for place in range(1, len(strip.heads)):
        top, left, bottom, _ = strip.tile_of(place)
        assert bottom - top == 3, "the tile has all its rows"
        above = [it for it in map(strip.tile_of, range(place)) if it[1] == left]
        if above:
            assert (top - above[-1][2]) * strip.scale >= room - 1
    seen = []
    strip.value_hovered.connect(lambda *at: seen.append(at))
    strip.hovered.emit(0, 0)
    assert seen[0][1] < 0, "on a name there is no value"


def test_the_plot_of_costs_shows_where_the_products_overtake(
    qtbot: QtBot, pane: AttentionPane, desk: Desk, record: Any
) -> None:
    put(qtbot, desk, at(record("vit"), 1).with_choice(AttentionChoice(sight=Sight.COST)))
    cost = pane.widget.view.cost
    equal = cost_view.crossing(cost)
    assert equal == 2 * cost.width, "2 n² d = 4 n d² where n = 2 d"
    x = cost_view.places(cost)
    assert cost.queries in x and equal in x and x[-1] > equal
    (products, linear, met), scale = cost_view.curves_of(cost, x)
    assert products.y[x == equal] == pytest.approx(linear.y[x == equal])
    assert np.array_equal(met.y[x == equal], products.y[x == equal])
    assert np.isnan(met.y[x != equal]).all()
    assert [label for _, label in scale.ticks] == ["0", "10 k", "20 k", "30 k", "40 k", "50 k"]
    area = pane.widget.cost._plot.area
    assert area._bottom.tickStrings([0, 5000, 10000], 1, 5000) == ["0", "5,000", "10,000"]
    assert (area._bottom.labelText, area._left.labelText) == ("tokens n", "MACs")
    assert "equal at 32" in cost_view.legend(cost) and "this network, 16" in cost_view.legend(cost)


def test_in_windows_products_and_linear_layers_grow_alike_and_do_not_meet(record: Any, ask: Asker) -> None:
    forward = record("swin")
    cost = ask(ViewAttention(1, attentions(forward.trace).all[0].shown)).cost
    assert cost_view.crossing(cost) is None and "equal" not in cost_view.legend(cost)
    x = cost_view.places(cost)
    assert len(cost_view.curves_of(cost, x)[0]) == 2 and 96 in x


def test_the_bars_of_heads_say_what_stands_along_them(
    qtbot: QtBot, pane: AttentionPane, desk: Desk, record: Any
) -> None:
    put(qtbot, desk, at(record("vit"), 1))
    for plot in pane.widget.figures.plots.values():
        assert plot.area._bottom.labelText == "head" and plot.area._bottom.label.isVisible()


def test_figures_without_room_say_that_they_are_hidden(
    qtbot: QtBot, pane: AttentionPane, desk: Desk, record: Any
) -> None:
    put(qtbot, desk, at(record("vit"), 1))
    figures = pane.widget.figures
    plots = figures.plots.values()
    assert all(it.isVisible() for it in plots) and not figures._hidden.isVisible()
    pane.widget.resize(900, 300)
    qtbot.waitUntil(figures._hidden.isVisible)
    assert not any(it.isVisible() for it in plots) and "hidden" in figures._hidden.whole[0]


def test_a_first_look_that_takes_a_while_says_what_is_done(
    qtbot: QtBot, pane: AttentionPane, desk: Desk, link: FakeLink, record: Any
) -> None:
    link.manual.add(ViewAttention)
    desk.put(at(record("vit")))
    desk.settle()
    assert pane.widget.message.text() == ""
    qtbot.waitUntil(lambda: pane.widget.message.text() == "Reading the attention…", timeout=2000)
    link.answer(ViewAttention)
    qtbot.waitUntil(lambda: pane.widget.view is not None)
    assert not pane.widget.message.isVisible()


def test_tokens_without_places_are_bars_by_number(
    qtbot: QtBot, pane: AttentionPane, desk: Desk, record: Any
) -> None:
    put(qtbot, desk, at(record("numbered")))
    row = pane.widget.row
    assert row.bars.isVisibleTo(row) and not row.photo.isVisibleTo(row)
    assert pane.widget.facts.endswith("9 tokens, places unknown")
    assert not pane.widget.controls.of_class.isEnabled()
    row.bars.bar_clicked.emit(6)
    qtbot.waitUntil(lambda: pane.widget.view.token == 6)
    assert row.caption == "mean: where token 6 looks"


def test_windows_show_only_whom_the_token_meets(
    qtbot: QtBot, pane: AttentionPane, desk: Desk, record: Any
) -> None:
    put(qtbot, desk, at(record("swin"), place=Unit.of((3, 3), (8, 12))))
    assert ROLLOUT not in pane.widget.strip.heads
    assert pane.widget.facts == "Attention 1 of 1 with 2 heads    8×12 patches    6 windows of 16 tokens"
    pane.widget.row.photo.hovered.emit(31, 47)
    assert pane.widget.row.caption.endswith("looks at the patch at row 7, column 11 not in its window")


def test_what_fits_not_says_why_and_offers_a_way(
    qtbot: QtBot, pane: AttentionPane, desk: Desk, record: Any
) -> None:
    forward = record("vit")
    put(qtbot, desk, replace(at(forward), node=1))
    assert misfit(desk.scene) == "This operation belongs to no attention, but others of this network do."
    assert pane.wants(desk.scene) is None and pane.widget.view is None
    assert pane.widget.message.text() == misfit(desk.scene) and pane.widget.way.text() == "Go to one"
    pane.widget.way.click()
    qtbot.waitUntil(lambda: pane.widget.view is not None)
    assert not pane.widget.way.isVisible()


def test_an_attention_with_too_many_weights_says_so(
    pane: AttentionPane, ask: Asker, record: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.forward.attention.MOST_SCORES", 100)
    forward = record("vit")
    now = at(forward)
    assert now.current.op == "scaled_dot_product_attention" and pane.wants(now) is None
    assert misfit(now).startswith("It has more weights than are kept, and stays one operation")
    assert ask.complaint(ViewAttention(1, now.node)) == misfit(now)


def test_a_network_without_attention_names_some_that_have(record: Any) -> None:
    now = scene(node=1).with_seat(forward=record("plain"))
    assert misfit(now) == "toy has no attention; networks such as ViT and Swin have it."
    assert misfit(without_forward()) == ""


def test_a_network_without_attention_offers_to_open_one_that_has_some(
    qtbot: QtBot, pane: AttentionPane, desk: Desk, record: Any
) -> None:
    put(qtbot, desk, scene(node=1).with_seat(forward=record("plain")))
    assert pane.widget.way.isVisibleTo(pane.widget) and pane.widget.way.text() == "Open ViT-B/16"
    pane.widget.way.click()
    assert desk.scene.seat.wanted.name == "zoo:vit_b_16"
    assert desk.scene.layer == FIRST_ATTENTION  # where its forward will land


def test_the_network_that_is_opened_has_its_first_attention_there() -> None:
    with torch.device("meta"):
        network = zoo.resolve(WITH_ATTENTION).build_empty().eval()
    recording = recorder.record(network, (torch.zeros(1, 3, 224, 224, device="meta"),))
    softmax = [it.name for it in recording.operations if it.name.endswith("softmax")]
    assert softmax[0] == FIRST_ATTENTION


def test_what_is_shown_can_be_taken_along(qtbot: QtBot, pane: AttentionPane, desk: Desk, record: Any) -> None:
    assert pane.exports() == ()
    put(qtbot, desk, at(record("vit"), 1, place=Unit.of((0, 1), (3, 5))))
    (export,) = pane.exports()
    assert export.kinds == (".png", ".pdf", ".svg", ".csv")
    assert export.content(".png").startswith(b"\x89PNG")
    lines = export.content(".csv").decode().splitlines()
    assert lines[0] == "token,row,column,mean,max,rollout,head 0,head 1,head 2,head 3"
    assert lines[1].startswith("class token,,,") and lines[9].startswith('"patch at row 1, column 2",1,2,')
    assert float(lines[9].split(",")[-1]) == pytest.approx(float(pane.widget.view.rows[3, 8]), rel=1e-6)


def test_a_figure_is_named_by_the_operation_whose_weights_it_shows_from_wherever_in_the_attention(
    qtbot: QtBot, pane: AttentionPane, desk: Desk, record: Any
) -> None:
    forward = record("vit")
    put(qtbot, desk, at(forward))
    (export,) = pane.exports()
    found = attentions(forward.trace)
    beside = next(node for node, it in found.by_node.items() if it is found.all[0] and node != it.shown)
    put(qtbot, desk, scene(node=beside).with_seat(forward=forward))
    (again,) = pane.exports()
    name = forward.trace.nodes[found.all[0].shown].name
    assert again.name == export.name and f"-{name}-" in export.name
