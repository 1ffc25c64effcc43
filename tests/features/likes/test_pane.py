"""The lens "Likes": what it asks by itself and when it is told to, what it shows and says, where it does not fit."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from desk_fakes import KEY, image, scene, with_reader, without_forward
from panes import Trying, seated, settle
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QSpinBox
from pytestqt.qtbot import QtBot
from window_fakes import ANSWERS, FakeLink, forward, made, strongest

from explorer.features.likes.choice import Liking, strongest_question
from explorer.features.likes.fit import misfit
from explorer.features.likes.messages import Aim, FindStrongest, MakePicture
from explorer.features.likes.pane import LikesPane
from explorer.features.live import doing
from explorer.records import layer_choice
from explorer.records.edits import Edit
from explorer.records.images import Frame, RawPixels
from explorer.window import theme
from explorer.window.desk import Desk
from explorer.window.live import Live
from explorer.window.scene import Unit


@pytest.fixture
def pane(qtbot: QtBot, desk: Desk) -> LikesPane:
    return seated(qtbot, desk, LikesPane(desk), (800, 600))


def test_it_looks_at_the_open_images_by_itself_and_makes_nothing(pane: LikesPane, link: FakeLink) -> None:
    assert link.asked(FindStrongest) == [FindStrongest(1, 1, 0, (KEY,))]
    assert link.asked(MakePicture) == []
    view = pane.widget
    assert view.head.text() == "Strongest places of channel 0"
    assert view.about.text() == "1 image    each sees 3×3 pixels"
    assert [view.grid.item(k).text() for k in range(2)] == [
        "photo.png\nmap value 2.50\nrow 1, column 2",
        "photo.png\nmap value 1.50\nrow 6, column 6",
    ]
    assert "rows 0 to 2, columns 1 to 3" in view.grid.item(0).toolTip()
    assert "not known" in view.grid.item(1).toolTip()
    assert not view.canvas.has_picture and view.made_head.text() == "Picture made to excite the channel"


@pytest.mark.parametrize(
    ("status", "boxes", "told"),
    [
        ("exact", ((0, 0, 3, 3), (1, 1, 4, 4)), "each sees 3×3 pixels"),
        ("exact", ((0, 0, 2, 3), (1, 1, 4, 4)), "each sees up to 3×3 pixels"),
        ("bound", ((0, 0, 2, 3), (1, 1, 4, 4)), "each sees at most 3×3 pixels"),
        ("exact", ((0, 0, 8, 8), (0, 0, 6, 8)), "each sees up to 8×8 pixels"),
        ("exact", ((0, 0, 8, 8), (0, 0, 8, 8)), "each sees the whole picture"),
        ("bound", ((0, 0, 8, 8), (0, 0, 8, 8)), "each sees at most the whole picture"),
        ("exact", (None, None), "each sees nothing of the picture"),
        ("global", (None, None), "each sees the whole picture"),
        ("unknown", (None, None), "receptive fields unknown: whole pictures"),
    ],
)
def test_a_place_sees_no_more_than_lies_on_the_picture(
    qtbot: QtBot, pane: LikesPane, desk: Desk, link: FakeLink, status, boxes, told
) -> None:
    link.manual = {FindStrongest}
    desk.set(chosen_channel=1)
    qtbot.waitUntil(lambda: bool(link.waiting(FindStrongest)))
    found = strongest(FindStrongest(1, 1, 1, (KEY,)))
    patches = tuple(
        replace(it, box=box, seen=box or it.seen) for it, box in zip(found.patches, boxes, strict=True)
    )
    link.part(FindStrongest, replace(found, patches=patches, status=status))
    qtbot.waitUntil(lambda: pane.widget.about.text() == f"1 image    {told}")


def test_a_place_that_is_clicked_is_shown_in_its_image(qtbot: QtBot, pane: LikesPane, desk: Desk) -> None:
    pane.widget.grid.itemClicked.emit(pane.widget.grid.item(0))
    settle(qtbot, desk)
    assert (desk.scene.image, desk.scene.place) == (KEY, Unit.of((1, 2), (8, 8)))


def test_while_the_channel_is_sought_nothing_is_asked_and_what_is_there_stays(
    qtbot: QtBot, pane: LikesPane, desk: Desk, link: FakeLink
) -> None:
    desk.set(node=2, seeks_channel=True)
    settle(qtbot, desk)
    assert link.asked(FindStrongest) == [FindStrongest(1, 1, 0, (KEY,))]
    assert pane.widget.head.text() == "Strongest places of channel 0" and pane.widget.grid.count() == 2
    desk.set(telling=(3, (1, 2)), seeks_channel=False)
    settle(qtbot, desk)
    assert link.asked(FindStrongest)[1:] == [FindStrongest(1, 2, 3, (KEY,))]
    assert pane.widget.head.text() == "Strongest places of channel 3"


def test_another_channel_is_another_question(
    qtbot: QtBot, pane: LikesPane, desk: Desk, link: FakeLink
) -> None:
    desk.set(chosen_channel=2)
    settle(qtbot, desk)
    assert link.asked(FindStrongest)[-1] == FindStrongest(1, 1, 2, (KEY,))
    assert pane.widget.head.text() == "Strongest places of channel 2"
    link.failing = {FindStrongest: "The network could look at no image: photo.png, no"}
    desk.set(chosen_channel=3)
    settle(qtbot, desk)
    assert pane.widget.grid.hint == "The network could look at no image: photo.png, no"


def test_a_picture_is_made_when_it_is_asked_for_and_another_with_the_next_seed(
    qtbot: QtBot, pane: LikesPane, desk: Desk, link: FakeLink
) -> None:
    view = pane.widget
    view.make.click()
    settle(qtbot, desk)
    assert link.asked(MakePicture) == [MakePicture(1, 1, 0, Aim.MEAN, 128, 0)]
    assert view.canvas.has_picture
    assert view.made_about.text() == "mean activation −1 → 2    128 steps    seed 0"
    assert view.make.text() == "Make another"
    view.make.click()
    settle(qtbot, desk)
    assert link.asked(MakePicture)[-1].seed == 1 and desk.scene.choice(Liking).seed == 1
    view.aim_chosen.emit(Aim.CENTRE)
    settle(qtbot, desk)
    assert len(link.asked(MakePicture)) == 2 and view.canvas.has_picture  # it says how it was made
    assert view.make.text() == "Make a picture"
    desk.set(chosen_channel=1)
    settle(qtbot, desk)
    assert not view.canvas.has_picture and len(link.asked(MakePicture)) == 2


def test_while_changes_are_tried_the_lens_says_that_its_places_are_without_them(
    qtbot: QtBot, desk: Desk
) -> None:
    trying = Trying(qtbot, desk)
    pane = seated(qtbot, desk, LikesPane(desk))
    trying.begin()
    trying.edit(Edit(brightness=0.5))
    trying.settle()
    assert pane.widget.about.text().startswith("without the changes that are tried    1 image")
    doing.peek(desk)
    trying.settle()
    assert pane.widget.about.text().startswith("1 image"), "what is shown as it was before is not changed"
    frame = Frame(1, 7, RawPixels(np.zeros((8, 32), np.uint8), 8, "RGB", "BGRX"))
    desk.choose(replace(desk.scene.choice(Live), frame=frame))
    trying.settle()
    assert pane.widget.about.text().startswith("not of this frame    1 image")


def test_another_image_costs_neither_the_places_nor_the_picture(
    qtbot: QtBot, pane: LikesPane, desk: Desk, link: FakeLink
) -> None:
    desk.put(desk.scene.with_seat(like=1))
    pane.widget.make.click()
    settle(qtbot, desk)
    asked = len(link.asked(FindStrongest)) + len(link.asked(MakePicture))
    desk.put(desk.scene.with_seat(forward=forward(KEY, 2)))
    settle(qtbot, desk)
    assert pane.widget.canvas.has_picture and pane.widget.grid.count() == 2
    assert len(link.asked(FindStrongest)) + len(link.asked(MakePicture)) == asked
    desk.put(desk.scene.with_seat(forward=forward(KEY, 3), like=3))  # as of another size
    settle(qtbot, desk)
    assert not pane.widget.canvas.has_picture and link.asked(FindStrongest)[-1].like == 3


def test_it_shows_the_picture_on_its_way_and_is_stopped(
    qtbot: QtBot, pane: LikesPane, desk: Desk, link: FakeLink
) -> None:
    view = pane.widget
    link.manual = {MakePicture}
    view.make.click()
    qtbot.waitUntil(lambda: bool(link.waiting(MakePicture)))
    assert view.make.text() == "Stop"
    link.part(MakePicture, made(MakePicture(1, 1, 0), 7))
    qtbot.waitUntil(lambda: view.canvas.has_picture)
    assert "7 of 128 steps" in view.made_about.text() and "stopped" not in view.made_about.text()
    view.make.click()
    assert link.cancelled
    link.fail(MakePicture, "Cancelled.", cancelled=True)
    settle(qtbot, desk)
    assert view.canvas.has_picture and "7 of 128 steps, stopped" in view.made_about.text()
    link.manual = set()
    view.make.click()
    settle(qtbot, desk)
    assert "128 steps" in view.made_about.text() and view.make.text() == "Make another"


def test_a_picture_that_excites_nothing_is_no_picture_but_words(
    qtbot: QtBot, pane: LikesPane, desk: Desk, link: FakeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = pane.widget
    link.manual = {MakePicture}
    view.make.click()
    qtbot.waitUntil(lambda: bool(link.waiting(MakePicture)))
    whole = replace(made(MakePicture(1, 1, 0)), start=0.0, activation=0.0)
    link.part(MakePicture, replace(whole, done=7))
    said = view.canvas.accessibleDescription
    qtbot.waitUntil(lambda: said() == "Channel 0 gives 0 after 7 steps, as at the start.")
    assert not view.canvas.has_picture
    monkeypatch.setitem(ANSWERS, MakePicture, lambda _: whole)
    link.answer(MakePicture)
    settle(qtbot, desk)
    assert not view.canvas.has_picture and "0 → 0" in view.made_about.text()
    assert (
        said() == "Channel 0 gives 0 after 128 steps, as at the start: try another seed, or an earlier layer."
    )
    assert view.make.text() == "Make another"


def test_why_no_picture_could_be_made_is_said(
    qtbot: QtBot, pane: LikesPane, desk: Desk, link: FakeLink
) -> None:
    link.failing = {MakePicture: "stem.conv has no gradient."}
    pane.widget.make.click()
    settle(qtbot, desk)
    assert pane.widget.canvas.accessibleDescription() == "stem.conv has no gradient."
    link.failing = {}
    pane.widget.make.click()
    settle(qtbot, desk)
    link.failing = {MakePicture: "stem.conv has no gradient."}
    pane.widget.make.click()
    settle(qtbot, desk)
    assert (
        pane.widget.made_about.text() == "stem.conv has no gradient."
    )  # in the place of what was made before


def test_random_weights_are_said_to_have_learned_nothing(qtbot: QtBot, pane: LikesPane, desk: Desk) -> None:
    assert pane.widget.random.isHidden()
    desk.put(scene(pretrained=False))
    settle(qtbot, desk)
    assert not pane.widget.random.isHidden() and "nothing here was learned" in pane.widget.random.text()
    pane.widget.resize(440, 600)
    QTest.qWait(20)
    said = pane.widget.random
    assert said.width() >= said.fontMetrics().horizontalAdvance(said.text()), "it is not cut"


def test_where_it_does_not_fit_it_says_why(qtbot: QtBot, pane: LikesPane, desk: Desk) -> None:
    assert misfit(scene()) == misfit(without_forward()) == ""
    assert "reads words" in misfit(with_reader(scene()))
    assert "no operation" in misfit(scene(node=0))
    assert "no places" in misfit(scene(node=5))
    desk.put(desk.scene.at_node(5))
    settle(qtbot, desk)
    assert "no places" in pane.widget.grid.hint and not pane.widget.make.isEnabled()


def test_it_is_empty_without_images(qtbot: QtBot, pane: LikesPane, desk: Desk) -> None:
    desk.put(replace(without_forward(images=()), image=None, node=None))
    settle(qtbot, desk)
    assert "Open images" in pane.widget.grid.hint and pane.exports() == ()


def test_only_images_that_are_open_are_looked_at() -> None:
    broken = image("image-broken", "broken.png", opened=None, failed="no image")
    other = image("image-other", "other.png")
    asked = strongest_question(scene(images=(image(), broken, other)))
    assert asked is not None and asked.keys == (KEY, "image-other")


def test_it_is_saved_as_a_figure(pane: LikesPane) -> None:
    (export,) = pane.exports()
    assert export.content(".png").startswith(b"\x89PNG")


def test_the_channel_is_chosen_here(qtbot: QtBot, pane: LikesPane, desk: Desk, link: FakeLink) -> None:
    box = pane.widget.channel
    assert (box.value(), box.maximum(), box.isEnabled()) == (0, 3, True)
    box.setValue(2)
    settle(qtbot, desk)
    assert desk.scene.channel == 2 and link.asked(FindStrongest)[-1].channel == 2
    desk.put(desk.scene.at_node(5))
    settle(qtbot, desk)
    assert not box.isEnabled()


def test_places_of_no_activation_are_not_shown() -> None:
    found = strongest(FindStrongest(1, 1, 0, (KEY,)))
    first, second = found.patches
    assert replace(found, patches=(first, second, replace(second, value=0.0))).shown == (first, second)
    assert replace(found, patches=(replace(first, value=0.0),)).shown == ()
    assert len(replace(found, patches=(replace(first, value=-1.0),)).shown) == 1


@pytest.mark.parametrize("width", [570, 620, 900])
def test_the_controls_take_a_second_row_rather_than_cover_each_other(
    qtbot: QtBot, pane: LikesPane, width: int
) -> None:
    pane.widget.resize(width, 500)
    qtbot.wait(10)
    controls = [
        pane.widget.make,
        *(it for kind in (QComboBox, QSpinBox) for it in pane.widget.controls.findChildren(kind)),
    ]
    for control in controls:
        assert control.width() >= control.minimumSizeHint().width()
        assert pane.widget.controls.rect().contains(control.geometry())
    assert not any(a.geometry().intersects(b.geometry()) for a, b in pairwise(controls))


def test_equal_places_are_counted_and_the_largest_that_an_activation_gives_is_named(
    qtbot: QtBot, pane: LikesPane, desk: Desk, link: FakeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = strongest(FindStrongest(1, 1, 1, (KEY,)))
    equal = replace(found, channel=1, patches=(replace(found.patches[0], value=6.0, equals=37),))
    monkeypatch.setitem(ANSWERS, FindStrongest, lambda _: equal)
    desk.set(chosen_channel=1)
    settle(qtbot, desk)
    item = pane.widget.grid.item(0)
    assert "\n6.00 at 37 places\n" in item.text() and "37 places of this map are equal" in item.toolTip()
    assert "several are equal" not in pane.widget.about.text()
    of = desk.scene.seat.forward
    assert of is not None
    nodes = tuple(replace(it, attributes=(("max_val", 6.0),)) for it in of.trace.nodes)
    desk.put(desk.scene.with_seat(forward=replace(of, trace=replace(of.trace, nodes=nodes))))
    settle(qtbot, desk)
    assert pane.widget.about.text().startswith("several are equal: 6 is the ceiling of conv2d    ")


def test_a_picture_that_reaches_the_ceiling_of_the_activation_says_so(
    qtbot: QtBot, pane: LikesPane, desk: Desk
) -> None:
    pane.widget.make.click()
    settle(qtbot, desk)
    assert pane.widget.made_about.text().startswith("mean activation −1 → 2    ")
    of = desk.scene.seat.forward
    assert of is not None
    nodes = tuple(replace(it, attributes=(("max_val", 2.0),)) for it in of.trace.nodes)
    desk.put(desk.scene.with_seat(forward=replace(of, trace=replace(of.trace, nodes=nodes))))
    settle(qtbot, desk)
    assert pane.widget.made_about.text().startswith("mean activation −1 → 2, the ceiling of conv2d    ")


@pytest.mark.parametrize("height", [140, 200, 300, 598])
def test_only_whole_rows_of_places_are_in_sight(pane: LikesPane, height: int) -> None:
    grid, found = pane.widget.grid, strongest(FindStrongest(1, 1, 0, (KEY,)))
    grid.setParent(None)
    grid.resize(320, height)
    grid.show()
    grid.set_strongest(replace(found, patches=found.patches * 12))
    QTest.qWait(10)
    rects = [grid.visualItemRect(grid.item(at)) for at in range(grid.count())]
    seen = [it for it in rects if it.top() < grid.viewport().height()]
    assert seen and all(it.bottom() - theme.SPACING <= grid.viewport().height() for it in seen)
    assert 64 <= grid.iconSize().height() <= 112


def test_the_place_is_marked_in_what_is_cut_off_by_the_border(pane: LikesPane) -> None:
    found = strongest(FindStrongest(1, 1, 0, (KEY,)))
    pixels = np.full((16, 16, 3), 200, np.uint8)
    whole = replace(found.patches[0], box=(0, 0, 16, 16), seen=(0, 0, 16, 16), picture=pixels)
    colours = []
    for patch in (whole, replace(whole, centre=(4.0, 8.0))):
        pane.widget.grid.set_strongest(replace(found, patches=(patch,)), "")
        icon = pane.widget.grid.item(0).icon().pixmap(112, 112).toImage()
        assert ("The ring" in pane.widget.grid.item(0).toolTip()) is (patch.centre is not None)
        colours.append(
            [icon.pixelColor(56 + off, 28).name() == "#c8c8c8" for off in (0, 5)]
        )  # 7 pixels for each
    assert colours == [[True, True], [True, False]]


def test_a_field_that_is_small_is_framed_in_what_is_around_it(pane: LikesPane) -> None:
    found = strongest(FindStrongest(1, 1, 0, (KEY,)))
    pixels = np.full((16, 16, 3), 200, np.uint8)
    small = replace(found.patches[0], box=(4, 4, 7, 7), seen=(0, 0, 16, 16), picture=pixels)
    colours = []
    for patch in (small, replace(small, box=small.seen)):
        pane.widget.grid.set_strongest(replace(found, patches=(patch,)), "")
        icon = pane.widget.grid.item(0).icon().pixmap(112, 112).toImage()
        colours.append(
            [icon.pixelColor(at, at).name() for at in (28, 38)]
        )  # 7 pixels for each: its corner, its middle
    assert colours == [["#ffffff", "#c8c8c8"], ["#c8c8c8", "#c8c8c8"]]


def test_where_one_is_framed_all_are_each_frame_within_its_picture(pane: LikesPane) -> None:
    """A field that the border cuts is smaller than what is shown for it; the others are shown alone."""
    found = strongest(FindStrongest(1, 1, 0, (KEY,)))
    cut, inner = np.full((16, 19, 3), 200, np.uint8), np.full((19, 19, 3), 200, np.uint8)
    border = replace(
        found.patches[0], box=(6, 0, 16, 19), seen=(0, 0, 16, 19), picture=cut, centre=(15.0, 9.0)
    )
    whole = replace(border, box=(3, 3, 22, 22), seen=(3, 3, 22, 22), picture=inner, centre=None)
    pane.widget.grid.set_strongest(replace(found, patches=(border, whole)))
    icons = [pane.widget.grid.item(k).icon().pixmap(112, 112).toImage() for k in range(2)]
    high = round(112 * 16 / 19)
    top = (112 - high) // 2
    assert all(icons[0].pixelColor(56, y).alpha() == 0 for y in (*range(top), *range(top + high, 112)))
    for icon, bottom in zip(icons, (top + high, 112), strict=True):
        column = [icon.pixelColor(56, y).name() for y in range(112)]
        assert (
            column.count("#ffffff") == 4 and "#ffffff" in column[bottom - 5 : bottom]
        )  # two lines of two pixels
    assert "The ring" not in pane.widget.grid.item(0).toolTip()
    pane.widget.grid.set_strongest(replace(found, patches=(whole,)))
    alone = pane.widget.grid.item(0).icon().pixmap(112, 112).toImage()
    assert "#ffffff" not in {alone.pixelColor(56, y).name() for y in range(112)}


def test_the_line_says_framed_where_all_are(
    qtbot: QtBot, pane: LikesPane, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = strongest(FindStrongest(1, 1, 1, (KEY,)))
    whole = replace(found.patches[0], box=(0, 0, 8, 8), seen=(0, 0, 8, 8))
    small = replace(whole, box=(2, 0, 8, 8))
    for channel, (patches, told) in enumerate([((whole, small), ", framed"), ((whole, whole), "")], start=1):
        answer = replace(found, channel=channel, patches=patches)
        monkeypatch.setitem(ANSWERS, FindStrongest, lambda _, it=answer: it)
        desk.set(chosen_channel=channel)
        settle(qtbot, desk)
        assert pane.widget.about.text().endswith(told or "picture")


def test_a_value_that_is_not_zero_does_not_read_as_zero(pane: LikesPane) -> None:
    found = strongest(FindStrongest(1, 1, 0, (KEY,)))
    tiny = replace(found.patches[0], value=3.2e-9)
    pane.widget.grid.set_strongest(replace(found, patches=(tiny, replace(tiny, value=2e-12))))
    texts = [pane.widget.grid.item(k).text().split("\n")[1] for k in range(2)]
    assert texts == ["map value 3.2e−09", "map value 2e−12"]


def test_no_number_below_a_place_is_cut(pane: LikesPane) -> None:
    found = strongest(FindStrongest(1, 1, 0, (KEY,)))
    grid, many = pane.widget.grid, replace(found.patches[0], value=88.88, equals=8888)
    grid.set_strongest(replace(found, patches=(many,)))
    lines = grid.item(0).text().split("\n")
    assert lines[1] == "88.9 at 8,888 places"
    assert all(grid.fontMetrics().horizontalAdvance(it) < grid.gridSize().width() for it in lines)


def test_at_an_early_layer_a_deeper_one_is_offered_and_with_one_image_more_of_them(
    qtbot: QtBot, pane: LikesPane, desk: Desk
) -> None:
    view = pane.widget
    opened: list[bool] = []
    desk.action("openImages").triggered.connect(lambda: opened.append(True))
    assert (
        view.advice.text() == "one image is open" and view.deeper.isHidden()
    )  # 3×3 pixels are many of this picture
    view.more.click()
    assert opened == [True]
    large = replace(forward(KEY), picture=np.zeros((64, 64, 3), np.uint8))
    desk.put(desk.scene.with_seat(forward=large))
    settle(qtbot, desk)
    deepest = layer_choice.deepest(large.trace)
    assert deepest is not None and deepest.id > 1
    assert view.advice.text() == f"early layer; {deepest.name} sees more; one image is open"
    assert view.deeper.toolTip() == f"Goes to {deepest.name}, the deepest layer with maps of its own"
    view.make.click()
    settle(qtbot, desk)
    assert view.made_about.text() == "mean activation −1 → 2    small patterns only    128 steps    seed 0"
    assert "sees 3×3 pixels" in view.made_about.toolTip()
    view.deeper.click()
    settle(qtbot, desk)
    assert desk.scene.node == deepest.id and view.deeper.isHidden()
    desk.put(replace(desk.scene, images=(image(), image("image-other", "other.png"))))
    settle(qtbot, desk)
    assert view.advice.text() == "" and view.more.isHidden()


@pytest.mark.parametrize("width", [430, 500, 700])
@pytest.mark.parametrize("with_more", [True, False])
def test_what_stands_beside_the_buttons_is_never_cut_and_has_the_room_that_they_leave(
    qtbot: QtBot, pane: LikesPane, width: int, with_more: bool
) -> None:
    view = pane.widget
    view.resize(width, 500)
    where = []
    for is_offered in (False, True):
        told = (
            ["early layer; the network's act2 sees more; one image is open", "early layer"]
            if is_offered
            else [""]
        )
        view.advise(told, "Goes to act2" if is_offered else "", is_offered and with_more)
        qtbot.wait(10)
        where.append((view.channel.geometry(), view.head.mapTo(view, view.head.pos()).y()))
    assert where[0] == where[1]  # nothing jumps when they come
    metrics, room = view.advice.fontMetrics(), view.advice.width()
    assert room >= metrics.horizontalAdvance(view.advice.said_in(room))
    buttons = [it for it in (view.deeper, view.more) if it.isVisible()]
    assert len(buttons) == 1 + with_more and all(it.width() >= it.sizeHint().width() for it in buttons)
    assert view.deeper.x() - view.advice.geometry().right() <= theme.SPACING + 1
    assert view.channel.width() < 200
    assert {view.channel.height(), view.deeper.height(), view.make.height()} == {view.make.height()}


@pytest.mark.parametrize("width", [286, 300, 347, 640])
def test_places_stand_in_as_many_columns_as_fit_and_share_the_width(pane: LikesPane, width: int) -> None:
    grid, found = pane.widget.grid, strongest(FindStrongest(1, 1, 0, (KEY,)))
    grid.setParent(None)
    grid.resize(width, 500)
    grid.show()
    grid.set_strongest(replace(found, patches=found.patches * 6))
    QTest.qWait(10)
    rects = [grid.visualItemRect(grid.item(at)) for at in range(grid.count())]
    columns = {it.left() for it in rects}
    assert len(columns) == (4 if width == 640 else 2)
    assert grid.viewport().width() - max(it.right() for it in rects) < 2 * theme.SPACING


def test_where_no_channel_can_be_looked_at_none_is_named_and_a_button_leads_to_the_nearest_that_can(
    qtbot: QtBot, pane: LikesPane, desk: Desk
) -> None:
    view, trace = pane.widget, desk.scene.trace
    assert view.way.isHidden() and view.channel.text() == "channel 0"
    desk.set(chosen_channel=1)
    without = next(it for it in trace.nodes if it.is_operation and not it.channels)
    desk.put(desk.scene.at_node(without.id))
    settle(qtbot, desk)
    assert view.channel.text() == "no channel" and view.head.text() == "Strongest places of a channel"
    near = min(
        (it for it in trace.nodes if it.channels and it.is_operation), key=lambda it: abs(it.id - without.id)
    )
    assert view.way.isVisible() and near.person_name in view.way.toolTip()
    view.way.click()
    settle(qtbot, desk)
    assert desk.scene.node == near.id and view.way.isHidden()
    assert view.channel.text() == f"channel {desk.scene.channel}"
    assert view.head.text() == f"Strongest places of channel {desk.scene.channel}"
