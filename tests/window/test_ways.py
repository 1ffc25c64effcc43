"""Every page and lens has a key; every action says its keys, and no two share one."""

from itertools import pairwise

import pytest
from desk_fakes import scene
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from explorer.window.desk import Desk
from explorer.window.frame import MainWindow
from explorer.window.spec import PaneSpec, Place
from explorer.window.ways import ways

SPECS = (
    PaneSpec("explore", "Explore", "The network", Place.PAGE, "", "Ctrl+1"),
    PaneSpec("images", "Images", "The images", Place.PAGE, "", "Ctrl+3"),
    PaneSpec("maps", "Maps", "The maps", Place.LENS, "", "Alt+1"),
    PaneSpec("layers", "Tree", "The tree", Place.NAVIGATOR, ""),
    PaneSpec("answer", "Answer", "The answer", Place.SIDE, ""),
)


def test_pages_navigators_and_lenses_have_an_action_with_their_key():
    made = {way.id: way.keys for way in ways(SPECS)}
    assert made == {
        "show_explore": ("Ctrl+1",),
        "show_images": ("Ctrl+3",),
        "show_maps": ("Alt+1",),
        "show_layers": (),
    }


def test_a_way_leads_there_from_any_page(desk: Desk):
    by_id = {way.id: way for way in ways(SPECS)}
    desk.set(page="images", lens="cost", navigator="graph")
    by_id["show_maps"].run(desk)
    assert (desk.scene.page, desk.scene.lens) == ("explore", "maps")
    by_id["show_images"].run(desk)
    assert (desk.scene.page, desk.scene.lens) == ("images", "maps")
    by_id["show_layers"].run(desk)
    assert (desk.scene.page, desk.scene.navigator) == ("explore", "layers")


def test_what_is_in_front_is_checked():
    checked = {way.id for way in ways(SPECS) if way.checked(scene())}
    assert checked == {"show_explore", "show_maps", "show_layers"}
    checked = {way.id for way in ways(SPECS) if way.checked(scene(page="images"))}
    assert checked == {"show_images"}


def test_the_window_goes_where_its_actions_say(window: MainWindow, qtbot: QtBot):
    window.actions_["show_cost"].trigger()
    assert window.explore.lenses.bar.tabText(window.explore.lenses.bar.currentIndex()) == "Cost"
    assert window.actions_["show_cost"].isChecked()
    assert not window.actions_["show_maps"].isChecked()


def test_the_whole_screen_is_given_and_taken_back(window: MainWindow, qtbot: QtBot):
    action = window.actions_["fullScreen"]
    action.trigger()
    qtbot.waitUntil(window.isFullScreen)
    assert action.isChecked()
    action.trigger()
    qtbot.waitUntil(lambda: not window.isFullScreen())
    assert not action.isChecked()


def test_every_action_has_a_tooltip_that_names_its_shortcut(window: MainWindow):
    for _, action in window.actions_:
        assert action.toolTip(), action.objectName()
        for keys in action.shortcuts():
            assert keys.toString() in action.toolTip()


def test_no_shortcut_is_given_twice(window: MainWindow):
    keys = [keys.toString() for _, action in window.actions_ for keys in action.shortcuts()]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("name", ["cancelWork", "toggleTheme", "fullScreen", "show_explore"])
def test_actions_are_found_by_their_names(window: MainWindow, name: str):
    assert window.findChild(type(window.actions_["quit"]), name) is window.actions_[name]


def menus_below(menu: QMenu) -> dict[str, QMenu]:
    """Return every menu below another by the titles that lead to it."""
    found: dict[str, QMenu] = {}
    for action in menu.actions():
        if (inner := action.menu()) is not None:
            inner.aboutToShow.emit()
            found[action.text()] = inner
            found |= {f"{action.text()}/{title}": it for title, it in menus_below(inner).items()}
    return found


def test_the_menus_of_ways_have_the_order_of_their_keys(window: MainWindow) -> None:
    menus = menus_below(window.menu_button.menu())
    shown = {title: [action.text() for action in menu.actions()] for title, menu in menus.items()}
    assert shown["View"][:4] == ["Pages", "Lenses", "Tree and graph", "Input"]
    assert shown["View/Pages"][0] == "Explore" and shown["View/Tree and graph"][:2] == ["Tree", "Graph"]
    assert shown["View/Lenses"][:2] == ["Maps", "Kernels"] and shown["View/Lenses"][-1] == "Likes"


def test_no_menu_is_taller_than_the_smallest_window(window: MainWindow) -> None:
    heights = {
        title: menu.sizeHint().height() for title, menu in menus_below(window.menu_button.menu()).items()
    }
    assert {title: height for title, height in heights.items() if height > 600} == {}


def test_lines_part_a_menu_and_neither_begin_nor_end_it(window: MainWindow) -> None:
    for title, menu in menus_below(window.menu_button.menu()).items():
        lines = [action.isSeparator() for action in menu.actions()]
        assert not lines or not (lines[0] or lines[-1]), title
        assert (True, True) not in pairwise(lines), title


def test_the_way_to_the_navigator_in_sight_leads_back_to_the_one_before(desk: Desk):
    by_id = {
        way.id: way for way in ways((*SPECS, PaneSpec("graph", "Graph", "", Place.NAVIGATOR, "", "Ctrl+G")))
    }
    by_id["show_graph"].run(desk)
    by_id["show_graph"].run(desk)
    assert desk.scene.navigator == "layers"
    desk.set(page="images", navigator="graph")
    by_id["show_graph"].run(desk)  # out of sight: it is led to
    assert (desk.scene.page, desk.scene.navigator) == ("explore", "graph")
    desk.set(folded=(True, False))
    by_id["show_graph"].run(desk)
    assert (desk.scene.folded, desk.scene.navigator) == ((False, False), "graph")


def test_the_way_to_the_lens_or_page_in_sight_does_nothing(desk: Desk):
    by_id = {way.id: way for way in ways(SPECS)}
    desk.set(lens="why")
    for id in ("show_maps", "show_maps"):
        by_id[id].run(desk)
        assert (desk.scene.page, desk.scene.lens) == ("explore", "maps")
    for id in ("show_images", "show_images"):
        by_id[id].run(desk)
        assert desk.scene.page == "images"
