"""Builds again what was built, and says whether the same bytes came out, or which file differs.

IMAGE is the tar of an OCI layout, or a reference. It is built again from its provenance: the commit, the
base's digest, the build arguments and the times that it names. With --twice a commit is built two times that
share nothing (path, umask, times of files, cache): both images, the wheel and the sdist.

Exit code 0: equal; 1: different; 2: wrong usage; 4: not checked, and why.
"""

import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # `python scripts/reproduce.py` has scripts/ there instead

from delivery.oci.errors import OciError  # noqa: E402 - after the path is set
from delivery.reproduce import checkout, plan, proof, published, report  # noqa: E402 - the same
from delivery.reproduce.errors import BuildError, ReproduceError  # noqa: E402 - the same
from delivery.reproduce.proof import DISTRIBUTIONS, Outcome  # noqa: E402 - the same

DIFFERENT, NOT_CHECKED = 1, 4
WHAT = (*plan.IMAGES, DISTRIBUTIONS)
EPILOG = """\b
Examples:
  python scripts/reproduce.py dist/images/api.tar
  python scripts/reproduce.py ghcr.io/acme/finchat-sec-qa-api:1.2.0 --json
  python scripts/reproduce.py --twice
  python scripts/reproduce.py --twice --only distributions --revision v1.2.0
"""


@click.command(help=__doc__, epilog=EPILOG)
@click.argument("image", required=False, metavar="[IMAGE]")
@click.option(
    "--twice", is_flag=True, help="Build a commit two times, in place of an image that was published."
)
@click.option(
    "--only", "only", multiple=True, type=click.Choice(WHAT), help="With --twice: of what. Repeatable."
)
@click.option("--revision", help="With --twice: the commit.  [default: HEAD]")
@click.option("--platform", default="", help="Which image of several that IMAGE holds: linux/amd64.")
@click.option("--root", type=click.Path(path_type=Path, file_okay=False, exists=True), default=ROOT,
              help="The clone that has the commit.")  # fmt: skip
@click.option("--keep", type=click.Path(path_type=Path), help="A new folder that the builds are left in.")
@click.option("--all", "every", is_flag=True, help=f"Tell all differences, not the first {report.MOST}.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def main(
    *,
    image: str | None,
    twice: bool,
    only: tuple[str, ...],
    revision: str | None,
    platform: str,
    root: Path,
    keep: Path | None,
    every: bool,
    as_json: bool,
) -> None:
    """Do the proof that is asked for; the help is the module's."""
    if bool(image) == twice:
        raise click.UsageError("name an IMAGE, or --twice")
    if image and (only or revision):
        raise click.UsageError("--only and --revision go with --twice; an image names its own commit")
    if keep and keep.exists():
        raise click.UsageError(f"--keep {keep} is there already; name a new folder")
    names = ("published", "rebuilt") if image else ("first", "second")
    try:
        with ExitStack() as stack:
            work = _work(keep, stack)
            told = (
                _again(root, image, platform, work) if image else _twice(root, revision or "HEAD", only, work)
            )
    except (ReproduceError, OciError) as error:
        print(json.dumps({"checked": False, "reason": str(error)}) if as_json else f"not checked: {error}",
              file=sys.stdout if as_json else sys.stderr)  # fmt: skip
        sys.exit(NOT_CHECKED)
    if as_json:
        print(json.dumps({"checked": True, **report.document(told)}, indent=2))
    else:
        most = sys.maxsize if every else report.MOST
        print("\n".join(line for each in told for line in report.lines(each, names, most)))
    sys.exit(0 if all(each.is_equal for each in told) else DIFFERENT)


def _work(keep: Path | None, stack: ExitStack) -> Path:
    """Where the builds lie: the folder to keep, or one that ends with the stack."""
    if keep is None:
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="finchat-reproduce-")))
    keep.mkdir(parents=True)
    return keep.resolve()


def _again(root: Path, image: str, platform: str, work: Path) -> list[Outcome]:
    with published.opened(image, platform) as found:
        how, outcome = proof.again(root, found, work)
    _say(f"{image}: {how.target} of commit {how.revision} on {how.base}, {', '.join(how.pins.values())}")
    return [outcome]


def _twice(root: Path, revision: str, only: tuple[str, ...], work: Path) -> list[Outcome]:
    commit = checkout.resolve(root, revision)
    wanted = only or WHAT
    _say(f"commit {commit}, built twice: {', '.join(each for each in WHAT if each in wanted)}")
    images = tuple(each for each in plan.IMAGES if each in wanted)
    told = list(proof.images_twice(root, commit, images, work)) if images else []
    if DISTRIBUTIONS in wanted:
        told.append(proof.distributions_twice(root, commit, _tools(), work))
    return told


def _tools() -> Path:
    """The Python that `make build` uses; its environment is made if it is not there."""
    made = subprocess.run([ROOT / "scripts" / "environment.sh", "tools"], stdout=sys.stderr, check=False)
    if made.returncode:
        raise BuildError("scripts/environment.sh tools failed, so no wheel can be built")
    return ROOT / ".tools" / "bin" / "python"


def _say(line: str) -> None:
    """To stderr: stdout is the result's."""
    print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
