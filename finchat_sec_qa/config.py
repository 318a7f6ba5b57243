"""The only place that reads the environment: FINCHAT_* variables, once, into a frozen `Settings`.

Every field is a variable FINCHAT_<FIELD> with a default. A secret may instead be given as
FINCHAT_<FIELD>_FILE, the path of a file that holds it. docs/configuration.md and .env.example list them
all; tests/docs/test_settings.py proves that what is documented is what is read.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from finchat_sec_qa.errors import ConfigError

PREFIX = "FINCHAT_"
HttpUrl = Annotated[str, Field(pattern=r"^https?://[^\s/]+(/[^\s]*)?$")]
Port = Annotated[int, Field(ge=0, le=65535)]
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _default_store() -> Path:
    return Path(platformdirs.user_data_dir("finchat-sec-qa"))


def _default_cache() -> Path:
    return Path(platformdirs.user_cache_dir("finchat-sec-qa")) / "edgar"


class Settings(BaseModel):
    """Validated settings. Times are seconds, sizes bytes unless the name says otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    store: Path = Field(default_factory=_default_store, description="directory of the store")
    store_readonly: bool = Field(
        default=False, description="read the store and never write to it; filings come from another server"
    )
    jobs: int = Field(default=0, ge=0, le=256, description="processes that parse filings; 0 = one per core")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="least severe log message that is written"
    )
    log_format: Literal["json", "plain"] = Field(default="json", description="log lines of the servers")

    max_file_mb: int = Field(default=200, ge=1, le=4096, description="largest file that is parsed, in MB")
    parse_seconds: int = Field(default=120, ge=1, le=3600, description="longest time one filing may take")

    edgar_contact: str = Field(
        default="", description='who asks, for EDGAR\'s User-Agent: "Company name@example.com"'
    )
    edgar_www_url: HttpUrl = Field(default="https://www.sec.gov", description="EDGAR's documents")
    edgar_data_url: HttpUrl = Field(default="https://data.sec.gov", description="EDGAR's JSON data")
    edgar_rate: float = Field(
        default=6.0, gt=0, le=10, description="requests a second to EDGAR, all threads together"
    )
    edgar_timeout: float = Field(default=30.0, gt=0, le=600, description="wait for one EDGAR answer")
    edgar_block_wait: float = Field(
        default=660.0, ge=0, le=7200, description="pause when EDGAR blocks us; it does for about 10 minutes"
    )
    edgar_cache: Path = Field(default_factory=_default_cache, description="directory of fetched EDGAR files")

    api_host: str = Field(default="127.0.0.1", min_length=1, description="address the API listens on")
    api_port: Port = Field(default=8000, description="port the API listens on")
    api_token: SecretStr = Field(
        default=SecretStr(""), description="bearer token that every API call but health needs"
    )
    api_anonymous: bool = Field(
        default=False, description="allow an API without token beyond loopback; say so on purpose"
    )
    api_rate: str = Field(
        default="600/minute",
        pattern=r"^\d+/(second|minute|hour)$",
        description="requests allowed per client address",
    )
    api_max_body_mb: int = Field(default=200, ge=1, le=4096, description="largest request body, in MB")
    api_timeout: float = Field(default=30.0, gt=0, le=600, description="longest time one question may take")
    api_url: HttpUrl = Field(
        default="http://127.0.0.1:8000", description="where the web pages and the client find the API"
    )

    web_host: str = Field(default="127.0.0.1", min_length=1, description="address the web pages listen on")
    web_port: Port = Field(default=5000, description="port the web pages listen on")
    web_workers: int = Field(default=2, ge=1, le=64, description="worker processes of the web pages")

    traces_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s/]+(/[^\s]*)?)?$",
        description="collector that the API sends traces to, by OTLP over HTTP; empty: none",
    )
    revision: str = Field(default="", description="commit that the program was built from, shown by /version")

    @field_validator("edgar_contact")
    @classmethod
    def _contact_has_an_address(cls, value: str) -> str:
        if value and "@" not in value:
            raise ValueError('must hold a mail address, such as "Example Corp jane@example.com"')
        return value

    @field_validator("store", "edgar_cache")
    @classmethod
    def _home_is_meant_by_tilde(cls, value: Path) -> Path:
        """Not every place that variables are set in is a shell that has done so."""
        try:
            return value.expanduser()
        except RuntimeError as error:
            raise ValueError(str(error)) from error

    @property
    def open_beyond_loopback(self) -> bool:
        """True when the API would answer other machines."""
        return self.api_host not in LOOPBACK


SECRETS = frozenset({"api_token"})
FILE_SUFFIX = "_FILE"


def variables() -> dict[str, str]:
    """Every variable that is read and what it means, in order; secrets' _FILE forms included."""
    found: dict[str, str] = {}
    for name, field in Settings.model_fields.items():
        found[PREFIX + name.upper()] = field.description or ""
        if name in SECRETS:
            found[PREFIX + name.upper() + FILE_SUFFIX] = f"file that holds {PREFIX + name.upper()}"
    return found


def load(environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Settings from the environment; `overrides` (from command-line options, None = not given) win.

    Raises ConfigError naming the variable, its value and what is allowed; also for unknown FINCHAT_*.
    """
    environ = os.environ if environ is None else environ
    known = variables()
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            raise ConfigError(name, "no such setting; docs/configuration.md lists them all")
    values: dict[str, Any] = {}
    for field in Settings.model_fields:
        value = _read(environ, field)
        if value is not None:
            values[field] = value
    values.update({name: value for name, value in overrides.items() if value is not None})
    try:
        return Settings(**values)
    except ValidationError as error:
        raise _config_error(error) from error


def environment(environ: Mapping[str, str] | None = None, /, **settings: object) -> dict[str, str]:
    """The environment for a child process: this one's, with FINCHAT_* variables for `settings` set in it."""
    environ = os.environ if environ is None else environ
    return {**environ, **{PREFIX + name.upper(): str(value) for name, value in settings.items()}}


def _read(environ: Mapping[str, str], field: str) -> str | None:
    """The variable's value; an empty one counts as not set, so that `VAR= finchat …` restores the default."""
    name = PREFIX + field.upper()
    if field in SECRETS and environ.get(name + FILE_SUFFIX):
        if environ.get(name):
            raise ConfigError(name, f"is set together with {name}{FILE_SUFFIX}; set one of them")
        path = Path(environ[name + FILE_SUFFIX])
        try:
            return path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(name + FILE_SUFFIX, f"cannot read {path}: {error}") from error
    return environ.get(name) or None


def _config_error(error: ValidationError) -> ConfigError:
    first = error.errors(include_url=False)[0]
    field = str(first["loc"][0])
    shown = "(secret)" if field in SECRETS else repr(first["input"])
    return ConfigError(PREFIX + field.upper(), f"{shown} is not allowed: {first['msg']}")
