"""A new colour is asked before users are let in: is it the right program, does it answer from the store?"""

import json

from deploy.errors import DeployError, EngineError
from deploy.host import Host
from deploy.link import Session
from deploy.model import Colour, Release
from deploy.settings import Settings, token_of
from deploy.stack import values

COMPANIES = 3  # asked about; the first questions are slow, and users shall not wait for them


def silent(session: Session, settings: Settings, colour: Colour) -> str:
    """Which part of a colour does not answer /health with 200 when asked past the proxies; "": both do."""
    for base in _bases(settings, colour):
        status, said, _ = session.fetch(f"{base}/health", 1.0)
        if status != 200:
            return f"{base}/health: {status or said[:300]}"
    return ""


def smoke(host: Host, session: Session, colour: Colour, release: Release) -> None:
    """Raise DeployError that says which request failed, or EngineError."""
    settings = host.settings
    api, web = _bases(settings, colour)
    token = token_of(settings)
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})

    def ask(url: str, body: str | None = None) -> str:
        status, text, _ = session.fetch(url, 30.0, body, headers)
        if status != 200:
            raise DeployError(
                f"{colour} answered {status or 'nothing'} to {'POST' if body else 'GET'} {url}: {text[:300]}"
            )
        return text

    ask(f"{api}/ready")
    said = json.loads(ask(f"{api}/version"))
    if said["revision"] != release.revision:
        raise DeployError(f"{colour} says it is {said['revision']!r}, deployed was {release.revision!r}")
    for path in ("/v1/companies", "/v1/filings"):
        ask(f"{api}{path}")
    ask(f"{api}/v1/search", json.dumps({"query": "risk", "limit": 5}))
    companies = json.loads(ask(f"{api}/v1/companies"))["companies"]
    for company in companies[:COMPANIES]:
        question = json.dumps({"question": f"What was the revenue of {company['name']}?"})
        if "status" not in json.loads(ask(f"{api}/v1/ask", question)):
            raise EngineError(f"{colour} gave no answer in the form of docs/answer.schema.json")
    for page in ("/", "/health"):
        ask(f"{web}{page}")


def _bases(settings: Settings, colour: Colour) -> tuple[str, str]:
    """Where a colour's API and web pages listen inside the stack."""
    api, web = settings.network.address(values.API[colour]), settings.network.address(values.WEB[colour])
    return f"http://{api}:8000", f"http://{web}:5000"
