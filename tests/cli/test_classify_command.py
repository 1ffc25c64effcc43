"""`arch-explorer classify`."""

from pathlib import Path

import answer_networks
import cli_networks
import numpy as np
import pytest
import torch
from command_runs import Named, Run
from torch import nn
from torchvision import models


def test_document_names_what_is_in_real_photos(run: Run, photos: dict[str, Path]) -> None:
    ran = run("classify", photos["coffee"], photos["chelsea"], photos["rocket"], "--json")
    assert ran.code == 0
    expected = {"coffee": ("espresso", 0.95), "chelsea": ("tiger cat", 0.39), "rocket": ("missile", 0.27)}
    for answer, (photo, (label, probability)) in zip(ran.document, expected.items(), strict=True):
        assert list(answer) == ["file", "model", "weights", "pretrained", "reading", "predictions"]
        assert answer["file"] == str(photos[photo])
        assert (answer["model"], answer["weights"]) == ("zoo:efficientnet_lite0", "pretrained")
        assert answer["pretrained"] is True
        first = answer["predictions"][0]
        assert list(first) == ["index", "label", "probability", "value"]
        assert first["label"] == label and first["probability"] == pytest.approx(probability, abs=0.01)
        assert answer["reading"]["kind"] == "softmax" and answer["reading"]["output"] == "output"
        assert answer["reading"]["names"] == "names: ImageNet-1k"
        falling = [p["probability"] for p in answer["predictions"]]
        assert falling == sorted(falling, reverse=True) and len(falling) == 5


def test_text_shows_label_and_probability(run: Run, photos: dict[str, Path]) -> None:
    lines = run("classify", photos["coffee"], "--top", 2).out.splitlines()
    assert lines[0] == f"{photos['coffee']}  (zoo:efficientnet_lite0, pretrained)"
    assert lines[1] == "  softmax; names: ImageNet-1k"
    probability, label = lines[2].split()
    assert label == "espresso" and 94 < float(probability.rstrip("%")) < 97
    assert len(lines) == 4


def test_failed_images_do_not_keep_the_others_from_being_answered(
    run: Run, photos: dict[str, Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(photos["coffee"].read_bytes()[:5000])
    text = tmp_path / "note.jpg"
    text.write_text("no image", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    paths = [broken, photos["coffee"], tmp_path / "folder", text, tmp_path / "missing.png"]
    ran = run("classify", *paths, "--json")
    assert ran.code == 1
    answers = ran.document
    assert [answer["file"] for answer in answers] == [str(path) for path in paths]
    assert [list(answer) == ["file", "error"] for answer in answers] == [True, False, True, True, True]
    assert answers[1]["predictions"][0]["label"] == "espresso"
    assert "is a folder" in answers[2]["error"]
    for path, answer in zip(paths, answers, strict=True):
        if "error" in answer:
            assert path.name in answer["error"] and "\n" not in answer["error"]
            assert f"arch-explorer: {answer['error']}" in ran.err.splitlines()


def test_of_a_folder_all_images_are_answered(run: Run, photos: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    for name in ("10.png", "2.png", "deep/1.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(photos["coffee"].read_bytes())
    (folder / "notes.txt").touch()
    ran = run("classify", folder, photos["rocket"], "--json")
    assert ran.code == 0
    expected = [*(str(folder / name) for name in ("2.png", "10.png", "deep/1.png")), str(photos["rocket"])]
    assert [answer["file"] for answer in ran.document] == expected
    labels = [answer["predictions"][0]["label"] for answer in ran.document]
    assert labels == ["espresso"] * 3 + ["missile"]
    assert f"{folder}: 3 images; left out: 1 other file" in ran.err.splitlines()


def test_random_weights_are_never_called_knowledge(run: Run, photos: dict[str, Path]) -> None:
    arguments = ("classify", photos["coffee"], "--weights", "random", "--seed", 3)
    (answer,) = run(*arguments, "--json").document
    assert (answer["weights"], answer["pretrained"]) == ("random (seed 3)", False)
    assert "may say nothing about the image" in run(*arguments).out


def test_that_all_classes_are_equal_is_said(run: Run, photos: dict[str, Path], tmp_path: Path) -> None:
    lines = "from answer_networks import *\nclass Net(Fixed):\n    def __init__(self):\n"
    (tmp_path / "net.py").write_text(
        f"{lines}        super().__init__(FORMS['plain'])\n        self.head.bias.data.zero_()\n"
    )
    arguments = ("classify", photos["coffee"], "--model", f"{tmp_path / 'net.py'}:Net", "--trust")
    assert "softmax; all classes equal, none comes first" in run(*arguments).out
    assert run(*arguments, "--json").document[0]["tie"] == "all classes equal"


def test_conversions_are_noted_on_standard_error(run: Run, photos: dict[str, Path], tmp_path: Path) -> None:
    wrong = tmp_path / "photo.jpg"
    wrong.write_bytes(photos["coffee"].read_bytes())
    ran = run("classify", wrong, "--json")
    assert ran.code == 0 and "holds a PNG image" in ran.complaint
    assert ran.document[0]["predictions"][0]["label"] == "espresso"


def test_what_a_model_prints_does_not_mix_with_the_document(
    run: Run, own: Named, photos: dict[str, Path]
) -> None:
    ran = run("classify", photos["coffee"], "--model", own("Classifier"), "--trust", "--json")
    assert ran.code == 0
    assert [p["label"] for p in ran.document[0]["predictions"]].count("class 0") == 1
    assert "looking at (1, 3, 224, 224)" in ran.err and "this file greets" in ran.err


def test_an_output_that_is_not_finite_is_said_and_has_no_classes(
    run: Run, own: Named, photos: dict[str, Path]
) -> None:
    arguments = ("classify", photos["coffee"], "--model", own("NotANumber"), "--trust")
    ran = run(*arguments, "--json")
    assert ran.code == 0 and ran.document[0]["predictions"] == []
    assert ran.document[0]["reading"]["said"] == "not finite"
    assert "  not finite: " in run(*arguments).out and "nan%" not in run(*arguments).out


def test_output_that_is_no_row_of_logits_gives_no_classes(
    run: Run, own: Named, photos: dict[str, Path]
) -> None:
    arguments = ("classify", photos["coffee"], "--model", own("Split"), "--trust")
    ran = run(*arguments, "--json")
    assert ran.code == 0 and ran.document[0]["predictions"] == []
    assert "no classes: The output is not one row of class scores: output.values is" in run(*arguments).out


def test_how_the_answer_is_read_can_be_said(run: Run, photos: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("cat\ndog\nowl\nbee\n", encoding="utf-8")
    network = f"{answer_networks.__file__}:tuple"
    arguments = (
        "classify",
        photos["coffee"],
        "--model",
        network,
        "--trust",
        "--labels",
        tmp_path / "names.txt",
    )
    (answer,) = run(*arguments, "--reading", "sigmoid", "--output", "output[1]", "--json").document
    assert [p["label"] for p in answer["predictions"]] == ["cat", "dog", "owl", "bee"]
    assert answer["predictions"][0]["probability"] == pytest.approx(1 / (1 + np.exp(-1.5)), abs=1e-6)
    assert answer["reading"]["output"] == "output[1]" and answer["reading"]["names"] == "names: names.txt"
    lines = run(*arguments, "--reading", "values").out.splitlines()
    assert lines[-5].strip() == "values as they are of output[0]; names: names.txt"
    assert [line.split() for line in lines[-4:]] == [["5", "cat"], ["1", "dog"], ["0", "owl"], ["-1", "bee"]]


def test_class_names_that_cannot_be_read_are_refused_before_anything_runs(
    run: Run, photos: dict[str, Path], tmp_path: Path
) -> None:
    ran = run("classify", photos["coffee"], "--labels", tmp_path / "gone.txt")
    assert ran.code == 2 and "gone.txt cannot be read: No such file" in ran.complaint and ran.out == ""
    assert run("classify", photos["coffee"], "--reading", "guess").code == 2


def test_model_that_cannot_run_on_an_image_is_an_error_of_that_image(
    run: Run, own: Named, photos: dict[str, Path]
) -> None:
    ran = run("classify", photos["coffee"], "--model", own("Failing"), "--trust", "--json")
    assert ran.code == 1
    (answer,) = ran.document
    assert "Failing cannot run on this image: RuntimeError" in answer["error"]


def test_weights_from_a_file_are_used_and_named(
    run: Run, own: Named, photos: dict[str, Path], tmp_path: Path
) -> None:
    state = _classifier_state()
    state["norm.bias"][3] = 100.0
    torch.save(state, tmp_path / "mine.pth")
    ran = run(
        "classify", photos["coffee"], "--model", own("Classifier"), "--trust",
        "--weights", tmp_path / "mine.pth", "--json",
    )  # fmt: skip
    (answer,) = ran.document
    assert (answer["weights"], answer["pretrained"]) == ("mine.pth", False)
    assert answer["predictions"][0]["index"] == 3


def _classifier_state() -> dict[str, torch.Tensor]:
    conv, norm = nn.Conv2d(3, 5, 4), nn.BatchNorm2d(5)
    states = {"conv": conv.state_dict(), "norm": norm.state_dict()}
    return {f"{name}.{key}": value for name, state in states.items() for key, value in state.items()}


def test_what_was_done_to_the_weights_is_said_beside_the_answer(
    run: Run, own: Named, photos: dict[str, Path], tmp_path: Path
) -> None:
    state = {f"model.{key}": tensor for key, tensor in cli_networks.Classifier().state_dict().items()}
    torch.save({"state_dict": state}, tmp_path / "w.ckpt")
    arguments = ("--model", own("Classifier"), "--trust", "--weights", tmp_path / "w.ckpt", "--json")
    ran = run("classify", photos["coffee"], *arguments)
    assert ran.code == 0 and ran.document[0]["weights"] == "w.ckpt"
    assert "w.ckpt: taken from “state_dict”; “model.” before every name dropped.\n" in ran.err


def test_a_head_of_another_size_needs_the_persons_word(
    run: Run, photos: dict[str, Path], tmp_path: Path
) -> None:
    state = models.shufflenet_v2_x0_5(num_classes=7).state_dict()
    torch.save(state, tmp_path / "w.pt")
    small = ("--model", "torchvision:shufflenet_v2_x0_5", "--weights", tmp_path / "w.pt", "--json")
    ran = run("classify", photos["coffee"], *small)
    assert ran.code == 1 and ran.complaint.endswith("or leave the head random with --random-head")
    ran = run("classify", photos["coffee"], *small, "--random-head", "--seed", 1)
    assert ran.code == 0 and ran.document[0]["weights"] == "w.pt, head random"
