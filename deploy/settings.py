"""The configuration of an environment: one TOML file, read once into a frozen value.

deploy/environments/staging.toml shows every key. A mistake is an error that names the file and the key.
"""

import ipaddress
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from deploy.errors import SettingError
from deploy.model import Colour
from deploy.tables import Table, read_table

ENVIRONMENTS = Path(__file__).parent / "environments"
Port = Annotated[int, Field(ge=0, le=65535)]


def _subnet(value: str) -> str:
    network = ipaddress.IPv4Network(value)
    if network.num_addresses < 64:
        raise ValueError("has fewer than the 64 addresses that a stack takes")
    return value


def _server(value: str) -> str:
    host, _, port = value.rpartition(":")
    try:
        ipaddress.IPv4Address(host)
    except ValueError as error:
        raise ValueError(
            f"wants an IPv4 address and a port, since a stack resolves no names: {error}"
        ) from error
    if not (port.isdecimal() and 0 < int(port) < 65536):
        raise ValueError("wants a port behind the address, as in 10.0.0.5:9093")
    return value


class Images(Table):
    """Where images come from."""

    api: str = Field(description="repository of the API's image, without a tag")
    webapp: str = Field(description="repository of the pages' image, without a tag")
    proxy: str = "haproxy:3.0"
    prometheus: str = "prom/prometheus:v2.53.3"


class Network(Table):
    """Addresses on the host. Ports 0: any that is free."""

    subnet: Annotated[str, AfterValidator(_subnet)]
    bind: str = "127.0.0.1"
    api_port: Port = 8000
    web_port: Port = 5000
    api_preview_port: Port = 0
    web_preview_port: Port = 0
    prometheus_port: Port = 0
    requests_in_10_seconds: int = Field(default=1000, ge=1, description="of one client; more is answered 429")

    def address(self, number: int) -> str:
        """The address with this number in the subnet."""
        return str(ipaddress.IPv4Network(self.subnet)[number])


class Canary(Table):
    """How a new colour is tried on a share of the requests, and what it must not do."""

    percent: int = Field(default=10, ge=1, le=50)
    seconds: float = Field(default=4.0, ge=0, le=3600, description="of the trial, and again after the switch")
    fewest_requests: int = Field(default=20, ge=1, description="to judge by; until then it goes on")
    patience: float = Field(default=30.0, ge=0, le=3600, description="seconds it waits for these")
    most_errors: float = Field(
        default=0.05, gt=0, lt=1, description="share of errors beyond the old colour's"
    )
    slowest: float = Field(default=3.0, gt=1, description="times the old colour's time")
    slack_ms: float = Field(
        default=50.0, ge=0, description="slower by less than this is no reason to go back"
    )


class Limits(Table):
    """Seconds that a step may take."""

    ready: float = Field(default=60.0, gt=0, le=600)
    drain: float = Field(default=60.0, ge=0, le=3600)
    engine: float = Field(
        default=300.0, gt=0, le=3600, description="one command of Docker; a pull among them"
    )


class Settings(Table):
    """One environment."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{1,40}$", description="of the stack; prefix of all it makes")
    hosts: tuple[str, ...] = Field(default=("default",), min_length=1, description="Docker contexts, in turn")
    policy: Path = Field(description="what an image must show, relative to this file")
    production: bool = Field(default=False, description="asks for a tagged version and a staging report")
    images: Images
    network: Network
    canary: Canary = Canary()
    limits: Limits = Limits()
    api_memory: str = Field(default="2g", pattern=r"^\d+[bkmg]$")
    environment: dict[str, str] = Field(default_factory=dict, description="variables of both servers")
    colours: dict[Colour, dict[str, str]] = Field(default_factory=dict, description="variables of one colour")
    alertmanagers: tuple[Annotated[str, AfterValidator(_server)], ...] = Field(
        default=(), description="address:port of those that alerts are sent to, over HTTP"
    )
    certificate_file: Path | None = Field(default=None, description="PEM, chain and key; none: no TLS")
    api_token_file: Path | None = Field(
        default=None, description="relative to this file; none: anyone may ask"
    )


def load(which: str) -> Settings:
    """The settings of an environment: a name of deploy/environments, or a path. Raises SettingError."""
    path = Path(which) if which.endswith(".toml") else ENVIRONMENTS / f"{which}.toml"
    if not path.exists():
        known = ", ".join(sorted(each.stem for each in ENVIRONMENTS.glob("*.toml")))
        raise SettingError(f"no environment {which!r}: there is no {path}. Known: {known}")
    settings = read_table(path, Settings)
    here = path.parent
    secret = {name: getattr(settings, name) for name in ("api_token_file", "certificate_file")}
    found = {name: here / file for name, file in secret.items() if file}
    return settings.model_copy(update={"policy": here / settings.policy, **found})


def token_of(settings: Settings) -> str | None:
    """The API's token, None where anyone may ask. Raises SettingError when its file holds none."""
    return _secret("api_token_file", settings.api_token_file)


def certificate_of(settings: Settings) -> str | None:
    """The proxies' certificate chain and key, None where TLS ends elsewhere. Raises SettingError."""
    text = _secret("certificate_file", settings.certificate_file)
    if text and not ("BEGIN CERTIFICATE" in text and "PRIVATE KEY" in text):
        raise SettingError(
            f"certificate_file: {settings.certificate_file} must hold certificate, chain and key (PEM)"
        )
    return text


def _secret(key: str, file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{key}: cannot read {file}: {error}") from error
    if not text:
        raise SettingError(f"{key}: {file} is empty")
    return text
