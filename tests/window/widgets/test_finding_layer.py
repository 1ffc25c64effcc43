"""What is drawn over a picture: where, in which colours, and what a choice leaves out."""

from dataclasses import replace

import numpy as np
import pytest
from finding_fakes import SIZE, flow, objects, segments
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from explorer.records.findings import Finding
from explorer.window.findings import FindingChoice
from explorer.window.widgets.finding_layer import flow_colours, layer_of
from explorer.window.widgets.finding_looks import Look
from explorer.window.widgets.input import InputView

SCALE = 4
FULL = FindingChoice(opacity=1)


def painted(finding: Finding, choice: FindingChoice = FULL) -> NDArray[np.uint8]:
    """Return (H, W, 3), four times as large as the input, grey where nothing is drawn."""
    high, wide = SIZE[0] * SCALE, SIZE[1] * SCALE
    image = QImage(wide, high, QImage.Format.Format_RGB32)
    image.fill(0xFF808080)
    painter = QPainter(image)
    layer = layer_of(finding, choice)
    assert layer is not None
    layer.draw(painter, QRectF(0, 0, wide, high))
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).reshape(high, wide, 4)[:, :, 2::-1].copy()


def changed(picture: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """Return top, left, bottom, right of what is not grey, half-open."""
    other = (picture != 128).any(2)
    rows, columns = np.flatnonzero(other.any(1)), np.flatnonzero(other.any(0))
    return rows[0], columns[0], rows[-1] + 1, columns[-1] + 1


def rgb(index: int) -> tuple[int, ...]:
    return Look.of(index).colour.getRgb()[:3]


def test_a_segment_is_drawn_where_it_is_in_the_colour_of_its_class() -> None:
    picture = painted(segments())
    assert changed(picture) == (40, 40, 120, 160)
    assert tuple(picture[44, 44]) == rgb(8)
    faint = painted(segments(), FindingChoice(opacity=0.25))[50, 50]
    np.testing.assert_allclose(faint, 0.75 * 128 + 0.25 * np.array(rgb(8)), atol=2)


def test_a_class_that_is_off_is_not_drawn() -> None:
    picture = painted(segments(), FULL.with_turned(8))
    assert (picture == 128).all()
    assert (painted(segments(), FULL.with_turned(0))[200, 300] == rgb(0)).all()


def test_a_frame_lies_on_the_edge_of_its_box() -> None:
    """Boxes are in pixels of the picture, which has two for each of the input, and here are four for each of those."""
    picture = painted(objects((0.97,)), FULL)
    top, left, bottom, right = 40, 40, 120, 160
    middle = (left + right) // 2
    assert tuple(picture[bottom, middle]) == tuple(picture[(top + bottom) // 2, left]) == rgb(1)
    assert (picture[(top + bottom) // 2, middle] == 128).all()
    assert changed(picture)[2:] == (pytest.approx(bottom, abs=3), pytest.approx(right, abs=3))


def test_boxes_below_the_threshold_and_of_classes_that_are_off_are_not_drawn() -> None:
    assert (painted(objects(), FindingChoice(threshold=0.99)) == 128).all()
    only_dog = painted(objects(), FULL.with_turned(1))
    assert changed(only_dog)[1] > 180


def test_masks_and_points_are_drawn() -> None:
    masks = np.zeros((1, 60, 90), bool)
    masks[0, 12:20, 12:30] = True
    points = np.array([[[100.0, 150, 1], [110, 170, 1]]])
    picture = painted(objects((0.97,), masks=masks, points=points))
    assert tuple(picture[60, 80]) == rgb(1) and tuple(picture[200, 300]) == rgb(1)
    person = np.tile(np.linspace(20, 100, 17)[None, :, None], (1, 1, 3))
    names = tuple(map(str, range(17)))
    with_limbs = painted(objects((0.97,), points=person, point_names=names))
    assert (with_limbs != painted(objects((0.97,), points=person))).any()


def test_a_flow_has_a_hue_for_its_direction_and_white_where_nothing_moves() -> None:
    colours = flow_colours(np.array([[[0, 5], [0, -5], [5, 0], [0, 0], [0, 2.5]]], np.float32), 5)[0].tolist()
    assert colours == [[255, 0, 0], [0, 255, 255], [128, 255, 0], [255, 255, 255], [255, 128, 128]]
    picture = painted(flow())
    assert (picture[:, :150] == 255).mean() > 0.95  # a dot where nothing moves
    assert {tuple(it) for it in picture[:, 200:].reshape(-1, 3).tolist()} >= {(255, 0, 0), (0, 0, 0)}


def test_no_two_of_the_first_ninety_six_classes_look_alike() -> None:
    looks = [Look.of(index) for index in range(96)]
    seen = {(look.colour.name(), look.hatched((16, 16)).tobytes()) for look in looks}
    assert len(seen) == 96
    # The first twelve differ in lightness or hue to one who sees no red and green apart: by what is left, or the name.
    assert len({look.colour.name() for look in looks}) == 12


def test_the_copied_picture_holds_what_is_drawn(qtbot) -> None:
    view = InputView()
    qtbot.addWidget(view)
    view.set_picture(np.full((*SIZE, 3), 128, np.uint8))
    plain = view.canvas.image()
    view.set_layer(layer_of(objects(), FULL))
    assert view.canvas.image() != plain
    view.set_layer(None)
    assert view.canvas.image() == plain


def test_boxes_points_and_names_that_go_beyond_the_picture_stay_in_it() -> None:
    """Whatever a network returns, the window draws it in no time."""
    wild = objects((0.97,), points=np.array([[[1e30, -1e30, 1], [5, 5, 1]]]))
    wild.boxes[:] = (-1e30, -1e30, 1e30, 1e30)
    picture = painted(replace(wild, labels=("person" * 200,), indices=(1 + 12,)))  # a dashed line
    assert tuple(picture[0, -1]) in {rgb(13), (0, 0, 0)} and (picture[120, 180] == 128).all()
    lost = replace(wild, points=np.full((1, 2, 3), np.nan))
    assert (painted(lost)[120, 180] == 128).all()
