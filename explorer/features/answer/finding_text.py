"""Segments, boxes and flows on the command line: as parts of a document, and as lines."""

from collections.abc import Callable
from typing import Any

from explorer.records.findings import Finding, Flow, Objects, Segments

_LISTED = 0.5
"""The score from which boxes are listed where nothing else is asked for; a document tells all."""


def document_of(finding: Finding) -> dict[str, Any]:
    """Return the entries of a document that tell a finding: `segments`, `objects` or `flow`, in pixels of the picture.

    A box is `[top, left, bottom, right]`, a point `[y, x, score]`.
    """
    match finding:
        case Segments():
            parts = [{"index": it.index, "label": it.label, "share": it.share} for it in finding.parts]
            return {"picture": list(finding.placement.picture), "segments": parts}
        case Objects():
            objects = [_object(finding, k) for k in range(len(finding.labels))]
            return {
                "picture": list(finding.placement.picture),
                "objects": objects,
                "left_out": finding.left_out,
            }
        case Flow():
            told = {"longest": finding.largest, "mean": finding.mean}
            return {"picture": list(finding.placement.picture), "flow": told}


def _object(found: Objects, place: int) -> dict[str, Any]:
    told: dict[str, Any] = {
        "index": found.indices[place],
        "label": found.labels[place],
        "score": float(found.scores[place]),
        "box": [round(side, 2) for side in found.boxes[place].tolist()],
    }
    if found.masks is not None:
        told["mask_share"] = float(found.masks[place].mean())
    if found.points is not None:
        names = found.point_names or tuple(map(str, range(found.points.shape[1])))
        rows = [[round(number, 2) for number in point] for point in found.points[place].tolist()]
        told["points"] = dict(zip(names, rows, strict=True))
    return told


def lines_of(told: dict[str, Any]) -> list[str]:
    """Return what the entries of a document tell, a line each; none where there is no finding."""
    kinds: dict[str, Callable[[Any], list[str]]] = {
        "segments": lambda parts: [f"{it['share']:7.1%}  {it['label']}" for it in parts],
        "objects": _of_objects,
        "flow": lambda flow: [f"longest {flow['longest']:.4g} pixels, {flow['mean']:.4g} in the mean"],
    }
    return [f"  {line}" for kind, lines in kinds.items() if kind in told for line in lines(told[kind])]


def _of_objects(objects: list[dict[str, Any]]) -> list[str]:
    if not objects:
        return ["no object was found"]
    best = objects[0]
    listed = [it for it in objects if it["score"] >= _LISTED]
    lines = [f"{it['score']:7.1%}  {it['label']}  {_box(it['box'])}" for it in listed]
    fewer = len(objects) - len(listed)
    if not listed:
        return [f"no box scores {_LISTED:.0%} or more; the best is {best['label']} with {best['score']:.1%}"]
    return [*lines, f"{fewer:,} more below {_LISTED:.0%}"] if fewer else lines


def _box(box: list[float]) -> str:
    top, left, bottom, right = (f"{side:.0f}" for side in box)
    return f"rows {top} to {bottom}, columns {left} to {right}"
