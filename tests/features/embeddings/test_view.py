"""The pane of the backbone: what it says, the nearest images, the vector; its empty states."""

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication, QIcon
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QPushButton, QTableView, QToolButton

from explorer.features.embeddings import neighbour_table
from explorer.features.embeddings.neighbour_table import Neighbour, NeighbourTable
from explorer.features.embeddings.view import EmbeddingView
from explorer.records.embeddings import Embeddings, FailedImage, Pooling
from explorer.window import theme
from explorer.window.widgets.elided import FACTS, FactsLabel

KEYS = ("a", "b", "c", "d")
SIMILARITY = np.array([[1, 0.25, 0.9375, -0.5], [0.25, 1, 0, 0], [0.9375, 0, 1, 0], [-0.5, 0, 0, 1]])
THUMBNAILS = {key: np.full((90, 60, 3), 50 * place, np.uint8) for place, key in enumerate(KEYS)}


def embeddings(count: int = 4) -> Embeddings:
    return Embeddings(
        model="zoo:toy",
        weights="pretrained",
        layer="blocks.2",
        shape=(1, 3, 7, 7),
        pooling=Pooling.MEAN,
        note="3 numbers: mean over 7×7 positions",
        keys=KEYS[:count],
        names=tuple(f"{key}.png" for key in KEYS[:count]),
        vectors=np.arange(12, dtype=np.float32).reshape(4, 3)[:count],
        similarity=SIMILARITY[:count, :count],
    )


@pytest.fixture
def view(qtbot) -> EmbeddingView:
    action = QAction("Compare images at this layer")
    widget = EmbeddingView(action)
    widget.use_action = action
    qtbot.addWidget(widget)
    widget.resize(700, 600)
    widget.show()
    return widget


@pytest.fixture
def filled(view: EmbeddingView) -> EmbeddingView:
    view.set_backbone("blocks.2")
    view.set_embeddings(embeddings())
    view.set_savable(True)
    view.select_image("a", "a.png", THUMBNAILS)
    return view


def rows(view: EmbeddingView) -> list[tuple[str, str]]:
    model = view.table.model()
    return [(model.index(row, 0).data(), model.index(row, 1).data()) for row in range(model.rowCount())]


def button(view: EmbeddingView, words: str) -> QPushButton:
    (found,) = (it for it in view.findChildren(QPushButton) if words in it.text().replace("&", ""))
    return found


def test_before_anything_is_compared_it_says_what_the_page_is_for(view: EmbeddingView, qtbot) -> None:
    assert view.objectName() == "embeddingView"
    assert view.texts[0] == "not compared yet" and "similar numbers look alike" in view.texts[1]
    view.propose("a_very_long_name_of_a_layer.of_a_network.global_pool")
    assert button(view, "Compare the images at a_very_long_…etwork.global_pool").isVisible()
    view.propose(None)
    assert not button(view, "Compare the images").isVisible()
    assert not button(view, "Save weights").isEnabled() and not button(view, "Save embeddings").isEnabled()
    view.set_backbone(None, "zoo:toy has no operation x here.")
    assert view.texts[1] == "zoo:toy has no operation x here."
    with qtbot.waitSignal(view.use_action.triggered, timeout=1000):
        view.findChild(QToolButton).click()


def test_it_names_the_layer_and_the_size_of_the_embedding(filled: EmbeddingView) -> None:
    assert filled.texts[:2] == (
        "Compared at blocks.2",
        "3 numbers: mean over 7×7 positions    output 1×3×7×7",
    )


def test_the_nearest_image_comes_first_and_the_image_itself_does_not(filled: EmbeddingView) -> None:
    assert rows(filled) == [("c.png", "0.938"), ("b.png", "0.250"), ("d.png", "−0.500")]
    assert "Most similar to a.png" in filled.texts
    said = filled.table.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "c.png: cosine similarity 0.938"


def test_the_bar_is_as_long_as_the_images_are_similar(filled: EmbeddingView) -> None:
    table = filled.table
    table.clearSelection()
    picture = table.viewport().grab().toImage()
    accent = filled.palette().highlight().color().name()
    lengths = []
    for row in range(3):
        area = table.visualRect(table.model().index(row, 1))
        pixels = [picture.pixelColor(x, area.center().y()).name() for x in range(area.left(), area.right())]
        lengths.append(pixels.count(accent))
    assert lengths[0] > 3 * lengths[1] > 0 == lengths[2]


def test_a_chosen_row_reads_like_the_others(filled: EmbeddingView) -> None:
    filled.table.selectRow(0)
    cell = filled.table.visualRect(filled.table.model().index(0, 1))
    picture = filled.table.viewport().grab(cell).toImage()
    seen = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
    tokens = theme.current()
    assert {tokens.accent_ground, tokens.text, tokens.accent} <= seen and tokens.accent_text not in seen


def test_the_order_of_the_table_can_be_changed_and_stays(filled: EmbeddingView) -> None:
    filled.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    filled.select_image("b", "b.png", THUMBNAILS)
    assert [name for name, _ in rows(filled)] == ["a.png", "c.png", "d.png"]


def test_a_double_click_and_return_choose_an_image_a_click_and_the_arrow_keys_only_move(
    filled: EmbeddingView, qtbot
) -> None:
    told: list[str] = []
    filled.image_selected.connect(told.append)
    table = filled.table
    spot = table.visualRect(table.model().index(1, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert told == []  # its rows would be others under the pointer
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert told == ["b"]
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert told == ["b"]
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert told == ["b", "d"]


def test_rows_are_copied_as_tab_separated_values(filled: EmbeddingView, qtbot) -> None:
    filled.table.selectRow(0)
    (copy,) = filled.table.actions()
    copy.trigger()
    assert QGuiApplication.clipboard().text() == "Image\tCosine similarity\nc.png\t0.938"


def test_the_vector_of_the_image_is_read_bar_by_bar(filled: EmbeddingView) -> None:
    filled.select_image("b", "b.png", THUMBNAILS)
    assert "Embedding of b.png" in filled.texts
    QTest.keyClick(filled.bars.area, Qt.Key.Key_Right)
    QTest.keyClick(filled.bars.area, Qt.Key.Key_Right)
    assert filled.texts[-1] == "index 1 = 4"


def test_one_image_alone_asks_for_others(view: EmbeddingView) -> None:
    view.set_backbone("blocks.2")
    view.set_embeddings(embeddings(1))
    view.select_image("a", "a.png", THUMBNAILS)
    assert view.table.hint == "Open two or more images to compare them."
    assert "Embedding of a.png" in view.texts


def test_pictures_are_scaled_once_and_only_for_rows_in_sight(
    view: EmbeddingView, monkeypatch: pytest.MonkeyPatch
) -> None:
    scaled: list[int] = []
    scale = neighbour_table._icon
    monkeypatch.setattr(neighbour_table, "_icon", lambda it: scaled.append(id(it)) or scale(it))
    keys = tuple(f"image-{place}" for place in range(200))
    many = replace(
        embeddings(),
        keys=keys,
        names=keys,
        vectors=np.ones((200, 3), np.float32),
        similarity=np.ones((200, 200)),
    )
    thumbnails = {key: np.zeros((9, 9, 3), np.uint8) for key in keys}
    view.set_backbone("blocks.2")
    view.set_embeddings(many)
    view.select_image(keys[0], keys[0], thumbnails)
    view.grab()
    first = len(scaled)
    assert 0 < first < 40
    view.select_image(keys[0], keys[0], thumbnails)
    view.grab()
    assert len(scaled) == first
    view.select_image(keys[0], keys[0], thumbnails | {keys[1]: np.ones((9, 9, 3), np.uint8)})
    view.grab()
    assert len(scaled) == first + 1  # a picture that came anew is shown


def test_an_image_that_was_closed_is_not_shown(filled: EmbeddingView) -> None:
    filled.select_image("a", "a.png", {key: it for key, it in THUMBNAILS.items() if key != "c"})
    assert [name for name, _ in rows(filled)] == ["b.png", "d.png"]


def test_an_image_without_an_embedding_says_why(filled: EmbeddingView) -> None:
    filled.select_image("new", "new.png", THUMBNAILS, "Embedding the open images…")
    assert rows(filled) == [] and filled.table.hint == "Embedding the open images…"
    assert not any(text.startswith("Embedding of") for text in filled.texts)
    filled.set_embeddings(None)
    filled.select_image("a", "a.png", THUMBNAILS, "Not embedded yet.")
    assert filled.table.hint == "Not embedded yet." and not button(filled, "Save embeddings").isEnabled()


def test_failures_and_remarks_stand_above_the_images(filled: EmbeddingView) -> None:
    failed = (FailedImage("e", "e.png", "It is not open."),)
    filled.set_embeddings(replace(embeddings(), remarks=("The embedding of d.png is zero.",), failed=failed))
    assert filled.texts[2] == "The embedding of d.png is zero. (1 more: see the tooltip)"
    filled.set_embeddings(replace(embeddings(), failed=failed))
    assert filled.texts[2] == "e.png: It is not open."
    filled.set_embeddings(embeddings())
    assert not any("e.png: It is" in text for text in filled.texts)


def test_a_similarity_that_is_unknown_is_a_dash_and_comes_last(filled: EmbeddingView) -> None:
    broken = SIMILARITY.copy()
    broken[0, 2] = np.nan
    filled.set_embeddings(replace(embeddings(), similarity=broken))
    filled.select_image("a", "a.png", THUMBNAILS)
    assert rows(filled) == [("b.png", "0.250"), ("d.png", "−0.500"), ("c.png", "–")]
    filled.grab()


def test_the_way_to_a_vector_is_chosen_and_told(filled: EmbeddingView, qtbot) -> None:
    box = filled.findChild(QComboBox)
    assert [box.itemText(place) for place in range(box.count())] == ["Average over positions", "Flatten"]
    with qtbot.waitSignal(filled.pooling_chosen, timeout=1000) as chosen:
        box.setCurrentIndex(1)
    assert chosen.args == [Pooling.FLATTEN] and filled.pooling is Pooling.FLATTEN


def test_a_way_to_a_vector_can_be_put_back_without_being_told(filled: EmbeddingView, qtbot) -> None:
    with qtbot.assertNotEmitted(filled.pooling_chosen):
        filled.set_pooling(Pooling.FLATTEN)
    assert filled.pooling is Pooling.FLATTEN


def test_files_can_be_asked_for_only_while_there_is_a_recording(filled: EmbeddingView) -> None:
    both = [button(filled, "Save weights"), button(filled, "Save embeddings")]
    filled.set_savable(False)
    filled.set_embeddings(embeddings())
    assert [it.isEnabled() for it in both] == [False, False]
    filled.set_savable(True)
    assert [it.isEnabled() for it in both] == [True, True]
    filled.set_embeddings(None)
    assert [it.isEnabled() for it in both] == [True, False]


def test_the_buttons_ask_for_files(filled: EmbeddingView, qtbot) -> None:
    with qtbot.waitSignal(filled.weights_requested, timeout=1000):
        button(filled, "Save weights up to here").click()
    with qtbot.waitSignal(filled.embeddings_requested, timeout=1000):
        button(filled, "Save embeddings").click()


def test_every_control_has_a_tooltip_and_a_name(filled: EmbeddingView) -> None:
    controls = [
        *filled.findChildren(QAbstractButton),
        *filled.findChildren(QComboBox),
        filled.table,
        filled.bars,
    ]
    for control in controls:
        if control.objectName().startswith("qt_") or control.parent() is filled.table:
            continue
        assert control.toolTip(), control
        assert control.accessibleName() or control.text(), control


def test_the_open_images_keep_their_order_and_say_why_nothing_is_known_of_one(
    filled: EmbeddingView, qtbot
) -> None:
    told: list[str] = []
    filled.image_selected.connect(told.append)
    broken = Neighbour("x", "x.png", math.nan, None, "x.png is a text file")
    held = Neighbour("y", "y.png", math.nan, None, "it was cancelled")
    filled.set_open([Neighbour("b", "b.png", math.nan), Neighbour("a", "a.png", math.nan), broken, held])
    table = filled.findChild(NeighbourTable, "openImagesTable")
    assert table.isVisible()
    names = [table.model().index(row, 0).data() for row in range(4)]
    assert names == ["b.png", "a.png", "x.png is a text file", "y.png: it was cancelled"]
    filled.select_image("a", "a.png", THUMBNAILS)
    assert table.currentIndex().row() == 1
    assert [name for name, _ in rows(filled)] == ["c.png", "b.png", "d.png"], (
        "a ranking is of what is compared"
    )
    assert f"Not compared: x.png{FACTS}y.png" in filled.texts
    (below,) = (it for it in filled.findChildren(FactsLabel) if it.text().startswith("Not compared"))
    assert "x.png is a text file" in below.toolTip() and "y.png: it was cancelled" in below.toolTip()
    assert below.mapTo(filled, QPoint()).y() > filled.table.mapTo(filled, QPoint()).y()
    QTest.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(table.model().index(0, 0)).center()
    )
    assert told == ["b"]


def test_an_image_that_is_compared_is_listed_once(filled: EmbeddingView) -> None:
    # While others are embedded anew what was shown stays, and one of it may be held by now.
    filled.set_open([Neighbour(key, f"{key}.png", math.nan, why="it was cancelled") for key in ("c", "e")])
    filled.select_image("a", "a.png", THUMBNAILS)
    assert [name for name, _ in rows(filled)] == ["c.png", "b.png", "d.png"]
    assert "Not compared: e.png" in filled.texts
    filled.set_open([])
    assert not any(text.startswith("Not compared") for text in filled.texts)


def test_the_list_of_open_images_stays_where_it_was_scrolled_to(view: EmbeddingView) -> None:
    def come() -> None:
        view.set_open([Neighbour(str(k), f"{k}.png", math.nan) for k in range(60)])
        view.select_image("3", "3.png", {})

    come()
    table = view.findChild(NeighbourTable, "openImagesTable")
    table.verticalScrollBar().setValue(40)
    come()  # an answer is known of one of them
    assert table.verticalScrollBar().value() == 40
    assert table.currentIndex().data() == "3.png"
    view.select_image("5", "5.png", {})
    assert table.verticalScrollBar().value() <= 5


def test_the_image_that_is_shown_stays_marked_whatever_is_clicked_and_when_the_page_comes_back(
    filled: EmbeddingView, qtbot
) -> None:
    filled.set_open([Neighbour("b", "b.png", math.nan), Neighbour("a", "a.png", math.nan)])
    table = filled.findChild(NeighbourTable, "openImagesTable")

    def marked() -> list[int]:
        return [index.row() for index in table.selectionModel().selectedRows()]

    assert marked() == [1]  # of the one that was chosen before the images came
    corner = table.viewport().rect().bottomRight() - QPoint(4, 4)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=corner)
    assert marked() == [1]
    table.clearSelection()
    filled.hide()
    filled.show()
    assert marked() == [1]


def test_a_thumbnail_keeps_its_colours_where_its_row_is_selected(view):
    red = np.zeros((48, 64, 3), np.uint8)
    red[..., 0] = 255
    view.set_open([Neighbour("a", "a.png", float("nan"), red)])
    table = view.findChild(QTableView, "openImagesTable")
    icon = table.model().index(0, 0).data(Qt.ItemDataRole.DecorationRole)
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
        drawn = icon.pixmap(64, 48, mode).toImage()
        assert drawn.pixelColor(drawn.rect().center()).name() == "#ff0000"


def test_only_one_thing_is_offered_at_once(view):
    offers = [view.findChild(QToolButton), button(view, "Compare the images")]
    for used, proposed, offered in (
        (None, "pool", [False, True]),
        (None, None, [True, False]),
        ("pool", "pool", [True, False]),  # it was cancelled, or failed
    ):
        view.set_backbone(used)
        view.propose(proposed)
        assert [it.isVisible() for it in offers] == offered


def test_a_layer_at_which_images_are_compared_is_not_offered_again(filled: EmbeddingView) -> None:
    offer = filled.findChild(QToolButton)
    filled.name_layer("blocks.2")
    assert not offer.isVisible()
    filled.name_layer("head")
    assert offer.isVisible()
