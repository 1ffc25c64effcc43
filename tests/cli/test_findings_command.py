"""`arch-explorer classify` where the answer is segments, boxes or a flow."""

from pathlib import Path

import finding_networks
import numpy as np
import pytest
from command_runs import Run
from PIL import Image

BRIGHT = (40, 70, 120, 190)


@pytest.fixture
def bright(tmp_path: Path) -> Path:
    pixels = np.zeros((200, 300, 3), np.uint8)
    top, left, bottom, right = BRIGHT
    pixels[top:bottom, left:right] = 255
    Image.fromarray(pixels).save(tmp_path / "bright.png")
    return tmp_path / "bright.png"


def network(name: str) -> tuple[str, ...]:
    return ("--model", f"{finding_networks.__file__}:{name}", "--trust")


def test_segments_are_told_with_their_shares(run: Run, bright: Path) -> None:
    (answer,) = run("classify", bright, *network("segmenter"), "--json").document
    assert answer["predictions"] == [] and answer["picture"] == [200, 300]
    assert [it["label"] for it in answer["segments"]] == ["class 0", "class 2"]
    assert sum(it["share"] for it in answer["segments"]) == pytest.approx(1)
    lines = run("classify", bright, *network("segmenter")).out.splitlines()
    assert lines[-3:-2] == ["  the class of each pixel of output.out"]
    assert lines[-1].split() == [f"{answer['segments'][1]['share']:.1%}", "class", "2"]


def test_boxes_are_told_in_pixels_of_the_picture(run: Run, bright: Path) -> None:
    (answer,) = run("classify", bright, *network("detector"), "--json").document
    first, second = answer["objects"]
    np.testing.assert_allclose([first["box"], second["box"]], [BRIGHT, BRIGHT], atol=1)
    assert (first["index"], first["label"], first["score"]) == (1, "class 1", pytest.approx(0.9))
    np.testing.assert_allclose(first["points"]["0"], [40, 70, 7], atol=1)
    lines = run("classify", bright, *network("detector")).out.splitlines()
    assert lines[-2:] == ["    90.0%  class 1  rows 40 to 120, columns 70 to 190", "  1 more below 50%"]


def test_what_scores_too_little_is_said_with_the_best(run: Run, bright: Path) -> None:
    lines = run("classify", bright, *network("unsure")).out.splitlines()
    assert lines[-1] == "  no box scores 50% or more; the best is class 1 with 12.0%"
    assert run("classify", bright, *network("nothing")).out.splitlines()[-1] == "  no object was found"


def test_a_flow_goes_to_the_next_picture_and_the_last_to_itself(
    run: Run, bright: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.png"
    other.write_bytes(bright.read_bytes())
    asked = (
        "classify",
        bright,
        other,
        "--model",
        "torchvision:raft_small",
        "--weights",
        "random",
        "--seed",
        0,
    )
    answers = run(*asked, "--json").document
    assert [it["given"] for it in answers] == [f"second picture: {other}", "second picture: the same one"]
    assert all(it["flow"]["longest"] >= it["flow"]["mean"] > 0 for it in answers)


def test_a_second_picture_that_cannot_be_opened_is_said_once_and_passed_over(
    run: Run, bright: Path, tmp_path: Path
) -> None:
    broken, last, gone = (tmp_path / name for name in ("broken.png", "last.png", "gone.png"))
    broken.write_bytes(bright.read_bytes()[:40])
    last.write_bytes(bright.read_bytes())
    asked = ("--model", "torchvision:raft_small", "--weights", "random", "--seed", 0, "--json")
    ran = run("classify", bright, broken, last, gone, *asked)
    assert ran.code == 1 and ran.err.count("broken.png") == ran.err.count("gone.png") == 1
    assert ["error" in it for it in ran.document] == [False, True, False, True]
    assert [it.get("given") for it in ran.document[::2]] == [
        f"second picture: {last}",
        "second picture: the same one",
    ]


def test_a_clip_is_one_picture_again_and_again(run: Run, bright: Path) -> None:
    asked = ("classify", bright, "--model", "torchvision:mc3_18", "--weights", "random", "--seed", 0)
    lines = run(*asked).out.splitlines()
    assert "  one picture, repeated 16 times" in lines and len(lines) == 9


def test_every_task_is_listed(run: Run) -> None:
    listed = {it["name"]: it["task"] for it in run("models", "--source", "torchvision", "--json").document}
    assert listed["resnet50"] == "classification" and listed["fcn_resnet50"] == "segmentation"
    assert set(listed.values()) == {
        "classification",
        "segmentation",
        "detection",
        "detection, instance segmentation",
        "detection, keypoints",
        "video classification",
        "optical flow",
        "quantised classification",
    }
