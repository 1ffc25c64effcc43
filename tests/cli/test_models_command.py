"""`arch-explorer models`."""

import importlib.util

import pytest
from command_runs import Run

KEYS = ["name", "source", "family", "year", "params", "macs", "top1", "weights", "task"]


def test_document_lists_every_source_with_the_keys_of_the_contract(run: Run) -> None:
    ran = run("models", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert all(list(entry) == KEYS for entry in ran.document)
    assert {entry["source"] for entry in ran.document} == {"zoo", "torchvision", "timm", "transformers"}
    assert {entry["weights"] for entry in ran.document} == {"on disk", "downloadable", "none"}


def test_known_figures_and_null_where_nothing_is_known(run: Run) -> None:
    entries = {(e["source"], e["name"]): e for e in run("models", "--json").document}
    assert entries["zoo", "efficientnet_lite0"] == {
        "name": "efficientnet_lite0",
        "source": "zoo",
        "family": "EfficientNet-Lite",
        "year": 2020,
        "params": 4_652_008,
        "macs": 385_187_552,
        "top1": 75.1,
        "weights": "on disk",
        "task": "classification",
    }
    resnet = entries["torchvision", "resnet50"]
    assert (resnet["params"], resnet["year"], resnet["weights"]) == (25_557_032, 2015, "downloadable")
    assert resnet["top1"] == pytest.approx(80.858)
    unknown = entries["timm", "resnet26"]
    assert [unknown[key] for key in ("year", "params", "macs", "top1")] == [None] * 4


@pytest.mark.parametrize("source", ["zoo", "torchvision", "timm", "transformers"])
def test_one_source_can_be_asked_for(run: Run, source: str) -> None:
    listed = run("models", "--source", source, "--json").document
    assert listed and {entry["source"] for entry in listed} == {source}


def test_text_has_one_line_a_model_under_a_header(run: Run) -> None:
    ran = run("models", "--source", "torchvision")
    header, *lines = ran.out.splitlines()
    assert header.split()[:3] == ["model", "family", "year"]
    assert len(lines) == len(run("models", "--source", "torchvision", "--json").document)
    alexnet = next(line for line in lines if line.startswith("torchvision:alexnet "))
    assert "61,100,840" in alexnet and "downloadable" in alexnet


def test_missing_timm_is_said_on_standard_error_only(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "timm" else find(name, *a)
    )
    ran = run("models", "--json")
    assert ran.code == 0 and "timm is not installed" in ran.complaint
    assert {entry["source"] for entry in ran.document} == {"zoo", "torchvision", "transformers"}
