"""Who may send what, how much and how often; against real servers, partly over plain sockets."""

import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from api import guards, protocol
from api.app import check_exposure, create_app
from api.guards import _client
from finchat_sec_qa.config import Settings
from finchat_sec_qa.errors import ConfigError
from tests.api_support.fake_library import FakeLibrary
from tests.api_support.live import live, settings_for

TOKEN = "s3cret-token-of-the-test"  # noqa: S105 - made up
OPEN = ("/health", "/ready", "/version")
CLOSED = ("/v1/companies", "/metrics", "/openapi.json", "/no/such/route")


def code(response: httpx.Response) -> str:
    assert response.headers["content-type"] == "application/problem+json"
    return str(response.json()["code"])


def exchange(address: str, *pieces: bytes, pause: float = 0.0) -> bytes:
    """What the server says to these bytes until it closes the connection."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as talk:
        for piece in pieces:
            talk.sendall(piece)
            time.sleep(pause)
        answer = b""
        while got := talk.recv(65536):
            answer += got
        return answer


@pytest.fixture(scope="module")
def secured() -> Iterator[httpx.Client]:
    with (
        live(FakeLibrary(), api_token=TOKEN) as address,
        httpx.Client(base_url=address, trust_env=False) as http,
    ):
        yield http


@pytest.mark.parametrize("path", OPEN)
def test_probes_need_no_token(secured: httpx.Client, path: str) -> None:
    assert secured.get(path).status_code == 200


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer ünï"]
)
def test_all_else_needs_the_token(secured: httpx.Client, path: str, header: str | None) -> None:
    headers = {} if header is None else {b"Authorization": header.encode("latin-1")}
    response = secured.get(path, headers=headers)
    assert response.status_code == 401
    assert code(response) == "unauthorized"
    assert response.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_the_token_opens(secured: httpx.Client, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {TOKEN}"}
    assert secured.get("/v1/companies", headers=headers).status_code == 200
    assert secured.get("/metrics", headers=headers).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])  # noqa: S104 - that is the point
def test_beyond_loopback_needs_a_token_or_an_explicit_word(host: str) -> None:
    with pytest.raises(ConfigError, match=r"FINCHAT_API_TOKEN.*FINCHAT_API_ANONYMOUS") as caught:
        create_app(Settings(api_host=host), FakeLibrary())  # type: ignore[arg-type]
    assert caught.value.variable == "FINCHAT_API_TOKEN"
    check_exposure(settings_for(api_host=host, api_token=TOKEN))
    check_exposure(settings_for(api_host=host, api_anonymous=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_loopback_needs_none(host: str) -> None:
    check_exposure(Settings(api_host=host))


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "[::1"])
def test_a_foreign_host_name_is_refused_without_a_token(http: httpx.Client, host: str) -> None:
    response = http.get("/v1/companies", headers={"Host": host})
    assert response.status_code == 421
    assert code(response) == "wrong_host"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:99", "127.0.0.1:8000", "[::1]:8000"])
def test_own_host_names_are_served(http: httpx.Client, host: str) -> None:
    assert http.get("/v1/companies", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example"])
def test_pages_of_other_sites_are_refused_without_a_token(http: httpx.Client, origin: str) -> None:
    files = {"files": ("a.htm", b"x")}
    response = http.post("/v1/ingest", files=files, headers={"Origin": origin})
    assert response.status_code == 403
    assert code(response) == "wrong_origin"
    assert http.get("/health", headers={"Origin": "http://localhost:5000"}).status_code == 200


def test_with_a_token_any_host_name_will_do(secured: httpx.Client) -> None:
    headers = {"Host": "finchat.example", "Authorization": f"Bearer {TOKEN}"}
    assert secured.get("/v1/companies", headers=headers).status_code == 200


def test_above_the_rate_requests_wait_but_probes_do_not() -> None:
    with (
        live(FakeLibrary(), api_rate="3/hour") as address,
        httpx.Client(base_url=address, trust_env=False) as http,
    ):
        assert [http.get("/v1/companies").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
        refused = http.get("/nothing")
        assert code(refused) == "rate_limited"
        assert 3000 < int(refused.headers["retry-after"]) <= 3600
        assert [http.get(path).status_code for path in (*OPEN, "/metrics")] == [200] * 4


def test_wrong_tokens_count_against_the_rate() -> None:
    with live(FakeLibrary(), api_rate="3/hour", api_token=TOKEN) as address:
        got = [httpx.get(f"{address}/metrics2", trust_env=False).status_code for _ in range(5)]
    assert got == [401, 401, 401, 429, 429]


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::1:2:3:4", "2001:db8::/64"),
        ("2001:db8::9", "2001:db8::/64"),
        ("name", "name"),
    ],
)
def test_an_ipv6_network_is_one_client(address: str, client: str) -> None:
    assert _client({"client": (address, 1)}) == client


def test_a_client_without_address_is_one_too() -> None:
    assert _client({"client": None}) == "unknown"


@pytest.fixture(scope="module")
def small() -> Iterator[str]:
    with live(FakeLibrary(), api_max_body_mb=1, api_timeout=0.5) as address:
        yield address


def test_a_body_that_says_it_is_too_large_is_refused(small: str) -> None:
    response = httpx.post(f"{small}/v1/ask", content=b"x" * 1_048_577, trust_env=False)
    assert response.status_code == 413
    assert code(response) == "body_too_large"


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=b"])
def test_a_chunked_body_that_grows_too_large_is_refused(small: str, kind: str) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.htm"\r\n\r\n'
        for _ in range(20):
            yield b"x" * 65_536

    for path in ("/v1/ask", "/v1/ingest"):
        headers = {"Content-Type": kind}
        response = httpx.post(f"{small}{path}", content=chunks(), headers=headers, trust_env=False)
        assert response.status_code == 413
        assert code(response) == "body_too_large"


def test_json_has_a_smaller_limit_than_uploads(http: httpx.Client) -> None:
    body = b" " * (guards.MAX_JSON_BODY + 1)
    response = http.post("/v1/ask", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 413


def test_a_body_that_stops_coming_is_given_up(small: str) -> None:
    head = b"POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    answer = exchange(small, head + b"Content-Length: 100\r\nConnection: close\r\n\r\n{")
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"code":"slow_body"' in answer


def test_a_head_without_end_is_cut_off(small: str) -> None:
    line = b"X-Filler: " + b"y" * 1000 + b"\r\n"
    try:
        answer = exchange(small, b"GET / HTTP/1.1\r\n" + line * (protocol.MAX_HEAD // 1000))
    except ConnectionError:  # the server may close before all is sent
        return
    assert answer.startswith(b"HTTP/1.1 400")


def test_one_header_without_end_is_cut_off(small: str) -> None:
    try:
        answer = exchange(small, b"GET / HTTP/1.1\r\nX-Filler: ", *[b"y" * 16_384] * 8)
    except ConnectionError:
        return
    assert answer.startswith(b"HTTP/1.1 400")


def test_a_large_body_is_no_large_head(small: str) -> None:
    body = b'{"question": "a"}' + b" " * 200_000
    head = b"POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    close = b"Connection: close\r\n"
    request = head + b"Content-Length: %d\r\n" % len(body)
    first = request + b"\r\n" + body
    answer = exchange(small, first + request + close + b"\r\n" + body)
    assert answer.count(b"HTTP/1.1 200") == 2


def test_a_slow_head_is_cut_off(small: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    assert exchange(small, b"GET / HTTP/1.1\r\nHost:") == b""


def test_a_connection_that_asks_slowly_but_in_time_is_served(small: str) -> None:
    request = (b"GET /health HTTP/1.1\r\n", b"Host: localhost\r\nConnection: close\r\n", b"\r\n")
    assert exchange(small, *request, pause=0.05).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "99999999999999999999999"])
def test_a_strange_length_is_refused(small: str, length: str) -> None:
    head = f"POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
    assert exchange(small, head.encode()).split()[1] in (b"400", b"413")
