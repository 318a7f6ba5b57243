"""What the other colour took over while one was down, as Prometheus tells it sooner or later."""

import re
from itertools import chain, repeat
from urllib.parse import parse_qs, urlsplit

import pytest

from deploy.model import Colour
from deploy.staging.drill import FAULTS, Fault, taken_over
from tests.unit.deploy.staging.stand_in import Answer, as_json, served, site

API, PAGES, PROXY = FAULTS


def told(fault: Fault, *counts: int, before: float = 7.0, wait: float = 30.0) -> tuple[float, list[str]]:
    """What is found when Prometheus tells these counts, the last one again and again; what it was asked."""
    said, asked = chain(counts, repeat(counts[-1])), []

    def prometheus(path: str, body: bytes, headers: dict[str, str]) -> Answer:
        asked.append(parse_qs(urlsplit(path).query)["query"][0])
        return as_json({"data": {"result": [{"metric": {}, "value": [0, str(next(said))]}]}})

    with served(prometheus) as address:
        return taken_over(site(address), fault, Colour.GREEN, before, wait), asked


@pytest.mark.parametrize("fault", [API, PAGES])
def test_a_figure_that_comes_late_is_waited_for(fault: Fault) -> None:
    taken, asked = told(fault, 7, 7, 7, 12, 99)
    assert (taken, len(asked)) == (5, 4)
    assert all(re.search(rf'job="{fault.service}",colour="green",', each) for each in asked)


def test_a_colour_that_took_nothing_over_is_told_after_the_wait() -> None:
    assert told(API, 7, wait=0.3)[0] == 0


def test_behind_a_proxy_nothing_is_taken_over() -> None:
    assert told(PROXY, 7, before=0) == (0, [])


def test_only_pages_are_asked_while_pages_are_down() -> None:
    """A killed container is down for less than a second: of all requests too few are for a page."""
    assert [each.only for each in FAULTS] == [(), ("pages",), ()]
