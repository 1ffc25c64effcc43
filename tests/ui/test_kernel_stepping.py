import pytest
from explorer.ui.window import MainWindow
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink, kernels

from explorer.engine.messages import ViewKernel
from explorer.records.kernels import KernelChoice, KernelOrder


@pytest.fixture
def looking(qtbot: QtBot, window: MainWindow) -> MainWindow:
    """A window with one image, whose pane of kernels is looked at."""
    window.controller.open_files(["/cat.png"])
    qtbot.waitUntil(lambda: window.controller.is_idle)
    window.tabs.setCurrentWidget(window.kernels)
    qtbot.waitUntil(lambda: window.controller.is_idle)
    return window


WISH = KernelChoice("bias", KernelOrder.STD, descending=True, colour=False)


def is_shown(window: MainWindow, node: int) -> bool:
    return window.kernels._value is not None and window.kernels._value.node == node


def test_another_choice_asks_again_and_holds_for_the_next_operation(
    qtbot: QtBot, looking: MainWindow, link: FakeLink
) -> None:
    looking.kernels.choice_changed.emit(WISH)
    qtbot.waitUntil(lambda: looking.controller.is_idle)
    looking.controller.stepping.go_to(3)
    qtbot.waitUntil(lambda: looking.controller.is_idle)

    asked = [command for command in link.asked(ViewKernel) if command.parameter == "bias"]
    assert [command.node for command in asked] == [1, 3]
    assert all((c.order, c.descending, c.colour) == (KernelOrder.STD, True, False) for c in asked)
    assert is_shown(looking, 3)


def test_a_picture_that_was_asked_for_before_the_choice_is_not_shown(
    qtbot: QtBot, looking: MainWindow, link: FakeLink
) -> None:
    link.manual.add(ViewKernel)
    looking.controller.stepping.go_to(3)
    looking.kernels.choice_changed.emit(WISH)
    old, new = link.waiting(ViewKernel)
    link.answer(old)
    qtbot.wait(30)
    assert is_shown(looking, 1)

    link.answer(new)
    qtbot.waitUntil(lambda: is_shown(looking, 3))


def test_a_picture_that_takes_long_shows_that_it_comes(
    qtbot: QtBot, looking: MainWindow, link: FakeLink
) -> None:
    link.manual.add(ViewKernel)
    looking.controller.stepping.go_to(3)
    qtbot.waitUntil(lambda: looking.kernels.is_busy_shown)
    link.answer(ViewKernel)
    qtbot.waitUntil(lambda: not looking.kernels.is_busy_shown)

    looking.controller.stepping.go_to(5)
    qtbot.waitUntil(lambda: looking.kernels.is_busy_shown)
    looking.controller.stepping.go_to(2)  # reads no parameters
    assert not looking.kernels.is_busy_shown


def test_another_scale_asks_again(qtbot: QtBot, looking: MainWindow, link: FakeLink) -> None:
    looking.kernels.scale_changed.emit(False)
    qtbot.waitUntil(lambda: looking.controller.is_idle)
    assert [(c.node, c.shared_scale) for c in link.asked(ViewKernel)] == [(1, True), (1, False)]


def test_what_killed_the_engine_is_not_asked_for_under_another_choice(
    qtbot: QtBot, looking: MainWindow, link: FakeLink
) -> None:
    stepping = looking.controller.stepping
    stepping.start(looking.controller.session.recording, refused=(3, "It ended the engine."))
    stepping.go_to(3)
    looking.kernels.choice_changed.emit(WISH)
    qtbot.wait(30)
    assert [command.node for command in link.asked(ViewKernel) if command.node == 3] == []
    assert looking.kernels._message.text() == "It ended the engine."


def test_the_pane_is_emptied_with_the_recording(looking: MainWindow) -> None:
    looking.kernels.set_value(kernels(1))
    looking.controller.stepping.leave()
    assert looking.kernels._value is None
