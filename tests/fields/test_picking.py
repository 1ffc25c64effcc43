"""Fields through indices and masks: exact where these are known, bounds where the picture decides."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from field_nets import Net, check
from torch import Tensor, nn
from torchvision.ops import deform_conv2d, roi_align

from explorer.fields.receptive_field import ReceptiveFields
from explorer.fields.rules import Call
from explorer.forward.recorder import record

ROWS, COLUMNS = torch.tensor([4, 1, 0, 9]), torch.tensor([2, 2, 13])
SOME = torch.arange(154).reshape(11, 14) % 5 == 0
WAVE = (torch.arange(3)[:, None] * 2 + torch.arange(14)) % 11  # another row for each column


def rule_of(net: Net) -> tuple[Any, Any, Any]:
    oracle, status = check(net)
    described = oracle.fields.describe(oracle.last())
    return status, described.stride, oracle.fields.grid(oracle.last())


# ---- known positions ----

ON_A_GRID: dict[str, Net] = {
    "rows": Net(lambda x, conv: conv(x[:, :, ROWS]), nn.Conv2d(8, 4, 2)),
    "rows counted from the end": Net(lambda x: x[:, :, ROWS - 11]),
    "a mesh": Net(lambda x, conv: conv(x[:, :, ROWS[:, None], COLUMNS]), nn.Conv2d(8, 4, 2)),
    "a mesh, columns first": Net(lambda x: x[:, :, ROWS, COLUMNS[:, None]]),
    "rows with channels": Net(lambda x: x[:, [[3], [0]], ROWS]),
    "booleans along columns": Net(lambda x: x[..., torch.arange(14) % 3 == 0]),
    "index_select": Net(lambda x: x.index_select(2, ROWS)),
    "take_along_dim": Net(lambda x: x.take_along_dim(ROWS.view(1, 1, -1, 1), 2)),
    "gather of rows": Net(lambda x: x.gather(2, ROWS[None, None, :, None].expand(1, 8, 4, 14))),
    "gather of rows of some columns": Net(lambda x: x.gather(2, ROWS[None, None, :, None].expand(1, 5, 4, 9))),
    "rot90": Net(lambda x, conv: conv(torch.rot90(x, 1, (2, 3))), nn.Conv2d(8, 4, (3, 2), stride=2)),
    "rot90, twice": Net(lambda x, conv: conv(x.rot90(2, (2, 3))), nn.Conv2d(8, 4, (3, 2), stride=2)),
    "rot90, back": Net(lambda x, conv: conv(x.rot90(-1, (2, 3))), nn.Conv2d(8, 4, (3, 2), stride=2)),
}  # fmt: skip


@pytest.mark.parametrize("net", ON_A_GRID.values(), ids=ON_A_GRID.keys())
def test_known_rows_and_columns_are_still_a_map(net: Net) -> None:
    status, _, grid = rule_of(net)
    assert status == "exact"
    assert grid is not None


def test_evenly_spaced_positions_keep_the_rule() -> None:
    assert rule_of(Net(lambda x: x[:, :, torch.arange(1, 11, 3)][..., torch.arange(14)])) == (
        "exact",
        (6, 2),
        (4, 14),
    )


POINTS: dict[str, Net] = {
    "points": Net(lambda x: x[:, :, [4, 1, 0], [2, 2, 9]]),
    "one point": Net(lambda x: x[:, :, torch.tensor(3), torch.tensor(5)]),
    "points in front": Net(lambda x: x[:, [0, 1], :, [4, 1]]),
    "points of some channels": Net(lambda x: x[0, [0, 5], [4, 1], [2, 2]]),
    "a map of points": Net(lambda x: x[:, :, WAVE, torch.arange(14)]),
    "booleans of the map": Net(lambda x: x[:, :, SOME]),
    "masked_select": Net(lambda x: x.masked_select(SOME.expand(1, 8, 11, 14))),
    "gather, each column by its own": Net(lambda x: x.gather(2, WAVE.expand(1, 8, 3, 14))),
    "take": Net(lambda x: x.take(torch.tensor([[3, 500], [17, 90]]))),
    "diagonal": Net(lambda x: x.diagonal(1, 2, 3)),
    "rolled as a line": Net(lambda x: x.roll(31)),
}  # fmt: skip


@pytest.mark.parametrize("net", POINTS.values(), ids=POINTS.keys())
def test_known_points_are_exact(net: Net) -> None:
    assert check(net)[1] == "exact"


def test_tokens_in_another_order_see_one_patch_each() -> None:
    def body(x: Tensor) -> Tensor:
        return x.flatten(2).transpose(1, 2)[:, torch.arange(153, -1, -1)]

    oracle, status = check(Net(body))
    field = oracle.fields.fields[oracle.last()]
    assert status == "exact"
    assert [int(low[0, 0, 0]) for low in field.low] == [19, 25], "the last token comes first"


# ---- positions that the picture decides ----

DECIDED: dict[str, Net] = {
    "rows by brightness": Net(lambda x: x[0][:, x[0].mean((0, 2)).argsort()[:4]]),
    "gather": Net(lambda x: x.gather(2, x.argmax(2, keepdim=True))),
    "index_select": Net(lambda x: x.index_select(2, x.mean((0, 1, 3)).argsort()[:3])),
    "written at": Net(lambda x: x.clone().index_put((x.mean((1, 2, 3)).long(),), x[:1])),
    "index_add": Net(lambda x: x.index_add(2, torch.tensor([0, 1]), x[:, :, 4:6])),
    "scatter": Net(lambda x: x.new_zeros(1, 8, 11, 14).scatter(3, x.argsort(3), x)),
}  # fmt: skip


@pytest.mark.parametrize("net", DECIDED.values(), ids=DECIDED.keys())
def test_positions_that_the_picture_decides_are_a_bound(net: Net) -> None:
    assert check(net)[1] == "bound"


def test_where_a_maximum_stood_the_picture_decides() -> None:
    net = Net(lambda x: F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2, output_size=(11, 14)))
    recording = record(net.eval(), (torch.rand(1, 3, 21, 27),))
    fields = ReceptiveFields(recording)
    last = fields.of_unit(len(recording.operations) - 1, ())
    assert (last.status, last.box) == ("bound", (0, 0, 20, 27)), "the last row is in no window"


BY_BOXES: dict[str, Net] = {
    "roi_align": Net(lambda x: roi_align(x, torch.tensor([[0.0, 1.0, 1.0, 6.0, 5.0]]).to(x), (3, 3))),
    "deformed": Net(lambda x: deform_conv2d(x, x[:, :1].expand(1, 2, 11, 14), x.new_ones(4, 8, 1, 1))),
    "nonzero": Net(lambda x: x[0, 0].gt(0.5).nonzero() * 1.0),
}


@pytest.mark.parametrize("net", BY_BOXES.values(), ids=BY_BOXES.keys())
def test_what_is_read_at_boxes_is_a_bound(net: Net) -> None:
    assert check(net)[1] == "bound"


def test_quantised_values_are_unknown() -> None:
    oracle, status = check(Net(lambda x: torch.fake_quantize_per_tensor_affine(x, 0.1, 0, 0, 255) + x))
    assert status == "unknown"
    assert oracle.fields.of_unit(oracle.last(), ()).box is None


def test_an_index_that_is_written_later_is_not_taken_for_what_it_was() -> None:
    class Rewritten(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("index", torch.tensor([0, 1]))

        def forward(self, x: Tensor) -> Tensor:
            own = torch.zeros(2, dtype=torch.long)
            own += 3
            picked = x[:, :, own] + x[:, :, self.index]
            own.zero_()
            self.index += 4
            return picked

    recording = record(Rewritten().eval(), (torch.rand(1, 3, 8, 8),))
    fields = ReceptiveFields(recording)
    assert fields.describe(len(recording.operations) - 1).status == "bound"


def test_an_index_that_was_written_before_is_known() -> None:
    def body(x: Tensor) -> Tensor:
        index = torch.zeros(2, dtype=torch.long)
        index[1] = 5
        return x[:, :, index]

    oracle, status = check(Net(body))
    assert status == "exact"
    assert oracle.fields.of_unit(oracle.last(), (1, 0)).box == (9, 0, 12, 2)


# ---- masks ----


def _set(mask: Tensor | tuple[Any, ...], value: Any, body: Any = None) -> Any:
    def write(x: Tensor, *layers: nn.Module) -> Tensor:
        y = x.clone()
        y[mask] = layers[0](x)[value] if layers else value
        return y

    return write


BLUR = nn.Conv2d(8, 8, 5, padding=2)
EVERY = SOME.expand(1, 8, 11, 14)
MASKED: dict[str, Net] = {
    "where": Net(lambda x, a: torch.where(SOME, x, a(x)), BLUR),
    "where, one row": Net(lambda x, a: torch.where(torch.arange(11)[:, None] == 3, a(x), x), BLUR),
    "where, one channel": Net(lambda x, a: torch.where(torch.arange(8)[:, None, None] == 3, a(x), x), BLUR),
    "where, against a number": Net(lambda x, a: a(torch.where(SOME, x, 0.0)), BLUR),
    "masked_fill": Net(lambda x, a: a(x.masked_fill(SOME, 0.0)), BLUR),
    "masked_fill in place": Net(lambda x, a: a(x).masked_fill_(SOME, 2.0), BLUR),
    "rows shut": Net(lambda x, a: a(x.masked_fill(torch.arange(11)[:, None] > 6, 0.0)), BLUR),
    "index_fill": Net(lambda x: x.index_fill(2, torch.tensor([0, 5]), 1.0)),
    "tril": Net(lambda x: x.tril()),
    "triu": Net(lambda x: x.triu(-2)),
    "set by a mask": Net(_set((slice(None), slice(None), SOME), 0.0)),
    "set by a mask of all": Net(_set(EVERY, 0.0)),
    "set at points": Net(_set((slice(None), slice(None), [0, 5], [3, 3]), 0.0)),
    "set at points to others": Net(
        _set((slice(None), slice(None), [0, 5], [3, 3]), (slice(None), slice(None), 4, slice(0, 2))), BLUR
    ),
    "set rows to others": Net(
        _set((slice(None), slice(None), ROWS), (slice(None), slice(None), slice(0, 4))), BLUR
    ),
    "added at points": Net(
        lambda x, a: x.index_put((torch.tensor([0]), torch.tensor([1, 1]), torch.tensor([2, 2])), a(x)[0, :2, 0], True),
        BLUR,
    ),
    "nothing shut": Net(lambda x: x.masked_fill(SOME & ~SOME, 0.0)),
    "limits": Net(lambda x: x.clamp(torch.tensor(-1e30), torch.tensor(1e30))),
}  # fmt: skip


@pytest.mark.parametrize("net", MASKED.values(), ids=MASKED.keys())
def test_known_masks_are_exact(net: Net) -> None:
    oracle, status = check(net)
    assert status == "exact"
    assert oracle.fields.grid(oracle.last()) is not None


def test_a_mask_that_shuts_nothing_keeps_the_rule() -> None:
    assert rule_of(MASKED["nothing shut"])[:2] == ("exact", (2, 2))


BY_THE_PICTURE: dict[str, tuple[Net, str]] = {
    "choice within what is chosen from": (Net(lambda x, a: torch.where(x > 0.1, x, a(x)), BLUR), "exact"),
    "choice by more than is chosen": (Net(lambda x, a: torch.where(a(x) > 0.1, x, x * 2), BLUR), "bound"),
    "filled by itself": (Net(lambda x: x.masked_fill(x > 0.1, 0.0)), "bound"),
    "filled by what sees more": (Net(lambda x, a: x.masked_fill(a(x) > 0.1, 0.0), BLUR), "bound"),
    "set by itself": (Net(lambda x: x.index_put((x > 0.1,), torch.tensor(0.0).to(x))), "bound"),
    "shut before softmax": (Net(lambda x: x.masked_fill(SOME, float("-inf")).softmax(3)), "bound"),
    "a constant chosen": (Net(lambda x: torch.where(x > 0.1, 1.0, 0.0).to(x)), "bound"),
}


@pytest.mark.parametrize(("net", "status"), BY_THE_PICTURE.values(), ids=BY_THE_PICTURE.keys())
def test_masks_that_the_picture_decides(net: Net, status: str) -> None:
    assert check(net)[1] == status


@pytest.mark.parametrize("biased", [True, False])
def test_attention_with_a_bias_of_its_own(biased: bool) -> None:
    def body(x: Tensor) -> Tensor:
        tokens = x.flatten(2).transpose(1, 2)[:, None]
        bias = tokens @ tokens.new_ones(8, tokens.shape[2]) if biased else None
        return F.scaled_dot_product_attention(tokens, tokens, tokens, bias)[:, 0]

    assert check(Net(body))[1] == "global"


def test_indices_that_were_let_go_are_not_known():
    gone, there = torch.empty(3, dtype=torch.long, device="meta"), torch.tensor([2, 0, 1])
    call = Call("take", {"gone": gone, "there": there}, gone, lambda _: None, [], lambda _: True)
    assert call.value("gone") is None and call.known(gone) is None
    assert call.value("there").tolist() == [2, 0, 1]
