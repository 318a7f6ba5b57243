import pytest

from delivery.registry.challenge import Challenge, parse_challenges

BEARER = Challenge(
    "bearer", {"realm": "https://auth.example/token", "service": "r", "scope": "repository:a:pull,push"}
)


@pytest.mark.parametrize(
    "header",
    [
        'Bearer realm="https://auth.example/token",service="r",scope="repository:a:pull,push"',
        'bearer realm="https://auth.example/token", service=r, scope="repository:a:pull,push"',
    ],
)
def test_a_bearer_challenge_is_read(header: str) -> None:
    assert parse_challenges([header]) == (BEARER,)


def test_bearer_comes_before_basic() -> None:
    headers = ['Basic realm="x", Bearer realm="https://auth.example/token"', "Negotiate abc=="]
    assert [challenge.scheme for challenge in parse_challenges(headers)] == ["bearer", "basic"]


def test_other_schemes_are_no_challenge_that_we_can_meet() -> None:
    assert parse_challenges(["Negotiate", "Digest", ""]) == ()
