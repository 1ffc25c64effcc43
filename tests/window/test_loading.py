"""A model is asked for by writing what is wanted into the scene."""

from dataclasses import replace
from pathlib import Path

import pytest
from desk_fakes import TOY, FakeNotices, scene
from window_fakes import loaded

from explorer.records.initialisation import Scheme
from explorer.window import loading
from explorer.window.desk import Desk
from explorer.window.scene import Scene


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("/nets/net.py:Net", (Path("/nets/net.py"), "Net")),
        ("net.py", (Path("net.py"), "")),
        ("net.py:", (Path("net.py"), "")),
        (r"C:\nets\net.py:Net", (Path(r"C:\nets\net.py"), "Net")),
        ("zoo:alexnet", None),
        ("timm:resnet50.py_like", None),
    ],
)
def test_own_files_are_told_from_names(name: str, found: tuple[Path, str] | None) -> None:
    assert loading.file_of(name) == found


def test_names_are_shortened_to_what_tells_them_apart() -> None:
    assert loading.short_name("torchvision:resnet50") == "resnet50" == loading.short_name("resnet50")
    assert loading.short_name("/nets/net.py:Net") == "net.py:Net"


def test_a_model_goes_to_the_device_of_the_one_before(desk: Desk) -> None:
    desk.put(desk.scene.with_seat(wanted=replace(TOY, device="cuda:1")))
    loading.load(desk, "zoo:other", "random", 3, Scheme.XAVIER)
    wanted = desk.scene.seat.wanted
    assert (wanted.name, wanted.weights, wanted.seed) == ("zoo:other", "random", 3)
    assert (wanted.device, wanted.initialisation) == ("cuda:1", Scheme.XAVIER)
    assert loading.device_of(Scene()) == "cpu"
    there = replace(loaded(TOY), device="cuda:2")
    assert loading.device_of(scene().with_seat(wanted=None, model=there)) == "cuda:2"


def test_what_is_loaded_just_so_is_built_anew(desk: Desk) -> None:
    loading.load(desk, "zoo:toy")
    assert desk.scene.seat.stale and not desk.scene.seat.is_live
    loading.load(desk, "zoo:other")
    assert not desk.scene.seat.stale


def test_a_file_of_weights_takes_the_place_of_drawn_ones(desk: Desk) -> None:
    desk.put(desk.scene.with_seat(wanted=replace(TOY, weights="random", initialisation=Scheme.KAIMING)))
    loading.load_weights(desk, "/w.pth")
    assert desk.scene.seat.wanted == replace(TOY, weights="/w.pth")


def test_weights_without_a_model_say_what_to_do(desk: Desk, notices: FakeNotices) -> None:
    desk.put(Scene())
    loading.load_weights(desk, "/w.pth")
    assert desk.scene.seat.wanted is None and "choose one first" in notices.texts()[0]


def test_a_move_to_the_same_device_is_none(desk: Desk) -> None:
    before = desk.scene
    loading.move(desk, "cpu")
    loading.move(desk, before.seat.wanted.device)
    assert desk.scene is before


def test_a_file_that_is_reloaded_needs_the_consent_to_what_it_is_now(desk: Desk) -> None:
    own = replace(TOY, name="/nets/net.py:Net", trusted="abc")
    desk.put(desk.scene.with_seat(wanted=own, loaded=own))
    loading.reload(desk)
    assert desk.scene.seat.wanted.trusted is False
    desk.put(desk.scene.with_seat(wanted=replace(own, trusted=True)))
    loading.reload(desk)
    assert desk.scene.seat.wanted.trusted is True, "the person at the terminal agreed to any content"
