"""`arch-explorer graph`."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from command_runs import Named, Run

SMALL = "torchvision:shufflenet_v2_x0_5"
BEGINS = {
    "svg": b"<svg",
    "pdf": b"%PDF",
    "png": b"\x89PNG",
    "dot": b"digraph",
    "html": b"<!DOCTYPE html>",
    "json": b"{",
}


@pytest.mark.parametrize("kind", BEGINS)
def test_each_kind_of_file_is_written(run: Run, tmp_path: Path, kind: str) -> None:
    out = tmp_path / f"graph.{kind.upper()}"
    ran = run("graph", "zoo:lenet5", "--out", out)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.endswith(f"wrote {out}\n")
    assert out.read_bytes().startswith(BEGINS[kind])


def test_document_has_the_ids_of_the_trace(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "graph.json"
    assert run("graph", SMALL, "--out", out).code == 0
    made, trace = json.loads(out.read_text()), run("trace", SMALL, "--json").document
    assert [(it["id"], it["name"], it["op"]) for it in made["nodes"]] == [
        (it["id"], it["name"], it["op"]) for it in trace["nodes"]
    ]
    assert made["edges"] == [[source, it["id"]] for it in trace["nodes"] for source in it["inputs"]]


def test_depth_shape_and_image_are_heeded(run: Run, tmp_path: Path, photos: dict[str, Path]) -> None:
    flat, deep, photo = (tmp_path / f"{name}.svg" for name in ("flat", "deep", "photo"))
    run("graph", SMALL, "--out", flat, "--depth", "0", "--shape", "2,3,96,96")
    run("graph", SMALL, "--out", deep, "--depth", "9", "--shape", "2,3,96,96")
    assert run("graph", SMALL, "--out", photo, "--image", photos["coffee"]).code == 0
    count = {path: len(list(ElementTree.parse(path).iter())) for path in (flat, deep)}
    assert count[deep] > 5 * count[flat]
    assert "2×3×96×96" in flat.read_text() and "1×3×224×224" in photo.read_text()


def test_a_failed_forward_is_drawn_and_the_code_says_so(run: Run, own: Named, tmp_path: Path) -> None:
    out = tmp_path / "graph.svg"
    ran = run("graph", own("Failing"), "--trust", "--shape", "1,3,8,8", "--out", out)
    assert ran.code == 1 and "failed at" in ran.err
    assert "failed</text>" in out.read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--out", "graph.gif"), 2, "does not end in one of"),
        (("--out", "graph.svg", "--depth", "-1"), 2, "not a whole number of at least 0"),
        ((), 2, "--out"),
        (("--out", "no/such/folder/graph.svg"), 1, "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("graph", "zoo:lenet5", *arguments)
    assert ran.code == code and said in ran.err
