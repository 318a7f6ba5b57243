"""The whole validation, short, on a real stack of this checkout's images; and of a release that is not there.

The stack is the deployer's own, without the gate: its images are the engine's. All is removed at the end.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from deploy import story
from deploy.commands.remove import clear
from deploy.engine import Engine
from deploy.errors import EngineError
from deploy.host import Host
from deploy.model import Colour, Release
from deploy.settings import Canary, Images, Limits, Network, Settings
from deploy.staging import drill, limits, seed, validation
from deploy.staging.model import Report
from deploy.staging.page import page
from deploy.staging.site import Site, open_site
from tests.absence import need_docker
from tests.engine import docker, own_name
from tests.integration.docker_stack import REVISION, build

pytestmark = [pytest.mark.docker, pytest.mark.browser]
RATE = {"requests_per_second": 12, "users": 4, "most_failed": 0}
# Short, and of a machine that does other things too: that it works is tested, not how fast.
SHORT = limits.Limits.model_validate(
    {
        "load": {**RATE, "seconds": 5, "fewest_requests": 5, "p95_ms": 20_000, "p99_ms": 30_000},
        "soak": {**RATE, "seconds": 8, "fewest_requests": 5, "most_growth_mib": 512},
        # What a killed process had in work is lost: on a slow machine that is a request of every user.
        "drill": {
            **RATE,
            "most_failed": RATE["users"],
            "most_failed_proxy": RATE["users"],
            "settle_seconds": 0.5,
            "recover_seconds": 300,
        },
        "deploy": RATE,
    }
)


def free_subnet(name: str) -> str:
    """A subnet of 256 addresses that none of the engine's networks has; which one depends on the name."""
    ids = docker("network", "ls", "--quiet").stdout.split()
    template = "--format={{range .IPAM.Config}}{{println .Subnet}}{{end}}"
    listed = docker("network", "inspect", template, *ids).stdout.split()
    taken = [IPv4Network(each) for each in listed if ":" not in each]
    start = sum(name.encode())
    for number in range(start, start + 65_536):
        found = IPv4Network(f"10.{100 + number // 256 % 100}.{number % 256}.0/24")
        if not any(found.overlaps(each) for each in taken):
            return str(found)
    pytest.fail("no subnet is free")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A stack with the samples, of images that are built here."""
    need_docker()
    with own_name("stage") as name:
        images = build(name, "api", "webapp")
        pinned = {
            target: docker("image", "inspect", "--format={{.Id}}", image).stdout.strip()
            for target, image in images.items()
        }
        settings = Settings(
            name=name[:41].rstrip("-"),
            policy=Path("none.toml"),
            images=Images(api=images["api"], webapp=images["webapp"]),
            network=Network(subnet=free_subnet(name), api_port=0, web_port=0),
            canary=Canary(seconds=1, patience=2, slowest=50),
            limits=Limits(ready=300, drain=20),
            environment={"FINCHAT_API_TIMEOUT": "120"},
        )
        host = Host(settings, Engine("default"), lambda _: None)
        release = Release(revision=REVISION, version="0.1.0", api=pinned["api"], webapp=pinned["webapp"])
        try:
            story.deploy(host, release, {})
            opened = open_site(host)
            seed.samples(opened)
            yield opened
        finally:
            clear(host, data=True)


@pytest.fixture(scope="module")
def report(site: Site) -> Report:
    return validation.validate(site, SHORT, lambda _: None)


def test_a_good_release_passes_every_check(report: Report) -> None:
    assert [(each.name, each.outcome, each.detail) for each in report.checks if not each.passed] == []
    assert [each.name for each in report.checks] == list(validation.NAMES)
    assert report.passed
    assert not report.standard, "by limits of its own"


def test_every_check_has_done_its_work(report: Report) -> None:
    figures = {each.name: each.figures for each in report.checks}
    assert (
        figures["answers"]["questions"] == figures["answers"]["right"] == figures["answers"]["verified"] >= 40
    )
    assert figures["load"]["requests"] >= 5
    assert {"api_growth_mib", "webapp_growth_mib"} <= figures["soak"].keys()
    assert figures["deploy"]["deploy_seconds"] > 0
    assert figures["drill"]["api_taken_over"] > 0
    assert figures["drill"]["webapp_taken_over"] > 0


def test_the_report_tells_of_it_with_charts(report: Report) -> None:
    document = json.loads(json.dumps(report.document()))
    assert (document["passed"], document["revision"]) == (True, REVISION)
    assert {"name", "passed", "detail", "seconds", "figures"} <= document["checks"][0].keys()
    shown = page(report)
    assert shown.count("<figure>") >= 7
    assert shown.count('role="img" aria-label=') == shown.count("<figure>")


def test_after_it_both_colours_hold_the_release_and_are_up(site: Site, report: Report) -> None:
    state = site.state()
    assert state.colours == {Colour.BLUE: site.release, Colour.GREEN: site.release}
    assert site.wait_up(0) < 30
    assert report.release == site.release


def test_a_stack_that_serves_another_commit_does_not_pass(site: Site) -> None:
    """What follows smoke is not tried, so it does not look as if it were about the release."""
    other = replace(site, release=site.release.model_copy(update={"revision": "f" * 40}))
    broken = validation.validate(other, SHORT, lambda _: None)
    assert not broken.passed
    assert broken.checks[0].outcome == "failed"
    assert REVISION in broken.checks[0].detail
    assert {each.outcome for each in broken.checks[1:]} == {"not checked"}


def test_a_process_that_outlives_the_kill_is_an_error(site: Site) -> None:
    with pytest.raises(EngineError, match="outlived"):
        drill.kill(site, site.container("agent"), ("true",))
