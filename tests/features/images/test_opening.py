"""Inputs from being opened to being answered, closed, broken; with the stage and a fake engine."""

from collections.abc import Callable

import numpy as np
import pytest
from desk_fakes import FakeNotices
from pytestqt.qtbot import QtBot
from window_fakes import ANSWERS, FakeLink

from explorer.engine.messages import Classify, CloseImage, LoadModel, OpenImage, Record
from explorer.features.images import choosing, closing, intake
from explorer.records.images import ImageSource, OpenedImage
from explorer.window.desk import Desk

Settle = Callable[[], None]


def open_(desk: Desk, *names: str) -> list[str]:
    """Open files of these names; return the keys of all inputs."""
    intake.open_sources(desk, [ImageSource(name, path=f"/{name}") for name in names])
    return [it.key for it in desk.scene.images]


def keys(commands: list) -> list[str]:
    return [it.key for it in commands]


def test_the_first_of_several_is_recorded_and_the_others_classified(
    empty: Desk, settle: Settle, link: FakeLink
) -> None:
    a, b, c = open_(empty, "a.png", "b.png", "c.png")
    settle()
    assert keys(link.asked(Record)) == [a]
    assert set(keys(link.asked(Classify))) >= {b, c}
    assert all(it.answer is not None for it in empty.scene.images) and empty.scene.forward.key == a


def test_the_first_answer_of_all_comes_before_the_recording(
    empty: Desk, settle: Settle, link: FakeLink
) -> None:
    (a,) = open_(empty, "a.png")
    settle()
    order = [type(it) for it in link.sent if isinstance(it, Record | Classify)]
    assert set(order) == {Record, Classify} and empty.scene.find(a).answer is not None


def test_another_one_is_recorded_and_the_layer_kept(empty: Desk, settle: Settle, link: FakeLink) -> None:
    a, b = open_(empty, "a.png", "b.png")
    settle()
    empty.set(node=4, layer="body.add")
    choosing.show(empty, b)
    settle()
    assert keys(link.asked(Record)) == [a, b] and empty.scene.current.name == "body.add"


def test_a_quick_change_of_mind_leaves_what_is_shown(
    empty: Desk, settle: Settle, link: FakeLink, notices: FakeNotices
) -> None:
    a, b = open_(empty, "a.png", "b.png")
    settle()
    link.manual = {Record}
    choosing.show(empty, b)
    empty.settle()
    (id_,) = link.waiting(Record)
    choosing.show(empty, a)
    empty.settle()
    assert link.cancelled == [id_]
    link.fail(Record, "Cancelled.", cancelled=True)
    settle()
    assert empty.scene.forward.key == a and notices.texts() == []


def test_what_was_converted_is_said_of_the_one_that_is_looked_at(
    empty: Desk, settle: Settle, notices: FakeNotices, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(ask: OpenImage) -> OpenedImage:
        picture = np.zeros((8, 8, 3), np.uint8)
        return OpenedImage(ask.key, ask.source.name, 8, 8, picture, ("CMYK converted",))

    monkeypatch.setitem(ANSWERS, OpenImage, opened)
    open_(empty, "a.png", "b.png")
    settle()
    assert notices.texts() == ["a.png: CMYK converted"]


def test_one_that_is_not_recorded_leaves_the_one_before_shown(
    empty: Desk, settle: Settle, link: FakeLink, notices: FakeNotices
) -> None:
    a, b = open_(empty, "a.png", "b.png")
    settle()
    link.failing[Record] = "There is not enough memory."
    choosing.show(empty, b)
    settle()
    assert empty.scene.image == a == empty.scene.forward.key
    assert notices.texts() == ["There is not enough memory."]
    link.failing.clear()
    notices.press("Record again")
    settle()
    assert empty.scene.image == b == empty.scene.forward.key


def test_after_closing_nothing_of_it_stays_if_the_next_is_not_recorded(
    empty: Desk, settle: Settle, link: FakeLink, notices: FakeNotices
) -> None:
    a, b = open_(empty, "a.png", "b.png")
    settle()
    link.failing[Record] = "There is not enough memory."
    closing.close(empty, (a,))
    settle()
    assert empty.scene.forward is None and empty.scene.image == b
    closing.close(empty, (b,))
    settle()
    notices.press("Record again")  # too late: it is closed
    assert empty.scene.image is None and empty.scene.images == ()


def test_a_broken_one_gives_one_line_and_leaves_what_was_shown(
    empty: Desk, settle: Settle, link: FakeLink, notices: FakeNotices
) -> None:
    (a,) = open_(empty, "a.png")
    settle()
    link.failing[OpenImage] = "bad.png is cut short; open another file."
    open_(empty, "bad.png")
    settle()
    assert notices.texts() == ["bad.png is cut short; open another file."]
    assert empty.scene.image == a and len(empty.scene.images) == 2 and len(link.asked(Record)) == 1


def test_nothing_but_broken_ones_leaves_the_window_empty(
    empty: Desk, settle: Settle, link: FakeLink, notices: FakeNotices
) -> None:
    link.failing[OpenImage] = "It is empty; open another file."
    open_(empty, "bad.png", "worse.png")
    settle()
    assert empty.scene.images == () and empty.scene.image is None and len(notices.texts()) == 2


def test_the_engine_lets_go_of_what_is_closed_and_opens_it_anew(
    empty: Desk, settle: Settle, link: FakeLink
) -> None:
    a, b = open_(empty, "a.png", "b.png")
    settle()
    closing.close(empty, (a,))
    settle()
    assert link.asked(CloseImage) == [CloseImage(a)] and empty.scene.forward.key == b
    closing.undo(empty)
    settle()
    again = empty.scene.images[0]
    assert again.key not in (a, b) and again.opened is not None and empty.scene.forward.key == again.key


def test_one_closed_while_it_is_recorded_leaves_the_other(
    qtbot: QtBot, empty: Desk, settle: Settle, link: FakeLink
) -> None:
    (a,) = open_(empty, "a.png")
    settle()
    link.manual = {Record}
    _, b = open_(empty, "b.png")
    qtbot.waitUntil(lambda: bool(link.waiting(Record)))
    (late,) = link.waiting(Record)
    closing.close(empty, (b,))
    empty.settle()
    link.manual = set()
    link.answer(late)
    settle()
    assert empty.scene.image == a == empty.scene.forward.key and link.asked(Record)[-1].key == a


def test_one_closed_while_it_is_opened_stops_nothing(empty: Desk, settle: Settle, link: FakeLink) -> None:
    link.manual = {OpenImage}
    b, c = open_(empty, "b.png", "c.png")
    empty.settle()
    (late,) = link.waiting(OpenImage)
    closing.close(empty, (b,))
    empty.settle()
    link.manual = set()
    link.answer(late)
    settle()
    assert [it.key for it in empty.scene.images] == [c] and empty.scene.forward.key == c
    assert CloseImage(b) in link.asked(CloseImage)


def test_another_model_answers_for_every_open_one_again(empty: Desk, settle: Settle, link: FakeLink) -> None:
    both = open_(empty, "a.png", "b.png")
    settle()
    start = len(link.sent)
    empty.put(empty.scene.with_seat(wanted=LoadModel("zoo:other", seed=0)))
    settle()
    asked = [it for it in link.sent[start:] if isinstance(it, Record | Classify)]
    assert {it.key for it in asked} == set(both)


def test_after_a_death_all_are_back(qtbot: QtBot, empty: Desk, settle: Settle, link: FakeLink) -> None:
    both = open_(empty, "a.png", "b.png")
    settle()
    start = len(link.sent)
    link.die(None)
    qtbot.waitUntil(lambda: empty.scene.forward is None)
    link.revive()
    qtbot.waitUntil(lambda: empty.scene.forward is not None)
    kinds = [type(it) for it in link.sent[start:]]
    assert kinds.index(LoadModel) < kinds.index(OpenImage) < kinds.index(Record)
    assert [it.key for it in empty.scene.images] == both


def test_the_one_that_ended_the_engine_is_asked_for_only_when_the_person_does(
    qtbot: QtBot, empty: Desk, settle: Settle, link: FakeLink
) -> None:
    (a,) = open_(empty, "a.png")
    settle()
    link.manual = {Record}
    _, b = open_(empty, "deadly.png")
    empty.settle()
    qtbot.waitUntil(lambda: bool(link.waiting(Record)))
    link.manual = set()
    start = len(link.sent)
    link.die(link.asked(Record)[-1])
    qtbot.waitUntil(lambda: empty.scene.find(b).held != "")
    link.revive()
    qtbot.waitUntil(lambda: empty.scene.forward is not None)
    settle()
    assert {it.key for it in link.sent[start:] if isinstance(it, Record | Classify)} == {a}
    assert empty.scene.image == a
    choosing.show(empty, b)
    settle()
    assert link.asked(Record)[-1].key == b
