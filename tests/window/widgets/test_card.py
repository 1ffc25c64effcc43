"""The card of an architecture: what it tells, and where its links lead."""

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from pytestqt.qtbot import QtBot

from explorer.records.models import ModelEntry
from explorer.window import theme
from explorer.window.cards import cards
from explorer.window.widgets.card import CardView

ALEXNET = ModelEntry("alexnet", "zoo", "AlexNet")


@pytest.fixture
def view(qtbot: QtBot) -> CardView:
    view = CardView()
    qtbot.addWidget(view)
    view.show()
    return view


def links(view: CardView) -> dict[str, str]:
    """Address and text of each link, in order."""
    found: dict[str, str] = {}
    block = view.document().begin()
    while block.isValid():
        fragments = block.begin()
        while not fragments.atEnd():
            fragment = fragments.fragment()
            if address := fragment.charFormat().anchorHref():
                found[address] = found.get(address, "") + fragment.text()
            fragments += 1
        block = block.next()
    return found


def test_the_card_tells_who_when_how_well_and_why(view: CardView) -> None:
    card = cards()["alexnet"]
    view.set_card(card, ALEXNET)

    text = view.toPlainText()
    assert "AlexNet 2012" in text
    assert "Alex Krizhevsky, Ilya Sutskever, Geoffrey E. Hinton" in text
    assert "15.3 % top-5 error, 7 networks averaged, on the test set" in text
    assert "18.2 % top-5 error, one network, on the validation set" in text
    assert f"Source: {card.contest.source}" in text
    assert card.idea in text
    assert card.predecessor.changes in text
    assert all(hint.text in text for hint in card.hints)


def test_the_sizes_of_the_shown_network_say_where_it_fails(view: CardView) -> None:
    view.set_card(cards()["alexnet"], ALEXNET)

    text = view.toPlainText()
    assert "alexnet: from 63×63 up" in text
    assert "alexnet_2012: from 227×227 to 258×258" in text
    assert "Below 63×63 alexnet cannot go on at features.12." in text


def test_sides_in_steps_are_told_as_multiples(view: CardView) -> None:
    view.set_card(cards()["vit"], ModelEntry("vit_b_16", "zoo", "Vision Transformer"))

    text = view.toPlainText()
    assert "vit_b_16, vit_l_16: 16×16 and every multiple of 16" in text
    assert "vit_cifar: 4×4 and every multiple of 4" in text
    assert "At any other size vit_b_16 cannot go on at conv_proj." in text


def test_a_hint_is_handed_on_when_its_link_is_followed(qtbot: QtBot, view: CardView) -> None:
    card = cards()["resnet"]
    view.set_card(card, None)
    hints = [address for address in links(view) if address.startswith("hint:")]
    assert len(hints) == len(card.hints)

    with qtbot.waitSignal(view.hint_chosen) as chosen:
        view.anchorClicked.emit(QUrl(hints[1]))

    assert chosen.args == [card.hints[1]]


def test_the_predecessor_is_a_link_to_its_card_and_there_is_a_way_back(qtbot: QtBot, view: CardView) -> None:
    view.set_card(cards()["vgg"], None, back=cards()["resnet"])

    assert links(view)["card:alexnet"] == "AlexNet"
    assert links(view)["card:resnet"] == "‹ back to ResNet"
    with qtbot.waitSignal(view.card_requested) as requested:
        view.anchorClicked.emit(QUrl("card:alexnet"))
    assert requested.args == ["alexnet"]


def test_the_paper_opens_in_the_browser_only_when_followed(
    qtbot: QtBot, view: CardView, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    view.set_card(cards()["vgg"], None)
    assert opened == []

    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Tab)  # the paper is the first link
    qtbot.keyClick(view, Qt.Key.Key_Return)

    assert opened == ["https://arxiv.org/abs/1409.1556"]


def test_a_network_without_a_card_says_so(view: CardView) -> None:
    view.set_card(None, ModelEntry("swin_t", "torchvision", "Swin Transformer", 2021, 28_288_354))

    name, facts, none = view.toPlainText().replace("\u200b", "").splitlines()
    assert (name, facts) == ("swin_t 2021", "family Swin Transformer, 28.3 M parameters, from torchvision")
    assert none.startswith("No card for this network")
    assert links(view) == {}


def test_a_file_of_ones_own_is_said_to_be_that(view: CardView) -> None:
    view.set_card(None, ModelEntry("/nets/mine.py:Mine", "file", "own file", params=1_200))

    assert view.toPlainText().splitlines()[1] == "your own file, 1.20 k parameters"


def test_a_name_is_copied_as_one_types_it(view: CardView) -> None:
    view.set_card(None, ModelEntry("swin_v2_t", "torchvision", "Swin Transformer", 2022, 28_351_570))
    view.selectAll()
    view.copy()
    assert QGuiApplication.clipboard().text().splitlines()[0] == "swin_v2_t 2022"


def test_the_card_follows_the_theme(qtbot: QtBot, qapp, view: CardView) -> None:
    view.set_card(cards()["vgg"], None)

    for name, tokens in (("dark", theme.DARK), ("light", theme.LIGHT)):
        theme.apply(qapp, name)
        assert tokens.accent in view.toHtml()


def test_the_tip_of_a_link_is_not_hidden_by_that_of_the_card(view: CardView) -> None:
    assert view.toolTip()
    view.highlighted.emit(QUrl("hint:0"))  # the mouse comes to a link
    assert not view.toolTip()
    view.highlighted.emit(QUrl())
    assert view.toolTip()


_SEGMENTS = ModelEntry("deeplabv3_mobilenet_v3_large", "torchvision", "DeepLab", 2017)


@pytest.mark.parametrize("width", [200, 240, 320])
@pytest.mark.parametrize(("card", "entry"), [("vit", None), (None, _SEGMENTS)])
def test_a_long_name_is_broken_after_a_dot_or_a_bar_not_within_a_word(
    qtbot: QtBot, width: int, card: str | None, entry: ModelEntry | None
) -> None:
    view = CardView()
    qtbot.addWidget(view)
    view.resize(width, 900)
    view.show()
    view.set_card(cards()[card] if card else None, entry)
    block, broken = view.document().begin(), []
    while block.isValid():
        text, layout = block.text(), block.layout()
        starts = [layout.lineAt(it).textStart() for it in range(1, layout.lineCount())]
        broken += [text[at - 9 : at + 9] for at in starts if text[at - 1].isalnum() and text[at].isalnum()]
        block = block.next()
    assert broken == []


def test_a_hint_invites_to_what_it_shows_and_names_another_network_only(view: CardView) -> None:
    card = cards()["alexnet"]
    hint = next(it for it in card.hints if it.pane == "kernels")
    view.set_card(card, ModelEntry(hint.network, "zoo", card.family))
    assert f"Show the filters of {hint.layer} ›" in view.toPlainText().replace("\u200b", "")
    view.set_card(card, None)
    assert f"Show the filters of {hint.layer} in {hint.network} ›" in view.toPlainText().replace("\u200b", "")


def test_of_many_authors_the_first_are_named_and_all_stand_with_the_paper(view: CardView) -> None:
    card = cards()["vit"]
    view.set_card(card, None)
    assert f"{card.authors[0]}, {card.authors[1]} and {len(card.authors) - 2} others" in view.toPlainText()
    tips = [it.toCharFormat().toolTip() for it in view.document().allFormats()]
    assert any(", ".join(card.authors) in tip for tip in tips)


def test_a_hint_leads_to_the_network_that_is_loaded_where_that_shows_it_too(
    qtbot: QtBot, view: CardView
) -> None:
    card = cards()["resnet"]
    place = next(k for k, hint in enumerate(card.hints) if "resnet18" in hint.also)
    view.set_card(card, ModelEntry("resnet18", "torchvision", "ResNet"))
    assert " in resnet50" not in links(view)[f"hint:{place}"]
    with qtbot.waitSignal(view.hint_chosen) as chosen:
        view._on_link(QUrl(f"hint:{place}"))
    assert chosen.args[0].network == "resnet18"
