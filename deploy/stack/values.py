"""The values that the files of a stack leave open, from the settings of an environment."""

import json
from pathlib import Path

from deploy.model import Colour, Release
from deploy.settings import Settings

HERE = Path(__file__).parent
BASE = HERE / "base.yaml"
ALERTS = HERE / "alerts.yaml"
COLOUR = HERE / "colour.yaml"
PROGRAM = HERE.parent / "agent" / "program.py"
CERTIFICATE = "/var/lib/finchat/secrets/tls.pem"
AGENT, PROMETHEUS, ENTRANCE = 5, 6, 10  # numbers of addresses in the subnet
API = {Colour.BLUE: 21, Colour.GREEN: 31}
WEB = {Colour.BLUE: 22, Colour.GREEN: 32}
INNER = {Colour.BLUE: 8101, Colour.GREEN: 8102}  # ports of the proxies, from the pages to the API


def base(settings: Settings, agent_image: str) -> dict[str, str]:
    """The variables of base.yaml."""
    network, images = settings.network, settings.images
    return {
        "STACK": settings.name,
        "PROXY_IMAGE": images.proxy,
        "PROMETHEUS_IMAGE": images.prometheus,
        "AGENT_IMAGE": agent_image,
        "AGENT_PROGRAM": PROGRAM.read_text(encoding="utf-8"),
        "SUBNET": network.subnet,
        "BIND": network.bind,
        "API_PORT": str(network.api_port),
        "WEB_PORT": str(network.web_port),
        "API_PREVIEW_PORT": str(network.api_preview_port),
        "WEB_PREVIEW_PORT": str(network.web_preview_port),
        "PROMETHEUS_PORT": str(network.prometheus_port),
        "RATE": str(network.requests_in_10_seconds),
        **({"CERTIFICATE": CERTIFICATE} if settings.certificate_file else {}),
        "AGENT_ADDRESS": network.address(AGENT),
        "PROMETHEUS_ADDRESS": network.address(PROMETHEUS),
        "ENTRANCE_ADDRESS": network.address(ENTRANCE),
        "BLUE_API_ADDRESS": network.address(API[Colour.BLUE]),
        "BLUE_WEB_ADDRESS": network.address(WEB[Colour.BLUE]),
        "GREEN_API_ADDRESS": network.address(API[Colour.GREEN]),
        "GREEN_WEB_ADDRESS": network.address(WEB[Colour.GREEN]),
    }


def colour(settings: Settings, which: Colour, release: Release) -> dict[str, str]:
    """The variables of colour.yaml."""
    network = settings.network
    return {
        "STACK": settings.name,
        "COLOUR": which,
        "API_IMAGE": release.api,
        "WEBAPP_IMAGE": release.webapp,
        "API_MEMORY": settings.api_memory,
        "API_ADDRESS": network.address(API[which]),
        "WEB_ADDRESS": network.address(WEB[which]),
        "API_URL": f"http://{network.address(ENTRANCE)}:{INNER[which]}",
    }


def override(settings: Settings, which: Colour, *, token: bool) -> str:
    """What an environment adds to colour.yaml, as a compose file of its own (JSON is YAML)."""
    variables = {**settings.environment, **settings.colours.get(which, {})}
    if token:
        variables["FINCHAT_API_TOKEN_FILE"] = "/run/secrets/finchat/api_token"  # noqa: S105 - a path
    # A "$" is the value's own, not a variable of compose.
    escaped = {name: value.replace("$", "$$") for name, value in variables.items()}
    services: dict[str, dict[str, object]] = {each: {"environment": escaped} for each in ("api", "webapp")}
    return json.dumps({"services": services})
