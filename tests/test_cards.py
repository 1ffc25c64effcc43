"""What the cards say agrees with the networks: names, years, layers, and the sizes that work."""

from dataclasses import fields
from fnmatch import fnmatchcase
from functools import cache

import pytest
import torch
from torch import nn

from explorer import zoo
from explorer.forward import recorder, trace
from explorer.records.models import TextInput
from explorer.window.cards import Card, card_of, cards
from explorer.zoo import registry, timm_source, torchvision_source

CARDS = cards()
SIZED = {name: sizes for card in CARDS.values() for name, sizes in card.sizes.items()}
MAY_BE_MISSING = {"contest", "predecessor", "elsewhere", "sizes"}


@cache
def network(name: str) -> nn.Module:
    with torch.device("meta"):
        return zoo.resolve(f"zoo:{name}").build_empty().eval()


def image(name: str, side: int) -> torch.Tensor:
    channels = zoo.resolve(f"zoo:{name}").preprocess.shape[1]
    return torch.zeros(1, channels, side, side, device="meta")


def works(name: str, side: int) -> bool:
    try:
        with torch.no_grad():
            network(name)(image(name, side))
    except (RuntimeError, ValueError):
        return False
    return True


def usual_side(name: str) -> int:
    return zoo.resolve(f"zoo:{name}").preprocess.shape[-1]


def layers_of(name: str) -> set[str]:
    """Names of all operations, from a recording without numbers at the smallest size that works."""
    preprocess = zoo.resolve(f"zoo:{name}").preprocess
    if isinstance(preprocess, TextInput):
        inputs = torch.zeros(preprocess.shape, dtype=torch.int64, device="meta")
    else:
        inputs = image(name, SIZED[name].smallest)
    recording = recorder.record(network(name), (inputs,))
    assert recording.failure is None
    return {operation.name for operation in recording.operations}


@pytest.fixture(autouse=True, scope="module")
def forget_networks() -> object:
    yield
    network.cache_clear()


def test_every_network_of_the_zoo_stands_on_one_card() -> None:
    told = [name for card in CARDS.values() for name in card.networks]

    assert sorted(told) == registry.names()


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_a_card_agrees_with_the_catalogue(card: Card) -> None:
    entries = [zoo.resolve(f"zoo:{name}").entry for name in card.networks]

    assert {entry.family for entry in entries} == {card.family}
    assert min(entry.year or 0 for entry in entries) == card.year


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_a_card_leaves_nothing_open(card: Card) -> None:
    for field in fields(card):
        assert getattr(card, field.name) or field.name in MAY_BE_MISSING, field.name
    assert card.paper.title and card.paper.venue and card.paper.url.startswith("https://")
    assert 3 <= len(card.hints) <= 5
    if card.contest is not None:
        assert card.contest.source
        assert card.contest.results
        assert all(0 < result.top5_error < 30 and result.measured for result in card.contest.results)


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_the_predecessor_is_another_family_that_came_before(card: Card) -> None:
    seen = set()
    while card.predecessor is not None:
        before = CARDS[card.predecessor.card]
        assert card.predecessor.changes
        assert before.year <= card.year
        assert before.id not in seen
        seen.add(before.id)
        card = before
    assert card.id == "lenet"


@pytest.mark.parametrize(
    "name",
    sorted({name for card in CARDS.values() for hint in card.hints for name in (hint.network, *hint.also)}),
)
def test_the_layers_that_hints_name_exist(name: str) -> None:
    layers = layers_of(name)

    hints = [
        (card, hint) for card in CARDS.values() for hint in card.hints if name in (hint.network, *hint.also)
    ]
    assert [hint.layer for _, hint in hints if hint.layer not in layers] == []
    assert all(name in card.networks for card, _ in hints)


@pytest.mark.parametrize("name", ["googlenet", "inception_v3"])
def test_a_card_says_how_many_parameters_only_serve_training(name: str) -> None:
    sizes = {place: parameter.numel() for place, parameter in network(name).named_parameters()}
    beside = sum(size for place, size in sizes.items() if place.lower().startswith("aux"))
    said = f"with {beside / 1e6:.1f} of its {sum(sizes.values()) / 1e6:.1f} million parameters"
    assert beside and said in card_of(f"zoo:{name}").idea


def test_every_network_for_images_has_its_sizes() -> None:
    for_images = [
        name for name in registry.names() if not isinstance(zoo.resolve(f"zoo:{name}").preprocess, TextInput)
    ]

    assert sorted(SIZED) == for_images


@pytest.mark.parametrize("name", SIZED)
def test_the_sizes_that_work_are_those_of_the_card(name: str) -> None:
    sizes = SIZED[name]

    assert works(name, sizes.smallest)
    assert works(name, sizes.smallest + sizes.step)
    if sizes.smallest > 1:
        assert not works(name, sizes.smallest - 1)
    if sizes.step > 1:
        assert sizes.smallest % sizes.step == 0  # the card says: every multiple
        assert not works(name, sizes.smallest + 1)
    if sizes.largest is None:
        assert works(name, 2 * usual_side(name))
    else:
        assert works(name, sizes.largest)
        assert not works(name, sizes.largest + 1)


@pytest.mark.parametrize("name", [name for name, sizes in SIZED.items() if sizes.fails])
def test_other_images_fail_where_the_card_says(name: str) -> None:
    model, sizes = network(name), SIZED[name]
    others = [sizes.smallest - 1] + [sizes.smallest + 1] * (sizes.step > 1)

    for side in others:
        failed = trace.build(recorder.record(model, (image(name, side),)), model, name).error

        assert failed is not None
        assert failed.name == sizes.fails


def test_networks_of_other_sources_have_the_card_of_their_family() -> None:
    for name in torchvision_source.names():
        card = card_of(f"torchvision:{name}")
        assert card is None or card.family == torchvision_source.spec(name).entry.family
    assert card_of("torchvision:resnet50") is CARDS["resnet"]
    assert card_of("timm:tf_efficientnet_lite0") is CARDS["efficientnet_lite"]
    assert card_of("timm:resnetv2_50") is None
    assert card_of("mine.py:resnet50") is None


def test_every_pattern_fits_a_network_and_no_network_fits_two_cards() -> None:
    names = [f"torchvision:{name}" for name in torchvision_source.names()]
    names += [f"timm:{name}" for name in timm_source.names()]
    for card in CARDS.values():
        for pattern in card.elsewhere:
            assert any(fnmatchcase(name, pattern) for name in names), pattern
    for name in names:
        fitting = {card.id for card in CARDS.values() for it in card.elsewhere if fnmatchcase(name, it)}
        assert len(fitting) <= 1, name
