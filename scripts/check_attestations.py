"""Checks what is attested about images against the images themselves and the commit they are built from.

Exit code 0: everything was checked and holds; 1: something does not hold, or could not be checked; 2: wrong
usage, or an image or list that could not be read.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # `python scripts/check_attestations.py` has scripts/ there instead

from delivery.attest import gate, owned_files, report  # noqa: E402 - after the path is set
from delivery.attest.model import AttestError, Expected, Verdict  # noqa: E402 - the same
from delivery.oci.errors import OciError  # noqa: E402 - the same
from delivery.oci.layers import Memory  # noqa: E402 - the same
from delivery.oci.layout import Layout  # noqa: E402 - the same

OWNED, DOCKERFILE = ROOT / "security" / "owned_files.toml", "docker/Dockerfile"
EPILOG = """\b
Examples:
  python scripts/check_attestations.py --image finchat-sec-qa:api --revision $(git rev-parse HEAD)
  python scripts/check_attestations.py --layout dist/images/api.tar --base python:3.11-slim --revision COMMIT
  python scripts/check_attestations.py --image ghcr.io/acme/finchat-sec-qa-api:1.2.0 --revision COMMIT --json
  INDEX_PASSWORD=… python scripts/check_attestations.py --image … --revision … --secret-env INDEX_PASSWORD
"""
file = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command(help=__doc__, epilog=EPILOG)
@click.option("--image", "images", multiple=True, metavar="REF", help="An image of the engine. Repeatable.")
@click.option(
    "--layout", "layouts", multiple=True, metavar="PATH", help="An OCI layout, tar or folder. Repeatable."
)
@click.option(
    "--revision", required=True, metavar="SHA", help="The commit that must have been built, in full."
)
@click.option(
    "--base", metavar="NAME",
    help="The real base image, in the engine or as a layout; without it the provenance is believed.",
)  # fmt: skip
@click.option(
    "--dockerfile",
    type=file,
    help=f"The Dockerfile that was to be built.  [default: the commit's {DOCKERFILE}]",
)
@click.option("--owned", type=file, default=OWNED, help="The list of files that no package owns.")
@click.option(
    "--secret-env", multiple=True, metavar="NAME", help="A variable whose value must be nowhere. Repeatable."
)
@click.option(
    "--secret-file", multiple=True, type=file, help="A file whose lines must be nowhere. Repeatable."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def main(
    *,
    images: Sequence[str],
    layouts: Sequence[str],
    revision: str,
    base: str | None,
    dockerfile: Path | None,
    owned: Path,
    secret_env: Sequence[str],
    secret_file: Sequence[Path],
    as_json: bool,
) -> None:
    """Check every image; the help is the module's."""
    if not images and not layouts:
        raise click.UsageError("name what to check with --image REF or --layout PATH")
    try:
        real, digests = _base(base) if base else ({}, frozenset[str]())
        expected = Expected(
            revision=revision,
            dockerfile=dockerfile.read_bytes() if dockerfile else _committed(revision),
            base=real,
            base_digests=digests,
            secrets=tuple(_secrets(secret_env, secret_file)),
            owned=owned_files.read(owned.read_text(encoding="utf-8"), str(owned)),
        )
        named = [*((each, Layout.from_engine(each)) for each in images), *((p, _layout(p)) for p in layouts)]
        memory: Memory = {}  # the images share the layers of their base
        verdicts = [(name, _checked(opened, expected, memory)) for name, opened in named]
    except (AttestError, OciError, OSError) as error:
        click.echo(f"check_attestations: not checked: {error}", err=True)
        sys.exit(2)
    if as_json:
        click.echo(json.dumps([report.document(*each) for each in verdicts], ensure_ascii=False))
    else:
        click.echo("\n".join(line for each in verdicts for line in report.lines(*each)))
    sys.exit(0 if all(report.passed(each) for _, each in verdicts) else 1)


def _checked(opened: AbstractContextManager[Layout], expected: Expected, memory: Memory) -> Sequence[Verdict]:
    with opened as layout:
        return gate.check(layout, expected, memory)


def _layout(path: str) -> AbstractContextManager[Layout]:
    return Layout.open(Path(path))


def _base(name: str) -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    """The layers of the base image by platform, and the digests it goes by."""
    with _layout(name) if Path(name).exists() else Layout.from_engine(name) as layout:
        digests = frozenset(digest for image in layout.images for digest in (image.digest, image.index))
        return {image.platform: image.config.diff_ids for image in layout.images}, digests


def _committed(revision: str) -> bytes | None:
    """The commit's Dockerfile; None when this is no checkout that has the commit."""
    asked = ["git", "show", f"{revision}:{DOCKERFILE}"]
    if revision.startswith("-"):
        raise click.BadParameter("a commit was expected", param_hint="--revision")
    try:
        done = subprocess.run(asked, cwd=ROOT, capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


def _secrets(names: Sequence[str], paths: Sequence[Path]) -> Iterator[str]:
    for name in names:
        if not os.environ.get(name):
            raise click.BadParameter(f"the variable {name} is not set", param_hint="--secret-env")
        yield os.environ[name]
    for path in paths:
        yield from (line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


if __name__ == "__main__":
    main()
