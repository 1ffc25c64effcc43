"""Networks of a person's own that take something else than one picture in colour."""

from pathlib import Path

import numpy as np
import pytest
from command_runs import Ran, Run

NETWORKS = """
import torch
from torch import nn


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 4, 3)

    def forward(self, a, b):
        return (self.c(a) - self.c(b)).mean((2, 3))


class FromDict(Siamese):
    def forward(self, batch):
        return self.c(batch["image"]).mean((2, 3))


class ByName(Siamese):
    def forward(self, *, x):
        return self.c(x).mean((2, 3))


class Described(Siamese):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(9, 4)

    def forward(self, image, input_ids):
        return self.c(image).mean((2, 3)) + self.e(input_ids).mean(1)


class Unused(Siamese):
    def __init__(self):
        super().__init__()
        self.spare = nn.LazyLinear(5)

    def forward(self, x):
        return self.c(x).mean((2, 3))


class Lists(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Conv2d(3, 4, 3), {"deep": (nn.Conv2d(4, 4, 3), nn.ReLU(), nn.Identity())}]

    def forward(self, x):
        return self.layers[1]["deep"][0](self.layers[0](x)).mean((2, 3))


def grey():
    return nn.Sequential(nn.Conv2d(1, 4, 5), nn.AdaptiveAvgPool2d(1), nn.Flatten())


def lazy():
    return nn.Sequential(nn.LazyConv2d(8, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LazyLinear(10))


def words():
    return nn.Sequential(nn.Embedding(50, 4))
"""
C3 = 4 * 3 * 9 + 4


@pytest.fixture
def net(tmp_path: Path) -> Path:
    path = tmp_path / "net.py"
    path.write_text(NETWORKS, encoding="utf-8")
    return path


def inputs_of(ran: Ran) -> list[list[int]]:
    assert ran.code == 0, ran.err
    return [node["shape"] for node in ran.document["nodes"] if node["op"] == "input"]


def test_shapes_are_told_one_after_the_other(run: Run, net: Path) -> None:
    shape = ("--shape", "1,3,8,8")
    ran = run("trace", f"{net}:Siamese", "--trust", *shape, *shape, "--json")
    assert inputs_of(ran) == [[1, 3, 8, 8]] * 2
    assert (ran.document["params"], ran.document["macs"]) == (C3, 2 * 36 * 4 * 27)


@pytest.mark.parametrize(
    ("name", "shapes", "given"),
    [
        ("Siamese", ("b=1,3,9,9", "a=1,3,9,9"), [[1, 3, 9, 9]] * 2),
        ("Siamese", (), [[1, 3, 224, 224]] * 2),
        ("FromDict", ("image=1,3,8,8",), [[1, 3, 8, 8]]),
        ("FromDict", (), [[1, 3, 224, 224]]),
        ("ByName", ("x=1,3,8,8",), [[1, 3, 8, 8]]),
        ("ByName", (), [[1, 3, 224, 224]]),
        ("Described", ("1,3,8,8", "1,5"), [[1, 3, 8, 8], [1, 5]]),
        ("Described", (), [[1, 3, 224, 224], [1, 16]]),
        ("words", (), [[1, 16]]),
        ("words", ("2,7",), [[2, 7]]),
        ("lazy", ("1,5,16,16",), [[1, 5, 16, 16]]),
    ],
)
def test_what_a_network_takes_is_told_or_found(
    run: Run, net: Path, name: str, shapes: tuple[str, ...], given: list[list[int]]
) -> None:
    told = [word for shape in shapes for word in ("--shape", shape)]
    assert inputs_of(run("trace", f"{net}:{name}", "--trust", *told, "--json")) == given


def test_too_few_shapes_and_too_many_are_one_line(run: Run, net: Path) -> None:
    ran = run("trace", f"{net}:Siamese", "--trust", "--shape", "1,3,8,8")
    assert (ran.code, ran.out) == (1, "") and "takes 2 inputs (a, b)" in ran.complaint
    ran = run("trace", "alexnet", "--shape", "1,3,64,64", "--shape", "1,3,64,64")
    assert (ran.code, ran.out) == (2, "") and "takes one input" in ran.complaint


def test_each_image_input_gets_an_image(run: Run, net: Path, photos: dict[str, Path]) -> None:
    trace = ("trace", f"{net}:Siamese", "--trust", "--seed", "0", "--json")
    images = ("--image", photos["coffee"], "--image", photos["chelsea"])
    for given in (images, images[:2]):
        assert inputs_of(run(*trace, *given)) == [[1, 3, 224, 224]] * 2
    ran = run("trace", f"{net}:Siamese", "--trust", *images, *images[:2])
    assert ran.code == 2 and "takes 2 inputs of that kind, and 3 files were given" in ran.err


def test_each_input_gets_an_array(run: Run, net: Path, tmp_path: Path) -> None:
    for side, name in ((8, "a"), (9, "b")):
        np.save(tmp_path / f"{name}.npy", np.ones((1, 3, side, side), np.float64))
    arrays = [word for name in "aa" for word in ("--input", tmp_path / f"{name}.npy")]
    ran = run("trace", f"{net}:Siamese", "--trust", *arrays, "--json")
    assert inputs_of(ran) == [[1, 3, 8, 8]] * 2
    assert "a.npy: torch.float64 converted to torch.float32" in ran.err
    arrays[1] = tmp_path / "b.npy"
    assert "takes one input" in run("trace", f"{net}:grey", "--trust", *arrays).err


def test_a_network_of_one_channel_sees_the_luminance(run: Run, net: Path, photos: dict[str, Path]) -> None:
    ran = run("classify", photos["coffee"], "--model", f"{net}:grey", "--trust", "--json", "--top", "4")
    assert ran.code == 0 and len(ran.document[0]["predictions"]) == 4
    assert "it takes 1×224×224 pixels, luminance" in ran.err


def test_size_mean_and_deviation_are_as_told(
    run: Run, net: Path, photos: dict[str, Path], tmp_path: Path
) -> None:
    told = ("--size", "20x30", "--mean", "0", "--std", "1")
    ran = run(
        "trace",
        f"{net}:grey",
        "--trust",
        *told,
        "--image",
        photos["coffee"],
        "--save",
        tmp_path / "v",
        "--json",
    )
    assert inputs_of(ran) == [[1, 1, 20, 30]]
    image = np.load(tmp_path / "v" / "0.npy")
    assert image.min() >= 0 and image.max() <= 1  # neither shifted nor scaled
    assert np.array_equal(image * 255, np.round(image * 255))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--mean", "a"), "'a' is not one number or three"),
        (("--std", "1,2"), "'1,2' is not one number or three"),
        (("--size", "0"), "'0' is not a whole number of at least 1"),
        (("--size", "3"), "The smallest size that works is 5×5."),
        (("--shape", "a="), "not a list of whole numbers"),
    ],
)
def test_nonsense_is_named(run: Run, net: Path, arguments: tuple[str, ...], complaint: str) -> None:
    ran = run("trace", f"{net}:grey", "--trust", *arguments)
    assert complaint in ran.err or ran.code == 1


def test_mean_and_deviation_of_different_channels_are_wrong_usage(run: Run, net: Path) -> None:
    ran = run("trace", f"{net}:grey", "--trust", "--mean", "0", "--std", "1,1,1")
    assert ran.code == 2 and "--mean is of 1 channels and --std of 3" in ran.complaint


def test_layers_in_plain_lists_are_named(run: Run, net: Path) -> None:
    ran = run("trace", f"{net}:Lists", "--trust", "--json")
    count = C3 + 4 * 4 * 9 + 4
    assert (
        f"4 modules are not registered: layers[0], layers[1]['deep'][0], layers[1]['deep'][1], …; {count} "
        "parameters are neither counted, loaded nor moved: keep them in an nn.ModuleList"
    ) in ran.err
    assert ran.document["params"] == 0


def test_lazy_layers_have_their_shapes_and_those_that_never_run_are_named(run: Run, net: Path) -> None:
    assert run("trace", f"{net}:lazy", "--trust", "--json").document["params"] == 314
    ran = run("trace", f"{net}:Unused", "--trust", "--json")
    assert ran.code == 0 and ran.document["params"] == C3
    assert "spare does not run: the shapes of these lazy layers stay unknown" in ran.err


def test_every_verb_gives_each_input_something(run: Run, net: Path) -> None:
    ran = run("profile", f"{net}:Siamese", "--trust", "--size", "16", "--batch", "2", "--train", "--json")
    assert ran.code == 0 and ran.document["batch"] == 2 and ran.document["train_step_ms"] > 0
    ran = run("receptive-field", f"{net}:Siamese", "--layer", "c", "--trust", "--json")
    assert ran.code == 0 and ran.document["size"] == [3, 3]
