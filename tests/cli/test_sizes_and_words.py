"""The commands with sizes that do not work, and with a network that reads words."""

from pathlib import Path

import pytest
from command_runs import Named, Run

READER = "zoo:char_cnn"


@pytest.mark.parametrize("shape", ["1,3,32,32", "2,3,40,300"])
def test_failing_trace_says_the_smallest_size(run: Run, shape: str) -> None:
    ran = run("trace", "zoo:alexnet", "--weights", "random", "--shape", shape, "--json")
    assert ran.code == 1
    line = ran.err.splitlines()[-1]
    assert "failed at features.12: RuntimeError" in line
    assert line.endswith(" The smallest size that works is 63×63.")
    assert set(ran.document["error"]) == {"name", "message"}


def test_failure_that_is_no_matter_of_size_says_no_size(run: Run, own: Named) -> None:
    for arguments in ((own("Failing"), "--trust"), ("zoo:alexnet", "--shape", "1,1,224,224")):
        assert "size that works" not in run("trace", *arguments, "--json").err
    assert "size that works" not in run("trace", own("Line"), "--trust", "--shape", "1,2,16", "--json").err


def test_reader_is_traced_without_an_input(run: Run) -> None:
    ran = run("trace", READER, "--weights", "random", "--seed", 0, "--json")
    assert ran.code == 0
    first = ran.document["nodes"][0]
    assert (first["op"], first["dtype"], ran.document["output_shape"]) == ("input", "int64", [1, 2])
    (entry,) = (it for it in run("models", "--source", "zoo", "--json").document if it["name"] == "char_cnn")
    assert ran.document["macs"] == entry["macs"] and ran.document["params"] == entry["params"]
    assert run("trace", READER, "--shape", "3,20", "--json").document["output_shape"] == [3, 2]


def test_reader_refuses_images_in_one_line(run: Run, photos: dict[str, Path]) -> None:
    for arguments in (
        ("classify", photos["coffee"], "--model", READER),
        ("trace", READER, "--image", photos["coffee"]),
    ):
        ran = run(*arguments, "--json")
        assert (ran.code, ran.out) == (2, "")
        assert "reads words, no images" in ran.complaint


def test_reader_is_profiled_and_located(run: Run) -> None:
    (document,) = [run("profile", READER, "--batch", "2", "--json").document]
    assert document["batch"] == 2 and any(layer["op"] == "embedding" for layer in document["layers"])
    field = run("receptive-field", READER, "--layer", "width4", "--unit", "3", "--json").document
    assert (field["status"], field["size"], field["box"]) == ("exact", [4], [3, 7])
