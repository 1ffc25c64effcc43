"""Drawings as files: SVG, HTML, DOT, PNG, PDF, JSON."""

import re
from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree

import pytest
from graph_oracle import classifier, everything, synthetic
from PIL import Image
from PySide6.QtCore import QByteArray
from PySide6.QtSvg import QSvgRenderer

from explorer.drawing import labels, page
from explorer.drawing.draft import Draft
from explorer.drawing.messages import Drawing
from explorer.drawing.picture import Picture, picture
from explorer.drawing.structure import build
from explorer.drawing.svg import svg
from explorer.features.graph.document import document
from explorer.features.graph.dot import dot
from explorer.features.graph.paper import paper
from explorer.features.graph.web import web_page
from explorer.records.errors import ExplorerError
from explorer.records.kinds import KINDS, SKIP
from explorer.records.trace import ModuleInfo, Trace

HOSTILE = '</text><script>alert("1")</script>&\x1b]0;x\x07\u202e'
SVG = "{http://www.w3.org/2000/svg}"


def drawn(name: str = "resnet18") -> Drawing:
    structure = build(classifier(name))
    return Draft(structure).draw(page.readable(structure), False)


def hostile() -> Trace:
    trace = synthetic(("relu", "net", (0,)), ("relu", "net", (1,)))
    nodes = tuple(replace(node, op=HOSTILE) if node.id == 1 else node for node in trace.nodes)
    return replace(trace, model=HOSTILE, nodes=nodes, modules=(ModuleInfo("net", HOSTILE),))


def texts(document: str) -> list[str]:
    return [it.text or "" for it in ElementTree.fromstring(document).iter(f"{SVG}text")]


def test_svg_says_every_box_in_text_and_draws_it():
    drawing = drawn()
    document = svg(picture(drawing, "resnet18"))
    said = texts(document)
    for box in drawing.boxes:
        assert box.name in said
        assert box.is_open or labels.said(box.kind, box.sentence) in said, (
            "what the box is as wide as is not cut"
        )
    assert {"1×64×16×16", "1×128×8×8", "1×512×2×2"} <= set(said), "shapes have room in a narrow group as well"
    assert said[0] == "resnet18"
    assert len(list(ElementTree.fromstring(document).iter(f"{SVG}path"))) == len(drawing.edges)
    assert QSvgRenderer(QByteArray(document.encode())).isValid()


def test_svg_takes_the_colours_of_the_kinds_and_names_them():
    document = svg(picture(drawn(), "x"))
    assert {"convolution", "norm", "activation", "pool", "linear"} <= set(texts(document))
    assert KINDS["convolution"] in document


def test_a_skip_looks_different_and_the_legend_says_so():
    structure = build(classifier("resnet18"))
    drawing = Draft(structure).draw(structure.root.inner, False)
    root = ElementTree.fromstring(svg(picture(drawing, "x")))
    strokes = [path.get("stroke") for path in root.iter(f"{SVG}path")]
    assert strokes.count(KINDS[SKIP]) == sum(edge.is_skip for edge in drawing.edges) > 0
    assert "passes by what lies between" in texts(svg(picture(drawing, "x")))


@pytest.mark.parametrize("across", [False, True])
def test_all_marks_lie_on_the_paper(across: bool):
    structure = build(classifier("googlenet"))
    page_ = picture(Draft(structure).draw(page.readable(structure), across), "googlenet", across)
    root = ElementTree.fromstring(svg(page_))
    for mark in root.iter(f"{SVG}rect"):
        left, top, width, height = (float(mark.get(key, "0")) for key in ("x", "y", "width", "height"))
        assert (
            left >= 0
            and top >= 0
            and left + width <= page_.width + 0.1
            and top + height <= page_.height + 0.1
        )


def test_names_of_strangers_are_text_and_nothing_else():
    drawing = everything(hostile())
    document = svg(picture(drawing, HOSTILE))
    root = ElementTree.fromstring(document)
    assert {it.tag.removeprefix(SVG) for it in root.iter()} <= {
        "svg",
        "rect",
        "path",
        "polygon",
        "text",
        "title",
    }
    html = web_page(picture(drawing, HOSTILE), HOSTILE)
    assert html.count("<script>") == 1 and "\x1b" not in html


def test_the_page_needs_nothing_else():
    html = web_page(picture(drawn(), "resnet18"), "resnet18")
    assert "default-src 'none'" in html
    assert (
        re.findall(r"(?:src|href)\s*=|@import|url\(|fetch\(|https?://(?!www\.w3\.org/2000/svg)", html) == []
    )


def test_dot_has_a_node_a_box_a_cluster_a_group_and_quotes_all():
    drawing = drawn()
    written = dot(drawing, "resnet18")
    assert written.count(" -> ") == len(drawing.edges)
    assert written.count("subgraph ") == sum(box.is_open for box in drawing.boxes)
    assert written.count("{") == written.count("}")
    bad = dot(everything(hostile()), 'say "no" \\')
    unquoted = re.sub(r'"(?:[^"\\]|\\.)*"', "", bad)
    assert '"' not in unquoted and "script" not in unquoted and "\x1b" not in bad


def test_png_has_two_pixels_for_each_and_ink_in_it():
    sheet = picture(drawn(), "resnet18")
    image = Image.open(BytesIO(paper(sheet, "png")))
    assert abs(image.width - 2 * sheet.width) <= 2 and abs(image.height - 2 * sheet.height) <= 2
    assert bytes.fromhex(KINDS["convolution"][1:]) * 8 in image.convert("RGB").tobytes()


def test_pdf_holds_text_and_no_picture_and_is_the_same_each_time():
    sheet = picture(drawn(), "resnet18")
    content = paper(sheet, "pdf")
    assert content.startswith(b"%PDF") and b"/Subtype /Image" not in content and b"/FontFile2" in content
    assert content == paper(sheet, "pdf")


def test_a_png_that_nobody_could_read_is_refused():
    with pytest.raises(ExplorerError, match="--depth"):
        paper(Picture(300.0, 900_000.0, ()), "png")


def test_document_is_the_trace():
    trace = classifier("googlenet")
    made = document(trace)
    assert made["edges"] == [[source, node.id] for node in trace.nodes for source in node.inputs]
    assert [(it["id"], it["name"], it["group"], it["op"]) for it in made["nodes"]] == [
        (node.id, node.name, node.module, node.op) for node in trace.nodes
    ]
    paths = {it["path"]: it for it in made["groups"]}
    assert set(paths) == {""} | {module.path for module in trace.modules}
    for it in made["groups"]:
        assert it["class"] == trace.types.get(it["path"])
        assert it["parent"] is None if it["path"] == "" else it["parent"] == it["path"].rpartition(".")[0]
