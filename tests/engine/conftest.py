"""Clients of fake engines, ended after the test."""

from collections.abc import Callable, Iterator

import pytest
from engine_driver import FAKE, Driver

from explorer.engine.ledger import Limits


@pytest.fixture
def make() -> Iterator[Callable[..., Driver]]:
    drivers: list[Driver] = []

    def make(factory: str = FAKE, limits: Limits | None = None) -> Driver:
        drivers.append(Driver(factory, limits))
        drivers[-1].client.start()
        return drivers[-1]

    yield make
    for driver in drivers:
        driver.client.stop()


@pytest.fixture
def driver(make: Callable[..., Driver]) -> Driver:
    return make()
