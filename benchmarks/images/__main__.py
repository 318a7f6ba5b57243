"""Builds, sizes and starts of the images, with their bars: python -m benchmarks.images.

Our builds are measured beside those of a naive Dockerfile (COPY . . and pip install .), both images at once,
in turn on the same machine, after the same changes of a copy of the checkout. Exit code 1: a figure is over
its bar, or nothing could be measured.
"""

import argparse
import contextlib
import json
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from benchmarks.images.builds import BuildFailedError, Kind, build, compared, kinds, summed
from benchmarks.images.checkout import CHANGES, copied
from benchmarks.images.starts import NeverHealthyError, seconds_to_healthy
from delivery.metrics.image import base_layers, figures
from delivery.oci.layout import Layout

ROOT = Path(__file__).resolve().parent.parent.parent
BASE = "python:3.11-slim"
# Most that a build may take of the naive one's time, and in seconds (None: no such bar).
BUILDS: Mapping[str, tuple[float, float | None]] = {
    "source": (0.25, 4.0),
    "version": (0.25, 4.0),
    "lock": (0.8, None),
    "cold": (1.2, None),
}
SIZES = {"api": 60.0, "webapp": 20.0}  # MB compressed above the base
STARTS = {"api": 2.0, "webapp": 1.0}  # seconds


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the result. `over` tells whether it is over its bar."""

    name: str
    figure: str
    bar: str
    over: bool
    values: Mapping[str, object]

    def __str__(self) -> str:
        """The line, with a mark where the bar is missed."""
        return f"{'MISSED' if self.over else '':7}{self.name:24} {self.figure}   bar: {self.bar}"


def measure_builds(
    copy: Path, ways: tuple[Kind, Kind, Kind], options: argparse.Namespace
) -> Iterator[Figure]:
    """Ours beside the naive one after each change."""
    made = []
    for one in compared(copy, options.changes, options.rounds, ways, options.logs):
        made.append(one)
        cpu = "" if one.cpu is None else f", engine's processor {one.cpu:.1f} s"
        print(
            f"  {one.change:8} {one.kind:9} {one.seconds:6.1f} s{cpu}, load {one.load:.1f}", file=sys.stderr
        )
    for each in summed(made):
        share, most = BUILDS[each.change]
        over = each.ratio > share or (most is not None and each.seconds["ours"] > most)
        said = ", ".join(f"{kind} {seconds:.1f} s" for kind, seconds in each.seconds.items())
        cpu = ", ".join(f"{kind} {used:.1f} s" for kind, used in each.cpu.items() if used is not None)
        yield Figure(
            f"build, {each.change}",
            f"{each.ratio:.2f} of naive, attested {each.attested_ratio:.2f} ({said}; processor: {cpu})",
            f"{share} of naive" + (f", {most:g} s" if most else ""),
            over,
            asdict(each),
        )


def measure_sizes(naive: Kind, ours: Kind) -> Iterator[Figure]:
    """Compressed sizes above the base image."""
    base = base_layers(BASE)
    for target, image in ours.images().items():
        sizes = {}
        for kind, reference in (("ours", image), ("naive", naive.images()[target])):
            with Layout.from_engine(reference) as layout:
                found = figures(layout, base)
            if found.above_base is None:
                raise BuildFailedError(
                    f"{reference} does not stand on {BASE}; its size above it is not known"
                )
            sizes[kind] = found.above_base / 1e6
        figure = f"{sizes['ours']:.1f} MB (naive {sizes['naive']:.1f} MB)"
        yield Figure(f"size, {target}", figure, f"{SIZES[target]:g} MB", sizes["ours"] > SIZES[target], sizes)


def measure_starts(ours: Kind, runs: int) -> Iterator[Figure]:
    """Seconds from a container's start until it is healthy, the targets in turn."""
    times: dict[str, list[float]] = {target: [] for target in ours.images()}
    for _ in range(runs):
        for target, image in ours.images().items():
            times[target].append(seconds_to_healthy(image))
    for target, taken in times.items():
        middle, most = median(taken), STARTS[target]
        figure = f"median {middle:.2f} s, slowest {max(taken):.2f} s of {runs}"
        yield Figure(f"start to healthy, {target}", figure, f"{most:g} s", middle > most, {"seconds": taken})


@contextlib.contextmanager
def removed_at_end(ways: tuple[Kind, ...]) -> Iterator[None]:
    """Remove the images of these builds when the block ends."""
    try:
        yield
    finally:
        names = [reference for kind in ways for reference in kind.images().values()]
        subprocess.run(["docker", "image", "rm", "--force", *names], capture_output=True, check=False)


def measure(options: argparse.Namespace) -> Iterator[Figure]:
    """Everything that was asked for; what is built is removed."""
    ways = kinds(uuid.uuid4().hex[:8])
    with tempfile.TemporaryDirectory(prefix="finchat-images-") as folder, removed_at_end(ways):
        copy = copied(options.checkout, Path(folder) / "checkout")
        naive, ours, _ = ways
        if "builds" in options.only:
            yield from measure_builds(copy, ways, options)
        else:
            build(copy, ours, "first")
        if "sizes" in options.only:
            if "builds" not in options.only:
                build(copy, naive, "first")
            yield from measure_sizes(naive, ours)
        if "starts" in options.only:
            yield from measure_starts(ours, options.runs)


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 when a figure is over its bar, or nothing could be measured."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.images",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="examples:\n"
        "  python -m benchmarks.images\n"
        "  python -m benchmarks.images --only sizes starts --json\n"
        "  python -m benchmarks.images --only builds --changes source --rounds 5 --logs build/logs",
    )
    parser.add_argument("--rounds", type=int, default=3, help="builds of each kind after each change")
    parser.add_argument("--runs", type=int, default=5, help="starts of each image")
    parser.add_argument("--changes", nargs="+", choices=CHANGES, default=list(CHANGES))
    parts = ["builds", "sizes", "starts"]
    parser.add_argument("--only", nargs="+", choices=parts, default=parts)
    parser.add_argument("--checkout", type=Path, default=ROOT, help="the checkout that is copied and built")
    parser.add_argument("--logs", type=Path, help="folder for the builds' progress (rawjson)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args(arguments)
    # Whoever stops this gets images and containers removed too, as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.logs:
        options.logs.mkdir(parents=True, exist_ok=True)
    found = []
    try:
        for figure in measure(options):
            found.append(figure)
            if not options.json:
                print(figure, flush=True)
    except (BuildFailedError, NeverHealthyError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps([asdict(figure) for figure in found], indent=2))
    return 1 if any(figure.over for figure in found) else 0


if __name__ == "__main__":
    sys.exit(main())
