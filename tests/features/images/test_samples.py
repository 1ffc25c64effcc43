"""The samples can be had at any time: from the menu, and by the search."""

from desk_fakes import with_reader
from pytestqt.qtbot import QtBot

from explorer.features.images import FEATURE
from explorer.features.program import entries
from explorer.features.program.matching import find
from explorer.records.samples import samples
from explorer.window.desk import Desk
from explorer.window.frame import MainWindow

(OPEN,) = [spec for spec in FEATURE.actions if spec.id == "openSample"]


def opened(desk: Desk) -> list[str | None]:
    return [it.source.path for it in desk.scene.images]


def test_the_menu_offers_all_of_them_and_says_whose_they_are(window: MainWindow) -> None:
    menu = window.actions_["openSample"].menu()
    menu.aboutToShow.emit()
    assert [it.text() for it in menu.actions()] == [it.title for it in samples()]
    for action, sample in zip(menu.actions(), samples(), strict=True):
        assert sample.title in action.toolTip() and sample.credit in action.toolTip()


def test_one_that_is_open_is_shown_and_the_action_opens_the_next(qtbot: QtBot, empty: Desk) -> None:
    offers = OPEN.offers(empty)
    for number in (1, 0, 1):
        offers[number].run()
    assert opened(empty) == [str(samples()[number].path) for number in (1, 0)]
    assert empty.scene.selected.source.path == str(samples()[1].path)
    empty.set(page="history")
    offers[0].run()
    assert (empty.scene.selected.source.path, empty.scene.page) == (str(samples()[0].path), "explore")
    for count in (3, 4, 4):
        OPEN.run(empty)
        assert len(empty.scene.images) == count


def test_the_search_finds_each_by_what_it_shows(window: MainWindow) -> None:
    found = entries.of_actions(window.actions_, window.desk)
    assert [it.title for it in find("sample", found)][:2] == ["Open a sample", "Open a sample: Cat"]
    for query in ("cat", "rocket", "photo rocket"):
        (entry, *_) = find(query, found)
        assert entry.title.startswith("Open a sample: ") and "Open the sample" in entry.detail
    entry.run()
    assert opened(window.desk) == [str(samples()[2].path)]


def test_a_network_that_reads_words_is_offered_none(window: MainWindow) -> None:
    window.desk.put(with_reader(window.desk.scene))
    assert not OPEN.enabled(window.desk.scene)
    found = entries.of_actions(window.actions_, window.desk)
    assert not any(it.title.startswith("Open a sample:") for it in found)
