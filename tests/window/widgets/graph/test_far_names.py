"""Names beside a drawing that is far away."""

from itertools import pairwise

from drawings import drawing, many
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont
from pytestqt.qtbot import QtBot

from explorer.drawing.messages import Drawing
from explorer.window.widgets.graph.atlas import Atlas
from explorer.window.widgets.graph.camera import Camera
from explorer.window.widgets.graph.far_names import FarNames

ROOM = QRectF(0, 0, 400, 500)


def names(it: Drawing, scale: float, room: QRectF = ROOM) -> list[str]:
    placed = FarNames(Atlas(it), QFont()).placed(room, Camera(scale, 16, 16))
    lines = sorted(place.top() for _, place in placed)
    assert all(room.contains(place) for _, place in placed)
    assert all(lower - upper >= 13 for upper, lower in pairwise(lines))
    return [name for name, _ in placed]


def test_the_outermost_boxes_and_the_groups_are_named_while_there_is_room(qtbot: QtBot) -> None:
    assert names(drawing("body"), 0.5) == ["stem", "body", "input", "head"]
    assert names(drawing("body"), 0.1)[:1] == ["stem"] and len(names(drawing("body"), 0.1)) < 4
    assert names(many(300), 0.1)[0] == "layer0"


def test_no_name_stands_where_those_in_the_boxes_can_be_read_or_where_it_could_be_of_several(
    qtbot: QtBot,
) -> None:
    assert names(drawing("body"), 1.0) == []
    assert names(many(30, columns=3), 0.2) == []
    assert names(drawing("body"), 0.5, QRectF(0, 0, 120, 500)) == []
    assert names(many(1000), 0.1) == []
