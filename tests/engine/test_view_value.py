"""Values of operations: what is shown of them."""

import numpy as np
import pytest
from engine_asks import Asker

from explorer.engine.messages import Measure, ViewValue
from explorer.records.values import Layout, ValueView


def test_view_shows_the_true_values(recorded: Asker) -> None:
    view = recorded(ViewValue(1, 3))
    assert isinstance(view, ValueView)
    assert (view.title, view.shape, view.layout) == ("relu", (1, 5, 56, 56), Layout.MAPS)
    normalised = recorded(ViewValue(1, 2)).values
    assert np.array_equal(view.values, np.maximum(normalised, 0)) and (normalised < 0).any()


def test_scale_is_shared_or_one_a_channel(recorded: Asker) -> None:
    shared = recorded(ViewValue(1, 1, shared_scale=True)).mosaic.levels
    single = recorded(ViewValue(1, 1, shared_scale=False)).mosaic.levels
    assert len(np.unique(shared, axis=0)) == 1 and len(np.unique(single, axis=0)) == 5


def test_statistics_computed_ahead_are_those_of_the_values(recorded: Asker) -> None:
    recorded(ViewValue(1, 0))
    recorded(Measure(1, 3))  # waits for what the first look began
    for node in range(1, 4):
        view = recorded(ViewValue(1, node))
        assert view.statistics.maximum == view.values.max()
        assert view.statistics.mean == pytest.approx(view.values.mean(dtype=np.float64), rel=1e-9, abs=1e-12)
        assert view.histogram.counts.sum() == view.values.size


@pytest.mark.parametrize("output", [-1, 1])
def test_output_out_of_range_is_one_line(recorded: Asker, output: int) -> None:
    assert f"no output {output}" in recorded.complaint(ViewValue(1, 1, output=output))
