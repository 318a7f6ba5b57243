"""`deploy verify`: the gate alone, on one image; nothing is deployed."""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from deploy.gate import inspect, read_policy, report

POLICY = Path(__file__).resolve().parent.parent / "policies" / "production.toml"
EPILOG = """\b
Exit code 0: accepted; 3: refused, or not to be read; 2: wrong usage, or a policy that cannot be used.

\b
Examples:
  python -m deploy verify ghcr.io/finchat-sec-qa/finchat-sec-qa-api:1.2.0
  python -m deploy verify ghcr.io/finchat-sec-qa/finchat-sec-qa-api:1.2.0 --revision "$(git rev-parse v1.2.0)"
  python -m deploy verify finchat-sec-qa:api --policy deploy/policies/staging.toml
  python -m deploy verify ghcr.io/finchat-sec-qa/finchat-sec-qa-api@sha256:… --json
"""
file = click.Path(path_type=Path, dir_okay=False)


@click.command(epilog=EPILOG)
@click.argument("image")
@click.option(
    "--policy", type=file, default=POLICY, metavar="FILE",
    help="What the image must show.  [default: deploy/policies/production.toml]",
)  # fmt: skip
@click.option("--revision", metavar="SHA", help="The commit, in full, that must have been built.")
@click.option(
    "--cache", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
    help="Where what never changes is kept.  [default: the user's own cache]",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def verify(image: str, *, policy: Path, revision: str | None, cache: Path | None, as_json: bool) -> None:
    """Check IMAGE as a deploy would, and say what speaks against it.

    IMAGE is host/path with a tag or digest; a name without a host is an image of this machine's engine.
    Nothing is deployed.
    """
    now = datetime.fromtimestamp(time.time(), UTC)
    verdict = inspect(image, policy=read_policy(policy), revision=revision, now=now, cache=cache)
    if as_json:
        click.echo(json.dumps({**verdict.document(), "policy": str(policy)}, ensure_ascii=False))
    else:
        click.echo("\n".join(report.lines(verdict)))
    sys.exit(0 if verdict.accepted else 3)
