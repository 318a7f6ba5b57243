"""Real filings for a staging stack: the samples that the API's image brings, and files of a folder."""

import json
import time
from pathlib import Path

import httpx

from deploy.engine import Command
from deploy.errors import DeployError
from deploy.staging.site import Site

KINDS = {".htm", ".html", ".xml", ".txt", ".pdf"}
LONGEST = 300.0  # seconds for one file
_PAUSE = 0.5


def samples(site: Site) -> None:
    """Take the sample filings in; what is there already stays as it is. Raises EngineError."""
    line = ("exec", site.container("api", site.active()), "finchat", "ingest", "--samples")
    site.host.run(Command(line))


def folder(site: Site, path: Path) -> int:
    """Send every filing of a folder to the API, one after the other; returns how many.

    Raises DeployError that names the file which was not taken in, or says that there is none.
    """
    files = sorted(each for each in path.rglob("*") if each.suffix.lower() in KINDS and each.is_file())
    if not files:
        raise DeployError(f"{path}: holds no filing ({', '.join(sorted(KINDS))})")
    with site.client() as client:
        for file in files:
            _send(client, site.api, file)
    return len(files)


def _send(client: httpx.Client, api: str, file: Path) -> None:
    try:
        reply = client.post(f"{api}/v1/ingest", files={"files": (file.name, file.read_bytes())})
    except httpx.HTTPError as error:
        raise DeployError(f"{file}: was not sent: {error}") from error
    if reply.status_code != 202:
        raise DeployError(f"{file}: was not taken in: {reply.status_code} {reply.text[:300]}")
    job = reply.json()["id"]
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        said = client.get(f"{api}/v1/ingest/{job}").json()
        if said["state"] not in {"queued", "running"}:
            if said["state"] != "done" or (said.get("report") or {}).get("failed"):
                raise DeployError(f"{file}: was not taken in: {json.dumps(said)[:300]}")
            return
        time.sleep(_PAUSE)
    raise DeployError(f"{file}: not taken in within {LONGEST:g} s")
