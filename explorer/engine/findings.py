"""What a network found where it returned no row of classes: the class of each pixel, boxes around objects, a flow."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer.engine.class_names import ClassNames
from explorer.records.findings import (
    LEFT_OUT,
    MOST_FLOW_SIDE,
    MOST_MASK_SIDE,
    MOST_OBJECTS,
    MOST_SIDE,
    Finding,
    Flow,
    Objects,
    Segment,
    Segments,
)
from explorer.records.images import PreparedImage
from explorer.records.models import VisionTask
from explorer.records.placement import Placement

_INSIDE = 0.5  # torchvision's: a pixel belongs to an object whose mask says at least so much
_PARTS = ("boxes", "scores", "labels", "masks", "keypoints", "keypoints_scores")
_PERSON = (
    "nose", "left eye", "right eye", "left ear", "right ear", "left shoulder", "right shoulder", "left elbow",
    "right elbow", "left wrist", "right wrist", "left hip", "right hip", "left knee", "right knee", "left ankle",
    "right ankle",
)  # fmt: skip


class Found(NamedTuple):
    """A finding, and how it was read.

    Attributes:
        output: The way to what it was read from.
        said: How, in a few words.
        reason: Why so, in a sentence.
        classes: How many there are; 0 where that is not known, or there are none.
        parts: The ways to all that belongs to it.
    """

    finding: Finding
    output: str
    said: str
    reason: str
    classes: int = 0
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What is known of the network and of its first input.

    Attributes:
        task: What the network is for, as its source says.
        names: Of its classes.
        size: Height and width of its input.
        placement: How that lies on the picture.
    """

    task: VisionTask
    names: ClassNames
    size: tuple[int, int]
    placement: Placement

    @classmethod
    def of(cls, task: VisionTask, names: ClassNames, prepared: Sequence[PreparedImage]) -> "Asked | None":
        """Return what is known of prepared inputs; None if the first of them is no picture."""
        first = prepared[0]
        if first.placement is None or first.input.ndim < 4:
            return None
        high, wide = first.input.shape[-2:]
        return cls(task, names, (high, wide), first.placement)


def find(given: dict[str, Tensor], asked: Asked) -> Found | None:
    """Return what a network found, of the tensors it returned by the way to each; None if it found nothing such."""
    return _objects(given, asked) or _flow(given, asked) or _segments(given, asked)


def is_row(tensor: Tensor) -> bool:
    """Tell whether a tensor holds one number a class for one input: (1, K), (1, K, 1, 1)."""
    return (
        tensor.is_floating_point()
        and tensor.numel() > 0
        and tensor.dim() > 1
        and tensor.shape[0] == 1
        and prod(tensor.shape[2:]) == 1
    )


# ---- the class of each pixel ----


def _segments(given: dict[str, Tensor], asked: Asked) -> Found | None:
    maps = {way: it for way, it in given.items() if _is_map(it) and it.shape[1] > 1}
    way = next((way for way in maps if way.endswith(".out")), next(iter(maps), None))
    if way is None:
        return None
    scores = maps[way]
    same_size = tuple(scores.shape[2:]) == asked.size
    # A classifier may return maps of its classes beside their scores.
    has_row = any(is_row(it) and it.shape[1] == scores.shape[1] for it in given.values())
    if asked.task is VisionTask.SEGMENTATION:
        why = "The network is one for segmentation"
    elif asked.names.count == scores.shape[1] and not has_row:
        why = f"There is a score a pixel for each of the {asked.names.count:,} classes that have names"
    elif way.endswith(".out") and same_size:
        why = "There are scores for each pixel of the input under the name out"
    else:
        return None
    if not bool(scores.isfinite().all()):
        return None
    classes = scores[0].argmax(0)  # (h, w)
    reason = f"{why}: each pixel has the class with the highest score."
    return Found(
        _counted(classes, scores.shape[1], asked), way, "the class of each pixel", reason, scores.shape[1]
    )


def _counted(classes: Tensor, count: int, asked: Asked) -> Segments:
    pixels = classes.flatten().bincount(minlength=count)
    order = pixels.argsort(descending=True, stable=True)[:LEFT_OUT]
    present = [int(k) for k in order if pixels[k] > 0]
    place = torch.full((count,), LEFT_OUT, dtype=torch.uint8)
    place[present] = torch.arange(len(present), dtype=torch.uint8)
    total = classes.numel()
    parts = tuple(Segment(k, asked.names.label(k, count), int(pixels[k]) / total) for k in present)
    mask = _smaller(place[classes.cpu()].numpy(), MOST_SIDE)
    return Segments(parts, mask, asked.size, asked.placement)


# ---- boxes ----


def _objects(given: dict[str, Tensor], asked: Asked) -> Found | None:
    for way, boxes in given.items():
        holder = way.removesuffix(".boxes")
        if holder == way:
            continue
        scores, labels = given.get(f"{holder}.scores"), given.get(f"{holder}.labels")
        if scores is None or labels is None or not _are_objects(boxes, scores, labels):
            continue
        reason = (
            "The network returned boxes with a label and a score each: a box for each object that it finds."
        )
        found, parts = _sorted(given, holder, asked), tuple(f"{holder}.{part}" for part in _PARTS)
        return Found(found, holder, "a box for each object", reason, asked.names.count or 0, parts)
    return None


def _are_objects(boxes: Tensor, scores: Tensor, labels: Tensor) -> bool:
    count = boxes.shape[:1]
    return (
        boxes.dim() == 2
        and boxes.shape[1] == 4
        and scores.shape == labels.shape == count
        and boxes.is_floating_point()
        and scores.is_floating_point()
        and not (labels.is_floating_point() or labels.is_complex() or labels.dtype is torch.bool)
    )


def _sorted(given: dict[str, Tensor], holder: str, asked: Asked) -> Objects:
    corners = _numbers(given[f"{holder}.boxes"])[:, [1, 0, 3, 2]]  # theirs are left, top, right, bottom
    scores = _numbers(given[f"{holder}.scores"])
    with np.errstate(over="ignore"):
        boxes = asked.placement.boxes_to_picture(corners)
    sound = (np.isfinite(boxes).all(1) & np.isfinite(scores)).nonzero()[0]
    order = sound[np.argsort(-scores[sound], kind="stable")]
    best = order[:MOST_OBJECTS]
    indices = tuple(given[f"{holder}.labels"].cpu().numpy()[best].tolist())
    count = asked.names.count or max(indices, default=0) + 1
    points = _points(given, holder, best, asked.placement, len(boxes))
    return Objects(
        labels=tuple(asked.names.label(k, count) if 0 <= k < count else f"class {k}" for k in indices),
        indices=indices,
        scores=scores[best],
        boxes=boxes[best],
        size=asked.size,
        placement=asked.placement,
        masks=_masks(given.get(f"{holder}.masks"), best, (len(boxes), 1, *asked.size)),
        points=points,
        point_names=_PERSON if points is not None and points.shape[1] == len(_PERSON) else (),
        left_out=len(order) - len(best),
    )


def _masks(masks: Tensor | None, best: NDArray[np.intp], shape: tuple[int, ...]) -> NDArray[np.bool_] | None:
    """Return the masks of the best boxes; None unless there is one of each box over the whole input."""
    if masks is None or masks.shape != shape or masks.is_complex() or not len(best):
        return None
    rows, columns = (_middles(side, masks.shape[2:], MOST_MASK_SIDE) for side in masks.shape[2:])
    seen = masks[torch.from_numpy(best)][:, 0][:, torch.from_numpy(rows)][:, :, torch.from_numpy(columns)]
    inside: NDArray[np.bool_] = (seen >= _INSIDE).cpu().numpy()
    return inside


def _points(
    given: dict[str, Tensor], holder: str, best: NDArray[np.intp], placement: Placement, count: int
) -> NDArray[np.float64] | None:
    """Return the points of the best boxes; None unless there are some of each of `count` boxes, all finite."""
    points, scores = given.get(f"{holder}.keypoints"), given.get(f"{holder}.keypoints_scores")
    if points is None or scores is None or points.is_complex() or scores.is_complex() or not len(best):
        return None
    if points.dim() != 3 or points.shape[2] < 2 or points.shape[1] == 0:
        return None
    if scores.shape != points.shape[:2] or len(points) != count:
        return None
    with np.errstate(over="ignore"):
        places = placement.to_picture(_numbers(points)[best][:, :, [1, 0]])
    found = np.concatenate([places, _numbers(scores)[best][:, :, None]], 2)
    return found if np.isfinite(found).all() else None


# ---- a flow ----


def _flow(given: dict[str, Tensor], asked: Asked) -> Found | None:
    if asked.task is not VisionTask.FLOW:
        return None
    maps = [(way, it) for way, it in given.items() if _is_map(it) and it.shape[1] == 2]
    if not maps or not bool(maps[-1][1].isfinite().all()):
        return None
    way, last = maps[-1]  # each is a better estimate than the one before
    across, down = last[0].detach().cpu().float().numpy()
    step = asked.placement.step
    moved = np.stack(
        [down * np.float32(step[0]), across * np.float32(step[1])], 2
    )  # (h, w, 2), picture pixels
    lengths = np.hypot(moved[:, :, 0], moved[:, :, 1])
    if not np.isfinite(lengths).all():
        return None
    rows, columns = (_middles(side, moved.shape[:2], MOST_FLOW_SIDE) for side in moved.shape[:2])
    seen = np.ascontiguousarray(moved[rows][:, columns])
    flow = Flow(seen, float(lengths.max()), float(lengths.mean()), asked.size, asked.placement)
    count = f", of {len(maps)} estimates the last" if len(maps) > 1 else ""
    reason = f"The network is one for optical flow{count}: how far each pixel has moved, across and down."
    return Found(flow, way, "how far each pixel has moved", reason)


# ---- what they share ----


def _is_map(tensor: Tensor) -> bool:
    """Tell whether a tensor (1, C, H, W) holds numbers for the pixels of one input."""
    return (
        tensor.dim() == 4 and tensor.shape[0] == 1 and tensor.is_floating_point() and tensor[0, 0].numel() > 1
    )


def _numbers(tensor: Tensor) -> NDArray[np.float64]:
    numbers: NDArray[np.float64] = tensor.detach().cpu().double().numpy()
    return numbers


def _smaller(picture: NDArray[np.uint8], most: int) -> NDArray[np.uint8]:
    """Return a picture (H, W), its longer side at most so long: of each pixel the value in its middle."""
    rows, columns = (_middles(side, picture.shape, most) for side in picture.shape)
    return np.ascontiguousarray(picture[rows][:, columns])


def _middles(side: int, sides: Sequence[int], most: int) -> NDArray[np.intp]:
    """Return which rows, or columns, stand for a picture of these sides that is to be at most so long."""
    kept = max(1, round(side * min(1.0, most / max(sides))))
    return ((np.arange(kept) + 0.5) * side / kept).astype(np.intp)
