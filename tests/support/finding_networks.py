"""Networks that answer with segments, boxes or a flow that is known: they see where the picture is bright."""

from typing import Any

import torch
from torch import Tensor, nn


def _extent(bright: Tensor) -> Tensor:
    """Return left, top, right, bottom of what is true in (H, W); half-open."""
    rows, columns = bright.any(1).nonzero(), bright.any(0).nonzero()
    ends = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    return torch.stack(ends).float()[None]


class Segmenter(nn.Module):
    """Gives class 2 of 3 where the picture is bright, else class 0, as torchvision's networks give it."""

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        bright = (x.mean(1, keepdim=True) > 0.5).float()
        scores = torch.cat([1 - bright, torch.zeros_like(bright), 2 * bright], 1)
        return {"out": scores, "aux": -scores}


class SegmenterWithRow(Segmenter):
    """Gives the scores 0 and 1 of two kinds of scenes as well."""

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {**super().forward(x), "scene": torch.tensor([[0.0, 1.0]])}


class Detector(nn.Module):
    """Finds what is bright, with a mask and two points: its first and its last corner."""

    def __init__(self, scores: tuple[float, ...] = (0.9, 0.3)) -> None:
        super().__init__()
        self.register_buffer("scores", torch.tensor(scores))

    def forward(self, x: Tensor) -> list[dict[str, Tensor]]:
        bright = x[0].mean(0) > 0.5  # (H, W)
        count = len(self.scores)
        box = _extent(bright).expand(count, 4)
        points = torch.stack([box[:, [0, 1]], box[:, [2, 3]]], 1)
        return [
            {
                "boxes": box,
                "labels": torch.arange(1, count + 1),
                "scores": self.scores,
                "masks": bright.float().expand(count, 1, -1, -1),
                "keypoints": torch.cat([points, torch.ones(count, 2, 1)], 2),
                "keypoints_scores": torch.full((count, 2), 7.0),
            }
        ]


class Coarse(Segmenter):
    """Gives its scores in eight bits, of which PyTorch cannot tell whether they are numbers."""

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {name: scores.to(torch.float8_e4m3fn) for name, scores in super().forward(x).items()}


class Nothing(nn.Module):
    """Finds no object."""

    def forward(self, x: Tensor) -> list[dict[str, Tensor]]:
        empty = x.new_zeros(0)
        return [{"boxes": x.new_zeros(0, 4), "labels": empty.long(), "scores": empty}]


def segmenter() -> Any:
    return Segmenter()


def segmenter_with_row() -> Any:
    return SegmenterWithRow()


def detector() -> Any:
    return Detector()


def named_detector() -> Any:
    network = Detector()
    network.class_names = ["__background__", "dot", "line", "patch"]  # type: ignore[assignment]
    return network


def one_object() -> Any:
    return Detector((0.9,))


def unsure() -> Any:
    return Detector((0.12, 0.03))


def coarse() -> Any:
    return Coarse()


def nothing() -> Any:
    return Nothing()


def crowd() -> Any:
    return Detector(tuple(k / 200 for k in range(150)))
