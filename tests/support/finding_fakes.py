"""What networks found, and scenes in which it was: an input of 60×90 pixels made of a picture of 120×180."""

from dataclasses import replace
from typing import Any

import numpy as np
from desk_fakes import KEY, image, scene

from explorer.records.answers import Answer
from explorer.records.findings import Finding, Flow, Objects, Segment, Segments
from explorer.records.placement import Placement
from explorer.window.scene import Scene

SIZE = (60, 90)
PLACEMENT = Placement((120, 180), (2.0, 2.0))
BOXES = np.array([[20.0, 20, 60, 80], [40, 100, 100, 160], [10, 10, 20, 20]])


def segments() -> Segments:
    mask = np.zeros(SIZE, np.uint8)
    mask[10:30, 10:40] = 1  # 600 of 5,400 pixels
    parts = (Segment(0, "__background__", 8 / 9), Segment(8, "cat", 1 / 9))
    return Segments(parts, mask, SIZE, PLACEMENT)


def objects(scores: tuple[float, ...] = (0.97, 0.71, 0.12), **more: Any) -> Objects:
    count = len(scores)
    labels, indices = ("person", "dog", "person")[:count], (1, 18, 1)[:count]
    return Objects(labels, indices, np.array(scores), BOXES[:count].copy(), SIZE, PLACEMENT, **more)


def flow() -> Flow:
    field = np.zeros((*SIZE, 2), np.float32)
    field[:, 45:] = (0, 5)  # to the right, in the right half
    return Flow(field, 5.0, 2.5, SIZE, PLACEMENT)


def found(finding: Finding, pretrained: bool = True) -> Scene:
    """The scene after the network found something in the picture that is shown, which is grey."""
    answer = Answer(KEY, said="a box for each object of output[0]", reason="So.", finding=finding)
    now = scene(pretrained, images=(image(answer=answer),))
    assert now.forward is not None
    forward = replace(now.forward, answer=answer, picture=np.full((*SIZE, 3), 128, np.uint8))
    return now.with_seat(forward=forward)
