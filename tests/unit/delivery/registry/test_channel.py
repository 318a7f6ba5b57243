import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from delivery.registry.channel import Ask, Channel, Patience
from delivery.registry.credentials import Credentials
from delivery.registry.errors import BadAnswerError, DeniedError, UnreachableError
from tests.unit.delivery.registry.fake_registry import BASIC, PASSWORD, USER, FakeRegistry, served

KNOWN = Credentials(USER, PASSWORD)


@pytest.fixture
def other() -> Iterator[FakeRegistry]:
    with served(FakeRegistry()) as second:
        yield second


def tags(fake: FakeRegistry, host: str = "") -> Ask:
    return Ask("GET", f"http://{host or fake.host}/v2/app/tags/list?n=10", "repository:app:pull", 10_000)


def blob(fake: FakeRegistry, digest: str, limit: int = 10_000) -> Ask:
    return Ask("GET", f"http://{fake.host}/v2/app/blobs/{digest}", "repository:app:pull", limit)


@pytest.mark.parametrize("kind", ["basic", "bearer"])
def test_a_challenge_is_met_once_per_right(fake: FakeRegistry, patience: Patience, kind: str) -> None:
    fake.auth = kind
    with Channel(fake.host, KNOWN, patience=patience) as channel:
        assert [channel.ask(tags(fake)).status for _ in range(3)] == [200, 200, 200]
    assert len(fake.asked) == {"basic": 4, "bearer": 5}[kind]
    assert fake.asked[0][2] == "", "credentials went out before anybody asked for them"


@pytest.mark.parametrize("kind", ["basic", "bearer"])
@pytest.mark.parametrize("credentials", [None, Credentials(USER, "wrong")])
def test_without_the_right_credentials_the_error_says_how_to_give_them(
    fake: FakeRegistry, patience: Patience, kind: str, credentials: Credentials | None
) -> None:
    fake.auth = kind
    with Channel(fake.host, credentials, patience=patience) as channel, pytest.raises(DeniedError) as caught:
        channel.ask(tags(fake))
    assert "docker login" in str(caught.value)
    assert "wrong" not in str(caught.value)


def test_an_expired_token_is_renewed(fake: FakeRegistry, patience: Patience) -> None:
    fake.auth = "bearer"
    with Channel(fake.host, KNOWN, patience=patience) as channel:
        channel.ask(tags(fake))
        challenge = f'Bearer realm="http://{fake.host}/token",scope="repository:app:pull"'
        fake.script.append((401, {"WWW-Authenticate": challenge}))
        assert channel.ask(tags(fake)).status == 200


def test_a_right_that_is_refused_says_so(fake: FakeRegistry, patience: Patience) -> None:
    fake.script.append((403, {}))
    with Channel(fake.host, KNOWN, patience=patience) as channel, pytest.raises(DeniedError, match="403"):
        channel.ask(tags(fake))


def test_passing_failures_are_tried_again(fake: FakeRegistry, patience: Patience, slept: list[float]) -> None:
    fake.script.extend([(503, {}), (429, {"Retry-After": "7"})])
    with Channel(fake.host, patience=patience) as channel:
        assert channel.ask(tags(fake)).status == 200
    assert len(slept) == 2
    assert slept[1] == 7


def test_an_endless_wait_is_not_waited(fake: FakeRegistry, patience: Patience, slept: list[float]) -> None:
    fake.script.append((429, {"Retry-After": "86400"}))
    with Channel(fake.host, patience=patience) as channel:
        channel.ask(tags(fake))
    assert slept == [60]


def test_failures_that_stay_are_told(fake: FakeRegistry, patience: Patience) -> None:
    fake.script.extend([(503, {})] * 3)
    with (
        Channel(fake.host, patience=patience) as channel,
        pytest.raises(UnreachableError, match=r"503.*3 att"),
    ):
        channel.ask(tags(fake))
    assert len(fake.asked) == 3


def test_nobody_there_is_told(patience: Patience, slept: list[float]) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: refuses
        host = f"127.0.0.1:{held.getsockname()[1]}"
        with Channel(host, patience=patience) as channel, pytest.raises(UnreachableError, match=host):
            channel.ask(tags(FakeRegistry(), host))
    assert len(slept) == 2


def test_an_answer_without_end_is_cut(fake: FakeRegistry, patience: Patience) -> None:
    digest = fake.put_blob(b"x" * 101)
    with Channel(fake.host, patience=patience) as channel:
        assert channel.ask(blob(fake, digest, 101)).length == 101
        with pytest.raises(BadAnswerError, match="more than 100 bytes"):
            channel.ask(blob(fake, digest, 100))


def test_a_body_that_is_not_kept_is_hashed(fake: FakeRegistry, patience: Patience) -> None:
    digest = fake.put_blob(b"x" * 1000)
    with Channel(fake.host, patience=patience) as channel:
        reply = channel.ask(replace(blob(fake, digest), keep=False))
    assert (reply.body, reply.digest, reply.length) == (b"", digest, 1000)


def test_a_redirect_is_followed_without_credentials(
    fake: FakeRegistry, other: FakeRegistry, patience: Patience
) -> None:
    fake.auth = "basic"
    digest = other.put_blob(b"elsewhere")
    fake.moved[f"/v2/app/blobs/{digest}"] = f"http://{other.host}/v2/app/blobs/{digest}"
    with Channel(fake.host, KNOWN, patience=patience) as channel:
        assert channel.ask(blob(fake, digest)).body == b"elsewhere"
    assert fake.asked[-1][2] == BASIC
    assert [said for *_, said in other.asked] == [""]


def test_another_host_that_asks_for_credentials_gets_none(
    fake: FakeRegistry, other: FakeRegistry, patience: Patience
) -> None:
    other.auth = "basic"
    fake.moved["/v2/app/blobs/sha256:a"] = f"http://{other.host}/v2/app/blobs/sha256:a"
    with Channel(fake.host, KNOWN, patience=patience) as channel, pytest.raises(DeniedError):
        channel.ask(blob(fake, "sha256:a"))
    assert [said for *_, said in other.asked] == [""]


def test_a_circle_of_redirects_ends(fake: FakeRegistry, patience: Patience) -> None:
    fake.moved["/v2/app/blobs/a"] = "/v2/app/blobs/a"
    with Channel(fake.host, patience=patience) as channel, pytest.raises(BadAnswerError, match="redirects"):
        channel.ask(blob(fake, "a"))


@pytest.fixture
def strict(fake: FakeRegistry, patience: Patience) -> Iterator[Channel]:
    """A channel that treats the fake as a registry that is asked over https."""
    with Channel(fake.host, KNOWN, patience=patience) as channel:
        channel._plain = False
        yield channel


@pytest.mark.parametrize("target", ["http://storage.example/x", "file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_an_unencrypted_detour_is_refused(fake: FakeRegistry, strict: Channel, target: str) -> None:
    fake.moved["/v2/app/blobs/a"] = target
    with pytest.raises(BadAnswerError, match="not https"):
        strict.ask(blob(fake, "a"))


def test_credentials_go_to_no_unencrypted_token_service(fake: FakeRegistry, strict: Channel) -> None:
    fake.script.append((401, {"WWW-Authenticate": 'Bearer realm="http://auth.example/token"'}))
    with pytest.raises(BadAnswerError, match=r"auth\.example/token, which is not https"):
        strict.ask(tags(fake))


def test_http_is_for_this_machine_or_on_demand() -> None:
    with Channel("registry.example") as channel:
        assert channel.origin == "https://registry.example"
    with Channel("registry.example", insecure=True) as channel:
        assert channel.origin == "http://registry.example"
    with Channel("localhost:5000") as channel:
        assert channel.origin == "http://localhost:5000"


def test_a_token_service_that_sends_nonsense_is_told(fake: FakeRegistry, patience: Patience) -> None:
    fake.auth = "bearer"
    digest = fake.put_blob(b'{"token": 7}')
    challenge = f'Bearer realm="http://{fake.host}/v2/app/blobs/{digest}"'
    fake.script.append((401, {"WWW-Authenticate": challenge}))
    fake.auth = ""
    with (
        Channel(fake.host, KNOWN, patience=patience) as channel,
        pytest.raises(BadAnswerError, match="no token"),
    ):
        channel.ask(tags(fake))
