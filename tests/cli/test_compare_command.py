"""`arch-explorer compare`: the JSON that others rely on, the table, what cannot be compared."""

from pathlib import Path

import compare_networks
import pytest
import torch
from command_runs import Named, Run

SMALL = f"{compare_networks.__file__}:Small"
TRUST = ("--trust", "--seed", "0")


def test_a_network_with_itself(run: Run) -> None:
    ran = run("compare", SMALL, SMALL, *TRUST, "--json")
    assert ran.code == 0
    document = ran.document
    assert list(document) == ["models", "pairs", "answers"]
    assert document["answers"] == []
    one, two = document["models"]
    assert one == two
    assert {**one, "name": "", "macs": 0} == {
        "name": "", "params": 1708, "macs": 0, "activation_bytes": one["activation_bytes"],
        "input_shape": [1, 3, 224, 224], "top1": None,
    }  # fmt: skip
    assert one["activation_bytes"] > 4 * 6 * 56 * 56
    (pair,) = document["pairs"]
    assert set(pair) == {"a", "b", "matched", "only_a", "only_b", "first_difference"}
    assert pair["a"] == pair["b"] == SMALL
    assert [it["a"] for it in pair["matched"]][:3] == ["stem", "blocks.0.conv1", "blocks.0.bn1"]
    assert all(it == {"a": it["b"], "b": it["b"], "cosine": 1, "relative_error": 0} for it in pair["matched"])
    assert (pair["only_a"], pair["only_b"], pair["first_difference"]) == ([], [], None)
    assert "noise (seed 0)" in ran.err


def test_the_changed_layer_is_named(run: Run, tmp_path: Path) -> None:
    network = compare_networks.Small()
    torch.save(network.state_dict(), tmp_path / "a.pth")
    with torch.no_grad():
        network.blocks[2].conv1.weight.mul_(1.001)
    torch.save(network.state_dict(), tmp_path / "b.pth")
    files = ("--weights", tmp_path / "a.pth", "--weights", tmp_path / "b.pth")
    (pair,) = run("compare", SMALL, SMALL, "--trust", *files, "--json").document["pairs"]
    assert pair["first_difference"] == "blocks.2.conv1"
    (at,) = (it for it in pair["matched"] if it["a"] == "blocks.2.conv1")
    assert 0.999 < at["cosine"] <= 1 and 0 < at["relative_error"] < 0.01
    loose = run("compare", SMALL, SMALL, "--trust", *files, "--tolerance", "0.1", "--json").document
    assert loose["pairs"][0]["first_difference"] is None
    shown = run("compare", SMALL, SMALL, "--trust", *files).out
    assert (
        "values first differ at blocks.2.conv1 (relative error " in shown and "bit for bit the same" in shown
    )


def test_three_networks_are_compared_each_with_each(run: Run, own: Named) -> None:
    document = run("compare", SMALL, own("Classifier"), "zoo:lenet5", *TRUST, "--json").document
    names = [it["name"] for it in document["models"]]
    assert names == [SMALL, own("Classifier"), "zoo:lenet5"]
    assert [(it["a"], it["b"]) for it in document["pairs"]] == [
        (names[0], names[1]), (names[0], names[2]), (names[1], names[2])
    ]  # fmt: skip


def test_networks_without_anything_in_common(run: Run) -> None:
    ran = run("compare", "lenet5", "char_cnn", "--seed", "0", "--json")
    (pair,) = ran.document["pairs"]
    assert ran.code == 0
    assert (pair["matched"], pair["first_difference"]) == ([], None)
    assert pair["only_a"][0] == "conv1" and "embedding" in pair["only_b"]
    assert "0 operations matched" in run("compare", "lenet5", "char_cnn", "--seed", "0").out


def test_answers_stand_side_by_side(run: Run, photos: dict[str, Path]) -> None:
    lite = "zoo:efficientnet_lite0"
    images = ("--image", photos["chelsea"], photos["coffee"])
    ran = run(
        "compare", lite, lite, "--weights", "pretrained", "--weights", "random", "--top", 2, *images, "--json"
    )
    assert ran.code == 0
    cat, coffee = ran.document["answers"]
    assert [cat["file"], coffee["file"]] == [str(photos["chelsea"]), str(photos["coffee"])]
    trained, drawn = cat["predictions"]
    assert len(trained) == len(drawn) == 2
    assert trained[0]["label"] == "tiger cat" and trained[0]["probability"] == pytest.approx(0.39, abs=0.01)
    assert coffee["predictions"][0][0]["label"] == "espresso"
    pair = ran.document["pairs"][0]
    assert (
        pair["first_difference"] == "conv_stem" and pair["matched"][0]["relative_error"] == 0
    )  # its padding


def test_the_table_tells_differences_and_who_agrees(run: Run, photos: dict[str, Path]) -> None:
    lite = "zoo:efficientnet_lite0"
    shown = run("compare", lite, lite, "zoo:lenet5", "--seed", 0, "--image", photos["chelsea"]).out
    assert "4.65 M  the same" in shown and "61.7 k  −4.59 M (×0.0133)" in shown
    assert "2 of 3 name tiger cat first" in shown
    assert "forward in ms" not in shown  # nothing was measured
    assert shown.count("operations matched") == 3


def test_what_fails_is_told_and_the_rest_compared(run: Run, own: Named, photos: dict[str, Path]) -> None:
    ran = run("compare", SMALL, own("Failing"), *TRUST, "--image", "gone.png", photos["coffee"], "--json")
    assert ran.code == 1 and "failed at" in ran.err and "gone.png" in ran.err
    gone, coffee = ran.document["answers"]
    assert "error" in gone and [len(it) for it in coffee["predictions"]] == [5, 0]
    assert len(ran.document["pairs"]) == 1
    three = (SMALL, SMALL, own("Failing"), *TRUST, "--image", photos["coffee"])
    assert "  2 of 3 name" in run("compare", *three).out, "not all: one names none"


def test_two_sizes_of_input(run: Run) -> None:
    document = run("compare", SMALL, SMALL, *TRUST, "--size", 64, "--size", "96x64", "--json").document
    assert [it["input_shape"] for it in document["models"]] == [[1, 3, 64, 64], [1, 3, 96, 64]]
    (pair,) = document["pairs"]
    assert pair["first_difference"] == "stem"
    assert pair["matched"][0]["cosine"] is None and pair["matched"][0]["relative_error"] is None


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("lenet5",), "at least two"),
        (
            ("lenet5", "lenet5", "lenet5", "--weights", "random", "--weights", "random"),
            "2 times for 3 models",
        ),
        (("lenet5", "no_such_model"), "no_such_model"),
        (("lenet5", "lenet5", "--tolerance", "-1"), "at least 0"),
        (("lenet5", "lenet5", "--tolerance", "nan"), "at least 0"),
        (("char_cnn", "char_cnn", "--image", __file__), "words"),
    ],
)
def test_wrong_usage(run: Run, photos: dict[str, Path], arguments: tuple[str, ...], why: str) -> None:
    given = [photos["coffee"] if it == __file__ else it for it in arguments]
    ran = run("compare", *given)
    assert (ran.code, ran.out) == (2, "") and why in ran.err
