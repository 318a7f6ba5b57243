"""`stage` and `validate`: a release shows on staging what it can, and a report says so."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from deploy import record, release, story
from deploy.commands import options
from deploy.errors import DeployError, SettingError
from deploy.host import Host
from deploy.settings import Settings, load
from deploy.staging import limits, seed, supply, validation
from deploy.staging.model import Report
from deploy.staging.page import page
from deploy.staging.site import LOOPBACK, open_site

STAGE = """\b
Exit codes: those of `apply`; 3 also when the release did not pass.

\b
Examples:
  python -m deploy stage staging
  python -m deploy stage staging --tag v1.4.0
  python -m deploy stage staging --registry registry.example.com/team
"""
VALIDATE = """\b
Exit code 0: passed; 3: not.

\b
Examples:
  python -m deploy validate staging
  python -m deploy validate staging --only smoke --only answers
"""
file = click.Path(path_type=Path, dir_okay=False, exists=True)
Command = Callable[..., Any]


def _shared(command: Command) -> Command:
    """The options of both commands."""
    for each in (
        options.as_json,
        click.option(
            "--limits", "limits_file", type=file, default=limits.STANDARD, metavar="FILE",
            help="What must be met.  [default: deploy/staging/limits.toml; production demands these]",
        ),
        click.option("--at", default=LOOPBACK, show_default=True, help="Where the host's ports are."),
        click.option(
            "--filings", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="FOLDER",
            help="Take these filings in beside the samples.",
        ),
        options.environment,
    ):  # fmt: skip
        command = each(command)
    return command


@click.command(epilog=STAGE)
@_shared
@click.option(
    "--tag", help="Of images that the registry has: a commit, or a version.  [default: build the checkout]"
)
@click.option(
    "--registry", envvar="REGISTRY", help="Push to it what is built.  [default: one on loopback, for now]"
)
@click.option("--key", type=file, help="Sign what was pushed to --registry with this key of cosign.")
@click.option("--public-key", type=file, help="The other half, to verify the signature.")
def stage(
    *,
    environment: str,
    tag: str | None,
    registry: str | None,
    key: Path | None,
    public_key: Path | None,
    filings: Path | None,
    at: str,
    limits_file: Path,
    as_json: bool,
) -> None:
    """Bring a commit's images to the staging stack, give it filings, validate it, and write the report.

    Without --tag the checked-out commit is built, pushed, and signed. Everything passes the gate. The report,
    which production demands for the same digests, is written to build/staging as JSON and as a page.
    """
    settings, wanted = _staging(environment), limits.read(limits_file)
    if bool(key) != bool(public_key) or (key and not registry):
        raise SettingError("--key, --public-key and --registry go together; name all three, or none")
    keys = supply.Keys(key, public_key) if key and public_key else None
    say = options.hosts(settings)[0].say
    supplied: AbstractContextManager[supply.Supply] = (
        nullcontext(_published(settings, tag)) if tag else supply.from_checkout(settings, registry, keys, say)
    )
    with supplied as found:
        host = options.hosts(found.settings)[0]
        references = release.references(found.settings, found.tag)
        host.say(f"gate: {', '.join(references.values())}")
        made, verdicts = release.admit(found.settings, references, found.commit, datetime.now(UTC))
        story.deploy(host, made, release.figures(verdicts))
        report = _validated(host, at, wanted, filings)
        path = _kept(report)
    _tell(report, path, as_json=as_json)


@click.command(epilog=VALIDATE)
@_shared
@click.option("--only", multiple=True, metavar="NAME", help=f"{', '.join(validation.NAMES)}; repeatable.")
def validate(
    environment: str,
    only: tuple[str, ...],
    filings: Path | None,
    at: str,
    limits_file: Path,
    *,
    as_json: bool,
) -> None:
    """Validate what serves on the staging stack, and write the report that production demands.

    With --only, or by other limits, it is no pass for production.
    """
    settings, wanted = _staging(environment), limits.read(limits_file)
    report = _validated(options.hosts(settings)[0], at, wanted, filings, only)
    _tell(report, _kept(report), as_json=as_json)


def _staging(environment: str) -> Settings:
    """The settings of a staging environment: of one host, and not of production."""
    settings = load(environment)
    if settings.production:
        raise SettingError(
            f"{environment}: is production, where nothing is killed or loaded for a trial; name staging"
        )
    if len(settings.hosts) != 1:
        raise SettingError(
            f"{environment}: hosts: staging is validated on one host, here are {len(settings.hosts)}"
        )
    return settings


def _published(settings: Settings, tag: str) -> supply.Supply:
    """Images that the environment's registry has: by commit, or by a version's tag of this clone."""
    if record.VERSION.fullmatch(tag):
        return supply.Supply(settings, tag.removeprefix("v"), record.commit_of(tag))
    return supply.Supply(settings, tag, tag if len(tag) == 40 else None)


def _validated(
    host: Host, at: str, wanted: limits.Limits, filings: Path | None, only: tuple[str, ...] = ()
) -> Report:
    """Give the stack its filings, and validate what serves."""
    site = open_site(host, at)
    host.say("taking in the sample filings")
    seed.samples(site)
    if filings:
        host.say(f"{seed.folder(site, filings)} filings of {filings} taken in")
    return validation.validate(site, wanted, host.say, only)


def _tell(report: Report, path: Path, *, as_json: bool) -> None:
    """Print the report. Raises DeployError when it did not pass: the exit code says so."""
    if as_json:
        options.show(report.document())
    else:
        for each in report.checks:
            click.echo(f"{each.outcome:<12} {each.name:<8} {each.seconds:7.1f} s  {each.detail}")
        click.echo(f"Report: {path.with_suffix('.html')}")
    if not report.passed:
        wrong = ", ".join(each.name for each in report.checks if not each.passed)
        raise DeployError(f"staging did not pass: {wrong}; {path} has the details")
    if not supply.is_tried(report.release):
        click.echo(
            "These images were built for a registry on loopback: production takes them from its own.",
            err=True,
        )


def _kept(report: Report) -> Path:
    """Where the report was written. A part of the checks does not take the place of a whole report."""
    folder = record.REPORTS if report.standard else record.REPORTS / "partial"
    return record.keep_report(report.release, report.document(), page(report), folder)
