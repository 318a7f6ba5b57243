"""The report of a staging run that production asks for: written by staging, looked up by digest."""

import json
from pathlib import Path

from deploy.errors import DeployError
from deploy.model import Release
from deploy.settings import Settings

REPORTS = Path(__file__).parent.parent / "build" / "staging"


def path_of(made: Release) -> Path:
    """Where the report on a release lies: named by both digests, since these are what was tried."""
    return REPORTS / f"{_short(made.api)}-{_short(made.webapp)}.json"


def report_for(settings: Settings, made: Release) -> dict[str, object]:
    """The passed report on these very images. Raises DeployError when there is none, or it did not pass."""
    path = path_of(made)
    advice = "run `make deploy-staging` for this commit, and deploy what it tried"
    try:
        report = dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise DeployError(f"{settings.name}: no staging report on these images ({path}); {advice}") from error
    except (OSError, ValueError) as error:
        raise DeployError(f"{path}: cannot be read: {error}; {advice}") from error
    if (report.get("api"), report.get("webapp")) != (made.api, made.webapp):
        raise DeployError(f"{path}: is about other images; {advice}")
    if report.get("passed") is not True:
        failed = ", ".join(str(each["name"]) for each in report.get("checks", ()) if not each["passed"])  # type: ignore[attr-defined]
        raise DeployError(f"{path}: staging did not pass ({failed}); mend it, and {advice}")
    return report


def _short(reference: str) -> str:
    return reference.rpartition(":")[2][:16]
