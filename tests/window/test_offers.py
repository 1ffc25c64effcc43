"""Actions that offer something in a submenu."""

from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from explorer.window.actions import Actions
from explorer.window.desk import Desk
from explorer.window.spec import ActionSpec, NoticeAction


def test_a_submenu_is_filled_whenever_it_is_opened(qtbot: QtBot, desk: Desk) -> None:
    menu, pressed, paths = QMenu(), [], ["/a/first & only.png"]
    qtbot.addWidget(menu)

    def offers(_: object) -> list[NoticeAction]:
        return [NoticeAction(path, lambda path=path: pressed.append(path)) for path in paths]

    actions = Actions(desk, menu)
    actions.add(
        [ActionSpec("it", "Open recent", "Open it", lambda _: None, menu="File", enabled=lambda _: True,
                    offers=offers)]
    )  # fmt: skip
    actions.fill(menu)
    submenu = actions["it"].menu()
    for expected in (["/a/first && only.png"], ["/a/first && only.png", "/b.png"]):
        submenu.aboutToShow.emit()
        assert [it.text() for it in submenu.actions()] == expected
        paths.append("/b.png")
    submenu.actions()[1].trigger()
    assert pressed == ["/b.png"] and submenu.actions()[0].toolTip() == "<qt>/a/first &amp; only.png</qt>"


def test_a_long_path_is_cut_in_its_middle(qtbot: QtBot, desk: Desk) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    actions = Actions(desk, menu)
    path = "/" + "very/" * 60 + "end.png"
    actions.add(
        [
            ActionSpec(
                "it", "It", "It", lambda _: None, menu="File", offers=lambda _: [NoticeAction(path, int)]
            )
        ]
    )
    actions.fill(menu)
    submenu = actions["it"].menu()
    submenu.aboutToShow.emit()
    text = submenu.actions()[0].text()
    assert "…" in text and text.endswith("end.png") and path in submenu.actions()[0].toolTip()
