"""What an object of JSON says twice."""

import json

import pytest

from explorer.records.entries import Entries, RepeatedError, said_once


def test_the_first_key_that_is_said_twice_is_told() -> None:
    read = json.loads('{"a": 1, "b": {"c": 1}, "b": {"d": 2, "d": 2}, "a": 3}', object_pairs_hook=Entries)
    assert (read, read.repeated, read["b"].repeated) == ({"a": 3, "b": {"d": 2}}, "a", "d")


def test_only_what_differs_is_refused_however_deep() -> None:
    alike = '{"a": [{"b": 1, "c": 2, "b": 1}], "a": [{"b": 1, "c": 2}]}'
    assert json.loads(alike, object_pairs_hook=said_once) == {"a": [{"b": 1, "c": 2}]}
    with pytest.raises(RepeatedError, match=r"^says 'b' twice, with different values$"):
        json.loads('{"a": [{"b": 1, "c": 2, "b": 2}]}', object_pairs_hook=said_once)
