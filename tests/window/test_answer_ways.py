"""How answers are to be read: asked of the engine, kept with the network, found again."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from desk_fakes import KEY, FakeNotices, image, scene
from finding_fakes import found, objects, segments
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.engine.messages import Classify, ReadAnswer, ReadClassNames, Record
from explorer.records.answers import AS_DERIVED, Answer, AnswerWay, Reading
from explorer.records.findings import Finding
from explorer.window import answer_ways
from explorer.window.desk import Desk
from explorer.window.scene import Scene
from explorer.window.spec import Level
from explorer.window.stage import Stage

SIGMOID = AnswerWay(Reading.SIGMOID)


def test_a_way_is_kept_for_its_network_only(desk: Desk) -> None:
    desk.put(scene())
    answer_ways.use(desk, AnswerWay(Reading.VALUES, "output[1]", "/tmp/names.txt"))
    assert answer_ways.kept(desk, "zoo:toy") == AnswerWay(Reading.VALUES, "output[1]", "/tmp/names.txt")
    assert answer_ways.kept(desk, "zoo:other") == AS_DERIVED
    answer_ways.use(desk, AS_DERIVED)
    assert answer_ways.kept(desk, "zoo:toy") == AS_DERIVED and desk.settings.texts("answer_ways") == []


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '["zoo:toy", "guess", null, null]', '["zoo:toy", null, 3, null]', "3", "[1, 2, 3, 4]"],
)
def test_what_is_broken_in_the_settings_is_left_out(desk: Desk, text: str) -> None:
    desk.settings.put("answer_ways", [text, '["zoo:toy", "sigmoid", null, null]'])
    assert answer_ways.kept(desk, "zoo:toy") == SIGMOID


def test_the_forward_that_is_there_is_read_anew_and_other_inputs_are_asked_again(
    qtbot: QtBot, desk: Desk, link: FakeLink
) -> None:
    Stage(desk)
    desk.put(scene(images=(image(), image("b", "b.png"))))
    desk.settle()
    answer_ways.use(desk, SIGMOID)
    assert [it.answer for it in desk.scene.images] == [None, None]
    qtbot.waitUntil(lambda: all(it.answer is not None for it in desk.scene.images))
    assert [it.answer.way for it in desk.scene.images] == [SIGMOID, SIGMOID]
    assert [it.way for it in link.asked(ReadAnswer)] == [SIGMOID] and not link.asked(Record)
    assert [(it.key, it.way) for it in link.asked(Classify)] == [("b", SIGMOID)]


def test_a_forward_that_was_on_its_way_is_read_as_is_wanted_now(
    qtbot: QtBot, desk: Desk, link: FakeLink
) -> None:
    Stage(desk)
    desk.put(scene(images=(image(answer=None),)).with_seat(forward=None))
    desk.settle()
    qtbot.waitUntil(lambda: bool(link.asked(Record)))
    answer_ways.use(desk, SIGMOID)
    qtbot.waitUntil(lambda: desk.scene.selected.answer is not None and desk.scene.forward is not None)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert desk.scene.selected.answer.way == SIGMOID


def test_a_reading_that_fails_is_said_and_not_asked_again(qtbot: QtBot, desk: Desk, link: FakeLink) -> None:
    desk.put(scene())
    Stage(desk)
    desk.settle()
    link.failing = {ReadAnswer: "the forward has gone"}
    answer_ways.use(desk, SIGMOID)
    qtbot.waitUntil(lambda: desk.scene.selected.answer is not None)
    assert desk.scene.selected.answer == Answer(
        KEY, said="no answer", reason="the forward has gone", way=SIGMOID
    )
    assert len(link.asked(ReadAnswer)) == 1


def test_names_are_taken_from_a_file_that_holds_some(
    qtbot: QtBot, desk: Desk, link: FakeLink, notices: FakeNotices
) -> None:
    desk.put(scene())
    answer_ways.use_names(desk, "/tmp/names.txt")
    qtbot.waitUntil(lambda: desk.scene.seat.way.labels == "/tmp/names.txt")
    assert link.asked(ReadClassNames) == [ReadClassNames("/tmp/names.txt")]
    assert notices.told[-1][:2] == (Level.INFO, "names.txt: 2 names of classes, from “cat” on.")
    undo = notices.told[-1][2]
    assert undo.label == "Undo" and not undo.waits
    undo.run()
    assert desk.scene.seat.way == AS_DERIVED


def test_undoing_names_does_so_for_the_network_that_got_them(
    qtbot: QtBot, desk: Desk, notices: FakeNotices
) -> None:
    desk.put(scene())
    answer_ways.use_names(desk, "/tmp/names.txt")
    qtbot.waitUntil(lambda: desk.scene.seat.way.labels == "/tmp/names.txt")
    other = desk.scene.model
    other = replace(other, entry=replace(other.entry, name="other"))
    desk.put(desk.scene.with_seat(model=other, way=SIGMOID))
    notices.told[-1][2].run()
    assert desk.scene.seat.way == SIGMOID and answer_ways.kept(desk, "zoo:other") == AS_DERIVED
    assert answer_ways.kept(desk, "zoo:toy") == AS_DERIVED


def test_names_that_were_read_for_the_network_before_are_not_given_to_another(
    qtbot: QtBot, desk: Desk, link: FakeLink
) -> None:
    desk.put(scene())
    link.manual.add(ReadClassNames)
    answer_ways.use_names(desk, "/tmp/names.txt")
    qtbot.waitUntil(lambda: bool(link.waiting(ReadClassNames)))
    other = desk.scene.model
    desk.put(desk.scene.with_seat(model=replace(other, entry=replace(other.entry, name="other"))))
    link.answer(ReadClassNames)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert desk.scene.seat.way == AS_DERIVED


def refused(classes: int) -> str:
    return f"letter.txt holds 2 names, and there are {classes} classes: they keep their names."


@pytest.fixture
def told(qtbot: QtBot, desk: Desk, notices: FakeNotices) -> Callable[[Scene], str]:
    """What is told where a text of two lines is dropped on a scene."""

    def drop(now: Scene) -> str:
        notices.told.clear()
        desk.put(now)
        answer_ways.use_names(desk, "/tmp/letter.txt")
        qtbot.waitUntil(lambda: bool(notices.told))
        level, text = notices.told[-1][:2]
        assert (desk.scene.seat.way == AS_DERIVED) == (level is Level.WARNING)
        return text

    return drop


@pytest.mark.parametrize("classes", [3, 10])
def test_a_text_with_another_number_of_lines_than_there_are_classes_changes_no_name(
    told: Callable[[Scene], str], classes: int
) -> None:
    assert told(scene(images=(image(answer=Answer(KEY, classes=classes)),))) == refused(classes)


def test_a_text_that_was_opened_is_told_to_be_no_image_where_its_names_do_not_fit(
    qtbot: QtBot, desk: Desk, notices: FakeNotices
) -> None:
    desk.put(scene(images=(image(answer=Answer(KEY, classes=1000)),)))
    answer_ways.use_names(desk, "/tmp/letter.txt", may_be_meant_as_image=True)
    qtbot.waitUntil(lambda: bool(notices.told))
    assert notices.texts() == ["letter.txt is no image; as names of classes it holds 2 and there are 1,000."]


@pytest.mark.parametrize("classes", [1, 2, None])
def test_two_names_are_taken_for_two_classes_for_yes_and_no_and_where_it_is_not_known(
    told: Callable[[Scene], str], classes: int | None
) -> None:
    assert "2 names of classes" in told(scene(images=(image(answer=Answer(KEY, classes=classes)),)))


@pytest.mark.parametrize("finding", [objects(), segments()], ids=["objects", "segments"])
def test_the_classes_of_what_was_found_are_counted_as_well(
    told: Callable[[Scene], str], finding: Finding
) -> None:
    now = found(finding)
    answer = replace(now.selected.answer, classes=91)
    assert told(now.with_image(KEY, answer=answer)) == refused(91)


def test_while_no_answer_is_there_the_classes_are_those_of_another_input_or_of_the_forward(
    told: Callable[[Scene], str],
) -> None:
    other = image("b", "b.png", answer=Answer("b", classes=7))
    assert told(scene(images=(image(answer=None), other)).with_seat(forward=None)) == refused(7)
    now = scene(images=(image(answer=None),))
    read = replace(now.forward, answer=Answer(KEY, classes=5))
    assert told(now.with_seat(forward=read)) == refused(5)
    chosen = replace(read, answer=replace(read.answer, way=AnswerWay(output="output[1]")))
    assert "2 names of classes" in told(now.with_seat(forward=chosen))


def test_without_a_network_there_is_nothing_to_name(desk: Desk, notices: FakeNotices) -> None:
    desk.put(replace(scene(), seats=(replace(scene().seat, model=None, loaded=None, wanted=None),)))
    answer_ways.use_names(desk, "/tmp/names.txt")
    assert notices.told[-1][0] is Level.WARNING and "no network" in notices.told[-1][1]
