"""What packages are chosen for: an interpreter on an operating system.

An image's is stated, not asked from this machine: CPython 3.11 on Linux with glibc, as docker/Dockerfile
starts from `python:3.11-slim`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from packaging.markers import default_environment
from packaging.tags import Tag, compatible_tags, cpython_tags, sys_tags

PYTHON = (3, 11)
MACHINES = {"linux/amd64": "x86_64", "linux/arm64": "aarch64"}
# manylinux_2_5 is the oldest there is. The newest only has to be newer than any wheel asks for: which glibc
# the base image brings is not known here, and pip has the last word on it.
GLIBC_MINORS = range(5, 61)
LEGACY = ("manylinux2014", "manylinux2010", "manylinux1")


@dataclass(frozen=True, slots=True)
class Platform:
    """`markers` are the variables of environment markers (PEP 508), `tags` those of wheels that fit."""

    name: str
    markers: Mapping[str, str] = field(hash=False)
    tags: frozenset[Tag] = field(repr=False)


def image_platform(name: str = "linux/amd64") -> Platform:
    """The platform of an image, by Docker's name for it, a key of MACHINES; ValueError for any other."""
    if name not in MACHINES:
        raise ValueError(f"platform {name!r} is not known; known are {', '.join(MACHINES)}")
    machine, version = MACHINES[name], ".".join(map(str, PYTHON))
    markers = {
        "implementation_name": "cpython",
        "implementation_version": f"{version}.0",
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": f"{version}.0",
        "python_version": version,
        "sys_platform": "linux",
    }
    return Platform(name, markers, frozenset(_linux_tags(machine)))


def running_platform() -> Platform:
    """The interpreter that runs this, on the machine it runs on."""
    markers = {name: str(value) for name, value in default_environment().items()}
    label = f"{markers['platform_system'].lower()}/{markers['platform_machine']}"
    return Platform(label, markers, frozenset(sys_tags()))


def _linux_tags(machine: str) -> Iterator[Tag]:
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in reversed(GLIBC_MINORS)]
    platforms += [f"{name}_{machine}" for name in (*LEGACY, "linux")]
    yield from cpython_tags(PYTHON, platforms=platforms)
    yield from compatible_tags(PYTHON, f"cp{PYTHON[0]}{PYTHON[1]}", platforms)
