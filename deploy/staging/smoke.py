"""Does everything answer at all? Every kind of route of the API, every page, what Prometheus should have."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.staging.model import Found
from deploy.staging.site import Site

FILING = "0000320193-24-000123"  # Apple's 10-K for fiscal 2024, one of the samples
QUESTION = {"question": "What was Apple's revenue in fiscal 2024?"}
Holds = Callable[[Any], bool]
# Of the colour that serves, whatever it was asked so far.
METRICS = (
    "finchat_build_info",
    "finchat_container_memory_bytes",
    "finchat_http_request_seconds_count",
    "finchat_questions_total",
    "finchat_store_filings",
    "finchat_store_readable",
    "process_start_time_seconds",
)
PAGES = (
    "/",
    "/companies",
    "/filings",
    f"/filings/{FILING}",
    "/search?q=supply",
    "/verify",
    "/health",
    "/ready",
)


@dataclass(frozen=True, slots=True)
class Request:
    """A request to the API, and what must be true of the JSON that comes. `status` it must have."""

    path: str
    holds: Holds
    body: dict[str, Any] | None = None
    status: int = 200


REQUESTS = (
    Request("/health", lambda said: said == {"status": "ok"}),
    Request("/ready", lambda said: bool(said["ready"])),
    Request("/openapi.json", lambda said: "/v1/ask" in said["paths"]),
    Request("/v1/companies", lambda said: len(said["companies"]) >= 4),
    Request("/v1/filings?company=AAPL&form=10-K", lambda said: bool(said["filings"])),
    Request(f"/v1/filings/{FILING}", lambda said: bool(said["documents"])),
    Request(f"/v1/filings/{FILING}/sections", lambda said: bool(said["sections"])),
    Request(f"/v1/filings/{FILING}/blocks?limit=2", lambda said: len(said["blocks"]) == 2),
    Request(f"/v1/filings/{FILING}/tables?limit=1", lambda said: len(said["tables"]) == 1),
    Request(
        f"/v1/filings/{FILING}/facts?concept=us-gaap:Assets&limit=1",
        lambda said: said["facts"][0]["value"] == "364980000000",
    ),
    Request("/v1/facts?company=AAPL&metric=revenue&years=2", lambda said: bool(said["rows"])),
    Request(
        "/v1/compare?company=AAPL&company=NVDA&metric=revenue&period=FY2024", lambda said: bool(said["rows"])
    ),
    Request("/v1/statements/AAPL/FY2024/income", lambda said: bool(said["rows"])),
    Request("/v1/ask", lambda said: said["value"]["number"] == "391035000000", QUESTION),
    Request("/v1/search", lambda said: len(said["hits"]) == 1, {"query": "supply constraints", "limit": 1}),
    Request("/v1/filings/none", lambda said: said["code"] == "not_found", status=404),
    Request("/v1/ask", lambda said: said["code"] == "invalid_request", {}, status=422),
)


def endpoints(site: Site) -> Found:
    """Every kind of request to the API and the pages."""
    with site.client() as client:
        faults = [*_revision(client, site), *_of_api(client, site), *_of_pages(client, site)]
    count = 1 + len(REQUESTS) + len(PAGES)
    return Found(f"{count - len(faults)} of {count} requests were answered as they should be", tuple(faults))


def metrics(site: Site) -> Found:
    """Every target is scraped, and the names that dashboards and this validation live by have values."""
    down = [
        f"{each['metric']['job']} at {each['metric']['instance']} is not scraped"
        for each in site.query("up")
        if each["value"][1] != "1" and each["metric"].get("colour", site.active()) == site.active()
    ]
    colour = f'colour="{site.active()}",job="api"'
    absent = [name for name in METRICS if not site.query(f"{name}{{{colour}}}")]
    absent += [name for name in ("haproxy_server_status", "finchat_deploy_active") if not site.query(name)]
    targets = len(site.query("up"))
    faults = (*down, *(f"Prometheus has no {name}" for name in absent))
    return Found(f"{targets} targets, {len(METRICS) + 2 - len(absent)} of {len(METRICS) + 2} metrics", faults)


def _revision(client: httpx.Client, site: Site) -> Iterator[str]:
    said = client.get(f"{site.api}/version")
    if said.status_code != 200 or said.json().get("revision") != site.release.revision:
        yield f"/version: says {said.text[:200]}, deployed is {site.release.revision}"


def _of_api(client: httpx.Client, site: Site) -> Iterator[str]:
    for asked in REQUESTS:
        url = f"{site.api}{asked.path}"
        reply = client.get(url) if asked.body is None else client.post(url, json=asked.body)
        if reply.status_code != asked.status or not _holds(asked, reply.text):
            yield f"{asked.path}: {reply.status_code} {reply.text[:120]}"


def _of_pages(client: httpx.Client, site: Site) -> Iterator[str]:
    for path in PAGES:
        reply = client.get(f"{site.web}{path}")
        if reply.status_code != 200 or not reply.text:
            yield f"page {path}: {reply.status_code} {reply.text[:120]}"


def _holds(asked: Request, text: str) -> bool:
    """Whether the reply says what it must; one of another form does not."""
    try:
        return asked.holds(json.loads(text))
    except (ValueError, KeyError, TypeError, IndexError):
        return False
