"""All commands of the program: each has somebody who answers it, and can be asked for by its value."""

import dataclasses
import importlib
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

import explorer
from explorer.engine.command import Command, Lane, Urgency, answerer
from explorer.engine.messages import LoadModel
from explorer.records.images import ImageSource

ROOT = Path(explorer.__file__).parent


def _commands() -> list[type[Command[Any]]]:
    for file in ROOT.rglob("messages.py"):
        importlib.import_module(".".join(file.relative_to(ROOT.parent).with_suffix("").parts))
    return [kind for kind in _leaves(Command) if kind.__module__.startswith("explorer.")]


def _leaves(kind: type[Command[Any]]) -> list[type[Command[Any]]]:
    below = kind.__subclasses__()
    return [leaf for each in below for leaf in _leaves(each)] if below else [kind]


def _filled(kind: type[Command[Any]]) -> Command[Any]:
    return kind(**{field.name: _sample(field.name) for field in dataclasses.fields(kind)})  # type: ignore[arg-type]


COMMANDS = _commands()


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_every_command_is_answered_in_its_own_folder(kind: type[Command[Any]]) -> None:
    assert answerer(kind).__module__ == kind.__module__.replace(".messages", ".compute")


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_every_command_says_where_it_waits_and_what_it_does(kind: type[Command[Any]]) -> None:
    assert isinstance(_filled(kind).lane, Lane)
    assert isinstance(kind.urgency, Urgency | property)  # some derive it from what they ask
    names = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    told = {name.partition(".")[0] for _, name, *_ in Formatter().parse(kind.doing) if name}
    assert kind.doing and told <= names


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_every_command_is_a_value(kind: type[Command[Any]]) -> None:
    first, second = _filled(kind), _filled(kind)
    assert first == second and len({first, second}) == 1
    assert first.activity and "{" not in first.activity


def _sample(name: str) -> object:
    """A hashable value for a field, with what a `doing` may ask of it."""
    told = {"source": ImageSource("photo.png"), "load": LoadModel("resnet50")}
    return told.get(name, f"some {name}")


def test_the_activity_names_what_it_is_about() -> None:
    names = {kind.__name__: kind for kind in COMMANDS}
    assert names["LoadModel"]("resnet50").activity == "loading resnet50"
    assert names["OpenImage"]("k", ImageSource("cat.png")).activity == "opening cat.png"


def test_a_command_that_nobody_answers_is_named() -> None:
    class Unanswered(Command[None]):
        pass

    Unanswered.__module__ = "explorer.features.words.messages"
    with pytest.raises(LookupError, match="Nothing answers Unanswered"):
        answerer(Unanswered)
