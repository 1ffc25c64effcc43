"""What the rims of the canvas tell of the boxes beyond them."""

from dataclasses import replace

from drawings import many
from pytestqt.qtbot import QtBot

from explorer.window import theme
from explorer.window.widgets.graph.atlas import Atlas
from explorer.window.widgets.graph.rims import beyond
from explorer.window.widgets.graph.view import GraphView


def test_boxes_that_are_cut_or_out_of_sight_lie_beyond_a_side() -> None:
    atlas = Atlas(many(9, columns=3))  # boxes of 120×40, 160 and 80 apart
    assert beyond(atlas, (-10, -10, 1000, 1000)) == (False, False, False, False)
    assert beyond(atlas, (100, 100, 300, 150)) == (True, True, True, True)
    assert beyond(atlas, (-10, -10, 200, 150)) == (False, False, True, True)
    assert beyond(atlas, (-10, 45, 200, 75)) == (False, True, False, True)  # between rows: nothing beside it


def test_the_frame_of_an_open_group_is_nothing_that_is_cut() -> None:
    drawing = many(9, columns=3)
    frame = replace(drawing.boxes[0], key="frame", left=-30.0, width=500.0, height=230.0, is_open=True)
    atlas = Atlas(replace(drawing, boxes=(frame, *drawing.boxes)))
    assert beyond(atlas, (-10, -10, 1000, 1000)) == (False, False, False, False)


def test_an_arrow_points_to_what_lies_beside_and_is_gone_where_nothing_does(qtbot: QtBot) -> None:
    view = GraphView()
    qtbot.addWidget(view)
    view.resize(300, 500)
    view.show()
    view.set_drawing(many(60, columns=6))

    def has_arrow(x: int) -> bool:
        image = view.grab().toImage()
        return image.pixelColor(x, 249).name() == theme.current().muted

    view.look_at(80, 400)
    assert has_arrow(295) and not has_arrow(4)
    view.look_at(6 * 160 - 80, 400)
    assert has_arrow(4) and not has_arrow(295)
