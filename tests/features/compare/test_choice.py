"""What is compared, and what is asked of it, as functions of a scene."""

from dataclasses import replace

import numpy as np
import pytest
from compare_fakes import difference, matching
from compare_scenes import OTHER, PHOTOS, beside
from desk_fakes import image, scene
from window_fakes import forward, loaded, value

from explorer.engine.messages import ViewValue
from explorer.features.compare import choice as ask
from explorer.features.compare.choice import Comparing, Drawn, Mended, Picked, Two
from explorer.features.compare.messages import AnswerTo, CompareValues, Match, MeasureCka, ViewDifference
from explorer.features.compare.there import can_swap, has_second
from explorer.records.models import Slot
from explorer.window.scene import Scene


def both(now: Scene) -> Two:
    found = ask.two(now)
    assert found is not None
    return found


def shown(now: Scene) -> list[int | None]:
    return [it and it.id for it in ask.shown_pair(now, both(now), matching(Match(1, 2)))]


def test_two_networks_that_ran_on_the_same_image_are_compared() -> None:
    assert both(beside()).second.number == 2
    assert ask.two(scene()) is None and ask.second_seat(scene()) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"forward": None},
        {"forward": forward("image-b", 2)},
        {"size": (4, 4)},
        {"image": "image-b"},
        {"stale": True},
        {"wanted": None},
    ],
)
def test_what_is_not_there_yet_is_not_compared(changes: dict[str, object]) -> None:
    assert ask.two(beside(**changes)) is None


def test_a_network_of_two_images_has_not_run_on_one_that_is_not_open() -> None:
    takes = loaded(OTHER).preprocess
    slots = (Slot("a", takes), Slot("b", takes))
    now = beside()
    pair = replace(
        now.with_seat(model=replace(now.model, slots=slots)), images=(image("image-a", opened=None),)
    )
    assert ask.two(pair) is None


def test_an_image_of_its_own_is_compared_with_that_of_the_first() -> None:
    assert both(beside(image="image-b", forward=forward("image-b", 2))).second.key == "image-b"


def test_values_and_match_are_asked_of_both_forwards_with_what_was_mended() -> None:
    now = beside()
    two = both(now)
    assert ask.match(now, two) == Match(1, 2) and ask.values(now, two) == CompareValues(1, 2)
    mended = Mended(("zoo:toy", "zoo:other")).with_pair("body.add", "body.add").with_pair("head", None)
    assert ask.match(now.with_choice(mended), two) == Match(1, 2, ((4, 4), (5, None)))
    elsewhere = now.with_choice(replace(mended, networks=("zoo:toy", "zoo:third")))
    assert ask.match(elsewhere, two) == Match(1, 2), "it was mended of another network"
    gone = now.with_choice(Mended(mended.networks).with_pair("no such layer", "head"))
    assert ask.match(gone, two) == Match(1, 2)


def test_a_later_mend_takes_the_place_of_one_about_the_same_and_is_taken_back() -> None:
    once = Mended(("a", "b")).with_pair("x", "y")
    twice = once.with_pair("x", "z")
    assert twice.pairs == (("x", "z"),)
    assert twice.undone().pairs == once.pairs and twice.undone().undone().pairs == ()
    assert Mended().undone() == Mended()


def test_three_open_images_are_the_examples_of_cka_else_the_places_of_one() -> None:
    now = beside()
    two = both(now)
    over_images = ask.cka(now, two)
    assert over_images == MeasureCka(1, 2, images=("image-a", "image-b", "image-c"), like=(1, 2))
    assert ask.cka(now.with_choice(Comparing(places=True)), two) == MeasureCka(1, 2)
    assert ask.cka(replace(now, images=PHOTOS[:2]), two) == MeasureCka(1, 2), "of two, CKA is always 1"
    stepped = replace(over_images, a=7, b=8)
    assert stepped == over_images, "over the images it is the same question for the next forward"
    assert MeasureCka(7, 8) != MeasureCka(1, 2), "over the places of one image it is not"


def test_the_match_of_the_operation_that_is_shown_is_looked_at() -> None:
    now = beside()
    assert shown(now) == [1, 1] and shown(now.at_node(4)) == [4, None]
    assert ask.shown_pair(now, both(now), None)[1] is None, "before they are matched"


def test_what_was_picked_of_the_second_is_looked_at_until_the_next_step() -> None:
    now = beside()
    assert shown(now.with_choice(Picked("stem.conv", True, "head"))) == [1, 5]
    alone = now.with_choice(Picked("stem.conv", False, "body.add"))
    assert shown(alone) == [None, 4] and shown(alone.at_node(2)) == [2, 2]


def test_the_difference_is_asked_of_a_pair_only() -> None:
    now = beside()
    two = both(now)
    pair = ask.shown_pair(now, two, matching(Match(1, 2)))
    assert ask.difference(now, two, pair) == ViewDifference(1, 1, 2, 1)
    assert ask.difference(now, two, (pair[0], None)) is None and ask.alone(now, two, pair) is None


def test_the_value_of_what_stands_alone_is_asked_of_its_own_forward() -> None:
    now = beside()
    two = both(now)
    a, b = ask.shown_pair(now, two, matching(Match(1, 2)))
    assert ask.alone(now, two, (a, None)) == ViewValue(1, 1)
    assert ask.alone(now, two, (None, b)) == ViewValue(2, 1)
    assert ask.alone(now, two, (None, None)) is None


def test_the_second_is_asked_about_each_image_that_it_reads() -> None:
    now = beside()
    questions = ask.answers(now, both(now))
    assert list(questions) == ["image-a", "image-b", "image-c"]
    assert questions["image-b"] == AnswerTo(99, 2, "image-b"), "whatever number its forward has"
    assert questions["image-b"] != AnswerTo(2, 3, "image-b")


def test_a_second_of_two_images_is_asked_about_the_same_two_as_the_first() -> None:
    takes = loaded(OTHER).preprocess
    now = beside(model=replace(loaded(OTHER), slots=(Slot("a", takes), Slot("b", takes))))
    now = now.with_seat(1, forward=replace(forward("image-a", 2), beside=("image-b",)))
    found = {key: it.beside for key, it in ask.answers(now, both(now)).items()}
    assert found == {"image-a": ("image-b",), "image-b": ("image-c",), "image-c": ("image-a",)}


def test_a_second_that_could_not_be_loaded_is_none() -> None:
    gone = beside(wanted=None, loaded=None, model=None, forward=None)
    assert not has_second(gone) and not can_swap(gone) and has_second(beside())


def test_an_operation_with_a_box_of_its_own_is_one_of_the_forward_of_now() -> None:
    names = ("zoo:toy", "zoo:other")
    for name, node in (("stem.conv", 1), ("gone since its file changed", None)):
        now = beside().with_choice(Drawn(names, showing=(None, name)))
        first, second = ask.drawings(now, both(now))
        assert (first.showing, second.showing) == (None, node)


def test_the_channel_is_that_which_shows_the_difference_as_long_as_the_person_chose_none() -> None:
    a = value(1)
    b = replace(a, values=a.values.copy())
    b.values[2] += 5
    b.values[1, 0, 0] = np.nan
    pair = difference(ViewDifference(1, 1, 2, 1), a, b)
    now = replace(beside(), telling=(203, None))
    assert ask.shown_channel(now, pair) == (2, "differs most")
    assert ask.shown_channel(replace(now, chosen_channel=1), pair) == (1, "")
    unlike = replace(pair, difference=None)
    assert ask.shown_channel(now, unlike) == (a.telling_channel, "varies most in A")
    assert ask.shown_channel(now, a) == (a.telling_channel, "")
    few = replace(a, values=a.values[:2])
    for pair, letter in ((replace(unlike, a=few), "A"), (replace(unlike, b=few), "B")):
        assert ask.shown_channel(now, pair) == (few.telling_channel, f"varies most in {letter}"), (
            "both have it"
        )


def test_of_two_values_that_do_not_differ_no_channel_is_said_to_differ_most() -> None:
    a = value(1)
    same = difference(ViewDifference(1, 1, 2, 1), a, replace(a))
    assert ask.shown_channel(beside(), same) == (a.telling_channel, "varies most in A")
