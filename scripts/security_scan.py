"""Scan the checkout and its images for security faults; `make security-scan` runs it.

Exit code 0: nothing found; 1: findings; 2: wrong usage; 4: with --strict, something was not checked.
"""

import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # `python scripts/security_scan.py` has scripts/ there instead

from delivery.scan import engine, exceptions, report  # noqa: E402 - after the path is set
from delivery.scan.checks import IMAGE_CHECKS, every_check  # noqa: E402 - the same
from delivery.scan.errors import ExceptionsError, NotCheckedError  # noqa: E402 - the same
from delivery.scan.model import Check, Scope  # noqa: E402 - the same
from delivery.scan.run import Report, scan  # noqa: E402 - the same
from delivery.scan.tools import Toolbox, beside_python  # noqa: E402 - the same

REPORTS, EXCEPTIONS = ".make/security", "security/exceptions.toml"
PLAIN_WIDTH = 160  # of the table in a file or a CI log
CHECKS = every_check(datetime.fromtimestamp(time.time(), UTC))
NAMES = [check.name for check in CHECKS]
LIST = "\n".join(f"  {check.name:15} {check.needs}" for check in CHECKS)
EPILOG = f"""\b
Checks, and what each needs:
{LIST}

\b
Examples:
  python -m scripts.security_scan
  python -m scripts.security_scan --only hadolint --only buildx
  python -m scripts.security_scan --image registry.example.com/finchat-sec-qa-api:1.2.0 --strict
  python -m scripts.security_scan --image build/api.tar --json
"""
folder = click.Path(path_type=Path, file_okay=False)
file = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command(help=__doc__, epilog=EPILOG)
@click.option(
    "--image", "images", multiple=True, metavar="REF", default=engine.DEFAULT_IMAGES, show_default=True,
    help="An image of the engine, or a tar of one. Repeatable.",
)  # fmt: skip
@click.option(
    "--only", multiple=True, type=click.Choice(NAMES), metavar="CHECK", help="Only this. Repeatable."
)
@click.option("--strict", is_flag=True, help="Exit with 4 when something was not checked.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--report-dir", type=folder, default=ROOT / REPORTS, show_default=REPORTS,
    help="Where summary.json and the tools' SARIF go.",
)  # fmt: skip
@click.option(
    "--exceptions", "accepted", type=file, default=ROOT / EXCEPTIONS, show_default=EXCEPTIONS,
    help="The file of accepted findings.",
)  # fmt: skip
@click.option("--root", type=folder, default=ROOT, show_default="this checkout", help="The checkout to scan.")
def main(
    images: tuple[str, ...],
    only: tuple[str, ...],
    *,
    strict: bool,
    as_json: bool,
    report_dir: Path,
    accepted: Path,
    root: Path,
) -> None:
    """Scan and report; the help is the module's."""
    chosen = [check for check in CHECKS if not only or check.name in only]
    tools = Toolbox(root.resolve(), beside_python())
    try:
        found = scanned(chosen, images, tools, accepted)
    except ExceptionsError as error:
        raise click.UsageError(str(error)) from error
    values = report.as_json(found, commit(tools), strict=strict)
    summary = report.write(found, values, report_dir)
    if as_json:
        click.echo(json.dumps(values, indent=2, ensure_ascii=False))
    else:
        console = Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH)
        report.show(found, console)
        console.print(f"Report: {summary}", markup=False, highlight=False, soft_wrap=True)
    sys.exit(found.exit_code(strict=strict))


def scanned(checks: Sequence[Check], images: Sequence[str], tools: Toolbox, accepted: Path) -> Report:
    """The report of these checks; images are opened only for checks that look into them."""
    wanted = images if any(check.name in IMAGE_CHECKS for check in checks) else ()
    today = datetime.fromtimestamp(time.time(), UTC).date()
    book = exceptions.Book(accepted.name, exceptions.read(accepted), frozenset(NAMES), today)
    with engine.opened(wanted, tools) as opened:
        scope = Scope(tools.root, tools, opened)
        return scan(checks, scope, book)


def commit(tools: Toolbox) -> str:
    """The commit that is checked out, or "unknown"."""
    try:
        done = tools.run("git", "rev-parse", "HEAD")
    except NotCheckedError:
        return "unknown"
    return done.text.strip() if done.code == 0 else "unknown"


if __name__ == "__main__":
    main()
