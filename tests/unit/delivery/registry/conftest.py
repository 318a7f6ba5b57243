"""A fake registry on loopback, and a client of it that does not wait between attempts."""

from collections.abc import Iterator

import pytest

from delivery.registry.channel import Channel, Patience
from delivery.registry.client import Registry
from tests.unit.delivery.registry.fake_registry import FakeRegistry, served


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    with served(FakeRegistry()) as registry:
        yield registry


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def patience(slept: list[float]) -> Patience:
    return Patience(timeout=10, attempts=3, sleep=slept.append)


@pytest.fixture
def registry(fake: FakeRegistry, patience: Patience) -> Iterator[Registry]:
    with Channel(fake.host, patience=patience) as channel:
        yield Registry(channel)
