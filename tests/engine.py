"""The Docker engine as the tests use it: what they make has a name of its own, and nothing of it stays.

`own_name` names everything that a test makes and removes it at the end, also when the test, its set-up or
another's clean-up failed. At the end of a run conftest.py asks `left_behind` for what escaped that.
"""

import os
import re
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from tests.absence import REPO

LABEL = "com.docker.compose.project"
KINDS = ("container", "volume", "network")
REGISTRY = "registry:2.8.3"
_UNNAMED = re.compile(r"[0-9a-f]{64}")
# One for the whole run: set by its first process, inherited by those that it starts.
STARTED_HERE = "TESTS_OF_RUN" not in os.environ
RUN = os.environ.setdefault("TESTS_OF_RUN", uuid.uuid4().hex[:8])


def docker(*arguments: str, check: bool = True, **environ: str) -> subprocess.CompletedProcess[str]:
    """`docker` with these arguments; with `check` a failure ends the test with what it printed."""
    done = subprocess.run(
        ["docker", *arguments],
        cwd=REPO,
        env={**os.environ, **environ},
        text=True,
        capture_output=True,
        check=False,
    )
    assert not check or done.returncode == 0, f"docker {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
    return done


@contextmanager
def own_name(purpose: str) -> Iterator[str]:
    """A name for a compose project and a prefix of image repositories; all of that name goes at the end.

    Containers carry it as the label LABEL, as compose gives it to its own.
    """
    name = f"finchat-{purpose}-{RUN}-{uuid.uuid4().hex[:8]}"
    try:
        yield name
    finally:
        mounted = _mounted(name)
        remove(name)
        there = set(docker("volume", "ls", "-q").stdout.split())
        left = leftovers(name) + [f"volume {volume}" for volume in sorted(mounted & there)]
        assert not left, f"left behind: {left}"


@contextmanager
def registry(name: str, *options: str) -> Iterator[str]:
    """The address (127.0.0.1:port) of an empty registry in a container of that name, which is one's own."""
    try:
        docker(
            "run",
            "--detach",
            f"--name={name}",
            f"--label={LABEL}={name}",
            "--publish=127.0.0.1::5000",
            *options,
            REGISTRY,
        )
        yield docker("port", name, "5000/tcp").stdout.split()[0]
    finally:
        docker("rm", "--force", "--volumes", name, check=False)


def leftovers(name: str) -> list[str]:
    """What the engine still has of a project or of images of that name, as "kind id"."""
    label = f"label={LABEL}={name}"
    found = []
    for kind in KINDS:
        every = ["--all"] if kind == "container" else []
        found += [
            f"{kind} {held}" for held in docker(kind, "ls", "-q", *every, "--filter", label).stdout.split()
        ]
    return found + [f"image {image}" for image in _images(name)]


def remove(name: str) -> None:
    """Remove all of that name, containers first, since they hold the rest."""
    for held in sorted(leftovers(name), key=lambda found: found.partition(" ")[0] != "container"):
        kind, _, which = held.partition(" ")
        docker(kind, "rm", "--force", *(["--volumes"] if kind == "container" else []), which, check=False)


def _images(name: str) -> list[str]:
    every = docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").stdout.split()
    return [image for image in every if f"{name}-" in image]


def left_behind(since: datetime) -> list[str]:
    """What this run's tests left, by its id; and volumes without name and container that were made since.

    Such a volume cannot tell who made it: on a shared engine it may be another's. `since` is aware.
    """
    found = []
    for kind in KINDS:
        every = ["--all"] if kind == "container" else []
        column = "{{.Names}}" if kind == "container" else "{{.Name}}"
        names = docker(kind, "ls", *every, f"--format={column}").stdout.split()
        found += [f"{kind} {name}" for name in names if RUN in name]
    free = docker("volume", "ls", "-q", "--filter=dangling=true").stdout.split()
    for name in filter(_UNNAMED.fullmatch, free):
        made = docker("volume", "inspect", "--format={{.CreatedAt}}", name, check=False).stdout.strip()
        if made and datetime.fromisoformat(made) >= since.replace(microsecond=0):
            found.append(f"volume {name}")
    return found


def _mounted(name: str) -> set[str]:
    """The volumes that containers of that name hold, those without a name of their own too."""
    found = docker("ps", "-aq", f"--filter=label={LABEL}={name}").stdout.split()
    template = '--format={{range .Mounts}}{{if eq .Type "volume"}}{{println .Name}}{{end}}{{end}}'
    return set(docker("inspect", template, *found).stdout.split()) if found else set()
