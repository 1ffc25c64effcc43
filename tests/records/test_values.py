"""Which channel of a value tells most."""

from dataclasses import replace

import numpy as np
import pytest
from window_fakes import value


def test_it_varies_most_within_the_scale_and_what_is_no_number_counts_for_nothing() -> None:
    values = np.zeros((4, 200, 300), np.float32)
    values[0] = 900.0
    values[0, 50:] = 5_000.0  # far beyond the scale: of one colour
    values[1, :100] = 60.0
    values[2] = np.nan
    values[3, 0, 0] = -3e9
    known = value(1)
    known = replace(known, values=values, statistics=replace(known.statistics, low=-100.0, high=100.0))
    assert known.telling_channel == 1
    values[1] = 0.0
    assert known.telling_channel == 1, "it is counted once"


def test_a_vector_has_none() -> None:
    with pytest.raises(ValueError, match="no channels"):
        _ = replace(value(1), values=np.zeros(5)).telling_channel
