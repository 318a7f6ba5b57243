from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from finchat_sec_qa.config import PREFIX, SECRETS, Settings, load, variables
from finchat_sec_qa.errors import ConfigError


class Recorder(dict[str, str]):
    """An environment that remembers which names were asked for."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self.asked: list[str] = []

    def get(self, key: str, default: object = None) -> object:  # type: ignore[override]
        self.asked.append(key)
        return super().get(key, default)


def test_with_nothing_set_every_field_has_its_default() -> None:
    assert load({}) == Settings()


def test_what_is_listed_is_what_is_asked_for() -> None:
    environment = Recorder()
    load(environment)
    assert sorted(set(environment.asked)) == sorted(variables())


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("FINCHAT_JOBS", "many", "integer"),
        ("FINCHAT_JOBS", "-1", "greater than or equal to 0"),
        ("FINCHAT_LOG_LEVEL", "LOUD", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("FINCHAT_EDGAR_RATE", "11", "less than or equal to 10"),
        ("FINCHAT_EDGAR_RATE", "0", "greater than 0"),
        ("FINCHAT_EDGAR_RATE", "nan", "less than or equal to 10"),
        ("FINCHAT_EDGAR_TIMEOUT", "inf", "600"),
        ("FINCHAT_EDGAR_CONTACT", "Jane Doe", "mail address"),
        ("FINCHAT_EDGAR_WWW_URL", "ftp://example.com", "pattern"),
        ("FINCHAT_API_PORT", "65536", "65535"),
        ("FINCHAT_API_RATE", "fast", "pattern"),
        ("FINCHAT_API_ANONYMOUS", "perhaps", "boolean"),
        ("FINCHAT_WEB_WORKERS", "0", "greater than or equal to 1"),
    ],
)
def test_an_error_names_variable_value_and_what_is_allowed(variable: str, value: str, allowed: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load({variable: value})
    assert caught.value.variable == variable
    assert caught.value.exit_code == 2
    for part in (variable, value, allowed):
        assert part in str(caught.value)


def test_a_variable_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"FINCHAT_STOER: no such setting; docs/configuration.md"):
        load({"FINCHAT_STOER": "/data"})


def test_other_programs_variables_are_not_ours() -> None:
    assert load({"PATH": "/bin", "STORE": "/x"}) == Settings()


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load({"FINCHAT_API_PORT": ""}).api_port == 8000


def test_an_option_wins_over_the_environment_and_none_is_no_option(tmp_path: Path) -> None:
    environ = {"FINCHAT_STORE": "/elsewhere", "FINCHAT_API_PORT": "9000"}
    settings = load(environ, store=tmp_path, api_port=None)
    assert (settings.store, settings.api_port) == (tmp_path, 9000)


def test_a_bad_option_is_reported_like_a_bad_variable() -> None:
    with pytest.raises(ConfigError, match="FINCHAT_API_PORT: 70000 is not allowed"):
        load({}, api_port=70000)


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret\n", encoding="utf-8")
    settings = load({"FINCHAT_API_TOKEN_FILE": str(tmp_path / "token")})
    assert settings.api_token.get_secret_value() == "s3cret"


@pytest.mark.parametrize("body", [None, b"\xff\xfe\x00"])
def test_a_secret_file_that_cannot_be_read_is_named(tmp_path: Path, body: bytes | None) -> None:
    path = tmp_path / "token"
    if body is not None:
        path.write_bytes(body)
    with pytest.raises(ConfigError) as caught:
        load({"FINCHAT_API_TOKEN_FILE": str(path)})
    assert caught.value.variable == "FINCHAT_API_TOKEN_FILE"
    assert str(path) in str(caught.value)


def test_a_secret_given_twice_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a", encoding="utf-8")
    with pytest.raises(ConfigError, match="set one of them"):
        load({"FINCHAT_API_TOKEN": "b", "FINCHAT_API_TOKEN_FILE": str(tmp_path / "token")})


def test_only_secrets_have_a_file_form() -> None:
    assert [name for name in variables() if name.endswith("_FILE")] == ["FINCHAT_API_TOKEN_FILE"]
    with pytest.raises(ConfigError, match="no such setting"):
        load({"FINCHAT_STORE_FILE": "/x"})


def test_every_secret_field_is_declared_one() -> None:
    secret = {name for name, field in Settings.model_fields.items() if field.annotation is SecretStr}
    assert secret == SECRETS


def test_a_secret_is_shown_nowhere() -> None:
    settings = load({"FINCHAT_API_TOKEN": "hunter2hunter2"})
    assert "hunter2" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_a_tilde_means_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load({"FINCHAT_STORE": "~/filings"}).store == tmp_path / "filings"
    with pytest.raises(ConfigError, match="FINCHAT_STORE: '~nobody-here/x' is not allowed"):
        load({"FINCHAT_STORE": "~nobody-here/x"})


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().jobs = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("host", "open_"),
    [("127.0.0.1", False), ("::1", False), ("localhost", False), ("0.0.0.0", True)],  # noqa: S104 - read, not bound
)
def test_which_addresses_other_machines_reach(host: str, open_: bool) -> None:
    assert load({"FINCHAT_API_HOST": host}).open_beyond_loopback is open_


@given(st.sampled_from(sorted(Settings.model_fields)), st.text(min_size=1).filter(lambda t: "\0" not in t))
def test_any_text_is_taken_or_refused_with_the_variables_name(field: str, value: str) -> None:
    try:
        load({PREFIX + field.upper(): value})
    except ConfigError as error:
        assert error.variable == PREFIX + field.upper()  # noqa: PT017 - either outcome is right
