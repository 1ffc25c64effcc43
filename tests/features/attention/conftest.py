"""An engine that has recorded a small transformer on a photo."""

from collections.abc import Callable

import attention_networks
import pytest
from engine_asks import Asker

from explorer.engine.messages import LoadModel, Record
from explorer.records.forward import Forward
from explorer.records.models import ToldInputs

Recorded = Callable[[str], Forward]


def loading(name: str, size: tuple[int, int]) -> LoadModel:
    path = f"{attention_networks.__file__}:{name}"
    return LoadModel(path, seed=0, trusted=True, told=ToldInputs(size=size))


SIZES = {
    "vit": (12, 20),
    "turning": (12, 20),
    "written_over": (12, 20),
    "fused": (12, 20),
    "two_answers": (12, 20),
    "swin": (32, 48),
    "numbered": (12, 20),
    "plain": (12, 20),
}


@pytest.fixture
def record(ask: Asker) -> Recorded:
    """Record one of the networks on a photo, as forward number 1."""

    def of(name: str) -> Forward:
        ask(loading(name, SIZES[name]))
        ask.open("coffee")
        forward: Forward = ask(Record(1, "coffee"))
        assert forward.trace.error is None
        return forward

    return of
