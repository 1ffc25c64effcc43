"""`arch-explorer attention`."""

import json
from pathlib import Path

import attention_networks
import numpy as np
import pytest
from command_runs import Run

from explorer.records.samples import samples

PHOTO = samples()[0].path


@pytest.fixture
def model() -> str:
    return f"{attention_networks.__file__}:vit"


def test_the_weights_are_written_and_described(run: Run, model: str, tmp_path: Path) -> None:
    out = tmp_path / "weights.npy"
    told = ("attention", model, "--trust", "--size", "12x20", "--seed", "0", "--image", PHOTO, "--out", out)
    ran = run(*told, "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out) == {
        "model": model, "file": str(PHOTO), "layer": "two", "heads": 4, "tokens": [16, 16], "grid": [3, 5],
        "class_token": True,
    }  # fmt: skip
    whole = np.load(out)
    assert whole.shape == (4, 16, 16) and np.allclose(whole.sum(2), 1, atol=1e-5)
    assert run(*told, "--layer", "one", "--head", "1", "--token", "5").code == 0
    part = np.load(out)
    assert part.shape == (1, 1, 16)
    assert run(*told, "--layer", "one").code == 0
    assert np.array_equal(np.load(out)[1:2, 5:6], part)


def test_windows_are_counted_and_the_weights_are_those_of_the_whole_picture(run: Run, tmp_path: Path) -> None:
    swin, out = f"{attention_networks.__file__}:swin", tmp_path / "weights.npy"
    ran = run("attention", swin, "--trust", "--size", "32x48", "--image", PHOTO, "--out", out, "--json")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert (told["windows"], told["tokens"], told["grid"], told["class_token"]) == (
        6,
        [96, 96],
        [8, 12],
        False,
    )
    whole = np.load(out)
    assert whole.shape == (2, 96, 96) and np.allclose(whole.sum(2), 1, atol=1e-5)


def test_a_picture_of_one_token_is_written(run: Run, model: str, tmp_path: Path) -> None:
    out = tmp_path / "looks.png"
    ran = run(
        "attention", model, "--trust", "--size", "12x20", "--image", PHOTO, "--token", "3", "--out", out
    )
    assert ran.code == 0, ran.err
    assert out.read_bytes().startswith(b"\x89PNG")
    assert ran.out.startswith("two: 4 heads, 16 tokens look at 16; on a grid of 3×5, 1 beside it")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (("--head", "4"), "There is no head 4: there are 4, numbered from 0 to 3."),
        (("--token", "16"), "There is no token 16: there are 16, numbered from 0 to 15."),
        (("--layer", "head"), "head belongs to no attention; the nearest is two."),
        (("--layer", "three"), "no operation or module named 'three'"),
        (("--head", "-1"), "is not a whole number of at least 0"),
    ],
)
def test_what_is_not_there_is_said_in_a_line(
    run: Run, model: str, tmp_path: Path, told: tuple[str, ...], said: str
) -> None:
    out = tmp_path / "weights.npy"
    ran = run("attention", model, "--trust", "--size", "12x20", "--image", PHOTO, "--out", out, *told)
    assert ran.code == 2 and said in ran.err and not out.exists()


def test_a_network_without_attention_and_another_ending_are_refused(run: Run, tmp_path: Path) -> None:
    plain = f"{attention_networks.__file__}:plain"
    told = ("attention", plain, "--trust", "--size", "12x20", "--image", PHOTO, "--out")
    ran = run(*told, tmp_path / "a.npy")
    assert ran.code == 2 and "has no attention" in ran.err
    ran = run(*told, tmp_path / "a.gif")
    assert ran.code == 2 and "does not end in .npy or .png" in ran.err
