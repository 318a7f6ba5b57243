"""What the container that this process runs in uses, and may use, as the kernel counts it.

Read anew at every scrape from the control group, version 1 or 2: memory, processor time, processes. What the
kernel does not tell is not exported, so that no figure is made up: outside a container there is no limit,
elsewhere than on Linux nothing at all.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

CGROUPS = Path("/sys/fs/cgroup")
OF_PROCESS = Path("/proc/self/cgroup")
_NO_LIMIT = 1 << 62  # version 1 writes the largest number of pages where nothing is limited


class Measure(NamedTuple):
    """A metric: its meaning, and whether it only grows."""

    help: str
    counts: bool = False


MEASURES: Mapping[str, Measure] = {
    "finchat_container_memory_bytes": Measure(
        "Memory that the container uses, without file cache that the kernel can drop at once"
    ),
    "finchat_container_memory_limit_bytes": Measure("Memory that it may use; absent if unlimited"),
    "finchat_container_oom_kills": Measure("Processes killed because memory was at its limit", counts=True),
    "finchat_container_cpu_seconds": Measure("Processor time of the container", counts=True),
    "finchat_container_cpu_throttled_seconds": Measure(
        "Time that the container had to wait since its processor time was used up", counts=True
    ),
    "finchat_container_cpu_limit_cores": Measure("Processors that it may use; absent if unlimited"),
    "finchat_container_pids": Measure("Processes and threads in the container"),
    "finchat_container_pids_limit": Measure("Processes and threads that it may have; absent if unlimited"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """The control group of this process. `root` and `of_process` are other files in tests only."""

    root: Path = CGROUPS
    of_process: Path = OF_PROCESS

    def figures(self) -> dict[str, float]:
        """Every figure that the kernel tells, by the name of its metric; times are seconds."""
        places = self._places()
        read = _version_2(places[""]) if "" in places else _version_1(places)
        return {name: value for name, value in read.items() if value is not None}

    def _places(self) -> dict[str, Path]:
        """The folder of each controller; version 2 has one for all, named "".

        A process sees its own group as the root of what is mounted in a container, else below it.
        """
        try:
            lines = self.of_process.read_text("ascii").splitlines()
        except OSError:
            return {}
        found: dict[str, Path] = {}
        for line in lines:
            _, controllers, path = line.split(":", 2)
            for name in controllers.split(","):
                mounted = self.root / name
                own = mounted / path.lstrip("/")
                found[name] = own if own.is_dir() else mounted
        # Beside version 1 the second may be there without any controller.
        return {"": found[""]} if set(found) == {""} else {name: at for name, at in found.items() if name}


class ContainerCollector(Collector):
    """Exports `Group.figures` of the moment."""

    def __init__(self, group: Group = Group()) -> None:
        self._group = group

    def collect(self) -> Iterator[Metric]:
        """One family for each figure that there is."""
        figures = self._group.figures()
        for name, measure in MEASURES.items():
            if name in figures:
                family = CounterMetricFamily if measure.counts else GaugeMetricFamily
                yield family(name, measure.help, value=figures[name])


@dataclass(frozen=True, slots=True)
class DiskCollector(Collector):
    """Exports how full the disk under a folder is; nothing while the folder is missing."""

    folder: Path
    prefix: str = field(default="finchat_store_disk")

    def collect(self) -> Iterator[Metric]:
        """Size, and what is free for this process's user."""
        try:
            found = os.statvfs(self.folder)
        except OSError:
            return
        free, size = found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize
        yield GaugeMetricFamily(f"{self.prefix}_free_bytes", "Free on the store's disk", value=free)
        yield GaugeMetricFamily(f"{self.prefix}_size_bytes", "Size of the store's disk", value=size)


def _version_2(at: Path) -> dict[str, float | None]:
    processor, memory, events = (_table(at / name) for name in ("cpu.stat", "memory.stat", "memory.events"))
    return {
        "finchat_container_memory_bytes": _without(
            _number(at / "memory.current"), memory.get("inactive_file")
        ),
        "finchat_container_memory_limit_bytes": _number(at / "memory.max"),
        "finchat_container_oom_kills": events.get("oom_kill"),
        "finchat_container_cpu_seconds": _scaled(processor.get("usage_usec"), 1e6),
        "finchat_container_cpu_throttled_seconds": _scaled(processor.get("throttled_usec"), 1e6),
        "finchat_container_cpu_limit_cores": _share(_words(at / "cpu.max")),
        "finchat_container_pids": _number(at / "pids.current"),
        "finchat_container_pids_limit": _number(at / "pids.max"),
    }


def _version_1(places: Mapping[str, Path]) -> dict[str, float | None]:
    nowhere = Path(os.devnull)
    memory, processor, used, processes = (
        places.get(name, nowhere) for name in ("memory", "cpu", "cpuacct", "pids")
    )
    cache = _table(memory / "memory.stat").get("total_inactive_file")
    waited = _table(processor / "cpu.stat").get("throttled_time")
    quota = _words(processor / "cpu.cfs_quota_us") + _words(processor / "cpu.cfs_period_us")
    return {
        "finchat_container_memory_bytes": _without(_number(memory / "memory.usage_in_bytes"), cache),
        "finchat_container_memory_limit_bytes": _number(memory / "memory.limit_in_bytes"),
        "finchat_container_oom_kills": _table(memory / "memory.oom_control").get("oom_kill"),
        "finchat_container_cpu_seconds": _scaled(_number(used / "cpuacct.usage"), 1e9),
        "finchat_container_cpu_throttled_seconds": _scaled(waited, 1e9),
        "finchat_container_cpu_limit_cores": _share(quota),
        "finchat_container_pids": _number(processes / "pids.current"),
        "finchat_container_pids_limit": _number(processes / "pids.max"),
    }


def _words(file: Path) -> list[str]:
    """The words of a file; none where it is not there or may not be read."""
    try:
        return file.read_text("ascii").split()
    except OSError:
        return []


def _number(file: Path) -> float | None:
    """The number in a file; None where there is none, or it means "unlimited"."""
    words = _words(file)
    if not words or not words[0].isdigit() or int(words[0]) >= _NO_LIMIT:
        return None
    return float(words[0])


def _table(file: Path) -> dict[str, float]:
    """Lines of a name and a number."""
    words = _words(file)
    return {name: float(value) for name, value in zip(words[::2], words[1::2], strict=False)}


def _share(quota: list[str]) -> float | None:
    """Processors, from the time allowed in each period; None where it is "max" or -1."""
    if len(quota) != 2 or not quota[0].isdigit():
        return None
    return int(quota[0]) / int(quota[1])


def _scaled(value: float | None, divisor: float) -> float | None:
    return None if value is None else value / divisor


def _without(value: float | None, part: float | None) -> float | None:
    return None if value is None else max(0.0, value - (part or 0.0))
