from collections.abc import Iterator

import httpx
import pytest

from tests.api_support.fake_library import FakeLibrary
from tests.api_support.live import live


@pytest.fixture(scope="module")
def library() -> FakeLibrary:
    """Shared by a module's tests; a test that breaks one makes its own."""
    return FakeLibrary()


@pytest.fixture(scope="module")
def http(library: FakeLibrary) -> Iterator[httpx.Client]:
    """A client of a server with default limits."""
    with live(library) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield client
