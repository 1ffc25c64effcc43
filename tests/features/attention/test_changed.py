"""Attention on a changed input is, to the bit, that on the changed picture opened as an ordinary image."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from edited import record_edited
from engine_asks import Asker

from explorer.features.attention.messages import GRADIENT, ReadWeights, ViewAttention, ViewMatrix
from explorer.records.attention import attentions
from explorer.records.edits import Edit, Patch
from explorer.records.forward import Forward

EDIT = Edit(brightness=0.6, patch=Patch(0.4, 0.6, 0.5))


@pytest.mark.parametrize("name", ["vit", "fused", "swin"])
def test_attention_is_that_of_the_changed_picture(
    ask: Asker, record: Callable[[str], Forward], name: str
) -> None:
    trace = record(name).trace
    last = attentions(trace).all[-1].shown
    views = ViewAttention(1, last), ViewAttention(1, last, place=(0.3, 0.6), reverse=True)
    arrays = [ReadWeights(1, last, 0), *([ViewMatrix(1, last, GRADIENT)] if name != "swin" else [])]
    plain = ask(views[0])
    asked = (*views, *arrays)
    tried = [ask(replace(command, edit=EDIT)) for command in asked]
    assert not np.array_equal(tried[0].rows, plain.rows), "it is of the changed input"
    record_edited(ask, EDIT, 2)
    opened = [ask(replace(command, forward=2)) for command in asked]
    for one, other in zip(tried[:2], opened[:2], strict=True):
        for part in ("rows", "cells", "rollout", "distance", "entropy"):
            found, wanted = getattr(one, part), getattr(other, part)
            assert found is wanted is None or np.array_equal(found, wanted), part
        assert (one.queries, one.token, one.cost) == (other.queries, other.token, other.cost)
    for one, other in zip(tried[2:], opened[2:], strict=True):
        assert np.array_equal(getattr(one, "values", one), getattr(other, "values", other))


def test_where_the_changed_input_takes_another_course_it_is_said(
    ask: Asker, record: Callable[[str], Forward]
) -> None:
    last = attentions(record("turning").trace).all[-1].shown
    line = ask.complaint(ViewAttention(1, last, edit=Edit(brightness=0.0)))
    assert "takes another course on the changed input" in line and "allow more memory" not in line
    assert ask(ViewAttention(1, last, edit=Edit(brightness=0.9))).rows.any()
