"""Fields through windows laid out and joined, sampling and recurrences against the gradient."""

import pytest
import torch
import torch.nn.functional as F
from field_nets import Net, check
from torch import Tensor, nn

from explorer.fields.receptive_field import ReceptiveFields
from explorer.forward.recorder import record

LAID_OUT: dict[str, Net] = {
    "unfold": Net(lambda x: F.unfold(x, 3)),
    "unfold, padded and strided": Net(lambda x: F.unfold(x, (3, 2), padding=(1, 0), stride=(2, 3))),
    "unfold, dilated": Net(lambda x: F.unfold(x, 2, dilation=3, padding=2, stride=2)),
    "unfold, then mixed": Net(
        lambda x, linear: linear(F.unfold(x, 3, padding=1).transpose(1, 2)), nn.Linear(72, 5)
    ),
    "rows": Net(lambda x: x.unfold(2, 3, 2)),
    "rows and columns": Net(lambda x: x.unfold(2, 3, 1).unfold(3, 4, 2)),
    "tiles of rows": Net(lambda x: x[:, :, :9].unfold(2, 3, 3)),
    "a neighbourhood's mean": Net(lambda x: x.unfold(2, 3, 1).unfold(3, 3, 1).mean((-1, -2))),
    "the middle of a neighbourhood": Net(lambda x: x.unfold(2, 3, 1)[..., 1]),
}


@pytest.mark.parametrize("net", LAID_OUT.values(), ids=LAID_OUT.keys())
def test_windows_laid_out_are_exact(net: Net) -> None:
    oracle, status = check(net)
    assert status == "exact"
    assert oracle.fields.grid(oracle.last()) is not None


def test_a_convolution_by_hand_has_the_field_of_a_convolution() -> None:
    class ByHand(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.linear = nn.Conv2d(3, 4, 3, 2, 1), nn.Linear(27, 4)

        def forward(self, x: Tensor) -> Tensor:
            columns = self.linear(F.unfold(x, 3, stride=2, padding=1).transpose(1, 2))
            return self.conv(x) + columns.transpose(1, 2).unflatten(2, (10, 14))

    recording = record(ByHand().eval(), (torch.rand(1, 3, 20, 28),))
    fields, names = ReceptiveFields(recording), [o.name for o in recording.operations]
    conv, by_hand = fields.describe(names.index("conv")), fields.describe(names.index("unflatten"))
    assert by_hand == conv
    assert (conv.size, conv.stride, conv.start) == ((3, 3), (2, 2), (-1, -1))


def test_tiles_are_a_map_of_patches_once_they_are_embedded() -> None:
    def body(x: Tensor, linear: nn.Module) -> Tensor:
        return linear(F.unfold(x[:, :, :10], 2, stride=2).transpose(1, 2))

    oracle, status = check(Net(body, nn.Linear(32, 5)))
    described = oracle.fields.describe(oracle.last())
    assert (status, described.grid, described.stride, described.size) == ("exact", (5, 7), (4, 4), (5, 5))


JOINED: dict[str, Net] = {
    "fold of tiles": Net(lambda x: F.fold(F.unfold(x[:, :, :10], 2, stride=2), (10, 14), 2, stride=2)),
    "fold": Net(lambda x: F.fold(F.unfold(x, 3, padding=1), (11, 14), 3, padding=1)),
    "fold, strided": Net(lambda x: F.fold(F.unfold(x, 3, stride=2), (11, 13), 3, stride=2)),
    "fold, dilated": Net(lambda x: F.fold(F.unfold(x, 2, dilation=2), (11, 14), 2, dilation=2)),
    "fold of what was mixed": Net(
        lambda x, linear: F.fold(linear(F.unfold(x, 3, 1, 1, 2).transpose(1, 2)).transpose(1, 2), (11, 14), 3, 1, 1, 2),
        nn.Linear(72, 36),
    ),
    "fold with gaps": Net(lambda x: F.fold(x[:, :, :3, :4].flatten(2), (11, 14), (2, 1), stride=(4, 4))),
}  # fmt: skip


@pytest.mark.parametrize("net", JOINED.values(), ids=JOINED.keys())
def test_windows_joined_again_are_exact(net: Net) -> None:
    oracle, status = check(net)
    assert status == "exact"
    assert oracle.fields.grid(oracle.last()) is not None


def test_tiles_laid_out_and_joined_keep_the_rule() -> None:
    oracle, _ = check(JOINED["fold of tiles"])
    assert oracle.fields.describe(oracle.last()).stride == (2, 2)


# ---- sampling ----

TURNED = torch.tensor([[[0.4, -0.7, 0.2], [0.6, 0.5, -0.1]]], dtype=torch.float64)
TURNED_BACK = torch.tensor([[[0.0, 0.83, 0.0], [-0.91, 0.0, 0.3]]], dtype=torch.float64)


def sampled(mode: str, padding: str, corners: bool, matrix: Tensor = TURNED) -> Net:
    def body(x: Tensor) -> Tensor:
        grid = F.affine_grid(matrix.to(x), [1, 8, 6, 7], align_corners=corners)
        return F.grid_sample(x, grid, mode, padding, corners)

    return Net(body)


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("corners", [True, False])
def test_sampling_at_known_places_is_exact(mode: str, padding: str, corners: bool) -> None:
    oracle, status = check(sampled(mode, padding, corners).double(), dtype=torch.float64)
    assert status == "exact"
    assert oracle.fields.grid(oracle.last()) == (6, 7)


def test_sampling_out_of_the_picture_sees_nothing() -> None:
    net = Net(lambda x: F.grid_sample(x, torch.full((1, 2, 2, 2), 3.0).to(x), align_corners=False))
    oracle, status = check(net)
    assert status == "blind"
    assert oracle.fields.of_unit(oracle.last(), (0, 0)).box is None


def test_sampling_what_sees_boxes_that_are_no_product_is_a_bound() -> None:
    def body(x: Tensor) -> Tensor:
        y = x.clone()
        y[:, :, torch.eye(11, 14, dtype=torch.bool)] = 0.0
        return F.grid_sample(y, torch.zeros(1, 2, 2, 2).to(x), align_corners=True)

    assert check(Net(body))[1] == "bound"


def test_a_spatial_transformer_is_a_bound() -> None:
    class Transformer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem, self.where = nn.Conv2d(3, 8, 3, 2, 1), nn.Linear(8, 6)

        def forward(self, x: Tensor) -> Tensor:
            y = self.stem(x)
            theta = self.where(y.mean((2, 3))).view(-1, 2, 3)
            return F.grid_sample(y, F.affine_grid(theta, [1, 8, 5, 5], False), align_corners=False)

    assert check(Transformer())[1] == "bound"


# ---- recurrences ----


class Rows(nn.Module):
    """A recurrence over the rows of a map."""

    def __init__(self, both_ways: bool) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 2, 1)
        self.lstm = nn.LSTM(8, 6, bidirectional=both_ways, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        y = self.stem(x).permute(0, 2, 3, 1)  # (N, H, W, C)
        return self.lstm(y.reshape(-1, *y.shape[2:]))[0]


@pytest.mark.parametrize("both_ways", [True, False])
def test_a_recurrence_sees_what_came_before(both_ways: bool) -> None:
    assert check(Rows(both_ways))[1] == "exact"
