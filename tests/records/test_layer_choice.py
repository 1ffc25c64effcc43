"""Where a layer's map lies on the picture, which layers there are to choose from."""

import pytest
import torch
from torch import nn

import explorer
from explorer.records.layer_choice import candidates, lies, misfit, places


def last(model: nn.Module, side: int) -> tuple[float, float, float, float]:
    trace = explorer.record(model.eval(), torch.zeros(1, 1, side, side)).trace
    return lies([node for node in trace.nodes if node.is_operation][-1], (side, side))


def test_units_lie_where_their_fields_are_centred() -> None:
    same = nn.Conv2d(1, 1, 3, padding=1)
    assert last(same, 8) == pytest.approx((0, 0, 1, 1))
    valid = nn.Conv2d(1, 1, 3)  # 6×6 units over pixels 1 to 6 of 0 to 7
    assert last(valid, 8) == pytest.approx((1 / 8, 1 / 8, 7 / 8, 7 / 8))
    strided = nn.Conv2d(
        1, 1, 3, stride=2, padding=1
    )  # unit 0 is centred on pixel 0, the last of 4 on pixel 6
    assert last(strided, 8) == pytest.approx((-0.5 / 8, -0.5 / 8, 7.5 / 8, 7.5 / 8))
    squeezed = nn.Sequential(same, nn.Softmax(3))
    assert last(squeezed, 8) == (0, 0, 1, 1)  # each sees a whole row


def test_what_stands_on_one_of_two_branches_is_no_candidate() -> None:
    class Branches(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem, self.left = nn.Conv2d(1, 2, 3), nn.Conv2d(2, 2, 1)
            self.pool = nn.MaxPool2d(2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = self.stem(x)
            return self.pool(y + self.left(y)).mean((2, 3))

    trace = explorer.record(Branches().eval(), torch.zeros(1, 1, 8, 8)).trace
    found = [trace.nodes[k].name for k in candidates(trace, len(trace.nodes) - 1)]
    assert found == ["stem", "add"]
    assert places(trace.by_name["pool"]) == (3, 3) and places(trace.nodes[-1]) is None
    assert not misfit(trace.by_name["left"]) and misfit(trace.nodes[-1]) and misfit(trace.nodes[0])
