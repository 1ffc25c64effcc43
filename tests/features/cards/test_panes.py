"""The card beside the network, the page of the timeline, and the way from a hint to what it tells of."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from desk_fakes import KEY, TOY, FakeNotices, scene
from panes import seated
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink, forward, loaded

from explorer.engine.messages import ListModels, LoadModel
from explorer.features import features
from explorer.features.cards.choice import CardChoice
from explorer.features.cards.guide import Guide
from explorer.features.cards.history import HistoryPane
from explorer.features.cards.pane import CardPane
from explorer.records.kernels import KernelChoice
from explorer.window.cards import Followed, Hint, card_of, cards
from explorer.window.desk import Desk
from explorer.window.scene import Scene
from explorer.window.spec import Level, Place

HERE = Hint("Look.", "toy", "body.conv", "kernels")
ELSEWHERE = Hint("Look.", "lenet5", "head", "cost")


def test_every_hint_names_a_lens_or_a_page() -> None:
    shown = (Place.LENS, Place.PAGE)
    known = {spec.id for feature in features() for spec in feature.panes if spec.place in shown}
    assert {hint.pane for card in cards().values() for hint in card.hints} <= known


# ---- cards ----


def of(name: str) -> Scene:
    """The scene with a network of the zoo of that name."""
    return scene().with_seat(model=loaded(LoadModel(f"zoo:{name}")))


@pytest.fixture
def card(qtbot: QtBot, desk: Desk) -> CardPane:
    return seated(qtbot, desk, CardPane(desk))


def said(card: CardPane) -> str:
    """What the card says, without the places where a long name may be broken."""
    return card.widget.toPlainText().replace("\u200b", "")


def test_the_card_is_that_of_the_network(card: CardPane, desk: Desk) -> None:
    for name in ("resnet50", "vgg16"):
        desk.put(of(name))
        desk.settle()
        assert card.widget.card is card_of(f"zoo:{name}")


def test_another_card_is_read_until_another_network_comes(card: CardPane, desk: Desk) -> None:
    desk.put(of("resnet50"))
    desk.settle()
    card.widget.card_requested.emit("vgg")
    desk.settle()
    assert card.widget.card is cards()["vgg"]
    card.widget.card_requested.emit("resnet")
    desk.settle()
    assert card.widget.card is cards()["resnet"] and desk.scene.choice(CardChoice).card is None
    card.widget.card_requested.emit("vgg")
    desk.put(of("alexnet").with_choice(desk.scene.choice(CardChoice)))
    desk.settle()
    assert card.widget.card is card_of("zoo:alexnet")


def test_the_card_of_a_network_that_is_coming_is_there_with_its_name(card: CardPane, desk: Desk) -> None:
    desk.put(of("resnet50").with_seat(wanted=LoadModel("zoo:vgg16")))
    desk.settle()
    assert card.widget.card is cards()["vgg"]
    card.widget.card_requested.emit("alexnet")
    desk.settle()
    assert card.widget.card is cards()["alexnet"], "another may be read meanwhile"
    desk.put(of("resnet50").with_seat(wanted=LoadModel("timm:no_card_tells_of_it")))
    desk.settle()
    assert card.widget.card is None and said(card).startswith("no_card_tells_of_it\n")


# ---- the timeline ----


def test_the_timeline_wishes_the_catalogue_and_loads_what_is_chosen(qtbot: QtBot, desk: Desk) -> None:
    pane = HistoryPane(desk)
    qtbot.addWidget(pane.widget)
    desk.set(page="history")
    wish = pane.wants(desk.scene)
    assert wish is not None and wish.command == ListModels()
    pane.widget.network_chosen.emit("zoo:vgg16")
    assert desk.scene.seat.wanted.name == "zoo:vgg16" and desk.scene.page == "explore"
    desk.set(page="history")
    pane.widget.closed.emit()
    assert desk.scene.page == "explore"


def test_a_list_that_was_cancelled_is_listed_again_when_asked(
    qtbot: QtBot, desk: Desk, link: FakeLink
) -> None:
    pane = HistoryPane(desk)
    qtbot.addWidget(pane.widget)
    pane.widget.show()
    link.failing[ListModels] = "Cancelled."
    desk.seat(pane, pane.widget.isVisible)
    qtbot.waitUntil(pane.widget.again.isVisible)
    link.failing.clear()
    pane.widget.again.click()
    qtbot.waitUntil(lambda: bool(pane.exports()))
    assert len(link.asked(ListModels)) == 2 and not pane.widget.again.isVisible()


# ---- hints ----


@pytest.fixture
def guided(desk: Desk) -> Callable[[Hint], None]:
    """Follow a hint, as a click on it does."""
    desk.guide = Guide(desk)  # type: ignore[attr-defined]

    def follow(hint: Hint) -> None:
        desk.choose(Followed(hint))
        desk.settle()

    return follow


def arrive(desk: Desk, name: str, pretrained: bool = True) -> None:
    """Let the network that was asked for be loaded and see the image."""
    command = desk.scene.seat.wanted
    seat: dict[str, Any] = {"loaded": command, "model": loaded(command, pretrained)}
    desk.put(desk.scene.with_seat(**seat, forward=forward(KEY, 2, model=f"zoo:{name}")))
    desk.settle()


def test_a_hint_for_the_loaded_network_is_followed_at_once(
    guided: Callable[[Hint], None], desk: Desk
) -> None:
    guided(HERE)
    assert (desk.scene.lens, desk.scene.node, desk.scene.layer) == ("kernels", 3, "body.conv")
    assert desk.scene.seat.wanted == TOY and desk.scene.choice(Followed).hint is None


def test_a_hint_for_another_network_waits_for_its_forward(guided: Callable[[Hint], None], desk: Desk) -> None:
    guided(ELSEWHERE)
    assert desk.scene.seat.wanted.name == "zoo:lenet5" and desk.scene.lens == "maps"
    arrive(desk, "lenet5")
    assert (desk.scene.lens, desk.scene.layer) == ("cost", "head")


def test_a_network_chosen_meanwhile_makes_the_hint_pointless(
    guided: Callable[[Hint], None], desk: Desk
) -> None:
    guided(ELSEWHERE)
    desk.put(desk.scene.with_seat(wanted=LoadModel("zoo:other", seed=0)))
    desk.settle()
    arrive(desk, "other")
    assert desk.scene.choice(Followed).hint is None and desk.scene.lens == "maps"


def test_a_network_that_cannot_be_loaded_ends_the_hint(
    guided: Callable[[Hint], None], desk: Desk, notices: FakeNotices
) -> None:
    desk.put(replace(desk.scene, images=(), image=None))
    guided(ELSEWHERE)
    assert any("none is open" in text for text in notices.texts())
    desk.put(desk.scene.with_seat(wanted=TOY))  # as the stage does where loading failed
    desk.settle()
    assert desk.scene.choice(Followed).hint is None and notices.texts() == []


def test_without_an_image_a_sample_is_offered(
    guided: Callable[[Hint], None], desk: Desk, notices: FakeNotices
) -> None:
    desk.put(replace(desk.scene.with_seat(forward=None), images=(), image=None, node=None))
    guided(HERE)
    notices.press("Open a sample")
    assert len(desk.scene.images) == 1
    desk.put(desk.scene.with_seat(forward=forward(KEY, 2)))
    desk.settle()
    assert desk.scene.layer == "body.conv"


def test_a_hint_never_promises_what_random_weights_cannot_show(
    qtbot: QtBot, guided: Callable[[Hint], None], desk: Desk, notices: FakeNotices
) -> None:
    desk.put(scene(pretrained=False))
    guided(HERE)
    (level, text, action, _) = notices.told[-1]
    assert level is Level.WARNING and "random weights" in text
    assert action is not None and action.label == "Download its weights"
    notices.told.clear()
    guided(replace(HERE, pane="cost"))
    assert notices.told == [], "what a network costs does not depend on its weights"


def test_a_layer_that_was_not_reached_is_told(
    guided: Callable[[Hint], None], desk: Desk, notices: FakeNotices
) -> None:
    guided(replace(HERE, layer="stage9"))
    assert any("stage9 was not reached" in text for text in notices.texts())
    assert desk.scene.lens == "kernels"


def test_following_asks_for_its_network_once(
    qtbot: QtBot, guided: Callable[[Hint], None], desk: Desk, link: FakeLink
) -> None:
    guided(ELSEWHERE)
    wanted = desk.scene.seat.wanted
    desk.set(chosen_channel=2)
    desk.settle()
    assert desk.scene.seat.wanted is wanted


def test_a_hint_to_kernels_shows_the_weight_whatever_was_looked_at_before(qtbot: QtBot, desk: Desk) -> None:
    guide = Guide(desk)
    before = KernelChoice("bias", descending=True)
    desk.put(scene().with_choice(before).with_choice(Followed(HERE)))
    desk.settle()
    assert desk.scene.lens == "kernels" and desk.scene.choice(KernelChoice) == replace(before, parameter="")
    assert guide is not None


def test_of_a_network_without_a_card_that_is_coming_its_name_is_said(card: CardPane, desk: Desk) -> None:
    card.show(scene().with_seat(wanted=LoadModel("torchvision:swin_t")), None)
    assert said(card).startswith("swin_t\nfamily unknown, from torchvision")
