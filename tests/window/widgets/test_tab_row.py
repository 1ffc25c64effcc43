"""Tabs stand close together where they would find no room else, and apart again."""

from pytestqt.qtbot import QtBot

from explorer.window.widgets.tab_row import TabRow


def test_names_move_together_before_any_is_out_of_sight(qtbot: QtBot) -> None:
    tabs = TabRow()
    qtbot.addWidget(tabs)
    for name in ("Maps", "Kernels", "Field", "Attention", "Why", "Cost", "Details", "What if", "Likes"):
        tabs.addTab(name)
    tabs.resize(900, 30)
    tabs.show()
    wide = sum(tabs.tabRect(k).width() for k in range(tabs.count()))
    assert not tabs.is_tight
    tabs.resize(wide - 40, 30)
    assert tabs.is_tight
    assert tabs.tabRect(tabs.count() - 1).right() < wide - 40
    tabs.resize(900, 30)
    assert not tabs.is_tight
    assert sum(tabs.tabRect(k).width() for k in range(tabs.count())) == wide
