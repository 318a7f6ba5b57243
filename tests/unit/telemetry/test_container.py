"""A container's figures, read from control groups as kernels write them."""

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from finchat_sec_qa.telemetry.container import MEASURES, ContainerCollector, Group

EXPECTED = {
    "finchat_container_memory_bytes": 90_000_000.0,
    "finchat_container_memory_limit_bytes": 536_870_912.0,
    "finchat_container_oom_kills": 3.0,
    "finchat_container_cpu_seconds": 12.5,
    "finchat_container_cpu_throttled_seconds": 0.25,
    "finchat_container_cpu_limit_cores": 1.5,
    "finchat_container_pids": 17.0,
    "finchat_container_pids_limit": 64.0,
}
VERSION_2 = {
    "memory.current": "100000000\n",
    "memory.max": "536870912\n",
    "memory.stat": "anon 80000000\nfile 15000000\ninactive_file 10000000\nactive_file 5000000\n",
    "memory.events": "low 0\nhigh 0\nmax 9\noom 4\noom_kill 3\n",
    "cpu.stat": "usage_usec 12500000\nuser_usec 1\nsystem_usec 2\nnr_periods 9\nthrottled_usec 250000\n",
    "cpu.max": "150000 100000\n",
    "pids.current": "17\n",
    "pids.max": "64\n",
}
VERSION_1 = {
    "memory/memory.usage_in_bytes": "100000000\n",
    "memory/memory.limit_in_bytes": "536870912\n",
    "memory/memory.stat": "cache 15000000\ninactive_file 1\ntotal_inactive_file 10000000\n",
    "memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
    "cpuacct/cpuacct.usage": "12500000000\n",
    "cpu/cpu.stat": "nr_periods 9\nnr_throttled 2\nthrottled_time 250000000\n",
    "cpu/cpu.cfs_quota_us": "150000\n",
    "cpu/cpu.cfs_period_us": "100000\n",
    "pids/pids.current": "17\n",
    "pids/pids.max": "64\n",
}
LINES_1 = "4:memory:{0}\n3:cpuacct:{0}\n2:cpu:{0}\n1:pids:{0}\n0::{0}\n"


def group(folder: Path, files: dict[str, str], lines: str) -> Group:
    root = folder / "cgroup"
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "ascii")
    (folder / "own").write_text(lines, "ascii")
    return Group(root, folder / "own")


@pytest.mark.parametrize(
    ("files", "lines"),
    [
        pytest.param(VERSION_2, "0::/\n", id="version 2, the container's own root"),
        pytest.param(
            {f"system.slice/own/{name}": text for name, text in VERSION_2.items()},
            "0::/system.slice/own\n",
            id="version 2, below the host's",
        ),
        pytest.param(VERSION_1, LINES_1.format("/docker/0a1b"), id="version 1, mounted as the root"),
        pytest.param(
            {name.replace("/", "/docker/0a1b/", 1): text for name, text in VERSION_1.items()},
            LINES_1.format("/docker/0a1b"),
            id="version 1, below the host's",
        ),
        pytest.param(
            {
                name.replace("cpuacct/", "cpu,cpuacct/").replace("cpu/", "cpu,cpuacct/"): text
                for name, text in VERSION_1.items()
            },
            "4:memory:/\n2:cpu,cpuacct:/\n1:pids:/\n0::/\n",
            id="version 1, controllers together",
        ),
    ],
)
def test_all_figures_are_read(tmp_path: Path, files: dict[str, str], lines: str) -> None:
    found = group(tmp_path, files, lines)
    if "cpu,cpuacct" in lines:  # the kernel's distributions link the single names to the folder of both
        for name in ("cpu", "cpuacct"):
            (found.root / name).symlink_to("cpu,cpuacct")
    assert found.figures() == EXPECTED


@pytest.mark.parametrize(
    ("files", "lines"),
    [
        ({**VERSION_2, "memory.max": "max\n", "cpu.max": "max 100000\n", "pids.max": "max\n"}, "0::/\n"),
        (
            {
                **VERSION_1,
                "memory/memory.limit_in_bytes": "9223372036854771712\n",
                "cpu/cpu.cfs_quota_us": "-1\n",
                "pids/pids.max": "max\n",
            },
            LINES_1.format("/"),
        ),
    ],
)
def test_what_is_not_limited_has_no_limit(tmp_path: Path, files: dict[str, str], lines: str) -> None:
    limits = {name for name in EXPECTED if "_limit_" in name or name.endswith("_limit")}
    assert set(group(tmp_path, files, lines).figures()) == set(EXPECTED) - limits


def test_what_the_kernel_does_not_tell_is_not_exported(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    registry.register(ContainerCollector(group(tmp_path, {"pids.current": "5\n"}, "0::/\n")))
    assert [family.name for family in registry.collect()] == ["finchat_container_pids"]


def test_where_there_are_no_control_groups_there_is_nothing(tmp_path: Path) -> None:
    assert Group(tmp_path, tmp_path / "none").figures() == {}


def test_memory_is_never_below_nothing(tmp_path: Path) -> None:
    files = {"memory.current": "5\n", "memory.stat": "inactive_file 9\n"}
    assert group(tmp_path, files, "0::/\n").figures() == {"finchat_container_memory_bytes": 0.0}


def test_every_measure_is_exported_under_its_kind(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    registry.register(ContainerCollector(group(tmp_path, VERSION_2, "0::/\n")))
    kinds = {family.name: family.type for family in registry.collect()}
    assert set(kinds) == set(MEASURES) == set(EXPECTED)
    counters = {
        "finchat_container_oom_kills",
        "finchat_container_cpu_seconds",
        "finchat_container_cpu_throttled_seconds",
    }
    assert {name for name, kind in kinds.items() if kind == "counter"} == counters
