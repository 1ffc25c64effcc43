"""Units and pixels that see each other."""

import numpy as np
from engine_asks import Asker

from explorer.engine.messages import LocateField, LocateUnits
from explorer.records.values import FieldOfUnit, UnitsOfPixel


def test_unit_and_pixel_find_each_other(recorded: Asker) -> None:
    field = recorded(LocateField(1, 3, (2, 5)))
    assert isinstance(field, FieldOfUnit) and field.box == (8, 20, 12, 24)
    units = recorded(LocateUnits(1, 3, (9, 21)))
    assert isinstance(units, UnitsOfPixel) and np.argwhere(units.mask).tolist() == [[2, 5]]
    assert "has no unit" in recorded.complaint(LocateField(1, 3, (56, 0)))


def test_the_unit_in_the_middle_is_meant_if_none_is_named(recorded: Asker) -> None:
    field = recorded(LocateField(1, 3))
    assert (field.unit, field.grid) == ((28, 28), (56, 56))
    assert field == recorded(LocateField(1, 3, (28, 28)))
    whole = recorded(LocateField(1, 4))  # a mean over all positions
    assert (whole.unit, whole.grid) == ((), None)
