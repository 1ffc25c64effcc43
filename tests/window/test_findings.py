"""What follows from a choice for what is drawn and listed of a finding."""

from dataclasses import replace

import pytest
from finding_fakes import flow, found, objects, segments

from explorer.records.answers import Answer
from explorer.records.findings import Finding
from explorer.window.findings import (
    AnswerChoice,
    FindingChoice,
    drawn,
    finding_choice,
    rows,
    sure,
    why_nothing,
)

EASY = FindingChoice(threshold=0.1)


def test_segments_are_listed_with_their_share_and_the_background_is_off_by_itself() -> None:
    listed = rows(segments(), FindingChoice())
    assert [(it.label, it.text, it.index) for it in listed] == [
        ("background", "88.9 %", 0),
        ("cat", "11.1 %", 8),
    ]
    choice = FindingChoice()
    assert not choice.shows(0, "__background__") and choice.shows(8, "cat")
    turned = choice.with_turned(0).with_turned(8)
    assert turned.shows(0, "__background__") and not turned.shows(8, "cat")
    assert turned.with_turned(0).with_turned(8) == choice


def test_classes_that_were_turned_off_are_those_of_the_network_that_was_there() -> None:
    now = found(segments())
    easy = replace(finding_choice(now), threshold=0.1, opacity=0.9)
    now = now.with_choice(easy.with_turned(8))
    assert not finding_choice(now).shows(8, "cat")
    assert now.model is not None
    entry = replace(now.model.entry, name="other")
    other = now.with_seat(model=replace(now.model, entry=entry))
    choice = finding_choice(other)
    assert choice.shows(8, "bus") and (choice.threshold, choice.opacity) == (0.1, 0.9)
    other = other.with_choice(choice.with_turned(3))
    assert not finding_choice(other).shows(3, "owl") and finding_choice(other).shows(8, "bus")
    back = other.with_seat(model=now.model)
    assert finding_choice(back).shows(3, "tree") and finding_choice(back).shows(8, "cat")


@pytest.mark.parametrize(
    ("threshold", "places"), [(0.5, [0, 1]), (0.71, [0, 1]), (0.72, [0]), (0, [0, 1, 2]), (1, [])]
)
def test_boxes_are_listed_from_the_threshold_on(threshold: float, places: list[int]) -> None:
    choice = FindingChoice(threshold)
    assert sure(objects(), choice) == places and len(rows(objects(), choice)) == len(places)


def test_a_box_is_listed_with_its_place_on_the_picture() -> None:
    first = rows(objects(), FindingChoice())[0]
    assert (first.label, first.text, first.plain, first.box) == ("person", "97.0 %", 0.97, (20, 20, 60, 80))


def test_why_nothing_is_listed() -> None:
    assert (
        why_nothing(objects((0.12,)), FindingChoice())
        == "No box scores 50 % or more; the best is person with 12.0 %."
    )
    assert why_nothing(objects(()), FindingChoice()) == "The network found no object in the picture."


def test_a_flow_is_told_in_pixels() -> None:
    assert [(it.label, it.text) for it in rows(flow(), EASY)] == [
        ("longest", "5 pixels"),
        ("in the mean", "2.5 pixels"),
    ]


def test_only_what_is_of_the_picture_that_is_shown_is_drawn() -> None:
    finding = objects()
    now = found(finding)
    assert drawn(now) is finding
    assert drawn(now.with_seat(forward=None)) is None
    assert drawn(now.with_image(now.image, answer=None)) is None


def test_what_random_weights_found_is_drawn_if_asked_for() -> None:
    now = found(objects(), pretrained=False)
    assert drawn(now) is None
    assert drawn(now.with_choice(AnswerChoice("zoo:toy"))) is not None


def test_the_first_word_on_a_picture_is_the_surest_box_or_the_largest_segment() -> None:
    def first(finding: Finding | None) -> tuple[str, float | None] | None:
        headline = Answer("a", finding=finding).headline
        return None if headline is None else (headline.label, headline.probability)

    assert first(objects()) == ("person", 0.97)
    assert first(segments()) == ("cat", 1 / 9)
    assert first(objects(())) is first(flow()) is first(None) is None
