"""What the foot of the window says of what is going on."""

import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module

import pytest
from desk_fakes import scene
from window_fakes import FakeLink

import explorer.drawing
import explorer.engine
import explorer.features
from explorer.engine.command import Command, Urgency
from explorer.engine.messages import ListModels, Measure
from explorer.features.program import status
from explorer.features.program.status import StatusPane, rest_text
from explorer.window.desk import Desk
from explorer.window.scene import EngineState, Scene


@dataclass(frozen=True)
class Write(Command[str]):
    doing = "writing {path}"

    path: str = "/somewhere/that/has/a/very/long/name/indeed/and/then/some/backbone.pt"


LONG = Write()


def kinds(command: type[Command]) -> Iterator[type[Command]]:
    """Yield all kinds of commands that are known."""
    for kind in command.__subclasses__():
        yield kind
        yield from kinds(kind)


@pytest.fixture
def pane(desk: Desk, qtbot) -> StatusPane:
    pane = StatusPane(desk)
    qtbot.addWidget(pane.widget)
    pane.widget.show()
    desk.seat(pane, lambda: True)
    desk.settle()
    qtbot.waitUntil(lambda: desk.scene.engine is EngineState.ALIVE and not desk._events)
    return pane


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (scene(), "ready"),
        (Scene(engine=EngineState.ALIVE), "no model"),
        (scene(engine=EngineState.STARTING), "starting the engine…"),
        (scene(engine=EngineState.OFF), "the engine is off"),
    ],
)
def test_at_rest_it_says_how_the_engine_is(now: Scene, text: str) -> None:
    assert rest_text(now) == text


def test_it_says_what_the_engine_does_and_then_that_it_is_ready(
    pane: StatusPane, desk: Desk, link: FakeLink, qtbot
):
    link.manual.add(ListModels)
    desk.do(ListModels())
    assert pane.widget.message.text() == "listing the models…"
    link.answer(ListModels)
    qtbot.waitUntil(lambda: pane.widget.message.text() == "ready")


def test_progress_says_how_far_it_is(pane: StatusPane, desk: Desk, link: FakeLink, qtbot):
    link.manual.add(ListModels)
    desk.do(ListModels())
    link.progress(ListModels, 3_000_000_000, 12_000_000_000, "reading the second source")
    qtbot.waitUntil(lambda: pane.widget.message.text() == "reading the second source…")
    assert (pane.widget.bar.value(), pane.widget.bar.maximum()) == (250, 1000)


def test_progress_that_says_less_than_the_command_does_not_replace_it(
    pane: StatusPane, desk: Desk, link: FakeLink, qtbot
):
    link.manual.add(Measure)
    desk.do(Measure(1), urgency=Urgency.SELECTED)
    link.progress(Measure, 1, 20, "measuring")
    qtbot.waitUntil(lambda: pane.widget.bar.value() == 50)
    assert pane.widget.message.text() == "measuring the time…"


def test_a_bar_and_a_way_to_stop_it_appear_only_if_it_takes_a_while(
    pane: StatusPane, desk: Desk, link: FakeLink, qtbot
):
    assert status._PROGRESS_AFTER_MS == 300
    link.manual.add(ListModels)
    desk.do(ListModels())
    assert not pane.widget.shows_progress
    qtbot.waitUntil(lambda: pane.widget.shows_progress, timeout=2000)
    pane.widget.cancel.click()
    assert len(link.cancelled) == 1
    link.fail(ListModels, "Cancelled.", cancelled=True)
    qtbot.waitUntil(lambda: not pane.widget.shows_progress)


def test_what_nobody_waits_for_shows_its_bar_only_if_it_takes_long(
    pane: StatusPane, desk: Desk, link: FakeLink, qtbot, monkeypatch: pytest.MonkeyPatch
):
    assert status._PROGRESS_OF_IDLE_AFTER_MS == 4000
    monkeypatch.setattr(status, "_PROGRESS_AFTER_MS", 1)
    link.manual |= {Measure, ListModels}
    desk.do(Measure(1))
    qtbot.waitUntil(lambda: pane.widget.message.text() == "measuring the time…")
    qtbot.wait(50)
    assert not pane.widget.shows_progress
    desk.do(ListModels())  # somebody waits for this; the measuring gives no bar to it
    link.fail(Measure, "Cancelled.", cancelled=True)
    qtbot.waitUntil(lambda: pane.widget.shows_progress)


def test_its_places_are_fixed_and_a_long_text_is_whole_in_the_tooltip(
    pane: StatusPane, desk: Desk, link: FakeLink
):
    before = pane.widget.sizeHint()
    link.manual.add(Write)
    desk.do(LONG)
    assert pane.widget.sizeHint() == before
    assert LONG.path in pane.widget.message.toolTip()


def test_what_a_command_says_by_itself_is_never_cut(pane: StatusPane):
    folders = (explorer.features.__path__, explorer.engine.__path__, explorer.drawing.__path__)
    for folder, package in zip(folders, ("features", "engine", "drawing"), strict=True):
        for module in pkgutil.walk_packages(folder, f"explorer.{package}."):
            if module.name.endswith(".messages"):
                import_module(module.name)
    metrics, room = pane.widget.message.fontMetrics(), pane.widget.message.width()
    said = {kind.doing for kind in kinds(Command) if kind.__module__.startswith("explorer.")}
    whole = {it for it in said if "{" not in it}
    assert "running the network without what is off" in whole
    assert {it for it in whole if metrics.horizontalAdvance(f"{it}…") > room} == set()


def test_what_else_goes_on_is_in_the_tooltip(pane: StatusPane, desk: Desk, link: FakeLink):
    link.manual |= {ListModels, Write}
    desk.do(ListModels())
    desk.do(LONG)
    assert LONG.path in pane.widget.message.text()
    assert "listing the models…" in pane.widget.message.toolTip()


def test_its_name_is_that_of_the_contract(pane: StatusPane):
    assert pane.widget.message.objectName() == "statusMessage"
    assert pane.wants(scene()) is None
