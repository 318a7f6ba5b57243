"""What tests leave in the Docker engine is seen: by own_name, and at the end of the run."""

from datetime import UTC, datetime

import pytest

from tests.engine import LABEL, docker, left_behind, own_name

pytestmark = pytest.mark.docker
IMAGE = "python:3.11-slim"


def container(name: str) -> str:
    """A container that holds a volume without a name, never started."""
    label = f"--label={LABEL}={name}"
    return docker("create", label, f"--name={name}", "--volume=/kept", IMAGE).stdout.strip()


def volumes(name: str) -> set[str]:
    """Those of the container."""
    found = docker("inspect", "--format={{range .Mounts}}{{println .Name}}{{end}}", name).stdout
    return set(found.split())


def there() -> set[str]:
    return set(docker("volume", "ls", "-q").stdout.split())


def test_a_container_goes_with_its_volumes() -> None:
    with own_name("engine") as name:
        container(name)
        held = volumes(name)
        assert len(held) == 1
        assert held <= there()
    assert not held & there()


def test_what_escapes_is_told_at_the_end_of_the_run() -> None:
    since = datetime.now(UTC)
    with own_name("engine") as name:
        container(name)
        assert f"container {name}" in left_behind(since)
        (volume,) = volumes(name)
        assert f"volume {volume}" not in left_behind(since)
        docker("rm", "--force", name)  # as a test might that forgets --volumes
        try:
            assert f"volume {volume}" in left_behind(since)
            assert f"volume {volume}" not in left_behind(datetime(2100, 1, 1, tzinfo=UTC))
        finally:
            docker("volume", "rm", volume)
