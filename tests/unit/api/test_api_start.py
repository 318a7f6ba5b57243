"""What cannot be served is refused at the start, with what to do about it."""

import socket

import pytest

from api.__main__ import main


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"FINCHAT_API_HOST": "0.0.0.0"}, "FINCHAT_API_TOKEN: is not set"),  # noqa: S104 - that is the point
        ({"FINCHAT_API_PORT": "99999"}, "FINCHAT_API_PORT: '99999' is not allowed"),
        ({"FINCHAT_API_RATE": "many"}, "FINCHAT_API_RATE: 'many' is not allowed"),
        ({"FINCHAT_API_TYPO": "1"}, "FINCHAT_API_TYPO: no such setting"),
        (
            {"FINCHAT_API_HOST": "192.0.2.1", "FINCHAT_API_ANONYMOUS": "true"},
            "cannot listen on 192.0.2.1:8000",
        ),
        (
            {"FINCHAT_API_HOST": "a..b", "FINCHAT_API_ANONYMOUS": "true"},
            "FINCHAT_API_HOST: 'a..b' is no address",
        ),
    ],
)
def test_wrong_settings_are_usage_errors(
    settings: dict[str, str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert main() == 2
    assert message in capsys.readouterr().err


def test_a_taken_port_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        monkeypatch.setenv("FINCHAT_API_PORT", port)
        assert main() == 2
    errors = capsys.readouterr().err
    assert f"FINCHAT_API_PORT: cannot listen on 127.0.0.1:{port} (Address already in use)" in errors
    assert "choose another port" in errors
