"""The way to the engine before there is a window."""

from collections.abc import Callable
from typing import Any

import pytest

from explorer.engine import link as link_module
from explorer.engine.client import EngineStarted
from explorer.engine.envelopes import Reply
from explorer.engine.link import EngineLink


class FakeClient:
    """Stands for `EngineClient`; the test speaks in its place."""

    pid = 7

    def __init__(self, on_event: Callable[[Any], None]) -> None:
        self.on_event = on_event


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> list[FakeClient]:
    made: list[FakeClient] = []

    def make(on_event: Callable[[Any], None]) -> FakeClient:
        made.append(FakeClient(on_event))
        return made[-1]

    monkeypatch.setattr(link_module, "EngineClient", make)
    return made


def test_what_the_engine_says_early_waits_for_a_listener(client: list[FakeClient]) -> None:
    link = EngineLink()
    client[0].on_event(EngineStarted(7))
    early, late = Reply(1, "early"), Reply(2, "late")
    client[0].on_event(early)

    heard: list[Any] = []
    link.listen(heard.append)
    client[0].on_event(late)

    assert heard == [EngineStarted(7), early, late]
