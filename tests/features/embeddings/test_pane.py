"""A layer used as backbone: what is wished, what is shown, what is saved, what stays and what goes."""

from dataclasses import replace
from typing import Any

import pytest
from desk_fakes import KEY, FakeNotices, image, scene, without_forward
from panes import seated
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QTableView, QToolButton
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink, forward

from explorer.features.embeddings import FEATURE
from explorer.features.embeddings.choice import Backbone, proposed
from explorer.features.embeddings.messages import EmbedImages, SaveBackbone, SaveEmbeddings
from explorer.features.embeddings.pane import EmbeddingsPane
from explorer.records.embeddings import Pooling
from explorer.window.desk import Desk
from explorer.window.scene import Scene

(USE,) = FEATURE.actions
PHOTOS = (image("image-1", "a.png"), image("image-2", "b.png"))


def two(backbone: str | None = "body.conv", **changes: Any) -> Scene:
    """Two open images, the first shown, the network cut at `body.conv`, operation 3."""
    facts = {"images": PHOTOS, "image": "image-1", "node": 3} | changes
    return scene(**facts).with_choice(Backbone(backbone))


@pytest.fixture
def pane(qtbot: QtBot, desk: Desk) -> EmbeddingsPane:
    desk.put(two())
    return seated(qtbot, desk, EmbeddingsPane(desk))


def near(pane: EmbeddingsPane) -> list[str]:
    model = pane.widget.table.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def wished(pane: EmbeddingsPane, scene: Scene) -> EmbedImages | None:
    wish = pane.wants(scene)
    return wish.command if wish is not None else None  # type: ignore[return-value]


def test_wishes_the_vectors_of_all_open_images_at_the_backbone(pane: EmbeddingsPane) -> None:
    assert wished(pane, two()) == EmbedImages(1, ("image-1", "image-2"), 3)
    flat = two().with_choice(Backbone("body.conv", Pooling.FLATTEN))
    assert wished(pane, flat) == EmbedImages(1, ("image-1", "image-2"), 3, Pooling.FLATTEN)


@pytest.mark.parametrize(
    "without",
    [
        two(backbone=None),
        two(backbone="a layer of another network"),
        two(images=(), image=None),
        two().with_seat(forward=None),
    ],
)
def test_wishes_nothing_without_a_backbone_images_or_a_forward(pane: EmbeddingsPane, without: Scene) -> None:
    assert wished(pane, without) is None


def test_leaves_out_what_is_not_open_failed_or_held(pane: EmbeddingsPane) -> None:
    odd = (
        image("image-3", "c.png", opened=None),
        image("image-4", "d.png", failed="no image"),
        image("image-5", "e.png", held="the engine ended on it"),
    )
    command = wished(pane, two(images=(*PHOTOS, *odd)))
    assert command is not None and command.keys == ("image-1", "image-2")


def test_shows_the_neighbours_of_the_selected_image(pane: EmbeddingsPane, desk: Desk) -> None:
    assert pane.widget.texts[:2] == ("Compared at body.conv", "2 numbers: mean    output 1×4×8×8")
    assert near(pane) == ["image-2.png"]
    pane.widget.image_selected.emit("image-2")
    desk.settle()
    assert desk.scene.image == "image-2" and near(pane) == ["image-1.png"]


def test_without_a_backbone_the_open_images_are_there_and_a_button_begins_before_the_last_layer(
    pane: EmbeddingsPane, desk: Desk
) -> None:
    desk.put(two(backbone=None))
    desk.settle()
    table = pane.widget.findChild(QTableView, "openImagesTable")
    assert table.isVisible()
    assert [table.model().index(row, 0).data() for row in range(2)] == ["a.png", "b.png"]
    (begin,) = [it for it in pane.widget.findChildren(QPushButton) if it.isVisible()]
    layer = proposed(desk.scene.trace)
    assert begin.text() == f"Compare the images at {layer}"
    table.clicked.emit(table.model().index(1, 0))
    desk.settle()
    assert desk.scene.image == "image-2"
    begin.click()
    assert desk.scene.choice(Backbone).layer == layer


def test_with_one_image_the_button_opens_more_for_there_is_nothing_to_compare(
    qtbot: QtBot, pane: EmbeddingsPane, desk: Desk
) -> None:
    desk.put(two(backbone=None, images=PHOTOS[:1]))
    desk.settle()
    (begin,) = [it for it in pane.widget.findChildren(QPushButton) if it.isVisible()]
    assert begin.text() == "Open more images…"
    with qtbot.waitSignal(desk.action("openImages").triggered):
        begin.click()
    assert desk.scene.choice(Backbone).layer is None


def test_another_way_to_a_vector_asks_again(
    qtbot: QtBot, pane: EmbeddingsPane, desk: Desk, link: FakeLink
) -> None:
    pane.widget.pooling_chosen.emit(Pooling.FLATTEN)
    qtbot.waitUntil(lambda: link.asked(EmbedImages)[-1].pooling is Pooling.FLATTEN)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert desk.scene.choice(Backbone) == Backbone("body.conv", Pooling.FLATTEN)


def test_a_network_without_the_layer_says_so_and_the_layer_comes_back_with_it(
    qtbot: QtBot, pane: EmbeddingsPane, desk: Desk
) -> None:
    bare = forward(KEY, 2, model="zoo:bare")
    bare = replace(bare, trace=replace(bare.trace, nodes=bare.trace.nodes[:3]))
    desk.put(replace(desk.scene.with_seat(forward=bare), node=0))
    desk.settle()
    assert any("bare has no operation body.conv here" in text for text in pane.widget.texts)
    desk.put(desk.scene.with_seat(forward=forward(KEY, 3)))
    qtbot.waitUntil(lambda: desk.is_idle)
    assert near(pane) == ["image-2.png"]


def test_a_layer_that_was_proposed_is_proposed_anew_for_another_network(
    qtbot: QtBot, pane: EmbeddingsPane, desk: Desk, link: FakeLink
) -> None:
    desk.put(two(backbone=None))
    desk.settle()
    pane.widget.begun.emit()
    qtbot.waitUntil(lambda: desk.is_idle)
    former = desk.scene.trace
    assert former is not None
    nodes = list(former.nodes)
    before = proposed(former)
    assert before is not None
    at = former.by_name[before].id
    nodes[at] = replace(nodes[at], name="pool", module="pool")
    other = forward(KEY, 2, model="zoo:other")
    desk.put(desk.scene.with_seat(forward=replace(other, trace=replace(other.trace, nodes=tuple(nodes)))))
    qtbot.waitUntil(lambda: desk.is_idle)
    assert link.asked(EmbedImages)[-1] == EmbedImages(2, ("image-1", "image-2"), at)
    assert "Compared at pool" in pane.widget.texts
    assert not any("no operation" in text for text in pane.widget.texts)


def test_a_failure_is_said_where_the_neighbours_would_be(
    qtbot: QtBot, pane: EmbeddingsPane, desk: Desk, link: FakeLink
) -> None:
    link.failing[EmbedImages] = "the layer is too large"
    pane.widget.pooling_chosen.emit(Pooling.FLATTEN)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert pane.widget.table.hint == "the layer is too large"


def test_what_is_saved_is_what_is_shown(
    qtbot: QtBot, pane: EmbeddingsPane, desk: Desk, link: FakeLink, notices: FakeNotices, monkeypatch: Any
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("/out/cut.pt", ""))
    button = next(it for it in pane.widget.findChildren(QPushButton) if "weights" in it.text())
    button.click()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("/out/all.npz", ""))
    button = next(it for it in pane.widget.findChildren(QPushButton) if "mbeddings" in it.text())
    button.click()
    qtbot.waitUntil(lambda: desk.is_idle)
    assert link.asked(SaveBackbone) == [SaveBackbone(1, 3, "/out/cut.pt")]
    assert link.asked(SaveEmbeddings) == [SaveEmbeddings(1, ("image-1", "image-2"), 3, "/out/all.npz")]
    assert notices.texts() == ["Saved all.npz"]


def test_the_action_cuts_at_the_operation_that_is_shown_and_opens_the_page(desk: Desk) -> None:
    assert USE.enabled(scene()) and not USE.enabled(without_forward(node=None))
    desk.set(node=3)
    USE.run(desk)
    assert desk.scene.choice(Backbone).layer == "body.conv" and desk.scene.page == "images"


def test_what_was_cancelled_is_embedded_when_the_layer_is_used_again(
    qtbot: QtBot, pane: EmbeddingsPane, desk: Desk, link: FakeLink
) -> None:
    link.manual = {EmbedImages}
    pane.widget.pooling_chosen.emit(Pooling.FLATTEN)
    qtbot.waitUntil(lambda: bool(link.waiting(EmbedImages)))
    link.fail(EmbedImages, "Cancelled.", cancelled=True)
    qtbot.waitUntil(lambda: pane.widget.table.hint == "Cancelled.")
    link.manual = set()
    USE.run(desk)
    qtbot.waitUntil(lambda: near(pane) == ["image-2.png"])


def test_the_button_names_the_layer_that_is_shown(pane: EmbeddingsPane, desk: Desk) -> None:
    button = pane.widget.findChild(QToolButton)
    assert button.text() == "Compare at body.conv" and button.isEnabled()
    desk.set(node=4)
    desk.settle()
    assert button.text() == "Compare at body.add"
    pane.widget.name_layer("encoder.layers.encoder_layer_11.self_attention.out_proj")
    assert button.text() == "Compare at encoder.laye…attention.out_proj"


def test_an_operation_has_one_name_here_and_elsewhere(pane: EmbeddingsPane, desk: Desk) -> None:
    shown = two().forward
    assert shown is not None
    nodes = list(shown.trace.nodes)
    nodes[3] = replace(nodes[3], main=1)  # one of several that its module ran
    name = f"{nodes[3].module}.{nodes[3].op}"
    desk.put(two().with_seat(forward=replace(shown, trace=replace(shown.trace, nodes=tuple(nodes)))))
    desk.settle()
    assert pane.widget.findChild(QToolButton).text() == f"Compare at {name}"
    assert f"Compared at {name}" in [it.text() for it in pane.widget.findChildren(QLabel)]


def test_what_the_last_layer_with_weights_reads_is_proposed_past_what_only_hands_it_on() -> None:
    trace = forward(KEY).trace
    nodes = list(trace.nodes)
    (last,) = (node for node in nodes if node.op == "linear")
    before = last.inputs[0]
    assert proposed(trace) == nodes[before].name
    nodes[before] = replace(nodes[before], op="dropout")
    assert proposed(replace(trace, nodes=tuple(nodes))) == nodes[before - 1].name
    assert proposed(None) is None
    assert proposed(replace(trace, nodes=trace.nodes[:1])) is None


def test_a_figure_bears_the_layer_that_the_images_are_compared_at_and_no_buttons(
    pane: EmbeddingsPane, desk: Desk
) -> None:
    desk.set(node=1)  # another one is shown on Explore
    desk.settle()
    (export,) = pane.exports()
    drawn = pane.widget.findChildren(QPushButton)
    assert "body.conv" in export.name and export.name.endswith("images")
    svg = export.content(".svg").decode()
    assert "body.conv" in svg and all(button.text().replace("&", "") not in svg for button in drawn)
    assert all(button.isVisible() for button in drawn if "Save" in button.text())
