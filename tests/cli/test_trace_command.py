"""`arch-explorer trace`: the document, its inputs and the values it saves."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchvision
from command_runs import Named, Run
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

NODE_KEYS = [
    "id", "op", "name", "module", "call", "inputs", "shape", "dtype", "bytes", "params", "macs",
    "flops", "bytes_read", "bytes_written", "attributes", "receptive_field",
]  # fmt: skip


def squeezenet(seed: int) -> nn.Module:
    torch.manual_seed(seed)
    return torchvision.models.squeezenet1_1(weights=None).eval()


def node(document: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (each for each in document["nodes"] if each["name"] == name)
    return found


def saved(folder: Path, found: dict[str, Any]) -> NDArray[Any]:
    return np.load(folder / f"{found['id']}.npy", allow_pickle=False)


# ---- the document ----


def test_document_has_the_keys_of_the_contract(run: Run) -> None:
    ran = run("trace", "torchvision:resnet18", "--seed", 0, "--shape", "1,3,64,64", "--json")
    assert (ran.code, ran.err) == (0, "torchvision:resnet18: weights random (seed 0)\n")
    document = ran.document
    assert list(document) == [
        "model",
        "input_shape",
        "output_shape",
        "params",
        "macs",
        "macs_unknown",
        "flops",
        "flops_unknown",
        "nodes",
    ]
    assert document["model"] == "torchvision:resnet18"
    assert (document["input_shape"], document["output_shape"]) == ([1, 3, 64, 64], [1, 1000])
    assert document["params"] == 11_689_512
    assert document["macs"] == sum(each["macs"] for each in document["nodes"])
    names = [each["name"] for each in document["nodes"]]
    assert len(set(names)) == len(names)
    for position, each in enumerate(document["nodes"]):
        assert list(each) == NODE_KEYS
        assert each["id"] == position and all(source < position for source in each["inputs"])
        assert each["bytes"] == 4 * math.prod(each["shape"])
        assert list(each["receptive_field"]) == ["status", "size", "stride", "start"]
    assert document["nodes"][0]["op"] == "input"


def test_nodes_tell_operation_module_call_edges_and_cost(run: Run) -> None:
    document = run("trace", "resnet18", "--seed", 0, "--json").document
    assert node(document, "conv1") == {
        "id": 1,
        "op": "conv2d",
        "name": "conv1",
        "module": "conv1",
        "call": 0,
        "inputs": [0],
        "shape": [1, 64, 112, 112],
        "dtype": "float32",
        "bytes": 64 * 112 * 112 * 4,
        "params": 64 * 3 * 49,
        "macs": 64 * 3 * 49 * 112 * 112,
        "flops": 2 * 64 * 3 * 49 * 112 * 112,
        "bytes_read": 4 * (3 * 224 * 224 + 64 * 3 * 49),
        "bytes_written": 4 * 64 * 112 * 112,
        "attributes": {
            "in_channels": 3,
            "out_channels": 64,
            "kernel_size": [7, 7],
            "stride": [2, 2],
            "padding": [3, 3],
            "dilation": [1, 1],
            "groups": 1,
            "bias": False,
        },
        "receptive_field": {"status": "exact", "size": [7, 7], "stride": [2, 2], "start": [-3, -3]},
    }
    second_relu = node(document, "layer1.0.relu:1")
    assert (second_relu["op"], second_relu["module"], second_relu["call"]) == ("relu", "layer1.0.relu", 1)
    (added,) = (each for each in document["nodes"] if each["id"] in second_relu["inputs"])
    assert (added["op"], added["module"]) == ("add", "layer1.0")
    assert {document["nodes"][k]["name"] for k in added["inputs"]} == {"layer1.0.bn2", "maxpool"}
    assert document["macs"] == 1_814_073_344


def test_module_that_spells_several_operations_out_shows_each(run: Run, own: Named) -> None:
    document = run("trace", own("Attention"), "--trust", "--shape", "1,3,4,4", "--json").document
    operations = [each["op"].replace("truediv", "div") for each in document["nodes"]]
    expected = [
        "input",
        "flatten",
        "transpose",
        "linear",
        "transpose",
        "matmul",
        "div",
        "softmax",
        "matmul",
        "mean",
        "output",
    ]
    assert operations == expected
    assert node(document, "embed")["op"] == "linear"
    weights = document["nodes"][operations.index("softmax")]
    assert weights["shape"] == [1, 16, 16] and weights["module"] == ""


def test_several_outputs_are_listed_and_saved(run: Run, own: Named, tmp_path: Path) -> None:
    arguments = ("trace", own("Split"), "--trust", "--shape", "1,3,8,8", "--save", tmp_path / "out", "--json")
    document = run(*arguments).document
    *computed, first, second = document["nodes"]
    assert [it["op"] for it in (first, second)] == ["output", "output"]
    assert [it["name"] for it in (first, second)] == ["output.values", "output.indices"]
    pooled = computed[-1]
    assert first["inputs"] == second["inputs"] == [pooled["id"]]
    assert pooled["outputs"] == [
        {"shape": [1, 6, 6], "dtype": "float32", "bytes": 144},
        {"shape": [1, 6, 6], "dtype": "int64", "bytes": 288},
    ]
    assert all("outputs" not in each for each in (*computed[:-1], first, second))
    conv = torch.from_numpy(saved(tmp_path / "out", node(document, "conv")))
    values, indices = conv.max(dim=1)
    assert np.array_equal(saved(tmp_path / "out", pooled), values.numpy())
    assert np.array_equal(np.load(tmp_path / "out" / f"{pooled['id']}.1.npy"), indices.numpy())
    assert np.array_equal(saved(tmp_path / "out", second), indices.numpy())
    assert len(list((tmp_path / "out").iterdir())) == len(document["nodes"]) + 1


def test_text_lists_the_operations(run: Run) -> None:
    lines = run("trace", "squeezenet1_1", "--seed", 0).out.splitlines()
    assert lines[0].split() == [
        "id",
        "name",
        "operation",
        "output",
        "parameters",
        "MACs",
        "receptive",
        "field",
    ]
    assert lines[2].split()[:4] == ["1", "features.0", "conv2d", "1×64×111×111"]
    assert lines[-1] == "torchvision:squeezenet1_1: 1,235,496 parameters, 349,151,936 multiply-accumulates"


def test_cost_that_no_formula_tells_is_null_a_dash_and_told_of_the_total(run: Run, own: Named) -> None:
    arguments = ("trace", own("Inverse"), "--trust", "--shape", "1,3,3,3")
    document = run(*arguments, "--json").document
    assert [each["macs"] for each in document["nodes"]] == [0, 3 * 3 * 3 * 3, None, 0]
    assert (document["macs"], document["macs_unknown"]) == (81, 1)
    lines = run(*arguments).out.splitlines()
    assert [line.split()[5] for line in lines[1:4]] == ["0", "81", "–"]
    assert lines[-1].endswith("81 multiply-accumulates and those of one operation without a formula")


def test_of_values_whose_channels_see_differently_the_field_is_a_bound(run: Run, own: Named) -> None:
    arguments = ("trace", own("Unshuffled"), "--trust", "--shape", "1,3,8,8")
    document = run(*arguments, "--json").document
    fields = {it["name"]: it["receptive_field"] for it in document["nodes"]}
    assert {name: (it["status"], it["size"]) for name, it in fields.items()} == {
        "input": ("exact", [1, 1]),
        "unshuffle": ("bound", [2, 2]),
        "mix": ("exact", [2, 2]),
        "output": ("exact", [2, 2]),
    }
    assert [line.split()[-1] for line in run(*arguments).out.splitlines()[1:4]] == ["exact", "bound", "exact"]


# ---- failing forwards ----


def test_failing_forward_shows_the_nodes_so_far_and_the_error(run: Run, own: Named, tmp_path: Path) -> None:
    arguments = ("trace", own("Failing"), "--trust", "--shape", "1,3,8,8", "--save", tmp_path / "out")
    ran = run(*arguments, "--json")
    assert ran.code == 1
    document = ran.document
    assert [each["name"] for each in document["nodes"]] == ["input", "first", "relu"]
    assert document["output_shape"] is None
    assert list(document["error"]) == ["name", "message"]
    assert document["error"]["name"] == "second"
    assert "expected input[1, 4, 6, 6] to have 5 channels" in document["error"]["message"]
    assert len(list((tmp_path / "out").iterdir())) == 3
    assert "Failing failed at second: RuntimeError" in run(*arguments).err


def test_model_that_ends_the_program_is_stopped_from_it(run: Run, own: Named) -> None:
    ran = run("trace", own("Leaving"), "--trust", "--json")
    assert ran.code == 1 and ran.document["error"] == {"name": "model", "message": "SystemExit: 7"}
    assert "failed at model: SystemExit: 7 (cli_networks.py, line " in ran.err


# ---- weights and seeds ----


def test_seed_gives_what_manual_seed_and_the_builder_give(run: Run, tmp_path: Path) -> None:
    arguments = ("trace", "squeezenet1_1", "--seed", 7, "--shape", "1,3,64,64", "--save")
    document = run(*arguments, tmp_path / "a", "--json").document
    noise = torch.from_numpy(np.load(tmp_path / "a" / "0.npy"))
    with torch.no_grad():
        expected = squeezenet(7)(noise)
    assert np.array_equal(saved(tmp_path / "a", document["nodes"][-1]), expected.numpy())
    torch.manual_seed(99)
    run(*arguments, tmp_path / "b")
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


@pytest.mark.parametrize("suffix", ["pth", "safetensors"])
def test_weights_come_from_a_file(run: Run, tmp_path: Path, suffix: str) -> None:
    from safetensors.torch import save_file

    model, path = squeezenet(5), tmp_path / f"mine.{suffix}"
    torch.save(model.state_dict(), path) if suffix == "pth" else save_file(model.state_dict(), path)
    document = run(
        "trace",
        "squeezenet1_1",
        "--weights",
        path,
        "--shape",
        "1,3,64,64",
        "--save",
        tmp_path / "out",
        "--json",
    ).document
    with torch.no_grad():
        expected = model(torch.from_numpy(np.load(tmp_path / "out" / "0.npy")))
    assert np.array_equal(saved(tmp_path / "out", document["nodes"][-1]), expected.numpy())


# ---- values ----


def test_saved_values_are_those_that_hooks_see(run: Run, tmp_path: Path) -> None:
    """In-place ReLUs overwrite what the hooks would otherwise still point to, so they copy at once."""
    torch.manual_seed(1)
    model = torchvision.models.resnet18(weights=None).eval()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean)
            nn.init.uniform_(module.running_var, 0.5, 2.0)
    torch.save(model.state_dict(), tmp_path / "net.pth")
    given = torch.randn(1, 3, 64, 64)
    np.save(tmp_path / "input.npy", given.numpy())
    seen: dict[str, Tensor] = {}

    def keep(path: str) -> Any:
        def hook(_module: nn.Module, _inputs: Any, output: Tensor) -> None:
            call = sum(name == path or name.startswith(f"{path}:") for name in seen)
            seen[f"{path}:{call}" if call else path] = output.clone()

        return hook

    for path, module in model.named_modules():
        if not list(module.children()):
            module.register_forward_hook(keep(path))
    with torch.no_grad():
        model(given)
    document = run(
        "trace", "resnet18", "--weights", tmp_path / "net.pth", "--input", tmp_path / "input.npy",
        "--save", tmp_path / "out", "--json",
    ).document  # fmt: skip
    assert len(seen) == 20 + 20 + 17 + 3
    for name, value in seen.items():
        assert np.array_equal(saved(tmp_path / "out", node(document, name)), value.numpy()), name
    assert np.array_equal(saved(tmp_path / "out", document["nodes"][0]), given.numpy())


def test_dtypes_that_numpy_lacks_are_widened(run: Run, own: Named, tmp_path: Path) -> None:
    document = run(
        "trace", own("LowPrecision"), "--trust", "--shape", "1,1,4,4", "--save", tmp_path, "--json"
    ).document
    assert [each["dtype"] for each in document["nodes"]] == [
        "float32",
        "bfloat16",
        "float8_e5m2",
        *["float32"] * 2,
    ]
    first, half, eighth, last, returned = (saved(tmp_path, each) for each in document["nodes"])
    assert {half.dtype, eighth.dtype} == {np.dtype(np.float32)}
    assert np.array_equal(half, torch.from_numpy(first).bfloat16().float().numpy())
    assert np.array_equal(eighth, last) and np.array_equal(last, returned)


def test_values_that_cannot_be_written_are_one_line(run: Run, own: Named, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    ran = run("trace", own("Split"), "--trust", "--save", tmp_path / "file")
    assert ran.code == 1
    assert "cannot be written" in ran.err.splitlines()[-1] and "None" not in ran.err


# ---- inputs ----


def test_image_is_prepared_as_the_model_wants_it(run: Run, photos: dict[str, Path], tmp_path: Path) -> None:
    document = run(
        "trace", "squeezenet1_1", "--image", photos["chelsea"], "--save", tmp_path, "--json"
    ).document
    assert document["input_shape"] == [1, 3, 224, 224]
    transforms = torchvision.models.SqueezeNet1_1_Weights.DEFAULT.transforms()
    with Image.open(photos["chelsea"]) as image:
        expected = transforms(image.convert("RGB"))[None]
    assert np.array_equal(np.load(tmp_path / "0.npy"), expected.numpy())


def test_without_an_input_the_same_noise_is_used_every_time(run: Run, own: Named, tmp_path: Path) -> None:
    for name in ("a", "b"):
        run("trace", own("Split"), "--trust", "--shape", "2,3,8,8", "--save", tmp_path / name)
    values = [np.load(tmp_path / name / "0.npy") for name in ("a", "b")]
    assert values[0].shape == (2, 3, 8, 8) and np.array_equal(*values)
    assert 0.5 < values[0].std() < 1.5


@pytest.mark.parametrize("dtype", ["float16", "float64", ">f8", "longdouble"])
def test_floats_are_converted_to_the_models_dtype(run: Run, own: Named, tmp_path: Path, dtype: str) -> None:
    given = np.random.default_rng(0).normal(size=(1, 3, 8, 8)).astype(dtype)
    np.save(tmp_path / "in.npy", given)
    arguments = ("--trust", "--input", tmp_path / "in.npy", "--save", tmp_path / "out", "--json")
    ran = run("trace", own("Split"), *arguments)
    assert ran.code == 0 and "converted to torch.float32" in ran.err
    assert np.array_equal(np.load(tmp_path / "out" / "0.npy"), given.astype(np.float32))


def test_float64_stays_for_a_model_that_works_in_it(run: Run, own: Named, tmp_path: Path) -> None:
    np.save(tmp_path / "in.npy", np.ones((1, 3, 8, 8)))
    ran = run("trace", own("Double"), "--trust", "--input", tmp_path / "in.npy", "--json")
    assert ran.document["nodes"][0]["dtype"] == "float64" and "converted" not in ran.err


def test_noise_and_images_come_in_the_models_dtype(run: Run, own: Named, photos: dict[str, Path]) -> None:
    for given in (("--shape", "1,3,8,8"), ("--image", photos["coffee"])):
        ran = run("trace", own("Double"), "--trust", *given, "--json")
        assert ran.code == 0 and ran.document["nodes"][0]["dtype"] == "float64"


def test_whole_numbers_stay_whole(run: Run, own: Named, tmp_path: Path) -> None:
    np.save(tmp_path / "in.npy", np.arange(6).reshape(1, 6))
    document = run("trace", own("Words"), "--trust", "--input", tmp_path / "in.npy", "--json").document
    assert document["nodes"][0]["dtype"] == "int64" and document["output_shape"] == [1, 6, 4]


def _write_pickled(path: Path) -> None:
    np.save(path, np.array([object()]), allow_pickle=True)


def _write_cut(path: Path) -> None:
    np.save(path, np.ones((1, 3, 8, 8)))
    path.write_bytes(path.read_bytes()[:300])


def _write_archive(path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, a=np.ones(2))


@pytest.mark.parametrize(
    ("write", "reason"),
    [
        (_write_pickled, "allow_pickle=False"),
        (_write_cut, "only read 21 elements"),
        (_write_archive, "archive"),
        (lambda path: path.write_bytes(b"PK\x03\x04 is no archive"), "cannot be read as a .npy array"),
        (lambda path: path.write_bytes(b""), "cannot be read as a .npy array"),
        (lambda path: path.write_text("1 2 3", encoding="utf-8"), "cannot be read as a .npy array"),
        (lambda path: np.save(path, np.array(["a"])), "instead of numbers"),
        (lambda path: np.save(path, np.ones((1, 0))), "empty array"),
        (lambda path: path.mkdir(), "is a folder"),
        (lambda path: None, "No such file"),
    ],
)
def test_input_that_is_no_array_of_numbers_is_one_line(
    run: Run, tmp_path: Path, write: Any, reason: str
) -> None:
    write(tmp_path / "in.npy")
    ran = run("trace", "squeezenet1_1", "--seed", 0, "--input", tmp_path / "in.npy", "--json")
    assert (ran.code, ran.out) == (1, "")
    assert "in.npy" in ran.complaint and reason in ran.complaint


def test_input_of_a_wrong_shape_is_a_failing_forward(run: Run, tmp_path: Path) -> None:
    np.save(tmp_path / "in.npy", np.ones((1, 4, 64, 64), np.float32))
    ran = run("trace", "squeezenet1_1", "--seed", 0, "--input", tmp_path / "in.npy", "--json")
    assert ran.code == 1 and ran.document["error"]["name"] == "features.0"
    assert [each["op"] for each in ran.document["nodes"]] == ["input"]


def test_noise_that_does_not_fit_into_memory_is_one_line(run: Run) -> None:
    for shape in ("1,3,80000000,80000000", f"1,{10**30}"):
        ran = run("trace", "squeezenet1_1", "--seed", 0, "--shape", shape)
        assert ran.code == 1 and "does not fit into memory" in ran.complaint


def test_what_has_no_room_in_memory_is_saved_all_the_same(run: Run, tmp_path: Path) -> None:
    asked = ("trace", "torchvision:squeezenet1_1", "--seed", 0, "--shape", "1,3,64,64", "--json", "--save")
    whole, tight = run(*asked, tmp_path / "whole"), run(*asked, tmp_path / "tight", "--memory", "100k")
    assert (whole.code, whole.out) == (tight.code, tight.out) and whole.code == 0
    files = sorted(it.name for it in (tmp_path / "whole").iterdir())
    assert len(files) > 60 and files == sorted(it.name for it in (tmp_path / "tight").iterdir())
    for name in files:
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "tight" / name).read_bytes()
