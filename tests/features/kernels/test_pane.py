"""The lens of kernels: what it asks of the engine, and what it shows of the scene."""

from dataclasses import replace

import numpy as np
import pytest
from desk_fakes import scene, without_forward
from panes import seated
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.features.kernels.choice import KernelScale, misfit, nearest_kernels
from explorer.features.kernels.messages import ViewKernel
from explorer.features.kernels.pane import KernelsPane
from explorer.records.kernels import KernelChoice, KernelOrder, KernelPicture
from explorer.window.desk import Desk

WISH = KernelChoice("bias", KernelOrder.STD, descending=True, colour=False)


@pytest.fixture
def pane(qtbot: QtBot, desk: Desk) -> KernelsPane:
    return seated(qtbot, desk, KernelsPane(desk), (726, 620))


def shown(pane: KernelsPane) -> int | None:
    return pane.widget.value.node if pane.widget.value is not None else None


def test_only_an_operation_with_tensors_is_asked_for(pane: KernelsPane) -> None:
    assert pane.wants(without_forward()) is None
    assert pane.wants(scene(node=2)) is None
    wish = pane.wants(scene(node=3))
    assert wish is not None and isinstance(wish.command, ViewKernel) and wish.command.node == 3


def test_an_operation_without_tensors_says_why() -> None:
    assert misfit(scene(node=2)) == "This operation has no weights."
    assert misfit(scene(node=4)) == "This operation has no weights."
    assert misfit(scene(node=1)) == misfit(without_forward()) == ""


def test_another_choice_asks_again_and_holds_for_the_next_operation(
    qtbot: QtBot, pane: KernelsPane, desk: Desk, link: FakeLink
) -> None:
    pane.widget.choice_changed.emit(WISH)
    desk.set(node=3)
    qtbot.waitUntil(lambda: desk.is_idle)
    asked = [command for command in link.asked(ViewKernel) if command.parameter == "bias"]
    assert [command.node for command in asked] == [1, 3]
    assert all((c.order, c.descending, c.colour) == (KernelOrder.STD, True, False) for c in asked)
    assert shown(pane) == 3


def test_a_picture_that_was_asked_for_before_the_choice_is_not_shown(
    qtbot: QtBot, pane: KernelsPane, desk: Desk, link: FakeLink
) -> None:
    link.manual.add(ViewKernel)
    desk.set(node=3)
    desk.settle()
    pane.widget.choice_changed.emit(WISH)
    link.answer(ViewKernel)  # the one of before
    qtbot.wait(30)
    assert shown(pane) == 1
    link.answer(ViewKernel)
    qtbot.waitUntil(lambda: shown(pane) == 3)
    assert link.asked(ViewKernel)[-1].parameter == "bias"


def test_a_picture_that_takes_long_shows_that_it_comes(
    qtbot: QtBot, pane: KernelsPane, desk: Desk, link: FakeLink
) -> None:
    link.manual.add(ViewKernel)
    desk.set(node=3)
    qtbot.waitUntil(lambda: pane.widget.is_busy_shown)
    link.answer(ViewKernel)
    qtbot.waitUntil(lambda: not pane.widget.is_busy_shown)
    desk.set(node=5)
    qtbot.waitUntil(lambda: pane.widget.is_busy_shown)
    desk.set(node=2)  # has no weights
    desk.settle()
    assert not pane.widget.is_busy_shown and "This operation has no weights" in pane.widget._message.text()


def test_the_filter_of_the_channel_that_is_chosen_is_shown_and_then_any_that_the_person_takes(
    qtbot: QtBot, pane: KernelsPane, desk: Desk
) -> None:
    def filter_shown() -> int:
        picture = pane.widget.value
        assert isinstance(picture, KernelPicture)
        return picture.filter_at((pane.widget.channel, 0, 0))

    desk.set(chosen_channel=2)
    desk.settle()
    assert filter_shown() == 2
    pane.widget.channel_selected.emit(0)
    desk.settle()
    assert filter_shown() == 0 and desk.scene.channel == 2
    desk.set(chosen_channel=1)
    desk.settle()
    assert filter_shown() == 1
    desk.set(node=3)
    qtbot.waitUntil(lambda: desk.is_idle and shown(pane) == 3)
    assert filter_shown() == 1


def test_another_scale_asks_again(qtbot: QtBot, pane: KernelsPane, desk: Desk, link: FakeLink) -> None:
    pane.widget.scale_changed.emit(False)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert not desk.scene.choice(KernelScale).shared
    assert [command.shared_scale for command in link.asked(ViewKernel)][-2:] == [True, False]


def test_the_controls_show_the_choice_of_the_scene_and_tell_nobody(
    qtbot: QtBot, pane: KernelsPane, desk: Desk
) -> None:
    with qtbot.assertNotEmitted(pane.widget.choice_changed):
        desk.choose(WISH)
        desk.settle()
    assert pane.widget.choice == WISH
    assert pane.widget._controls._orders.currentText() == "standard deviation"
    assert pane.widget._controls._descending.isChecked() and not pane.widget._controls._colour.isChecked()


def test_what_cannot_be_had_says_why(qtbot: QtBot, pane: KernelsPane, desk: Desk, link: FakeLink) -> None:
    link.failing[ViewKernel] = "It ended the engine."
    desk.set(node=3)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert shown(pane) is None and pane.widget._message.text() == "It ended the engine."


def test_the_pane_is_emptied_with_the_forward(pane: KernelsPane, desk: Desk) -> None:
    desk.put(without_forward(images=(), image=None))
    desk.settle()
    assert shown(pane) is None


@pytest.mark.parametrize(("pretrained", "badge"), [(True, ""), (False, "random weights")])
def test_random_weights_are_said_to_be_random(
    pane: KernelsPane, desk: Desk, pretrained: bool, badge: str
) -> None:
    desk.put(scene(pretrained))
    desk.settle()
    assert pane.widget.parts.badge.text() == badge
    assert pane.widget.parts.badge.isVisibleTo(pane.widget) == bool(badge)


def test_there_is_room_for_its_controls_in_the_smallest_window(qtbot: QtBot, pane: KernelsPane) -> None:
    pane.widget.resize(384, 400)
    controls = pane.widget._controls
    qtbot.waitUntil(lambda: controls.width() == 384)
    assert [word.isVisible() for word in controls._words] == [False, True], "one box has its name beside it"
    value, orders = pane.widget.value, np.arange(2)
    pane.widget.set_value(replace(value, names=(value.title, "bias"), order=orders, can_colour=True))
    qtbot.waitUntil(controls._colour.isVisible)
    assert all(it.isVisible() for it in (controls._tensors, controls._orders, controls._descending))
    assert not any(word.isVisible() for word in controls._words)
    assert controls._colour.geometry().right() <= 384


def test_where_there_are_no_kernels_it_offers_to_go_to_the_nearest(
    qtbot: QtBot, pane: KernelsPane, desk: Desk
) -> None:
    trace = desk.scene.trace
    assert trace is not None
    desk.set(node=2)
    desk.settle()
    way = pane.widget.way
    assert way.isVisible() and way.text() == "Go to stem.conv"
    way.click()
    assert desk.scene.node == 1 and not way.isVisible()
    assert nearest_kernels(trace, trace.nodes[4]).name == "body.conv", "what came last, not what came first"
    assert nearest_kernels(trace, trace.nodes[0]).id == 1, "from the input on"
    bare = replace(trace, nodes=tuple(replace(it, op="relu") for it in trace.nodes))
    assert nearest_kernels(bare, bare.nodes[2]) is None
