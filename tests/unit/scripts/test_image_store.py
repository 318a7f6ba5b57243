import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.image_store import keeps_in_containerd, with_containerd

OVERLAY = '[["Backing Filesystem","extfs"],["Supports d_type","true"]]'
CONTAINERD = '[["driver-type","io.containerd.snapshotter.v1"]]'


@pytest.mark.parametrize(("status", "keeps"), [(OVERLAY, False), (CONTAINERD, True), ("null", False)])
def test_the_store_is_told_apart(status: str, keeps: bool) -> None:
    assert keeps_in_containerd(status) is keeps


def test_other_settings_are_kept() -> None:
    old = '{"exec-opts": ["native.cgroupdriver=cgroupfs"], "features": {"buildkit": true}}'
    assert json.loads(with_containerd(old)) == {
        "exec-opts": ["native.cgroupdriver=cgroupfs"],
        "features": {"buildkit": True, "containerd-snapshotter": True},
    }
    assert json.loads(with_containerd("")) == {"features": {"containerd-snapshotter": True}}


class Machine:
    """A folder of programs that stand in for docker and sudo; the engine obeys its settings, or does not."""

    def __init__(self, folder: Path, *, obeys: bool = True) -> None:
        self.folder, self.settings = folder, folder / "daemon.json"
        look = f'grep -qs containerd-snapshotter "{self.settings}"' if obeys else "false"
        self._program("docker", f"if {look}; then echo '{CONTAINERD}'; else echo '{OVERLAY}'; fi")
        self._program("systemctl", f'echo "$*" >> "{folder}/restarts"')
        self._program("sudo", 'exec "$@"')

    def _program(self, name: str, body: str) -> None:
        (self.folder / name).write_text(f"#!/bin/sh\n{body}\n", "utf-8")
        (self.folder / name).chmod(0o755)

    def restarts(self) -> list[str]:
        log = self.folder / "restarts"
        return log.read_text("utf-8").splitlines() if log.exists() else []

    def run(self, repo: Path, *arguments: str, ci: str = "true") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "scripts/image_store.py", "--settings", self.settings, *arguments],
            cwd=repo,
            env={**os.environ, "PATH": f"{self.folder}:/usr/bin:/bin", "CI": ci},
            capture_output=True,
            text=True,
            check=False,
        )


def test_it_is_turned_on_once(repo: Path, tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.settings.write_text('{"debug": true}', "utf-8")
    first = machine.run(repo)
    assert (first.returncode, first.stdout) == (0, "images are kept in containerd's store, since now\n")
    assert json.loads(machine.settings.read_text("utf-8"))["debug"] is True
    second = machine.run(repo, "--json")
    assert json.loads(second.stdout) == {"store": "containerd", "changed": False}
    assert machine.restarts() == ["restart docker"]


def test_a_machine_that_somebody_uses_is_left_alone(repo: Path, tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    done = machine.run(repo, ci="")
    assert done.returncode == 1
    assert f"set features.containerd-snapshotter in {machine.settings}" in done.stderr
    assert not machine.settings.exists()
    assert machine.restarts() == []


def test_an_engine_that_ignores_its_settings_is_named(repo: Path, tmp_path: Path) -> None:
    machine = Machine(tmp_path, obeys=False)
    done = machine.run(repo)
    assert done.returncode == 1
    assert f"the engine ignored {machine.settings}" in done.stderr
