"""Builds of our images and of the naive ones, in turn, after the same changes."""

import os
import secrets
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.images.checkout import CHANGES

NAIVE = "benchmarks/images/naive.hcl"
_DAEMONS = frozenset({"dockerd", "containerd", "buildkitd"})
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to build both images: our bake file or the naive one. `tag` names its images, by `{target}`."""

    name: str
    tag: str
    files: tuple[str, ...] = ()
    attested: bool = False

    def command(self, *more: str) -> list[str]:
        """The command line that builds both images."""
        tags = [f"--set={target}.tags={self.tag.format(target=target)}" for target in ("api", "webapp")]
        return ["docker", "buildx", "bake", "--progress=rawjson", *self.files, *tags, *more]

    def images(self) -> dict[str, str]:
        """The images' references by target."""
        return {target: self.tag.format(target=target) for target in ("api", "webapp")}


@dataclass(frozen=True, slots=True)
class Build:
    """One build: wall seconds, and processor seconds of the engine, all its builds together.

    `cpu` is None where the engine runs on another machine; `load` is the load average when it began.
    """

    kind: str
    change: str
    seconds: float
    cpu: float | None
    load: float


def kinds(mark: str) -> tuple[Kind, Kind, Kind]:
    """The naive build, ours with nothing set, and ours with the SBOM attested too.

    `mark` makes the names of their images unique.
    """
    return (
        Kind("naive", f"finchat-bench-{mark}-naive:{{target}}", ("--file", NAIVE)),
        Kind("ours", f"finchat-bench-{mark}-ours:{{target}}"),
        Kind("attested", f"finchat-bench-{mark}-attested:{{target}}", attested=True),
    )


def compared(
    copy: Path, changes: Sequence[str], rounds: int, ways: Sequence[Kind], logs: Path | None = None
) -> Iterator[Build]:
    """Every change in every way in every round; who builds first takes turns. Raises BuildFailedError.

    Each build follows a change of its own, so that none finds what another one left in the cache. Attested
    builds, which have no bar, are made in the first round only. `logs` is a folder for what the builds wrote.
    """
    for kind in ways:
        build(copy, kind, "first", logs=logs)
    # The cache may still hold what earlier runs built after their changes.
    number = secrets.randbelow(10**9)
    for turn in range(rounds):
        for change in changes:
            chosen = [kind for kind in ways if turn == 0 or not kind.attested]
            # Nobody is always the one whose files the system has just read.
            for kind in chosen if turn % 2 == 0 else chosen[::-1]:
                number += 1
                CHANGES[change](copy, number)
                yield build(copy, kind, change, logs=logs)


class BuildFailedError(Exception):
    """A build that was to be measured failed; the message holds its command and last words."""


def build(copy: Path, kind: Kind, change: str, *, logs: Path | None = None) -> Build:
    """Build both images now. Raises BuildFailedError."""
    command = kind.command(*(["--no-cache"] if change == "cold" else []))
    environment = {**os.environ, "GIT_SHA": "", "ATTEST": "true" if kind.attested else "auto"}
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        load, cpu, started = os.getloadavg()[0], engine_cpu(), time.perf_counter()
        done = subprocess.run(
            command, cwd=copy, env=environment, stdout=subprocess.DEVNULL, stderr=said, check=False
        )
        seconds, after = time.perf_counter() - started, engine_cpu()
        said.seek(0)
        text = said.read()
    if logs:
        name = f"{len(list(logs.iterdir())):03}-{change}-{kind.name}.jsonl"
        (logs / name).write_text(text, encoding="utf-8")
    if done.returncode:
        raise BuildFailedError(f"{' '.join(command)}\n{text[-3000:]}")
    used = None if cpu is None or after is None else after - cpu
    return Build(kind.name, change, seconds, used, load)


def engine_cpu() -> float | None:
    """Processor seconds that the engine and all that it has run to the end have used; None without one here.

    The machine's other work is not in it, unlike in wall time; builds that others run at the time are.
    """
    found = [ticks for folder in Path("/proc").glob("[0-9]*") if (ticks := _ticks(folder)) is not None]
    return sum(found) / _TICKS if found else None


def _ticks(folder: Path) -> int | None:
    try:
        text = (folder / "stat").read_text(encoding="utf-8")
    except OSError:
        return None  # ended while we looked
    name = text.partition("(")[2].rpartition(")")[0]
    # "pid (name) state ppid …": user and system time, own and of children that ended, are fields 14 to 17
    return sum(map(int, text.rpartition(")")[2].split()[11:15])) if name in _DAEMONS else None


@dataclass(frozen=True, slots=True)
class Compared:
    """A change's medians: seconds by way of building, ratios within each round, processor seconds by way."""

    change: str
    seconds: Mapping[str, float]
    ratio: float
    attested_ratio: float
    cpu: Mapping[str, float | None]
    load: float


def summed(builds: Sequence[Build]) -> tuple[Compared, ...]:
    """The medians of every change that was built, in the order in which they first came."""
    return tuple(
        _summed(change, [each for each in builds if each.change == change])
        for change in dict.fromkeys(each.change for each in builds)
    )


def _summed(change: str, builds: Sequence[Build]) -> Compared:
    by = {kind: [each for each in builds if each.kind == kind] for kind in ("naive", "ours", "attested")}
    seconds = {kind: median(each.seconds for each in made) for kind, made in by.items()}

    def ratio(kind: str) -> float:
        pairs = zip(by[kind], by["naive"], strict=False)  # attested ones are of the first round only
        return median(ours.seconds / naive.seconds for ours, naive in pairs)

    def cpu(made: Sequence[Build]) -> float | None:
        known = [each.cpu for each in made if each.cpu is not None]
        return median(known) if known else None

    return Compared(
        change=change,
        seconds=seconds,
        ratio=ratio("ours"),
        attested_ratio=ratio("attested"),
        cpu={kind: cpu(made) for kind, made in by.items()},
        load=median(each.load for each in builds),
    )
