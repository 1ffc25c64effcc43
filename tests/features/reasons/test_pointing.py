"""The pointing game (Zhang et al. 2018) on the sample photos: the strongest place lies on what the class names."""

import json
from pathlib import Path

import numpy as np
import pytest
from engine_asks import Asker

from explorer.engine.messages import LoadModel, Record
from explorer.features.reasons.messages import Explain

_GAME = json.loads((Path(__file__).parent / "boxes.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def ask() -> Asker:
    asker = Asker()
    asker(LoadModel("zoo:efficientnet_lite0"))
    return asker


@pytest.mark.parametrize("photo", _GAME["boxes"])
def test_grad_cam_points_at_the_object(ask: Asker, photo: str) -> None:
    game = _GAME["boxes"][photo]
    ask.open(photo)
    ask(Record(1, photo))
    found = ask(Explain(1))
    assert found.label == game["class"]
    strongest = np.unravel_index(found.heat.values.argmax(), found.heat.values.shape)
    top, left, bottom, right = found.heat.lies  # in the picture's sides
    ends = ((top, bottom), (left, right))
    point = [
        224 * (low + (high - low) * (k + 0.5) / 7) for k, (low, high) in zip(strongest, ends, strict=True)
    ]
    top, left, bottom, right = game["box"]
    around = _GAME["tolerance"]
    assert top - around <= point[0] <= bottom + around and left - around <= point[1] <= right + around
