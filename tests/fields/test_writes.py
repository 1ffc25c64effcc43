"""Writes into a part of a tensor: the field of the whole, however large it is and whichever view was written."""

import pytest
import torch
import torch.nn.functional as F
from field_nets import Net, check
from torch import Tensor, nn

from explorer.fields.receptive_field import ReceptiveFields
from explorer.forward.recorder import record


def inner(x: Tensor) -> Tensor:
    x[:, :, 1:, 1:] = F.max_pool2d(x, 3, 1, 1)[:, :, :-1, 1:]
    return x + 0


def steps(x: Tensor) -> Tensor:
    y = x.clone()
    y[:, 1::3, 2:-1:2] = F.avg_pool2d(x, 5, 1, 2)[:, 1::3, 2:-1:2]
    return y + 0


def turned(x: Tensor) -> Tensor:
    x.transpose(2, 3)[..., 2:5] = F.max_pool2d(x.mT, (3, 1), 1, (1, 0))[..., 2:5]
    return x + 0


def split(x: Tensor) -> Tensor:
    """A dimension is written as the two that it was cut into, a class token left out."""
    tokens = F.pad(x.flatten(2).mT, (0, 0, 1, 0))
    tokens[:, 1:].unflatten(1, x.shape[2:])[:, 1:-1] = x.roll(1, 3).permute(0, 2, 3, 1)[:, 1:-1]
    return tokens + 0


def flat(x: Tensor) -> Tensor:
    x.view(-1)[5 : 3 * x.shape[-1]] = 1
    return x + 0


def whole_seen_through_a_part(x: Tensor) -> Tensor:
    part = x[:, 2:5, 3:]
    x += F.max_pool2d(x, 3, 1, 1)
    return part + 0


@pytest.mark.parametrize("body", [inner, steps, turned, split, flat, whole_seen_through_a_part])
def test_a_written_part_sees_what_was_written_and_the_rest_what_it_saw(body) -> None:
    assert check(Net(body))[1] != "unknown"


def test_a_part_of_a_tensor_with_many_elements_is_as_exact_as_one_of_few() -> None:
    def forward(x: Tensor) -> Tensor:
        wide = x.expand(-1, 700, -1, -1).clone()
        wide[:, :, 1:, 1:] = F.max_pool2d(x, 3, 1, 1)[:, :, 1:, 1:]
        return wide[:, 350:]

    net = Net(forward, stem=nn.Identity())
    recording = record(net, (torch.rand(1, 1, 160, 160),))
    fields = ReceptiveFields(recording)
    last = len(recording.operations) - 1
    assert recording.returned[0][1].untyped_storage().nbytes() > 4 * 2**24
    assert fields.of_unit(last, (0, 7)).box == (0, 7, 1, 8)
    assert fields.of_unit(last, (9, 7)).box == (8, 6, 11, 9)
    assert fields.of_unit(last, (9, 7)).status == "exact"
