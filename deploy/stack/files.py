"""The configuration of the proxies and of Prometheus, from the settings of an environment."""

import jinja2

from deploy.model import Colour
from deploy.settings import Settings
from deploy.stack.values import AGENT, API, ENTRANCE, HERE, WEB

RULES = HERE.parent.parent / "docker" / "prometheus" / "rules"


def files(settings: Settings, token: str | None, certificate: str | None = None) -> dict[str, str]:
    """The files that the agent keeps for the proxies and Prometheus, by their path in the volume `state`."""
    addresses = {
        "blue_api": API[Colour.BLUE],
        "green_api": API[Colour.GREEN],
        "blue_web": WEB[Colour.BLUE],
        "green_web": WEB[Colour.GREEN],
        "entrance": ENTRANCE,
        "agent": AGENT,
    }
    shown = {name: settings.network.address(number) for name, number in addresses.items()}
    told = {"token": bool(token), "alertmanagers": list(settings.alertmanagers)}
    prometheus = _template("prometheus.yml.j2").render(shown, **told)
    found = {
        "haproxy.cfg": (HERE / "haproxy.cfg").read_text(encoding="utf-8"),
        "prometheus/prometheus.yml": prometheus,
    }
    found |= {
        f"prometheus/rules/{each.name}": each.read_text(encoding="utf-8")
        for each in sorted(RULES.glob("*.yml"))
    }
    for each in Colour:
        found[f"secrets/{each}/README"] = "Mounted into the containers of this colour.\n"
        if token:
            found[f"secrets/{each}/api_token"] = token
    if token:
        found["prometheus/token"] = token
    if certificate:
        found["secrets/tls.pem"] = certificate
    return found


def _template(name: str) -> jinja2.Template:
    """A template of this folder; a value that it names and nobody gives is an error."""
    kept = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True)  # noqa: S701 - YAML
    return kept.from_string((HERE / name).read_text(encoding="utf-8"))
