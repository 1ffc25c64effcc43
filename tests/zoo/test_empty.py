"""Building without random numbers."""

import threading

import torch
from torch import nn

from explorer.zoo.empty import without_random_numbers


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.second = nn.Linear(4, 4)
        self.second.weight = self.first.weight
        self.frozen = nn.Parameter(torch.zeros(2), requires_grad=False)
        self.register_buffer("table", torch.arange(3.0), persistent=False)
        nn.init.normal_(self.first.weight)
        nn.init.trunc_normal_(self.first.weight)


def test_network_is_the_same_but_for_its_parameters() -> None:
    full, empty = Tied(), without_random_numbers(Tied)()
    assert list(empty.state_dict()) == list(full.state_dict())
    assert empty.second.weight is empty.first.weight
    assert not empty.frozen.requires_grad
    assert torch.equal(empty.table, full.table)
    empty.load_state_dict(full.state_dict())
    assert torch.equal(empty.first.weight, full.first.weight)


def test_no_random_number_is_drawn() -> None:
    torch.manual_seed(0)
    before = torch.get_rng_state()
    without_random_numbers(lambda: nn.Sequential(nn.Conv2d(3, 8, 3), nn.Linear(3, 3)))()
    drawn_once = torch.get_rng_state()
    assert torch.equal(drawn_once, before)


def test_networks_built_afterwards_or_in_other_threads_are_whole() -> None:
    others: list[nn.Module] = []

    def build() -> nn.Module:
        thread = threading.Thread(target=lambda: others.append(nn.Linear(2, 2)))
        thread.start()
        thread.join()
        return nn.Linear(2, 2)

    without_random_numbers(build)()
    others.append(nn.Linear(2, 2))
    for other in others:
        weight = other.state_dict()["weight"]
        assert weight.device.type == "cpu" and weight.abs().max() <= 2**-0.5 and weight.any()
