import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.fake_edgar import TICKERS, FakeClock, FakeSite, open_edgar, submissions

APPLE = "submissions/CIK0000320193.json"


class Meeting(httpx.BaseTransport):
    """Holds the first question for `path` until another thread asks it as well, or a moment has passed."""

    def __init__(self, site: FakeSite, path: str) -> None:
        self._answers, self._path = site.transport(), path
        self._meeting = threading.Barrier(2)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == f"/{self._path}":
            with suppress(threading.BrokenBarrierError):
                self._meeting.wait(0.5)
        return self._answers.handle_request(request)


@pytest.mark.parametrize("threads", [2, 6])
def test_of_many_threads_that_need_an_object_one_fetches_it(tmp_path: Path, threads: int) -> None:
    objects = {"files/company_tickers.json": TICKERS, APPLE: submissions(320193, "Apple Inc.", [])}
    site = FakeSite(FakeClock(), objects)
    transport = Meeting(site, APPLE)
    with open_edgar(site, tmp_path, transport=transport) as edgar, ThreadPoolExecutor(threads) as pool:
        names = {company.name for company in pool.map(edgar.company, ["320193"] * threads)}
    assert names == {"Apple Inc."}
    assert site.paths(200).count(APPLE) == 1
