"""Several API processes over one store, one of which takes filings in; and a store that may only be read."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from finchat_sec_qa.store import open_store
from tests.api_support.filing import report
from tests.crafted import filing_named, parsed_text
from tests.engine import LABEL, docker, own_name
from tests.integration.docker_stack import build
from tests.integration.test_api_live import served, wait_for

QUESTION = "What would a shortage of iron do to Acme Anvils?"
READONLY = {"FINCHAT_STORE_READONLY": "true"}


@pytest.fixture
def filing(tmp_path: Path) -> Path:
    path = tmp_path / "acme.htm"
    path.write_bytes(report())
    return path


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with one filing, which no question here is about."""
    path = tmp_path / "store"
    with open_store(path) as opened:
        opened.put(parsed_text(filing_named("other"), "walrus and ice"))
    return path


def post(address: str, path: str, **content: Any) -> httpx.Response:
    return httpx.post(f"{address}{path}", timeout=60, trust_env=False, **content)


def get(address: str, path: str) -> Any:
    reply = httpx.get(f"{address}{path}", timeout=60, trust_env=False)
    assert reply.status_code == 200, reply.text
    return reply.json()


def listed(address: str) -> set[str]:
    return {one["id"] for one in get(address, "/v1/filings")["filings"]}


def take_in(address: str, filing: Path) -> None:
    """Upload a filing, and wait until it is stored."""
    job = post(address, "/v1/ingest", files=[("files", (filing.name, filing.read_bytes()))])
    assert job.status_code == 202, job.text
    wait_for(lambda: bool(get(address, f"/v1/ingest/{job.json()['id']}")["state"] == "done"))


def answer(address: str) -> bytes:
    reply = post(address, "/v1/ask", json={"question": QUESTION})
    assert reply.status_code == 200, reply.text
    return reply.content


def test_what_one_takes_in_the_other_answers_from(store: Path, filing: Path, tmp_path: Path) -> None:
    with (
        served(store, tmp_path / "log1") as (writer, _),
        served(store, tmp_path / "log2", **READONLY) as (reader, _),
    ):
        assert listed(reader) == {"other"}
        before = answer(reader)
        assert json.loads(before)["status"] == "refused"
        take_in(writer, filing)
        assert listed(reader) == listed(writer) == {"other", "acme"}
        assert answer(reader) == answer(writer)
        assert json.loads(answer(reader))["status"] == "answered"
        assert get(reader, "/ready")["ready"]


def test_one_that_only_reads_refuses_filings_at_once(store: Path, filing: Path, tmp_path: Path) -> None:
    with served(store, tmp_path / "log", **READONLY) as (reader, _):
        for content in (
            {"files": [("files", (filing.name, filing.read_bytes()))]},
            {"json": {"companies": ["AAPL"]}},
        ):
            reply = post(reader, "/v1/ingest", **content)
            assert (reply.status_code, reply.json()["code"]) == (403, "store_read_only")
            assert "FINCHAT_STORE_READONLY" in reply.json()["detail"]


def test_one_that_only_reads_makes_no_store(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "finchat_sec_qa.cli",
            "ingest",
            "--samples",
            "--store",
            str(tmp_path / "store"),
        ],
        env={"FINCHAT_STORE_READONLY": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "FINCHAT_STORE_READONLY" in done.stderr
    assert not (tmp_path / "store").exists()


@pytest.fixture
def images() -> Iterator[tuple[str, str]]:
    """A name of one's own, and the API's image under it."""
    with own_name("replicas") as name:
        yield name, build(name, "api")["api"]


def started(name: str, image: str, number: int, mount: str, **settings: str) -> str:
    """The address of an API in a container over the volume `name`."""
    container = f"{name}-{number}"
    environment = [f"--env={key}={value}" for key, value in settings.items()]
    hardened = ["--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--publish=127.0.0.1::8000"]
    of_ours = [f"--name={container}", f"--label={LABEL}={name}", f"--volume={name}:/var/lib/finchat{mount}"]
    docker("run", "--detach", *of_ours, *hardened, "--env=FINCHAT_API_ANONYMOUS=true", *environment, image)
    wait_for(lambda: health(container) == "healthy")
    return f"http://{docker('port', container, '8000/tcp').stdout.split()[0]}"


def health(container: str) -> str:
    return docker("inspect", "--format={{.State.Health.Status}}", container).stdout.strip()


@pytest.mark.docker
def test_replicas_of_which_one_may_write(images: tuple[str, str], filing: Path) -> None:
    """The readers' volume is mounted read-only: also before there is a writer, and after it has left."""
    name, image = images
    docker("volume", "create", f"--label={LABEL}={name}", name)
    first = started(name, image, 1, "")
    docker("stop", f"{name}-1")
    reader = started(name, image, 2, ":ro")
    assert listed(reader) == set()
    docker("start", f"{name}-1")
    wait_for(lambda: health(f"{name}-1") == "healthy")
    first = f"http://{docker('port', f'{name}-1', '8000/tcp').stdout.split()[0]}"
    take_in(first, filing)
    assert listed(reader) == listed(first) == {"acme"}
    assert answer(reader) == answer(first)
    assert json.loads(answer(reader))["status"] == "answered"
    late = started(name, image, 3, ":ro")
    assert answer(late) == answer(first)
    refused = post(reader, "/v1/ingest", files=[("files", (filing.name, filing.read_bytes()))])
    assert (refused.status_code, refused.json()["code"]) == (403, "store_read_only")
    kept = answer(first)
    docker("stop", f"{name}-1")
    assert answer(reader) == answer(late) == kept
    assert get(reader, "/ready")["ready"]
    docker("rm", "--force", f"{name}-2")
    docker("kill", f"{name}-3")  # nothing of a reader's is in the volume
    docker("rm", "--force", f"{name}-3")
    docker("start", f"{name}-1")
    wait_for(lambda: health(f"{name}-1") == "healthy")
