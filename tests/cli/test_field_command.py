"""`arch-explorer receptive-field`."""

import pytest
from command_runs import Named, Run

SMALL = "torchvision:shufflenet_v2_x0_5"
KEYS = ["layer", "status", "size", "stride", "start", "unit", "box"]


def test_document_tells_what_the_middle_unit_sees(run: Run) -> None:
    ran = run("receptive-field", SMALL, "--layer", "conv1.0", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert list(ran.document) == KEYS
    assert ran.document == {
        "layer": "conv1.0",
        "status": "exact",
        "size": [3, 3],
        "stride": [2, 2],
        "start": [-1, -1],
        "unit": [56, 56],
        "box": [111, 111, 114, 114],
    }


def test_unit_can_be_chosen_and_its_box_is_clipped(run: Run) -> None:
    ran = run("receptive-field", SMALL, "--layer", "conv1.0", "--unit", "0,111", "--json")
    assert (ran.document["unit"], ran.document["box"]) == ([0, 111], [0, 221, 2, 224])


def test_path_of_a_container_means_its_last_operation(run: Run) -> None:
    whole = run("receptive-field", "alexnet", "--layer", "features", "--json").document
    last = run("receptive-field", "alexnet", "--layer", "features.12", "--json").document
    assert whole["layer"] == "features" and whole["size"] == [195, 195]
    assert {**whole, "layer": ""} == {**last, "layer": ""}


def test_layer_without_a_map_sees_everything_and_has_no_unit(run: Run) -> None:
    document = run("receptive-field", SMALL, "--layer", "fc", "--json").document
    assert (document["status"], document["unit"]) == ("global", None)
    assert document["box"] == [0, 0, 224, 224]
    ran = run("receptive-field", SMALL, "--layer", "fc", "--unit", "1,1")
    assert ran.code == 2 and "has no map" in ran.complaint


def test_unknown_field_is_said_to_be_unknown(run: Run, own: Named) -> None:
    arguments = ("receptive-field", own("Itself"), "--trust", "--shape", "1,3,8,8", "--layer", "conv2d")
    document = run(*arguments, "--json").document
    assert document["status"] == "unknown"
    assert [document[key] for key in ("size", "stride", "start", "unit", "box")] == [None] * 5
    assert run(*arguments).out.startswith("conv2d: unknown")


@pytest.mark.parametrize(
    ("network", "shape", "unit", "box", "text"),
    [
        ("Line", "1,1,20", [8], [8, 13], "unit 8 sees axis 1: 8 to 12 of the input"),
        (
            "Volume",
            "1,1,6,6,6",
            [2, 2, 2],
            [2, 2, 2, 5, 5, 5],
            "axis 1: 2 to 4, axis 2: 2 to 4, axis 3: 2 to 4",
        ),
    ],
)
def test_inputs_that_are_no_images(
    run: Run, own: Named, network: str, shape: str, unit: list[int], box: list[int], text: str
) -> None:
    arguments = ("receptive-field", own(network), "--trust", "--shape", shape, "--layer", "conv")
    document = run(*arguments, "--json").document
    assert (document["unit"], document["box"]) == (unit, box)
    assert text in run(*arguments).out


def test_text_counts_rows_and_columns_inclusively(run: Run) -> None:
    ran = run("receptive-field", SMALL, "--layer", "conv1.0", "--unit", "1,2")
    assert ran.out.splitlines() == [
        "conv1.0: exact, size 3×3, stride 2×2",
        "unit 1,2 sees rows 1 to 3, columns 3 to 5 of the input",
    ]


def test_layer_before_a_failure_is_answered_and_the_failure_said(run: Run, own: Named) -> None:
    ran = run(
        "receptive-field", own("Failing"), "--trust", "--shape", "1,3,8,8", "--layer", "first", "--json"
    )
    assert ran.code == 1 and ran.document["size"] == [3, 3]
    assert "failed at second" in ran.err


@pytest.mark.parametrize("unit", ["112,0", "0,112", "1", "1,2,3"])
def test_unit_outside_the_map_is_wrong_usage(run: Run, unit: str) -> None:
    ran = run("receptive-field", SMALL, "--layer", "conv1.0", "--unit", unit)
    assert ran.code == 2
    assert f"--unit {unit} lies outside the map of conv1.0, which is 112×112" in ran.complaint


@pytest.mark.parametrize(("layer", "hint"), [("conv.0", "conv1.0"), ("zzz", "lists the names"), ("", "")])
def test_unknown_layer_is_wrong_usage_with_a_hint(run: Run, layer: str, hint: str) -> None:
    ran = run("receptive-field", SMALL, "--layer", layer)
    assert ran.code == 2 and "no operation or module" in ran.complaint and hint in ran.complaint
