"""Check whether the commit that is checked out may be released; `make release-check` runs it.

One table, one verdict, written to build/release-check/COMMIT.json, which `make deploy-prod` demands. A check
that could not be done is "not checked", and then nothing has passed.

Exit code 0: passed; 1: a check failed; 2: wrong usage; 4: none failed, but not all was checked.
"""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # `python scripts/release_check.py` has scripts/ there instead

from delivery.release import checks, texts  # noqa: E402 - after the path is set
from delivery.release.model import Check, Verdict  # noqa: E402 - the same
from delivery.release.programs import InCheckout  # noqa: E402 - the same
from delivery.release.run import check  # noqa: E402 - the same

VERDICTS = Path("build") / "release-check"
FAILED, NOT_CHECKED = 1, 4
NAMES = tuple(checks.CHECKS)
EPILOG = f"""\b
Checks: {", ".join(NAMES)}

\b
Examples:
  python -m scripts.release_check
  python -m scripts.release_check --version v1.2.3 --registry ghcr.io/acme
  python -m scripts.release_check --only version --only changelog
"""


@click.command(help=__doc__, epilog=EPILOG)
@click.option("--version", "tag", envvar="VERSION", help="What it is to be released as, to be sure: v1.2.3.")
@click.option(
    "--registry", envvar="REGISTRY", default="",
    help="Where the version is published: then these images are rebuilt, in place of building twice.",
)  # fmt: skip
@click.option("--only", multiple=True, type=click.Choice(NAMES), metavar="NAME",
              help="This check; repeatable. The verdict is then partial: no pass.")  # fmt: skip
@click.option("--without-shared", is_flag=True, help="Leave out tests that need the folder of real filings.")
@click.option("--root", type=click.Path(path_type=Path, file_okay=False, exists=True), default=ROOT,
              show_default="this checkout", help="The checkout to check.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def main(
    *, tag: str | None, registry: str, only: tuple[str, ...], without_shared: bool, root: Path, as_json: bool
) -> None:
    """Check, print, write; the help is the module's."""
    root = root.resolve()
    folder = root / VERDICTS
    version = texts.project_version(root)
    if tag and tag != f"v{version}":
        raise click.UsageError(
            f"{tag} is not v{version}, the version of pyproject.toml; set that, or tag the other"
        )
    wanted = checks.Release(
        root=root,
        revision=_commit(root),
        version=version,
        today=datetime.fromtimestamp(time.time(), UTC).date(),
        programs=InCheckout(root, _fresh(folder / "logs")),
        registry=registry,
        shared=not without_shared,
    )
    verdict = check(wanted, lambda _: None if as_json else click.echo(line(_)), only)
    if _commit(root) != wanted.revision:
        raise click.ClickException(
            "another commit was checked out meanwhile; the verdict is about none of them"
        )
    path = write(verdict, folder)
    if as_json:
        click.echo(json.dumps(verdict.document(), indent=2))
    else:
        click.echo(
            "\n".join(
                [*verdict.remarks, f"{verdict.word}: {version}, commit {verdict.revision[:12]} ({path})"]
            )
        )
    sys.exit({"passed": 0, "failed": FAILED}.get(verdict.word, NOT_CHECKED))


def line(done: Check) -> str:
    """A line of the table."""
    return f"{done.outcome:<12} {done.name:<13} {done.seconds:7.1f} s  {done.detail}"


def write(verdict: Verdict, folder: Path) -> Path:
    """Write the verdict as JSON; a partial one does not take the place of a whole one. Returns the path."""
    path = (folder / "partial" if verdict.partial else folder) / f"{verdict.revision}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(verdict.document(), indent=2) + "\n", encoding="utf-8")
    return path


def _commit(root: Path) -> str:
    line = ["git", "rev-parse", "HEAD"]
    done = subprocess.run(line, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise click.UsageError(f"{root} is no clone of the project: {done.stderr.strip()}")
    return done.stdout.strip()


def _fresh(logs: Path) -> Path:
    """The folder of logs, without those of the last run."""
    for old in logs.glob("*.txt"):
        old.unlink()
    return logs


if __name__ == "__main__":
    main()
