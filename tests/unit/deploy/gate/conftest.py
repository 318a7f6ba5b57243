"""A registry on loopback with the programs of the gate; PATH holds no other cosign or docker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.delivery.registry.fake_registry import FakeRegistry, served
from tests.unit.deploy.gate.making import World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in ("REGISTRY_USERNAME", "REGISTRY_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with served(FakeRegistry()) as fake:
        made = World(fake, tmp_path)
        made.prepare()
        yield made
