"""`arch-explorer explain`: a map as numbers or as a picture, one JSON document, refusals in one line."""

from pathlib import Path

import numpy as np
import pytest
import reason_networks
from command_runs import Run
from PIL import Image

NET = f"{reason_networks.__file__}:Plain"


@pytest.fixture
def explain(run: Run, photos: dict[str, Path], tmp_path: Path):
    def call(*arguments: object, model: str = NET, out: str = "map.npy"):
        given = (model, "--trust", "--seed", 0, "--image", photos["coffee"], "--out", tmp_path / out)
        return run("explain", *given, *arguments)

    return call


def test_a_layers_map_is_written_at_its_own_resolution_not_normalised(explain, tmp_path: Path) -> None:
    ran = explain("--class", 2, "--json")
    values = np.load(tmp_path / "map.npy")
    assert ran.code == 0 and values.dtype == np.float32 and values.shape == (28, 28) and values.max() != 1
    document = ran.document
    assert (document["class"], document["label"], document["method"]) == (2, "class 2", "grad-cam")
    assert (document["layer"], document["shape"], document["model"]) == ("relu:1", [28, 28], NET)
    assert document["file"].endswith("coffee.png") and document["completeness"] is None


def test_a_map_of_pixels_is_written_at_the_inputs(explain, tmp_path: Path) -> None:
    ran = explain("--method", "integrated-gradients", "--steps", 8, "--json")
    values, whole = np.load(tmp_path / "map.npy"), ran.document["completeness"]
    assert values.shape == (224, 224) and ran.document["layer"] is None
    assert whole["sum"] == pytest.approx(float(values.sum()), rel=1e-3) and whole["steps"] == 8


def test_a_picture_is_drawn_with_its_title_and_its_scale(explain, tmp_path: Path) -> None:
    ran = explain("--layer", "first", "--method", "layer-cam", out="map.png")
    assert ran.code == 0 and "Layer-CAM for class" in ran.out and "28×28, at first" in ran.out
    with Image.open(tmp_path / "map.png") as picture:
        assert picture.format == "PNG" and picture.width >= 600 and picture.height > picture.width
    assert "not the published ones" in ran.out and "random weights: there is nothing to explain" in ran.err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--class", "cup"), 2, "no class named 'cup'"),
        (("--class", "7"), 2, "no class 7: the network has 5"),
        (("--layer", "third"), 2, "no operation or module named 'third'"),
        (("--layer", "head"), 1, "have no places on the picture"),
        (("--layer", "first", "--method", "occlusion"), 2, "looks at pixels, at no layer"),
        (("--method", "nope"), 2, "invalid choice: 'nope'"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(explain, arguments, code: int, says: str) -> None:
    ran = explain(*arguments)
    assert ran.code == code and says in ran.err.splitlines()[-1] and not ran.out


def test_a_file_of_another_kind_or_in_no_folder_is_refused(explain, run: Run) -> None:
    assert explain(out="map.gif").code == 2
    ran = explain(out="nowhere/map.npy")
    assert ran.code == 1 and "cannot be written" in ran.err


def test_a_network_for_another_task_says_why(explain) -> None:
    ran = explain(model=f"{reason_networks.__file__}:Segmenting")
    assert ran.code == 1 and "has no score of a class to explain" in ran.err
