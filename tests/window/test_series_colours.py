"""The colours of several series can be told apart by everybody, on both grounds."""

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from explorer.window import theme

# Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", 2009:
# what is seen without one kind of cone, in linear RGB.
SIGHTS = {
    "all cones": np.eye(3),
    "no long": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no middle": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no short": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = TO_XYZ.sum(axis=1)
NOTICEABLE = (
    2.3  # difference in CIELAB that is just noticed side by side; lines apart need several times that
)


def linear(colour: str) -> np.ndarray:
    parts = np.array(QColor(colour).getRgbF()[:3])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(colour: str, sight: str) -> np.ndarray:
    seen = np.clip(np.array(SIGHTS[sight]) @ linear(colour), 0, 1)
    ratio = TO_XYZ @ seen / WHITE
    x, y, z = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=lambda tokens: tokens.name)
@pytest.mark.parametrize("sight", SIGHTS)
def test_series_differ_for_every_eye(tokens: theme.Theme, sight: str) -> None:
    for one, other in combinations(tokens.series, 2):
        assert np.linalg.norm(lab(one, sight) - lab(other, sight)) > 6 * NOTICEABLE, (one, other)


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=lambda tokens: tokens.name)
def test_series_stand_out_from_the_ground(tokens: theme.Theme) -> None:
    """WCAG 2 asks for a contrast of 3 between what is drawn and its ground."""
    for colour in tokens.series:
        low, high = sorted(float(TO_XYZ[1] @ linear(each)) for each in (colour, tokens.surface))
        assert (high + 0.05) / (low + 0.05) >= 3
