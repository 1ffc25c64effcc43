"""The timeline: where the dots stand, what they tell, and that each opens its network."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QStackedWidget, QToolTip
from pytestqt.qtbot import QtBot

from explorer.features.cards.timeline import TimelineView
from explorer.features.cards.timeline_layout import Dot, family_labels
from explorer.features.cards.timeline_text import plain_text
from explorer.records.models import ModelEntry, WeightsStatus
from explorer.window import theme
from explorer.zoo import registry

ENTRIES = (
    ModelEntry("lenet5", "zoo", "LeNet", 1998, 61_706, 416_520),
    ModelEntry("alexnet_2012", "zoo", "AlexNet", 2012, 60_965_224, 724_406_816, 59.3, WeightsStatus.NONE),
    ModelEntry("vgg16", "zoo", "VGG", 2014, 138_357_544, 15_470_264_320, 71.592, WeightsStatus.DOWNLOADABLE),
    ModelEntry("googlenet", "zoo", "GoogLeNet", 2014, 6_624_904, 1_498_376_192, 69.778),
    ModelEntry("resnet50", "zoo", "ResNet", 2015, 25_557_032, 4_089_184_256, 80.858),
    ModelEntry("cifar_net", "zoo", "CifarNet", 2015, 191_316, 4_612_200),
    ModelEntry("undated", "zoo", "Undated", None, 1, 1, 50.0),
)


@pytest.fixture
def view(qtbot: QtBot) -> TimelineView:
    view = TimelineView()
    qtbot.addWidget(view)
    view.resize(800, 700)
    view.show()
    view.set_networks(ENTRIES, "zoo:resnet50")
    return view


def dot(view: TimelineView, name: str) -> Dot:
    return next(dot for dot in view.canvas.dots if dot.entry.name == name)


def place(view: TimelineView, name: str) -> QPoint:
    return dot(view, name).centre.toPoint()


def test_later_stands_further_right_and_a_smaller_error_lower(view: TimelineView) -> None:
    x = [dot(view, name).centre.x() for name in ("lenet5", "alexnet_2012", "vgg16", "resnet50")]
    y = [dot(view, name).centre.y() for name in ("alexnet_2012", "googlenet", "vgg16", "resnet50")]

    assert x == sorted(x)
    assert y == sorted(y)
    assert "undated" not in [dot.entry.name for dot in view.canvas.dots]


def test_an_error_that_a_later_recipe_won_is_told_as_such_and_drawn_hollow(view: TimelineView) -> None:
    later = replace(ENTRIES[4], later_recipe=True)
    assert "later recipe" in plain_text(later)
    assert "later recipe" not in plain_text(ENTRIES[4])

    view.set_networks((*ENTRIES[:4], later), "zoo:vgg16")
    view.canvas.point_at(None)
    grab = view.canvas.grab().toImage()

    def is_hollow(name: str) -> bool:
        beside = place(view, name) + QPoint(round(dot(view, name).radius) + 4, 0)
        return grab.pixelColor(place(view, name)) == grab.pixelColor(beside)

    assert is_hollow("resnet50") and not is_hollow("googlenet")


def test_the_variants_of_a_family_are_told_apart() -> None:
    networks = [registry.spec(name).entry for name in ("alexnet", "alexnet_2012")]
    families = {(it.family, it.year): [Dot(it, QPointF(), 4, True)] for it in networks}
    assert "alexnet (torchvision's, one weird trick)" in family_labels(families)
    assert all(it.variant in plain_text(it) for it in networks)


def test_heights_are_to_scale(view: TimelineView) -> None:
    alexnet, vgg, resnet = (dot(view, name).centre.y() for name in ("alexnet_2012", "vgg16", "resnet50"))

    assert (vgg - alexnet) / (resnet - alexnet) == pytest.approx((71.592 - 59.3) / (80.858 - 59.3))


def test_the_years_without_a_network_are_left_out(view: TimelineView) -> None:
    lenet, alexnet, resnet = (dot(view, name).centre.x() for name in ("lenet5", "alexnet_2012", "resnet50"))

    assert (alexnet - lenet) / (resnet - alexnet) < 1


def test_networks_without_a_figure_stand_below_all_others_under_their_names(view: TimelineView) -> None:
    lowest = max(dot.centre.y() + dot.radius for dot in view.canvas.dots if dot.measured)

    assert [it.entry.name for it in view.canvas.dots if not it.measured] == ["lenet5", "cifar_net"]
    assert all(dot(view, name).centre.y() > lowest for name in ("lenet5", "cifar_net"))
    assert {"lenet5", "cifar_net"} <= {text for text, _ in view.canvas.labels}


def test_a_larger_network_has_a_larger_dot(view: TimelineView) -> None:
    sizes = [dot(view, name).radius for name in ("googlenet", "resnet50", "alexnet_2012", "vgg16")]

    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


@pytest.mark.parametrize("size", [(1000, 800), (480, 480)])
def test_labels_cover_neither_each_other_nor_a_dot(view: TimelineView, size: tuple[int, int]) -> None:
    view.resize(*size)
    labels = [place for _, place in view.canvas.labels]
    assert {"AlexNet", "VGG", "ResNet"} <= {text for text, _ in view.canvas.labels}

    for number, label in enumerate(labels):
        assert not any(label.intersects(other) for other in labels[number + 1 :])
        assert not any(label.contains(dot.centre) for dot in view.canvas.dots)


@pytest.mark.parametrize("size", [(880, 482), (1290, 760)])
def test_every_family_of_the_zoo_bears_its_name(view: TimelineView, size: tuple[int, int]) -> None:
    theme.apply(QApplication.instance(), "light")
    entries = [registry.spec(name).entry for name in registry.names()]
    view.set_networks(entries, "zoo:resnet50")
    view.resize(*size)
    QApplication.processEvents()
    named = " ".join(text for text, _ in view.canvas.labels)
    measured = {it.family for it in entries if it.top1 is not None and it.year is not None}
    assert {it for it in measured if it.lower() not in named.lower()} == set()


@pytest.mark.parametrize("size", [(1100, 760), (1360, 780), (1900, 1000)])
def test_no_name_in_the_lane_comes_near_to_the_dot_of_another_network(
    view: TimelineView, size: tuple[int, int]
) -> None:
    view.set_networks([registry.spec(name).entry for name in registry.names()], "zoo:resnet50")
    view.resize(*size)
    QApplication.processEvents()
    lane = [it for it in view.canvas.dots if not it.measured]
    places = dict(view.canvas.labels)
    for one in lane:
        name = places[one.entry.name]
        for other in lane:
            left = other.centre.x() - other.radius
            if other is not one and abs(other.centre.y() - one.centre.y()) < 1 and left > one.centre.x():
                assert left - name.right() >= 12, (one.entry.name, other.entry.name)


def test_no_line_of_the_axis_goes_through_the_name_of_a_family(view: TimelineView) -> None:
    canvas = view.canvas
    canvas._families = [("", QRectF(300, canvas._errors.place(30) - 8, 80, 16))]
    picture = canvas.grab().toImage()
    y = int(canvas._errors.place(30))
    line = [{picture.pixelColor(x, y + d).name() for d in (-1, 0, 1)} for x in (290, 340, 390)]
    assert len(line[1]) == 1 and len(line[0]) > 1 and len(line[2]) > 1


def test_a_click_on_a_dot_opens_its_network(qtbot: QtBot, view: TimelineView) -> None:
    with qtbot.waitSignal(view.network_chosen) as chosen:
        qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=place(view, "googlenet"))

    assert chosen.args == ["zoo:googlenet"]


def test_a_click_beside_the_dots_opens_nothing(qtbot: QtBot, view: TimelineView) -> None:
    with qtbot.assertNotEmitted(view.network_chosen):
        qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))


def test_the_keyboard_starts_at_the_loaded_network_moves_and_opens(qtbot: QtBot, view: TimelineView) -> None:
    view.activateWindow()
    view.setFocus()
    qtbot.waitUntil(lambda: view.canvas.hasFocus())
    assert view.canvas.current.name == "resnet50"

    qtbot.keyClick(view.canvas, Qt.Key.Key_Left)
    assert view.canvas.current.name == "vgg16"
    qtbot.keyClick(view.canvas, Qt.Key.Key_Up)
    assert view.canvas.current.name in ("googlenet", "alexnet_2012")
    with qtbot.waitSignal(view.network_chosen) as chosen:
        qtbot.keyClick(view.canvas, Qt.Key.Key_Return)
    assert chosen.args == [view.canvas.current.full_name]


def test_every_dot_is_reached_by_arrow_keys(qtbot: QtBot, view: TimelineView) -> None:
    arrows = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
    seen, ahead = set(), ["zoo:resnet50"]
    while ahead:
        name = ahead.pop()
        seen.add(name)
        for arrow in arrows:
            view.canvas.point_at(name)
            qtbot.keyClick(view.canvas, arrow)
            reached = view.canvas.current.full_name
            if reached not in seen and reached not in ahead:
                ahead.append(reached)

    assert seen == {entry.full_name for entry in ENTRIES if entry.year is not None}


def test_the_dot_pointed_at_tells_all_that_is_known(qtbot: QtBot, view: TimelineView) -> None:
    detail = view.findChild(QLabel, "timelineDetail")

    qtbot.mouseMove(view.canvas, place(view, "vgg16"))
    assert "vgg16, VGG, 2014" in detail.text()
    assert "28.4 % top-1 error, measured with the published weights" in detail.text()
    assert "138 M parameters, 15.5 GMACs" in detail.text()
    assert "one brick" in detail.text()  # the idea, from the card
    assert "28.4 % top-1 error" in view.canvas.accessibleDescription()

    qtbot.mouseMove(view.canvas, place(view, "alexnet_2012"))
    assert "as the paper reports" in detail.text()
    qtbot.mouseMove(view.canvas, place(view, "lenet5"))
    assert "no ImageNet-1k figure known here" in detail.text()


def test_escape_leaves(qtbot: QtBot, view: TimelineView) -> None:
    with qtbot.waitSignal(view.closed):
        qtbot.keyClick(view.canvas, Qt.Key.Key_Escape)


def test_without_networks_it_says_why_and_keys_do_nothing(qtbot: QtBot, view: TimelineView) -> None:
    view.set_networks((), "")
    view.set_message("Listing the networks…")

    assert view.canvas.dots == ()
    with qtbot.assertNotEmitted(view.network_chosen):
        qtbot.keyClick(view.canvas, Qt.Key.Key_Return)
    assert not view.canvas.grab().isNull()


def test_another_network_that_is_loaded_is_the_one_that_is_told_of(view: TimelineView) -> None:
    view.canvas.point_at("zoo:resnet50")
    view.set_networks(ENTRIES, "zoo:vgg16")
    assert view.canvas.current.name == "vgg16"
    view.canvas.point_at("zoo:resnet50")
    view.set_networks(ENTRIES, "zoo:vgg16")
    assert view.canvas.current.name == "resnet50"


def test_the_keyboard_starts_as_soon_as_the_networks_come(qtbot: QtBot, view: TimelineView) -> None:
    view.set_networks((), "")
    view.canvas.point_at(None)
    view.activateWindow()
    view.setFocus()
    qtbot.waitUntil(lambda: view.canvas.hasFocus())
    assert view.canvas.current is None

    view.set_networks(ENTRIES, "zoo:vgg16")

    assert view.canvas.current.name == "vgg16"


def test_the_page_fits_a_low_window_and_nothing_in_it_overlaps(view: TimelineView) -> None:
    view.canvas.point_at("zoo:vgg16")
    view.resize(480, 360)
    detail = view.findChild(QLabel, "timelineDetail")

    assert view.height() == 360
    assert view.canvas.geometry().bottom() < detail.geometry().top()
    assert detail.geometry().bottom() < view.height()
    assert detail.heightForWidth(detail.width()) <= detail.height()


def test_two_networks_of_one_family_in_two_years_bear_their_own_names(view: TimelineView) -> None:
    later = ModelEntry("alexnet", "zoo", "AlexNet", 2014, 61_100_840, 714_188_480, 56.522)
    view.set_networks((*ENTRIES, later), "")
    places = dict(view.canvas.labels)
    first, second = places["alexnet_2012"], places["alexnet"]
    assert "AlexNet" not in places and "VGG" in places

    def nearer(label: QRectF, name: str, other: str) -> bool:
        distances = [abs(dot(view, it).centre.x() - label.center().x()) for it in (name, other)]
        return distances[0] < distances[1]

    assert nearer(first, "alexnet_2012", "alexnet") and nearer(second, "alexnet", "alexnet_2012")


def test_it_has_one_name_says_what_a_shift_means_and_takes_the_keys_when_it_comes(
    qtbot: QtBot, view: TimelineView
) -> None:
    texts = [part.text() for part in view.findChildren(QLabel)]
    assert "History" in texts
    assert any(
        "one year stand side by side" in part.toolTip().replace("\n", " ")
        for part in view.findChildren(QLabel)
    )
    assert not any("imeline" in text for text in texts)
    pages = QStackedWidget()
    qtbot.addWidget(pages)
    pages.addWidget(QPushButton("another page"))
    pages.addWidget(view)
    pages.show()
    pages.setCurrentWidget(view)
    assert pages.focusWidget() is view.canvas
    view.setParent(None)  # each is closed by itself


def test_the_text_below_is_not_said_again_in_a_tip(qtbot: QtBot, view: TimelineView) -> None:
    QToolTip.hideText()
    qtbot.mouseMove(view.canvas, place(view, "vgg16"))
    assert not QToolTip.isVisible()
