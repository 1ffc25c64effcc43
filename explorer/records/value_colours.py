"""The colours of values: perceptual maps that can be read on the ground of both themes and over pictures.

Weak values must not vanish where most values are weak. The sequential map, Matplotlib's viridis, begins with a violet
that neither ground comes near. The diverging map comes in two. On dark ground and over pictures its zero is a grey, and
it grows lighter towards both ends: what is strong shines. On light ground its zero is a pale grey, still darker than
the ground, and it grows darker towards both ends: what is strong stands out as ink does on paper.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

_COUNT = 255
_VIRIDIS = (
    "#440154", "#471164", "#482071", "#472e7c", "#443b84", "#3f4889", "#3a548c", "#34608d", "#2f6c8e", "#2a768e",
    "#26818e", "#228b8d", "#1f958b", "#1fa088", "#24aa83", "#2fb47c", "#42be71", "#58c765", "#70cf57", "#8bd646",
    "#a8db34", "#c5e021", "#e2e418", "#fde725",
)  # fmt: skip
_SHINING = (
    ("#5b5d62", "#2c63b8", "#3f8be6", "#7fbcff", "#aed6ff"),
    ("#5b5d62", "#ab4a1c", "#e0702a", "#ffa55c", "#ffd09c"),
)
_ON_LIGHT = (
    ("#e6e8eb", "#b0cdf0", "#6ba3e5", "#2f6fcb", "#123f8c"),
    ("#e6e8eb", "#f4c4a2", "#e98b50", "#c9561a", "#85310a"),
)
# Most signed values lie near zero: this exponent on the distance from zero gives the small ones more of the colours.
# The legend is drawn from the same table.
_SPREAD = 0.85


@cache
def value_colours(signed: bool, on_light: bool = False) -> tuple[int, ...]:
    """Return 255 QRgb colours from the lowest to the highest value of a scale.

    Args:
        signed: True for a diverging map, whose middle is zero; False for the sequential one.
        on_light: True for the diverging map on light ground, False for the one on dark ground and over pictures.
    """
    if not signed:
        return _packed(_along(_VIRIDIS, np.linspace(0, 1, _COUNT)))
    distance = np.linspace(0, 1, _COUNT // 2 + 1) ** _SPREAD  # (128,), from zero to the end
    below, above = (_along(arm, distance) for arm in (_ON_LIGHT if on_light else _SHINING))
    return _packed(np.concatenate([below[:0:-1], above]))


def _along(anchors: tuple[str, ...], positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the colours (N, 3), sRGB from 0 to 1, at positions 0 to 1 of a path of even steps for the eye."""
    path = _to_oklab(
        np.array([[int(anchor[at : at + 2], 16) / 255 for at in (1, 3, 5)] for anchor in anchors])
    )
    lengths = np.linalg.norm(np.diff(path, axis=0), axis=1)
    reached = np.concatenate([[0.0], np.cumsum(lengths)]) / lengths.sum()
    return _from_oklab(np.stack([np.interp(positions, reached, axis) for axis in path.T], axis=1))


def _packed(colours: NDArray[np.float64]) -> tuple[int, ...]:
    red, green, blue = np.round(np.clip(colours, 0, 1) * 255).astype(int).T
    return tuple((0xFF000000 | red << 16 | green << 8 | blue).tolist())


# Björn Ottosson, "A perceptual color space for image processing", 2020.
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def _to_oklab(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    return np.asarray(np.cbrt(linear @ _TO_CONES.T) @ _TO_LAB.T)


def _from_oklab(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    cones = (colours @ np.linalg.inv(_TO_LAB).T) ** 3
    linear = np.clip(cones @ np.linalg.inv(_TO_CONES).T, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
