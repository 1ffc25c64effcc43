"""Ways to a second network that are one click away, and what each takes."""

from dataclasses import replace

from compare_scenes import PHOTOS
from desk_fakes import TOY, scene, with_reader

from explorer.features.compare.presets import (
    GROUPS,
    IMAGE,
    SEED,
    SIZE,
    START,
    WEIGHTS,
    Preset,
    memory,
    presets,
)
from explorer.records.initialisation import Scheme
from explorer.records.models import WeightsStatus
from explorer.window.scene import Scene


def of(now: Scene, group: str) -> list[Preset]:
    return [it for it in presets(now) if it.group == group]


def test_pretrained_weights_are_compared_with_random_ones() -> None:
    now = scene(pretrained=True)
    assert [it.command for it in of(now, WEIGHTS)] == [replace(TOY, weights="random")]
    assert not of(now, SEED)


def test_random_weights_are_compared_with_another_seed_and_with_pretrained_ones_on_disk() -> None:
    now = scene(pretrained=False)
    assert [it.command.seed for it in of(now, SEED)] == [1] and not of(now, WEIGHTS)
    model = replace(now.model, entry=replace(now.model.entry, weights=WeightsStatus.ON_DISK))
    assert [it.command.weights for it in of(now.with_seat(model=model), WEIGHTS)] == ["pretrained"]


def test_each_other_initialisation_is_offered() -> None:
    assert [it.command.initialisation for it in of(scene(pretrained=False), START)] == list(Scheme)[1:]
    assert len(of(scene(pretrained=True), START)) == len(Scheme)


def test_other_sizes_are_those_that_networks_can_halve_five_times() -> None:
    now = scene()
    model = replace(now.model, preprocess=replace(now.model.preprocess, crop=224, resize=256))
    sizes = [it.size for it in of(now.with_seat(model=model), SIZE)]
    assert sizes == [(128, 128), (160, 160), (288, 288), (320, 320), (448, 448)]
    small = replace(now.model, preprocess=replace(now.model.preprocess, crop=28, resize=28))
    assert [it.size for it in of(now.with_seat(model=small), SIZE)] == [(32, 32), (64, 64)], "each once"
    assert not of(with_reader(now), SIZE), "a word has no height"


def test_the_other_open_images_are_offered() -> None:
    now = scene(images=PHOTOS, image="image-a")
    assert [(it.text, it.image) for it in of(now, IMAGE)] == [("b.png", "image-b"), ("c.png", "image-c")]


def test_without_a_network_nothing_is_offered_and_every_group_says_what_it_needs() -> None:
    assert presets(Scene()) == ()
    assert all(says and needs and learns for says, needs, learns in GROUPS.values())
    assert GROUPS[WEIGHTS][1] == "pretrained weights on this computer"


def test_memory_is_told_as_an_estimate_by_the_area_of_the_input() -> None:
    now = scene()  # 108 bytes of weights, a forward of 9,000 bytes on 8×8
    assert memory(now, None) == "about 108 B more for weights, 9.00 kB for values (estimate)"
    assert "36.0 kB" in memory(now, (16, 16))
    assert "values" not in memory(now.with_seat(forward=None), None)
    assert memory(Scene(), None) == ""
