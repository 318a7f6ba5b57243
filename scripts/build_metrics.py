"""Build the images, record what it took, fail when a figure is over its limit; `make build-metrics` runs it.

Each build becomes a line of the history. The last one is written in Prometheus' text format too, and the
history as a page. Exit code 0: within limits; 1: over one, or nothing could be recorded; 2: wrong usage.
"""

import contextlib
import json
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # `python scripts/build_metrics.py` has scripts/ there instead

from delivery.metrics import bake, history, image, limits, record, vulnerabilities  # noqa: E402 - see above
from delivery.metrics.errors import MetricsError  # noqa: E402 - the same
from delivery.metrics.exposition import exposition  # noqa: E402 - the same
from delivery.metrics.page import page  # noqa: E402 - the same
from delivery.metrics.progress import read_progress  # noqa: E402 - the same
from delivery.metrics.record import Image, Record  # noqa: E402 - the same
from delivery.oci.errors import OciError  # noqa: E402 - the same
from delivery.oci.layout import Layout  # noqa: E402 - the same
from scripts.bake_variables import CheckoutError, variables  # noqa: E402 - the same

IMAGES = {"api": "finchat-sec-qa:api", "webapp": "finchat-sec-qa:webapp"}
EPILOG = """\b
Examples:
  python -m scripts.build_metrics
  python -m scripts.build_metrics --no-cache --json
  docker buildx bake --progress=rawjson 2> build.log && python -m scripts.build_metrics --log build.log
  python -m scripts.build_metrics --log build.log --image api=dist/images/api.tar
"""
_FILE = click.Path(path_type=Path, dir_okay=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A recorded build, why it is over its limits, and what could not be held against them."""

    record: Record
    over: tuple[str, ...]
    not_checked: tuple[str, ...]


def machine() -> str:
    """System, processor and cores: only builds on the same kind of machine can be compared in time."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"


def measured(
    root: Path, log: Path | None, images: Mapping[str, str], summary: Path, *, no_cache: bool
) -> Record:
    """The record of the build in that log, or of one that is made now. Raises MetricsError and OciError."""
    known = _variables(root)
    if log:
        with log.open(encoding="utf-8", errors="replace") as stream:
            progress = bake.checked(read_progress(stream, str(log)))
    else:
        arguments = ["--no-cache"] if no_cache else []
        progress = bake.built(root, arguments, {**known, **os.environ})
    base = image.base_layers(os.environ.get("BASE_IMAGE") or "python:3.11-slim")
    return record.made(
        progress,
        {name: _figures(where, base) for name, where in images.items()},
        revision=known["GIT_SHA"],
        version=known["VERSION"],
        machine=machine(),
        vulnerabilities=vulnerabilities.counted(summary, known["GIT_SHA"]),
    )


def _variables(root: Path) -> dict[str, str]:
    try:
        return variables(root, os.environ)
    except CheckoutError as error:
        raise MetricsError(str(error)) from error


def _figures(where: str, base: tuple[str, ...] | None) -> Image:
    """Figures of an image of the engine, or of an OCI archive or folder."""
    path = Path(where)
    with contextlib.ExitStack() as stack:
        opened = Layout.open(path) if path.exists() else Layout.from_engine(where)
        return image.figures(stack.enter_context(opened), base)


def recorded(found: Record, book: Path, prometheus: Path, html: Path, most: limits.Limits) -> Outcome:
    """The same build, put into history and reports. Raises HistoryError, and then has written nothing."""
    earlier = history.append(book, found)
    over = limits.over(found, earlier, most)
    history.replace(prometheus, exposition(found))
    history.replace(html, page([*earlier, found], over, most).encode())
    return Outcome(found, over, limits.not_checked(found, earlier, most))


def _pairs(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """NAME=WHERE options as a mapping; the images of the default group without any."""
    for each in given:
        if not all(each.partition("=")):
            raise click.BadParameter(f"{each!r} is not NAME=WHERE, such as api=dist/images/api.tar")
    return dict(each.split("=", 1) for each in given) or IMAGES


@click.command(help=__doc__, epilog=EPILOG)
@click.option(
    "--log",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Take the build from this rawjson progress; nothing is built.",
)
@click.option("--no-cache", is_flag=True, help="Build everything anew.")
@click.option(
    "--image",
    "images",
    multiple=True,
    callback=_pairs,
    metavar="NAME=WHERE",
    help="An image of the build: in the engine, or an OCI archive. Repeatable. [default: both of bake's]",
)
@click.option(
    "--history",
    "book",
    type=_FILE,
    default=ROOT / ".make/build-metrics.jsonl",
    show_default=".make/build-metrics.jsonl",
    help="The file of JSON lines.",
)
@click.option(
    "--prometheus",
    type=_FILE,
    default=ROOT / ".make/build-metrics.prom",
    show_default=".make/build-metrics.prom",
    help="The last build in Prometheus' text format.",
)
@click.option(
    "--html",
    type=_FILE,
    default=ROOT / ".make/build-metrics.html",
    show_default=".make/build-metrics.html",
    help="The history as a page.",
)
@click.option(
    "--limits",
    "limits_file",
    type=_FILE,
    default=limits.DEFAULT,
    show_default="delivery/metrics/limits.toml",
    help="What a build may cost.",
)
@click.option(
    "--summary",
    type=_FILE,
    default=ROOT / ".make/security/summary.json",
    show_default=".make/security/summary.json",
    help="What the security scan found.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=ROOT,
    show_default="this checkout",
    help="The checkout to build.",
)
def main(
    *,
    log: Path | None,
    no_cache: bool,
    images: dict[str, str],
    book: Path,
    prometheus: Path,
    html: Path,
    limits_file: Path,
    summary: Path,
    as_json: bool,
    root: Path,
) -> None:
    """Measure and record; the help is the module's."""
    try:
        most = limits.read(limits_file)
        history.read(book)  # before minutes of building, not after
        outcome = recorded(
            measured(root, log, images, summary, no_cache=no_cache), book, prometheus, html, most
        )
    except (MetricsError, OciError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    click.echo(_json(outcome) if as_json else _text(outcome, book, html))
    for reason in outcome.over:
        click.echo(f"over its limit: {reason}", err=True)
    sys.exit(1 if outcome.over else 0)


def _json(outcome: Outcome) -> str:
    return json.dumps(
        {
            "record": outcome.record.model_dump(mode="json", by_alias=True),
            "over": outcome.over,
            "not_checked": outcome.not_checked,
        },
        indent=2,
    )


def _text(outcome: Outcome, book: Path, html: Path) -> str:
    found = outcome.record
    lines = [
        f"build {found.revision[:12]}: {found.seconds:.1f} s, {found.cached} of {found.steps} steps cached"
    ]
    lines += [
        f"  {name:16} {stage.seconds:6.1f} s"
        + (f"  {stage.cached}/{stage.steps} cached" if stage.steps else "")
        for name, stage in found.stages.items()
    ]
    lines += [f"image {name}: {_image(each)}" for name, each in found.images.items()]
    lines += [f"not checked: {reason}" for reason in outcome.not_checked]
    return "\n".join([*lines, f"recorded in {book}; {html} shows the history"])


def _image(each: Image) -> str:
    above = "not known" if each.above_base is None else f"{each.above_base / 1e6:.1f} MB"
    sbom = "no SBOM" if each.sbom is None else f"{each.sbom} packages in its SBOM"
    return (
        f"{each.compressed / 1e6:.1f} MB compressed ({above} above the base), "
        f"{each.unpacked / 1e6:.1f} MB unpacked, "
        f"{each.python_packages} Python and {each.debian_packages} Debian packages, {sbom}"
    )


if __name__ == "__main__":
    main()
