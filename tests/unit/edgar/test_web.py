import gzip
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from finchat_sec_qa.edgar.web import ATTEMPTS, CONNECT_ATTEMPTS, Web
from finchat_sec_qa.errors import BadBodyError, ContactRequiredError, SourceBlockedError, SourceError
from tests.fake_edgar import ACCESS_DENIED, DATA, THRESHOLD, UNDECLARED, WWW, FakeClock, FakeSite, Raw

LIST = "files/list.json"
URL = f"{WWW}/{LIST}"
OBJECTS = {LIST: {"a": 1}}


def open_web(site: FakeSite, **changes: object) -> Web:
    settings = {
        "contact": "Example Corp jane@example.com",
        "origins": (WWW, DATA),
        "rate": 10.0,
        "timeout": 10.0,
        "block_wait": 600.0,
        "max_bytes": 100_000,
        "backoff": 0.5,
        "clock": site.clock,
        "transport": site.transport(),
    }
    return Web(**{**settings, **changes})


@pytest.fixture
def site() -> FakeSite:
    return FakeSite(FakeClock(), OBJECTS)


def status(code: int, body: bytes = b"<html></html>", **headers: str) -> Raw:
    return Raw(code, body, {"content-type": "text/html", **headers})


CUT = Raw(200, b'{"a"', {"content-type": "application/json", "content-length": "8"})
CUT_GZIP = Raw(200, gzip.compress(b'{"a": 1}')[:-6], {"content-encoding": "gzip"})


@pytest.mark.parametrize(
    "trouble",
    [
        status(500),
        status(503),
        status(408),
        status(200, UNDECLARED),
        status(200, b"<html><title>503 Service Unavailable</title></html>"),
        status(200, b"{}", **{"content-type": "application/json", "content-encoding": "br"}),
        CUT,
        CUT_GZIP,
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("peer closed connection"),
        httpx.ReadError("reset"),
        httpx.ConnectError("refused"),
    ],
)
def test_trouble_that_passes_is_waited_out(site: FakeSite, trouble: object) -> None:
    site.script.extend([trouble, trouble])
    assert open_web(site).get(URL, "json").body == b'{"a": 1}'
    assert len(site.asked) == 3


def test_waits_grow_and_differ(site: FakeSite) -> None:
    site.script.extend([status(503)] * ATTEMPTS)
    with pytest.raises(SourceError, match="status 503"):
        open_web(site).get(URL, "json")
    assert len(site.asked) == ATTEMPTS
    moments = [moment for moment, _, _ in site.asked]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert all(gap <= 0.5 * 2**place + 1.1 for place, gap in enumerate(gaps))
    assert sum(gaps[-3:]) > sum(gaps[:3])
    assert len(set(gaps)) > len(gaps) // 2


def test_a_bad_body_that_stays_is_an_error_that_names_it(site: FakeSite) -> None:
    site.script.extend([CUT] * ATTEMPTS)
    with pytest.raises(BadBodyError, match="4 bytes came where 8 were declared"):
        open_web(site).get(URL, "json")


def test_a_host_that_cannot_be_reached_is_given_up_sooner(site: FakeSite) -> None:
    site.script.extend([httpx.ConnectError("refused")] * ATTEMPTS)
    with pytest.raises(SourceError, match="FINCHAT_EDGAR_"):
        open_web(site).get(URL, "json")
    assert len(site.asked) == CONNECT_ATTEMPTS


@pytest.mark.parametrize(
    "block", [status(429, THRESHOLD), status(403, THRESHOLD), status(403), status(200, THRESHOLD)]
)
def test_a_block_pauses_and_then_goes_on(site: FakeSite, block: Raw) -> None:
    site.script.append(block)
    assert open_web(site).get(URL, "json").body == b'{"a": 1}'
    first, second = (moment for moment, _, _ in site.asked)
    assert 600 <= second - first < 602


def test_a_block_that_stays_is_an_error(site: FakeSite) -> None:
    site.script.extend([status(429, THRESHOLD)] * 10)
    with pytest.raises(SourceBlockedError, match="FINCHAT_EDGAR_RATE"):
        open_web(site).get(URL, "json")
    assert len(site.asked) == 4


def test_without_leave_to_wait_a_block_is_an_error_at_once(site: FakeSite) -> None:
    site.script.append(status(429, THRESHOLD))
    with pytest.raises(SourceBlockedError):
        open_web(site, block_wait=0.0).get(URL, "json")
    assert len(site.asked) == 1


@pytest.mark.parametrize("contact", ["", "Example Corp", "  "])
def test_nobody_is_asked_without_a_contact(site: FakeSite, contact: str) -> None:
    with pytest.raises(ContactRequiredError, match="FINCHAT_EDGAR_CONTACT"):
        open_web(site, contact=contact).get(URL, "json")
    assert site.asked == []


@pytest.mark.parametrize("contact", ["a@b.c\r\nX-Injected: 1", "Jürgen j@b.c"])
def test_a_contact_is_sent_as_it_is_or_not_at_all(site: FakeSite, contact: str) -> None:
    with pytest.raises(ContactRequiredError, match="cannot send"):
        open_web(site, contact=contact).get(URL, "json")


def test_a_refused_contact_is_explained_and_not_repeated(site: FakeSite) -> None:
    site.script.append(status(403, UNDECLARED))
    with pytest.raises(ContactRequiredError, match="FINCHAT_EDGAR_CONTACT"):
        open_web(site).get(URL, "json")
    assert len(site.asked) == 1


@pytest.mark.parametrize("answer", [status(404), status(410), status(403, ACCESS_DENIED)])
def test_what_is_not_there_is_none(site: FakeSite, answer: Raw) -> None:
    site.script.append(answer)
    assert open_web(site).get(URL, "json").body is None


def test_another_status_is_an_error_at_once(site: FakeSite) -> None:
    site.script.append(status(418))
    with pytest.raises(SourceError, match="418"):
        open_web(site).get(URL, "json")
    assert len(site.asked) == 1


def test_redirects_are_followed_between_edgars_hosts_only(site: FakeSite) -> None:
    site.script.append(status(301, location=f"{DATA}/{LIST}"))
    assert open_web(site).get(URL, "json").body == b'{"a": 1}'
    assert site.hosts == {"www.edgar.test", "data.edgar.test"}


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://www.edgar.test/x",  # not the scheme we were told
        "https://www.edgar.test:8443/x",
        "https://www.edgar.test.evil.test/x",
        "https://www.edgar.test@evil.test/x",
        "//evil.test/x",
        "file:///etc/passwd",
        "https://[",
        "",
    ],
)
def test_redirects_elsewhere_are_refused(site: FakeSite, target: str) -> None:
    site.script.extend([status(302, location=target)] * 20)
    with pytest.raises(SourceError):
        open_web(site).get(URL, "json")
    assert site.hosts <= {"www.edgar.test"}


def test_redirects_end(site: FakeSite) -> None:
    site.script.extend([status(302, location=f"/{LIST}")] * 20)
    with pytest.raises(SourceError, match="more than 5 redirects"):
        open_web(site).get(URL, "json")
    assert len(site.asked) == 6


def test_large_bodies_are_not_read_to_the_end(site: FakeSite) -> None:
    taken = []

    class Endless(httpx.SyncByteStream):
        def __iter__(self):  # type: ignore[no-untyped-def]
            while True:
                taken.append(1)
                yield b"x" * 10_000

    site.script.append(lambda: httpx.Response(200, stream=Endless()))
    with pytest.raises(BadBodyError, match="larger than"):
        open_web(site).get(URL, "json")
    assert len(taken) < 20


def test_dripping_bodies_are_given_up(site: FakeSite) -> None:
    class Dripping(httpx.SyncByteStream):
        def __iter__(self):  # type: ignore[no-untyped-def]
            while True:
                site.clock.sleep(9)  # each within the timeout
                yield b"x"

    site.script.extend([lambda: httpx.Response(200, stream=Dripping())] * ATTEMPTS)
    with pytest.raises(SourceError, match="took over 100 s"):
        open_web(site).get(URL, "json")


def test_bombs_are_refused(site: FakeSite) -> None:
    bomb = Raw(200, gzip.compress(b" " * 10_000_000), {"content-encoding": "gzip"})
    site.script.extend([bomb] * ATTEMPTS)
    with pytest.raises(BadBodyError, match="unpacks to more than"):
        open_web(site).get(URL, "json")


def test_conditional_requests(site: FakeSite, tmp_path: Path) -> None:
    web = open_web(site)
    first = web.get(URL, "json")
    second = web.get(URL, "json", etag=first.etag)
    assert first.etag
    assert second.unchanged
    assert second.body is None
    assert [code for _, _, code in site.asked] == [200, 304]
