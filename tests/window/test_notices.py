"""Notices lie over the content and have room for what they say."""

from pytestqt.qtbot import QtBot

from explorer.window.frame import MainWindow
from explorer.window.notices import Notice
from explorer.window.spec import Level

LONG = "what is not an image: choose a JPEG, PNG, WebP, GIF, BMP, TIFF, PPM or AVIF file instead, or export it as one"


def test_every_line_of_every_notice_has_room(qtbot: QtBot, window: MainWindow) -> None:
    for level in Level:
        window.notices.tell(level, LONG)
    qtbot.waitUntil(lambda: len(window.notices.findChildren(Notice)) == 3)
    qtbot.wait(1)
    for notice in window.notices.findChildren(Notice):
        assert notice.height() >= notice.heightForWidth(notice.width())
        assert window.notices.rect().contains(notice.geometry())
